"""Behind a plate: what stands here, who answers, what is open; a way to report, and no names."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions
from gongzhi.cases.queries.here import SHOWN, cases_here
from gongzhi.cases.rules import NewReport
from gongzhi.places import actions as map_actions
from gongzhi.places import queries as places
from gongzhi.places.actions import NewCode, NewFacility
from tests.cast import MORNING, POSTS, City, point_in


def lamp(city: City) -> str:
    """Place a lamp with the lamps' maintainer in community 11; return its code."""
    lon, lat = point_in(0, 0)
    keeper = city.organisations["lighting"]
    new = NewFacility("L1", "C0137", lon, lat, name="青湾路8号路灯", maintainer_id=keeper)
    map_actions.place_facility(new, by=city.kim, at=MORNING)
    return map_actions.make_code(NewCode(facility="L1"), by=city.kim, at=MORNING)


def report(city: City, lon: float, lat: float) -> str:
    new = NewReport(category_code="E0110", text="有", longitude=lon, latitude=lat)
    return actions.report(new, by=city.rita, at=MORNING).number


def test_the_page_says_what_stands_here_who_answers_and_what_is_open(city: City) -> None:
    code = lamp(city)
    here, far = report(city, *point_in(0, 0)), report(city, *point_in(0, 0, east=0.9))

    page = Client().get(f"/at/{code}").content.decode()

    assert "青湾路8号路灯" in page
    assert "甲区 · 东街道 · 一社区" in page
    assert "路灯所" in page
    assert f"/cases/{here}" in page
    assert f"/cases/{far}" not in page


def test_the_page_reports_with_place_and_kind_filled_in(city: City) -> None:
    code = lamp(city)
    lon, lat = point_in(0, 0)

    page = Client().get(f"/at/{code.lower()}").content.decode()

    assert f"longitude={lon:.6f}".rstrip("0") in page
    assert f"code={code}" in page
    address = page.split('class="button main" href="')[1].split('"')[0].replace("&amp;", "&")
    form = Client().get(address).content.decode()
    assert f'value="{lat:.6f}'.rstrip("0") in form


def test_no_name_of_a_person_stands_on_the_page(city: City) -> None:
    code = map_actions.make_code(NewCode(layer="community", area="C11"), by=city.kim, at=MORNING)
    report(city, *point_in(0, 0))

    page = Client().get(f"/at/{code}", headers={"Accept-Language": "en"}).content.decode()

    assert "One" in page
    assert not [login for login in POSTS if login.title() in page]


def test_an_area_shows_what_lies_in_its_shape_alone(city: City) -> None:
    inside = report(city, *point_in(0, 0, east=0.99, north=0.99))
    report(city, *point_in(1, 0, east=0.01, north=0.99))
    area = places.area_by_code("community", "C11")
    lon, lat = point_in(0, 0)

    found = cases_here(ANONYMOUS, longitude=lon, latitude=lat, area_id=area.id, at=MORNING)

    assert [one.number for one in found.lines] == [inside]


def test_of_many_cases_the_newest_are_shown_and_that_there_are_more(city: City) -> None:
    numbers = [report(city, *point_in(0, 0)) for _ in range(SHOWN + 1)]
    lon, lat = point_in(0, 0)

    found = cases_here(ANONYMOUS, longitude=lon, latitude=lat, at=MORNING)

    assert len(found.lines) == SHOWN
    assert {one.number for one in found.lines} <= set(numbers)
    assert found.has_more


@pytest.mark.parametrize("code", ["HELLO", "2222222", "x", "a" * 200])
def test_a_code_of_no_plate_is_told_in_words(city: City, code: str) -> None:
    answer = Client().get(f"/at/{code}")

    assert answer.status_code == 404
    assert "服务码" in answer.content.decode()


def test_the_page_costs_at_most_ten_statements_whatever_is_open(city: City) -> None:
    code = lamp(city)
    costs = []
    for more in (1, 4):
        for _ in range(more):
            report(city, *point_in(0, 0))
        Client().get(f"/at/{code}")
        with CaptureQueriesContext(connection) as statements:
            Client().get(f"/at/{code}")
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 10
