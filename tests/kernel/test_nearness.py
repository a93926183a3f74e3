"""Looking near a point: nothing within the radius is missed, and the ranges are few."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.nearness import metres_between, ranges_around
from gongzhi.kernel.quadkeys import quadkey


def test_a_degree_of_latitude_is_about_111_kilometres() -> None:
    assert metres_between(120, 30, 120, 31) == pytest.approx(111_195, abs=1)


def test_a_degree_of_longitude_shrinks_by_the_cosine_of_the_latitude() -> None:
    assert metres_between(120, 60, 121, 60) == pytest.approx(111_195 / 2, rel=1e-4)


@given(
    st.floats(-179, 179),
    st.floats(-80, 80),
    st.floats(1, 2000),
    st.floats(0, 2 * math.pi),
    st.floats(0, 0.999),
)
def test_whatever_lies_within_the_radius_lies_in_a_range(
    longitude: float, latitude: float, radius_m: float, bearing: float, share: float
) -> None:
    ranges = ranges_around(longitude, latitude, radius_m=radius_m)
    north = share * radius_m * math.sin(bearing) / 111_195
    east = share * radius_m * math.cos(bearing) / 111_195 / math.cos(math.radians(latitude))
    key = quadkey(longitude + east, latitude + north)

    found = metres_between(longitude, latitude, longitude + east, latitude + north)

    assert len(ranges) <= 4
    if found <= radius_m * 0.999:
        assert any(low <= key < high for low, high in ranges)
