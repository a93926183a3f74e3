"""A page asks the database as often for twenty cases as for two thousand."""

import copy
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
from gongzhi.cases.models import Case
from gongzhi.cases.rules import OldCase
from gongzhi.kernel.ids import uuid7
from gongzhi.webkit.bulk import insert_rows
from tests.cast import City, point_in
from tests.contracts.test_doors import filled, make_case

from .test_for_everybody import pages

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


@pytest.mark.parametrize("number", [100, 100_000])
def test_no_page_costs_more_than_ten_statements(city: City, number: int) -> None:
    if number > 100 and connection.vendor != "sqlite":
        pytest.skip("statements do not depend on the engine; tests/cases counts many on each")
    case = make_case()
    copy_case(case[0], number)

    costs = {
        (reader or "anybody", address): statements(_client(reader), filled(address, case))
        for reader, address in pages()
    }

    assert {key: count for key, count in costs.items() if count > MOST + SESSION} == {}


def _client(login: str) -> Client:
    client = Client()
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    return client


def copy_case(number: str, count: int) -> None:
    """Fill the table with copies of one case, as if as many had been reported."""
    one = Case.objects.get(number=number)
    for batch in range(0, count, 5000):
        rows = []
        for place in range(batch, min(batch + 5000, count)):
            row = copy.copy(one)
            row.pk = uuid7(at_ms=int(one.reported_at.timestamp() * 1000) - place)
            row.number = f"X{place:09}"
            row.reported_at = one.reported_at - timedelta(seconds=place)
            rows.append(row)
        insert_rows(rows)
