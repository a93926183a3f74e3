"""What the clock does for files: looks at new ones, forgets uploads that were left behind."""

import datetime

from . import actions

BATCH = 100  # files in one tick, so that the clock's other jobs need not wait long
SEARCHES = 5  # photographs in one tick; each takes a second or two


def tick(at: datetime.datetime) -> int:
    """Look at new files, search a few, and forget expired uploads; return how many."""
    looked_at = actions.fingerprint_new(at, limit=BATCH)
    return looked_at + actions.search_new(at, limit=SEARCHES) + actions.drop_expired(at)
