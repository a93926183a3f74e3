"""Blocks: what stands between the roads — courtyards, buildings, shop fronts, greens."""

# ruff: noqa: PLR2004 - the numbers are the invention; each stands once, where it acts.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import shapely
from shapely import Polygon, affinity

from .plan import Plan
from .roads import Stretch, without_slivers
from .sizes import Floats, Size

ALLEY_M = 3.0
"""Half the width of the passage between neighbouring blocks."""
SMALLEST_M2 = 900.0
SHOP_DEPTH_M = 8.0


class Use(StrEnum):
    """What a block is for."""

    COURTYARD = "courtyard"
    COMMERCE = "commerce"
    GREEN = "green"
    SCHOOL = "school"
    INDUSTRY = "industry"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Block:
    """A face between roads.

    Attributes:
        parcel: place of its parcel among the plan's blocks.
        grid: place of its grid among the plan's grids.
        face: the ground itself, metres; touches no road surface.
    """

    parcel: int
    grid: int
    face: Polygon
    use: Use


@dataclass(frozen=True, slots=True)
class Frontage:
    """The front of one shop: a strip on the edge of a block beside a shopping road."""

    block: int
    stretch: int
    strip: Polygon


def fill_blocks(
    plan: Plan, stretches: Sequence[Stretch], size: Size, rng: np.random.Generator
) -> tuple[Block, ...]:
    """Return the usable blocks, exactly `size.courtyards` of them courtyards."""
    faces = _faces(plan, stretches)
    places = [place for place, face in enumerate(faces) if face.area > SMALLEST_M2]
    uses = _uses(plan, [faces[place] for place in places], size, rng)
    grids = plan.parents["block"]
    return tuple(
        Block(place, grids[place], faces[place], use)
        for place, use in zip(places, uses, strict=True)
    )


def _faces(plan: Plan, stretches: Sequence[Stretch]) -> list[Polygon]:
    """Return for each parcel its ground less alleys, roads, water and shore."""
    parcels = np.array(plan.parcels["block"])
    inner = shapely.buffer(parcels, -ALLEY_M, join_style="mitre", quad_segs=1)
    surfaces = [stretch.surface for stretch in stretches]
    wall = np.array([*surfaces, plan.river, plan.outline.exterior.buffer(14)])
    tree = shapely.STRtree(wall)
    found: dict[int, list[int]] = {}
    for place, other in tree.query(inner, predicate="intersects").T.tolist():
        found.setdefault(place, []).append(other)
    faces = []
    for place, ground in enumerate(inner):
        taken = shapely.union_all(wall[sorted(found.get(place, []))])
        faces.append(without_slivers(shapely.difference(ground, taken)))
    return faces


def _uses(plan: Plan, faces: Sequence[Polygon], size: Size, rng: np.random.Generator) -> list[Use]:
    """Choose a use for each face: shops gather at the centres, works at the edge."""
    middles = shapely.get_coordinates(shapely.centroid(np.array(faces)))
    reach = np.sqrt(size.area_km2 * 1e6 / np.pi)
    main = np.hypot(*(middles - plan.centres[0]).T) / reach
    near = np.min([np.hypot(*(middles - c).T) for c in plan.centres], axis=0) / reach
    areas = shapely.area(np.array(faces))
    home = rng.random(len(faces)) + 0.5 * np.exp(-((main - 0.45) ** 2) / 0.1)
    home -= 0.9 * np.exp(-((near / 0.05) ** 2)) + 0.5 * (areas > 80_000)
    chosen = set(np.argsort(-home, kind="stable")[: size.courtyards].tolist())
    uses = []
    for place, chance in enumerate(rng.random(len(faces)).tolist()):
        if place in chosen:
            uses.append(Use.COURTYARD)
        else:
            uses.append(_other_use(float(near[place]), float(main[place]), chance))
    return uses


def _other_use(near: float, main: float, chance: float) -> Use:
    if near < 0.09:
        return Use.COMMERCE if chance < 0.78 else Use.GREEN
    if main > 0.75:
        return Use.INDUSTRY if chance < 0.45 else (Use.OPEN if chance < 0.75 else Use.GREEN)
    if chance < 0.34:
        return Use.COMMERCE
    return Use.GREEN if chance < 0.62 else (Use.SCHOOL if chance < 0.85 else Use.INDUSTRY)


