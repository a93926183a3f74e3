"""One case with everything its reader may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import StandardView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import may_see_original
from gongzhi.kernel.refusals import NotPermitted
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.responsibility import queries as responsibility
from gongzhi.webkit.revisions import steady

from ..access import (
    AREA_ROLES,
    case_in_view,
    check_relation,
    visible_cases,
)
from ..models import Case, Statement
from ..rules import (
    State,
    Step,
    SupportedAlready,
    claim_hash,
    steps_from,
)
from .lists import CaseLine, lines_of


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
        line=lines_of([case], at=at)[0],
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
