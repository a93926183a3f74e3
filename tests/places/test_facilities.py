"""Facilities: placed with their three bodies, found from a point."""

import math
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.rules import ANONYMOUS, SYSTEM
from gongzhi.kernel.coordinates import BadPosition
from gongzhi.ledger import queries as ledger
from gongzhi.places import actions, queries
from gongzhi.places.rules import CodeTwice, NewFacility, NoSuchFacility, NotMapKeeper

from .small_city import NOON, Town, spot


def lamp(code: str, x: float, y: float, **more: object) -> NewFacility:
    lon, lat = spot(x, y)
    return NewFacility(code, "lamp", lon, lat, **more)  # type: ignore[arg-type]


def found(code: str) -> int:
    return accounts.found_organisation(code, name=code, kind="utility", by=SYSTEM, at=NOON).pk


def nearest(x: float, y: float, within_m: float, category: str = "lamp") -> str:
    one = queries.facility_near(*spot(x, y), category_code=category, within_m=within_m, at=NOON)
    return one.code if one else ""


def test_a_facility_stands_in_the_smallest_area_and_knows_its_bodies(town: Town) -> None:
    bodies = {"competent_id": found("C"), "owner_id": found("O"), "maintainer_id": found("M")}

    key = actions.place_facility(lamp("L", 1, 1, name="灯", **bodies), by=SYSTEM, at=NOON)

    one = queries.facility("L")
    assert (one.id, one.name, one.area_id) == (key, "灯", town.west_street)
    assert (one.competent_id, one.owner_id, one.maintainer_id) == tuple(bodies.values())
    assert [entry.kind for entry in ledger.history(f"facility:{key}")] == ["facility.placed"]


def test_the_nearest_of_the_kind_within_reach_is_found_in_one_statement(town: Town) -> None:
    pack = [
        lamp("near", 1.02, 1),
        lamp("far", 1.5, 1),
        lamp("gone", 1, 1, valid_to=date(2026, 5, 3)),
    ]
    actions.place_facilities(pack, by=SYSTEM, at=NOON)

    with CaptureQueriesContext(connection) as cost:
        assert nearest(1, 1, 50) == "near"

    assert len(cost) == 1
    assert nearest(1, 1, 10) == ""
    assert nearest(1.45, 1, 100) == "far"
    assert nearest(1, 1, 50, "bin") == ""


@pytest.mark.parametrize("angle", range(0, 360, 30))
def test_reach_is_the_same_in_every_direction(town: Town, angle: int) -> None:

    east, north = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    degrees = 100 / 111_195
    dx, dy = east * degrees / math.cos(math.radians(36.01)) * 100, north * degrees * 100
    actions.place_facility(lamp("L", 1 + dx, 1 + dy), by=SYSTEM, at=NOON)

    assert nearest(1, 1, 101) == "L"
    assert nearest(1, 1, 99) == ""


def test_placing_the_same_again_changes_nothing_and_a_change_is_told(town: Town) -> None:
    actions.place_facility(lamp("L", 1, 1), by=SYSTEM, at=NOON)

    same = actions.place_facilities([lamp("L", 1, 1)], by=SYSTEM, at=NOON)
    broken = actions.place_facilities([lamp("L", 1, 1, condition="damaged")], by=SYSTEM, at=NOON)

    assert (same.unchanged, broken.changed) == (1, 1)
    assert queries.facility("L").condition == "damaged"


def test_no_place_twice_and_nobody_are_refused(town: Town) -> None:
    with pytest.raises(BadPosition):
        actions.place_facility(NewFacility("L", "lamp", 0, 0), by=SYSTEM, at=NOON)
    with pytest.raises(CodeTwice):
        actions.place_facilities([lamp("L", 1, 1), lamp("L", 1, 2)], by=SYSTEM, at=NOON)
    with pytest.raises(NotMapKeeper):
        actions.place_facility(lamp("L", 1, 1), by=ANONYMOUS, at=NOON)
    with pytest.raises(NoSuchFacility):
        queries.facility("L")


def test_a_table_is_imported_and_its_bad_rows_come_back_with_reasons(
    town: Town, tmp_path: Path
) -> None:
    competent = found("lamps")
    table = tmp_path / "lamps.csv"
    table.write_text(
        "code,category,name,longitude,latitude,frame,competent\n"
        "L1,lamp,一号,120.01,36.01,wgs84,lamps\n"
        "L2,lamp,,120.01,36.01,,nobody\n"
        "L3,lamp,,36.01,120.01,,\n"
        "L4,lamp,,120.01,36.01,mars,\n"
        "L1,lamp,,120.01,36.01,,\n"
        ",lamp,,120.01,36.01,,\n"
        "L5,lamp,,,,,\n",
        encoding="utf-8",
    )
    refused = tmp_path / "lamps.refused.csv"

    placed, count = actions.import_facilities(table, refused=refused, by=SYSTEM, at=NOON)

    assert (placed.fresh, count) == (1, 6)
    assert queries.facility("L1").competent_id == competent
    told = refused.read_text(encoding="utf-8-sig").splitlines()
    assert len(told) == 7
    assert "_reason" in told[0]
