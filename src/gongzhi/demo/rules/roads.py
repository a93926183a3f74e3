"""Roads: the cuts of the plan become centre lines and surfaces.

A road keeps the rank of its cut: what parts districts is a trunk road, what parts
grids a lane.  Long roads are divided into stretches, so that one lane steward can
walk what he keeps.  Surfaces do not overlap: a crossing belongs to the wider road.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.ops import substring

from .plan import Plan
from .sizes import Size

WIDTHS: Mapping[str, float] = MappingProxyType(
    {
        "district": 42.0,
        "lot": 34.0,
        "street": 28.0,
        "community": 20.0,
        "station": 14.0,
        "sector": 12.0,
        "grid": 9.0,
    }
)
"""Width between the building lines in metres, by the rank of the cut."""

LONGEST_M = 1_300.0
SHORTEST_M = 25.0
SHORE_ROAD_M = 50.0
"""How far inland the road along the coast runs."""
BRIDGE_GAP_M = 450.0
SLIVER_M = 0.2
SMALLEST_M2 = 40.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One piece of a road.

    Attributes:
        road: number of the road in its city; stretches of one road share it.
        part: 1, 2 … along the road; 0 when the road has but one stretch.
        rank: the level of the cut it came from.
        line: the middle, metres.
        surface: what the road covers, metres; overlaps no other stretch.
    """

    road: int
    part: int
    rank: str
    line: LineString
    surface: Polygon
    is_bridge: bool = False

    @property
    def width_m(self) -> float:
        """Width in metres."""
        return WIDTHS[self.rank]


@dataclass(frozen=True, slots=True)
class _Line:
    road: int
    part: int
    rank: str
    line: LineString
    is_bridge: bool = False


def lay_roads(plan: Plan, size: Size) -> tuple[Stretch, ...]:
    """Return all stretches of road, wide roads first, bridges last."""
    land = plan.outline.buffer(-SHORE_ROAD_M * 0.6)
    dry = land.difference(plan.river)
    shapely.prepare(dry)
    courses: list[tuple[str, LineString, bool]] = []
    for rank, line in _courses(plan, size):
        inside = line if shapely.contains(dry, line) else shapely.intersection(line, dry)
        courses += [(rank, part, False) for part in _lines_of(inside)]
    courses += [(rank, line, True) for rank, line in _bridges(plan, size)]
    courses.sort(key=lambda course: (course[2], -WIDTHS[course[0]]))
    stretches = [part for road, course in enumerate(courses) for part in _stretches(road, course)]
    return tuple(_surfaced(stretches, plan))


def _courses(plan: Plan, size: Size) -> Iterator[tuple[str, LineString]]:
    """Yield the shore road, the two embankments and every cut wide enough to drive on."""
    shore = plan.outline.buffer(-SHORE_ROAD_M).exterior
    yield "lot", LineString(shapely.simplify(shore, 4.0).coords)
    beside = size.river_m / 2 + WIDTHS["street"] / 2 + 6
    for side in (-beside, beside):
        yield "street", shapely.offset_curve(plan.stream, side)
    for cut in plan.cuts:
        if cut.level in WIDTHS:
            for part in _lines_of(cut.line):
                yield cut.level, part


def _bridges(plan: Plan, size: Size) -> Iterator[tuple[str, LineString]]:
    """Yield short lines over the water where a wide road meets the river, well apart."""
    half = size.river_m / 2 + WIDTHS["street"] + 8
    taken: list[float] = []
    for cut in plan.cuts:
        if cut.level not in {"district", "lot", "street", "community"}:
            continue
        for part in _lines_of(cut.line):
            place = _landing(part, plan.stream)
            if place is None or any(abs(place - other) < BRIDGE_GAP_M for other in taken):
                continue
            taken.append(place)
            yield (
                ("street" if cut.level == "community" else cut.level),
                _across(plan.stream, place, half),
            )
    ends = plan.stream.length
    for place in np.arange(BRIDGE_GAP_M, ends - BRIDGE_GAP_M, 2_400.0):
        if all(abs(place - other) > 3 * BRIDGE_GAP_M for other in taken):
            yield "street", _across(plan.stream, float(place), half)


