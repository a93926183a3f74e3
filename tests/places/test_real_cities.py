"""Real cities: the shared data sets imported as a city would import its own."""

import csv

import numpy as np
import pytest
import shapely

from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import actions, queries

from .small_city import DATA, NOON

DISTRICTS = DATA / "nyc/community_districts.geojson"
CALLS = DATA / "nyc/calls_2016.csv"
DIVISIONS = DATA / "qingdao/divisions.geojson"

needs_new_york = pytest.mark.skipif(not DISTRICTS.exists(), reason="no ../shared/data/nyc here")
needs_qingdao = pytest.mark.skipif(not DIVISIONS.exists(), reason="no ../shared/data/qingdao here")


@needs_new_york
@pytest.mark.django_db
def test_the_community_districts_import_cleanly_and_hold_the_calls(tmp_path: object) -> None:
    reading = {"layer": "community_district", "name_field": "cd_name", "code_field": "boro_cd"}

    report = actions.import_geojson(
        DISTRICTS, **reading, rank=10, administrative=True, by=SYSTEM, at=NOON
    )
    again = actions.import_geojson(DISTRICTS, **reading, by=SYSTEM, at=NOON)

    assert (report.drawn, report.refused, report.remarks) == (71, 0, ())
    assert (again.unchanged, again.drawn, again.redrawn) == (71, 0, 0)
    with CALLS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lon_name = next(name for name in rows[0] if name.lower() == "longitude")
    lat_name = next(name for name in rows[0] if name.lower() == "latitude")
    lon = np.array([float(row[lon_name] or "nan") for row in rows])
    lat = np.array([float(row[lat_name] or "nan") for row in rows])
    located = queries.locate_many(lon, lat, at=NOON)
    placed = np.isfinite(lon) & ((lon != 0) | (lat != 0))
    assert placed.sum() > 7_000
    assert (located.smallest[~placed] == -1).all()
    assert (located.smallest[placed] >= 0).mean() > 0.99


@needs_qingdao
@pytest.mark.django_db
def test_every_place_of_the_city_has_its_township_and_district_or_a_flag() -> None:
    reports = [
        actions.import_geojson(
            DIVISIONS,
            layer=layer,
            name_field="name",
            name_en_field="name_en",
            code_field="osm_id",
            where={"admin_level": level},
            rank=rank,
            administrative=True,
            by=SYSTEM,
            at=NOON,
        )
        for layer, level, rank in (
            ("city", "5", 0),
            ("district", "6", 10),
            ("township", "8", 20),
        )
    ]
    city = next(iter(queries.areas_by_code("city").values()))
    rng = np.random.default_rng(4)
    west, south, east, north = queries.shape_of(city.id).bounds
    lon, lat = rng.uniform(west, east, 30_000), rng.uniform(south, north, 30_000)
    inside = np.flatnonzero(shapely.contains_xy(queries.shape_of(city.id), lon, lat))[:3_000]
    lon, lat = lon[inside], lat[inside]

    located = queries.locate_many(lon, lat, at=NOON)

    assert [(one.drawn, one.refused) for one in reports] == [(1, 0), (10, 0), (135, 0)]
    assert len(located) == 3_000
    flags = located.flags
    for layer in ("district", "township"):
        covers = brute_force(layer, lon, lat)
        assert np.array_equal(covers.any(axis=1), located.area_ids[layer] >= 0)
        chosen = located.area_ids[layer]
        ids = np.array([area.id for area in queries.areas_by_code(layer).values()])
        for row in np.flatnonzero(chosen >= 0).tolist():
            assert covers[row, int(np.flatnonzero(ids == chosen[row])[0])]
    in_district = located.area_ids["district"] >= 0
    in_township = located.area_ids["township"] >= 0
    told = np.array(["gap:township" in one for one in flags])
    assert in_district.mean() > 0.99
    assert np.array_equal(told, in_district & ~in_township)
    smallest = np.where(in_township, located.area_ids["township"], located.area_ids["district"])
    assert np.array_equal(located.smallest[in_district], smallest[in_district])


def brute_force(layer: str, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return (points, areas) whether each area of a layer holds each point."""
    shapes = [queries.shape_of(area.id) for area in queries.areas_by_code(layer).values()]
    return np.stack([shapely.intersects_xy(shape, lon, lat) for shape in shapes], axis=1)
