"""The city as one value: layers, areas, roads, facilities, organisations and people.

Source: codes after GB/T 30428.1 as in standards.md 1.2 (6 + 3 + 3 + 3 digits,
numbered west to east and north to south); the division code begins with 99, which is
given to no place.
"""

# ruff: noqa: PLR2004 - the numbers are the invention; each stands once, where it acts.

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
import shapely
from shapely import Polygon

from . import people as registry
from .blocks import Block, Use, fill_blocks, open_shops, raise_buildings
from .fittings import FITTINGS, PlacedFittings, place_fittings
from .names import (
    CITY,
    COURTYARD_SUFFIXES,
    DISTRICTS,
    PARK_SUFFIXES,
    RIVER_SUFFIX,
    ROAD_SUFFIXES,
    TRADES,
    Name,
    deal_words,
    ordinal,
)
from .plan import Plan, draw_plan
from .roads import Stretch, largest, lay_roads
from .sizes import Floats, Numbers, Size, size_of

CENTRE = (123.05, 30.98)
"""Longitude and latitude of the middle of the island, WGS 84: open water."""
CITY_DIVISION = "9901"
EARTH_M = 6_371_008.8
PARK_M2 = 12_000.0
"""A green at least as large is called a park."""


@dataclass(frozen=True, slots=True)
class NewLayer:
    """A layer to be defined.

    Attributes:
        level: the level of self-government it stands for; blank if none.
        rank: coarse layers first.
        shown_as: how maps show it; see `places.rules.ShownAs`.
    """

    code: str
    name: str
    name_en: str
    level: str
    rank: int
    is_administrative: bool
    shown_as: str = "hidden"


LAYERS = (
    NewLayer("district", "区", "District", "district", 10, True, "boundary"),
    NewLayer("street", "街道", "Street (subdistrict)", "street", 20, True, "boundary"),
    NewLayer("community", "社区", "Community", "community", 30, True, "boundary"),
    NewLayer("grid", "单元网格", "Unit grid", "", 40, True, "boundary"),
    NewLayer("station", "治理服务站", "Governance service station", "", 50, False),
    NewLayer("sector", "区片", "Sector", "", 60, False),
    NewLayer("lot", "标段", "Contract lot", "", 65, False),
    NewLayer("road", "道路", "Road", "", 70, False, "road"),
    NewLayer("courtyard", "院落", "Courtyard", "", 80, False, "plot"),
    NewLayer("building", "楼栋", "Building", "", 90, False, "building"),
    NewLayer("frontage", "门前责任区", "Shop frontage", "", 95, False),
    NewLayer("water", "水域", "Water", "", 97, False, "water"),
    NewLayer("green", "绿地", "Green space", "", 98, False, "green"),
)


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area to be drawn; parents come before children.

    Attributes:
        geometry: polygon, degrees, WGS 84.
        parent_code: code of the area that contains it, in `parent_layer`; None for
            districts and for roads, which run along borders and so lie in nobody.
        area_class: A, B or C from the centre outwards; blank for districts.
    """

    layer: str
    code: str
    name: str
    name_en: str
    geometry: Polygon
    parent_layer: str | None
    parent_code: str | None
    area_class: str


@dataclass(frozen=True, slots=True)
class Road:
    """One stretch of road and who keeps it; its surface is the area of the same code.

    Attributes:
        rank: `district` (widest) … `grid` (a lane).
        street_code: the street whose office keeps it; the surface may cross the border.
        line: (n, 2) longitude and latitude along the middle, WGS 84.
        appeal: how much goes on there, about 1 on average; shops and centres draw people.
    """

    code: str
    name: str
    name_en: str
    rank: str
    width_m: float
    street_code: str
    district_code: str
    line: Floats
    length_m: float
    appeal: float
    has_shops: bool


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A facility to be placed, with its three bodies by organisation code."""

    code: str
    category_code: str
    name: str
    name_en: str
    longitude: float
    latitude: float
    competent: str
    owner: str
    maintainer: str
    road_code: str


@dataclass(frozen=True, slots=True)
class City:
    """Everything that stands and everyone who works in the demonstration city.

    Attributes:
        outline, river: polygons, degrees, WGS 84.
        centres: (n, 2) longitude and latitude of where the city gathers, main one first.
    """

    size: Size
    seed: int
    name: str
    name_en: str
    outline: Polygon
    river: Polygon
    centres: Floats
    layers: tuple[NewLayer, ...]
    areas: tuple[NewArea, ...]
    roads: tuple[Road, ...]
    facilities: tuple[NewFacility, ...]
    organisations: tuple[registry.NewOrganisation, ...]
    post_kinds: tuple[registry.PostKind, ...]
    posts: tuple[registry.NewPost, ...]
    people: tuple[registry.NewPerson, ...]
    duties: tuple[registry.NewDuty, ...]
    sign_ins: tuple[registry.SignIn, ...]

    def areas_of(self, layer: str) -> tuple[NewArea, ...]:
        """Return the areas of one layer, in order of code."""
        return tuple(area for area in self.areas if area.layer == layer)


