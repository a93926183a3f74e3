"""What the clock does for files: looks at new ones, forgets uploads that were left behind."""

import datetime

from . import actions

BATCH = 100  # files in one tick, so that the clock's other jobs need not wait long


def tick(at: datetime.datetime) -> int:
    """Look at new files and forget expired uploads; return how many."""
    return actions.fingerprint_new(at, limit=BATCH) + actions.drop_expired(at)
