"""Every read of the loop: lists, one case with its story, likeness, replay."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView, StandardView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import may_see_original
from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.refusals import NotPermitted
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.places.rules import path_range
from gongzhi.responsibility import queries as responsibility
from gongzhi.webkit.revisions import steady

from .access import (
    AREA_ROLES,
    case_in_view,
    check_relation,
    near,
    snapshot,
    visible_cases,
)
from .models import Case, Follower, Statement
from .rules import (
    State,
    Step,
    SupportedAlready,
    claim_hash,
    fold,
    steps_from,
)

BATCH = 300  # rows compared with the ledger at once
EXPORT_PAGE = 1000  # rows held at once while a list is exported
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
    """

    states: tuple[State, ...] = ()
    is_open: bool = False
    is_late: bool = False
    category_code: str = ""
    organisation_id: int | None = None
    area_path: str = ""
    number: str = ""


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
    rows = _narrow(visible_cases(viewer), narrowed or CaseFilter(), at)
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
    rows = _after(rows, after).order_by("-reported_at", "-id")
    found = list(rows.defer("answer")[: limit + 1])
    page = found[:limit]
    lines = _lines(page, at=at)
    return CaseList(lines, _cursor(page[-1]) if len(found) > limit else "")


@steady()
def case_lines(viewer: Actor, ids: Collection[UUID], *, at: datetime) -> dict[UUID, CaseLine]:
    """Return the lines of the cases with these ids that `viewer` may see.

    At most six statements, whatever the number of cases.
    """
    rows = list(visible_cases(viewer).filter(pk__in=list(ids)).defer("answer")) if ids else []
    return {line.id: line for line in _lines(rows, at=at)} if rows else {}


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


def _narrow(rows: "QuerySet[Case]", by: CaseFilter, at: datetime) -> "QuerySet[Case]":
    if by.states:
        rows = rows.filter(state__in=[state.value for state in by.states])
    if by.is_open or by.is_late:
        rows = rows.filter(ended_at=None)
    if by.is_late:
        rows = rows.filter(due_at__lt=at)
    if by.category_code:
        rows = rows.filter(category_code=by.category_code)
    if by.organisation_id is not None:
        rows = rows.filter(organisation_id=by.organisation_id)
    if by.area_path:
        low, high = path_range(by.area_path)
        rows = rows.filter(area_path__gte=low, area_path__lt=high)
    return rows.filter(number__startswith=by.number) if by.number else rows


def _cursor(case: Case) -> str:
    return f"{case.reported_at.isoformat()}~{case.pk}"


def _after(rows: "QuerySet[Case]", cursor: str) -> "QuerySet[Case]":
    """Return the rows below the cursor; a cursor that is none begins at the top."""
    time, _, key = cursor.partition("~")
    try:
        reported_at, last = datetime.fromisoformat(time), UUID(key)
    except ValueError:
        return rows
    # The bound is implied, but it lets the index begin here, however far down the list.
    below = Q(reported_at__lt=reported_at) | Q(reported_at=reported_at, pk__lt=last)
    return rows.filter(below, reported_at__lte=reported_at)


def _lines(rows: list[Case], *, at: datetime) -> tuple[CaseLine, ...]:
    book = catalogue.book()
    areas = places.areas({row.area_id for row in rows if row.area_id is not None})
    parties = accounts.organisations(
        {row.organisation_id for row in rows if row.organisation_id is not None}
    )
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
            is_late=_is_late(row, at),
            flags=tuple(row.place_flags),
            supporters=row.supporters,
        )
        for row in rows
    )


def _is_late(case: Case, at: datetime) -> bool:
    return case.ended_at is None and case.due_at is not None and case.due_at < at


def _reports_of(ids: list[UUID]) -> dict[UUID, str]:
    """Return the reporter's words, shortened, by case.  One statement."""
    rows = Statement.objects.filter(case__in=ids, kind="report").values_list("case_id", "text")
    return {case_id: text[:120] for case_id, text in rows}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One case of an export: no personal data.

    Attributes:
        areas: the names it lies under, the widest first.
        ended_at: when it was closed, or ended in another way.
        is_late: open, and its present deadline has passed.
        longitude, latitude: degrees, WGS 84; both None without a position.
        words: the reporter's; None where the viewer may not export them.
    """

    number: str
    state: State
    category_code: str
    category: CategoryView | None
    areas: tuple[AreaView, ...]
    organisation: OrganisationView | None
    level: str
    reported_at: datetime
    filed_at: datetime | None
    dispatched_at: datetime | None
    handled_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    is_late: bool
    longitude: float | None
    latitude: float | None
    supporters: int
    reworks: int
    returns: int
    extensions: int
    words: str | None


_EXPORTED_AS_IT_IS = (
    "number", "category_code", "level", "reported_at", "filed_at", "dispatched_at", "handled_at",
    "ended_at", "due_at", "longitude", "latitude", "supporters", "reworks", "returns", "extensions",
)  # fmt: skip


def may_export_words(viewer: Actor) -> bool:
    """Return whether `viewer` may export reporters' words, of the cases in the areas of a post."""
    return viewer.has(*AREA_ROLES)


