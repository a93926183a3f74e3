"""What the clock does to cases: levels rise, held cases resume."""

from datetime import datetime

from gongzhi.accounts.rules import SYSTEM

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
    held = Case.objects.filter(state=State.SUSPENDED.value, resume_on__lte=at.date())
    return list(held.order_by("resume_on").values_list("number", flat=True)[:limit])


def raise_by_clock(number: str, *, at: datetime) -> Case:
    """Raise a case's level because its time ran out."""
    return raise_level(number, by=SYSTEM, at=at)


def resume_by_clock(number: str, *, at: datetime) -> Case:
    """Resume a held case because its day has come."""
    return resume_case(number, by=SYSTEM, at=at)
