"""The pages of reporting without script: place and words first, then the rest; and its parts."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.cases.models import Case, Statement
from gongzhi.places.actions import make_code
from gongzhi.places.rules import NewCode
from tests.cast import City, point_in

LONGITUDE, LATITUDE = point_in(0, 0)
PLACE = {"longitude": str(LONGITUDE), "latitude": str(LATITUDE), "located": "1"}
ENGLISH = {"Accept-Language": "en"}


def look(client: Client, **given: str) -> str:
    answer = client.post("/report", {"next": "look"} | PLACE | given, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def report(client: Client, **given: str) -> Any:
    body = {"case_id": str(uuid4()), "claim_code": "ABCD-EFGH-JKMN"} | PLACE | given
    return client.post("/report", body, headers=ENGLISH)


def test_words_without_a_kind_are_offered_the_kinds_they_may_mean(city: City) -> None:
    shown = look(Client(), text="The street lamp is out")

    assert 'name="suggested"' in shown
    assert 'value="C0137"' in shown
    assert "None of these, or not sure" in shown


def test_a_kind_chosen_from_the_suggestions_is_the_kind_of_the_report(city: City) -> None:
    report(Client(), text="路灯不亮", suggested="C0137")

    assert Case.objects.get().category_code == "C0137"


def test_none_of_the_suggestions_leaves_the_kind_open(city: City) -> None:
    report(Client(), text="路灯不亮", suggested="")

    assert Case.objects.get().category_code == ""


def test_the_second_page_asks_the_questions_of_the_kind(city: City) -> None:
    shown = look(Client(), category_code="C0123")

    assert "What is wrong with the cover?" in shown
    assert 'name="answer_missing"' in shown
    assert 'name="suggested"' not in shown


def test_answers_of_the_form_are_kept_and_a_missing_one_is_asked_for(city: City) -> None:
    client = Client()
    refused = report(client, category_code="C0123", asked_for="C0123", text="井盖")

    taken = report(client, category_code="C0123", asked_for="C0123", answer_missing="noisy")

    assert refused.status_code == 400
    assert "What is wrong with the cover?" in refused.content.decode()
    assert taken.status_code == 302
    assert Statement.objects.get().answers == {"missing": "noisy"}


def test_the_words_of_the_first_page_go_along(city: City) -> None:
    shown = look(Client(), text="两袋垃圾", category_code="E0110")

    assert "两袋垃圾" in shown


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?longitude=121.5&latitude=31.25&address=Gate%203", ["121.5", "31.25", "Gate 3"]),
        ("?longitude=%00&latitude=x", []),
        ("?code=no-such", []),
        ("?category_code=E0110", ['value="E0110" selected']),
    ],
)
def test_a_link_fills_the_form(city: City, query: str, wanted: list[str]) -> None:
    answer = Client().get(f"/report{query}")

    assert answer.status_code == 200
    for one in wanted:
        assert one in answer.content.decode()


def test_suggestions_come_as_json_in_the_readers_language(city: City) -> None:
    answer = Client().get("/report/suggest", {"text": "路灯不亮"}, headers=ENGLISH)

    assert answer.json()["suggestions"][0] == {"code": "C0137", "name": "Street lamp"}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"text": ""},
        {"text": "\x00\x00"},
        {"text": "路灯" * 50_000},
        {"text": "路灯", "longitude": "nan", "latitude": "inf"},
        {"text": "路灯", "longitude": "400", "latitude": "x"},
        {"text": "路灯", "longitude": "0", "latitude": "0", "located": "1"},
    ],
)
def test_nonsense_suggests_at_most_something(city: City, query: dict[str, str]) -> None:
    answer = Client().get("/report/suggest", query)

    assert answer.status_code == 200
    assert len(answer.json()["suggestions"]) <= 3


def test_like_cases_come_as_a_part_of_the_page(city: City) -> None:
    client = Client()
    report(client, category_code="E0110", text="x")
    number = Case.objects.get().number

    found = client.get("/report/alike", {"category_code": "E0110"} | PLACE)
    elsewhere = client.get("/report/alike", {"category_code": "C0137"} | PLACE)

    assert number in found.content.decode()
    assert (elsewhere.status_code, elsewhere.content) == (204, b"")
    unsure = client.get("/report/alike", {"category_code": "", "text": "有垃圾没人清"} | PLACE)
    assert 'class="alike"' in unsure.content.decode()
    assert client.get("/report/alike").status_code == 204
    assert client.get("/report/alike?longitude=zz&latitude=1").status_code == 204


def sent_by_phone(client: Client, **given: Any) -> dict[str, Any]:
    body = {"category_code": "E0110", "text": "x", "longitude": LONGITUDE, "latitude": LATITUDE}
    answer = client.post("/api/v1/cases", json.dumps(body | given), content_type="application/json")
    told: dict[str, Any] = answer.json()
    return told


def test_a_report_that_the_phone_sent_is_shown_by_its_claim_code(city: City) -> None:
    client = Client()
    told = sent_by_phone(client)

    answer = client.post("/report/done", told, follow=True)

    shown = answer.content.decode()
    assert told["number"] in shown
    assert told["claim_code"] in shown


def test_without_the_claim_code_nothing_is_shown(city: City) -> None:
    told = sent_by_phone(Client())

    for code in ("", "AAAA-BBBB-CCCC"):
        stranger = Client()
        body = {"number": told["number"], "claim_code": code}
        assert stranger.post("/report/done", body).status_code == 404
        assert stranger.get("/report/done").status_code == 302


def test_a_reporter_with_an_account_needs_no_code(city: City) -> None:
    rita, rolf = Client(), Client()
    for client, login in ((rita, "rita"), (rolf, "rolf")):
        client.force_login(get_user_model().objects.get(login=login))
    told = sent_by_phone(rita)

    mine = rita.post("/report/done", {"number": told["number"]})
    not_mine = rolf.post("/report/done", {"number": told["number"]})

    assert (mine.status_code, not_mine.status_code) == (302, 404)


@pytest.mark.parametrize("typed", ["plain", "small"])
def test_a_plate_brings_its_place_along(city: City, typed: str) -> None:
    now = timezone.now()
    new = NewCode(name="东门公厕", longitude=LONGITUDE, latitude=LATITUDE)
    code = make_code(new, by=city.kim, at=now)

    shown = Client().get("/report", {"code": code if typed == "plain" else code.lower()})

    page = shown.content.decode()
    assert "东门公厕" in page
    assert f'value="{LONGITUDE:.6f}"' in page
    assert 'name="located" value="1"' in page


def test_what_the_page_asks_while_one_writes_costs_little(city: City) -> None:
    client = Client()
    for number in range(4):
        report(client, category_code="E0110", text=f"no. {number}")
    addresses = {
        "/report/alike": {"category_code": "E0110", "text": "no. 2"} | PLACE,
        "/report/suggest": {"text": "路灯不亮 井盖 垃圾"} | PLACE,
    }

    for address, query in addresses.items():
        client.get(address, query)
        with CaptureQueriesContext(connection) as counted:
            client.get(address, query)
        assert len(counted) <= 10, address
