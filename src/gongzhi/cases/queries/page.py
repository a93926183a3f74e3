"""One case with everything its reader may see."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import NO, YES, Book, Question, StandardView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView, Proof
from gongzhi.evidence.rules import Flag, may_see_original
from gongzhi.kernel.refusals import NotPermitted
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility import words as reasons
from gongzhi.webkit.revisions import steady

from ..access import (
    AREA_ROLES,
    check_relation,
    is_reporter,
    visible_cases,
)
from ..models import Case, Follower, Statement
from ..rules import (
    CaseNotFound,
    State,
    Step,
    SupportedAlready,
    claim_hash,
    steps_from,
)
from .lists import CaseLine, lines_of
from .pairs import PicturePair, pair_of

_REASON_FOR_STAFF = frozenset({"case.photo_hidden", "case.photo_shown"})
# Nobody else's business.
_NOT_TOLD = frozenset({"case.followed", "case.unfollowed", "case.report_kept"})
_SUMMARY = 120  # characters of a report in a list


@dataclass(frozen=True, slots=True)
class StatementView:
    """Words somebody said about a case."""

    kind: str
    text: str
    address: str
    contact_name: str
    contact_phone: str
    said_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What the reporter answered to a question of the pack, in both languages.

    Attributes:
        name, name_en: the question.
        value, value_en: the answer; the same where it is a number or words.
    """

    name: str
    name_en: str
    value: str
    value_en: str


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
    given_to: OrganisationView | None = None  # who has the case after the deed


