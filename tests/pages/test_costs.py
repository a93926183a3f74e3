"""A page asks the database as often for twenty cases as for two thousand."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions, queries
from gongzhi.cases.rules import OldCase
from tests.cast import City, point_in

MOST = 10  # statements a page may need, besides opening the session and finding the reader
SESSION = 2


def adopt(count: int, *, first: int = 0) -> None:
    now = timezone.now()
    longitude, latitude = point_in(0, 0)
    rows = [
        OldCase(
            source="old",
            source_id=str(number),
            category_code="E0110",
            reported_at=now - timedelta(minutes=number),
            text=f"no. {number}",
            longitude=longitude,
            latitude=latitude,
        )
        for number in range(first, first + count)
    ]
    actions.adopt_cases(rows, by=SYSTEM, at=now)


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(counted)


@pytest.mark.parametrize("login", ["", "opal", "henry"])
def test_pages_cost_the_same_for_twenty_and_for_two_thousand_cases(city: City, login: str) -> None:
    client = Client()
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    adopt(20)
    number = queries.case_list(SYSTEM, at=timezone.now()).lines[0].number
    addresses = ["/", "/mine", "/cases/", "/cases/?open=1&category=E0110", "/report", "/standards"]
    addresses += [f"/cases/{number}", *(["/inbox"] if login else [])]

    few = {address: statements(client, address) for address in addresses}
    adopt(1980, first=20)
    many = {address: statements(client, address) for address in addresses}

    assert many == few
    assert {key: count for key, count in few.items() if count > MOST + SESSION} == {}
    shown: Any = client.get("/cases/").content.decode()
    assert shown.count('class="cell-matter"') == 50