def export_rows(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter | None = None
) -> Iterator[ExportRow]:
    """Yield every case that all pages of `case_list` show together, in the same order.

    Holds `EXPORT_PAGE` cases at once; at most six statements for each such page.

    Args:
        viewer: the reader.
        at: the moment of judgement; a case due exactly then is not yet late.
        narrowed: what the list is narrowed to.
    """
    cursor = ""
    while True:
        page, cursor = _export_page(viewer, at=at, narrowed=narrowed or CaseFilter(), after=cursor)
        yield from page
        if not cursor:
            return


@steady()
def _export_page(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter, after: str
) -> tuple[list[ExportRow], str]:
    rows = _after(_narrow(visible_cases(viewer), narrowed, at), after)
    found = list(rows.order_by("-reported_at", "-id").defer("answer")[: EXPORT_PAGE + 1])
    page = found[:EXPORT_PAGE]
    cursor = _cursor(page[-1]) if len(found) > EXPORT_PAGE else ""
    return _export_rows_of(page, viewer, at=at), cursor


def _export_rows_of(page: list[Case], viewer: Actor, *, at: datetime) -> list[ExportRow]:
    book = catalogue.book()
    area_ids = {row.area_id for row in page if row.area_id is not None}
    areas = {key: tuple(reversed(places.ancestors(key))) for key in area_ids}
    parties = accounts.organisations(
        {row.organisation_id for row in page if row.organisation_id is not None}
    )
    may_read = may_export_words(viewer)
    readable = [row.pk for row in page if may_read and viewer.covers(row.area_path)]
    said = _whole_reports_of(readable)
    return [
        ExportRow(
            state=State(row.state),
            category=book.categories.get(row.category_code),
            areas=areas[row.area_id] if row.area_id is not None else (),
            organisation=parties.get(row.organisation_id) if row.organisation_id else None,
            is_late=_is_late(row, at),
            words=said.get(row.pk),
            **{name: getattr(row, name) for name in _EXPORTED_AS_IT_IS},
        )
        for row in page
    ]


def _whole_reports_of(ids: list[UUID]) -> dict[UUID, str]:
    """Return the reporter's words by case; blank without any.  At most one statement."""
    if not ids:
        return {}
    rows = Statement.objects.filter(case__in=ids, kind="report").values_list("case_id", "text")
    return dict.fromkeys(ids, "") | dict(rows)


@dataclass(frozen=True, slots=True)
class StatementView:
    """Words somebody said about a case."""

    kind: str
    text: str
    address: str
    contact_name: str
    contact_phone: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline: the deed, who did it (by post), the words, the facts."""

    kind: str
    at: datetime
    role: str
    post: PostView | None
    organisation: OrganisationView | None
    words: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case with everything its reader may see."""

    line: CaseLine
    version: int
    address: str
    text: str
    contact_name: str
    contact_phone: str
    longitude: float | None
    latitude: float | None
    areas: tuple[AreaView, ...]
    standard: StandardView | None
    explanation: tuple[str, ...]
    promises: tuple[CommitmentView, ...]
    photos: tuple[FileUseView, ...]
    happenings: tuple[Happening, ...]
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    reason_codes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    satisfaction: int | None = None
    is_solved: bool | None = None
    merged_into: str = ""
    recurrence_of: str = ""


