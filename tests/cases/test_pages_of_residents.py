"""Pages for residents: what is mine."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases.actions import support_case
from tests.cast import MORNING, City

from .test_api import a_report, client_of, post


def matters(client: Client, address: str = "/mine") -> int:
    return client.get(address).content.decode().count('class="cell-matter"')


@pytest.fixture
def told(city: City) -> dict[str, Any]:
    answer: dict[str, Any] = post(Client(), "/cases", a_report()).json()
    return answer


def test_mine_holds_what_i_reported_and_what_i_follow_and_nothing_else(
    city: City, told: dict[str, Any]
) -> None:
    rita, rolf = client_of(city, "rita"), client_of(city, "rolf")
    own = post(rita, "/cases", a_report()).json()["number"]

    before = matters(rita)
    support_case(told["number"], by=city.rita, at=MORNING)

    assert before == 1
    assert matters(rita) == 2
    assert own in rita.get("/mine").content.decode()
    assert matters(rolf) == 0


def test_mine_holds_what_a_claim_code_opened_in_this_browser(told: dict[str, Any]) -> None:
    client = Client()
    before = matters(client)

    client.post("/claim", {"number": told["number"], "claim_code": told["claim_code"]})

    assert before == 0
    assert matters(client) == 1
    assert matters(Client()) == 0


@pytest.mark.parametrize("login", ["", "rita"])
def test_an_empty_page_says_what_would_be_here(city: City, login: str) -> None:
    page = client_of(city, login).get("/mine").content.decode()

    assert 'class="empty"' in page
    assert 'href="/claim"' in page


def test_the_head_leads_to_mine(city: City) -> None:
    page = Client().get("/cases/", headers={"accept-language": "zh-hans"}).content.decode()

    assert '<a href="/mine">我的上报</a>' in page


def test_mine_costs_the_same_for_one_case_and_for_many(city: City, told: dict[str, Any]) -> None:
    rita = client_of(city, "rita")
    support_case(told["number"], by=city.rita, at=MORNING)

    def cost() -> int:
        rita.get("/mine")
        with CaptureQueriesContext(connection) as counted:
            rita.get("/mine")
        return len(counted)

    one = cost()
    for _ in range(4):
        post(rita, "/cases", a_report())

    assert matters(rita) == 5
    assert cost() == one <= 10 + 2  # opening the session and finding the reader
