"""What the clock does for photographs: looks at new ones, for the doubts of whoever checks."""

import datetime

from . import actions

BATCH = 100  # files in one tick, so that the clock's other jobs need not wait long


def tick(at: datetime.datetime) -> int:
    """Look at new files; return at how many."""
    return actions.fingerprint_new(at, limit=BATCH)
