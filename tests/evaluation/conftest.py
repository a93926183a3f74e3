"""A city with a past: cases of three months, public and not, kept and broken."""

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions, queries
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.rules import OldCase, State
from gongzhi.commitments.actions import break_due
from tests.cast import City, point_in

HOUR = timedelta(hours=1)
# Two that residents see, one that they do not.
CATEGORIES = ("E0110", "E0504", "E0403")


def old_case(number: int, *, by: random.Random, now: datetime) -> OldCase:
    """Return a case of the last three months; a third is open, a fifth late."""
    reported_at = now - by.random() * timedelta(days=90)
    due_at = reported_at + by.choice((4, 30, 2400)) * HOUR
    closed_at = reported_at + by.choice((2, 20, 200)) * HOUR
    is_closed = by.random() < 0.7 and closed_at < now
    longitude, latitude = point_in(by.randrange(2), by.randrange(2))
    return OldCase(
        source="old",
        source_id=str(number),
        category_code=by.choice(CATEGORIES),
        reported_at=reported_at,
        text=f"no. {number}",
        longitude=longitude,
        latitude=latitude,
        due_at=due_at,
        closed_at=closed_at if is_closed else None,
    )


def adopt(count: int, *, first: int = 0, seed: int = 7) -> None:
    """Let so many cases be known, always the same ones."""
    now, chance = timezone.now(), random.Random(seed)
    rows = [old_case(first + place, by=chance, now=now) for place in range(count)]
    actions.adopt_cases(rows, by=SYSTEM, at=now)


@pytest.fixture
def lived(city: City) -> City:
    """Return the cast after three months; two cases were reopened."""
    adopt(90)
    now = timezone.now()
    closed = CaseFilter(states=(State.CLOSED,), ended_from=now - timedelta(days=7))
    for line in queries.case_list(SYSTEM, at=now, narrowed=closed).lines[:2]:
        actions.reopen_case(line.number, reason="没修好", by=city.opal, at=now)
    break_due(now, limit=500, by=SYSTEM)
    return city
