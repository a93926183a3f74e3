"""Keys of positions: a tile of the map is one range of keys."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.coordinates import BadPosition
from gongzhi.kernel.quadkeys import (
    NO_PLACE,
    BadTile,
    quadkey,
    quadkeys,
    tile_of,
    tile_range,
)

LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
ZOOM = st.integers(0, 31)


def tile_by_trigonometry(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return column and row by the textbook formula of web maps."""
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(x), int(y)


def test_the_corners_of_the_world_are_the_first_and_the_last_key() -> None:
    assert quadkey(-180, 90) == 0
    assert quadkey(180, -90) == 2**62 - 1


@pytest.mark.parametrize(
    ("lon", "lat"), [(120.3826, 36.0671), (-73.9857, 40.7484), (151.2, -33.86), (0.1, 0.1)]
)
def test_a_key_lies_in_the_tile_of_the_textbook(lon: float, lat: float) -> None:
    for z in range(20):
        assert tile_of(quadkey(lon, lat), z) == tile_by_trigonometry(lon, lat, z)


@given(lon=LON, lat=LAT, z=ZOOM)
def test_a_key_is_in_the_range_of_its_tile(lon: float, lat: float, z: int) -> None:
    key = quadkey(lon, lat)

    low, high = tile_range(z, *tile_of(key, z))

    assert low <= key < high


@given(lon=LON, lat=LAT, z=st.integers(1, 12), data=st.data())
def test_a_key_is_in_the_range_of_no_other_tile(
    lon: float, lat: float, z: int, data: st.DataObject
) -> None:
    key = quadkey(lon, lat)
    cell = st.integers(0, 2**z - 1)
    x, y = data.draw(cell), data.draw(cell)

    low, high = tile_range(z, x, y)

    assert (low <= key < high) == (tile_of(key, z) == (x, y))


@given(z=st.integers(0, 30), data=st.data())
def test_a_tile_is_exactly_its_four_quarters(z: int, data: st.DataObject) -> None:
    cell = st.integers(0, 2**z - 1)
    x, y = data.draw(cell), data.draw(cell)

    quarters = [tile_range(z + 1, 2 * x + dx, 2 * y + dy) for dy in (0, 1) for dx in (0, 1)]

    low, high = tile_range(z, x, y)
    assert [start for start, _ in quarters] == [low, *(end for _, end in quarters[:-1])]
    assert quarters[-1][1] == high


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=40))
def test_many_keys_are_the_keys_of_each(positions: list[tuple[float, float]]) -> None:
    lon, lat = np.array(positions).T

    keys = quadkeys(lon, lat)

    assert keys.dtype == np.int64
    assert keys.tolist() == [quadkey(x, y) for x, y in positions]
    columns, rows = tile_of(keys, 14)
    expected = [tile_of(quadkey(x, y), 14) for x, y in positions]
    assert list(zip(columns.tolist(), rows.tolist(), strict=True)) == expected


def test_a_row_without_a_place_has_a_key_in_no_tile() -> None:
    keys = quadkeys(np.array([math.nan, 120.0, 120.0]), np.array([36.0, math.nan, 36.0]))

    assert keys[:2].tolist() == [NO_PLACE, NO_PLACE]
    assert keys[2] == quadkey(120.0, 36.0)
    assert tile_range(0, 0, 0)[0] > NO_PLACE


def test_one_position_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadPosition):
        quadkey(math.nan, 36.0)


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (32, 0, 0), (0, 1, 0), (3, 8, 0), (3, 0, -1)]
)
def test_a_tile_that_is_none_is_refused(z: int, x: int, y: int) -> None:
    with pytest.raises(BadTile) as refusal:
        tile_range(z, x, y)

    assert refusal.value.facts == {"z": z, "x": x, "y": y}


@pytest.mark.parametrize(("key", "z"), [(NO_PLACE, 3), (1 << 62, 3), (5, 32)])
def test_a_key_that_is_none_has_no_tile(key: int, z: int) -> None:
    with pytest.raises(BadTile):
        tile_of(key, z)
