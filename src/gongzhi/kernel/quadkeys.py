"""Positions as 64-bit numbers along a Z-order curve, so that a map tile is one range of them.

The world in Web Mercator is halved 31 times in each direction; the bits of the column and
of the row alternate in the key, column in the lower place. All keys are between 0 and
2**62, which every database holds in a signed 64-bit column with an ordinary index.

Source: G. M. Morton, "A computer oriented geodetic data base" (1966), for the order; the
tiles are those of common web maps: zoom, column from the west, row from the north.
"""

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .coordinates import BadPosition
from .refusals import Invalid

DEPTH = 31
"""How often the world is halved in each direction; a cell is under 2 cm wide."""

NO_PLACE = -1
"""The key of a row without a position: in no tile."""

_CELLS = 1 << DEPTH
_RADIAN = math.pi / 180
_HIGHEST_LATITUDE = math.degrees(math.atan(math.sinh(math.pi)))  # 85.0511..., a square world

Keys = NDArray[np.int64]
K = TypeVar("K", int, Keys)


class BadTile(Invalid):
    """A zoom, column and row name no tile of the map."""

    code = "place.bad_tile"


def quadkey(lon: float, lat: float) -> int:
    """Return the key of the cell in which a position lies; the same as `quadkeys` gives.

    Args:
        lon: degrees east, WGS 84; beyond the date line it is held at the line.
        lat: degrees north, WGS 84; beyond 85.05 north or south it is held there.

    Raises:
        BadPosition: one of them is not a number.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise BadPosition(lon=str(lon), lat=str(lat), reason="not_a_number")
    north = min(max(float(lat), -_HIGHEST_LATITUDE), _HIGHEST_LATITUDE)
    # NumPy's sine and logarithm here too: those of `math` may differ in the last bit.
    sine = float(np.sin(north * _RADIAN))
    row = 0.5 - float(np.log((1.0 + sine) / (1.0 - sine))) / (4.0 * math.pi)
    column = (lon + 180.0) / 360.0
    x, y = (min(max(math.floor(share * _CELLS), 0), _CELLS - 1) for share in (column, row))
    return _spread(x) | _spread(y) << 1


def quadkeys(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Keys:
    """Return the keys of many positions; `NO_PLACE` where one is not a number.

    Args:
        lon: degrees east, WGS 84, shape (n,).
        lat: degrees north, WGS 84, shape (n,).
    """
    east = np.asarray(lon, dtype=np.float64)
    north = np.clip(np.asarray(lat, dtype=np.float64), -_HIGHEST_LATITUDE, _HIGHEST_LATITUDE)
    known = np.isfinite(east) & np.isfinite(north)
    sine = np.sin(np.where(known, north, 0.0) * _RADIAN)
    column = (np.where(known, east, 0.0) + 180.0) / 360.0
    row = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * math.pi)
    keys = _spread(_cell(column)) | _spread(_cell(row)) << 1
    return np.where(known, keys, NO_PLACE)


def tile_range(z: int, x: int, y: int) -> tuple[int, int]:
    """Return the keys of a tile: from the first, included, to the second, excluded.

    Args:
        z: zoom; 0 is the whole world, at most 31.
        x: column, from 0 in the west.
        y: row, from 0 in the north.

    Raises:
        BadTile: there is no such tile.
    """
    if not (0 <= z <= DEPTH and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise BadTile(z=z, x=x, y=y)
    code = _spread(x) | _spread(y) << 1
    shift = 2 * (DEPTH - z)
    return code << shift, (code + 1) << shift


def tile_of(key: K, z: int) -> tuple[K, K]:
    """Return the column and row of the tile of zoom `z` in which a key, or each key, lies.

    Raises:
        BadTile: there is no such zoom, or the key is none.
    """
    if not 0 <= z <= DEPTH or np.any(np.less(key, 0)) or np.any(np.greater_equal(key, 1 << 62)):
        raise BadTile(z=z, x=-1, y=-1)
    code = key >> 2 * (DEPTH - z)
    return _gathered(code), _gathered(code >> 1)


def _cell(share: NDArray[np.float64]) -> Keys:
    return np.clip(np.floor(share * _CELLS), 0, _CELLS - 1).astype(np.int64)


def _spread(bits: K) -> K:
    """Move the bits of a number of 31 bits to every second place."""
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFF
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FF
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | bits << 2) & 0x3333333333333333
    return (bits | bits << 1) & 0x5555555555555555


def _gathered(bits: K) -> K:
    """Undo `_spread`; the bits between are dropped."""
    bits = bits & 0x5555555555555555
    bits = (bits | bits >> 1) & 0x3333333333333333
    bits = (bits | bits >> 2) & 0x0F0F0F0F0F0F0F0F
    bits = (bits | bits >> 4) & 0x00FF00FF00FF00FF
    bits = (bits | bits >> 8) & 0x0000FFFF0000FFFF
    return (bits | bits >> 16) & 0x00000000FFFFFFFF