def to_degrees(points: Floats) -> Floats:
    """Return (n, 2) longitude and latitude, WGS 84, of metres in the frame of the plan.

    The frame is an equirectangular one about `CENTRE`; over 40 km its scale errs by less
    than 0.3 %, which an invented city can bear, and straight borders stay straight.
    """
    metre = 180 / (np.pi * EARTH_M)
    scale = np.array([metre / np.cos(np.radians(CENTRE[1])), metre])
    degrees: Floats = points * scale + np.array(CENTRE)
    return degrees


def numbered(points: Floats, *, rows: int) -> list[int]:
    """Return the number (from 1) of each point, row by row from the north, west first."""
    north = np.argsort(-points[:, 1], kind="stable")
    row = np.empty(len(points), dtype=np.int64)
    row[north] = np.arange(len(points)) * rows // len(points)
    order = np.lexsort((points[:, 0], row))
    numbers = np.empty(len(points), dtype=np.int64)
    numbers[order] = np.arange(1, len(points) + 1)
    return [int(number) for number in numbers]


@dataclass(slots=True)
class _Gazetteer:
    """Gives codes and names to what the plan has drawn."""

    size: Size
    plan: Plan
    rng: np.random.Generator
    areas: list[NewArea] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, dict[str, Name]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)

    def name_parcels(self) -> None:
        """Code and name districts, streets, communities, grids, stations, sectors and lots."""
        self._layer("district", None, lambda parent, n: f"{CITY_DIVISION}{n:02d}")
        self._layer("lot", "district", lambda parent, n: f"{parent}L{n:02d}")
        self._layer("street", "lot", lambda parent, n: f"{parent[:6]}{n:03d}", family=6)
        self._layer("community", "street", lambda parent, n: f"{parent}{n:03d}")
        self._layer("station", "community", lambda parent, n: f"{parent}S{n}")
        self._layer("sector", "station", lambda parent, n: f"{parent[:12]}P{n:02d}", family=12)
        self._layer("grid", "sector", lambda parent, n: f"{parent[:12]}{n:03d}", family=12)

    def _layer(
        self, level: str, above: str | None, code: Callable[[str, int], str], family: int = 0
    ) -> None:
        """Number the parcels of `level` within their family and add them as areas.

        Args:
            level: the layer.
            above: the level of the plan it was cut from.
            code: makes a code from the code above and the number.
            family: how many letters of the code above make a family; 0 for all.
        """
        parcels, parents = self.plan.parcels[level], self.plan.parents[level]
        uppers = [self.codes[above][place] if above else CITY_DIVISION for place in parents]
        middles = shapely.get_coordinates(shapely.point_on_surface(np.array(parcels)))
        codes = [""] * len(parcels)
        keys = [upper[: family or None] for upper in uppers]
        places = sorted(range(len(parcels)), key=lambda place: keys[place])
        for _, group in groupby(places, key=lambda place: keys[place]):
            members = list(group)
            rows = max(1, round(np.sqrt(len(members))))
            for place, number in zip(members, numbered(middles[members], rows=rows), strict=True):
                codes[place] = code(uppers[place], number)
        self.codes[level] = codes
        self._note_classes(level, codes, middles)
        names = self._names(level, codes)
        self.names[level] = {key: names[key] for key in sorted(codes)}
        for place in sorted(range(len(codes)), key=lambda place: codes[place]):
            self._add(
                level,
                codes[place],
                names[codes[place]],
                parcels[place],
                self._parent(level, uppers[place]),
            )

    def _parent(self, level: str, upper: str) -> tuple[str, str] | None:
        """Return layer and code of the area that contains one of `level`."""
        layer = {"lot": "district", "street": "district", "community": "street"}.get(
            level, "community"
        )
        digits = {"district": 6, "street": 9, "community": 12}[layer]
        return None if level == "district" else (layer, upper[:digits])

    def _add(
        self, layer: str, code: str, name: Name, shape: Polygon, parent: tuple[str, str] | None
    ) -> None:
        above, upper = parent or (None, None)
        area_class = self.classes.get(code) or self.classes.get((upper or "")[:12], "")
        self.areas.append(NewArea(layer, code, name.zh, name.en, shape, above, upper, area_class))

    def _note_classes(self, level: str, codes: Sequence[str], middles: Floats) -> None:
        if level not in {"street", "community"}:
            return
        reach = np.sqrt(self.size.area_km2 * 1e6 / np.pi)
        main = np.hypot(*(middles - self.plan.centres[0]).T) / reach
        near = np.min([np.hypot(*(middles - c).T) for c in self.plan.centres], axis=0) / reach
        for code, far, lesser in zip(codes, main.tolist(), near.tolist(), strict=True):
            is_core = far < 0.3 or lesser < 0.06
            self.classes[code] = "A" if is_core else ("B" if far < 0.65 or lesser < 0.2 else "C")

    def _names(self, level: str, codes: Sequence[str]) -> dict[str, Name]:
        if level == "district":
            return {c: Name(*DISTRICTS[n]) for n, c in enumerate(sorted(codes))}
        if level in {"street", "community"}:
            suffix = ("街道", "Subdistrict") if level == "street" else ("社区", "Community")
            words = deal_words(len(codes), self.rng)
            return {
                c: word.with_suffix(*suffix) for c, word in zip(sorted(codes), words, strict=True)
            }
        return {code: self._derived(level, code) for code in codes}

    def _derived(self, level: str, code: str) -> Name:
        """Return a name made of the name of the area above and a number."""
        if level == "lot":
            upper, number, (zh, en) = (
                self.names["district"][code[:6]],
                int(code[7:]),
                ("号标段", "Lot"),
            )
        else:
            upper = self.names["community"][code[:12]]
            number = int(code[13:] if level != "grid" else code[12:])
            zh, en = {
                "station": ("号治理服务站", "Station"),
                "sector": ("号区片", "Sector"),
                "grid": ("号网格", "Grid"),
            }[level]
        stem = upper.en.rsplit(" ", 1)[0]
        return Name(f"{upper.zh}{number}{zh}", f"{stem} {en} {number}")

    def name_roads(self, stretches: Sequence[Stretch]) -> list[tuple[str, str]]:
        """Add every stretch as an area; return its code and the street that keeps it."""
        middles = shapely.line_interpolate_point(
            np.array([s.line for s in stretches]), 0.5, normalized=True
        )
        tree = shapely.STRtree(self.plan.parcels["street"])
        homes = tree.query_nearest(middles, all_matches=False)[1]
        words = deal_words(1 + max(stretch.road for stretch in stretches), self.rng)
        counts: dict[str, int] = {}
        found = []
        self.names["road"] = {}
        for stretch, home in zip(stretches, homes.tolist(), strict=True):
            street = self.codes["street"][home]
            counts[street[:6]] = counts.get(street[:6], 0) + 1
            code = f"{street[:6]}R{counts[street[:6]]:04d}"
            name = self._road_name(stretch, words[stretch.road])
            self.names["road"][code] = name
            area = NewArea(
                "road", code, name.zh, name.en, stretch.surface, None, None, self.classes[street]
            )
            self.areas.append(area)
            found.append((code, street))
        return found

    def _road_name(self, stretch: Stretch, word: Name) -> Name:
        if stretch.is_bridge:
            return word.with_suffix("桥", "Bridge")
        name = word.with_suffix(*ROAD_SUFFIXES[stretch.rank])
        return (
            name
            if stretch.part == 0
            else Name(f"{name.zh}{stretch.part}段", f"{name.en} (stretch {stretch.part})")
        )

    def name_blocks(self, blocks: Sequence[Block]) -> list[str]:
        """Add the courtyards and some of their buildings; return the code of each block's grid."""
        grids = [self.codes["grid"][block.grid] for block in blocks]
        self.names["courtyard"] = {}
        counts: dict[str, int] = {}
        words = deal_words(1_500, self.rng)
        yards = sorted(
            (grids[i], i) for i, block in enumerate(blocks) if block.use is Use.COURTYARD
        )
        buildings: list[tuple[str, Name, Polygon]] = []
        for place, (grid, index) in enumerate(yards):
            home = grid[:12]
            counts[home] = counts.get(home, 0) + 1
            code = f"{home}Y{counts[home]:03d}"
            turn, card = divmod(place, len(words))
            suffix = COURTYARD_SUFFIXES[(card + turn) % len(COURTYARD_SUFFIXES)]
            name = ordinal(words, place).with_suffix(*suffix)
            self.names["courtyard"][code] = name
            self._add("courtyard", code, name, blocks[index].face, ("grid", grid))
            if self.rng.random() < self.size.built_share:
                slabs = raise_buildings(blocks[index].face, self.rng)
                buildings += [(code, name, slab) for slab in slabs[:99]]
        self._name_buildings(buildings)
        return grids

    def _name_buildings(self, buildings: Sequence[tuple[str, Name, Polygon]]) -> None:
        for code, group in groupby(buildings, key=lambda row: row[0]):
            for number, (_, yard, shape) in enumerate(group, start=1):
                name = Name(f"{yard.zh}{number}号楼", f"{yard.en} No. {number}")
                self._add("building", f"{code}B{number:02d}", name, shape, ("courtyard", code))

    def name_shops(
        self, blocks: Sequence[Block], stretches: Sequence[Stretch], grids: Sequence[str]
    ) -> set[int]:
        """Add the shop fronts; return the places of the stretches that have any."""
        shops = open_shops(blocks, stretches, self.plan.centres, self.size, self.rng)
        words = deal_words(4_000, self.rng)
        counts: dict[str, int] = {}
        for place, shop in enumerate(shops):
            grid = grids[shop.block]
            counts[grid[:12]] = counts.get(grid[:12], 0) + 1
            code = f"{grid[:12]}F{counts[grid[:12]]:04d}"
            trade = TRADES[int(self.rng.integers(len(TRADES)))]
            self._add(
                "frontage",
                code,
                ordinal(words, place).with_suffix(*trade),
                shop.strip,
                ("grid", grid),
            )
        return {shop.stretch for shop in shops}

    def name_water_and_greens(
        self, blocks: Sequence[Block], grids: Sequence[str], rng: np.random.Generator
    ) -> None:
        """Add the river and the parks, which maps show and nobody governs as such."""
        words = deal_words(1_500, rng)
        self._add(
            "water",
            f"{CITY_DIVISION}W01",
            words[0].with_suffix(*RIVER_SUFFIX),
            self.plan.river,
            None,
        )
        parks = sorted((grids[i], i) for i, block in enumerate(blocks) if block.use is Use.GREEN)
        counts: dict[str, int] = {}
        for place, (grid, index) in enumerate(parks, start=1):
            counts[grid[:12]] = counts.get(grid[:12], 0) + 1
            is_large = blocks[index].face.area > PARK_M2
            name = ordinal(words, place).with_suffix(*PARK_SUFFIXES[is_large])
            code = f"{grid[:12]}G{counts[grid[:12]]:03d}"
            self._add("green", code, name, blocks[index].face, ("grid", grid))


