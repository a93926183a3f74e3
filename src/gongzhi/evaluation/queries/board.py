"""The public board of an area: figures, parties, what is overdue, what was done last.

Everything is counted over what everybody may know of, so that all readers see the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import ANONYMOUS, Actor
from gongzhi.cases import queries as cases
from gongzhi.cases.queries import CaseFilter, CaseHead
from gongzhi.cases.queries.figures import PeriodCounts, period_counts
from gongzhi.cases.queries.pairs import SolvedPair, latest_pairs
from gongzhi.cases.rules import State
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.queries import Tally
from gongzhi.commitments.rules import CommitmentView, Outcome, PromiseFilter, Rate
from gongzhi.commitments.words import KINDS
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Calendar, Unit
from gongzhi.webkit.revisions import steady

from ..rules import MOST_TIMED, Month, median_seconds, months_until
from .areas import Place, place_at, places_below

PAIRS = 6  # before and after, on a board
OVERDUE = 20  # lines


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The figures of one month.

    Attributes:
        reported: cases reported in it.
        reopened: of these, reopened at least once since.
        closed: cases closed in it.
        rate: of the promises that fell due in it, up to now.
    """

    month: Month
    reported: int
    reopened: int
    closed: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class PartyLine:
    """How one organisation keeps its word."""

    organisation: OrganisationView
    month: Rate
    year: Rate
    late: int
    owed: int


