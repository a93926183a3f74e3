"""Lists of cases: narrowed, paged, and the figures over them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.commitments.rules import CommitmentView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.places.rules import path_range
from gongzhi.webkit.revisions import steady

from ..access import (
    IN_PUBLIC,
    visible_cases,
)
from ..models import Case, Follower, Statement
from ..rules import (
    State,
    claim_hash,
)
from .searching import found_by

MOST_FOLLOWED = 500  # cases of one reader; each is a value of the statement


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; every field is optional.

    Attributes:
        states: any of these; empty: every state.
        is_open: only cases that have not ended.
        is_late: only open cases whose present deadline has passed.
        category_code: exactly this category.
        organisation_id: answerable now.
        area_path: lies in this area.
        number: begins with this.
        is_public: only what everybody may know of.
        reported_from, reported_before: reported since the first, and before the second.
        ended_from, ended_before: likewise for its end.
        age_from, age_before: reported at least, and less than, so many times 24 hours ago.
        course: what happened on the way; a word of `COURSES`.
        due_within: open, not late, and due within so many hours.
        text: words, names and numbers that it is found by; see `searching.found_by`.
    """

    states: tuple[State, ...] = ()
    is_open: bool = False
    is_late: bool = False
    category_code: str = ""
    organisation_id: int | None = None
    area_path: str = ""
    number: str = ""
    is_public: bool = False
    reported_from: datetime | None = None
    reported_before: datetime | None = None
    ended_from: datetime | None = None
    ended_before: datetime | None = None
    age_from: int | None = None
    age_before: int | None = None
    course: str = ""
    due_within: int | None = None
    text: str = ""