@dataclass(frozen=True, slots=True)
class _Fitter:
    """Gives facilities their codes, names and bodies."""

    gazetteer: _Gazetteer
    stretches: Sequence[Stretch]
    roads: Sequence[tuple[str, str]]

    def facilities(self, placed: PlacedFittings) -> Iterator[NewFacility]:
        """Yield the facilities; the code is 6 + 4 + 6 digits (standards.md 1.3)."""
        communities, lots = (
            self._homes("community", placed.points),
            self._homes("lot", placed.points),
        )
        degrees = to_degrees(placed.points).tolist()
        counts: dict[str, int] = {}
        for row, kind in enumerate(placed.kinds.tolist()):
            fitting = FITTINGS[kind]
            home = communities[row]
            stem = f"{home[:6]}{fitting.category[1:]}"
            counts[stem] = counts.get(stem, 0) + 1
            road = self.roads[int(placed.stretches[row])][0]
            name = self.gazetteer.names["road"][road]
            number = max(
                1,
                round(
                    float(placed.along[row])
                    * self.stretches[int(placed.stretches[row])].line.length
                    / 5
                ),
            )
            place = {"district": home[:6], "street": home[:9], "lot": lots[row]}
            yield NewFacility(
                f"{stem}{counts[stem]:06d}",
                fitting.category,
                f"{name.zh}{number}号{fitting.name}",
                f"{fitting.name_en}, {number} {name.en}",
                degrees[row][0],
                degrees[row][1],
                registry.body_code(fitting.competent, **place),
                registry.body_code(fitting.owner, **place),
                registry.body_code(fitting.maintainer, **place),
                road,
            )

    def _homes(self, level: str, points: Floats) -> list[str]:
        """Return the code of the parcel of `level` that each point lies in, or the nearest."""
        tree = shapely.STRtree(self.gazetteer.plan.parcels[level])
        homes: Numbers = tree.query_nearest(shapely.points(points), all_matches=False)[1]
        return [self.gazetteer.codes[level][home] for home in homes.tolist()]


