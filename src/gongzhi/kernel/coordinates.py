"""Positions in the three coordinate systems met in Chinese cities, and which are nonsense.

WGS 84 is what satellites and this platform speak (CGCS2000 agrees with it to centimetres).
GCJ-02 is WGS 84 displaced by up to some hundred metres, as Chinese maps must be; BD-09 is
GCJ-02 displaced once more. Every function takes floats or NumPy arrays alike.

Source: no official text of GCJ-02 and BD-09 is public; the formulas are the ones found by
observation and used throughout open geographic software, on the Krasovsky 1940 ellipsoid.
Checked with 120 E, 40 N (WGS 84) = 120.00567568355486 E, 40.0013047896019 N (GCJ-02).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from .refusals import Invalid

Degrees = NDArray[np.float64]
N = TypeVar("N", float, Degrees)

_AXIS_M = 6_378_245.0  # half the long axis of the Krasovsky 1940 ellipsoid
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_BD_TURN = math.pi * 3_000 / 180
_BD_EAST, _BD_NORTH = 0.0065, 0.006

# The rough box around China within which GCJ-02 differs from WGS 84; degrees.
_CHINA_WEST, _CHINA_EAST = 72.004, 137.8347
_CHINA_SOUTH, _CHINA_NORTH = 0.8293, 55.8271

# The displacement changes by less than 0.3 % (GCJ-02) and 3 % (BD-09) of a step, so this
# many rounds of "guess, displace, correct" leave less than the rounding of a float.
_GCJ_ROUNDS = 6
_BD_ROUNDS = 10

_NO_PLACE_DEG = 1e-6  # 0.1 m around 0, 0 is an empty field, not a place


class BadPosition(Invalid):
    """A longitude and latitude are no place on earth, or the empty place 0, 0.

    Facts: `lon`, `lat` as text, and `reason`: not_a_number, zero, swapped or range.
    """

    code = "place.bad_position"


class Frame(StrEnum):
    """A coordinate system in which longitude and latitude are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True)
class _Maths(Generic[N]):
    """The same functions for one number and for many."""

    sin: Callable[[N], N]
    cos: Callable[[N], N]
    sqrt: Callable[[N], N]
    atan2: Callable[[N, N], N]
    within: Callable[[N, float, float], N]  # 1 between two bounds, else 0
    choose: Callable[[N, N, N], N]  # where the first is not zero the second, else the third


_ONE = _Maths[float](
    sin=math.sin,
    cos=math.cos,
    sqrt=math.sqrt,
    atan2=math.atan2,
    within=lambda value, low, high: float(low <= value <= high),
    choose=lambda test, yes, no: yes if test else no,
)
_MANY = _Maths[Degrees](
    sin=np.sin,
    cos=np.cos,
    sqrt=np.sqrt,
    atan2=np.arctan2,
    within=lambda value, low, high: ((value >= low) & (value <= high)).astype(np.float64),
    choose=lambda test, yes, no: np.where(test != 0, yes, no),
)


@overload
def to_wgs84(lon: float, lat: float, frame: Frame) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: Degrees, lat: Degrees, frame: Frame) -> tuple[Degrees, Degrees]: ...
def to_wgs84(
    lon: float | Degrees, lat: float | Degrees, frame: Frame
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """Return in WGS 84 a position given in `frame`.

    The inverse of `from_wgs84` to better than 1e-9 degrees (0.1 mm). Only along the edge of
    the box around China, where GCJ-02 starts, two positions share one displaced position.

    Args:
        lon: degrees east in `frame`; a number or an array.
        lat: degrees north in `frame`; of the same shape.
        frame: the system they are given in.

    Returns:
        Longitude and latitude in degrees, WGS 84. What is not finite comes back as it is.
    """
    if isinstance(lon, np.ndarray) and isinstance(lat, np.ndarray):
        with np.errstate(invalid="ignore"):
            return _to_wgs84(lon, lat, frame, _MANY)
    one = float(lon), float(lat)
    return _to_wgs84(*one, frame, _ONE) if all(map(math.isfinite, one)) else one


@overload
def from_wgs84(lon: float, lat: float, frame: Frame) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Degrees, lat: Degrees, frame: Frame) -> tuple[Degrees, Degrees]: ...
def from_wgs84(
    lon: float | Degrees, lat: float | Degrees, frame: Frame
) -> tuple[float, float] | tuple[Degrees, Degrees]:
    """Return in `frame` a position given in WGS 84.

    Outside a rough box around China (72.004 to 137.8347 E, 0.8293 to 55.8271 N) GCJ-02 is
    WGS 84; BD-09 is displaced from GCJ-02 everywhere.

    Args:
        lon: degrees east, WGS 84; a number or an array.
        lat: degrees north, WGS 84; of the same shape.
        frame: the system wanted.

    Returns:
        Longitude and latitude in degrees. What is not finite comes back as it is.
    """
    if isinstance(lon, np.ndarray) and isinstance(lat, np.ndarray):
        with np.errstate(invalid="ignore"):
            return _from_wgs84(lon, lat, frame, _MANY)
    one = float(lon), float(lat)
    return _from_wgs84(*one, frame, _ONE) if all(map(math.isfinite, one)) else one


