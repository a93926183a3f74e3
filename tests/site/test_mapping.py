"""The map keeper's pages, where everybody begins after signing in, and help for every page."""

import re
import zipfile
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.catalogue import queries as catalogue
from gongzhi.ledger.models import Entry
from gongzhi.places import queries as places
from gongzhi.site.orientation import HELP, TOPICS
from tests.cast import City
from tests.site.test_administration import client_of, page, upload, waiting

pytestmark = pytest.mark.django_db
MOST = 12  # statements of a page


def number_of(layer: str, code: str) -> int:
    return places.area_by_code(layer, code).id


@pytest.mark.parametrize(
    ("login", "first"),
    [
        ("opal", "/desk"),
        ("henry", "/field"),
        ("lea", "/watch"),
        ("kim", "/admin/areas"),
        ("sysa", "/admin/"),
        ("rita", "/"),
    ],
)
def test_everybody_begins_where_their_work_is(city: City, login: str, first: str) -> None:
    answer = client_of(login).get("/start")

    assert answer.headers["Location"] == first


def test_the_keeper_renames_and_classes_an_area_and_its_shape_stays(city: City) -> None:
    kim, key = client_of("kim"), number_of("street", "S1")
    shape = places.shape_of(key)

    given = {"name": "新名街道", "name_en": "Newname", "area_class": "A"}
    answer = kim.post(f"/admin/areas/{key}", given)

    now = places.area(key)
    assert answer.status_code == 302
    assert (now.name, now.name_en, now.area_class) == ("新名街道", "Newname", "A")
    assert places.shape_of(key).equals(shape)
    kinds = list(Entry.objects.order_by("-pk").values_list("kind", flat=True)[:2])
    assert kinds == ["area.classified", "area.renamed"]


def test_what_is_kept_unchanged_leaves_no_entry(city: City) -> None:
    kim, key = client_of("kim"), number_of("street", "S1")
    shown = page(kim, f"/admin/areas/{key}")
    name = re.search(r'name="name"[^>]*?value="([^"]*)"', shown)
    name_en = re.search(r'name="name_en"[^>]*?value="([^"]*)"', shown)
    chosen = re.search(r'<option value="(\w*)"\s+selected', shown)
    assert name is not None
    assert name_en is not None
    before = Entry.objects.count()

    kim.post(
        f"/admin/areas/{key}",
        {
            "name": name[1],
            "name_en": name_en[1],
            "area_class": chosen[1] if chosen else "",
        },
    )

    assert Entry.objects.count() == before


def test_an_area_without_a_name_is_refused_beside_the_field(city: City) -> None:
    answer = client_of("kim").post(f"/admin/areas/{number_of('street', 'S1')}", {"name": ""})

    assert answer.status_code == 400
    assert 'id="field-name-trouble"' in answer.content.decode()


def test_an_area_with_parts_is_not_retired(city: City) -> None:
    key = number_of("street", "S1")

    answer = client_of("kim").post(f"/admin/areas/{key}/retire", {"ends_on": "2030-01-01"})

    assert answer.status_code == 409
    assert places.the_map().is_valid_on(key, timezone.localdate())


def test_plates_are_made_once_and_shown_to_be_printed(city: City) -> None:
    kim, there = client_of("kim"), "/admin/areas/of/street/plates"

    first = page(kim, there)
    for _time in range(2):
        kim.post(f"{there}/make", {"area": ["S1"], "query": "q=S1"})
    after = page(kim, f"{there}?q=S1")

    assert "<svg" not in first
    assert after.count("<svg") == 1
    assert "plates/make" not in after
    assert Entry.objects.filter(kind="code.made").count() == 1


def test_duties_come_in_by_a_table_of_the_keeper(city: City) -> None:
    kim = client_of("kim")
    table = "organisation,layer,area,category\nstreet-1,street,S1,E0110\nnobody,street,S1,E0110\n"

    first = kim.post("/admin/imports/duties", {"file": upload(table, "d.csv")}).content.decode()
    assert "Nothing has changed yet" in first
    assert "Download what was refused" in first
    kim.post("/admin/imports/duties", {"staged": waiting(first)})

    assert "street-1" not in page(kim, f"/admin/areas/{number_of('street', 'S1')}")
    assert Entry.objects.filter(kind="duty.assigned").exists()


def test_the_pages_of_the_map_cost_the_same_however_many_areas(city: City) -> None:
    kim = client_of("kim")
    for address in ("/admin/areas/of/street", "/admin/gaps", "/admin/areas/of/street/plates"):
        page(kim, address)

        with CaptureQueriesContext(connection) as asked:
            page(kim, address)

        assert len(asked) <= MOST, address


def test_the_years_of_the_calendars_and_the_files_of_a_pack_are_shown(city: City) -> None:
    sysa = client_of("sysa")

    shown = page(sysa, "/admin/packs")
    archive = sysa.get("/admin/packs/china.zip")

    assert "Calendars and holidays" in shown
    with zipfile.ZipFile(BytesIO(archive.content)) as files:
        names = set(files.namelist())
    years = {
        f"holidays/{one.code}/{year}.csv"
        for one in catalogue.find_content("active").calendars
        for year in one.years
    }
    assert {"pack.toml", "standards.csv"} | years <= names


def test_every_topic_of_help_is_told_and_one_s_own_come_first(city: City) -> None:
    told = page(client_of("seca"), "/help")

    assert set(re.findall(r'<section class="help" id="(\w+)"', told)) == set(TOPICS)
    assert told.index('id="people"') < told.index('id="report"') < told.index('id="desk"')
    assert set(HELP.values()) == set(TOPICS)


@pytest.mark.parametrize("address", ["/sign-in", "/", "/standards", "/report", "/whose"])
def test_help_stands_where_one_stands(city: City, address: str) -> None:
    assert '<details class="help">' in page(Client(), address)


def test_the_sign_in_page_leads_to_the_pages_of_everybody(city: City) -> None:
    shown = page(Client(), "/sign-in")

    assert 'href="/cases/"' in shown
    assert 'href=""' not in shown