# Days since the report, each of 24 hours, by the word of the filter: at least, less than.
AGES: Mapping[str, tuple[int | None, int | None]] = {
    "0-1": (None, 1),
    "1-3": (1, 3),
    "3-7": (3, 7),
    "7-30": (7, 30),
    "30-": (30, None),
}
# What happened to a case on its way, by the word of the filter.
COURSES: Mapping[str, Q] = {
    "reopened": Q(reopenings__gte=1),
    "returned": Q(returns__gte=2),
    "raised": Q(level_rises__gte=1),
    "urged": Q(urges__gte=1),
    "sent_back": Q(returns__gte=1),
    "extension_asked": Q(extension_asked_at__isnull=False),
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of a list."""

    id: UUID
    number: str
    state: State
    category: CategoryView | None
    summary: str
    area: AreaView | None
    organisation: OrganisationView | None
    level: str
    reported_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    is_late: bool
    flags: tuple[str, ...]
    supporters: int
    version: int = 0
    returns: int = 0  # how often a party gave it back


@dataclass(frozen=True, slots=True)
class CaseList:
    """A page of a list, newest first; `next_cursor` is blank on the last."""

    lines: tuple[CaseLine, ...]
    next_cursor: str


@steady()
def case_list(
    viewer: Actor,
    *,
    at: datetime,
    narrowed: CaseFilter | None = None,
    after: str = "",
    limit: int = 50,
) -> CaseList:
    """Return a page of the cases that `viewer` may see, newest first.

    At most ten SQL statements, whatever the number of cases.

    Args:
        viewer: the reader.
        at: the moment of judgement; a case due exactly then is not yet late.
        narrowed: what the list is narrowed to.
        after: `next_cursor` of the page before.
        limit: the most lines to return.
    """
    rows = narrow(visible_cases(viewer), narrowed or CaseFilter(), at)
    return _page(rows, at=at, after=after, limit=limit)


@steady()
def my_cases(
    viewer: Actor,
    *,
    at: datetime,
    claims: Mapping[str, str] | None = None,
    after: str = "",
    limit: int = 50,
) -> CaseList:
    """Return a page of what `viewer` reported or follows, and what claim codes open.

    At most seven SQL statements; of more than 500 followed cases the last 500 are shown.

    Args:
        viewer: the reader; without an account only the claim codes count.
        at: the moment of judgement.
        claims: claim codes by case number; a wrong code opens nothing.
        after: `next_cursor` of the page before.
        limit: the most lines to return.
    """
    hashes = {claim_hash(code) for code in (claims or {}).values()}
    mine = Q(number__in=list(claims or ()), claim_hash__in=hashes)
    if viewer.person_id is not None:
        follows = Follower.objects.filter(person_id=viewer.person_id).order_by("-pk")
        followed = list(follows.values_list("case_id", flat=True)[:MOST_FOLLOWED])
        mine |= Q(reporter_id=viewer.person_id) | Q(pk__in=followed)
    elif not hashes:
        return CaseList((), "")
    return _page(Case.objects.filter(mine), at=at, after=after, limit=limit)


def _page(rows: "QuerySet[Case]", *, at: datetime, after: str, limit: int) -> CaseList:
    rows = below(rows, after).order_by("-reported_at", "-id")
    found = list(rows.defer("answer")[: limit + 1])
    page = found[:limit]
    lines = lines_of(page, at=at)
    return CaseList(lines, cursor_of(page[-1]) if len(found) > limit else "")


@steady()
def case_lines(viewer: Actor, ids: Collection[UUID], *, at: datetime) -> dict[UUID, CaseLine]:
    """Return the lines of the cases with these ids that `viewer` may see.

    At most six statements, whatever the number of cases.
    """
    rows = list(visible_cases(viewer).filter(pk__in=list(ids)).defer("answer")) if ids else []
    return {line.id: line for line in lines_of(rows, at=at)} if rows else {}


def case_id_of(subject: str) -> UUID | None:
    """Return the id of the case that a promise is about; None when it is about another thing."""
    kind, _, key = subject.partition(":")
    return UUID(key) if kind == "case" else None


def case_of(promise: CommitmentView, lines: Mapping[UUID, CaseLine]) -> CaseLine | None:
    """Return the line of the case that a promise is about, if it is among `lines`."""
    key = case_id_of(promise.subject)
    return lines.get(key) if key else None


def case_ids(promises: Iterable[CommitmentView]) -> set[UUID]:
    """Return the ids of the cases that promises are about."""
    found = (case_id_of(promise.subject) for promise in promises)
    return {one for one in found if one is not None}


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """How many cases are open, and how many of them are late now."""

    open: int
    late: int


def open_figures(viewer: Actor, *, at: datetime) -> OpenFigures:
    """Return the figures of the open cases that `viewer` may see.  One statement."""
    rows = visible_cases(viewer).filter(ended_at=None)
    counts = rows.aggregate(open=Count("id"), late=Count("id", filter=Q(due_at__lt=at)))
    return OpenFigures(**counts)


def narrow(rows: "QuerySet[Case]", by: CaseFilter, at: datetime) -> "QuerySet[Case]":
    """Return the rows that a filter lets through."""
    return rows.filter(condition_of(by, at))


def condition_of(by: CaseFilter, at: datetime) -> Q:
    """Return what a filter asks of a row: the one meaning for lists and for figures."""
    found = Q(state__in=[state.value for state in by.states]) if by.states else Q()
    if by.is_open or by.is_late or by.due_within is not None:
        found &= Q(ended_at=None)
    if by.is_late:
        found &= Q(due_at__lt=at)
    if by.due_within is not None:
        found &= Q(due_at__gte=at, due_at__lt=at + timedelta(hours=by.due_within))
    if by.is_public:
        found &= IN_PUBLIC
    if by.area_path:
        low, high = path_range(by.area_path)
        found &= Q(area_path__gte=low, area_path__lt=high)
    if by.course:
        found &= COURSES[by.course]
    return found & Q(**_plainly(by)) & Q(**_in_time(by, at)) & found_by(by.text)


def _plainly(by: CaseFilter) -> dict[str, object]:
    """Return the parts that a value of a column must equal or begin with."""
    asked = {
        "category_code": by.category_code,
        "organisation_id": by.organisation_id,
        "number__startswith": by.number,
    }
    return {name: value for name, value in asked.items() if value not in {"", None}}


def _in_time(by: CaseFilter, at: datetime) -> dict[str, datetime]:
    """Return the bounds of times; an age is counted back from `at`."""
    asked = {
        "reported_at__gte": by.reported_from,
        "reported_at__lt": by.reported_before,
        "ended_at__gte": by.ended_from,
        "ended_at__lt": by.ended_before,
    }
    bounds = [(name, value) for name, value in asked.items() if value is not None]
    if by.age_from is not None:
        bounds.append(("reported_at__lte", at - timedelta(days=by.age_from)))
    if by.age_before is not None:
        bounds.append(("reported_at__gt", at - timedelta(days=by.age_before)))
    return dict(bounds)


def cursor_of(case: Case) -> str:
    """Return where a list goes on below a case."""
    return f"{case.reported_at.isoformat()}~{case.pk}"


def below(rows: "QuerySet[Case]", cursor: str) -> "QuerySet[Case]":
    """Return the rows below the cursor; a cursor that is none begins at the top."""
    time, _, key = cursor.partition("~")
    try:
        reported_at, last = datetime.fromisoformat(time), UUID(key)
    except ValueError:
        return rows
    # The bound is implied, but it lets the index begin here, however far down the list.
    below = Q(reported_at__lt=reported_at) | Q(reported_at=reported_at, pk__lt=last)
    return rows.filter(below, reported_at__lte=reported_at)


def lines_of(
    rows: list[Case], *, at: datetime, said: Mapping[UUID, str] | None = None
) -> tuple[CaseLine, ...]:
    """Return the lines of rows, in their order.  At most four statements.

    Args:
        rows: of the table.
        at: the moment of judgement.
        said: the reporters' words, where they were read already.
    """
    book = catalogue.book()
    areas = places.areas({row.area_id for row in rows if row.area_id is not None})
    parties = accounts.organisations(
        {row.organisation_id for row in rows if row.organisation_id is not None}
    )
    if said is None:
        said = _reports_of([row.pk for row in rows])
    return tuple(
        CaseLine(
            id=row.pk,
            number=row.number,
            state=State(row.state),
            category=book.categories.get(row.category_code),
            summary=said.get(row.pk, ""),
            area=areas.get(row.area_id) if row.area_id else None,
            organisation=parties.get(row.organisation_id) if row.organisation_id else None,
            level=row.level,
            reported_at=row.reported_at,
            due_at=row.due_at,
            ended_at=row.ended_at,
            is_late=is_late(row, at),
            flags=tuple(row.place_flags),
            supporters=row.supporters,
            version=row.version,
            returns=row.returns,
        )
        for row in rows
    )


def is_late(case: Case, at: datetime) -> bool:
    """Return whether a case is open and its present deadline has passed."""
    return case.ended_at is None and case.due_at is not None and case.due_at < at


def _reports_of(ids: list[UUID]) -> dict[UUID, str]:
    """Return the reporter's words, shortened, by case.  One statement."""
    rows = Statement.objects.filter(case__in=ids, kind="report").values_list("case_id", "text")
    return {case_id: text[:120] for case_id, text in rows}


def count_cases() -> int:
    """Return how many cases there are."""
    return Case.objects.count()
