"""Finding places by what people call them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gongzhi.webkit.revisions import steady

from .. import access
from ..rules import AreaView, CodeRetired, LayerView, NoSuchCode
from ..rules.codes import looks_like_code
from ..rules.names import folded
from .codes import service_code
from .locating import the_map

FACILITY, CODE = "facility", "code"


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place that a name was found for.

    Attributes:
        kind: the code of a layer, `facility`, or `code` for a service code.
        layer: of an area; None for the others.
        name: what people read; name_en may be blank.
        areas: the administrative areas around it, coarse to fine, without itself.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        code: of the area, the facility or the plate.
    """

    kind: str
    layer: LayerView | None
    name: str
    name_en: str
    areas: tuple[AreaView, ...]
    longitude: float
    latitude: float
    code: str


@steady()
def find_places(
    text: str, *, at: datetime, near: tuple[float, float] | None = None, limit: int = 10
) -> tuple[FoundPlace, ...]:
    """Return the places that people may mean, the likeliest first.

    Areas of every layer, roads among them, facilities and service codes: by any part of the name,
    in either language. A whole name comes before its beginning, and that before the rest; of
    these, areas that maps do not show come last, the nearer come first.

    At most three statements, one when the map is warm and no code was typed.

    Args:
        text: as typed; blank finds nothing.
        at: only what stands on that day.
        near: degrees east and north, WGS 84; absent: shorter names first.
        limit: the most to return.
    """
    coded = tuple(_coded(text, at)) if looks_like_code(text) else ()
    if not folded(text):
        return ()
    day = access.day_of(at).toordinal()
    areas, facilities = access.AREA_NAMES.get(), access.FACILITY_NAMES.get()
    in_areas = areas.names.find(text, day=day, near=near, limit=limit)
    in_facilities = facilities.names.find(text, day=day, near=near, limit=limit)
    ranked = [
        (tier, 0, number, place)
        for number, (tier, place) in enumerate(
            zip(in_areas.tiers.tolist(), in_areas.places.tolist(), strict=True)
        )
    ] + [
        (tier, 1, number, place)
        for number, (tier, place) in enumerate(
            zip(in_facilities.tiers.tolist(), in_facilities.places.tolist(), strict=True)
        )
    ]
    found = [
        _facility(facilities, place, at) if is_facility else _area(areas, place, at)
        for _tier, is_facility, _number, place in sorted(ranked)[:limit]
    ]
    return (*coded, *found)[:limit]


def _area(names: access.AreaNames, place: int, at: datetime) -> FoundPlace:
    area = names.areas[place]
    longitude, latitude = names.spots[place].tolist()
    around = tuple(one for one in _around(longitude, latitude, at) if one.id != area.id)
    layer = the_map().layers_by_code[area.layer]
    return FoundPlace(
        area.layer, layer, area.name, area.name_en, around, longitude, latitude, area.code
    )


def _facility(names: access.FacilityNames, place: int, at: datetime) -> FoundPlace:
    code, name, name_en, longitude, latitude = names.rows[place]
    around = _around(longitude, latitude, at)
    return FoundPlace(FACILITY, None, name or code, name_en, around, longitude, latitude, code)


def _coded(text: str, at: datetime) -> Iterator[FoundPlace]:
    try:
        found = service_code(text, at=at)
    except (NoSuchCode, CodeRetired):
        return
    yield FoundPlace(
        CODE, None, found.name, found.name_en, found.areas, found.longitude, found.latitude,
        found.code,
    )  # fmt: skip


def _around(longitude: float, latitude: float, at: datetime) -> tuple[AreaView, ...]:
    """Return the administrative areas of a position, coarse to fine."""
    city = the_map()
    smallest = city.locate(longitude, latitude, on=access.day_of(at)).smallest
    return tuple(reversed(city.ancestors(smallest.id))) if smallest else ()