@dataclass(frozen=True, slots=True)
class PartLine:
    """How promises are kept in a part of the area.

    Attributes:
        is_alone: only what lies in the place itself, in none of its parts.
    """

    place: Place
    month: Rate
    year: Rate
    late: int
    owed: int
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class KindLine:
    """How one kind of promise is kept, whoever owes it."""

    kind: str
    month: Rate
    year: Rate
    late: int


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """A promise, whose it is, and the case it is about, where the reader may know of it."""

    promise: CommitmentView
    organisation: OrganisationView | None
    head: CaseHead | None


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of an area at a moment.

    Attributes:
        months: the last twelve, the oldest first; the last is the present one.
        year: their sums.
        median: seconds of working time from report to close, of the cases closed this
            month; None where nothing was closed, or a year has no table of holidays.
        timed: of how many cases it is the median.
        parts: of the area, in their order; none where it has only one.
        kinds: all kinds of promises, in the order of the road.
        kind: to which `parties` is narrowed; blank: all.
    """

    place: Place
    at: datetime
    open: int
    late: int
    months: tuple[MonthLine, ...]
    year: MonthLine
    median: int | None
    timed: int
    parts: tuple[PartLine, ...]
    kinds: tuple[KindLine, ...]
    kind: str
    parties: tuple[PartyLine, ...]
    overdue: tuple[OverdueLine, ...]
    overdue_in_all: int
    pairs: tuple[SolvedPair, ...]

    @property
    def month(self) -> MonthLine:
        """Return the present month."""
        return self.months[-1]


@steady()
def board(place: Place, *, at: datetime, zone: ZoneInfo, kind: str = "") -> Board:
    """Return the public board of an area.

    At most ten statements, whatever the number of cases.

    Args:
        place: the area.
        at: the moment of judgement.
        zone: the city's time zone; months begin at its midnight.
        kind: of promise, by which the parties are compared; blank or unknown: all.
    """
    months = months_until(at.astimezone(zone).date())
    marks = [one.begin(zone) for one in months]
    counts = _case_counts(place, at=at, marks=marks)
    parts = places_below(place.path, at=at)
    tallies = _tallies(place, parts, at=at, marks=marks)
    lines = tuple(
        _month_line(month, period, counts, tallies) for period, month in enumerate(months, start=1)
    )
    median, timed = _median(place, months[-1], at=at, zone=zone)
    kinds = kinds_of(tallies, last=len(months))
    chosen = kind if kind in {one.kind for one in kinds} else ""
    return Board(
        place=place,
        at=at,
        open=sum(one.counts["open"] for one in counts),
        late=sum(one.counts["late"] for one in counts),
        months=lines,
        year=_year(lines),
        median=median,
        timed=timed,
        parts=_parts(tallies, parts, last=len(months)),
        kinds=kinds,
        kind=chosen,
        parties=_parties([one for one in tallies if chosen in {"", one.kind}], last=len(months)),
        overdue=overdue(place, at=at, limit=OVERDUE),
        overdue_in_all=sum(one.counts["late"] for one in tallies),
        pairs=latest_pairs(ANONYMOUS, at=at, area_path=place.path, limit=PAIRS),
    )


def _case_counts(place: Place, *, at: datetime, marks: Sequence[datetime]) -> list[PeriodCounts]:
    questions = {
        "all": CaseFilter(),
        "open": CaseFilter(is_open=True),
        "late": CaseFilter(is_late=True),
        "reopened": CaseFilter(course="reopened"),
        "closed": CaseFilter(states=(State.CLOSED,)),
    }
    narrowed = CaseFilter(is_public=True, area_path=place.path)
    return period_counts(ANONYMOUS, questions, at=at, narrowed=narrowed, marks=marks)


def _tallies(
    place: Place, parts: Sequence[Place], *, at: datetime, marks: Sequence[datetime]
) -> list[Tally]:
    questions = {
        "late": PromiseFilter(outcome=Outcome.LATE),
        "owed": PromiseFilter(outcome=Outcome.OWED),
        "kept": PromiseFilter(outcome=Outcome.KEPT),
        "due": PromiseFilter(outcome=Outcome.JUDGED),
    }
    narrowed = PromiseFilter(is_public=True, area_path=place.path)
    return commitments.tallies(
        ANONYMOUS,
        questions,
        at=at,
        narrowed=narrowed,
        since=marks[0],
        marks=marks,
        path_length=len(parts[0].path) if parts else 0,
    )


def rate_of(kept: int, due: int) -> Rate:
    """Return a rate of what was kept and what fell due."""
    return Rate(kept, due - kept, due)


def _month_line(
    month: Month, period: int, counts: Iterable[PeriodCounts], tallies: Iterable[Tally]
) -> MonthLine:
    reported = [one.counts for one in counts if one.reported == period]
    return MonthLine(
        month,
        reported=sum(one["all"] for one in reported),
        reopened=sum(one["reopened"] for one in reported),
        closed=sum(one.counts["closed"] for one in counts if one.ended == period),
        rate=_rate(one for one in tallies if one.period == period),
    )


def _year(lines: tuple[MonthLine, ...]) -> MonthLine:
    return MonthLine(
        lines[0].month,
        reported=sum(one.reported for one in lines),
        reopened=sum(one.reopened for one in lines),
        closed=sum(one.closed for one in lines),
        rate=rate_of(sum(one.rate.kept for one in lines), sum(one.rate.due for one in lines)),
    )


def _parties(tallies: Iterable[Tally], *, last: int) -> tuple[PartyLine, ...]:
    """Return every organisation that owed something, whoever is most behind first."""
    grouped: dict[int, list[Tally]] = {}
    for one in tallies:
        grouped.setdefault(one.organisation_id, []).append(one)
    chart = accounts.organisations(grouped)
    lines = [
        PartyLine(
            chart[key],
            month=_rate(one for one in rows if one.period == last),
            year=_rate(one for one in rows if one.period),
            late=sum(one.counts["late"] for one in rows),
            owed=sum(one.counts["owed"] for one in rows),
        )
        for key, rows in grouped.items()
    ]
    told = [one for one in lines if one.year.due or one.owed]
    return tuple(sorted(told, key=lambda one: (-one.late, -one.year.due, one.organisation.code)))


def _parts(tallies: Iterable[Tally], parts: Sequence[Place], *, last: int) -> tuple[PartLine, ...]:
    """Return the parts of the area, and what lies in none of them."""
    if not parts:
        return ()
    grouped: dict[str, list[Tally]] = {}
    for one in tallies:
        grouped.setdefault(one.area_path, []).append(one)
    lines = [_part(one, grouped.pop(one.path, []), last=last) for one in parts]
    beside = [
        _part(there, rows, last=last, is_alone=True)
        for path, rows in sorted(grouped.items())
        if (there := place_at(path)) is not None
    ]
    return (*lines, *(one for one in beside if one.year.due or one.owed))


def _part(place: Place, rows: list[Tally], *, last: int, is_alone: bool = False) -> PartLine:
    return PartLine(
        place,
        month=_rate(one for one in rows if one.period == last),
        year=_rate(one for one in rows if one.period),
        late=sum(one.counts["late"] for one in rows),
        owed=sum(one.counts["owed"] for one in rows),
        is_alone=is_alone,
    )


def kinds_of(tallies: Iterable[Tally], *, last: int) -> tuple[KindLine, ...]:
    """Return every kind of promise that fell due or is late, in the order of the road.

    Args:
        tallies: with the counts late, kept and due.
        last: the period of the present month.
    """
    grouped: dict[str, list[Tally]] = {}
    for one in tallies:
        grouped.setdefault(one.kind, []).append(one)
    lines = [
        KindLine(
            kind,
            month=_rate(one for one in rows if one.period == last),
            year=_rate(one for one in rows if one.period),
            late=sum(one.counts["late"] for one in rows),
        )
        for kind, rows in grouped.items()
    ]
    told = [one for one in lines if one.year.due or one.late]
    return tuple(sorted(told, key=lambda one: on_the_road(one.kind)))


def on_the_road(kind: str) -> tuple[int, str]:
    """Return by what a kind of promise is sorted: the order of the road, unknown ones last."""
    known = list(KINDS)
    return (known.index(kind) if kind in known else len(known), kind)


def _rate(tallies: Iterable[Tally]) -> Rate:
    found = [one.counts for one in tallies]
    return rate_of(sum(one["kept"] for one in found), sum(one["due"] for one in found))


def _median(place: Place, month: Month, *, at: datetime, zone: ZoneInfo) -> tuple[int | None, int]:
    closed = CaseFilter(
        states=(State.CLOSED,),
        is_public=True,
        area_path=place.path,
        ended_from=month.begin(zone),
        ended_before=month.after.begin(zone),
    )
    spans = cases.ended_spans(ANONYMOUS, at=at, narrowed=closed, limit=MOST_TIMED)
    return working_median(spans, catalogue.book().calendar), len(spans)


def working_median(spans: Iterable[tuple[datetime, datetime]], calendar: Calendar) -> int | None:
    """Return the median of spans in seconds of working time.

    None of none, and where a year between has no table of holidays: nothing is guessed.
    """
    try:
        return median_seconds(
            [calendar.working_seconds(begin, end, Unit.WORK_HOURS) for begin, end in spans]
        )
    except Refusal:
        return None


def overdue(place: Place, *, at: datetime, limit: int) -> tuple[OverdueLine, ...]:
    """Return what was promised in public and is broken now, the oldest first.

    Two statements warm.
    """
    late = PromiseFilter(Outcome.LATE, area_path=place.path, is_public=True)
    found = commitments.promise_list(ANONYMOUS, at=at, narrowed=late, limit=limit)
    heads = cases.case_heads(ANONYMOUS, cases.case_ids(found.promises))
    return overdue_lines(found.promises, heads)


def overdue_lines(
    promises: Iterable[CommitmentView], heads: Mapping[UUID, CaseHead]
) -> tuple[OverdueLine, ...]:
    """Return promises with their parties and cases."""
    told = tuple(promises)
    chart = accounts.organisations({one.organisation_id for one in told})
    return tuple(
        OverdueLine(
            one,
            chart.get(one.organisation_id),
            heads.get(cases.case_id_of(one.subject) or UUID(int=0)),
        )
        for one in told
    )


@dataclass(frozen=True, slots=True)
class News:
    """What happened last in an area, as everybody may know."""

    closed: tuple[CaseHead, ...]
    broken: tuple[OverdueLine, ...]


@steady()
def news(place: Place, *, at: datetime, limit: int) -> News:
    """Return the cases closed last and the promises broken last.  Three statements warm."""
    closed = CaseFilter(states=(State.CLOSED,), is_public=True, area_path=place.path)
    narrowed = PromiseFilter(area_path=place.path, is_public=True)
    broken = commitments.latest_broken(ANONYMOUS, narrowed=narrowed, at=at, limit=limit)
    heads = cases.case_heads(ANONYMOUS, cases.case_ids(broken))
    ended = cases.latest_heads(ANONYMOUS, at=at, narrowed=closed, limit=limit)
    return News(tuple(ended), overdue_lines(broken, heads))


@dataclass(frozen=True, slots=True)
class PromiseLines:
    """A page of a list of promises, of so many in all; `next_cursor` is blank on the last."""

    lines: tuple[OverdueLine, ...]
    next_cursor: str
    in_all: int


@steady()
def promise_lines(
    viewer: Actor, *, at: datetime, narrowed: PromiseFilter, after: str, limit: int
) -> PromiseLines:
    """Return a page of promises with their parties and cases.  Four statements warm.

    Args:
        viewer: only promises and cases this reader may know of.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        after: `next_cursor` of the page before.
        limit: the most lines to return.
    """
    found = commitments.promise_list(viewer, at=at, narrowed=narrowed, after=after, limit=limit)
    heads = cases.case_heads(viewer, cases.case_ids(found.promises))
    told = commitments.tallies(viewer, {"all": PromiseFilter()}, at=at, narrowed=narrowed)
    in_all = sum(one.counts["all"] for one in told)
    return PromiseLines(overdue_lines(found.promises, heads), found.next_cursor, in_all)
