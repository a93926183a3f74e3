"""What the clock does: ends forgotten patrols, erases old tracks."""

from collections.abc import Callable
from datetime import datetime

from . import actions


def tick(at: datetime) -> int:
    """Do what is due by `at`; return how many patrols were ended or lost their track."""
    return actions.end_forgotten(at) + actions.erase_tracks(at)


JOBS: dict[str, Callable[[datetime], int]] = {"patrols": tick}
