"""The closed loop from the first report to the rating."""
