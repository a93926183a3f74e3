"""Vector tiles: what is written is what a foreign reader of the format reads."""

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.kernel.quadkeys import BadTile, quadkey, tile_of
from gongzhi.kernel.tiles import (
    EXTENT,
    MARGIN,
    Kind,
    Tile,
    degrees_of,
    drawn,
    encode,
    lines,
    points,
    polygons,
    world,
)

LONGITUDES = st.floats(-179.999, 179.999)
LATITUDES = st.floats(-85.0, 85.0)
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


def read(content: bytes) -> dict[str, dict[str, object]]:
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})


def tile_at(lon: float, lat: float, z: int) -> Tile:
    return Tile(z, *tile_of(quadkey(lon, lat), z))


@given(st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=1, max_size=8), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_points_come_back_within_one_unit_of_the_tile(
    places: list[tuple[float, float]], z: int
) -> None:
    tile = tile_at(*places[0], z)
    units = np.rint(tile.units(world(np.array(places[:1]))))

    found = read(encode({"a": [points([(int(units[0, 0]), int(units[0, 1]))], {})]}))

    x, y = found["a"]["features"][0]["geometry"]["coordinates"]
    back = degrees_of((np.array([[x, y]]) / EXTENT + [tile.x, tile.y]) / (1 << z))
    apart = np.abs(world(back) - world(np.array(places[:1]))) * (1 << z) * EXTENT
    assert (apart <= 1.0).all()
    assert 0 <= x <= EXTENT
    assert 0 <= y <= EXTENT


@given(st.dictionaries(st.text(min_size=1, max_size=12), VALUES, max_size=6), st.integers(0, 2**53))
@settings(max_examples=100, deadline=None)
def test_what_is_known_of_a_feature_comes_back_with_its_kind_and_its_id(
    tags: dict[str, str | int | float | bool], key: int
) -> None:
    found = read(encode({"層": [points([(1, 2)], tags, key=key), points([(3, 4)], tags)]}))

    first, second = found["層"]["features"]
    assert first["properties"] == second["properties"] == tags
    assert {k: type(v) for k, v in first["properties"].items()} == {
        k: type(v) for k, v in tags.items()
    }
    assert first["id"] == key


def test_a_whole_number_and_the_same_decimal_stay_two_values() -> None:
    found = read(encode({"a": [points([(0, 0)], {"n": 1}), points([(0, 0)], {"n": 1.0})]}))

    kinds = [type(one["properties"]["n"]) for one in found["a"]["features"]]
    assert kinds == [int, float]


def test_a_line_of_several_parts_comes_back() -> None:
    shape = shapely.MultiLineString([[(0, 0), (10, 5), (7, 7)], [(100, 100), (90, 4096)]])

    feature = lines(shape, {})

    assert feature is not None
    geometry = read(encode({"a": [feature]}))["a"]["features"][0]["geometry"]
    assert geometry["type"] == "MultiLineString"
    assert geometry["coordinates"] == [[[0, 0], [10, 5], [7, 7]], [[100, 100], [90, 4096]]]


def test_outlines_run_clockwise_on_the_screen_and_holes_do_not() -> None:
    for ccw in (True, False):
        shape = shapely.box(0, 0, 100, 100, ccw=ccw) - shapely.box(20, 20, 40, 60, ccw=not ccw)

        feature = polygons(shape, {})

        assert feature is not None
        signs = [_twice(ring) > 0 for ring in feature.parts]
        assert signs == [True, False]
        back = read(encode({"a": [feature]}))["a"]["features"][0]["geometry"]
        assert shapely.geometry.shape(back).area == shape.area


def _twice(ring: object) -> float:
    places = np.array(ring, float)
    x, y = places.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


@given(
    st.lists(st.tuples(st.floats(-3000, 8000), st.floats(-3000, 8000)), min_size=3, max_size=12),
    st.integers(3, 18),
)
@settings(max_examples=60, deadline=None)
def test_a_polygon_is_cut_at_the_edge_and_keeps_its_ground_within(
    corners: list[tuple[float, float]], z: int
) -> None:
    tile = tile_at(121.4, 31.2, z)
    hull = shapely.convex_hull(shapely.MultiPoint(corners))
    if hull.area < 1000:
        return
    scale = EXTENT << z
    there = shapely.transform(hull, lambda p: (p + np.array([tile.x, tile.y]) * EXTENT) / scale)

    found = drawn(tile, np.array([there], object), simplest=0)[0]

    edge = shapely.box(-MARGIN, -MARGIN, EXTENT + MARGIN, EXTENT + MARGIN)
    wanted = shapely.intersection(hull, edge)
    assert found.is_empty or edge.covers(found)
    assert abs(found.area - wanted.area) <= wanted.length * 1.5 + 4
    feature = polygons(found, {})
    if feature is None:
        assert wanted.area < wanted.length * 1.5 + 4
        return
    back = shapely.geometry.shape(read(encode({"a": [feature]}))["a"]["features"][0]["geometry"])
    assert back.is_valid
    assert abs(back.area - found.area) < 1e-6
    assert all(_twice(ring) > 0 for ring in feature.parts)


def test_a_shape_smaller_than_a_unit_vanishes() -> None:
    tile = Tile(3, 1, 1)
    speck = shapely.box(0.2, 0.2, 0.2 + 1e-9, 0.2 + 1e-9)

    found = drawn(tile, np.array([speck], object))[0]

    assert polygons(found, {}) is None
    assert encode({"a": []}) == b""


def test_a_wiggle_below_half_a_pixel_is_straightened_far_off_and_kept_near() -> None:
    east = np.linspace(121.4, 121.41, 200)
    wiggle = 31.2 + 0.00001 * (np.arange(200) % 2)
    line = shapely.LineString(world(np.column_stack([east, wiggle])))

    far, near = (drawn(tile_at(121.405, 31.2, z), np.array([line], object))[0] for z in (10, 20))

    assert len(shapely.get_coordinates(far)) == 2
    assert len(shapely.get_coordinates(near)) > 5


def test_neighbouring_tiles_meet_without_a_gap() -> None:
    tile = tile_at(121.4, 31.2, 12)
    east = Tile(12, tile.x + 1, tile.y)
    degrees = degrees_of(
        np.array([[tile.x + 0.5, tile.y + 0.5], [tile.x + 1.5, tile.y + 0.6]]) / 4096
    )
    line = np.array([shapely.LineString(world(degrees))], object)

    one, two = drawn(tile, line)[0], drawn(east, line)[0]

    assert one.bounds[2] == EXTENT + MARGIN
    assert two.bounds[0] == -MARGIN


def test_a_square_that_is_not_there_is_refused() -> None:
    for z, x, y in ((2, 4, 0), (2, 0, -1), (32, 0, 0), (-1, 0, 0)):
        with pytest.raises(BadTile):
            Tile(z, x, y)


def test_the_parts_of_a_feature_are_numbered_as_the_format_wants() -> None:
    assert [kind.value for kind in (Kind.POINT, Kind.LINE, Kind.POLYGON)] == [1, 2, 3]
