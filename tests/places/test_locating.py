"""Locating: which areas of all layers a point lies in, on a day."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import actions, queries
from gongzhi.places.rules import AreaView, CityMap, LayerView
from gongzhi.places.rules.citymap import FOREVER

from .small_city import NOON, Town, define, spot, square


def located(x: float, y: float, at: datetime = NOON) -> queries.Location:
    return queries.locate(*spot(x, y), at=at)


def test_a_point_has_an_area_of_every_layer_and_the_finest_is_the_smallest(town: Town) -> None:
    found = located(1, 1)

    assert {layer: area.code for layer, area in found.areas.items()} == {
        "district": "D",
        "street": "W",
    }
    assert found.smallest is not None
    assert found.smallest.id == town.west_street
    assert found.flags == ()


def test_a_street_inherits_the_class_of_its_district_unless_it_has_its_own(town: Town) -> None:
    assert located(1, 1).area_class == "B"
    assert located(3, 1).area_class == "A"


def test_a_place_between_the_streets_is_flagged_as_a_gap(town: Town) -> None:
    found = located(1.7, 1)

    assert found.smallest is not None
    assert found.smallest.id == town.district
    assert found.flags == ("gap:street",)


def test_a_district_without_streets_has_no_gap(db: None) -> None:
    define("district", 10)
    define("street", 20)
    actions.draw_area("district", "D", name="D", geometry=square(0, 0), by=SYSTEM, at=NOON)

    assert located(0.5, 0.5).flags == ()


def test_a_point_in_no_area_is_outside(town: Town) -> None:
    assert located(9, 9) == queries.Location({}, None, "", ("outside",))


@pytest.mark.parametrize(
    ("lon", "lat"), [(0, 0), (float("nan"), 36), (120, float("inf")), (181, 36), (120, 91)]
)
def test_what_is_no_position_is_flagged_and_has_no_area(town: Town, lon: float, lat: float) -> None:
    one = queries.locate(lon, lat, at=NOON)
    many = queries.locate_many(np.array([lon]), np.array([lat]), at=NOON)

    assert one == many.location(0) == queries.Location({}, None, "", ("no_position",))


def test_a_point_on_a_shared_border_has_exactly_one_area_and_no_overlap(db: None) -> None:
    define("grid", 40)
    for number, west in enumerate((0, 1)):
        code = f"g{number}"
        actions.draw_area("grid", code, name=code, geometry=square(west, 0), by=SYSTEM, at=NOON)

    found = located(1, 0.5)

    lon, lat = spot(1, 0.5)
    many = queries.locate_many(np.array([lon]), np.array([lat]), at=NOON)
    assert found.areas["grid"].code in {"g0", "g1"}
    assert found.flags == ()
    assert many.location(0) == found


def test_of_overlapping_areas_the_smaller_wins_and_the_overlap_is_told(town: Town) -> None:
    actions.draw_area("street", "S", name="S", geometry=square(0.5, 0.5, 0.5), by=SYSTEM, at=NOON)

    found = located(0.7, 0.7)

    assert found.areas["street"].code == "S"
    assert found.flags == ("overlap:street",)


def test_areas_of_equal_size_are_told_apart_by_their_code(town: Town) -> None:
    for code in ("r2", "r1"):
        actions.draw_area("road", code, name=code, geometry=square(0, 0), by=SYSTEM, at=NOON)

    assert located(0.5, 0.5).areas["road"].code == "r1"


def test_a_retired_area_still_answers_for_earlier_days(town: Town) -> None:
    actions.retire_area("street", "W", ends_on=date(2026, 5, 3), by=SYSTEM, at=NOON)

    assert "street" not in located(1, 1).areas
    assert located(1, 1, NOON - timedelta(days=1)).areas["street"].code == "W"


def test_an_area_answers_from_its_first_day(town: Town) -> None:
    actions.draw_area(
        "road",
        "r",
        name="r",
        geometry=square(0, 0),
        valid_from=date(2026, 5, 10),
        by=SYSTEM,
        at=NOON,
    )

    assert "road" not in located(0.5, 0.5, NOON + timedelta(days=5)).areas
    assert "road" in located(0.5, 0.5, NOON + timedelta(days=6)).areas


def test_a_warm_map_costs_one_statement_for_one_point_and_for_many(town: Town) -> None:
    located(1, 1)

    with CaptureQueriesContext(
        connection,
    ) as one:
        located(1, 1)
    with CaptureQueriesContext(connection) as many:
        queries.locate_many(np.full(500, 120.01), np.full(500, 36.01), at=NOON)

    assert (len(one), len(many)) == (1, 1)


def test_a_map_that_is_held_costs_no_statement(town: Town) -> None:
    held = queries.the_map()

    with CaptureQueriesContext(connection) as none:
        found = held.as_of(date(2026, 5, 4)).locate(*spot(1, 1))

    assert found.areas["street"].code == "W"
    assert len(none) == 0


def test_many_points_are_located_as_each_one_is(town: Town) -> None:
    actions.draw_area("street", "S", name="S", geometry=square(0.5, 0.5, 0.5), by=SYSTEM, at=NOON)
    rng = np.random.default_rng(7)
    lon, lat = 120 + rng.uniform(-0.01, 0.05, 6_000), 36 + rng.uniform(-0.01, 0.05, 6_000)

    many = queries.locate_many(lon, lat, at=NOON)

    held = queries.the_map().as_of(date(2026, 5, 4))
    ones = [held.locate(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    assert [many.location(number) for number in range(len(many))] == ones
    assert many.paths.tolist() == [one.smallest.path if one.smallest else "" for one in ones]
    assert many.area_classes.tolist() == [one.area_class for one in ones]
    assert many.flags.tolist() == [one.flags for one in ones]


def test_without_any_area_everything_is_outside(db: None) -> None:
    many = queries.locate_many(np.array([120.0]), np.array([36.0]), at=NOON)

    assert many.smallest.tolist() == [-1]
    assert many.flags.tolist() == [("outside",)]


def city_of(shapes: list[shapely.Geometry]) -> CityMap:
    layer = LayerView(1, "grid", "grid", "", "", 40, True)
    areas = [
        AreaView(number + 1, "grid", f"{number:03}", "", "", None, "", "", "")
        for number in range(len(shapes))
    ]
    array = np.empty(len(shapes), object)
    array[:] = shapes
    ends = np.full(len(shapes), FOREVER)
    return CityMap([layer], areas, array, np.zeros(len(shapes), np.int64), ends)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_table_of_cells_agrees_with_the_geometry_for_any_layout(seed: int) -> None:
    rng = np.random.default_rng(seed)
    centres = shapely.points(rng.uniform(0, 1, (40, 2)) * 0.1 + np.array([120, 36]))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(centres)))
    discs = shapely.buffer(centres[:6], rng.uniform(0.001, 0.03, 6))
    holed = shapely.difference(discs[0], shapely.buffer(centres[0], 0.0005))
    shapes = [*cells[rng.uniform(size=len(cells)) > 0.2], *discs, holed]
    lon, lat = 119.98 + rng.uniform(0, 0.14, 5_000), 35.98 + rng.uniform(0, 0.14, 5_000)
    corners = shapely.get_coordinates(cells)
    lon, lat = np.concatenate([lon, corners[:, 0]]), np.concatenate([lat, corners[:, 1]])

    found = city_of(shapes).locate_many(lon, lat, on=date(2026, 1, 1)).smallest

    order = np.lexsort((np.arange(len(shapes)), shapely.area(shapes)))
    expected = np.full(lon.size, -1)
    for place in order[::-1]:
        expected[shapely.intersects_xy(shapes[place], lon, lat)] = place + 1
    assert np.array_equal(found, expected)
