"""Where things are: points in areas, areas in their tree, facilities near a point."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import numpy as np
import shapely
from django.db.models import Q
from numpy.typing import NDArray

from gongzhi.kernel.nearness import metres_between, ranges_around

from .. import access
from ..models import Facility
from ..rules import (
    AreaView,
    CityMap,
    LayerView,
    LocatedMany,
    Location,
    NoSuchArea,
    NoSuchFacility,
    path_range,
)


@dataclass(frozen=True, slots=True)
class FacilityView:
    """A facility with its three bodies, as ids of organisations."""

    id: int
    code: str
    category_code: str
    name: str
    name_en: str
    longitude: float
    latitude: float
    area_id: int | None
    competent_id: int | None
    owner_id: int | None
    maintainer_id: int | None
    condition: str


_FACILITY_FIELDS = (
    "id",
    "code",
    "category_code",
    "name",
    "name_en",
    "longitude",
    "latitude",
    "area_id",
    "competent_id",
    "owner_id",
    "maintainer_id",
    "condition",
)


def the_map() -> CityMap:
    """Return the whole map, to be asked many times without a statement.

    One statement.  What is returned does not change any more: fetch it anew for
    each request or batch.  `the_map().as_of(day)` answers for one day.
    """
    return access.THE_MAP.get()


def locate(lon: float, lat: float, *, at: datetime) -> Location:
    """Return the area of every layer that a point lies in on the day of `at`.

    One statement when the map is warm.

    Args:
        lon: degrees east, WGS 84.
        lat: degrees north, WGS 84.
        at: the moment of the question; an aware datetime.

    Returns:
        A point that is none (not a number, beyond the globe, 0 and 0) has the flag
        `no_position`; a point in no area `outside`.
    """
    return the_map().locate(lon, lat, on=access.day_of(at))


def locate_many(lon: NDArray[np.float64], lat: NDArray[np.float64], *, at: datetime) -> LocatedMany:
    """Return where many points lie on the day of `at`, in all layers.

    One statement when the map is warm; working memory does not grow with the points.

    Args:
        lon: (n,) degrees east, WGS 84.
        lat: (n,) degrees north, WGS 84.
        at: the moment of the question; an aware datetime.
    """
    return the_map().locate_many(lon, lat, on=access.day_of(at))


def layers() -> tuple[LayerView, ...]:
    """Return all layers, coarse to fine."""
    return the_map().layers


def area(area_id: int) -> AreaView:
    """Return an area by its key, whether or not it is still valid.

    Raises:
        NoSuchArea: there is none.
    """
    found = the_map().find(area_id)
    if found is None:
        raise NoSuchArea(layer="", code=area_id)
    return found


def areas(ids: Iterable[int]) -> dict[int, AreaView]:
    """Return the areas with these keys; unknown keys are left out."""
    city = the_map()
    return {key: found for key in ids if (found := city.find(key))}


def ancestors(area_id: int) -> tuple[AreaView, ...]:
    """Return the area and those above it, itself first; empty if there is no such area."""
    return the_map().ancestors(area_id)


def areas_by_code(layer: str, *, at: datetime | None = None) -> dict[str, AreaView]:
    """Return the areas of a layer by code, in the order of codes.

    Args:
        layer: the code of the layer.
        at: only areas valid then; absent: past and future ones too.
    """
    city = the_map()
    pool = city.areas if at is None else city.as_of(access.day_of(at)).areas
    found = {one.code: one for one in pool if one.layer == layer}
    return dict(sorted(found.items()))


def area_by_code(layer: str, code: str) -> AreaView:
    """Return an area by layer and code.

    Raises:
        NoSuchArea: there is none.
    """
    found = areas_by_code(layer).get(code)
    if found is None:
        raise NoSuchArea(layer=layer, code=code)
    return found


def path_of_code(code: str) -> str | None:
    """Return the path of the coarsest administrative area with this code; None for none.

    The organisation chart names the areas of a body by their codes; see the setting
    `SCOPE_RESOLVER`.
    """
    for layer in layers():
        found = areas_by_code(layer.code).get(code) if layer.is_administrative else None
        if found is not None:
            return found.path
    return None


def area_tree(
    path: str = "", *, at: datetime, layers: Iterable[str] | None = None
) -> tuple[AreaView, ...]:
    """Return the areas under a path, itself included, in the order of the tree.

    Args:
        path: the path of an area; blank for the whole city.
        at: only areas valid on that day.
        layers: only these layers; absent: all of the administrative tree.
    """
    city = the_map()
    if layers is None:
        layers = (layer.code for layer in city.layers if layer.is_administrative)
    wanted = frozenset(layers)
    low, high = path_range(path)
    pool = city.as_of(access.day_of(at)).areas
    found = [one for one in pool if one.layer in wanted and low <= one.path < high]
    return tuple(sorted(found, key=lambda one: one.path))


def children_of(area_id: int | None, *, at: datetime) -> tuple[AreaView, ...]:
    """Return the administrative areas right under one, by code; of nothing, the roots."""
    found = [one for one in area_tree(at=at) if one.parent_id == area_id]
    return tuple(sorted(found, key=lambda one: one.code))


def shape_of(area_id: int) -> shapely.Geometry:
    """Return the polygon of an area, longitude and latitude in degrees, WGS 84.

    Raises:
        NoSuchArea: there is no such area.
    """
    city = the_map()
    if city.find(area_id) is None:
        raise NoSuchArea(layer="", code=area_id)
    return city.shape(area_id)


def facility(code: str) -> FacilityView:
    """Return a facility by its code.

    Raises:
        NoSuchFacility: there is none.
    """
    row = Facility.objects.filter(code=code).values_list(*_FACILITY_FIELDS).first()
    if row is None:
        raise NoSuchFacility(code=code)
    return FacilityView(*row)


def facilities_by_code(codes: Iterable[str]) -> Mapping[str, FacilityView]:
    """Return facilities by code; unknown codes are left out.  One statement."""
    rows = Facility.objects.filter(code__in=list(codes)).values_list(*_FACILITY_FIELDS)
    return {row[1]: FacilityView(*row) for row in rows}


def facility_near(
    lon: float, lat: float, *, category_code: str, within_m: float, at: datetime
) -> FacilityView | None:
    """Return the nearest facility of a category, or nothing.  One statement.

    Args:
        lon: degrees east, WGS 84.
        lat: degrees north, WGS 84.
        category_code: the category, exactly.
        within_m: the greatest distance, in metres.
        at: only facilities that stand on that day.
    """
    day = access.day_of(at)
    tiles = ranges_around(lon, lat, radius_m=within_m)
    rows = Facility.objects.filter(
        reduce(or_, (Q(quadkey__gte=low, quadkey__lt=high) for low, high in tiles)),
        Q(starts_on=None) | Q(starts_on__lte=day),
        Q(ends_on=None) | Q(ends_on__gte=day),
        category_code=category_code,
    )
    near = [FacilityView(*row) for row in rows.values_list(*_FACILITY_FIELDS)]
    ranked = [
        (metres_between(lon, lat, one.longitude, one.latitude), one.code, one) for one in near
    ]
    distance, _, nearest = min(ranked, default=(math.inf, "", None), key=lambda one: one[:2])
    return nearest if distance <= within_m else None
