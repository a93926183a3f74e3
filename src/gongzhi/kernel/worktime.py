"""Working time: the units in which promises are counted, and calendars that count them.

One definition carries everything: *an instant is working time when the clock on the wall
of the calendar's time zone shows a time inside a span of that day*.  From it follow
holidays, shifted working days (调休) and changes to summer time, without exceptions.
Sums are integers of microseconds, so nothing is ever lost to rounding.

Source: GB/T 30428.8, time units of disposal limits (紧急工作时, 工作时, 工作日).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from .refusals import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = _EPOCH.date().toordinal()
_MICROSECOND = timedelta(microseconds=1)
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
_DAYS_IN_WEEK = 7
_LAST_YEAR = 9_990
_LONGEST_LIMIT_S = 200 * 366 * 86_400
_LIMIT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s+([a-z_]+)")


class BadLimit(Invalid):
    """A limit is not a number followed by a known unit."""

    code = "calendar.bad_limit"


class BadSpan(Invalid):
    """A span of working time ends before it starts, or is not in whole seconds."""

    code = "calendar.bad_span"


class BadWeek(Invalid):
    """A weekly pattern has not seven days, overlapping spans, or no working time at all."""

    code = "calendar.bad_week"


class BadYearTable(Invalid):
    """A day of a yearly table is both free and working, or belongs to another year."""

    code = "calendar.bad_year_table"


class BadSeason(Invalid):
    """A season starts or ends on a day that no year has."""

    code = "calendar.bad_season"


class YearUnknown(Invalid):
    """A day of a year is needed whose holidays nobody has entered; they are never guessed."""

    code = "calendar.year_unknown"


class TooFar(Invalid):
    """A due moment lies beyond every calendar."""

    code = "calendar.too_far"


class PauseBackwards(Invalid):
    """A pause ends before it starts."""

    code = "calendar.pause_backwards"


class Unit(StrEnum):
    """A unit of a limit.

    Source: GB/T 30428.8 as practised: 紧急工作时, 紧急工作日, 工作时, 工作日, 自然日.
    """

    EMERGENCY_HOURS = "emergency_hours"  # run through nights and holidays
    EMERGENCY_DAYS = "emergency_days"  # 24 running hours
    WORK_HOURS = "work_hours"
    WORK_DAYS = "work_days"  # 8 work hours, however long the office is open that day
    DAYS = "days"  # 24 running hours

    @property
    def is_continuous(self) -> bool:
        """Tell whether the clock of this unit also runs at night and on holidays."""
        return self not in (Unit.WORK_HOURS, Unit.WORK_DAYS)

    @property
    def seconds(self) -> int:
        """Return the length of one unit in seconds of its own clock."""
        return _UNIT_SECONDS[self]


_UNIT_SECONDS = MappingProxyType(
    {
        Unit.EMERGENCY_HOURS: 3_600,
        Unit.EMERGENCY_DAYS: 86_400,
        Unit.WORK_HOURS: 3_600,
        Unit.WORK_DAYS: 8 * 3_600,
        Unit.DAYS: 86_400,
    }
)


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time in which something is promised.

    Attributes:
        amount: how many units; zero or more.
        unit: of which kind.

    Raises:
        BadLimit: the amount is negative, not a number, or longer than 200 years.
    """

    amount: Decimal
    unit: Unit
    seconds: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or not 0 <= self.amount <= _LONGEST_LIMIT_S:
            raise BadLimit(text=str(self), units=", ".join(Unit))
        exact = self.amount * self.unit.seconds
        # A share of a second is rounded up: a promise is never made shorter than it reads.
        seconds = int(exact.to_integral_value(rounding=ROUND_CEILING))
        if seconds > _LONGEST_LIMIT_S:
            raise BadLimit(text=str(self), units=", ".join(Unit))
        object.__setattr__(self, "seconds", seconds)

    def __str__(self) -> str:
        return f"{_plain(self.amount)} {self.unit.value}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit written as `text`, such as `"1.5 work_hours"`.

        Raises:
            BadLimit: it is not an amount and a unit.
        """
        found = _LIMIT.fullmatch(text.strip())
        if found is None or found[2] not in _UNIT_NAMES or not found[1].isascii():
            raise BadLimit(text=text, units=", ".join(Unit))
        return cls(Decimal(found[1]), Unit(found[2]))

    def scaled(self, factor: Decimal | int) -> "Limit":
        """Return the limit `factor` times as long, in the same unit."""
        return Limit(self.amount * factor, self.unit)


_UNIT_NAMES = frozenset(unit.value for unit in Unit)


def _plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of working time within one day, by the clock on the wall.

    Attributes:
        start: the first moment, whole seconds.
        end: the moment after the last; midnight (00:00) is the end of the day.

    Raises:
        BadSpan: `end` is not after `start`, or one is not in whole seconds.
            A night shift is two spans: one to midnight, one from midnight of the next day.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        whole = not (self.start.microsecond or self.end.microsecond)
        naive = self.start.tzinfo is None and self.end.tzinfo is None
        if not (whole and naive and self.end_us > self.start_us):
            raise BadSpan(start=self.start.isoformat(), end=self.end.isoformat())

    @property
    def start_us(self) -> int:
        """Microseconds on the wall clock from midnight to the start."""
        return _since_midnight_us(self.start)

    @property
    def end_us(self) -> int:
        """Microseconds on the wall clock from midnight to the end."""
        return _since_midnight_us(self.end) or _DAY_US


def _since_midnight_us(moment: time) -> int:
    return (moment.hour * 3_600 + moment.minute * 60 + moment.second) * _SECOND_US


@dataclass(frozen=True, slots=True)
class YearTable:
    """The days of one year that differ from the weekly pattern.

    Attributes:
        holidays: days without working time.
        workdays: days worked although the pattern has them free (调休). Such a day has the
            spans of its own weekday or, when those are none, of the first working day of the week.

    Raises:
        BadYearTable: a day is in both sets.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for day in sorted(self.holidays & self.workdays):
            raise BadYearTable(day=day.isoformat(), year=day.year)


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year, such as a planting or a heating season.

    Attributes:
        code: its stable name.
        starts: month and day, included.
        ends: month and day, included; before `starts` when the season runs over New Year.
            A season to the end of February ends on (2, 29).

    Raises:
        BadSeason: a day is in no year.
    """

    code: str
    starts: tuple[int, int]
    ends: tuple[int, int]

    def __post_init__(self) -> None:
        for month, day in (self.starts, self.ends):
            try:
                date(2024, month, day)  # a leap year has every day any year has
            except ValueError:
                raise BadSeason(season=self.code, month=month, day=day) from None

    def includes(self, day: date) -> bool:
        """Tell whether `day` lies in the season."""
        found = (day.month, day.day)
        if self.starts <= self.ends:
            return self.starts <= found <= self.ends
        return found >= self.starts or found <= self.ends


Week = tuple[tuple[Span, ...], ...]

_OFFICE_DAY = (Span(time(8), time(12)), Span(time(14), time(18)))

STANDARD_WEEK: Week = (_OFFICE_DAY,) * 5 + ((), ())
"""Monday to Friday, 08:00-12:00 and 14:00-18:00.  Source: GB/T 30428.8, default of 工作时."""

ALWAYS_OPEN: Week = ((Span(time(0), time(0)),),) * _DAYS_IN_WEEK
"""Every day, around the clock."""


class _Year(NamedTuple):
    """The working time of one local year; all in microseconds, spans in order."""

    starts: list[int]  # since 1970 UTC
    ends: list[int]
    before: list[int]  # working time of the year before each span
    after: list[int]  # and up to the end of each span
    total: int

    def worked(self, moment: int) -> int:
        """Return the working time from the start of the year to `moment`."""
        found = bisect_right(self.starts, moment) - 1
        if found < 0:
            return 0
        return self.before[found] + min(moment, self.ends[found]) - self.starts[found]

    def moment_of(self, worked: int) -> int:
        """Return the first moment at which `worked`, above 0 and at most `total`, is reached."""
        found = bisect_left(self.after, worked)
        return self.starts[found] + worked - self.before[found]


@dataclass(frozen=True)
class Calendar:
    """Says when a city works, and counts in working time.

    Attributes:
        code: its name in the pack.
        timezone: where the clock on the wall hangs.
        week: the spans of Monday, Tuesday … Sunday, in order of time.
        years: the holidays and shifted days of each year, by year.
        seasons: by code.
        needs_year_tables: whether a year without a table is refused. Only a calendar without
            holidays (a control room, an always-open desk) may say no; it follows its week.

    Raises:
        BadWeek: the week has not seven days, has overlapping spans or no working time.
        BadYearTable: a day stands in the table of another year.
    """

    code: str
    timezone: ZoneInfo
    week: Week = STANDARD_WEEK
    years: Mapping[int, YearTable] = field(default_factory=dict)
    seasons: Mapping[str, Season] = field(default_factory=dict)
    needs_year_tables: bool = True
    _known: dict[int, _Year] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        if len(self.week) != _DAYS_IN_WEEK or not any(self.week):
            raise BadWeek(calendar=self.code, weekday=0)
        for weekday, spans in enumerate(self.week, start=1):
            if any(a.end_us > b.start_us for a, b in pairwise(spans)):
                raise BadWeek(calendar=self.code, weekday=weekday)
        for year, table in self.years.items():
            for day in sorted(table.holidays | table.workdays):
                if day.year != year:
                    raise BadYearTable(day=day.isoformat(), year=year)

    def add(self, start: datetime, limit: Limit) -> datetime:
        """Return when `limit` is used up, counted from `start`: the due moment.

        It is the first such moment: eight work hours from 08:00 are due at 18:00 of the same
        day, not at 08:00 of the next. Nothing added gives `start`.

        Args:
            start: an aware datetime in any zone.
            limit: how long.

        Returns:
            An aware datetime in UTC. Costs a few microseconds.

        Raises:
            YearUnknown: a day of a year without table is needed.
            TooFar: the moment is beyond the year 9990.
        """
        return self._advanced(start, limit.seconds * _SECOND_US, limit.unit)

    def add_many(self, starts: Iterable[datetime], limit: Limit) -> list[datetime]:
        """Return the due moment of `limit` for each of `starts`, in their order; see `add`."""
        amount, unit = limit.seconds * _SECOND_US, limit.unit
        return [self._advanced(start, amount, unit) for start in starts]

    def working_seconds(self, start: datetime, end: datetime, unit: Unit) -> int:
        """Return how long the clock of `unit` runs from `start` to `end`, in whole seconds.

        Negative when `end` is before `start`; a broken second does not count.

        Raises:
            YearUnknown: a day of a year without table lies between the two.
        """
        elapsed = self._elapsed(start, end, unit)
        return elapsed // _SECOND_US if elapsed >= 0 else -(-elapsed // _SECOND_US)

    def remaining(self, now: datetime, due: datetime, unit: Unit) -> int:
        """Return the seconds of `unit` left at `now`; negative when `due` has passed."""
        return self.working_seconds(now, due, unit)

    def shift(
        self, due: datetime, pause_start: datetime, pause_end: datetime, unit: Unit
    ) -> datetime:
        """Return the due moment after a pause: what was left then is left again at its end.

        What was overdue when the pause began stays due when it was: a pause mends no broken
        promise. No pause makes a due moment earlier.

        Raises:
            PauseBackwards: the pause ends before it starts.
            YearUnknown: a day of a year without table is needed.
        """
        if pause_end < pause_start:
            raise PauseBackwards(start=pause_start.isoformat(), end=pause_end.isoformat())
        if pause_start > due:
            return due.astimezone(UTC)
        left = self._elapsed(pause_start, due, unit)
        return max(due.astimezone(UTC), self._advanced(pause_end, left, unit))

    def season_at(self, at: datetime) -> set[str]:
        """Return the codes of the seasons in which `at` lies, by the local date."""
        day = at.astimezone(self.timezone).date()
        return {code for code, season in self.seasons.items() if season.includes(day)}

    def is_working_day(self, day: date) -> bool:
        """Tell whether the local `day` has any working time.

        Raises:
            YearUnknown: its year has no table.
        """
        return bool(self.spans_of(day))

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """Return the working spans of the local `day`, in order of time.

        Raises:
            YearUnknown: its year has no table.
        """
        table = self._table(day.year)
        if day in table.holidays:
            return ()
        spans = self.week[day.weekday()]
        if spans or day not in table.workdays:
            return spans
        return next(filter(None, self.week))

    def _table(self, year: int) -> YearTable:
        table = self.years.get(year)
        if table is not None:
            return table
        if self.needs_year_tables:
            raise YearUnknown(year=year, calendar=self.code)
        return YearTable()

    def _advanced(self, start: datetime, amount: int, unit: Unit) -> datetime:
        moment = (start - _EPOCH) // _MICROSECOND
        if unit.is_continuous or amount == 0:
            return _datetime(moment + amount, self.code)
        year = start.astimezone(self.timezone).year
        working = self._year(year)
        amount += working.worked(moment)
        while amount > working.total:
            amount -= working.total
            year += 1
            working = self._year(year)
        return _datetime(working.moment_of(amount), self.code)

    def _elapsed(self, start: datetime, end: datetime, unit: Unit) -> int:
        """Return the microseconds of `unit` from `start` to `end`, signed."""
        if unit.is_continuous:
            return (end - start.astimezone(UTC)) // _MICROSECOND
        if end < start:
            return -self._elapsed(end, start, unit)
        first, last = (start - _EPOCH) // _MICROSECOND, (end - _EPOCH) // _MICROSECOND
        if first == last:
            return 0
        year = start.astimezone(self.timezone).year
        # The end itself is not looked at, so midnight of New Year needs no new table.
        last_year = (end.astimezone(UTC) - _MICROSECOND).astimezone(self.timezone).year
        whole = sum(self._year(number).total for number in range(year, last_year))
        return whole + self._year(last_year).worked(last) - self._year(year).worked(first)

    def _year(self, year: int) -> _Year:
        found = self._known.get(year)
        if found is None:
            found = self._known[year] = self._counted_year(year)
        return found

    def _counted_year(self, year: int) -> _Year:
        """Lay out the working time of `year`; about two milliseconds, once per year."""
        if not 1 < year <= _LAST_YEAR:
            raise TooFar(calendar=self.code)
        pieces = sorted(
            (max(opens, start) - offset, min(closes, end) - offset)
            for opens, closes, offset in _offsets(self.timezone, year)
            for start, end in self._wall_spans(year)
            if start < closes and end > opens
        )
        starts, ends = [piece[0] for piece in pieces], [piece[1] for piece in pieces]
        before, after, total = [], [], 0
        for start, end in pieces:
            before.append(total)
            total += end - start
            after.append(total)
        return _Year(starts, ends, before, after, total)

    def _wall_spans(self, year: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of the year as microseconds of the wall clock since 1970."""
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            midnight = (ordinal - _FIRST_DAY) * _DAY_US
            for span in self.spans_of(date.fromordinal(ordinal)):
                yield midnight + span.start_us, midnight + span.end_us


