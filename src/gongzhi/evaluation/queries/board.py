"""The public board of an area: figures, parties, what is overdue, what was done last.

Everything is counted over what everybody may know of, so that all readers see the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import ANONYMOUS, Actor
from gongzhi.cases import queries as cases
from gongzhi.cases.queries import CaseFilter, CaseHead
from gongzhi.cases.queries.pairs import SolvedPair, latest_pairs
from gongzhi.cases.rules import State
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.queries import Tally
from gongzhi.commitments.rules import CommitmentView, Outcome, PromiseFilter, Rate
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Calendar, Unit
from gongzhi.webkit.revisions import steady

from ..rules import MOST_TIMED, Month, median_seconds, months_until
from .areas import Place

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
    """

    place: Place
    at: datetime
    open: int
    late: int
    months: tuple[MonthLine, ...]
    year: MonthLine
    median: int | None
    timed: int
    parties: tuple[PartyLine, ...]
    overdue: tuple[OverdueLine, ...]
    overdue_in_all: int
    pairs: tuple[SolvedPair, ...]

    @property
    def month(self) -> MonthLine:
        """Return the present month."""
        return self.months[-1]


@steady()
def board(place: Place, *, at: datetime, zone: ZoneInfo) -> Board:
    """Return the public board of an area.

    At most ten statements, whatever the number of cases.

    Args:
        place: the area.
        at: the moment of judgement.
        zone: the city's time zone; months begin at its midnight.
    """
    months = months_until(at.astimezone(zone).date())
    counts = _case_counts(place, months, at=at, zone=zone)
    found = _tallies(place, months, at=at, zone=zone)
    sums = _summed(found)
    lines = tuple(_month_line(month, counts, sums) for month in months)
    median, timed = _median(place, months[-1], at=at, zone=zone)
    return Board(
        place=place,
        at=at,
        open=counts["open"],
        late=counts["late"],
        months=lines,
        year=_year(lines),
        median=median,
        timed=timed,
        parties=_parties(found, months),
        overdue=overdue(place, at=at, limit=OVERDUE),
        overdue_in_all=sums["late"],
        pairs=latest_pairs(ANONYMOUS, at=at, area_path=place.path, limit=PAIRS),
    )


def _case_counts(
    place: Place, months: tuple[Month, ...], *, at: datetime, zone: ZoneInfo
) -> dict[str, int]:
    questions = {"open": CaseFilter(is_open=True), "late": CaseFilter(is_late=True)}
    for one in months:
        begin, end = one.begin(zone), one.after.begin(zone)
        within = {"reported_from": begin, "reported_before": end}
        questions |= {
            f"reported_{one}": CaseFilter(**within),  # type: ignore[arg-type]
            f"reopened_{one}": CaseFilter(course="reopened", **within),  # type: ignore[arg-type]
            f"closed_{one}": CaseFilter(states=(State.CLOSED,), ended_from=begin, ended_before=end),
        }
    return cases.case_counts(
        ANONYMOUS,
        questions,
        at=at,
        narrowed=CaseFilter(is_public=True, area_path=place.path),
        since=months[0].begin(zone),
    )


def _tallies(
    place: Place, months: tuple[Month, ...], *, at: datetime, zone: ZoneInfo
) -> list[Tally]:
    questions = {
        "late": PromiseFilter(outcome=Outcome.LATE),
        "owed": PromiseFilter(outcome=Outcome.OWED),
    }
    for one in months:
        begin, end = one.begin(zone), one.after.begin(zone)
        questions |= {
            f"kept_{one}": PromiseFilter(Outcome.KEPT, due_from=begin, due_before=end),
            f"due_{one}": PromiseFilter(Outcome.JUDGED, due_from=begin, due_before=end),
        }
    return commitments.tallies(
        ANONYMOUS,
        questions,
        at=at,
        narrowed=PromiseFilter(is_public=True, area_path=place.path),
        since=months[0].begin(zone),
    )


def _summed(found: Iterable[Tally]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in found:
        sums.update(one.counts)
    return sums


def rate_of(kept: int, due: int) -> Rate:
    """Return a rate of what was kept and what fell due."""
    return Rate(kept, due - kept, due)


def _month_line(month: Month, counts: Mapping[str, int], sums: Mapping[str, int]) -> MonthLine:
    return MonthLine(
        month,
        reported=counts[f"reported_{month}"],
        reopened=counts[f"reopened_{month}"],
        closed=counts[f"closed_{month}"],
        rate=rate_of(sums.get(f"kept_{month}", 0), sums.get(f"due_{month}", 0)),
    )


def _year(lines: tuple[MonthLine, ...]) -> MonthLine:
    return MonthLine(
        lines[0].month,
        reported=sum(one.reported for one in lines),
        reopened=sum(one.reopened for one in lines),
        closed=sum(one.closed for one in lines),
        rate=rate_of(sum(one.rate.kept for one in lines), sum(one.rate.due for one in lines)),
    )


def _parties(found: Iterable[Tally], months: tuple[Month, ...]) -> tuple[PartyLine, ...]:
    """Return every organisation that owed something, whoever is most behind first."""
    chart = accounts.organisations({one.organisation_id for one in found})
    lines = [
        PartyLine(
            chart[one.organisation_id],
            month=_rate_in(one.counts, months[-1:]),
            year=_rate_in(one.counts, months),
            late=one.counts["late"],
            owed=one.counts["owed"],
        )
        for one in found
        if one.organisation_id in chart
    ]
    told = [one for one in lines if one.year.due or one.owed]
    return tuple(sorted(told, key=lambda one: (-one.late, -one.year.due, one.organisation.code)))


def _rate_in(counts: Mapping[str, int], months: Iterable[Month]) -> Rate:
    within = list(months)
    kept = sum(counts[f"kept_{one}"] for one in within)
    return rate_of(kept, sum(counts[f"due_{one}"] for one in within))


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
    """A page of a list of promises; `next_cursor` is blank on the last."""

    lines: tuple[OverdueLine, ...]
    next_cursor: str


@steady()
def promise_lines(
    viewer: Actor, *, at: datetime, narrowed: PromiseFilter, after: str, limit: int
) -> PromiseLines:
    """Return a page of promises with their parties and cases.  Three statements warm.

    Args:
        viewer: only promises and cases this reader may know of.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        after: `next_cursor` of the page before.
        limit: the most lines to return.
    """
    found = commitments.promise_list(viewer, at=at, narrowed=narrowed, after=after, limit=limit)
    heads = cases.case_heads(viewer, cases.case_ids(found.promises))
    return PromiseLines(overdue_lines(found.promises, heads), found.next_cursor)
