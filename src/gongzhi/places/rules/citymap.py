"""The map in memory: every area of every layer, as of any day, asked by points."""

import math
import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from .cells import ASK, NOTHING, CellTable, Floats, Ints, Shapes, cell_table, hits

MOST_LAYERS = 60  # a layer is a bit of a 64-bit number
CHUNK = 131_072  # points located at a time: bounds the working memory
FEW = 4_096  # below this many points a table of cells is not worth building
DAYS_KEPT = 4
EAST_MOST, NORTH_MOST = 180, 90  # degrees
FOREVER = date.max.toordinal()


class LayerView(NamedTuple):
    """A layer: `rank` runs from coarse (the city 0) to fine (the grid 40).

    Attributes:
        shown_as: how maps show it; blank: by what it is. See `showing.ShownAs`.
        shown_from: the zoom from which maps show it; None: by the size of its areas.
    """

    id: int
    code: str
    name: str
    name_en: str
    level: str
    rank: int
    is_administrative: bool
    shown_as: str = ""
    shown_from: int | None = None


class AreaView(NamedTuple):
    """An area without its shape.

    `area_class` is its own or that of its nearest ancestor which has one.
    `path` holds the keys from the root of the tree; see `paths.path_of`.
    """

    id: int
    layer: str
    code: str
    name: str
    name_en: str
    parent_id: int | None
    path: str
    area_class: str
    level: str


class Location(NamedTuple):
    """Where a point lies.

    Attributes:
        areas: the area of each layer that covers the point, by layer code.
        smallest: the area of the finest administrative layer that covers it.
        area_class: the class of `smallest`; blank when there is none.
        flags: `no_position`, `outside`, `gap:<layer>`, `overlap:<layer>`.
    """

    areas: Mapping[str, AreaView]
    smallest: AreaView | None
    area_class: str
    flags: tuple[str, ...]


NOWHERE = Location({}, None, "", ("no_position",))


@dataclass(frozen=True, slots=True)
class LocatedMany:
    """Where many points lie; arrays have one place per point.

    Attributes:
        area_ids: layer code to (n,) primary keys, -1 where no area covers the point.
        smallest: (n,) primary keys of the finest administrative areas, -1 for none.
        flag_codes: (n,) positions in `flag_sets`.
        flag_sets: the combinations of flags that occur; the first is empty.
        city: the map that was asked.
    """

    area_ids: dict[str, Ints]
    smallest: Ints
    flag_codes: NDArray[np.int32]
    flag_sets: tuple[tuple[str, ...], ...]
    city: "CityMap"

    def __len__(self) -> int:
        return len(self.smallest)

    @property
    def flags(self) -> NDArray[np.object_]:
        """Return the (n,) tuples of flags."""
        sets = np.empty(len(self.flag_sets), object)
        sets[:] = self.flag_sets
        return sets[self.flag_codes]

    @property
    def paths(self) -> NDArray[np.object_]:
        """Return the (n,) paths of the smallest areas; blank for none."""
        keys, place = np.unique(self.smallest, return_inverse=True)
        paths = [self.city.area(key).path if key >= 0 else "" for key in keys.tolist()]
        return np.array(paths, object)[place]

    @property
    def area_classes(self) -> NDArray[np.object_]:
        """Return the (n,) classes of the smallest areas; blank for none."""
        keys, place = np.unique(self.smallest, return_inverse=True)
        classes = [self.city.area(key).area_class if key >= 0 else "" for key in keys.tolist()]
        return np.array(classes, object)[place]

    def area(self, area_id: int) -> AreaView:
        """Return an area by its key."""
        return self.city.area(area_id)

    def location(self, number: int) -> Location:
        """Return the location of one of the points, as `locate` would have."""
        areas = {
            layer: self.city.area(int(keys[number]))
            for layer, keys in self.area_ids.items()
            if keys[number] >= 0
        }
        key = int(self.smallest[number])
        smallest = self.city.area(key) if key >= 0 else None
        area_class = smallest.area_class if smallest else ""
        return Location(areas, smallest, area_class, self.flag_sets[self.flag_codes[number]])


