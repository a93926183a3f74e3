"""Shapes: are they sound, how could they be mended, and in which larger area do they lie."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gongzhi.kernel.coordinates import Frame, to_wgs84
from gongzhi.kernel.hashing import sha256_hex

from .cells import Floats, Shapes
from .citymap import EAST_MOST, NORTH_MOST
from .refusals import (
    AreaTooSmall,
    BadShape,
    FrameElsewhere,
    HoleOutside,
    NestedRings,
    NoGeometry,
    NoRings,
    NotNumbers,
    NotValid,
    OffTheGlobe,
    OpenRing,
    SelfCrossing,
    ShortRing,
    SwappedPositions,
    TooManyVertices,
    WrongType,
    ZeroPosition,
)

MOST_VERTICES = 200_000
MANY_VERTICES = 20_000
RING_LEAST = 4  # positions of a closed triangle
OVERLAP_SHARE = 0.01  # of the smaller area: below this, borders merely disagree
OUTSIDE_SHARE = 0.02  # of the area: above this it sticks out of its parent
OUTSIDE_MOST = 0.5  # above this it does not belong there at all
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north of GCJ-02; degrees
_M_PER_DEGREE = 6_371_008.8 * math.pi / 180
_PLACED = re.compile(r"^(?P<what>[^\[]*)\[(?P<lon>\S+) (?P<lat>[^\]\s]+)")
_FAULTS: Mapping[str, type[NotValid]] = {
    "Self-intersection": SelfCrossing,
    "Ring Self-intersection": SelfCrossing,
    "Hole lies outside shell": HoleOutside,
    "Holes are nested": NestedRings,
    "Nested shells": NestedRings,
    "Interior is disconnected": NestedRings,
}
_KINDS = {"Polygon": 1, "MultiPolygon": 2}  # how deep the rings lie


class Repair(NamedTuple):
    """A mended shape, and what was wrong where.

    Attributes:
        shape: the valid polygon or multipolygon.
        fault: what was wrong.
        longitude: degrees east of the fault.
        latitude: degrees north of the fault.
        change: the area after less the area before, as a share of before; of a
            self-crossing ring "before" is the signed sum and may be near 0.
    """

    shape: shapely.Geometry
    fault: type[BadShape]
    longitude: float
    latitude: float
    change: float

    @property
    def told_change(self) -> str:
        """Return the change as people read it."""
        return "?" if math.isinf(self.change) else f"{self.change:+.2%}"


class ParentChoice(NamedTuple):
    """The candidate that holds most of a shape, -1 for none, and the share it holds."""

    place: int
    share: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas that share more ground than disagreeing borders would."""

    place: int
    other: int
    share: float


def read_shape(
    geometry: object, *, frame: Frame, mend: bool
) -> tuple[shapely.Geometry, Repair | None]:
    """Return the polygon of a GeoJSON geometry in WGS 84, mended where that was allowed.

    Args:
        geometry: the `geometry` member of a feature.
        frame: the coordinate system its positions are given in.
        mend: close open rings and repair self-crossings instead of refusing them.

    Raises:
        BadShape: one of its subclasses, with the place of the fault where it has one.
    """
    if not isinstance(geometry, Mapping):
        raise NoGeometry()
    kind = str(geometry.get("type"))
    if kind not in _KINDS:
        raise WrongType(kind=kind[:40])
    polygons = geometry.get("coordinates")
    if not isinstance(polygons, list) or not polygons:
        raise NoRings()
    rings, was_open = _rings(polygons if kind == "MultiPolygon" else [polygons], mend=mend)
    mended = {"type": "MultiPolygon", "coordinates": rings}
    shape = shapely.from_geojson(json.dumps(mended))
    shape = shape.geoms[0] if len(shape.geoms) == 1 else shape
    shape = _in_wgs84(shape, frame)
    if shape.is_valid:
        check_shape(shape)
        return shape, _closing(shape) if was_open else None
    repair = suggest_repair(shape)
    if repair.shape.is_empty:
        raise AreaTooSmall()
    if not mend:
        raise _fault(repair)
    check_shape(repair.shape)
    return repair.shape, repair


def check_shape(shape: shapely.Geometry) -> None:
    """Refuse what is no sound area.

    Raises:
        BadShape: not a polygon, without extent, not valid, off the globe, or with too
            many vertices.
    """
    if shape.geom_type not in _KINDS:
        raise WrongType(kind=shape.geom_type)
    if shape.is_empty:
        raise AreaTooSmall()
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise TooManyVertices(most=MOST_VERTICES)
    _check_positions(shapely.get_coordinates(shape), 1)
    if not shape.is_valid:
        repair = suggest_repair(shape)
        raise AreaTooSmall() if repair.shape.is_empty else _fault(repair)
    if not shape.area > 0:
        raise AreaTooSmall()


def suggest_repair(shape: shapely.Geometry) -> Repair:
    """Return how an invalid shape could be mended, and what is wrong with it where."""
    told = _PLACED.match(shapely.is_valid_reason(shape))
    mended = _polygons(shapely.make_valid(shape))
    before, after = shape.area, mended.area
    change = (after - before) / before if before > 0 else math.inf
    if told is None:
        inner = shape.representative_point()
        return Repair(mended, NotValid, inner.x, inner.y, change)
    lon, lat = float(told["lon"]), float(told["lat"])
    return Repair(mended, _FAULTS.get(told["what"].strip(), NotValid), lon, lat, change)


def digest_of(shape: shapely.Geometry) -> str:
    """Return the fingerprint of a shape: SHA-256 of its normal form as WKB."""
    return sha256_hex(wkb_of(shape))


