"""The plan of the city: one coast, one river, and parcels cut out of parcels.

All lengths are metres in a flat frame whose origin is the middle of the city, x to
the east and y to the north.  A parcel is cut in two along a line that is straight
or gently bent, so that both parts get their share of people; the parts are cut
again.  What belongs together (a street's communities, a community's grids) is cut
out of one parcel, so every level covers the one above without gap or overlap.

Source: own design; recursive bisection of a planar region is common knowledge.
"""

# ruff: noqa: PLR2004 - the numbers are the invention; each stands once, where it acts.

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Polygon

from .sizes import Floats, Size, apportion

LEVELS = ("district", "lot", "street", "community", "station", "sector", "grid", "block")
"""From coarse to fine; each is cut out of the one before."""

BEND = {"district": 0.05, "lot": 0.04, "street": 0.03, "community": 0.018}
"""How far a cut swings to each side, as a share of its length; finer cuts are straight."""

TURN = {"district": 9.0, "lot": 8.0, "street": 7.0, "community": 6.0, "block": 2.0}
"""How far a cut turns off the short axis of its parcel, degrees (one deviation)."""

POINTS_PER_COMMUNITY = 160
POINTS_PER_BLOCK = 28
TRIES = 5


@dataclass(frozen=True, slots=True)
class Cut:
    """A line along which a parcel was divided; most become roads."""

    level: str
    line: LineString | MultiLineString


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything is, in metres.

    Attributes:
        outline: the coast.
        river: the surface of the water.
        stream: the middle line of the river.
        centres: (n, 2) places where the city gathers, the main one first.
        parcels: polygons by level.
        parents: for each parcel of a level, the place of its parent in the level above.
        cuts: in the order in which they were made, coarse before fine.
    """

    outline: Polygon
    river: Polygon
    stream: LineString
    centres: Floats
    parcels: Mapping[str, tuple[Polygon, ...]]
    parents: Mapping[str, tuple[int, ...]]
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A polygon with sample points that stand for the people in it."""

    polygon: Polygon
    points: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Knife:
    """A family of parallel lines, straight or waving, of which one is the cut."""

    angle: float
    swing: float
    wave: float
    phase: float

    def _along(self) -> Floats:
        return np.array([np.cos(self.angle), np.sin(self.angle)])

    def _aside(self, along: Floats) -> Floats:
        bent: Floats = self.swing * np.sin(2 * np.pi * along / self.wave + self.phase)
        return bent

    def offsets(self, points: Floats) -> Floats:
        """Return on which line of the family each of the (n, 2) points lies, metres."""
        x, y = self._along()
        along = points[:, 0] * x + points[:, 1] * y
        aside: Floats = points[:, 1] * x - points[:, 0] * y - self._aside(along)
        return aside

    def line(self, offset: float, polygon: Polygon) -> LineString:
        """Return the line at `offset`, long enough to cross `polygon` from side to side."""
        x, y = self._along()
        corners = shapely.get_coordinates(polygon)
        along = corners[:, 0] * x + corners[:, 1] * y
        steps = 2 if self.swing == 0 else 48
        run = np.linspace(along.min() - 50, along.max() + 50, steps)
        aside = offset + self._aside(run)
        return LineString(np.column_stack([run * x - aside * y, run * y + aside * x]))


@dataclass(slots=True)
class _Surveyor:
    """Cuts parcels and keeps the lines."""

    rng: np.random.Generator
    cuts: list[Cut] = field(default_factory=list)

    def divide(self, parcel: _Parcel, shares: Sequence[float], level: str) -> Iterator[_Parcel]:
        """Yield one part of `parcel` for each share, in order."""
        if len(shares) == 1:
            yield parcel
            return
        middle = _balanced(shares)
        share = sum(shares[:middle]) / sum(shares)
        left, right, line = self._halve(parcel, share, level)
        self.cuts.append(Cut(level, line))
        yield from self.divide(left, shares[:middle], level)
        yield from self.divide(right, shares[middle:], level)

    def _halve(
        self, parcel: _Parcel, share: float, level: str
    ) -> tuple[_Parcel, _Parcel, LineString]:
        """Return both parts and the line between, the tidiest of a few attempts."""
        best = self._attempt(parcel, share, level, 0)
        for attempt in range(1, TRIES):
            if best[0] < 1.0:
                break
            best = min(best, self._attempt(parcel, share, level, attempt), key=lambda made: made[0])
        return cut_parcel(parcel, best[1], best[2])

    def _attempt(
        self, parcel: _Parcel, share: float, level: str, attempt: int
    ) -> tuple[float, _Knife, float]:
        """Return how bad a cut would be, and the cut."""
        knife = self._knife(parcel.polygon, level, attempt)
        offset = _quantile(knife.offsets(parcel.points), parcel.weights, share)
        return _untidiness(parcel.polygon, knife, offset), knife, offset

    def _knife(self, polygon: Polygon, level: str, attempt: int) -> _Knife:
        """Return a cut across the long axis of `polygon`; later attempts turn further."""
        angle, length = _short_axis(polygon)
        turn = np.radians(TURN.get(level, 3.0)) * (1 + attempt)
        return _Knife(
            angle + float(self.rng.normal(0, 1)) * turn,
            length * BEND.get(level, 0.0) * float(self.rng.uniform(0.3, 1.0)) / (1 + attempt),
            length * float(self.rng.uniform(0.7, 1.6)),
            float(self.rng.uniform(0, 2 * np.pi)),
        )


