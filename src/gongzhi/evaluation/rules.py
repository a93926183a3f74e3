"""Figures, purely: months, shares, medians, and what a board is called in an address.

Rule version 1; worked numbers: `docs/explanation/board-figures.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import median_low
from zoneinfo import ZoneInfo

from gongzhi.kernel.refusals import NotFound, NotPermitted

MONTHS = 12  # of a board, the present one included
FEW = 10  # fewer due promises than these are marked: their share says little
MOST_TIMED = 5_000  # closed cases of which the median is taken, the last closed first
MOST_SHEETS = 200  # cases printed at once
WHOLE = "all"  # the board of the whole city


class NoSuchBoard(NotFound):
    """No administrative area is called so."""

    code = "evaluation.no_such_board"


class NotYourWatch(NotPermitted):
    """The watch is for supervisors, leaders and duty heads, in the areas of their post."""

    code = "evaluation.not_your_watch"


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    @property
    def after(self) -> "Month":
        """Return the month after it."""
        return self.shifted(1)

    def shifted(self, months: int) -> "Month":
        """Return the month so many months later, or earlier when negative."""
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    def begin(self, zone: ZoneInfo) -> datetime:
        """Return the moment in which it begins in a time zone."""
        return datetime.combine(self.first_day, time.min, zone)


def months_until(day: date, *, count: int = MONTHS) -> tuple[Month, ...]:
    """Return so many months, the oldest first; the last is the month of `day`."""
    last = Month(day.year, day.month)
    return tuple(last.shifted(place - count + 1) for place in range(count))


def median_seconds(spans: Sequence[int]) -> int | None:
    """Return the middle of spans in seconds, the lower of two middles; None of none.

    Half of all took no longer than this.
    """
    return median_low(spans) if spans else None


def percent(share: float | None) -> float | None:
    """Return a share, 0 to 1, in per cent with one decimal; None where nothing was due.

    What is not all is never rounded up to 100, what is not nothing never down to 0.
    """
    if share is None:
        return None
    shown = round(share * 100, 1)
    if share < 1:
        shown = min(shown, 99.9)
    return max(shown, 0.1) if share > 0 else shown


def is_few(due: int) -> bool:
    """Return whether so few promises were due that their share should not be compared."""
    return 0 < due < FEW


def board_name(layer: str, code: str) -> str:
    """Return what a board is called in an address: codes are unique in their layer only."""
    return f"{layer}.{code}"


def parts_of(name: str) -> tuple[str, str]:
    """Return layer and code of the name of a board; a bare code has a blank layer."""
    layer, dot, code = name.partition(".")
    return (layer, code) if dot else ("", name)
