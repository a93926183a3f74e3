"""Pure rules of foreign files: the mapping, the row, the time, the tally."""
