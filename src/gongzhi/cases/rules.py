"""States."""

from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    VERIFYING = "verifying"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    HANDLED = "handled"
    CHECKING = "checking"
    CHECKED = "checked"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


ENDS = frozenset({State.CLOSED, State.DECLINED, State.MERGED, State.CANCELLED})