@steady()
def case_page(number: str, *, viewer: Actor, at: datetime, claim_code: str = "") -> CasePage:
    """Return one case with its promises, proof, timeline and the steps possible now.

    A fixed number of statements.  Contact data is shown only to staff of the case.

    Raises:
        CaseNotFound: none, or hidden.
    """
    case = case_in_view(viewer, number, claim_code=claim_code)
    subject = f"case:{case.pk}"
    book = catalogue.book(case.pack_version_id)
    said = _statements(case)
    report = next((one for one in said.values() if one.kind == "report"), None)
    sees_contact = viewer.has(*AREA_ROLES) and viewer.covers(case.area_path)
    steps = possible_steps(case, viewer, claim_code=claim_code)
    return CasePage(
        line=_lines([case], at=at)[0],
        version=case.version,
        address=report.address if report else "",
        text=report.text if report else "",
        contact_name=report.contact_name if report and sees_contact else "",
        contact_phone=report.contact_phone if report and sees_contact else "",
        longitude=case.longitude,
        latitude=case.latitude,
        areas=tuple(reversed(places.ancestors(case.area_id))) if case.area_id else (),
        standard=book.standard(case.standard_id) if case.standard_id else None,
        explanation=tuple(responsibility.explanation(case.answer)) if case.answer else (),
        promises=tuple(commitments.of_subject(subject)),
        photos=tuple(evidence.files_of(subject)),
        happenings=_happenings(ledger.history(subject), said, with_notes=works_on(case, viewer)),
        steps=tuple(steps),
        counts={
            name: getattr(case, name)
            for name in ("reworks", "returns", "extensions", "urges", "reopenings", "level_rises")
        },
        reason_codes={step.value: book.reasons.get(step.value, ()) for step in steps},
        satisfaction=case.satisfaction,
        is_solved=case.is_solved,
        merged_into=case.merged_into.number if case.merged_into else "",
        recurrence_of=case.recurrence_of.number if case.recurrence_of else "",
    )


def _statements(case: Case) -> dict[int, StatementView]:
    return {
        row.pk: StatementView(
            row.kind, row.text, row.address, row.contact_name, row.contact_phone, row.said_at
        )
        for row in Statement.objects.filter(case=case).order_by("pk")
    }


def claim_opens(number: str, claim_code: str) -> bool:
    """Return whether a claim code was given for the case of this number.  One statement."""
    return Case.objects.filter(number=number, claim_hash=claim_hash(claim_code)).exists()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see of a case."""

    may_see: bool
    works_on_it: bool
    may_see_original: bool  # of its photographs


def sight_of(viewer: Actor, case_id: UUID, *, claim_codes: Iterable[str] = ()) -> Sight:
    """Return what `viewer`, or the holder of claim codes, may see of a case.

    One statement, and one for each code while the case is hidden.
    """
    for code in ("", *claim_codes):
        case = visible_cases(viewer, claim_code=code).filter(pk=case_id).first()
        if case is not None:
            return Sight(
                may_see=True,
                works_on_it=works_on(case, viewer),
                may_see_original=may_see_original(viewer, area_path=case.area_path),
            )
    return Sight(may_see=False, works_on_it=False, may_see_original=False)


def works_on(case: Case, viewer: Actor) -> bool:
    """Return whether `viewer` works on the case: for its areas, or its answerable party."""
    if viewer.has(*AREA_ROLES) and viewer.covers(case.area_path):
        return True
    is_own_party = viewer.organisation_id is not None and (
        viewer.organisation_id == case.organisation_id
    )
    return viewer.has(Role.HANDLER) and is_own_party


def _happenings(
    entries: list[EntryView], said: Mapping[int, StatementView], *, with_notes: bool
) -> tuple[Happening, ...]:
    """Return the deeds of the case itself, oldest first; promises stand in their own list."""
    own = [
        entry
        for entry in entries
        if entry.kind.startswith("case.") and (with_notes or entry.kind != "case.annotated")
    ]
    posts = accounts.posts({entry.post_id for entry in own if entry.post_id is not None})
    parties = accounts.organisations(
        {entry.organisation_id for entry in own if entry.organisation_id is not None}
    )
    return tuple(
        Happening(
            kind=entry.kind,
            at=entry.at,
            role=entry.role,
            post=posts.get(entry.post_id) if entry.post_id else None,
            organisation=parties.get(entry.organisation_id) if entry.organisation_id else None,
            words=_words_of(entry, said),
            facts=entry.facts,
        )
        for entry in own
    )


def _words_of(entry: EntryView, said: Mapping[int, StatementView]) -> str:
    """Return the words kept for an entry; the report's own stand at the head of the page."""
    kept = said.get(entry.facts.get("words", {}).get("id", 0))
    return kept.text if kept is not None and kept.kind != "report" else ""


def possible_steps(case: Case, viewer: Actor, *, claim_code: str = "") -> list[Step]:
    """Return the steps that `viewer` may try now, in the order of the table.

    What a step needs besides (words, photographs) is told by `rules.STEPS`.
    """
    state = State(case.state)
    return [
        step
        for step in steps_from(state, roles=viewer.roles)
        if _relates(case, step, viewer, claim_code)
    ]


