"""The map in this process, and fetching rows for change."""

import gzip
import threading
from collections import OrderedDict
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from numpy.typing import NDArray

from gongzhi.accounts.rules import Actor, Role
from gongzhi.kernel.tiles import Tile
from gongzhi.webkit.revisions import Remembered, current

from .models import Area, Facility, Layer, ServiceCode
from .rules import (
    AreaView,
    CityMap,
    LayerView,
    NoSuchArea,
    NoSuchCode,
    NoSuchFacility,
    NoSuchLayer,
)
from .rules.basemap import BaseMap
from .rules.citymap import FOREVER
from .rules.names import NameIndex
from .rules.refusals import NotMapKeeper
from .rules.showing import ShownAs

REVISION = "places"
FACILITIES = "facilities"
SHELF_BYTES = 32_000_000  # of drawn tiles in one process
SHELF_ENTRY = 300  # bytes beside the content of one
KEEPERS = (Role.MAP_KEEPER, Role.SYSTEM_ADMIN, Role.SYSTEM)
_AREA_FIELDS = (
    "id",
    "layer_id",
    "code",
    "name",
    "name_en",
    "parent_id",
    "path",
    "area_class",
    "starts_on",
    "ends_on",
    "shape",
)


def day_of(at: datetime) -> date:
    """Return the city's calendar day of a moment."""
    return timezone.localtime(at).date()


def require_map_keeper(by: Actor) -> None:
    """Refuse whoever may not draw on the map.

    Raises:
        NotMapKeeper: `by` is neither a keeper of the map, nor the system or its administrator.
    """
    if not by.has(*KEEPERS):
        raise NotMapKeeper(role=by.role)


def load_map() -> CityMap:
    """Read all layers and areas; two statements."""
    layers = {layer.id: layer for layer in load_layers()}
    rows = list(Area.objects.order_by("id").values_list(*_AREA_FIELDS))
    shapes = shapely.from_wkb(np.array([bytes(row[-1]) for row in rows], object))
    classes = _classes({row[0]: (row[5], row[7]) for row in rows})
    areas = [_view(row, layers[row[1]], classes[row[0]]) for row in rows]
    starts = np.array([row[8].toordinal() if row[8] else 0 for row in rows], np.int64)
    ends = np.array([row[9].toordinal() if row[9] else FOREVER for row in rows], np.int64)
    return CityMap(layers.values(), areas, shapes, starts, ends)


def _view(row: tuple[Any, ...], layer: LayerView, area_class: str) -> AreaView:
    return AreaView._make((row[0], layer.code, *row[2:7], area_class, layer.level))


def load_layers() -> tuple[LayerView, ...]:
    """Return all layers, coarse to fine; one statement."""
    rows = Layer.objects.order_by("rank", "code").values_list(*LayerView._fields)
    return tuple(LayerView(*row) for row in rows)


def _classes(above: dict[int, tuple[int | None, str]]) -> dict[int, str]:
    """Return each area's class: its own, or that of its nearest ancestor which has one."""
    known: dict[int, str] = {}
    for key in above:
        line = []
        step: int | None = key
        while step is not None and step not in known and not above[step][1]:
            line.append(step)
            step = above[step][0]
        found = "" if step is None else known.get(step) or above[step][1]
        known.update(dict.fromkeys([*line, key], found))
    return known


THE_MAP: Remembered[CityMap] = Remembered(REVISION, load_map)


