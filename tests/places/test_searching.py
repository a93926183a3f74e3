"""Places by name: whole names first, then the nearer; however they are typed."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import actions, queries
from gongzhi.places.actions import NewArea, NewCode, NewFacility
from gongzhi.places.rules.citymap import FOREVER
from gongzhi.places.rules.names import EXACT, INSIDE, PREFIX, NameIndex, folded

from .small_city import NOON, Town, define, spot, square


@pytest.fixture
def named_town(town: Town) -> Town:
    define("yard", 80, administrative=False)
    actions.draw_areas(
        [
            NewArea("yard", "Y1", "松柏里", square(0, 0, 0.2), name_en="Songbai Court"),
            NewArea("yard", "Y2", "松柏里小区", square(3, 3, 0.2), name_en="Songbai Estate"),
            NewArea("yard", "Y3", "老松柏里", square(1, 1, 0.2), name_en="Old Songbai"),
            NewArea("yard", "Y4", "青湾路１２号", square(2, 1, 0.2), name_en="12 Qingwan Road"),
        ],
        by=SYSTEM,
        at=NOON,
    )
    lon, lat = spot(0.5, 0.5)
    lamp = NewFacility("L1", "C0137", lon, lat, name="青湾路8号路灯")
    actions.place_facilities([lamp], by=SYSTEM, at=NOON)
    return town


def found(text: str, **given: object) -> list[str]:
    return [one.name for one in queries.find_places(text, at=NOON, **given)]  # type: ignore[arg-type]


def test_a_whole_name_comes_before_its_beginning_and_that_before_the_rest(
    named_town: Town,
) -> None:
    assert found("松柏里") == ["松柏里", "松柏里小区", "老松柏里"]


def test_one_sign_is_enough(named_town: Town) -> None:
    assert set(found("柏")) == {"松柏里", "松柏里小区", "老松柏里"}


@pytest.mark.parametrize("text", ["SONGBAI court", "songbaicourt", "Ｓｏｎｇｂａｉ　Ｃｏｕｒｔ"])
def test_english_is_found_whatever_its_case_width_and_blanks(named_town: Town, text: str) -> None:
    assert found(text) == ["松柏里"]


@pytest.mark.parametrize("text", ["青湾路12号", "青湾路１２号", "青湾路 12 号"])
def test_figures_are_found_whatever_their_width(named_town: Town, text: str) -> None:
    assert found(text) == ["青湾路１２号"]


def test_of_equal_names_the_nearer_comes_first(named_town: Town) -> None:
    define("shop", 95, administrative=False)
    actions.draw_areas(
        [
            NewArea("shop", "A", "面馆", square(0, 0, 0.1)),
            NewArea("shop", "B", "面馆", square(3, 3, 0.1)),
        ],
        by=SYSTEM,
        at=NOON,
    )

    near = [queries.find_places("面馆", at=NOON, near=spot(x, x))[0].code for x in (0, 3)]

    assert near == ["A", "B"]


def test_facilities_are_found_by_name_and_by_code(named_town: Town) -> None:
    by_name, by_code = (queries.find_places(text, at=NOON)[0] for text in ("8号路灯", "l1"))

    assert by_name == by_code
    assert (by_name.kind, by_name.code) == ("facility", "L1")
    assert [one.code for one in by_name.areas] == ["D", "W"]


def test_a_facility_placed_later_is_found_too(named_town: Town) -> None:
    assert found("垃圾桶") == []

    lon, lat = spot(0.5, 0.5)
    bin_ = NewFacility("B1", "C0305", lon, lat, name="垃圾桶")
    actions.place_facility(bin_, by=SYSTEM, at=NOON)

    assert found("垃圾桶") == ["垃圾桶"]


def test_a_service_code_is_found_as_it_is_typed(named_town: Town) -> None:
    code = actions.make_code(NewCode(facility="L1"), by=SYSTEM, at=NOON)

    (one,) = queries.find_places(f" {code[:3].lower()}-{code[3:]} ", at=NOON)

    assert (one.kind, one.name) == ("code", "青湾路8号路灯")


def test_what_has_ended_is_not_found(named_town: Town) -> None:
    actions.retire_area("yard", "Y1", ends_on=NOON.date(), by=SYSTEM, at=NOON)

    later = queries.find_places("松柏里", at=NOON + timedelta(days=2))

    assert [one.code for one in later] == ["Y2", "Y3"]


def test_layers_that_maps_hide_come_last(named_town: Town) -> None:
    actions.define_layer(
        "duty", name="责任", rank=5, is_administrative=False, shown_as="hidden", by=SYSTEM, at=NOON
    )
    actions.draw_areas([NewArea("duty", "X", "松柏里", square(0, 0, 0.1))], by=SYSTEM, at=NOON)

    codes = [one.code for one in queries.find_places("松柏里", at=NOON, near=spot(0, 0))]

    assert codes[:2] == ["Y1", "X"]


@pytest.mark.parametrize("text", ["", "   ", "　", "\n", "没有这里"])
def test_nothing_is_found_for_nothing(named_town: Town, text: str) -> None:
    assert found(text) == []


def test_a_search_costs_one_statement_when_warm_and_two_with_a_code(named_town: Town) -> None:
    code = actions.make_code(NewCode(facility="L1"), by=SYSTEM, at=NOON)
    costs = []
    for text in ("松柏", code):
        found(text)
        with CaptureQueriesContext(connection) as statements:
            found(text)
        costs.append(len(statements))

    assert costs == [1, 2]


NAMES = st.lists(st.text("松柏里路abAB 1１", min_size=1, max_size=6), min_size=1, max_size=12)


@given(NAMES, st.text("松柏里路abAB 1１", max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_index_finds_what_a_plain_search_finds(names: list[str], text: str) -> None:
    count = len(names)
    index = NameIndex(
        [(name,) for name in names],
        longitude=np.linspace(0, 1, count),
        latitude=np.zeros(count),
        order=np.zeros(count, np.int64),
        starts=np.zeros(count, np.int64),
        ends=np.full(count, FOREVER),
    )

    hits = index.find(text, day=1000, limit=100)

    plain = folded(text)
    wanted = {n: _tier(folded(name), plain) for n, name in enumerate(names) if plain}
    tiers = dict(zip(hits.places.tolist(), hits.tiers.tolist(), strict=True))
    assert tiers == {n: tier for n, tier in wanted.items() if tier is not None}
    assert sorted(hits.tiers.tolist()) == hits.tiers.tolist()


def _tier(name: str, text: str) -> int | None:
    if name == text:
        return EXACT
    if name.startswith(text):
        return PREFIX
    return INSIDE if text in name else None


def test_programs_get_json_and_people_a_page_with_links(named_town: Town) -> None:
    client = Client()

    told = client.get("/places/search?q=松柏里", headers={"Accept": "application/json"}).json()
    page = client.get("/places/search?q=松柏里").content.decode()

    assert [one["name"] for one in told] == ["松柏里", "松柏里小区", "老松柏里"]
    assert {"kind", "name", "area", "longitude", "latitude"} <= set(told[0])
    assert told[0]["report"].startswith("/report?longitude=120.0")
    assert told[0]["report"].replace("&", "&amp;") in page


def test_the_reader_is_told_names_in_the_language_of_the_page(named_town: Town) -> None:
    headers = {"Accept": "application/json", "Accept-Language": "en"}

    told = Client().get("/places/search?q=松柏里", headers=headers).json()

    assert told[0]["name"] == "Songbai Court"


@pytest.mark.parametrize(
    "address",
    [
        "/places/search",
        "/places/search?q=%00&near=a,b",
        "/places/search?q=x&near=nan,1",
        "/places/search?q=x&near=1,2,3",
        f"/places/search?q={'松' * 5000}",
        "/places/search?q=<script>",
    ],
)
def test_nonsense_is_answered_with_a_page(named_town: Town, address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b"<script type", b"").replace(
        b"<script src", b""
    )