def _landing(line: LineString, stream: LineString) -> float | None:
    """Return where along the stream `line` ends on it, or None if it does not."""
    for end in (line.coords[0], line.coords[-1]):
        point = shapely.Point(end)
        if stream.distance(point) < 1.0:
            place = float(shapely.line_locate_point(stream, point))
            margin = BRIDGE_GAP_M / 2
            return place if margin < place < stream.length - margin else None
    return None


def _across(stream: LineString, place: float, half: float) -> LineString:
    middle = np.array(stream.interpolate(place).coords[0])
    ahead = np.array(stream.interpolate(place + 5).coords[0]) - middle
    aside = np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead) * half
    return LineString([middle - aside, middle + aside])


def _lines_of(geometry: shapely.Geometry) -> list[LineString]:
    parts = shapely.get_parts(
        shapely.line_merge(geometry) if geometry.geom_type == "MultiLineString" else geometry
    )
    return [part for part in parts if part.geom_type == "LineString" and part.length > SHORTEST_M]


def _stretches(road: int, course: tuple[str, LineString, bool]) -> list[_Line]:
    rank, line, is_bridge = course
    count = max(1, round(float(line.length) / LONGEST_M))
    if count == 1:
        return [_Line(road, 0, rank, line, is_bridge)]
    ends = np.linspace(0, line.length, count + 1)
    return [
        _Line(road, part + 1, rank, substring(line, ends[part], ends[part + 1]))
        for part in range(count)
    ]


def _surfaced(lines: list[_Line], plan: Plan) -> Iterator[Stretch]:
    """Yield each line with its surface less what wider roads already cover."""
    widths = np.array([WIDTHS[line.rank] for line in lines])
    middles = np.array([line.line for line in lines])
    raw = shapely.buffer(middles, widths / 2, cap_style="flat", join_style="mitre", quad_segs=2)
    tree = shapely.STRtree(raw)
    first, second = tree.query(raw, predicate="intersects")
    earlier: dict[int, list[int]] = {}
    for one, two in zip(first.tolist(), second.tolist(), strict=True):
        if two < one:
            earlier.setdefault(one, []).append(two)
    for index, line in enumerate(lines):
        covered = shapely.union_all(raw[sorted(earlier.get(index, []))])
        open_ground = shapely.difference(raw[index], covered)
        if not plan.outline.contains(open_ground):
            open_ground = shapely.intersection(open_ground, plan.outline)
        yield from _pieces(line, open_ground)


def _pieces(line: _Line, ground: shapely.Geometry) -> Iterator[Stretch]:
    """Yield a stretch for each piece into which wider roads have parted `ground`."""
    parts = [without_slivers(part) for part in shapely.get_parts(ground) if part.area > SMALLEST_M2]
    parts = [part for part in parts if part.area > SMALLEST_M2]
    for part in parts:
        middle = line.line
        if len(parts) > 1:
            inside = _lines_of(shapely.intersection(middle, part))
            if not inside:
                continue
            middle = max(inside, key=lambda piece: float(piece.length))
        yield Stretch(line.road, line.part, line.rank, middle, part, line.is_bridge)


def largest(geometry: shapely.Geometry) -> Polygon:
    """Return the largest polygon in `geometry`; an empty one if there is none."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return max(parts, key=lambda part: float(part.area), default=Polygon())


def without_slivers(geometry: shapely.Geometry) -> Polygon:
    """Return the largest polygon in `geometry` less all parts thinner than 0.4 m.

    Overlays leave spikes of a few nanometres, which turn into crossings in degrees.
    """
    thick = shapely.buffer(geometry, -SLIVER_M, join_style="mitre")
    opened = shapely.buffer(largest(thick), SLIVER_M, join_style="mitre")
    if opened.area > geometry.area + SLIVER_M**2:
        opened = largest(shapely.intersection(opened, geometry))
    return largest(shapely.remove_repeated_points(opened, 0.001))