class BaseMaps:
    """The base map of one revision, day by day, with the tiles drawn last."""

    def __init__(self) -> None:
        self.number = current(REVISION)
        self._city = THE_MAP.get()
        self._days: dict[int, BaseMap] = {}
        self._tiles: OrderedDict[tuple[int, Tile], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def tag(self, on: date) -> str:
        """Return what changes whenever a tile might look different."""
        return f"{self.number:x}.{self._city.epoch_of(on)}.{BaseMap.FORMAT}"

    def of(self, on: date) -> BaseMap:
        """Return the base map of a day."""
        epoch = self._city.epoch_of(on)
        with self._lock:
            if epoch not in self._days:
                self._days = {epoch: BaseMap(self._city.as_of(on))}  # today's is what is asked
            return self._days[epoch]

    def tile(self, tile: Tile, on: date) -> bytes:
        """Return a tile, packed with gzip, from the shelf or drawn now."""
        key = (self._city.epoch_of(on), tile)
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        content = gzip.compress(self.of(on).tile(tile), 6, mtime=0)
        with self._lock:
            if key not in self._tiles:
                self._tiles[key] = content
                self._size += len(content) + SHELF_ENTRY
            while self._size > SHELF_BYTES:
                _, old = self._tiles.popitem(last=False)
                self._size -= len(old) + SHELF_ENTRY
        return content


BASE: Remembered[BaseMaps] = Remembered(REVISION, BaseMaps)


class AreaNames(NamedTuple):
    """The names of all areas, with the areas and where their names stand."""

    names: NameIndex
    areas: tuple[AreaView, ...]
    spots: NDArray[np.float64]


def load_area_names() -> AreaNames:
    """Return the names of the areas in memory; those of hidden layers come last.  No statement."""
    city = THE_MAP.get()
    spots = shapely.get_coordinates(shapely.point_on_surface(city.shapes))
    hidden = {layer.code for layer in city.layers if layer.shown_as == ShownAs.HIDDEN}
    index = NameIndex(
        [(area.name, area.name_en) for area in city.areas],
        longitude=spots[:, 0],
        latitude=spots[:, 1],
        order=np.array([area.layer in hidden for area in city.areas], np.int64),
        starts=city.starts,
        ends=city.ends,
    )
    return AreaNames(index, city.areas, spots)


class FacilityNames(NamedTuple):
    """The names and codes of all facilities, with their rows."""

    names: NameIndex
    rows: tuple[tuple[str, str, str, float, float], ...]


def load_facility_names() -> FacilityNames:
    """Read the names and codes of all facilities; one statement."""
    fields = ("code", "name", "name_en", "longitude", "latitude", "starts_on", "ends_on")
    rows = list(Facility.objects.order_by("id").values_list(*fields))
    index = NameIndex(
        [(name, name_en, code) for code, name, name_en, *_ in rows],
        longitude=np.array([row[3] for row in rows], np.float64),
        latitude=np.array([row[4] for row in rows], np.float64),
        order=np.zeros(len(rows), np.int64),
        starts=np.array([row[5].toordinal() if row[5] else 0 for row in rows], np.int64),
        ends=np.array([row[6].toordinal() if row[6] else FOREVER for row in rows], np.int64),
    )
    return FacilityNames(index, tuple(row[:5] for row in rows))


AREA_NAMES: Remembered[AreaNames] = Remembered(REVISION, load_area_names)
FACILITY_NAMES: Remembered[FacilityNames] = Remembered(FACILITIES, load_facility_names)


def layer_by_code(code: str) -> LayerView:
    """Return a layer as the table holds it now.

    Raises:
        NoSuchLayer: there is none of this code.
    """
    layers = {layer.code: layer for layer in load_layers()}
    if code not in layers:
        raise NoSuchLayer(layer=code, known=", ".join(sorted(layers)))
    return layers[code]


def area_for_change(layer: str, code: str) -> Area:
    """Fetch an area and lock it until the transaction ends.

    Raises:
        NoSuchArea: the layer has no area of this code.
    """
    area = Area.objects.select_for_update().filter(layer__code=layer, code=code).first()
    if area is None:
        raise NoSuchArea(layer=layer, code=code)
    return area


def facility_for_change(code: str) -> Facility:
    """Fetch a facility and lock it until the transaction ends.

    Raises:
        NoSuchFacility: there is none of this code.
    """
    facility = Facility.objects.select_for_update().filter(code=code).first()
    if facility is None:
        raise NoSuchFacility(code=code)
    return facility


def codes() -> "QuerySet[ServiceCode]":
    """Return the service codes, each with its facility."""
    return ServiceCode.objects.select_related("facility")


def code_for_change(code: str) -> ServiceCode:
    """Fetch a service code in use and lock it until the transaction ends.

    Raises:
        NoSuchCode: no plate in use bears it.
    """
    row = ServiceCode.objects.select_for_update().filter(code=code, retired_at=None).first()
    if row is None:
        raise NoSuchCode(code=code)
    return row


def set_paths(paths: dict[int, str]) -> None:
    """Write the paths of areas by primary key, in one prepared statement."""
    if not paths:
        return
    table = connection.ops.quote_name(Area._meta.db_table)
    rows = [(path, key) for key, path in paths.items()]
    with connection.cursor() as cursor:
        # The name of the table is ours; both engines know this statement.
        cursor.executemany(f"UPDATE {table} SET path = %s WHERE id = %s", rows)  # noqa: S608


def parents_and_paths() -> list[tuple[int, int | None, str]]:
    """Return key, parent and path of every area; one statement."""
    return list(Area.objects.values_list("id", "parent_id", "path"))
