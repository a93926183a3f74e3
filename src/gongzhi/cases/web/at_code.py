"""Behind a plate: what stands here, who is responsible, what is open, report."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.places import queries as places
from gongzhi.places.queries import ServiceCodeView
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.reading import named

from ..queries.here import cases_here, stewards_here
from ..queries.whose import WhoseHere, whose_is_it
from .lists import row_of

_DECIMALS = 6  # of a degree: a tenth of a metre


@dataclass(frozen=True, slots=True)
class Place:
    """What stands here, as the page shows it."""

    code: str
    name: str
    kind: str
    area: str
    report: str
    on_map: str


@never_cache
@require_safe
def at_code(request: HttpRequest, code: str) -> HttpResponse:
    """GET — the page of a service code."""
    at = timezone.now()
    found = places.service_code(code, at=at)
    category = found.facility.category_code if found.facility else ""
    whose = whose_is_it(found.longitude, found.latitude, category_code=category, at=at)
    here = cases_here(
        actor_of(request),
        longitude=found.longitude,
        latitude=found.latitude,
        area_id=found.area.id if found.area else None,
        at=at,
    )
    shown = {
        "place": _place(found, category),
        "chain": _chain(whose),
        "explanation": whose.explanation,
        "stewards": stewards_here(found.longitude, found.latitude, at=at),
        "rows": tuple(row_of(line, at=at) for line in here.lines),
        "has_more": here.has_more,
        "at": at,
    }
    return render(request, "cases/at.html", shown)


def _place(found: ServiceCodeView, category: str) -> Place:
    kind = catalogue.book().categories.get(category)
    layer = places.the_map().layers_by_code[found.area.layer] if found.area else None
    name = named(found)
    longitude, latitude = round(found.longitude, _DECIMALS), round(found.latitude, _DECIMALS)
    given = {
        "code": found.code,
        "longitude": longitude,
        "latitude": latitude,
        "located": 1,
        "address": name,
        "category_code": category if kind is not None and kind.is_public else "",
    }
    kept = urlencode({key: value for key, value in given.items() if value != ""})
    return Place(
        code=found.code,
        name=name,
        kind=named(kind) if kind else named(layer) if layer else _("Place"),
        area=" · ".join(named(area) for area in found.areas if area.level),
        report=f"{reverse('report')}?{kept}",
        on_map=f"{reverse('whose')}?{urlencode({'longitude': longitude, 'latitude': latitude})}",
    )


def _chain(whose: WhoseHere) -> tuple[tuple[str, str], ...]:
    return tuple(
        (named(one.organisation), f"{LEVELS.get(one.level, one.level)}") for one in whose.parties
    )