class CityMap:
    """All layers and areas, past and present.

    Immutable in effect and shared by threads: what is built late is built under a lock.

    Args:
        layers: all layers.
        areas: all areas.
        shapes: (n,) polygons in the order of `areas`, degrees, WGS 84.
        starts: (n,) first days as proleptic ordinals; 0 for always.
        ends: (n,) last days; `FOREVER` for none.
    """

    def __init__(
        self,
        layers: Iterable[LayerView],
        areas: Sequence[AreaView],
        shapes: Shapes,
        starts: Ints,
        ends: Ints,
    ) -> None:
        self.layers = tuple(sorted(layers, key=lambda one: (one.rank, one.code)))
        self.layers_by_code = {layer.code: layer for layer in self.layers}
        number = {layer.code: place for place, layer in enumerate(self.layers)}
        layer_of = np.array([number[area.layer] for area in areas], np.int16)
        sizes = shapely.area(shapes)
        codes = np.array([area.code for area in areas], np.str_)
        # On overlaps the smaller area wins, then the code: the first in this order.
        order = np.lexsort((codes, sizes, layer_of)) if len(areas) else np.zeros(0, np.int64)
        self.areas: tuple[AreaView, ...] = tuple(areas[place] for place in order.tolist())
        self.shapes = shapes[order]
        self.starts, self.ends = starts[order], ends[order]
        self.layer_of = layer_of[order]
        self._by_id: dict[int, AreaView] = {area.id: area for area in self.areas}
        self._place_by_id = {area.id: place for place, area in enumerate(self.areas)}
        bounds = np.concatenate([self.starts[self.starts > 0], self.ends + 1])
        self._changes: list[int] = np.unique(bounds[bounds <= FOREVER]).tolist()
        self._days: dict[int, MapOfDay] = {}
        self._lock = threading.Lock()
        _prepare(self.shapes)

    def __len__(self) -> int:
        return len(self.areas)

    def area(self, area_id: int) -> AreaView:
        """Return an area by its key; `KeyError` if there is none."""
        return self._by_id[area_id]

    def find(self, area_id: int) -> AreaView | None:
        """Return an area by its key, or nothing."""
        return self._by_id.get(area_id)

    def shape(self, area_id: int) -> shapely.Geometry:
        """Return the polygon of an area; prepared, so do not change it."""
        return self.shapes[self._place_by_id[area_id]]

    def is_valid_on(self, area_id: int, on: date) -> bool:
        """Return whether an area is in force on a day."""
        place = self._place_by_id[area_id]
        return bool(self.starts[place] <= on.toordinal() <= self.ends[place])

    def ancestors(self, area_id: int) -> tuple[AreaView, ...]:
        """Return the area and those above it, itself first."""
        line = []
        area = self._by_id.get(area_id)
        while area is not None:
            line.append(area)
            area = self._by_id.get(area.parent_id) if area.parent_id is not None else None
        return tuple(line)

    def epoch_of(self, on: date) -> int:
        """Return the number of the span between two changes in which a day lies."""
        return bisect_right(self._changes, on.toordinal())

    def as_of(self, on: date) -> "MapOfDay":
        """Return the map of one day; days between two changes share one."""
        epoch = self.epoch_of(on)
        found = self._days.get(epoch)
        if found is None:
            with self._lock:
                found = self._days.get(epoch)
                if found is None:
                    found = MapOfDay(self, on)
                    while len(self._days) >= DAYS_KEPT:
                        self._days.pop(next(iter(self._days)))
                    self._days[epoch] = found
        return found

    def locate(self, lon: float, lat: float, *, on: date) -> Location:
        """Return where a point lies on a day; see `MapOfDay.locate`."""
        return self.as_of(on).locate(lon, lat)

    def locate_many(self, lon: Floats, lat: Floats, *, on: date) -> LocatedMany:
        """Return where many points lie on a day; see `MapOfDay.locate_many`."""
        return self.as_of(on).locate_many(lon, lat)