def _roads(
    gazetteer: _Gazetteer,
    stretches: Sequence[Stretch],
    codes: Sequence[tuple[str, str]],
    shops: set[int],
) -> Iterator[Road]:
    centres = gazetteer.plan.centres
    reach = float(np.sqrt(gazetteer.size.area_km2 * 1e6 / np.pi))
    for place, (stretch, (code, street)) in enumerate(zip(stretches, codes, strict=True)):
        middle = np.array(stretch.line.interpolate(0.5, normalized=True).coords[0])
        away = np.hypot(*(centres - middle).T) / reach
        appeal = 0.35 + 2.2 * float(np.exp(-((away[0] / 0.3) ** 2)))
        appeal += 1.6 * float(np.sum(np.exp(-((away[1:] / 0.11) ** 2)))) + 1.2 * (place in shops)
        name = gazetteer.names["road"][code]
        line = to_degrees(shapely.get_coordinates(stretch.line))
        appeal *= 0.05 if stretch.is_bridge else 1.0
        length = float(stretch.line.length)
        yield Road(
            code, name.zh, name.en, stretch.rank, stretch.width_m, street, street[:6], line,
            length, appeal, place in shops,
        )  # fmt: skip


def _ground(gazetteer: _Gazetteer, roads: Sequence[tuple[str, str]]) -> registry.Ground:
    """Return codes and names as `people` needs them, with the station of each sector and yard."""
    plan, codes = gazetteer.plan, gazetteer.codes
    sector_station = {
        sector: codes["station"][place]
        for sector, place in zip(codes["sector"], plan.parents["sector"], strict=True)
    }
    grid_station = {
        grid: sector_station[codes["sector"][place]]
        for grid, place in zip(codes["grid"], plan.parents["grid"], strict=True)
    }
    yards = {
        area.code: grid_station[str(area.parent_code)]
        for area in gazetteer.areas
        if area.layer == "courtyard"
    }
    cut = {"street": 6, "lot": 6, "community": 9, "station": 12, "sector": 12, "courtyard": 12}
    parents: dict[str, Mapping[str, str]] = {
        layer: {code: code[:digits] for code in gazetteer.names[layer]}
        for layer, digits in cut.items()
    }
    parents["road"] = dict(roads)
    return registry.Ground(gazetteer.names, parents, sector_station | yards)


