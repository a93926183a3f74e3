"""Vector tiles: shapes and points as the squares of a web map, in the bytes browsers draw.

The world in Web Mercator is a square from 0 to 1, column eastward, row southward; a tile of
zoom z is one of 2**z by 2**z squares of it, measured in `EXTENT` units from its north-west
corner. Whole numbers of units are written, so a position comes back within one unit.

Source: Mapbox Vector Tile Specification 2.1 (2016), chapters 4.2 to 4.4, and the wire format
of protocol buffers; written for us, without either one's library.
"""

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from .quadkeys import DEPTH, tile_range

EXTENT = 4096
"""Units along the side of a tile; at 512 pixels a tile, eight to a pixel."""

MARGIN = 64
"""Units beyond the side to which shapes are kept, so that no seam is seen."""

PIXEL = EXTENT / 512
_STEEPEST = 85.051_128_779_806_59  # degrees of latitude at the edge of the square world

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Value = str | int | float | bool
Tags = Mapping[str, Value]


class Kind(IntEnum):
    """What a feature is, as the format numbers it."""

    POINT = 1
    LINE = 2
    POLYGON = 3


class Feature(NamedTuple):
    """One thing of a layer.

    Attributes:
        parts: point positions, lines, or rings with each outline before its holes; (n, 2)
            whole units, row southward; rings without their closing position.
        tags: what is known of it; a None is not allowed, leave it out.
        id: from 0; 0 is none.
    """

    kind: Kind
    parts: Sequence[Sequence[tuple[int, int]]]
    tags: Tags
    id: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the map.

    Attributes:
        z: zoom; 0 is the whole world.
        x: column, from 0 in the west.
        y: row, from 0 in the north.

    Raises:
        BadTile: there is no such square.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        tile_range(self.z, self.x, self.y)

    @property
    def keys(self) -> tuple[int, int]:
        """Return the quadkeys of the tile: from the first, included, to the second, excluded."""
        return tile_range(self.z, self.x, self.y)

    def box(self, margin: float = MARGIN) -> tuple[float, float, float, float]:
        """Return its least and greatest column and row in the world, `margin` units beyond it.

        Returns:
            (least x, least y, greatest x, greatest y), shares of the world.
        """
        side, over = 1 / (1 << self.z), margin / EXTENT / (1 << self.z)
        west, north = self.x * side, self.y * side
        return west - over, north - over, west + side + over, north + side + over

    def units(self, places: Floats) -> Floats:
        """Return (n, 2) positions in the world as units of this tile, not rounded."""
        scale = float(EXTENT << self.z)
        return places * scale - np.array([self.x, self.y], np.float64) * EXTENT


def world(degrees: Floats) -> Floats:
    """Return (n, 2) columns and rows in the world, each from 0 to 1.

    Args:
        degrees: (n, 2) degrees east and degrees north, WGS 84; beyond 85.05 degrees of
            latitude they are held there.
    """
    sine = np.sin(np.radians(np.clip(degrees[:, 1], -_STEEPEST, _STEEPEST)))
    column = degrees[:, 0] / 360.0 + 0.5
    row = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * math.pi)
    return np.column_stack([column, row])


def degrees_of(places: Floats) -> Floats:
    """Return (n, 2) degrees east and north of columns and rows in the world."""
    east = (places[:, 0] - 0.5) * 360.0
    north = np.degrees(np.arctan(np.sinh((0.5 - places[:, 1]) * 2.0 * math.pi)))
    return np.column_stack([east, north])


def prefix_shift(depth: int) -> int:
    """Return by how many bits a quadkey is shifted to leave the prefix of a depth."""
    return 2 * (DEPTH - min(max(depth, 0), DEPTH))


def drawn(
    tile: Tile, shapes: Shapes, *, simplest: float = PIXEL / 2, margin: float = MARGIN
) -> Shapes:
    """Return shapes as this tile shows them: in whole units, simplified, cut at its edge.

    A shape is simplified before it is cut, so that both sides of an edge agree. What vanishes
    is empty.

    Args:
        tile: the tile.
        shapes: lines or polygons in the world.
        simplest: how far a line may leave its course, in units; 0 for not at all.
        margin: how far beyond the edge shapes are kept, in units.
    """
    shapes = shapely.transform(shapes, tile.units)
    if simplest > 0:
        shapes = shapely.simplify(shapes, simplest)
    edge = shapely.box(-margin, -margin, EXTENT + margin, EXTENT + margin)
    shapely.prepare(edge)
    within = shapely.covers(edge, shapes)
    found = np.empty(len(shapes), object)
    found[within] = shapely.set_precision(shapes[within], 1.0)
    found[~within] = shapely.intersection(shapes[~within], edge, grid_size=1.0)
    return found


def points(places: Iterable[tuple[int, int]], tags: Tags, *, key: int = 0) -> Feature:
    """Return a feature of points in whole units."""
    return Feature(Kind.POINT, [[place] for place in places], tags, key)


def lines(shape: shapely.Geometry, tags: Tags, *, key: int = 0) -> Feature | None:
    """Return a feature of the lines of a shape in whole units; None when it has none."""
    parts = [
        part
        for line in _of_kind(shape, "LineString")
        if len(part := _whole(shapely.get_coordinates(line))) > 1
    ]
    return Feature(Kind.LINE, parts, tags, key) if parts else None


