"""Promises with an owner and a due time, and the clock that watches them."""
