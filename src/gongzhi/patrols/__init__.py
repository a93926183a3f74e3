"""Rounds on duty: when they begin and end, and the way that was walked."""
