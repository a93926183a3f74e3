"""What the clock does to cases: levels rise, held cases resume."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import DateField, DateTimeField
from django.utils import timezone

from gongzhi.accounts.rules import SYSTEM
from gongzhi.webkit.prepared import Given, Prepared
from gongzhi.webkit.revisions import steady

from ..access import case_for_change
from ..models import Case
from ..rules import State
from .desk import raise_level
from .work import resume_case

MOST = 200  # cases in one tick


def numbers_to_raise(at: datetime) -> list[str]:
    """Return the cases whose level rises by `at`, the longest waiting first, at most `MOST`.

    One statement, by the index `case_to_raise`.
    """
    return [case.number for case in _TO_RAISE(at=at)]


def numbers_to_resume(at: datetime) -> list[str]:
    """Return the held cases whose day has come, at most `MOST`.

    One statement, by the index `case_to_resume`.
    """
    return [case.number for case in _TO_RESUME(day=_day(at))]


_TO_RAISE = Prepared(
    lambda: (
        Case.objects.filter(raise_at__lte=Given("at", DateTimeField()))
        .order_by("raise_at")
        .only("number")[:MOST]
    )
)
_TO_RESUME = Prepared(
    lambda: (
        Case.objects.filter(state=State.SUSPENDED.value, resume_on__lte=Given("day", DateField()))
        .order_by("resume_on")
        .only("number")[:MOST]
    )
)


@steady()
@transaction.atomic
def raise_by_clock(number: str, *, at: datetime) -> Case:
    """Raise a case's level because its time ran out; nothing when another clock has done so."""
    case = case_for_change(SYSTEM, number)
    if case.raise_at is None or case.raise_at > at:
        return case
    return raise_level(number, by=SYSTEM, at=at)


@steady()
@transaction.atomic
def resume_by_clock(number: str, *, at: datetime) -> Case:
    """Resume a held case because its day has come; nothing when that is done already."""
    case = case_for_change(SYSTEM, number)
    if case.resume_on is None or case.resume_on > _day(at):
        return case
    return resume_case(number, by=SYSTEM, at=at)


def _day(at: datetime) -> date:
    """Return the city's calendar day."""
    return timezone.localtime(at).date()
