"""Positions between coordinate systems, and positions that are none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.coordinates import BadPosition, Frame, check_position, from_wgs84, to_wgs84

CHINA = {"lon": st.floats(73.5, 135.1), "lat": st.floats(3.8, 53.6)}
DISPLACED = st.sampled_from([Frame.GCJ02, Frame.BD09])


def test_the_known_point_is_displaced_as_published() -> None:
    assert from_wgs84(120.0, 40.0, Frame.GCJ02) == pytest.approx(
        (120.00567568355486, 40.0013047896019), abs=1e-12
    )


def test_baidu_displaces_once_more() -> None:
    lon, lat = from_wgs84(116.404, 39.915, Frame.BD09)
    gcj_lon, gcj_lat = from_wgs84(116.404, 39.915, Frame.GCJ02)

    assert (lon - gcj_lon, lat - gcj_lat) == pytest.approx((0.0065, 0.0060), abs=5e-4)


@given(frame=DISPLACED, **CHINA)
def test_there_and_back_is_the_same_place(frame: Frame, lon: float, lat: float) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, frame), frame)

    assert back == pytest.approx((lon, lat), rel=0, abs=1e-9)


@given(frame=DISPLACED, **CHINA)
def test_back_and_there_is_the_same_place(frame: Frame, lon: float, lat: float) -> None:
    there = from_wgs84(*to_wgs84(lon, lat, frame), frame)

    assert there == pytest.approx((lon, lat), rel=0, abs=1e-9)


@given(**CHINA)
def test_the_displacement_is_some_hundred_metres(lon: float, lat: float) -> None:
    there_lon, there_lat = from_wgs84(lon, lat, Frame.GCJ02)

    east_m = (there_lon - lon) * 111_320 * math.cos(math.radians(lat))
    north_m = (there_lat - lat) * 110_600
    assert math.hypot(east_m, north_m) < 1_200


@pytest.mark.parametrize(("lon", "lat"), [(-73.98, 40.75), (2.35, 48.86), (151.2, -33.9)])
def test_outside_china_nothing_is_displaced(lon: float, lat: float) -> None:
    assert from_wgs84(lon, lat, Frame.GCJ02) == (lon, lat)
    assert to_wgs84(lon, lat, Frame.GCJ02) == (lon, lat)


@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_wgs84_stays_as_it_is(lon: float, lat: float) -> None:
    assert to_wgs84(lon, lat, Frame.WGS84) == (lon, lat)
    assert from_wgs84(lon, lat, Frame.WGS84) == (lon, lat)


@pytest.mark.parametrize("frame", list(Frame))
def test_many_positions_are_displaced_like_each_alone(frame: Frame) -> None:
    lon = np.array([120.0, 105.0, 116.4, -73.98, 72.004, 137.9])
    lat = np.array([40.0, 35.0, 39.9, 40.75, 30.0, 50.0])

    there = from_wgs84(lon, lat, frame)
    back = to_wgs84(lon, lat, frame)

    alone = [from_wgs84(x, y, frame) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    alone_back = [to_wgs84(x, y, frame) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    np.testing.assert_allclose(np.column_stack(there), alone, rtol=0, atol=1e-11)
    np.testing.assert_allclose(np.column_stack(back), alone_back, rtol=0, atol=1e-11)


@pytest.mark.parametrize("frame", list(Frame))
def test_what_is_not_a_number_stays_so_and_spoils_no_other(frame: Frame) -> None:
    lon, lat = to_wgs84(np.array([math.nan, math.inf, 120.0]), np.array([30.0, 30.0, 40.0]), frame)

    assert not np.isfinite(lon[:2]).any()
    assert (lon[2], lat[2]) == pytest.approx(to_wgs84(120.0, 40.0, frame), rel=0, abs=1e-11)
    assert math.isnan(to_wgs84(math.nan, 30.0, frame)[0])
    assert from_wgs84(math.inf, 30.0, frame) == (math.inf, 30.0)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        (math.nan, 36.0, "not_a_number"),
        (120.0, math.nan, "not_a_number"),
        (math.inf, 36.0, "not_a_number"),
        (0.0, 0.0, "zero"),
        (-0.0, 1e-9, "zero"),
        (36.07, 120.38, "swapped"),
        (-89.0, -180.0, "swapped"),
        (181.0, 36.0, "range"),
        (120.0, 91.0, "range"),
        (40_500_000.0, 4_000_000.0, "range"),
    ],
)
def test_nonsense_is_refused_with_its_reason(lon: float, lat: float, reason: str) -> None:
    with pytest.raises(BadPosition) as refusal:
        check_position(lon, lat)

    assert refusal.value.code == "place.bad_position"
    assert refusal.value.facts["reason"] == reason
    assert set(refusal.value.facts) == {"lon", "lat", "reason"}


@pytest.mark.parametrize(
    ("lon", "lat"), [(120.38, 36.07), (180.0, 90.0), (-180.0, -90.0), (0.0, 51.5), (9.5, 0.0)]
)
def test_a_place_on_earth_is_not_refused(lon: float, lat: float) -> None:
    check_position(lon, lat)
