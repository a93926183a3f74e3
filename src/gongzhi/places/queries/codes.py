"""Service codes: what a plate stands for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Q

from gongzhi.webkit.revisions import steady

from .. import access
from ..models import Facility, ServiceCode
from ..rules import AreaView, CodeForNothing, CodeRetired, NewCode, NoSuchCode
from ..rules.codes import read_code
from .locating import FacilityView, areas_by_code, the_map


@dataclass(frozen=True, slots=True)
class ServiceCodeView:
    """A plate with a service code, and what stands there.

    Attributes:
        name: of the facility, the area or the point; name_en may be blank.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        facility: what it hangs on, if that is a facility.
        area: what it hangs on, if that is an area.
        areas: the administrative areas around it, coarse to fine, without `area`.
    """

    code: str
    name: str
    name_en: str
    longitude: float
    latitude: float
    facility: FacilityView | None
    area: AreaView | None
    areas: tuple[AreaView, ...]


@steady()
def service_code(code: str, *, at: datetime) -> ServiceCodeView:
    """Return what a service code stands for.  At most two statements.

    Args:
        code: as typed: small letters, blanks and hyphens do not matter.
        at: the moment of the question.

    Raises:
        NoSuchCode: no plate bears it, or it was mistyped.
        CodeRetired: the plate is no longer in use.
    """
    plain = read_code(code)
    row = access.codes().filter(code=plain).first() if plain else None
    if row is None:
        raise NoSuchCode(code=code[:20])
    if row.retired_at is not None and row.retired_at <= at:
        raise CodeRetired(code=plain)
    return _view(row, at)


@steady()
def service_codes(codes: Iterable[str], *, at: datetime) -> Mapping[str, ServiceCodeView]:
    """Return what codes stand for, by code; unknown and retired ones are left out.

    Two statements, whatever the number of codes.
    """
    rows = access.codes().filter(code__in=list(codes), retired_at=None)
    return {row.code: _view(row, at) for row in rows}


def plates_of_areas(area_ids: Iterable[int], *, at: datetime) -> Mapping[int, ServiceCodeView]:
    """Return the plates that areas bear, by area; areas without one are left out.

    Two statements, whatever the number of areas.
    """
    rows = access.codes().filter(area_id__in=list(area_ids), retired_at=None)
    return {row.area_id: _view(row, at) for row in rows if row.area_id is not None}


def to_be_coded(
    *, layer: str = "", category: str = "", facilities: Iterable[str] = (), at: datetime
) -> list[NewCode]:
    """Return what plates are wanted for: areas of a layer, facilities of a category, or some.

    At most one statement.

    Args:
        layer: the code of a layer; blank: none.
        category: of facilities; blank: none.
        facilities: codes of facilities.
        at: only what stands on that day.

    Raises:
        NoSuchLayer: there is no such layer.
        CodeForNothing: nothing was named, or none of it stands.
    """
    day = access.day_of(at)
    wanted = [NewCode(facility=code) for code in facilities]
    if layer:
        access.layer_by_code(layer)
        wanted += [NewCode(layer=layer, area=code) for code in areas_by_code(layer, at=at)]
    if category:
        rows = Facility.objects.filter(
            Q(starts_on=None) | Q(starts_on__lte=day),
            Q(ends_on=None) | Q(ends_on__gte=day),
            category_code=category,
        )
        codes = rows.order_by("code").values_list("code", flat=True)
        wanted += [NewCode(facility=code) for code in codes]
    if not wanted:
        raise CodeForNothing
    return wanted


def _view(row: ServiceCode, at: datetime) -> ServiceCodeView:
    city = the_map()
    area = city.find(row.area_id) if row.area_id else None
    facility = _facility(row)
    longitude, latitude = _position(row, area)
    smallest = city.locate(longitude, latitude, on=access.day_of(at)).smallest
    chain = reversed(city.ancestors(smallest.id)) if smallest else ()
    name = area.name if area else (facility.name or facility.code) if facility else row.name
    return ServiceCodeView(
        code=row.code,
        name=name,
        name_en=(area or facility or row).name_en,
        longitude=longitude,
        latitude=latitude,
        facility=facility,
        area=area,
        areas=tuple(one for one in chain if area is None or one.id != area.id),
    )


def _facility(row: ServiceCode) -> FacilityView | None:
    if row.facility is None:
        return None
    known: dict[str, Any] = {name: getattr(row.facility, name) for name in FacilityView.__slots__}
    return FacilityView(**known)


def _position(row: ServiceCode, area: AreaView | None) -> tuple[float, float]:
    if area is not None:
        spot = shapely.point_on_surface(the_map().shape(area.id))
        return spot.x, spot.y
    where = row.facility or row
    return where.longitude or 0.0, where.latitude or 0.0