def wkb_of(shape: shapely.Geometry) -> bytes:
    """Return a shape as little-endian WKB in two dimensions."""
    return bytes(shapely.to_wkb(shapely.force_2d(shape), byte_order=1, output_dimension=2))


def square_metres(shape: shapely.Geometry) -> float:
    """Return the size of a shape in degrees, as square metres on a sphere at its middle.

    Good to some per cent for anything up to the size of a city.
    """
    if shape.is_empty:
        return 0.0
    _, south, _, north = shape.bounds
    shrink = math.cos(math.radians((south + north) / 2))
    return float(shape.area) * shrink * _M_PER_DEGREE**2


def choose_parents(shapes: Shapes, candidates: Shapes) -> list[ParentChoice]:
    """Return for each shape the candidate that holds the largest share of it.

    Args:
        shapes: what needs a parent.
        candidates: the areas of a coarser layer; of equal shares the first wins.
    """
    best = [ParentChoice(-1, 0.0)] * len(shapes)
    if not len(candidates) or not len(shapes):
        return best
    shape, candidate = shapely.STRtree(candidates).query(shapes, predicate="intersects")
    inside = shapely.covers(candidates[candidate], shapes[shape])
    shares = np.ones(len(shape))
    rest = ~inside
    common = shapely.intersection(shapes[shape[rest]], candidates[candidate[rest]])
    shares[rest] = shapely.area(common) / shapely.area(shapes[shape[rest]])
    order = np.lexsort((candidate, -shares))
    for place in order[::-1].tolist():
        best[shape[place]] = ParentChoice(int(candidate[place]), float(shares[place]))
    return best


def find_overlaps(shapes: Shapes, fresh: NDArray[np.bool_]) -> list[Overlap]:
    """Return the pairs of areas of one layer that overlap, at least one of them fresh.

    Args:
        shapes: all areas of the layer.
        fresh: which of them to look at.
    """
    if not fresh.any():
        return []
    looked = np.flatnonzero(fresh)
    one, other = shapely.STRtree(shapes).query(shapes[looked], predicate="intersects")
    one = looked[one]
    kept = (one < other) | ((one > other) & ~fresh[other])
    one, other = one[kept], other[kept]
    kept = ~shapely.touches(shapes[one], shapes[other])
    one, other = one[kept], other[kept]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    shares = common / np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    return [
        Overlap(int(one[place]), int(other[place]), float(shares[place]))
        for place in np.flatnonzero(shares > OVERLAP_SHARE).tolist()
    ]


def _rings(polygons: Sequence[object], *, mend: bool) -> tuple[list[list[object]], bool]:
    """Return the rings of all polygons, checked position by position; and whether one was open."""
    was_open = False
    checked: list[list[object]] = []
    count = 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise NoRings()
        rings: list[object] = []
        for ring in polygon:
            count += 1
            positions = _positions(ring, count)
            if not np.array_equal(positions[0], positions[-1]):
                if not mend:
                    raise OpenRing(
                        ring=count,
                        longitude=float(positions[-1][0]),
                        latitude=float(positions[-1][1]),
                    )
                was_open = True
                positions = np.vstack([positions, positions[:1]])
            if len(positions) < RING_LEAST:
                raise ShortRing(ring=count)
            rings.append(positions.tolist())
        checked.append(rings)
    return checked, was_open


def _positions(ring: object, number: int) -> Floats:
    """Return the (n, 2) positions of a ring; a height is dropped."""
    try:
        pairs = [(float(x), float(y)) for x, y, *_ in ring]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise NotNumbers(ring=number) from None
    if not pairs:
        raise ShortRing(ring=number)
    positions = np.array(pairs, np.float64)
    _check_positions(positions, number)
    return positions


def _check_positions(positions: Floats, number: int) -> None:
    lon, lat = positions[:, 0], positions[:, 1]
    if not np.isfinite(positions).all():
        raise NotNumbers(ring=number)
    zero = (lon == 0) & (lat == 0)
    if zero.any():
        raise ZeroPosition(count=int(zero.sum()))
    off = (np.abs(lon) > EAST_MOST) | (np.abs(lat) > NORTH_MOST)
    if not off.any():
        return
    place = int(np.flatnonzero(off)[0])
    fits = (np.abs(lat) <= EAST_MOST).all() and (np.abs(lon) <= NORTH_MOST).all()
    refusal = SwappedPositions if fits else OffTheGlobe
    raise refusal(longitude=float(lon[place]), latitude=float(lat[place]))


def _in_wgs84(shape: shapely.Geometry, frame: Frame) -> shapely.Geometry:
    if frame is Frame.WGS84:
        return shape
    west, south, east, north = shape.bounds
    if west < CHINA[0] or south < CHINA[1] or east > CHINA[2] or north > CHINA[3]:
        raise FrameElsewhere(frame=frame.value, longitude=west, latitude=south)

    def shift(points: Floats) -> Floats:
        return np.stack(to_wgs84(points[:, 0], points[:, 1], frame), axis=1)

    return shapely.transform(shape, shift)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape without the lines and points that a repair leaves."""
    parts = [
        part
        for piece in shapely.get_parts(shape)
        for part in shapely.get_parts(piece)
        if part.geom_type == "Polygon"
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _closing(shape: shapely.Geometry) -> Repair:
    lon, lat = shapely.get_coordinates(shape)[0].tolist()
    return Repair(shape, OpenRing, lon, lat, 0.0)


def _fault(repair: Repair) -> BadShape:
    return repair.fault(
        longitude=round(repair.longitude, 7),
        latitude=round(repair.latitude, 7),
        change=repair.told_change,
    )
