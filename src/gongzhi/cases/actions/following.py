"""Following a case: being told what becomes of it, and leaving off."""

from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import gathered, record
from gongzhi.webkit.revisions import steady

from ..access import case_for_change, is_reporter
from ..models import Case, Follower
from ..rules import FollowsNot, NotYourReport, Step, SupportedAlready, SupportNeedsAccount
from .deeds import Deed


@steady()
@transaction.atomic
def follow_case(number: str, *, by: Actor, at: datetime) -> None:
    """Follow a case, open or ended: its follower is told what becomes of it.

    Other than by "mine too" nobody is counted as having the same problem.

    Raises:
        CaseNotFound: none, or hidden.
        SupportNeedsAccount: nobody could be told.
        SupportedAlready: the actor reported or follows it.
    """
    if by.person_id is None:
        raise SupportNeedsAccount(number=number)
    case = case_for_change(by, number)
    mine = Follower.objects.filter(case=case, person_id=by.person_id)
    if case.reporter_id == by.person_id or mine.exists():
        raise SupportedAlready(number=number)
    Follower.objects.create(case=case, person_id=by.person_id, is_supporter=False, since=at)
    facts = {"person_id": by.person_id}
    record("case.followed", subject=f"case:{case.pk}", by=by, at=at, facts=facts)


@steady()
@gathered()
def unfollow_case(number: str, *, by: Actor, at: datetime) -> None:
    """Leave off following; whoever had said "mine too" is no longer counted.

    Raises:
        CaseNotFound: none, or hidden.
        FollowsNot: the actor does not follow it; a reporter always does.
    """
    case = case_for_change(by, number)
    follower = _follower(case, by)
    if follower is None:
        raise FollowsNot(number=number)
    deed = Deed(case, step=Step.SUPPORT, by=by, at=at)
    deed.facts["person_id"] = by.person_id
    if follower.is_supporter:
        case.supporters = max(case.supporters - 1, 0)
    follower.delete()
    if follower.is_supporter:
        deed.write(kind="case.unfollowed")
    else:
        facts = {"person_id": by.person_id}
        record("case.unfollowed", subject=deed.subject, by=by, at=at, facts=facts)


@steady()
@gathered()
def keep_report(number: str, *, by: Actor, at: datetime, claim_code: str) -> None:
    """Take a report made with a claim code into the account of whoever holds the code.

    From then on its reporter is told like any other; the code goes on opening the case.

    Raises:
        CaseNotFound: none, or hidden.
        SupportNeedsAccount: there is no account to keep it in.
        NotYourReport: the code is not that of the case, or it is in an account already.
    """
    if by.person_id is None:
        raise SupportNeedsAccount(number=number)
    case = case_for_change(by, number, claim_code=claim_code)
    if case.reporter_id == by.person_id:
        return  # kept already, in another window
    if case.reporter_id is not None or not is_reporter(case, by, claim_code):
        raise NotYourReport(number=number)
    deed = Deed(case, step=Step.REPORT, by=by, at=at)
    Follower.objects.filter(case=case, person_id=by.person_id).delete()
    case.reporter_id = by.person_id
    deed.facts["person_id"] = by.person_id
    deed.write(kind="case.report_kept")


def _follower(case: Case, by: Actor) -> Follower | None:
    if by.person_id is None:
        return None
    return Follower.objects.filter(case=case, person_id=by.person_id).first()