def check_position(lon: float, lat: float) -> None:
    """Refuse what cannot be a position.

    Args:
        lon: degrees east.
        lat: degrees north.

    Raises:
        BadPosition: with the first reason that applies: `not_a_number` (or infinite), `zero`
            (within 0.1 m of 0, 0), `swapped` (would fit the other way round), `range`.
    """
    reason = _fault(lon, lat)
    if reason:
        raise BadPosition(lon=f"{lon:.9g}", lat=f"{lat:.9g}", reason=reason)


def _fault(lon: float, lat: float) -> str:
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return "not_a_number"
    if abs(lon) < _NO_PLACE_DEG and abs(lat) < _NO_PLACE_DEG:
        return "zero"
    if abs(lon) <= 180 and abs(lat) <= 90:  # noqa: PLR2004 - the earth is round
        return ""
    return "swapped" if abs(lon) <= 90 and abs(lat) <= 180 else "range"  # noqa: PLR2004


def _from_wgs84(lon: N, lat: N, frame: Frame, maths: _Maths[N]) -> tuple[N, N]:
    if frame is Frame.WGS84:
        return lon, lat
    lon, lat = _gcj_of_wgs(lon, lat, maths)
    return (lon, lat) if frame is Frame.GCJ02 else _bd_of_gcj(lon, lat, maths)


def _to_wgs84(lon: N, lat: N, frame: Frame, maths: _Maths[N]) -> tuple[N, N]:
    if frame is Frame.WGS84:
        return lon, lat
    if frame is Frame.BD09:
        guess_lon, guess_lat = lon - _BD_EAST, lat - _BD_NORTH
        for _ in range(_BD_ROUNDS):
            there_lon, there_lat = _bd_of_gcj(guess_lon, guess_lat, maths)
            guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
        lon, lat = guess_lon, guess_lat
    return _wgs_of_gcj(lon, lat, maths)


def _wgs_of_gcj(lon: N, lat: N, maths: _Maths[N]) -> tuple[N, N]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_GCJ_ROUNDS):
        east, north = _displacement(guess_lon, guess_lat, maths)
        guess_lon, guess_lat = lon - east, lat - north
    inside = _inside(guess_lon, guess_lat, maths)
    return maths.choose(inside, guess_lon, lon), maths.choose(inside, guess_lat, lat)


def _gcj_of_wgs(lon: N, lat: N, maths: _Maths[N]) -> tuple[N, N]:
    east, north = _displacement(lon, lat, maths)
    inside = _inside(lon, lat, maths)
    return maths.choose(inside, lon + east, lon), maths.choose(inside, lat + north, lat)


def _inside(lon: N, lat: N, maths: _Maths[N]) -> N:
    """Return 1 where the displacement applies, else 0."""
    across = maths.within(lon, _CHINA_WEST, _CHINA_EAST)
    return across * maths.within(lat, _CHINA_SOUTH, _CHINA_NORTH)


def _displacement(lon: N, lat: N, maths: _Maths[N]) -> tuple[N, N]:
    """Return by how many degrees east and north GCJ-02 displaces a position."""
    x, y = lon - 105.0, lat - 35.0
    ripple = _waves(maths, x, (20.0, math.pi * 6), (20.0, math.pi * 2))
    root = maths.sqrt(abs(x))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    east_m += _waves(maths, x, (20.0, math.pi), (40.0, math.pi / 3))
    east_m += _waves(maths, x, (150.0, math.pi / 12), (300.0, math.pi / 30))
    north_m += _waves(maths, y, (20.0, math.pi), (40.0, math.pi / 3))
    north_m += _waves(maths, y, (160.0, math.pi / 12), (320.0, math.pi / 30))
    return _degrees(east_m, north_m, lat, maths)


def _waves(maths: _Maths[N], along: N, *waves: tuple[float, float]) -> N:
    """Return two thirds of the sum of sine waves, each (height, turns), at `along`."""
    (height, turn), (other_height, other_turn) = waves
    return (height * maths.sin(along * turn) + other_height * maths.sin(along * other_turn)) * (
        2.0 / 3.0
    )


def _degrees(east_m: N, north_m: N, lat: N, maths: _Maths[N]) -> tuple[N, N]:
    """Return metres east and north at `lat` as degrees, on the ellipsoid."""
    sine = maths.sin(lat * (math.pi / 180))
    flat = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    root = maths.sqrt(flat)
    across = _AXIS_M / root * maths.cos(lat * (math.pi / 180)) * math.pi
    along = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (flat * root) * math.pi
    return east_m * 180.0 / across, north_m * 180.0 / along


def _bd_of_gcj(lon: N, lat: N, maths: _Maths[N]) -> tuple[N, N]:
    radius = maths.sqrt(lon * lon + lat * lat) + 0.000_02 * maths.sin(lat * _BD_TURN)
    angle = maths.atan2(lat, lon) + 0.000_003 * maths.cos(lon * _BD_TURN)
    return radius * maths.cos(angle) + _BD_EAST, radius * maths.sin(angle) + _BD_NORTH