def _in_degrees(areas: Sequence[NewArea]) -> tuple[NewArea, ...]:
    """Return the areas in WGS 84, in the order of the layers and of codes."""
    shapes = shapely.transform(np.array([area.geometry for area in areas]), to_degrees)
    for place in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        shapes[place] = largest(shapely.make_valid(shapes[place]))  # degrees are rounded
    rank = {layer.code: layer.rank for layer in LAYERS}
    moved = [
        NewArea(
            a.layer, a.code, a.name, a.name_en, shape, a.parent_layer, a.parent_code, a.area_class
        )
        for a, shape in zip(areas, shapes, strict=True)
    ]
    return tuple(sorted(moved, key=lambda area: (rank[area.layer], area.code)))


def make_city(size: str, seed: int) -> City:
    """Return the city of that size and seed; the same for the same, in every process.

    Args:
        size: `tiny`, `small`, `medium` or `large`.
        seed: any whole number from 0; another seed is another city.

    Raises:
        UnknownSize: there is no such size.
    """
    wanted = size_of(size)
    chance = [np.random.default_rng([seed, topic]) for topic in range(7)]
    plan = draw_plan(wanted, chance[0])
    stretches = lay_roads(plan, wanted)
    blocks = fill_blocks(plan, stretches, wanted, chance[1])
    gazetteer = _Gazetteer(wanted, plan, chance[2])
    gazetteer.name_parcels()
    codes = gazetteer.name_roads(stretches)
    grids = gazetteer.name_blocks(blocks)
    shops = gazetteer.name_shops(blocks, stretches, grids)
    gazetteer.name_water_and_greens(blocks, grids, chance[6])
    placed = place_fittings(stretches, wanted.facilities, chance[3])
    registrar = registry.populate(wanted, _ground(gazetteer, codes), chance[4])
    return City(
        wanted,
        seed,
        *CITY,
        shapely.transform(plan.outline, to_degrees),
        shapely.transform(plan.river, to_degrees),
        to_degrees(plan.centres),
        LAYERS,
        _in_degrees(gazetteer.areas),
        tuple(_roads(gazetteer, stretches, codes, shops)),
        tuple(_Fitter(gazetteer, stretches, codes).facilities(placed)),
        tuple(registrar.organisations),
        registry.POST_KINDS,
        tuple(registrar.posts),
        tuple(registrar.people()),
        tuple(registrar.duties),
        registry.SIGN_INS,
    )
