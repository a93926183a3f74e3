"""How a layer looks on maps: as what, and from which zoom.

Everything is judged by how large it would be on the screen, so that a small town and a large
city both show what can be told apart, whatever their layers are called.
"""

import math
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray

from .citymap import LayerView
from .refusals import BadZoom, UnknownLook

MOST_ZOOM = 22
TILE_PX = 512.0
GREATEST_PX = 1_500.0
"""The name of an area that fills the whole screen is not written into it."""

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


class ShownAs(StrEnum):
    """What a layer is drawn as."""

    BOUNDARY = "boundary"
    WATER = "water"
    GREEN = "green"
    ROAD = "road"
    BUILDING = "building"
    PLOT = "plot"
    HIDDEN = "hidden"


# An area is drawn when its size, or the width of a road, has so many pixels of the screen.
LEAST_PX: Mapping[ShownAs, float] = MappingProxyType(
    {
        ShownAs.BOUNDARY: 24.0,  # the median area of the layer: all or none of them
        ShownAs.WATER: 3.0,
        ShownAs.GREEN: 6.0,
        ShownAs.ROAD: 0.75,
        ShownAs.BUILDING: 6.0,
        ShownAs.PLOT: 16.0,
    }
)
# Its name is written when it has so many; the length and the width of a road.
NAMED_PX: Mapping[ShownAs, float] = MappingProxyType(
    {
        ShownAs.BOUNDARY: 72.0,
        ShownAs.WATER: 40.0,
        ShownAs.GREEN: 56.0,
        ShownAs.ROAD: 90.0,
        ShownAs.BUILDING: 28.0,
        ShownAs.PLOT: 56.0,
    }
)
NAMED_ROAD_PX = 1.5
LONG = 5.0
"""How many times longer than wide most areas of a layer of roads are."""


def check_look(shown_as: str, shown_from: int | None) -> None:
    """Refuse what maps cannot show.

    Raises:
        UnknownLook: `shown_as` is neither blank nor one of `ShownAs`.
        BadZoom: `shown_from` is no zoom.
    """
    if shown_as and shown_as not in set(ShownAs):
        raise UnknownLook(look=shown_as, known=", ".join(sorted(ShownAs)))
    if shown_from is not None and not 0 <= shown_from <= MOST_ZOOM:
        raise BadZoom(zoom=shown_from, most=MOST_ZOOM)


def look_of(layer: LayerView, shapes: Shapes) -> ShownAs:
    """Return how a layer is shown: as it says, or by what it is.

    Administrative layers are boundaries, layers of long shapes roads; others say so or are
    not shown.

    Args:
        layer: the layer.
        shapes: its areas, in any frame of equal scale in both directions.
    """
    if layer.shown_as:
        return ShownAs(layer.shown_as)
    if layer.is_administrative:
        return ShownAs.BOUNDARY
    if len(shapes) and float(np.median(shapely.length(shapes) / 2 / widths(shapes))) > LONG:
        return ShownAs.ROAD
    return ShownAs.HIDDEN


def widths(shapes: Shapes) -> Floats:
    """Return how wide each shape is, were it a rectangle of its area and outline."""
    quarter, area = shapely.length(shapes) / 4, shapely.area(shapes)
    found: Floats = quarter - np.sqrt(np.maximum(quarter**2 - area, 0.0))
    return np.maximum(found, 1e-15)


def sizes(shapes: Shapes) -> Floats:
    """Return the side of a square as large as each shape."""
    found: Floats = np.sqrt(shapely.area(shapes))
    return found


def least_zoom(size: float, px: float) -> int:
    """Return the first zoom at which a size is as many pixels.

    Args:
        size: share of the world's width.
        px: pixels of the screen, 512 to a tile.
    """
    zoom = math.ceil(math.log2(px / (TILE_PX * max(size, 1e-12))))
    return min(max(zoom, 0), MOST_ZOOM)


def pixels(size: Floats, z: int) -> Floats:
    """Return sizes in the world as pixels of the screen at a zoom."""
    found: Floats = size * TILE_PX * (1 << z)
    return found


def spine(shape: shapely.Geometry, cuts: int = 9) -> shapely.Geometry:
    """Return the line along the middle of a long shape, on which its name is written.

    The shape is cut across at even steps along its long axis; the line joins the middles of the
    widest pieces.

    Args:
        shape: a polygon or several, of which the largest counts.
        cuts: how many points the line has.
    """
    parts = shapely.get_parts(shape)
    shape = parts[int(np.argmax(shapely.area(parts)))]
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(corners) < 4:  # noqa: PLR2004 - the box of a sliver is a line
        return shapely.LineString()
    if np.hypot(*(corners[1] - corners[0])) < np.hypot(*(corners[2] - corners[1])):
        corners = corners[1:]
    start, along = corners[0], corners[1] - corners[0]
    across = corners[2] - corners[1]
    steps = np.linspace(0.02, 0.98, cuts)[:, None]
    ends = np.stack([start + along * steps - across, start + along * steps + 2 * across], axis=1)
    pieces = shapely.intersection(shapely.linestrings(ends), shape)
    middles = [middle for piece in pieces if (middle := _middle_of_longest(piece)) is not None]
    return shapely.LineString(middles) if len(middles) > 1 else shapely.LineString()


def _middle_of_longest(piece: shapely.Geometry) -> tuple[float, float] | None:
    parts = [part for part in shapely.get_parts(piece).tolist() if part.length > 0]
    if not parts:
        return None
    middle = max(parts, key=lambda part: part.length).interpolate(0.5, normalized=True)
    return middle.x, middle.y