def polygons(shape: shapely.Geometry, tags: Tags, *, key: int = 0) -> Feature | None:
    """Return a feature of the polygons of a shape in whole units; None when it has none.

    Outlines run clockwise on the screen, holes the other way round.
    """
    parts: list[list[tuple[int, int]]] = []
    for polygon in _of_kind(shape, "Polygon"):
        outline = _ring(polygon.exterior, outward=True)
        if outline:
            parts.append(outline)
            parts += [hole for one in polygon.interiors if (hole := _ring(one, outward=False))]
    return Feature(Kind.POLYGON, parts, tags, key) if parts else None


def _of_kind(shape: shapely.Geometry, kind: str) -> list[shapely.Geometry]:
    if shape is None or shape.is_empty:
        return []
    if shape.geom_type == kind:
        return [shape]
    parts = shapely.get_parts(shapely.get_parts(shape)).tolist()
    return [part for part in parts if part.geom_type == kind and not part.is_empty]


def _whole(coordinates: Floats) -> list[tuple[int, int]]:
    """Return positions in whole units, none twice in a row."""
    rounded = np.rint(coordinates).astype(np.int64)
    kept = np.ones(len(rounded), np.bool_)
    kept[1:] = (rounded[1:] != rounded[:-1]).any(axis=1)
    return [(x, y) for x, y in rounded[kept].tolist()]


def _ring(ring: shapely.Geometry, *, outward: bool) -> list[tuple[int, int]]:
    """Return a ring without its closing position, turned as the format wants it; may be empty."""
    places = _whole(shapely.get_coordinates(ring))
    if len(places) > 1 and places[0] == places[-1]:
        places.pop()
    twice = sum(
        one[0] * two[1] - two[0] * one[1]
        for one, two in zip(places, [*places[1:], *places[:1]], strict=True)
    )
    if len(places) < 3 or twice == 0:  # noqa: PLR2004 - a triangle is the least ring
        return []
    return places if (twice > 0) == outward else places[::-1]


def encode(layers: Mapping[str, Iterable[Feature]]) -> bytes:
    """Return a tile in bytes; layers without features are left out.

    Args:
        layers: features by the name of their layer.
    """
    written = (_Layer(name) for name in layers)
    parts = []
    for layer in written:
        for feature in layers[layer.name]:
            layer.add(feature)
        if layer.features:
            parts.append(_piece(3, layer.bytes()))
    return b"".join(parts)


@dataclass(slots=True)
class _Layer:
    """One layer in the making: keys and values stand once, features name them by number."""

    name: str
    features: list[bytes] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    values: dict[tuple[type, Value], int] = field(default_factory=dict)

    def add(self, feature: Feature) -> None:
        numbers: list[int] = []
        for key, value in feature.tags.items():
            numbers.append(self.keys.setdefault(key, len(self.keys)))
            numbers.append(self.values.setdefault((type(value), value), len(self.values)))
        head = b"\x08" + _varint(feature.id) if feature.id else b""
        tags = _piece(2, _varints(numbers)) if numbers else b""
        kind = b"\x18" + bytes([feature.kind])
        shape = _piece(4, _varints(_GEOMETRY[feature.kind](feature.parts)))
        self.features.append(_piece(2, head + tags + kind + shape))

    def bytes(self) -> bytes:
        return b"".join(
            [
                _piece(1, self.name.encode()),
                *self.features,
                *(_piece(3, key.encode()) for key in self.keys),
                *(_piece(4, _value(value)) for _, value in self.values),
                b"\x28" + _varint(EXTENT),
                b"\x78\x02",  # the version of the format
            ]
        )


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + bytes([value])
    if isinstance(value, str):
        return _piece(1, value.encode())
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    return b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint(-2 * value - 1)


_MOVE, _LINE, _CLOSE = 1, 2, 15  # commands; the last with its count of one


def _dots(parts: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    places = [place for part in parts for place in part]
    return [_MOVE | len(places) << 3, *_steps(places, (0, 0))]


def _strokes(parts: Sequence[Sequence[tuple[int, int]]], ending: tuple[int, ...] = ()) -> list[int]:
    written: list[int] = []
    at = (0, 0)
    for part in parts:
        first, rest = part[:1], part[1:]
        written += [_MOVE | 1 << 3, *_steps(first, at), _LINE | len(rest) << 3]
        written += [*_steps(rest, first[0]), *ending]
        at = part[-1]
    return written


def _steps(places: Sequence[tuple[int, int]], start: tuple[int, int]) -> list[int]:
    """Return the way from place to place, signs folded into the lowest bit."""
    steps: list[int] = []
    x, y = start
    for next_x, next_y in places:
        across, down = next_x - x, next_y - y
        steps.append(across << 1 if across >= 0 else -2 * across - 1)
        steps.append(down << 1 if down >= 0 else -2 * down - 1)
        x, y = next_x, next_y
    return steps


_GEOMETRY: Mapping[Kind, Callable[[Sequence[Sequence[tuple[int, int]]]], list[int]]] = {
    Kind.POINT: _dots,
    Kind.LINE: _strokes,
    Kind.POLYGON: lambda parts: _strokes(parts, (_CLOSE,)),
}


def _piece(number: int, content: bytes) -> bytes:
    """Return a field of the wire format whose length is told."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    return _varints([number])


def _varints(numbers: Iterable[int]) -> bytes:
    """Return numbers of seven bits a byte, the lowest first."""
    written = bytearray()
    for number in numbers:
        left = number
        while left > 0x7F:  # noqa: PLR2004 - seven bits
            written.append(left & 0x7F | 0x80)
            left >>= 7
        written.append(left)
    return bytes(written)
