"""Pages for residents: what is mine, and what is known before reporting."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases.actions import support_case
from tests.cast import MORNING, City, point_in

from .test_api import a_report, bring, client_of, post


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


def looking(**given: Any) -> dict[str, Any]:
    longitude, latitude = point_in(0, 0)
    asked = {"next": "look", "category_code": "E0110", "address": "海滨路 8 号", "located": "1"}
    return asked | {"longitude": longitude, "latitude": latitude + 0.0001} | given


def test_what_is_known_near_the_place_is_shown_before_photographs_are_asked_for(
    told: dict[str, Any],
) -> None:
    number = told["number"]
    bring(Client(), number, "before", **{"X-Claim-Code": told["claim_code"]})
    client = Client()

    first = client.get("/report").content.decode()
    second = client.post("/report", looking()).content.decode()

    # Only a browser with script, which makes one page of two, shows what is in templates.
    assert 'id="photos"' not in re.sub(r"<template.*?</template>", "", first, flags=re.DOTALL)
    assert 'class="alike"' in second
    assert number in second
    assert "12 米" in second  # 0.0001 degrees of latitude are 11.1 m
    assert "?size=list" in second
    assert f"/sign-in?next=/cases/{number}" in second
    assert 'value="海滨路 8 号"' in second
    assert 'name="located" value="1"' in second


def test_a_known_case_is_followed_by_one_button(city: City, told: dict[str, Any]) -> None:
    rita = client_of(city, "rita")

    page = rita.post("/report", looking()).content.decode()
    answer = rita.post(f"/cases/{told['number']}/support", follow=True)

    assert f'action="/cases/{told["number"]}/support"' in page
    assert answer.status_code == 200
    assert matters(rita) == 1


def test_whoever_reports_all_the_same_has_a_case_of_their_own(told: dict[str, Any]) -> None:
    client = Client()
    client.post("/report", looking())

    answer = client.post("/report", looking(next="", text="垃圾"))

    assert answer.status_code == 302
    assert matters(client) == 1
    assert told["number"] not in client.get("/mine").content.decode()


@pytest.mark.parametrize(
    "given",
    [{"category_code": ""}, {"category_code": "C0137"}, {"longitude": ""}, {"latitude": "31.5"}],
)
def test_nothing_is_shown_where_nothing_near_is_likely(
    told: dict[str, Any], given: dict[str, str]
) -> None:
    page = Client().post("/report", looking(**given)).content.decode()

    assert 'class="alike"' not in page
    assert 'id="photos"' in page


def test_a_case_that_is_not_public_is_not_shown(city: City) -> None:
    post(Client(), "/cases", a_report(category_code=""))

    assert 'class="alike"' not in Client().post("/report", looking()).content.decode()


@pytest.mark.parametrize(
    "place",
    [{"longitude": "0", "latitude": "0"}, {"latitude": "north"}, {"longitude": "", "address": ""}],
)
def test_a_place_that_cannot_be_is_refused_before_photographs(
    city: City, place: dict[str, str]
) -> None:
    answer = Client().post("/report", looking(**place))

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert 'value="look"' in answer.content.decode()


def test_looking_costs_ten_statements_at_most(city: City) -> None:
    rita = client_of(city, "rita")
    for _ in range(5):
        post(Client(), "/cases", a_report())
    rita.post("/report", looking())

    with CaptureQueriesContext(connection) as counted:
        page = rita.post("/report", looking())

    assert page.content.decode().count("/support") == 3
    assert len(counted) <= 10 + 2  # opening the session and finding the reader
