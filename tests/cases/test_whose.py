"""Whose is it here, asked before anything is reported; the card of a case beside a map."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.cases import actions
from gongzhi.cases.queries import case_page
from gongzhi.cases.queries.around import case_line, figures_in
from gongzhi.cases.queries.whose import whose_is_it
from gongzhi.cases.rules import CaseNotFound, NewReport
from gongzhi.kernel.coordinates import BadPosition
from gongzhi.places import queries as places
from tests.cast import MORNING, City, point_in

MOST = 10  # statements of a page
LONGITUDE, LATITUDE = point_in(0, 0)
HERE = {"longitude": str(LONGITUDE), "latitude": str(LATITUDE)}


def asked(client: Client, **parts: str) -> Any:
    return client.get("/whose", HERE | parts, headers={"Accept": "application/json"})


@pytest.mark.parametrize("category", ["E0110", "E0104"])
def test_the_answer_is_the_one_a_report_would_get(city: City, category: str) -> None:
    new = NewReport(category_code=category, text="x", longitude=LONGITUDE, latitude=LATITUDE)
    told = actions.report(new, by=city.rita, at=MORNING)
    page = case_page(told.number, viewer=city.opal, at=MORNING)

    here = whose_is_it(LONGITUDE, LATITUDE, category_code=category, at=MORNING)

    assert page.line.organisation is not None
    assert here.parties[0].organisation.id == page.line.organisation.id
    assert here.explanation == page.explanation
    assert here.standard == page.standard
    assert here.areas == page.areas


def test_programs_are_told_areas_parties_reasons_and_the_promise(city: City) -> None:
    answer = asked(Client(), category="E0110")

    told = answer.json()
    assert [one["code"] for one in told["areas"]] == ["CT", "D1", "S1", "C11"]
    assert told["parties"][0]["code"] == "sanitation-1"
    assert told["limit"]
    assert told["explanation"]
    assert not told["is_outside"]
    assert f"longitude={LONGITUDE}" in told["report"]
    assert "category_code=E0110" in told["report"]


def test_people_are_told_the_same_on_a_page_and_beside_a_map(city: City) -> None:
    query = HERE | {"category": "E0110"}

    page = Client().get("/whose", query).content.decode()
    part = Client().get("/whose", query | {"part": "1"}).content.decode()

    for shown in (page, part):
        assert "东环卫所" in shown
        assert "/report?longitude=" in shown
    assert "<h1>" in page
    assert "<html" not in part


def test_without_a_place_the_page_asks_for_one(city: City) -> None:
    page = Client().get("/whose")

    assert page.status_code == 200
    assert 'name="longitude"' in page.content.decode()


@pytest.mark.parametrize(
    ("longitude", "latitude"), [("0", "0"), ("31", "123"), ("x", "31"), ("1e999", "31"), ("", "31")]
)
def test_a_place_that_cannot_be_is_refused_in_words(
    city: City, longitude: str, latitude: str
) -> None:
    told = asked(Client(), longitude=longitude, latitude=latitude)
    page = Client().get("/whose", {"longitude": longitude, "latitude": latitude})

    assert told.status_code == 400
    assert told.json()["code"] == "place.bad_position"
    assert page.status_code == (200 if longitude == "" else 400)
    assert longitude == "" or 'role="alert"' in page.content.decode()


def test_a_bad_position_is_refused_by_the_query_too(city: City) -> None:
    with pytest.raises(BadPosition):
        whose_is_it(0.0, 0.0, at=MORNING)


def test_outside_the_map_somebody_answers_all_the_same(city: City) -> None:
    told = asked(Client(), longitude="100", latitude="40").json()

    assert told["is_outside"]
    assert told["parties"]


def test_a_kind_the_pack_does_not_know_asks_for_anything(city: City) -> None:
    told = asked(Client(), category="no such kind").json()

    assert told["category"] is None
    assert told["limit"] is None
    assert told["parties"]


def test_the_answer_costs_no_more_than_a_page_may(city: City) -> None:
    client = Client()
    query = HERE | {"category": "E0110"}
    client.get("/whose", query)

    with CaptureQueriesContext(connection) as counted:
        client.get("/whose", query)

    assert len(counted) <= MOST


def test_a_card_shows_the_case_to_who_may_see_it(city: City) -> None:
    new = NewReport(category_code="E0110", text="x", longitude=LONGITUDE, latitude=LATITUDE)
    number = actions.report(new, by=city.rita, at=timezone.now()).number

    card = Client().get(f"/cases/{number}/card")

    assert number in card.content.decode()
    assert "一社区" in card.content.decode()
    assert "<html" not in card.content.decode()


def test_a_card_of_a_hidden_case_reads_like_none(city: City) -> None:
    new = NewReport(category_code="E0110", text="x", longitude=LONGITUDE, latitude=LATITUDE)
    number = actions.report(new, by=city.rita, at=MORNING).number
    actions.decline_case(number, reason_code="not_city_matter", by=city.opal, at=MORNING)

    with pytest.raises(CaseNotFound):
        case_line(number, viewer=city.rolf, at=MORNING)
    assert Client().get(f"/cases/{number}/card").status_code == 404
    assert case_line(number, viewer=city.rita, at=MORNING).number == number


def test_figures_count_what_lies_in_the_area_and_no_more(city: City) -> None:
    for x, y in ((0, 0), (0, 0), (1, 0)):
        longitude, latitude = point_in(x, y)
        new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
        actions.report(new, by=city.rita, at=MORNING)
    street = places.area_by_code("street", "S1")

    everywhere = figures_in(city.opal, at=MORNING)
    here = figures_in(city.opal, at=MORNING, area_path=street.path)

    assert (everywhere.open, here.open) == (3, 2)
