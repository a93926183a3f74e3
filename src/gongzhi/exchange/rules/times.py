"""Times of a foreign table: several formats, a zone, and the two odd hours of a year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gongzhi.kernel.sheets import Cell

from .mapping import Fold, TimesPart
from .refusals import DueTooFar, TimeInFuture, TimeMissing, TimeTooOld, TimeUnreadable

ISO, EXCEL = "iso", "excel"

_EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock, as workbooks count days
_EXCEL_MOST = 2_958_466  # the day number after 9999-12-31
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
_FARTHEST = timedelta(days=36_525)  # a hundred years
_SLACK = timedelta(minutes=5)  # clocks of two systems differ
_TRIED = datetime(2001, 12, 28, 23, 58, 57, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, and whether the wall clock left a doubt.

    Attributes:
        at: an aware datetime, UTC.
        is_moved: the wall clock never showed it (spring); taken as much later.
        is_twice: the wall clock showed it twice (autumn); taken as the mapping says.
        later: of a time shown twice, the later moment.
    """

    at: datetime
    is_moved: bool = False
    is_twice: bool = False
    later: datetime | None = None


def is_format(pattern: str) -> bool:
    """Return whether a pattern of `strptime` tells a whole day and can be read back."""
    try:
        read = datetime.strptime(_TRIED.strftime(pattern), pattern)  # noqa: DTZ007
    except (ValueError, UnicodeError):
        return False
    return read.date() == _TRIED.date()


def moment_of(value: Cell, times: TimesPart, *, column: str) -> Moment | None:
    """Return the moment a field tells, or None when it is empty.

    Raises:
        TimeUnreadable: no format reads it.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        told = _wall_clock(value, times.formats)
        found = None if told is None else _in_zone(told, times.zone, times.fold)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        formats = ", ".join(times.formats)
        raise TimeUnreadable(column=column, value=str(value)[:60], formats=formats)
    return found


def check_past(moment: Moment | None, *, column: str, at: datetime) -> datetime | None:
    """Return a moment at which something happened.

    Raises:
        TimeInFuture: after `at`, by more than clocks may differ.
        TimeTooOld: before 1970.
    """
    if moment is None:
        return None
    if moment.at > at + _SLACK:
        raise TimeInFuture(column=column, value=moment.at.isoformat(" ", "seconds"))
    return _not_old(moment, column=column)


def check_due(moment: Moment | None, *, column: str, at: datetime) -> datetime | None:
    """Return a deadline, which may lie ahead.

    Raises:
        DueTooFar: more than a hundred years after `at`.
        TimeTooOld: before 1970.
    """
    if moment is None:
        return None
    if moment.at > at + _FARTHEST:
        raise DueTooFar(column=column, value=moment.at.isoformat(" ", "seconds"))
    return _not_old(moment, column=column)


def _not_old(moment: Moment, *, column: str) -> datetime:
    if moment.at < _OLDEST:
        raise TimeTooOld(column=column, value=moment.at.isoformat(" ", "seconds"))
    return moment.at


def needed(moment: datetime | None, *, column: str) -> datetime:
    """Return a moment that must be there.

    Raises:
        TimeMissing: it is not.
    """
    if moment is None:
        raise TimeMissing(column=column)
    return moment


def _wall_clock(value: Cell, formats: tuple[str, ...]) -> datetime | None:
    """Return the datetime a field tells, aware only when the field tells its offset."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    if isinstance(value, bool):
        return None
    text = str(value).strip()
    for one in formats:
        found = _read(text, one)
        if found is not None:
            return found
    return None


def _read(text: str, pattern: str) -> datetime | None:
    try:
        if pattern == ISO:
            return datetime.fromisoformat(text) if len(text) >= len("2026-01-01") else None
        if pattern == EXCEL:
            days = float(text)
            return _EXCEL_START + timedelta(days=days) if 0 < days < _EXCEL_MOST else None
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone comes after
    except (ValueError, OverflowError):
        return None


def _in_zone(told: datetime, zone: ZoneInfo, fold: Fold) -> Moment:
    if told.tzinfo is not None:
        return Moment(told.astimezone(UTC))
    first = told.replace(tzinfo=zone, fold=0)
    second = told.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after:
        return Moment(first.astimezone(UTC))
    early, late = first.astimezone(UTC), second.astimezone(UTC)
    if before is not None and after is not None and before < after:
        return Moment(early, is_moved=True)  # as far after the gap as it is into it
    at = late if fold is Fold.LATER else early
    return Moment(at, is_twice=True, later=late)