class Tie(StrEnum):
    """What ties a reader to a case."""

    NONE = "none"
    FOLLOWS = "follows"
    SUPPORTS = "supports"  # has said "mine too"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class ChainParty:
    """A party that answers, in the order of the chain.

    Attributes:
        why: the reason, to be read beside the name.
        basis: the legal basis; blank where none is written down.
        trace: where staff find the row behind the reason; blank for everybody else.
    """

    organisation: OrganisationView
    post: PostView | None
    level: str
    why: str
    basis: str
    trace: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case with everything its reader may see.

    Attributes:
        chain: who answers, by the answer kept with the case.
        place_words: in which areas it lies, as a sentence.
        pair: the two photographs to be set beside each other.
        flags: doubts about photographs, for whoever may check or leads; nobody else sees any.
        flag_cases: printed numbers of the cases that flags name, by subject.
        tie: what ties the reader to it.
    """

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
    chain: tuple[ChainParty, ...] = ()
    place_words: str = ""
    extension_asked_at: datetime | None = None
    pair: PicturePair | None = None
    flags: tuple[Flag, ...] = ()
    flag_cases: Mapping[str, str] = field(default_factory=dict)
    tie: Tie = Tie.NONE
    works_on_it: bool = False
    may_black_out: bool = False
    answers: tuple[AnswerView, ...] = ()


@steady()
def case_page(number: str, *, viewer: Actor, at: datetime, claim_code: str = "") -> CasePage:
    """Return one case with its promises, proof, timeline and the steps possible now.

    A fixed number of statements.  Contact data is shown only to staff of the case.

    Raises:
        CaseNotFound: none, or hidden.
    """
    case, follows = _case_of(viewer, number, claim_code)
    subject = f"case:{case.pk}"
    book = catalogue.book(case.pack_version_id)
    said = _statements(case)
    report = next((one for one in said.values() if one.kind == "report"), None)
    sees_contact = viewer.has(*AREA_ROLES) and viewer.covers(case.area_path)
    is_staff = works_on(case, viewer)
    steps = possible_steps(case, viewer, claim_code=claim_code)
    proof = _proof(case, viewer)
    words = {case.pk: report.text[:_SUMMARY]} if report else {}
    return CasePage(
        line=lines_of([case], at=at, said=words)[0],
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
        photos=proof.files,
        happenings=_happenings(ledger.history(subject), said, with_notes=is_staff),
        steps=tuple(step for step in steps if not (step is Step.SUPPORT and follows)),
        counts={
            name: getattr(case, name)
            for name in ("reworks", "returns", "extensions", "urges", "reopenings", "level_rises")
        },
        reason_codes={step.value: book.reasons.get(step.value, ()) for step in steps},
        satisfaction=case.satisfaction,
        is_solved=case.is_solved,
        merged_into=case.merged_into.number if case.merged_into else "",
        recurrence_of=case.recurrence_of.number if case.recurrence_of else "",
        chain=_chain(case, with_trace=is_staff),
        place_words=_place_words(case),
        extension_asked_at=case.extension_asked_at,
        pair=pair_of(proof.files),
        flags=proof.flags,
        flag_cases=_numbers_of(proof.flags),
        tie=_tie(case, viewer, claim_code, follows),
        works_on_it=is_staff,
        may_black_out=may_see_original(viewer, area_path=case.area_path),
        answers=_answers(case, report, book) if report else (),
    )


def _answers(case: Case, report: StatementView, book: Book) -> tuple[AnswerView, ...]:
    """Return the answers of a report by the questions of the pack it came in under.

    A question of another category is looked for too: the case may have been moved since.
    """
    if not report.answers:
        return ()
    known = {one.code: one for one in book.questions_for(case.category_code)}
    for question in book.questions:
        known.setdefault(question.code, question)
    # In the order of asking: PostgreSQL keeps no order of its own.
    return tuple(
        _answer(question, report.answers[code])
        for code, question in known.items()
        if code in report.answers
    )


def _answer(question: Question, value: str) -> AnswerView:
    chosen = {one.code: (one.name, one.name_en) for one in question.choices}
    if question.kind == "yes_no":
        chosen = {YES: ("是", "Yes"), NO: ("否", "No")}
    name, name_en = chosen.get(value, (value, value))
    return AnswerView(question.name, question.name_en, name, name_en)


def _case_of(viewer: Actor, number: str, claim_code: str) -> tuple[Case, bool | None]:
    """Return a case, and whether the viewer follows it as a supporter; None: does not follow.

    Raises:
        CaseNotFound: none, or hidden.
    """
    mine = Follower.objects.filter(case=OuterRef("pk"), person_id=viewer.person_id or 0)
    case = (
        visible_cases(viewer, claim_code=claim_code)
        .filter(number=number)
        .select_related("merged_into", "recurrence_of")
        .annotate(follows=Subquery(mine.values("is_supporter")[:1]))
        .first()
    )
    if case is None:
        raise CaseNotFound(number=number)
    return case, case.follows


def _tie(case: Case, viewer: Actor, claim_code: str, follows: bool | None) -> Tie:
    if is_reporter(case, viewer, claim_code):
        return Tie.REPORTED
    if follows is None:
        return Tie.NONE
    return Tie.SUPPORTS if follows else Tie.FOLLOWS


def _proof(case: Case, viewer: Actor) -> Proof:
    """Return the files of a case; with doubts for whoever may see the originals, or leads."""
    subject = f"case:{case.pk}"
    leads = viewer.has(Role.LEADER) and viewer.covers(case.area_path)
    if not leads and not may_see_original(viewer, area_path=case.area_path):
        return Proof(tuple(evidence.files_of(subject)), ())
    return evidence.proof_of(
        subject,
        longitude=case.longitude,
        latitude=case.latitude,
        reported_at=case.reported_at,
    )


def _numbers_of(flags: Collection[Flag]) -> dict[str, str]:
    """Return the printed numbers of the cases that flags name.  One statement, or none."""
    subjects = {str(flag.facts["subject"]) for flag in flags if "subject" in flag.facts}
    if not subjects:
        return {}
    ids = [UUID(subject.partition(":")[2]) for subject in sorted(subjects)]
    rows = Case.objects.filter(pk__in=ids).values_list("pk", "number")
    return {f"case:{key}": number for key, number in rows}


def _chain(case: Case, *, with_trace: bool) -> tuple[ChainParty, ...]:
    """Return who answers for a case, each with the reason."""
    if not case.answer:
        return ()
    names = responsibility.names_in(case.answer)
    category = names.categories.get(case.answer["category_code"], "")
    chain = case.answer["chain"]
    parties = accounts.organisations({one["organisation_id"] for one in chain})
    posts = accounts.posts({one["post_id"] for one in chain if one["post_id"] is not None})
    return tuple(
        ChainParty(
            organisation=parties[one["organisation_id"]],
            post=posts.get(one["post_id"]),
            level=one["level"],
            why=reasons.why(one, category=category, names=names),
            basis=reasons.basis_of(one, names),
            trace=reasons.trace(one) if with_trace else "",
        )
        for one in chain
        if one["organisation_id"] in parties
    )


def _place_words(case: Case) -> str:
    if not case.answer:
        return ""
    return reasons.place_words(case.answer, responsibility.names_in(case.answer))


def _statements(case: Case) -> dict[int, StatementView]:
    return {
        row.pk: StatementView(
            row.kind,
            row.text,
            row.address,
            row.contact_name,
            row.contact_phone,
            row.said_at,
            row.answers,
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
    number: str = ""


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
                number=case.number,
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
        if entry.kind.startswith("case.")
        and entry.kind not in _NOT_TOLD
        and (with_notes or entry.kind != "case.annotated")
    ]
    posts = accounts.posts({entry.post_id for entry in own if entry.post_id is not None})
    given: dict[int, int] = {}
    party = 0
    for entry in own:
        party = entry.facts.get("set", {}).get("organisation_id") or party
        given[entry.id] = party
    parties = accounts.organisations(
        {key for key in (*(entry.organisation_id for entry in own), *given.values()) if key}
    )
    return tuple(
        Happening(
            kind=entry.kind,
            at=entry.at,
            role=entry.role,
            post=posts.get(entry.post_id) if entry.post_id else None,
            organisation=parties.get(entry.organisation_id) if entry.organisation_id else None,
            words=""
            if entry.kind in _REASON_FOR_STAFF and not with_notes
            else _words_of(entry, said),
            facts=entry.facts,
            given_to=parties.get(given[entry.id]),
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