def cut_parcel(
    parcel: _Parcel, knife: _Knife, offset: float
) -> tuple[_Parcel, _Parcel, LineString]:
    """Return the parts of `parcel` on both sides of the cut, and the cut inside it."""
    left, right, _ = _sides(parcel.polygon, knife, offset)
    is_left = knife.offsets(parcel.points) < offset
    line = shapely.intersection(knife.line(offset, parcel.polygon), parcel.polygon)
    return (
        _Parcel(left, parcel.points[is_left], parcel.weights[is_left]),
        _Parcel(right, parcel.points[~is_left], parcel.weights[~is_left]),
        line,
    )


def _sides(polygon: Polygon, knife: _Knife, offset: float) -> tuple[Polygon, Polygon, float]:
    """Return the two sides of a cut and the area of strays given to the other side.

    A cut through a bay leaves more than two pieces.  The largest piece of each side
    stays; a stray joins the other side, to which it is always joined by an edge.
    """
    line = knife.line(offset, polygon)
    noded = shapely.union(polygon.exterior, line)
    pieces = [
        piece
        for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        if piece.area > 1e-6 and polygon.covers(piece.representative_point())
    ]
    inner = np.array([piece.representative_point().coords[0] for piece in pieces])
    on_left = knife.offsets(inner) < offset
    sides: list[list[Polygon]] = [[], []]
    for piece, is_left in zip(pieces, on_left, strict=True):
        sides[0 if is_left else 1].append(piece)
    if not sides[0] or not sides[1]:
        return polygon, Polygon(), float("inf")
    return _tidied(sides)


def _tidied(sides: list[list[Polygon]]) -> tuple[Polygon, Polygon, float]:
    stray_area = 0.0
    kept = [max(side, key=lambda piece: piece.area) for side in sides]
    strays: list[list[Polygon]] = [
        [piece for piece in side if piece is not main]
        for side, main in zip(sides, kept, strict=True)
    ]
    for here, there in ((0, 1), (1, 0)):
        if strays[here]:
            stray_area += sum(piece.area for piece in strays[here])
            kept[there] = shapely.union_all([kept[there], *strays[here]])
    if any(side.geom_type != "Polygon" for side in kept):
        return kept[0], kept[1], float("inf")
    return kept[0], kept[1], stray_area


def _untidiness(polygon: Polygon, knife: _Knife, offset: float) -> float:
    """Return how bad a cut is: below 1 it is good, infinite if it cannot be made."""
    left, right, stray_area = _sides(polygon, knife, offset)
    if stray_area == float("inf"):
        return stray_area
    thin = max(_thinness(left), _thinness(right))
    strays = 40 * stray_area / float(polygon.area)
    return max(0.0, thin - 2.6) + strays + (1.0 if thin > 3.4 else 0.0)


def _thinness(polygon: Polygon) -> float:
    """Return perimeter² / (4π area): 1 for a disc, 1.27 for a square, 2.5 for 1:6."""
    return float(polygon.length**2 / (4 * np.pi * polygon.area))


def _short_axis(polygon: Polygon) -> tuple[float, float]:
    """Return direction (radians) and length (metres) of the short side of the tightest box."""
    box = shapely.get_coordinates(shapely.oriented_envelope(polygon))
    one, two = box[1] - box[0], box[2] - box[1]
    across, length = (
        (one, np.hypot(*one)) if np.hypot(*one) < np.hypot(*two) else (two, np.hypot(*two))
    )
    return float(np.arctan2(across[1], across[0])), float(length)


