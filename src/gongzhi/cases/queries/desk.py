"""What the desk reads: its queues, one case with all that is needed to decide, what changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.phrases import likeness
from gongzhi.kernel.worktime import YearUnknown
from gongzhi.ledger import queries as ledger
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, visible_cases
from ..models import Case, SavedFilter, Statement
from ..rules import CaseNotFound, DeskNotYours, State, Step, next_party
from .figures import case_counts
from .lists import CaseFilter, CaseLine, CaseList, case_list, lines_of, narrow
from .page import CasePage, Happening, case_page, possible_steps
from .similar import SimilarCase, similar_cases

DESK = (Role.OPERATOR, Role.DISPATCHER, Role.DUTY_HEAD)
SOON_HOURS = 24  # of the queue of what is due soon; an address may ask for others
MOST_OTHERS = 6  # parties of the same kind that are offered besides the chain
MOST_ENTRIES = 2000  # of the ledger, looked through for what changed

# The queues of the desk, in the order of the loop.
QUEUES: Mapping[str, CaseFilter] = {
    "new": CaseFilter(states=(State.REPORTED,)),
    "dispatch": CaseFilter(states=(State.FILED,)),
    "returned": CaseFilter(states=(State.FILED,), course="sent_back"),
    "extension": CaseFilter(states=(State.HANDLING,), course="extension_asked"),
    "soon": CaseFilter(due_within=SOON_HOURS),
    "late": CaseFilter(is_late=True),
    "close": CaseFilter(states=(State.CHECKED,)),
    "open": CaseFilter(is_open=True),
    "held": CaseFilter(states=(State.SUSPENDED,)),
    "raised": CaseFilter(is_open=True, course="raised"),
}


def check_desk(viewer: Actor) -> None:
    """Refuse whoever does not work at the desk.

    Raises:
        DeskNotYours: the viewer is neither operator, dispatcher nor duty head.
    """
    if not viewer.has(*DESK):
        raise DeskNotYours


@steady()
def desk_list(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter, after: str = "", limit: int = 50
) -> CaseList:
    """Return a page of the desk's list, what is due first at its head.

    Of what is due at once the oldest stands first, and what has no deadline last.  What was
    searched for comes the newest first.  Two statements, or three with a search.

    Args:
        viewer: who works at the desk.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        after: `next_cursor` of the page before.
        limit: the most lines to return.
    """
    if narrowed.text:
        return case_list(viewer, at=at, narrowed=narrowed, after=after, limit=limit)
    rows = _below(narrow(visible_cases(viewer), narrowed, at), after)
    ordered = rows.order_by(F("due_at").asc(nulls_last=True), "reported_at", "id")
    found = list(ordered.defer("answer")[: limit + 1])
    page = found[:limit]
    cursor = _cursor_of(page[-1]) if len(found) > limit else ""
    return CaseList(lines_of(page, at=at), cursor)


def _cursor_of(case: Case) -> str:
    due = case.due_at.isoformat() if case.due_at else ""
    return f"{due}~{case.reported_at.isoformat()}~{case.pk}"


def _below(rows: "QuerySet[Case]", cursor: str) -> "QuerySet[Case]":
    """Return the rows below the cursor; a cursor that is none begins at the top."""
    due, _, rest = cursor.partition("~")
    reported, _, key = rest.partition("~")
    try:
        due_at = datetime.fromisoformat(due) if due else None
        reported_at, last = datetime.fromisoformat(reported), UUID(key)
    except ValueError:
        return rows
    later = Q(reported_at__gt=reported_at) | Q(reported_at=reported_at, pk__gt=last)
    if due_at is None:
        return rows.filter(later, due_at=None)
    return rows.filter(Q(due_at__gt=due_at) | Q(due_at=None) | Q(due_at=due_at) & later)


def home_of(viewer: Actor) -> str:
    """Return the path of the area whose queues somebody works on; blank for the whole city.

    Whoever holds several areas sees the queues of all that they may see.
    """
    return viewer.scopes[0] if len(viewer.scopes) == 1 else ""


def queue_counts(viewer: Actor, *, at: datetime) -> dict[str, int]:
    """Return how many cases wait in each queue of one's area.  One statement."""
    here = CaseFilter(is_open=True, area_path=home_of(viewer))
    return case_counts(viewer, QUEUES, at=at, narrowed=here)


# --- one case ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """How much lies with a party now: open cases, and those of them that are late."""

    open: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class PartyOption:
    """A party that a case could be sent to.

    Attributes:
        why: the reason by the map; blank for one outside the explained answer.
        is_proposed: it is sent there unless the dispatcher chooses otherwise.
        in_chain: the explained answer names it.
        returned: how often it has given this case back.
        is_unchanged: it was the last to give the case back, so a reason is needed.
    """

    organisation: OrganisationView
    why: str
    level: str
    is_proposed: bool
    in_chain: bool
    returned: int
    is_unchanged: bool
    load: Load


