"""Facilities along the roads: covers, lamps, bins, trees, and whose they are."""

# ruff: noqa: PLR2004 - the numbers are the invention; each stands once, where it acts.
# ruff: noqa: E501 - a table is read by its rows.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from .roads import Stretch
from .sizes import Floats, Numbers, apportion


@dataclass(frozen=True, slots=True)
class Fitting:
    """A kind of facility.

    Attributes:
        category: `C` and the four digits of the component class.
        weight: how common it is among all facilities.
        edge: where across the road it stands: 0 the middle, 1 the building line.
        competent, owner, maintainer: kinds of organisation (see `people`).

    Source: GB/T 30428.2-2013 numbering as in standards.md 1.5; the bodies are our own.
    """

    category: str
    name: str
    name_en: str
    weight: float
    edge: float
    competent: str
    owner: str
    maintainer: str


FITTINGS = (
    Fitting("C0101", "上水井盖", "Water-supply manhole cover", 70, 0.35, "drainage", "water_utility", "water_utility"),
    Fitting("C0102", "污水井盖", "Sewage manhole cover", 95, 0.2, "drainage", "drainage", "drainage"),
    Fitting("C0103", "雨水井盖", "Storm-water manhole cover", 85, 0.45, "drainage", "drainage", "drainage"),
    Fitting("C0104", "雨水箅子", "Storm-water grate", 130, 0.7, "drainage", "drainage", "drainage"),
    Fitting("C0105", "电力井盖", "Power manhole cover", 45, 0.8, "roads", "power_utility", "power_utility"),
    Fitting("C0106", "路灯井盖", "Street-lamp manhole cover", 35, 0.85, "lighting", "lighting", "lighting"),
    Fitting("C0107", "通信井盖", "Telecom manhole cover", 60, 0.82, "roads", "telecom_utility", "telecom_utility"),
    Fitting("C0110", "热力井盖", "Heating manhole cover", 22, 0.5, "roads", "heat_utility", "heat_utility"),
    Fitting("C0111", "燃气井盖", "Gas manhole cover", 28, 0.55, "roads", "gas_utility", "gas_utility"),
    Fitting("C0124", "消防栓", "Fire hydrant", 22, 0.9, "drainage", "water_utility", "water_utility"),
    Fitting("C0127", "通讯交接箱", "Telecom cabinet", 16, 0.94, "roads", "telecom_utility", "telecom_utility"),
    Fitting("C0137", "路灯", "Street lamp", 210, 0.88, "lighting", "lighting", "lighting"),
    Fitting("C0148", "变压器箱", "Transformer box", 10, 0.95, "roads", "power_utility", "power_utility"),
    Fitting("C0204", "公交站亭", "Bus shelter", 14, 0.86, "traffic_police", "city_management", "contractor"),
    Fitting("C0212", "路名牌", "Street-name sign", 26, 0.9, "city_management", "city_management", "contractor"),
    Fitting("C0213", "交通标志牌", "Traffic sign", 40, 0.87, "traffic_police", "traffic_police", "traffic_police"),
    Fitting("C0214", "交通信号灯", "Traffic light", 16, 0.85, "traffic_police", "traffic_police", "traffic_police"),
    Fitting("C0217", "交通护栏", "Guardrail", 30, 0.02, "traffic_police", "roads", "roads"),
    Fitting("C0225", "非机动车停放点", "Bicycle parking", 18, 0.93, "enforcement", "city_management", "contractor"),
    Fitting("C0301", "公共厕所", "Public toilet", 6, 0.99, "sanitation", "sanitation", "sanitation"),
    Fitting("C0305", "垃圾箱", "Litter bin", 120, 0.9, "sanitation", "sanitation", "contractor"),
    Fitting("C0308", "宣传栏", "Bulletin board", 14, 0.96, "city_management", "street_office", "street_office"),
    Fitting("C0402", "行道树", "Street tree", 330, 0.84, "landscape", "landscape", "landscape"),
    Fitting("C0407", "街头座椅", "Street bench", 16, 0.95, "landscape", "landscape", "landscape"),
    Fitting("C0408", "绿地护栏", "Green-space fence", 16, 0.97, "landscape", "landscape", "landscape"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacedFittings:
    """Many facilities, one per row of each array.

    Attributes:
        kinds: places in `FITTINGS`.
        stretches: on which stretch of road each stands.
        along: how far along the stretch, share from 0 to 1.
        points: (n, 2) metres in the frame of the plan.
    """

    kinds: Numbers
    stretches: Numbers
    along: Floats
    points: Floats


def place_fittings(
    stretches: Sequence[Stretch], count: int, rng: np.random.Generator
) -> PlacedFittings:
    """Return exactly `count` facilities, evenly along the roads and true to the kinds' weights."""
    shares = apportion(count, [fitting.weight for fitting in FITTINGS])
    lengths = np.array([0.0 if s.is_bridge else s.line.length for s in stretches])
    ends = np.cumsum(lengths)
    kinds: list[int] = []
    places: list[Floats] = []
    for kind, share in enumerate(shares):
        step = ends[-1] / share
        places.append((np.arange(share) + rng.uniform(0.15, 0.85, share)) * step)
        kinds += [kind] * share
    run = np.concatenate(places)
    on = np.minimum(np.searchsorted(ends, run, side="right"), len(stretches) - 1)
    along = np.clip((run - (ends[on] - lengths[on])) / np.maximum(lengths[on], 1), 0.02, 0.98)
    edges = np.array([FITTINGS[kind].edge for kind in kinds])
    side = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    points = beside(stretches, on, along, edges * side)
    return PlacedFittings(np.array(kinds), on, along, points)


def beside(stretches: Sequence[Stretch], on: Numbers, along: Floats, across: Floats) -> Floats:
    """Return (n, 2) points beside the middle of their stretch.

    Args:
        stretches: all roads.
        on: which of them, for each point.
        along: share of its length, 0 to 1.
        across: share of half its width, -1 to 1, left of the direction positive.
    """
    lines = np.array([stretch.line for stretch in stretches])[on]
    half = np.array([stretch.width_m / 2 for stretch in stretches])[on]
    total = shapely.length(lines)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, along * total))
    back = np.minimum(along * total, total - 1.0)
    one = shapely.get_coordinates(shapely.line_interpolate_point(lines, back))
    two = shapely.get_coordinates(shapely.line_interpolate_point(lines, back + 1.0))
    ahead = two - one
    ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    points: Floats = here + aside * (across * half)[:, None]
    return points