def raise_buildings(face: Polygon, rng: np.random.Generator) -> list[Polygon]:
    """Return slabs in rows on `face`, along the side of it that runs nearest to east."""
    turn = _eastward(face)
    origin = face.centroid
    level = affinity.rotate(face, -turn, origin=origin).buffer(-6)
    if level.is_empty:
        return []
    left, low, right, high = level.bounds
    depth, length = float(rng.uniform(11, 14)), float(rng.uniform(24, 42))
    row, gap = depth + float(rng.uniform(14, 20)), float(rng.uniform(7, 11))
    xs = np.arange(left, right - length * 0.5, length + gap)
    ys = np.arange(low, high - depth * 0.9, row)
    x, y = (axis.ravel() for axis in np.meshgrid(xs, ys))
    slabs = shapely.box(x, y, x + length, y + depth)
    shapely.prepare(level)
    whole = slabs[shapely.contains(level, slabs)]
    return [affinity.rotate(slab, turn, origin=origin) for slab in whole]


def _eastward(face: Polygon) -> float:
    """Return the direction of the face's side nearest to east, degrees in (-45, 45]."""
    box = shapely.get_coordinates(shapely.oriented_envelope(face))
    side = box[1] - box[0]
    return float((np.degrees(np.arctan2(side[1], side[0])) + 45) % 90 - 45)


def shopping_stretches(stretches: Sequence[Stretch], centres: Floats, reach: float) -> list[int]:
    """Return the stretches most fit for shops: of middling width, near a centre; best first."""
    fit = []
    for place, stretch in enumerate(stretches):
        if stretch.is_bridge or stretch.rank in {"district", "lot"}:
            continue
        middle = np.array(stretch.line.interpolate(0.5, normalized=True).coords[0])
        near = float(np.min(np.hypot(*(centres - middle).T))) / reach
        liking = {"street": 0.0, "community": 0.0, "station": 0.05}.get(stretch.rank, 0.12)
        fit.append((near + liking, place))
    return [place for _, place in sorted(fit)]


def open_shops(
    blocks: Sequence[Block], stretches: Sequence[Stretch], centres: Floats, size: Size,
    rng: np.random.Generator,
) -> tuple[Frontage, ...]:  # fmt: skip
    """Return exactly `size.frontages` shop fronts along the best shopping roads."""
    reach = float(np.sqrt(size.area_km2 * 1e6 / np.pi))
    usable = [i for i, b in enumerate(blocks) if b.use in {Use.COMMERCE, Use.COURTYARD}]
    tree = shapely.STRtree([blocks[i].face for i in usable])
    found: list[Frontage] = []
    served: set[int] = set()
    for place in shopping_stretches(stretches, centres, reach):
        beside = tree.query(stretches[place].surface, predicate="dwithin", distance=6.0)
        for index in sorted(usable[i] for i in beside.tolist()):
            if index in served:
                continue
            served.add(index)
            strips = _strips(blocks[index].face, stretches[place].surface, rng)
            found += [Frontage(index, place, strip) for strip in strips]
        if len(found) >= size.frontages:
            break
    return tuple(found[: size.frontages])


def _strips(face: Polygon, road: Polygon, rng: np.random.Generator) -> Iterator[Polygon]:
    """Yield strips of one shop's width along the edges of `face` that look on the road."""
    ring = shapely.get_coordinates(shapely.orient_polygons(face, exterior_cw=False).exterior)
    shapely.prepare(face)
    margin = SHOP_DEPTH_M + 3
    for start, end in pairwise(ring):
        length = float(np.hypot(*(end - start)))
        if length < 2 * margin + 8 or road.distance(shapely.Point((start + end) / 2)) > 6:
            continue
        along = (end - start) / length
        inward = np.array([-along[1], along[0]])
        place = margin
        while place + 16 < length - margin:
            width = float(rng.uniform(8, 16))
            one, two = start + along * place, start + along * (place + width)
            strip = Polygon([one, two, two + inward * SHOP_DEPTH_M, one + inward * SHOP_DEPTH_M])
            if face.buffer(1e-6).contains(strip):
                yield strip
            place += width + (0.2 if rng.random() < 0.85 else 9.0)
