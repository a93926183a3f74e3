"""What the clock does to cases: levels rise, held cases resume."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from gongzhi.accounts.rules import SYSTEM
from gongzhi.webkit.revisions import steady

from ..access import case_for_change
from ..models import Case
from ..rules import State
from .desk import raise_level
from .work import resume_case


def numbers_to_raise(at: datetime, *, limit: int = 200) -> list[str]:
    """Return the cases whose level rises by `at`, the longest waiting first.

    One statement, by the index `case_to_raise`.
    """
    late = Case.objects.filter(raise_at__lte=at).order_by("raise_at")
    return list(late.values_list("number", flat=True)[:limit])


def numbers_to_resume(at: datetime, *, limit: int = 200) -> list[str]:
    """Return the held cases whose day has come.  One statement, by `case_to_resume`."""
    held = Case.objects.filter(state=State.SUSPENDED.value, resume_on__lte=_day(at))
    return list(held.order_by("resume_on").values_list("number", flat=True)[:limit])


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
