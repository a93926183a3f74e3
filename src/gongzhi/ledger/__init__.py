"""Append-only entries, seals over them, and the cursor of those who read them."""