@dataclass(frozen=True, slots=True)
class DeskCase:
    """One case with all that is needed to decide.

    Attributes:
        parties: to whom it could go; empty where the viewer cannot dispatch now.
        due_at: by when it would have to be handled if it went there now; None when the
            standard promises nothing, or not in a known year.
        extended_to: by when, if the extension that was asked for were granted; likewise.
        returns: how it was given back, oldest first.
    """

    page: CasePage
    parties: tuple[PartyOption, ...]
    due_at: datetime | None
    extended_to: datetime | None
    returns: tuple[Happening, ...]


@steady()
def desk_case(number: str, *, viewer: Actor, at: datetime) -> DeskCase:
    """Return one case with all that is needed to decide.

    One statement more than `case_page`.

    Raises:
        CaseNotFound: none, or hidden.
    """
    page = case_page(number, viewer=viewer, at=at)
    returns = tuple(one for one in page.happenings if one.kind == "case.returned")
    may_send = Step.DISPATCH in page.steps
    return DeskCase(
        page,
        parties=_parties(page, returns, at=at) if may_send else (),
        due_at=_due_after(page, at) if may_send else None,
        extended_to=_due_after(page, page.line.due_at)
        if Step.GRANT_EXTENSION in page.steps
        else None,
        returns=returns,
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """A case, and open ones that may be the same matter, the likeliest first."""

    line: CaseLine
    similar: tuple[SimilarCase, ...]
    may_merge: bool


@steady()
def alike(number: str, *, viewer: Actor, at: datetime) -> Alike:
    """Return a case and open ones that may be the same matter.  Three statements.

    Raises:
        CaseNotFound: none, or hidden.
    """
    case = case_in_view(viewer, number)
    report = Statement.objects.filter(case=case, kind="report").values_list("text", flat=True)
    text = report.first() or ""
    found = []
    if case.longitude is not None and case.latitude is not None:
        found = similar_cases(
            viewer,
            longitude=case.longitude,
            latitude=case.latitude,
            kinds=(case.category_code,) if case.category_code else (),
            at=case.reported_at,
            text=text,
            but=case.pk,
        )
    line = lines_of([case], at=at, said={case.pk: text})[0]
    return Alike(line, tuple(found), Step.MERGE in possible_steps(case, viewer))


def _due_after(page: CasePage, begin: datetime | None) -> datetime | None:
    """Return the end of the limit of the standard that begins at a moment."""
    limit = page.standard.limit() if page.standard else None
    try:
        return catalogue.book().calendar.add(begin, limit) if limit and begin else None
    except YearUnknown:
        return None


def _parties(
    page: CasePage, returns: tuple[Happening, ...], *, at: datetime
) -> tuple[PartyOption, ...]:
    """Return the chain and others of the kind, each with its load.  One statement."""
    gave_back = [one.organisation.id for one in returns if one.organisation is not None]
    last = gave_back[-1] if gave_back else None
    chain = {one.organisation.id: one for one in reversed(page.chain)}
    in_order = list(dict.fromkeys(one.organisation.id for one in page.chain))
    others = _others_of_kind(page) if in_order else ()
    proposed = next_party(in_order, returned_from=last) if in_order else None
    loads = loads_of([*in_order, *(one.id for one in others)], at=at)
    return tuple(
        PartyOption(
            organisation=party,
            why=chain[party.id].why if party.id in chain else "",
            level=chain[party.id].level if party.id in chain else "",
            is_proposed=party.id == proposed,
            in_chain=party.id in chain,
            returned=gave_back.count(party.id),
            is_unchanged=party.id == last,
            load=loads.get(party.id, Load()),
        )
        for party in (*(chain[key].organisation for key in in_order), *others)
    )


def _others_of_kind(page: CasePage) -> tuple[OrganisationView, ...]:
    """Return other parties of the kind of the first that answers."""
    in_chain = {one.organisation.id for one in page.chain}
    kind = page.chain[0].organisation.kind
    same = [one for one in accounts.all_organisations() if one.kind == kind]
    return tuple(one for one in same if one.id not in in_chain)[:MOST_OTHERS]


def loads_of(organisation_ids: Collection[int], *, at: datetime) -> dict[int, Load]:
    """Return how much lies with each party now; without those that have nothing.  One statement."""
    rows = Case.objects.filter(organisation_id__in=set(organisation_ids), ended_at=None)
    counted = rows.order_by().values("organisation_id")
    found = counted.annotate(open=Count("id"), late=Count("id", filter=Q(due_at__lt=at)))
    return {key: Load(*counts) for key, *counts in found.values_list(*_LOAD)}


_LOAD = ("organisation_id", "open", "late")


# --- two cases side by side -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One of two cases that are compared."""

    line: CaseLine
    text: str
    address: str
    photos: tuple[FileUseView, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cases side by side.

    Attributes:
        metres: between the two; None where one has no position.
        likeness: of the words, 0 to 1.
        same_category: whether both are of one kind.
    """

    left: Side
    right: Side
    metres: float | None
    likeness: float
    same_category: bool


@steady()
def comparison(numbers: tuple[str, str], *, viewer: Actor, at: datetime) -> Comparison:
    """Return two cases side by side, in the order of the numbers.  Four statements.

    Raises:
        CaseNotFound: one is not there, or hidden.
    """
    rows = {
        row.number: row for row in visible_cases(viewer).filter(number__in=numbers).defer("answer")
    }
    for number in numbers:
        if number not in rows:
            raise CaseNotFound(number=number)
    cases = [rows[number] for number in numbers]
    left, right = _sides(cases, at=at)
    return Comparison(
        left,
        right,
        metres=_metres(*cases),
        likeness=likeness(left.text, right.text),
        same_category=cases[0].category_code == cases[1].category_code,
    )


def _sides(cases: list[Case], *, at: datetime) -> list[Side]:
    said = Statement.objects.filter(case__in=cases, kind="report")
    words = {case: (text, address) for case, text, address in said.values_list(*_SAID)}
    files: dict[str, list[FileUseView]] = {}
    for one in evidence.files_of_many(f"case:{case.pk}" for case in cases):
        files.setdefault(one.subject, []).append(one)
    short = {key: text for key, (text, _) in words.items()}
    return [
        Side(line, *words.get(line.id, ("", "")), tuple(files.get(f"case:{line.id}", ())))
        for line in lines_of(cases, at=at, said=short)
    ]


_SAID = ("case_id", "text", "address")


def _metres(one: Case, other: Case) -> float | None:
    if one.longitude is None or other.longitude is None:
        return None
    return metres_between(
        one.longitude, one.latitude or 0.0, other.longitude, other.latitude or 0.0
    )


# --- what changed -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a list since it was read.

    Attributes:
        new: cases that stand in the list now and are not shown.
        changed: cases that are shown and were changed since.
        is_many: too much happened to look through.
    """

    new: int
    changed: int
    is_many: bool = False


def newest_entry() -> int:
    """Return the id of the newest ledger entry: anything later is a change.  One statement."""
    return ledger.newest_id()


@steady()
def changes_since(
    entry_id: int, *, viewer: Actor, at: datetime, narrowed: CaseFilter, shown: Collection[str]
) -> Changes:
    """Return what became of a list since an entry of the ledger.  At most two statements.

    What the viewer did is no news.

    Args:
        entry_id: the newest when the list was read.
        viewer: who reads it.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        shown: the numbers of the cases on the page.
    """
    entries = ledger.entries_after(entry_id, MOST_ENTRIES + 1)
    if len(entries) > MOST_ENTRIES:
        return Changes(0, 0, is_many=True)
    by_others = (one for one in entries if one.person_id != viewer.person_id)
    ids = {UUID(one.subject[5:]) for one in by_others if one.subject.startswith("case:")}
    if not ids:
        return Changes(0, 0)
    within = narrow(visible_cases(viewer), narrowed, at).filter(pk__in=ids)
    touched = Case.objects.filter(pk__in=ids).filter(
        Q(number__in=list(shown)) | Q(pk__in=within.values("pk"))
    )
    numbers = set(touched.values_list("number", flat=True))
    return Changes(new=len(numbers - set(shown)), changed=len(numbers & set(shown)))


# --- saved filters ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SavedFilterView:
    """A list of the desk under a name.

    Attributes:
        address: the query of the list's address.
        is_own: whether the reader may delete it.
        is_shared: whether the colleagues of its maker see it.
    """

    id: int
    name: str
    address: str
    is_own: bool
    is_shared: bool


def saved_filters(viewer: Actor) -> tuple[SavedFilterView, ...]:
    """Return the reader's own saved lists and those of their organisation.  One statement."""
    mine = Q(person_id=viewer.person_id or 0)
    if viewer.organisation_id is not None:
        mine |= Q(organisation_id=viewer.organisation_id)
    return tuple(
        SavedFilterView(
            row.pk,
            row.name,
            row.address,
            is_own=row.person_id == viewer.person_id,
            is_shared=row.organisation_id is not None,
        )
        for row in SavedFilter.objects.filter(mine).order_by("name", "pk")[:50]
    )
