"""Boards and the watch ask the database as often for a hundred cases as for thousands."""

import copy
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.cases.models import Case
from gongzhi.commitments.models import Commitment
from gongzhi.kernel.ids import uuid7
from tests.cast import City

from .conftest import adopt

MOST = 10  # statements a page may need, besides opening the session and finding the reader
SESSION = 2
PAGES = [
    ("", "/board"),
    ("", "/board/all"),
    ("lea", "/board/street.S1"),
    ("", "/board/all/feed"),
    ("", "/api/v1/board/all"),
    ("lea", "/watch"),
    ("hugo", "/watch?area=street.S1&wall=1"),
    ("lea", "/promises?outcome=late"),
    ("", "/promises?outcome=judged&public=1"),
]


def multiply(number: int) -> None:
    """Fill the tables with copies of the cases and their promises."""
    models = list(Case.objects.all())
    promises = {one.subject: one for one in Commitment.objects.all()}
    now = timezone.now()
    for batch in range(0, number, 5000):
        cases, owed = [], []
        for place in range(batch, min(batch + 5000, number)):
            one = models[place % len(models)]
            row = copy.copy(one)
            row.pk, row.number = uuid7(at_ms=int(now.timestamp() * 1000) + place), f"X{place:09}"
            row.source_id = f"x{place}"
            row.reported_at = one.reported_at - timedelta(seconds=place % 1000)
            cases.append(row)
            promise = copy.copy(promises[f"case:{one.pk}"])
            promise.pk, promise.subject = None, f"case:{row.pk}"
            owed.append(promise)
        Case.objects.bulk_create(cases)
        Commitment.objects.bulk_create(owed)


def statements(login: str, address: str) -> int:
    client = Client()
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(counted)


@pytest.mark.parametrize("number", [20_000])
def test_pages_of_figures_cost_the_same_for_a_hundred_cases_and_for_many(
    city: City, number: int
) -> None:
    adopt(100)

    few = {page: statements(*page) for page in PAGES}
    multiply(number)
    many = {page: statements(*page) for page in PAGES}

    assert many == few
    assert {page: count for page, count in few.items() if count > MOST + SESSION} == {}
