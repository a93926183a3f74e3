"""The first page: the whole city, or the part that a reader chose."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.cases import actions
from gongzhi.cases.rules import NewReport
from gongzhi.places import queries as places
from tests.cast import City, point_in

MOST = 10  # statements of a page


def report_at(city: City, x: int, y: int) -> str:
    longitude, latitude = point_in(x, y)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    return actions.report(new, by=city.rita, at=timezone.now()).number


def path_of(street: str) -> str:
    return places.area_by_code("street", street).path


def test_the_chosen_part_narrows_figures_list_and_map(city: City) -> None:
    here, there = report_at(city, 0, 0), report_at(city, 1, 0)

    page = Client().get("/", {"area": path_of("S1")}).content.decode()

    assert here in page
    assert there not in page
    assert f"?open=1&amp;area={path_of('S1')}" in page
    assert f'data-filter="open=1&amp;area={path_of("S1")}"' in page
    assert "<strong>1</strong>" in page


def test_the_chosen_part_is_remembered_until_the_whole_city_is_chosen(city: City) -> None:
    there = report_at(city, 1, 0)
    client = Client()

    client.get("/", {"area": path_of("S1")})
    later = client.get("/").content.decode()
    client.get("/", {"area": ""})
    last = client.get("/").content.decode()

    assert there not in later
    assert there in last


def test_a_part_that_there_is_not_is_the_whole_city(city: City) -> None:
    there = report_at(city, 1, 0)

    answer = Client().get("/", {"area": "'; drop--"})

    assert answer.status_code == 200
    assert there in answer.content.decode()
    assert answer.cookies["area"].value == ""


def test_a_part_costs_no_more_than_a_page_may(city: City) -> None:
    report_at(city, 0, 0)
    client = Client()
    client.get("/", {"area": path_of("S1")})

    with CaptureQueriesContext(connection) as counted:
        client.get("/")

    assert len(counted) <= MOST
