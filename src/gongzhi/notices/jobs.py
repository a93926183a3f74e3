"""What the clock does: reads the ledger, sends what is due, forgets what is old."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from . import actions

PATIENCE = 5.0  # seconds of sending in one tick; the other jobs wait meanwhile


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick came to."""

    entries: int
    notices: int
    sent: int
    failed: int


def tick(at: datetime) -> Ticked:
    """Tell everything that is settled, then send what is due, as far as patience goes."""
    entries = notices = 0
    while (read := actions.tell(at)).entries:
        entries += read.entries
        notices += read.notices
    sent, failed = _send(at)
    actions.forget_old(at)
    return Ticked(entries, notices, sent, failed)


def _send(at: datetime) -> tuple[int, int]:
    sent = failed = 0
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done = actions.deliver_due(at)
        sent, failed = sent + done.sent, failed + done.failed
        if done.is_idle:
            break
    return sent, failed


JOBS: dict[str, Callable[[datetime], Ticked]] = {"notices": tick}
