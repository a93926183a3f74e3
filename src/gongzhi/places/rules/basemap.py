"""The base map: the city's own layers as vector tiles, drawn from the map in memory."""

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gongzhi.kernel.nearness import EQUATOR_M
from gongzhi.kernel.tiles import (
    EXTENT,
    PIXEL,
    Feature,
    Tags,
    Tile,
    degrees_of,
    drawn,
    encode,
    lines,
    points,
    polygons,
    world,
)

from .citymap import AreaView, LayerView, MapOfDay
from .showing import (
    GREATEST_PX,
    LEAST_PX,
    NAMED_PX,
    NAMED_ROAD_PX,
    ShownAs,
    least_zoom,
    look_of,
    pixels,
    sizes,
    spine,
    widths,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

SHARP_ZOOM = 16  # from here on nothing is simplified
MAJOR_M, MINOR_M = 24.0, 11.0  # metres; the width of a main road, and below which it is a lane
SURFACES = (ShownAs.WATER, ShownAs.GREEN, ShownAs.PLOT, ShownAs.BUILDING, ShownAs.ROAD)


@dataclass(frozen=True, slots=True)
class Extent:
    """What of the world the map shows.

    Attributes:
        west, south, east, north: degrees, WGS 84.
        min_zoom: the zoom at which the whole city is a few fingers wide.
    """

    west: float
    south: float
    east: float
    north: float
    min_zoom: int

    @property
    def centre(self) -> tuple[float, float]:
        """Return longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


class _Face:
    """One layer as maps show it.

    Attributes:
        size: (n,) how large each area is, for roads how wide; share of the world's width.
    """

    def __init__(self, layer: LayerView, areas: tuple[AreaView, ...], shapes: Shapes) -> None:
        self.layer = layer
        self.areas = areas
        self.shapes: Shapes = shapely.transform(shapes, world)
        self.look = look_of(layer, self.shapes)
        self.size = widths(self.shapes) if self.look is ShownAs.ROAD else sizes(self.shapes)
        self.tree = shapely.STRtree(self.shapes)
        middles = shapely.get_coordinates(shapely.point_on_surface(self.shapes))
        centres = shapely.get_coordinates(shapely.centroid(self.shapes))
        inside = shapely.contains_xy(self.shapes, centres[:, 0], centres[:, 1])
        self.spots: Floats = np.where(inside[:, None], centres, middles)
        self.shown_from = self._shown_from()
        self._spines: dict[int, shapely.Geometry] = {}

    def _shown_from(self) -> int:
        if self.layer.shown_from is not None:
            return self.layer.shown_from
        if self.look is not ShownAs.BOUNDARY or not len(self.shapes):
            return 0
        return least_zoom(float(np.median(self.size)), LEAST_PX[self.look])

    def in_tile(self, tile: Tile) -> Ints:
        """Return the areas that this tile shows, ascending; none below the layer's zoom."""
        if self.look is ShownAs.HIDDEN or tile.z < self.shown_from:
            return np.zeros(0, np.int64)
        near: Ints = np.sort(self.tree.query(shapely.box(*tile.box())))
        if self.look is ShownAs.BOUNDARY:
            return near
        return near[pixels(self.size[near], tile.z) >= LEAST_PX[self.look]]

    def spine(self, place: int) -> shapely.Geometry:
        """Return the line on which the name of a road is written; found once."""
        if place not in self._spines:
            self._spines[place] = spine(self.shapes[place])
        return self._spines[place]


class BaseMap:
    """The base map of one day.

    Immutable in effect and shared by threads: what is built late is built under a lock.
    """

    FORMAT = 1  # to be raised when tiles of the same map change

    def __init__(self, day: MapOfDay) -> None:
        self._day = day
        self._lock = threading.Lock()
        self._built: tuple[_Face, ...] | None = None
        self._land: Shapes = np.zeros(0, object)

    def tile(self, tile: Tile) -> bytes:
        """Return a vector tile.

        Its layers: `land`, `water`, `green`, `plot`, `building` and `road` are polygons,
        `boundary` lines, `label` points, `road_label` lines.
        """
        faces = self._faces()
        layers: dict[str, list[Feature]] = {"land": list(self._ground(tile))}
        for look in SURFACES:
            layers[look] = [
                one for face in faces if face.look is look for one in _surfaces(face, tile)
            ]
        outlines = [face for face in faces if face.look is ShownAs.BOUNDARY]
        layers["boundary"] = [one for face in outlines for one in _outlines(face, tile)]
        layers["road_label"] = [
            one for face in faces if face.look is ShownAs.ROAD for one in _road_names(face, tile)
        ]
        layers["label"] = [
            one for face in faces if face.look is not ShownAs.ROAD for one in _names(face, tile)
        ]
        return encode(layers)

    def extent(self) -> Extent | None:
        """Return what the map shows; None while nothing is drawn."""
        shown = [face.shapes for face in self._faces() if len(face.shapes)]
        if not shown:
            return None
        west, top, east, bottom = shapely.total_bounds(np.concatenate(shown)).tolist()
        low, high = degrees_of(np.array([[west, bottom], [east, top]])).tolist()
        zoom = least_zoom(max(east - west, bottom - top), 160.0)
        return Extent(low[0], low[1], high[0], high[1], zoom)

    def looks(self) -> tuple[tuple[LayerView, ShownAs, int], ...]:
        """Return the layers that maps show, as what, and from which zoom."""
        return tuple((face.layer, face.look, face.shown_from) for face in self._faces())

    def _faces(self) -> tuple[_Face, ...]:
        if self._built is None:
            with self._lock:
                if self._built is None:
                    faces = tuple(self._made())
                    self._land = _land(faces)
                    self._built = faces
        return self._built

    def _made(self) -> Iterator[_Face]:
        places = [area.layer for area in self._day.areas]
        for layer in self._day.city.layers:
            mine = np.array([n for n, code in enumerate(places) if code == layer.code], np.int64)
            if layer.shown_as == ShownAs.HIDDEN or not mine.size:
                continue
            areas = tuple(self._day.areas[place] for place in mine.tolist())
            face = _Face(layer, areas, self._day.shapes[mine])
            if face.look is not ShownAs.HIDDEN:
                yield face

    def _ground(self, tile: Tile) -> Iterator[Feature]:
        for shape in drawn(tile, self._land, simplest=_simplest(tile)).tolist():
            feature = polygons(shape, {})
            if feature is not None:
                yield feature


def _land(faces: tuple[_Face, ...]) -> Shapes:
    """Return the ground of the city: the coarsest administrative areas as one."""
    coarsest = next((face for face in faces if face.layer.is_administrative), None)
    if coarsest is None:
        return np.zeros(0, object)
    return np.array([shapely.union_all(coarsest.shapes)], object)


def _simplest(tile: Tile) -> float:
    return 0.0 if tile.z >= SHARP_ZOOM else PIXEL / 2


def _surfaces(face: _Face, tile: Tile) -> Iterator[Feature]:
    places = face.in_tile(tile)
    shapes = drawn(tile, face.shapes[places], simplest=_simplest(tile))
    for place, shape in zip(places.tolist(), shapes.tolist(), strict=True):
        feature = polygons(shape, _tags(face, place, tile), key=face.areas[place].id)
        if feature is not None:
            yield feature


def _tags(face: _Face, place: int, tile: Tile) -> Tags:
    if face.look is not ShownAs.ROAD:
        return {"layer": face.layer.code}
    width = float(face.size[place]) * _world_m(tile)
    return {"layer": face.layer.code, "class": _class(width), "width": round(width)}


def _class(width_m: float) -> str:
    if width_m >= MAJOR_M:
        return "major"
    return "medium" if width_m >= MINOR_M else "minor"


def _world_m(tile: Tile) -> float:
    """Return how many metres wide the world is at the latitude of a tile."""
    middle = np.array([[0.5, (tile.y + 0.5) / (1 << tile.z)]])
    return EQUATOR_M * math.cos(math.radians(float(degrees_of(middle)[0, 1])))


def _outlines(face: _Face, tile: Tile) -> Iterator[Feature]:
    """Return the borders of a layer, each once, though two areas share it."""
    places = face.in_tile(tile)
    if not places.size:
        return
    borders = drawn(tile, shapely.boundary(face.shapes[places]), simplest=_simplest(tile))
    joined = shapely.line_merge(shapely.union_all(borders, grid_size=1.0))
    tags: Tags = {"layer": face.layer.code, "level": face.layer.level, "rank": face.layer.rank}
    feature = lines(joined, tags)
    if feature is not None:
        yield feature


def _names(face: _Face, tile: Tile) -> Iterator[Feature]:
    """Return the names of areas that are large enough to bear one, each in one tile only."""
    places = face.in_tile(tile)
    large = pixels(face.size[places], tile.z)
    places = places[(large >= NAMED_PX[face.look]) & (large <= GREATEST_PX)]
    spots = np.floor(tile.units(face.spots[places]))
    mine = ((spots >= 0) & (spots < EXTENT)).all(axis=1)
    for place, (x, y) in zip(places[mine].tolist(), spots[mine].tolist(), strict=True):
        area = face.areas[place]
        tags = {
            "name": area.name,
            "name_en": area.name_en or area.name,
            "kind": face.look.value,
            "layer": face.layer.code,
            "level": face.layer.level,
            "rank": face.layer.rank,
        }
        yield points([(int(x), int(y))], tags, key=area.id)


def _road_names(face: _Face, tile: Tile) -> Iterator[Feature]:
    """Return the lines on which the names of roads are written."""
    places = face.in_tile(tile)
    wide = pixels(face.size[places], tile.z) >= NAMED_ROAD_PX
    places = places[wide]
    lengths = shapely.length(face.shapes[places]) / 2
    places = places[pixels(lengths, tile.z) >= NAMED_PX[ShownAs.ROAD]]
    shapes = np.array([face.spine(place) for place in places.tolist()], object)
    cut = drawn(tile, shapes, simplest=PIXEL / 2)
    for place, shape in zip(places.tolist(), cut.tolist(), strict=True):
        area = face.areas[place]
        width = float(face.size[place]) * _world_m(tile)
        tags = {
            "name": area.name,
            "name_en": area.name_en or area.name,
            "class": _class(width),
            "width": round(width),
        }
        feature = lines(shape, tags, key=area.id)
        if feature is not None:
            yield feature
