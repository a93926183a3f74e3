"""What maps show: the base map in tiles, its extent, the outline of an area."""

from datetime import datetime

import shapely

from gongzhi.kernel.tiles import Tile

from .. import access
from ..rules import LayerView
from ..rules.basemap import Extent
from ..rules.showing import ShownAs
from .locating import shape_of


def base_tag(*, at: datetime) -> str:
    """Return what changes whenever a tile of the base map might look different.

    One statement when the map is warm.
    """
    return access.BASE.get().tag(access.day_of(at))


def base_tile(tile: Tile, *, at: datetime) -> bytes:
    """Return a tile of the base map of the day of `at`, packed with gzip.

    One statement when the map is warm; drawn once in a process as long as the map stays.
    """
    return access.BASE.get().tile(tile, access.day_of(at))


def map_extent(*, at: datetime) -> Extent | None:
    """Return what of the world the base map shows; None while nothing is drawn."""
    return access.BASE.get().of(access.day_of(at)).extent()


def shown_layers(*, at: datetime) -> tuple[tuple[LayerView, ShownAs, int], ...]:
    """Return the layers that the base map shows, as what, and from which zoom."""
    return access.BASE.get().of(access.day_of(at)).looks()


def outline(area_id: int) -> shapely.Geometry:
    """Return the polygon of an area for showing it: within two metres of its course, WGS 84.

    Raises:
        NoSuchArea: there is no such area.
    """
    return shapely.simplify(shape_of(area_id), 0.000_02)
