"""What the handling party does, and what the dispatcher grants it."""

from datetime import date, datetime, timedelta

from gongzhi.accounts.rules import SYSTEM, Actor
from gongzhi.commitments import actions as commitments
from gongzhi.commitments import queries as promises
from gongzhi.ledger.actions import gathered
from gongzhi.webkit.revisions import steady

from ..access import find_looker
from ..models import Case
from ..rules import (
    OWN_STAGES,
    ExtensionAskedAlready,
    NoExtensionAsked,
    ResumeDateWrong,
    StageUnknown,
    State,
    Step,
    check_extension,
)
from .deeds import (
    desk_of,
    evidence_needed,
    give_reason,
    keep,
    needs_new_photo,
    open_deed,
    pause_promises,
    promise,
    release,
    resume_promises,
    rises_at,
)
from .handing import handling_limit, promise_check, promise_dispatch


@steady()
@gathered()
def accept_case(number: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Take the case on: the party begins to handle it.

    Raises:
        OtherParty: it lies with another organisation.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.ACCEPT, by=by, at=at, version=version)
    deed.case.accepted_at = at
    return deed.write()


@steady()
@gathered()
def return_case(
    number: str,
    *,
    reason_code: str,
    reason: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Give the case back to the dispatcher, who may not push it on unchanged.

    Raises:
        OtherParty, ReasonUnknown, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RETURN, by=by, at=at, version=version)
    give_reason(deed, reason_code=reason_code, reason=reason)
    case = deed.case
    case.returned_from_id = case.organisation_id
    case.returns += 1
    case.raise_at = None
    case.extension_asked_at = None
    release(deed)
    promise_dispatch(deed)
    return deed.write()


@steady()
@gathered()
def ask_extension(
    number: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Ask for one more limit, before the deadline.

    Raises:
        ExtensionTooLate, TooManyExtensions, ExtensionAskedAlready, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.ASK_EXTENSION, by=by, at=at, version=version)
    case = deed.case
    if case.extension_asked_at is not None:
        raise ExtensionAskedAlready(number=number)
    check_extension(
        due_at=case.due_at,
        at=at,
        extensions=case.extensions,
        most=deed.book.options.max_extensions,
    )
    give_reason(deed, reason=reason)
    case.extension_asked_at = at
    return deed.write()


@steady()
@gathered()
def grant_extension(number: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Grant what was asked: one more original limit, counted from the present deadline.

    Source: `standards.md` section 3, 延期.

    Raises:
        NoExtensionAsked, ExtensionTooLate, TooManyExtensions.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.GRANT_EXTENSION, by=by, at=at, version=version)
    case, book = deed.case, deed.book
    if case.extension_asked_at is None:
        raise NoExtensionAsked(number=number)
    check_extension(
        due_at=case.due_at, at=at, extensions=case.extensions, most=book.options.max_extensions
    )
    due_at = book.calendar.add(case.due_at or at, handling_limit(deed))
    for owed in promises.open_of_subject(deed.subject, kinds=["case.handle"]):
        commitments.extend(owed.id, due_at=due_at, by=by, at=at)
    case.due_at = due_at
    case.raise_at = rises_at(deed, due_at)
    case.extensions += 1
    case.extension_asked_at = None
    return deed.write()


@steady()
@gathered()
def refuse_extension(
    number: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Refuse what was asked, with a reason; a refusal does not count.

    Raises:
        NoExtensionAsked, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.REFUSE_EXTENSION, by=by, at=at, version=version)
    if deed.case.extension_asked_at is None:
        raise NoExtensionAsked(number=number)
    give_reason(deed, reason=reason)
    deed.case.extension_asked_at = None
    return deed.write()


@steady()
@gathered()
def suspend_case(
    number: str,
    *,
    reason_code: str,
    resume_on: date,
    reason: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Hold a case until a day on which it resumes by itself; its promises stand still.

    Args:
        number: the printed number.
        reason_code: of the pack's list.
        resume_on: a date in the future, at most the pack's number of days away.
        reason: words; may be blank where the pack has a list.
        by: a dispatcher.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        ResumeDateWrong, ReasonUnknown, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.SUSPEND, by=by, at=at, version=version)
    give_reason(deed, reason_code=reason_code, reason=reason)
    today = at.astimezone(deed.book.calendar.timezone).date()
    most = deed.book.options.suspend_max_days
    if not today < resume_on <= today + timedelta(days=most):
        raise ResumeDateWrong(resume_on=str(resume_on), most=most)
    case = deed.case
    case.suspended_from = deed.state_before.value
    case.resume_on = resume_on
    case.raise_at = None
    pause_promises(deed)
    case.due_at = None
    return deed.write()


@steady()
@gathered()
def resume_case(number: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Take a held case up again where it stood; what remained of each limit begins to run.

    Raises:
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RESUME, by=by, at=at, version=version)
    case = deed.case
    deed.move(State(case.suspended_from))
    case.suspended_from = ""
    case.resume_on = None
    due = resume_promises(deed)
    case.due_at = due.get("dispatch" if case.state == State.FILED else "handle")
    if "handle" in due:
        case.raise_at = rises_at(deed, due["handle"])
    return deed.write()


@steady()
@gathered()
def reach_stage(
    number: str, *, stage: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Say that a stage of the work is done: the place is safe, the surface restored.

    Raises:
        StageUnknown: nothing of that stage is owed.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.REACH_STAGE, by=by, at=at, version=version)
    owed = promises.open_of_subject(deed.subject)
    stages = sorted({one.kind.removeprefix("case.") for one in owed} - OWN_STAGES)
    if stage not in stages:
        raise StageUnknown(stage=stage, open=", ".join(stages))
    keep(deed, stage)
    deed.facts["stage"] = stage
    return deed.write()


@steady()
@gathered()
def complete_case(
    number: str, *, note: str = "", by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Say that the work is done, with the photograph after.

    Where the pack says so a collector is asked at once to check it.

    Raises:
        PhotoMissing: the standard wants a photograph after, and there is none.
        PhotoOld: it is from before the work was asked for again.
        OtherParty: it lies with another organisation.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.COMPLETE, by=by, at=at, version=version)
    case, book = deed.case, deed.book
    if "after" in evidence_needed(deed):
        owed = promises.open_of_subject(deed.subject, kinds=["case.handle"])
        needs_new_photo(deed, "after", later_than=max((one.made_at for one in owed), default=None))
    deed.say("note", note)
    case.handled_at = at
    case.handled_by_id = by.person_id
    case.extension_asked_at = None
    keep(deed)
    checker = find_looker(case) if book.options.auto_ask_check else None
    if checker is None:
        promise(deed, "close", book.options.close_limit, organisation_id=desk_of(book))
        return deed.write()
    deed.log()
    deed.by, deed.step = SYSTEM, Step.ASK_CHECK
    deed.move(State.CHECKING)
    promise_check(deed, checker)
    return deed.write()
