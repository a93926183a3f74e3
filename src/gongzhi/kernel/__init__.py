"""What every house stands on, without Django: refusals, time, place, hashing, tables."""