class MapOfDay:
    """The areas in force on one day, ready to be asked."""

    def __init__(self, city: CityMap, on: date) -> None:
        active = (city.starts <= on.toordinal()) & (city.ends >= on.toordinal())
        self.city = city
        self.places = np.flatnonzero(active)
        self.shapes: Shapes = city.shapes[self.places]
        self.areas = tuple(city.areas[place] for place in self.places.tolist())
        self._layer_of = city.layer_of[self.places]
        self._layer_list: list[int] = self._layer_of.tolist()
        self._ids = np.array([area.id for area in self.areas], np.int64)
        self._tree = shapely.STRtree(self.shapes)
        self._below, self._below_list = self._layers_below()
        self._administrative = tuple(layer.is_administrative for layer in city.layers)
        self._administrative_bits = sum(
            1 << place for place, is_in in enumerate(self._administrative) if is_in
        )
        self._trees: dict[int, tuple[int, Shapes, shapely.STRtree]] = {}
        self._tables: dict[int, CellTable] = {}
        self._lock = threading.Lock()

    def locate(self, lon: float, lat: float) -> Location:
        """Return the area of every layer that a point lies in.

        A point on a border belongs to one area only: of several in one layer the smallest
        wins, then the least code.

        Args:
            lon: degrees east, WGS 84.
            lat: degrees north, WGS 84.
        """
        if not is_position(lon, lat):
            return NOWHERE
        near = self._tree.query(shapely.points((lon, lat)))
        if near.size:
            near = near[shapely.intersects_xy(self.shapes[near], lon, lat)]
        if not near.size:
            return Location({}, None, "", ("outside",))
        near.sort()
        first: dict[int, int] = {}
        doubled = [
            place
            for place in near.tolist()
            if first.setdefault(self._layer_list[place], place) != place
        ]
        overlaps = self._overlaps(first, doubled, lon, lat) if doubled else 0
        return self._location(first, overlaps)

    def locate_many(self, lon: Floats, lat: Floats) -> LocatedMany:
        """Return the areas of all layers for many points, in bounded working memory.

        Args:
            lon: (n,) degrees east, WGS 84.
            lat: (n,) degrees north, WGS 84.

        Returns:
            Points that are not numbers, beyond the globe or exactly 0, 0 have no areas
            and the flag `no_position`.
        """
        lon = np.ascontiguousarray(lon, np.float64)
        lat = np.ascontiguousarray(lat, np.float64)
        if lon.shape != lat.shape or lon.ndim != 1:
            raise ValueError("lon and lat must be flat arrays of one length")
        many = lon.size >= FEW
        area_ids = {layer.code: np.full(lon.size, -1, np.int64) for layer in self.city.layers}
        smallest = np.full(lon.size, -1, np.int64)
        codes = np.zeros(lon.size, np.int32)
        sets: dict[tuple[str, ...], int] = {(): 0}
        for start in range(0, lon.size, CHUNK):
            part = slice(start, start + CHUNK)
            found = self._locate_chunk(lon[part], lat[part], many=many)
            for layer, places in found.by_layer.items():
                area_ids[layer][part] = self._keys(places)
            smallest[part] = self._keys(found.smallest)
            codes[part] = _flag_codes(found, sets, self.city.layers)
        return LocatedMany(area_ids, smallest, codes, tuple(sets), self.city)

    def _keys(self, places: Ints) -> Ints:
        """Return primary keys for positions; -1 stays."""
        if not self._ids.size:
            return np.full(places.size, -1, np.int64)
        return np.where(places >= 0, self._ids[places], -1)

    def _locate_chunk(self, lon: Floats, lat: Floats, *, many: bool) -> "_Found":
        right = (np.abs(lon) <= EAST_MOST) & (np.abs(lat) <= NORTH_MOST) & ((lon != 0) | (lat != 0))
        found = _Found.none(lon.size, ~right)
        covered = np.zeros(lon.size, np.uint64)
        below = np.zeros(lon.size, np.uint64)
        for number, layer in enumerate(self.city.layers):
            places, doubled = self._locate_layer(number, lon, lat, right, many=many)
            found.by_layer[layer.code] = places
            hit = places >= 0
            bit = np.uint64(1 << number)
            covered |= hit * bit
            found.overlaps[doubled] |= bit
            if layer.is_administrative and self._ids.size:
                found.smallest = np.where(hit, places, found.smallest)
                below |= np.where(hit, self._below[places], np.uint64(0))
        found.gaps = below & ~covered & np.uint64(self._administrative_bits)
        found.outside = right & (covered == 0)
        return found

    def _locate_layer(
        self, number: int, lon: Floats, lat: Floats, right: NDArray[np.bool_], *, many: bool
    ) -> tuple[Ints, Ints]:
        """Return each point's position in `areas` (-1 for none), and the points in overlaps."""
        places = np.full(lon.size, NOTHING, np.int64)
        offset, shapes, tree = self._tree_of(number)
        if not len(shapes):
            return places, np.zeros(0, np.int64)
        table = self._table_of(number, build=many)
        if table is None:
            asked = np.flatnonzero(right)
        else:
            with np.errstate(invalid="ignore"):
                labels = table.look_up(lon, lat)
            places = np.where(labels >= 0, labels + offset, NOTHING)
            asked = np.flatnonzero((labels == ASK) & right)
        x, y = lon[asked], lat[asked]
        point, area = hits(shapes, tree, x, y)
        first = np.ones(point.size, np.bool_)
        first[1:] = point[1:] != point[:-1]
        places[asked[point[first]]] = area[first] + offset
        return places, asked[_doubled(shapes, x, y, point, area)]

    def _tree_of(self, number: int) -> tuple[int, Shapes, shapely.STRtree]:
        """Return where a layer begins in `areas`, its shapes and their search tree."""
        found = self._trees.get(number)
        if found is None:
            low, high = np.searchsorted(self._layer_of, [number, number + 1]).tolist()
            shapes = self.shapes[low:high]
            found = self._trees[number] = (low, shapes, shapely.STRtree(shapes))
        return found

    def _table_of(self, number: int, *, build: bool) -> CellTable | None:
        found = self._tables.get(number)
        if found is None and build:
            with self._lock:
                found = self._tables.get(number)
                if found is None:
                    _, shapes, tree = self._tree_of(number)
                    found = self._tables[number] = cell_table(shapes, tree)
        return found

    def _layers_below(self) -> tuple[NDArray[np.uint64], list[int]]:
        """Return for each area, as bits, the layers that have areas anywhere under it."""
        place_of = {area.id: place for place, area in enumerate(self.areas)}
        bits = [0] * len(self.areas)
        # Fine layers come last, so that parents gather what their children have gathered.
        for place in range(len(self.areas) - 1, -1, -1):
            above = place_of.get(self.areas[place].parent_id or -1)
            if above is not None:
                bits[above] |= bits[place] | 1 << self._layer_list[place]
        return np.array(bits, np.uint64), bits

    def _overlaps(
        self, first: Mapping[int, int], doubled: Sequence[int], lon: float, lat: float
    ) -> int:
        """Return, as bits, the layers whose areas overlap at a point (not merely touch)."""
        bits = 0
        for place in doubled:
            number = self._layer_list[place]
            pair = self.shapes[[place, first[number]]]
            if shapely.contains_xy(pair, lon, lat).any():
                bits |= 1 << number
        return bits

    def _location(self, first: Mapping[int, int], overlaps: int) -> Location:
        layers = self.city.layers
        areas = {}
        smallest = None
        covered = below = 0
        for number, place in first.items():
            area = areas[layers[number].code] = self.areas[place]
            covered |= 1 << number
            if self._administrative[number]:
                smallest = area
                below |= self._below_list[place]
        gaps = below & ~covered & self._administrative_bits
        flags = _flags(gaps, overlaps, layers) if gaps or overlaps else ()
        return Location(areas, smallest, smallest.area_class if smallest else "", flags)