def _offsets(timezone: ZoneInfo, year: int) -> Sequence[tuple[int, int, int]]:
    """Return the stretches of the year within which the wall clock runs evenly.

    Each is (from, to, offset), the first two by the wall clock, in microseconds since 1970.
    The stretches reach over both ends of the year. A zone is assumed to change its clock at
    most once a day.
    """
    day = timedelta(days=1)
    moment = datetime(year, 1, 1, tzinfo=UTC) - 2 * day
    last = datetime(year + 1, 1, 1, tzinfo=UTC) + 2 * day
    offset, opens = _offset_us(timezone, moment), moment
    found = []
    while moment < last:
        upcoming = moment + day
        if _offset_us(timezone, upcoming) != offset:
            change = _change_between(timezone, moment, upcoming)
            found.append((_wall_us(opens, offset), _wall_us(change, offset), offset))
            offset, opens = _offset_us(timezone, upcoming), change
        moment = upcoming
    found.append((_wall_us(opens, offset), _wall_us(last, offset), offset))
    return found


def _change_between(timezone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second after `low` with another offset than `low`; halves the way."""
    before = _offset_us(timezone, low)
    second = timedelta(seconds=1)
    while high - low > second:
        middle = low + (high - low) // (2 * second) * second
        if _offset_us(timezone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset_us(timezone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(timezone).utcoffset()
    return 0 if offset is None else offset // _MICROSECOND


def _wall_us(moment: datetime, offset: int) -> int:
    return (moment - _EPOCH) // _MICROSECOND + offset


def _datetime(moment: int, calendar: str) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=moment)
    except OverflowError:
        raise TooFar(calendar=calendar) from None