def _quantile(offsets: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(offsets, kind="stable")
    summed = np.cumsum(weights[order])
    place = int(np.searchsorted(summed, share * summed[-1]))
    place = min(max(place, 1), len(order) - 1)
    return (float(offsets[order[place - 1]]) + float(offsets[order[place]])) / 2


def _balanced(shares: Sequence[float]) -> int:
    """Return where to part the list so that both sums are as equal as can be."""
    summed = np.cumsum(shares)
    gaps = np.abs(summed[:-1] - summed[-1] / 2)
    return int(np.argmin(gaps)) + 1


def _coast(size: Size, rng: np.random.Generator) -> Polygon:
    """Return an island: a wavy oval with one bay, of the wanted area."""
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    radius = np.ones_like(turn)
    for wave in range(2, 26):
        strength = 0.14 / wave**1.1
        radius += strength * rng.normal() * np.cos(wave * turn + rng.uniform(0, 2 * np.pi))
    bay = rng.uniform(0, 2 * np.pi)
    away = np.angle(np.exp(1j * (turn - bay)))
    radius -= 0.20 * np.exp(-((away / 0.33) ** 2))
    lean = rng.uniform(0, np.pi)
    stretch = 1.0 + 0.28 * np.cos(2 * (turn - lean))
    reach = np.clip(radius, 0.55, 1.45) * np.sqrt(stretch)
    ring = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
    island = Polygon(ring)
    scale = np.sqrt(size.area_km2 * 1e6 / island.area)
    moved = (ring - np.array(island.centroid.coords[0])) * scale
    return Polygon(moved)


def _families(size: Size, rng: np.random.Generator) -> dict[str, list[int]]:
    """Return how many children each parcel has, by the level of the children."""
    counts = {
        level: getattr(size, f"{level}s" if level != "community" else "communities")
        for level in LEVELS
    }
    spread = {"lot": 0.25, "street": 0.2, "community": 0.3, "station": 0.0, "sector": 0.4}
    families = {"district": [size.districts]}
    for above, below in pairwise(LEVELS):
        if below == "station":
            twice = rng.permutation(size.communities)[: size.stations - size.communities]
            children = np.ones(size.communities, dtype=np.int64)
            children[twice] += 1
            families[below] = [int(number) for number in children]
            continue
        weights = np.exp(rng.normal(0, spread.get(below, 0.25), counts[above]))
        floor = 2 if below in {"community", "grid", "block"} else 1
        families[below] = apportion(counts[below], weights, at_least=floor)
    return families


@dataclass(slots=True)
class _Tree:
    """Counts of descendants, from which a parcel's share of its parent follows."""

    families: dict[str, list[int]]

    @property
    def by_level(self) -> dict[str, list[list[int]]]:
        """Children of each parcel, as places in the level below."""
        found: dict[str, list[list[int]]] = {}
        for level, family in self.families.items():
            ends = np.cumsum([0, *family])
            found[level] = [list(range(ends[i], ends[i + 1])) for i in range(len(family))]
        return found

    def weights(self, leaf: str) -> dict[str, list[float]]:
        """Return for each parcel down to `leaf` how many leaves it holds."""
        children = self.by_level
        last = LEVELS.index(leaf)
        found = {leaf: [1.0] * sum(self.families[leaf])}
        for index in range(last - 1, -1, -1):
            below = LEVELS[index + 1]
            found[LEVELS[index]] = [
                sum(found[below][child] for child in group) for group in children[below]
            ]
        return found


@dataclass(slots=True)
class Draughtsman:
    """Draws one plan; use `draw_plan`."""

    size: Size
    rng: np.random.Generator
    parcels: dict[str, list[_Parcel]] = field(default_factory=dict)
    parents: dict[str, list[int]] = field(default_factory=dict)

    @property
    def radius(self) -> float:
        """Half the width of a round city of this area, metres."""
        return float(np.sqrt(self.size.area_km2 * 1e6 / np.pi))

    def draw(self) -> Plan:
        """Return the whole plan."""
        outline = _coast(self.size, self.rng)
        centres = self._centres(outline)
        surveyor = _Surveyor(self.rng)
        tree = _Tree(_families(self.size, self.rng))
        stream = self._districts(surveyor, tree, self._whole(outline, centres))
        upper = tree.weights("community")
        lower = tree.weights("block")
        for level in LEVELS[1:]:
            is_upper = LEVELS.index(level) <= LEVELS.index("community")
            self._cut_level(surveyor, tree, level, upper if is_upper else lower)
        river = stream.buffer(self.size.river_m / 2, quad_segs=4).intersection(outline)
        return Plan(
            outline,
            river,
            stream,
            centres,
            {level: tuple(p.polygon for p in self.parcels[level]) for level in LEVELS},
            {level: tuple(self.parents[level]) for level in LEVELS},
            tuple(surveyor.cuts),
        )

    def _centres(self, outline: Polygon) -> Floats:
        """Return the main centre and lesser ones, at least a tenth of the radius inland."""
        inner = outline.buffer(-self.radius * 0.12)
        wanted = 2 + self.size.streets // 4
        found = [np.array([0.0, 0.0]) + self.rng.normal(0, 0.08, 2) * self.radius]
        while len(found) < wanted:
            spot = self.rng.normal(0, 0.5, 2) * self.radius
            near = min(float(np.hypot(*(spot - other))) for other in found)
            if near > self.radius * 0.9 / np.sqrt(wanted) and inner.contains(shapely.Point(spot)):
                found.append(spot)
        return np.array(found)

    def _whole(self, outline: Polygon, centres: Floats) -> _Parcel:
        points = lattice(outline, self.size.communities * POINTS_PER_COMMUNITY, self.rng)
        return _Parcel(outline, points, self._density(points, centres))

    def _density(self, points: Floats, centres: Floats) -> Floats:
        """Return relative crowding: highest at the main centre, a little at the others."""
        away = np.hypot(*(points - centres[0]).T) / self.radius
        crowd: Floats = 0.22 + np.exp(-((away / 0.42) ** 2)) * 1.3
        for centre in centres[1:]:
            near = np.hypot(*(points - centre).T) / self.radius
            crowd += 0.35 * np.exp(-((near / 0.16) ** 2))
        return crowd

    def _districts(self, surveyor: _Surveyor, tree: _Tree, whole: _Parcel) -> LineString:
        """Cut the island along the river, then both banks into districts; return the river."""
        shares = tree.weights("community")["district"]
        middle = _balanced(shares)
        knife = self._river_knife(whole.polygon)
        share = sum(shares[:middle]) / sum(shares)
        offset = _quantile(knife.offsets(whole.points), whole.weights, share)
        left, right, stream = cut_parcel(whole, knife, offset)
        banks = [(left, shares[:middle]), (right, shares[middle:])]
        self.parcels["district"] = [
            part for bank, parts in banks for part in surveyor.divide(bank, parts, "district")
        ]
        self.parents["district"] = [0] * len(shares)
        return max(shapely.get_parts(stream), key=lambda part: part.length)

    def _river_knife(self, outline: Polygon) -> _Knife:
        angle, length = _short_axis(outline)
        angle += float(self.rng.normal(0, 0.12))
        swing = length * float(self.rng.uniform(0.045, 0.07))
        return _Knife(
            angle,
            swing,
            length * float(self.rng.uniform(0.62, 0.8)),
            float(self.rng.uniform(0, 6.28)),
        )

    def _cut_level(
        self, surveyor: _Surveyor, tree: _Tree, level: str, weights: dict[str, list[float]]
    ) -> None:
        above = LEVELS[LEVELS.index(level) - 1]
        self.parcels[level], self.parents[level] = [], []
        groups = tree.by_level[level]
        for place, (parcel, group) in enumerate(zip(self.parcels[above], groups, strict=True)):
            if level == "station":
                count = int(weights["community"][place]) * POINTS_PER_BLOCK
                points = lattice(parcel.polygon, count, self.rng)
                parcel = _Parcel(parcel.polygon, points, np.ones(len(points)))
            shares = [weights[level][child] for child in group]
            self.parcels[level].extend(surveyor.divide(parcel, shares, level))
            self.parents[level].extend([place] * len(group))


def lattice(polygon: Polygon, count: int, rng: np.random.Generator) -> Floats:
    """Return about `count` points spread evenly in `polygon`, each a little out of line."""
    step = float(np.sqrt(polygon.area / count))
    left, low, right, high = polygon.bounds
    xs, ys = np.arange(left, right + step, step), np.arange(low, high + step, step)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    grid += rng.uniform(-0.35, 0.35, grid.shape) * step
    shapely.prepare(polygon)
    inside: Floats = grid[shapely.contains_xy(polygon, grid[:, 0], grid[:, 1])]
    return inside


def draw_plan(size: Size, rng: np.random.Generator) -> Plan:
    """Return the plan of a city of `size`; equal generators give equal plans."""
    return Draughtsman(size, rng).draw()