@dataclass(slots=True)
class _Found:
    """What one chunk of points met; positions in `MapOfDay.areas`."""

    by_layer: dict[str, Ints]
    smallest: Ints
    gaps: NDArray[np.uint64]
    overlaps: NDArray[np.uint64]
    outside: NDArray[np.bool_]
    nowhere: NDArray[np.bool_]

    @classmethod
    def none(cls, size: int, nowhere: NDArray[np.bool_]) -> "_Found":
        """Return the answer before anything was found."""
        zeros = np.zeros(size, np.uint64)
        return cls({}, np.full(size, -1, np.int64), zeros, zeros.copy(), ~nowhere, nowhere)


def is_position(lon: float, lat: float) -> bool:
    """Return whether this can be a position: finite, on the globe, and not exactly 0, 0."""
    return (
        math.isfinite(lon)
        and math.isfinite(lat)
        and abs(lon) <= EAST_MOST
        and abs(lat) <= NORTH_MOST
        and not (lon == 0 and lat == 0)
    )


def _prepare(shapes: Shapes) -> None:
    """Prepare shapes for many questions, and build their inner indexes now.

    They would otherwise be built at the first question, and two threads may ask at once.
    """
    shapely.prepare(shapes)
    if len(shapes):
        west, south, east, north = shapely.bounds(shapes).T
        shapely.intersects_xy(shapes, (west + east) / 2, (south + north) / 2)


def _doubled(shapes: Shapes, lon: Floats, lat: Floats, point: Ints, area: Ints) -> Ints:
    """Return the points that lie in several areas and inside at least one of them."""
    if not point.size:
        return point
    several = np.bincount(point)[point] > 1
    point, area = point[several], area[several]
    inside = shapely.contains_xy(shapes[area], lon[point], lat[point])
    return np.unique(point[inside])


def _flags(gaps: int, overlaps: int, layers: Sequence[LayerView]) -> tuple[str, ...]:
    told = [f"gap:{layer.code}" for place, layer in enumerate(layers) if gaps >> place & 1]
    told += [f"overlap:{layer.code}" for place, layer in enumerate(layers) if overlaps >> place & 1]
    return tuple(told)


def _flag_codes(
    found: _Found, sets: dict[tuple[str, ...], int], layers: Sequence[LayerView]
) -> NDArray[np.int32]:
    """Return each point's position in `sets`, adding the combinations that are new."""
    codes = np.zeros(found.smallest.size, np.int32)
    codes[found.nowhere] = (
        sets.setdefault(("no_position",), len(sets)) if found.nowhere.any() else 0
    )
    codes[found.outside] = sets.setdefault(("outside",), len(sets)) if found.outside.any() else 0
    marked = np.flatnonzero(found.gaps | found.overlaps)
    if marked.size:
        pairs = np.stack([found.gaps[marked], found.overlaps[marked]], axis=1)
        kinds, place = np.unique(pairs, axis=0, return_inverse=True)
        numbers = [
            sets.setdefault(_flags(gaps, overlaps, layers), len(sets))
            for gaps, overlaps in kinds.tolist()
        ]
        codes[marked] = np.array(numbers, np.int32)[place.ravel()]
    return codes
