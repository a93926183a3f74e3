"""How a case ends: checked by somebody else, closed on evidence, rated, reopened."""

from datetime import datetime

from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.catalogue.rules import HANDLE
from gongzhi.ledger.actions import gathered
from gongzhi.webkit.revisions import steady

from ..access import is_reporter
from ..models import Case
from ..rules import (
    FindingMissing,
    GradeWrong,
    NotSmall,
    RatedAlready,
    State,
    Step,
    check_reopening,
)
from .deeds import (
    Deed,
    desk_of,
    evidence_needed,
    give_reason,
    keep,
    needs_new_photo,
    needs_photos,
    open_deed,
    promise,
    release,
    rises_at,
)
from .handing import handling_limit, looker, promise_check, promise_dispatch


@steady()
@gathered()
def fix_on_spot(
    number: str, *, note: str = "", by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Settle a small matter at once, with the photographs before and after (自处置).

    Raises:
        NotSmall: the standard row does not allow it.
        PhotoMissing: before or after is not there.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.FIX_ON_SPOT, by=by, at=at, version=version)
    case, standard = deed.case, deed.standard
    if standard is None or not standard.is_small:
        raise NotSmall(category=case.category_code)
    needs_photos(deed, "before", "after")
    deed.say("note", note)
    case.organisation_id = by.organisation_id
    case.handled_at = case.checked_at = at
    case.handled_by_id = by.person_id
    keep(deed)
    close_or_promise(deed)
    return deed.write()


@steady()
@gathered()
def ask_check(
    number: str, *, post_id: int | None = None, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Ask a collector or steward who did not handle it to look at the work.

    Raises:
        NobodyToAsk: no such post covers the place.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.ASK_CHECK, by=by, at=at, version=version)
    release(deed, "close")
    promise_check(deed, looker(deed.case, post_id))
    return deed.write()


@steady()
@gathered()
def pass_check(
    number: str, *, finding: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Find the work done; where the pack says so the case closes at once.

    Raises:
        CheckerIsHandler, FindingMissing, PhotoMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = _looked(number, Step.PASS_CHECK, finding, by=by, at=at, version=version)
    deed.case.checked_at = at
    close_or_promise(deed)
    return deed.write()


@steady()
@gathered()
def fail_check(
    number: str, *, finding: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Find the work not done: it goes back to the same party, with the limit anew.

    Raises:
        CheckerIsHandler, FindingMissing, PhotoMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = _looked(number, Step.FAIL_CHECK, finding, by=by, at=at, version=version)
    case, book = deed.case, deed.book
    case.reworks += 1
    case.handled_at = None
    due_at = promise(
        deed,
        HANDLE,
        handling_limit(deed),
        organisation_id=case.organisation_id or desk_of(book),
        post_id=case.handler_post_id,
    )
    case.raise_at = rises_at(deed, due_at)
    return deed.write()


def _looked(
    number: str, step: Step, finding: str, *, by: Actor, at: datetime, version: int | None
) -> Deed:
    """Return the deed of a check whose checker, finding and photograph are in order."""
    deed = open_deed(number, step, by=by, at=at, version=version)
    if not finding.strip():
        raise FindingMissing
    needs_new_photo(deed, "check", later_than=deed.case.handled_at)
    deed.say("finding", finding)
    keep(deed, "check")
    return deed


def close_or_promise(deed: Deed) -> None:
    """Close a checked case where the pack says so; otherwise the desk promises to."""
    book = deed.book
    if book.options.auto_close and _has_all_proof(deed):
        deed.log()
        deed.by, deed.step = SYSTEM, Step.CLOSE
        deed.move(State.CLOSED)
    else:
        promise(deed, "close", book.options.close_limit, organisation_id=desk_of(book))


def _has_all_proof(deed: Deed) -> bool:
    there = deed.photos
    before = there.get("before", 0) + there.get("verify", 0)
    shown = {"before": before, "after": there.get("after", 0)}
    return all(shown.get(purpose, 1) for purpose in evidence_needed(deed))


@steady()
@gathered()
def close_case(number: str, *, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Close a checked case on its evidence: the photographs before and after.

    Raises:
        PhotoMissing: the standard wants a photograph that is not there.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.CLOSE, by=by, at=at, version=version)
    needs_photos(deed, *evidence_needed(deed))
    keep(deed)
    return deed.write()


@steady()
@gathered()
def rate_case(
    number: str,
    *,
    is_solved: bool,
    satisfaction: int,
    words: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
) -> Case:
    """Say, as the reporter, whether it was solved and how content one is.

    Args:
        number: the printed number.
        is_solved: the reporter's judgement, whatever the checker found.
        satisfaction: 3 satisfied, 2 basically, 1 not.
        words: may be blank.
        by: the reporter.
        at: when; an aware datetime.
        version: the version the actor had read.
        claim_code: of a reporter without an account.

    Raises:
        GradeWrong, RatedAlready, NotYourReport.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RATE, by=by, at=at, version=version, claim_code=claim_code)
    if satisfaction not in {1, 2, 3}:
        raise GradeWrong(grade=satisfaction)
    if deed.case.satisfaction is not None:
        raise RatedAlready(number=number)
    deed.say("rating", words)
    deed.case.is_solved = is_solved
    deed.case.satisfaction = satisfaction
    return deed.write()


@steady()
@gathered()
def reopen_case(
    number: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
) -> Case:
    """Take a closed case up again: it was closed, but not solved.

    The reporter may within the pack's number of days; the desk always.

    Raises:
        ReopenedTooLate, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.REOPEN, by=by, at=at, version=version, claim_code=claim_code)
    case, book = deed.case, deed.book
    is_desk = by.has(Role.OPERATOR, Role.DUTY_HEAD)
    if deed.ended_before and not (is_desk and not is_reporter(case, by, claim_code)):
        check_reopening(ended_at=deed.ended_before, at=at, days=book.options.reopen_days)
    give_reason(deed, reason=reason)
    case.reopenings += 1
    case.is_forced = False
    case.is_solved = case.satisfaction = None
    case.handled_at = case.checked_at = None
    promise_dispatch(deed)
    return deed.write()


@steady()
@gathered()
def cancel_case(
    number: str,
    *,
    reason_code: str,
    reason: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Void a case that should not have been one; kept, and counted apart.

    Raises:
        ReasonUnknown, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.CANCEL, by=by, at=at, version=version)
    give_reason(deed, reason_code=reason_code, reason=reason)
    _leave_suspension(deed)
    release(deed)
    return deed.write()


@steady()
@gathered()
def force_close_case(
    number: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Close a case without its evidence; privileged, and visible in statistics.

    Raises:
        ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.FORCE_CLOSE, by=by, at=at, version=version)
    give_reason(deed, reason=reason)
    _leave_suspension(deed)
    deed.case.is_forced = True
    release(deed)
    return deed.write()


def _leave_suspension(deed: Deed) -> None:
    deed.case.suspended_from = ""
    deed.case.resume_on = None
