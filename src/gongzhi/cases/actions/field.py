"""What is done outside with one hand: a step with its photographs, a matter settled at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book
from gongzhi.evidence import actions as evidence
from gongzhi.evidence.actions import BroughtFile
from gongzhi.kernel.coordinates import Frame
from gongzhi.kernel.ids import uuid7
from gongzhi.ledger.actions import gathered
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, check_relation, reported
from ..models import Case
from ..rules import NewReport, NotSmall, PhotoMissing, Reported, State, Step, take_step
from .arrival import checked, next_number, placed, reported_meanwhile
from .deeds import Deed
from .placing import recurrence_of, set_answer, set_standard
from .proof import close_or_promise
from .steps import check_may_show, take

REQUIRED = ("before", "after")


@steady()
@gathered()
def take_with_photos(
    number: str,
    step: Step,
    *,
    photos: Iterable[BroughtFile],
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
    **given: object,
) -> None:
    """Keep photographs with a case and take a step of it: both, or neither.

    Args:
        number: the printed number.
        step: any but `report`.
        photos: brought before, so that nobody waits for the disk.
        by: who takes it.
        at: when; an aware datetime.
        version: the version the actor had read.
        claim_code: of a reporter without an account.
        given: what the deed of the step takes besides, by its own names.

    Raises:
        Refusals of `take`; of the first step a photograph is for.
    """
    brought = list(photos)
    if brought:
        case = case_in_view(by, number, claim_code=claim_code)
        for one in brought:
            check_may_show(case, one.purpose.value, by, claim_code)
            evidence.use_file(one, subject=f"case:{case.pk}", by=by, at=at)
    take(number, step, by=by, at=at, version=version, claim_code=claim_code, **given)


@steady()
def report_fixed(
    new: NewReport, photos: Iterable[BroughtFile], *, note: str = "", by: Actor, at: datetime
) -> Reported:
    """Report a small matter and settle it at once, in one deed (自处置).

    The same `case_id` sent twice is one case.  Where the report names no position, that of
    a photograph stands in.

    Args:
        new: what it was; its category must be small.
        photos: before and after, brought before.
        note: what was done, in words; may be blank.
        by: a collector or steward of the place.
        at: when; an aware datetime.

    Raises:
        NotSmall: the standard row does not allow it.
        PhotoMissing: before or after is not there.
        StepNotYours, PlaceOutsideYourArea: it is not the actor's to settle.
        Refusals of `arrival.report`.
    """
    brought = list(photos)
    clean = checked(_placed_by(new, brought))
    case_id = new.case_id or uuid7(at_ms=int(at.timestamp() * 1000))
    known = reported(case_id) if new.case_id else None
    if known is not None:
        return known
    try:
        with gathered():
            case, deed = _begun(clean, brought, by=by, at=at, case_id=case_id)
            _settle(deed, note)
            deed.write()
    except IntegrityError as trouble:
        return reported_meanwhile(new, case_id, trouble)
    return Reported(case.pk, case.number, State(case.state))


def _placed_by(new: NewReport, brought: Iterable[BroughtFile]) -> NewReport:
    """Return the report with the position of a photograph where it has none of its own."""
    if new.longitude is not None and new.latitude is not None:
        return new
    for one in brought:
        if one.claims.longitude is not None and one.claims.latitude is not None:
            longitude, latitude = one.claims.longitude, one.claims.latitude
            return replace(new, longitude=longitude, latitude=latitude, frame=Frame.WGS84.value)
    return new


def _begun(
    new: NewReport, brought: list[BroughtFile], *, by: Actor, at: datetime, case_id: UUID
) -> tuple[Case, Deed]:
    """Return the case as reported, with its photographs, and the deed to go on with."""
    book = catalogue.book()
    case, location = placed(new, case_id, book=book, by=by, at=at)
    _fit_small(case, book, at=at)
    take_step(State(case.state), Step.FIX_ON_SPOT, roles=by.roles)
    check_relation(case, Step.FIX_ON_SPOT, by)
    set_answer(case, location, at=at)
    case.recurrence_of_id = recurrence_of(case, book.options, at=at)
    case.number = next_number(book, at=at)
    deed = Deed(case, step=Step.REPORT, by=by, at=at)
    deed.say("report", new.text, address=new.address, contact_name="", contact_phone="")
    deed.log()
    purposes = {one.purpose.value for one in brought}
    for purpose in REQUIRED:
        if purpose not in purposes:
            raise PhotoMissing(purpose=purpose, step=Step.FIX_ON_SPOT.value)
    for one in brought:
        evidence.use_file(one, subject=deed.subject, by=by, at=at)
    deed.step = Step.FIX_ON_SPOT
    return case, deed


def _fit_small(case: Case, book: Book, *, at: datetime) -> None:
    """Put the case under a small row of its category, where the first that fits is none."""
    rows = book.standards_of(case.category_code)
    small = {row.id: row for row in rows if row.is_small}
    if not small:
        raise NotSmall(category=case.category_code)
    if case.standard_id not in small:
        set_standard(case, book, row=next(iter(small.values())).row, at=at)


def _settle(deed: Deed, note: str) -> None:
    """Close a case as `fix_on_spot` does."""
    deed.move(State.CHECKED)
    deed.say("note", note)
    case = deed.case
    case.organisation_id = deed.by.organisation_id
    case.handled_at = case.checked_at = deed.at
    case.handled_by_id = deed.by.person_id
    close_or_promise(deed)