def _relates(case: Case, step: Step, viewer: Actor, claim_code: str) -> bool:
    try:
        check_relation(case, step, viewer, claim_code=claim_code)
    except (NotPermitted, SupportedAlready):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """An open case that may be the same matter."""

    line: CaseLine
    metres: float


@steady()
def similar_cases(
    viewer: Actor,
    *,
    longitude: float,
    latitude: float,
    category_code: str,
    at: datetime,
    limit: int = 5,
) -> list[SimilarCase]:
    """Return open cases of the class near a place and time, the nearest first.

    Source: `standards.md` section 3: within 50 m and 24 h in the same class, as settings.

    Args:
        viewer: only cases this reader may see.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        category_code: exactly this category.
        at: the time of the new report.
        limit: the most to return.
    """
    options = catalogue.book().options
    rows = visible_cases(viewer).filter(
        near(longitude, latitude, radius_m=options.similar_metres),
        category_code=category_code,
        ended_at=None,
        reported_at__gte=at - timedelta(hours=options.similar_hours),
    )
    apart = {
        row: metres_between(longitude, latitude, row.longitude or 0.0, row.latitude or 0.0)
        for row in rows.order_by("-reported_at")[:100]
    }
    within = sorted(
        (row for row in apart if apart[row] <= options.similar_metres), key=apart.__getitem__
    )[:limit]
    lines = _lines(within, at=at)
    return [SimilarCase(line, apart[row]) for row, line in zip(within, lines, strict=True)]


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A column of a case row that the ledger tells otherwise."""

    case_id: UUID
    number: str
    column: str
    in_row: Any
    in_ledger: Any


def replayed(case_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the columns of cases as the ledger alone tells them.  One statement.

    Args:
        case_ids: at most some hundreds.
    """
    told = ledger.histories([f"case:{case_id}" for case_id in case_ids])
    return {case_id: fold(entry.facts for entry in told[f"case:{case_id}"]) for case_id in case_ids}


def discrepancies(progress: Callable[[int], None] | None = None) -> Iterator[Discrepancy]:
    """Yield where the rows differ from the replayed ledger; one statement for 300 cases.

    Args:
        progress: told after each batch how many cases were compared.
    """
    rows = Case.objects.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(itertools.islice(rows, BATCH)):
        told = replayed([case.pk for case in batch])
        for case in batch:
            yield from _compare(case, told[case.pk])
        if progress:
            progress(len(batch))


def _compare(case: Case, told: Mapping[str, Any]) -> Iterator[Discrepancy]:
    for column, value in snapshot(case).items():
        if column not in told or told[column] != value:
            yield Discrepancy(case.pk, case.number, column, value, told.get(column))


def count_cases() -> int:
    """Return how many cases there are."""
    return Case.objects.count()


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a case concerns and what it is about, as ids and codes: for telling them.

    Attributes:
        followers: ids of people: the reporter and whoever follows; claim codes have none.
    """

    id: UUID
    number: str
    state: State
    category_code: str
    area_id: int | None
    area_path: str
    level: str
    is_emergency: bool
    due_at: datetime | None
    organisation_id: int | None
    verifier_post_id: int | None
    checker_post_id: int | None
    followers: tuple[int, ...] = ()


_CONCERN = (
    "id", "number", "state", "category_code", "area_id", "area_path", "level", "is_emergency",
    "due_at", "organisation_id", "verifier_post_id", "checker_post_id",
)  # fmt: skip


def concerns(ids: Collection[UUID]) -> dict[UUID, Concern]:
    """Return whom each of these cases concerns, whoever asks.  Two statements.

    Args:
        ids: at most some hundreds; unknown ones are left out.
    """
    people: dict[UUID, dict[int, None]] = {case_id: {} for case_id in ids}
    if not people:
        return {}
    rows = list(Case.objects.filter(pk__in=people).values("reporter_id", *_CONCERN))
    pairs = [(row["id"], row["reporter_id"]) for row in rows]
    followers = Follower.objects.filter(case__in=people).order_by("pk")
    for case_id, person_id in [*pairs, *followers.values_list("case_id", "person_id")]:
        if person_id is not None:
            people[case_id][person_id] = None
    return {
        row["id"]: Concern(
            **{name: row[name] for name in _CONCERN} | {"state": State(row["state"])},
            followers=tuple(people[row["id"]]),
        )
        for row in rows
    }
