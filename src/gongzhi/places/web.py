"""Maps for browsers: the base map in tiles, outlines, what the map shows, places by name."""

import gzip
import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

import shapely
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gongzhi.kernel.coordinates import BadPosition, check_position
from gongzhi.kernel.tiles import Tile
from gongzhi.webkit.middleware import wants_json
from gongzhi.webkit.pages import Input, asked
from gongzhi.webkit.reading import named

from . import queries
from .queries import FoundPlace
from .rules.names import LONGEST

TILE_TYPE = "application/vnd.mapbox-vector-tile"
KEPT = 300  # seconds; an address that names the revision is kept for good
MOST = 10  # places found
_DECIMALS = 6  # of a degree: a tenth of a metre
DEEPEST = 16
"""Tiles beyond are the same, larger: a unit of these is 13 cm on the ground."""


@require_safe
def base_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """GET — a tile of the base map, from memory."""
    at = timezone.now()
    tile = Tile(z, x, y)
    tag = queries.base_tag(at=at)
    packs = re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")) is not None
    etag = quote_etag(f"{tag}.{z}.{x}.{y}{'.gz' if packs else ''}")
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        content = queries.base_tile(tile, at=at)
        answer = HttpResponse(
            content if packs else gzip.decompress(content), content_type=TILE_TYPE
        )
        if packs:
            answer["Content-Encoding"] = "gzip"
    answer["ETag"] = etag
    named = request.GET.get("v") == tag
    answer["Cache-Control"] = (
        "public, max-age=31536000, immutable" if named else f"public, max-age={KEPT}"
    )
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


@require_safe
def info(request: HttpRequest) -> HttpResponse:
    """GET — what the base map shows, and where its tiles are."""
    at = timezone.now()
    extent = queries.map_extent(at=at)
    shown = {
        "bounds": [extent.west, extent.south, extent.east, extent.north] if extent else None,
        "centre": list(extent.centre) if extent else None,
        "min_zoom": extent.min_zoom if extent else 0,
        "max_zoom": DEEPEST,
        "tiles": f"/map/base/{{z}}/{{x}}/{{y}}.pbf?v={queries.base_tag(at=at)}",
        "languages": [code for code, _name in settings.LANGUAGES],
        "attribution": _("Map: the city's own layers"),
        "layers": [
            {
                "code": layer.code,
                "name": layer.name,
                "name_en": layer.name_en,
                "level": layer.level,
                "rank": layer.rank,
                "shown_as": look.value,
                "shown_from": zoom,
            }
            for layer, look, zoom in queries.shown_layers(at=at)
        ],
    }
    return _json(shown)


@require_safe
def area(request: HttpRequest, area_id: int) -> HttpResponse:
    """GET — the outline of one area as GeoJSON."""
    found = queries.area(area_id)
    shape = shapely.set_precision(queries.outline(area_id), 1e-6)
    shown = {
        "type": "Feature",
        "id": found.id,
        "bbox": list(shape.bounds),
        "geometry": json.loads(shapely.to_geojson(shape)),
        "properties": {
            "layer": found.layer,
            "code": found.code,
            "name": found.name,
            "name_en": found.name_en,
        },
    }
    return _json(shown, kind="application/geo+json")


@dataclass(frozen=True, slots=True)
class Found:
    """A place that was found, as pages and programs are told of it."""

    kind: str
    kind_name: str
    name: str
    area: str
    longitude: float
    latitude: float
    code: str
    report: str


@vary_on_headers("Accept")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET — places by any part of their name: a page with links to report there, or JSON."""
    text = asked(request.GET, "q", longest=LONGEST)
    found = [
        _found(one)
        for one in queries.find_places(text, at=timezone.now(), near=_near(request), limit=MOST)
    ]
    if wants_json(request):
        answer = _json([asdict(one) for one in found])
        answer["Cache-Control"] = "private, max-age=60"
        return answer
    return render(request, "places/search.html", {"text": text, "found": found, "q": _input(text)})


def _near(request: HttpRequest) -> tuple[float, float] | None:
    """Return where the reader is, longitude and latitude; None where the address says nonsense."""
    try:
        longitude, latitude = map(float, asked(request.GET, "near").split(","))
        check_position(longitude, latitude)
    except (ValueError, BadPosition):
        return None
    return longitude, latitude


def _found(one: FoundPlace) -> Found:
    kinds = {"facility": _("Facility"), "code": _("Service code")}
    name = named(one)
    around = [named(area) for area in one.areas if area.level]
    longitude, latitude = round(one.longitude, _DECIMALS), round(one.latitude, _DECIMALS)
    given = {"longitude": longitude, "latitude": latitude, "located": 1, "address": name}
    return Found(
        kind=one.kind,
        kind_name=named(one.layer) if one.layer else kinds[one.kind],
        name=name,
        area=" · ".join(around),
        longitude=longitude,
        latitude=latitude,
        code=one.code,
        report=f"{reverse('report')}?{urlencode(given)}",
    )


def _input(text: str) -> Input:
    hint = _("A road, a courtyard, an area, a facility, or the code on a plate.")
    return Input("q", "q", "search", _("Name of the place"), text, hint=hint)


def _json(shown: object, *, kind: str = "application/json") -> HttpResponse:
    answer = JsonResponse(shown, safe=False, json_dumps_params={"ensure_ascii": False})
    answer["Content-Type"] = kind
    answer["Cache-Control"] = f"public, max-age={KEPT}"
    return answer


urlpatterns = [
    path("map/base/<int:z>/<int:x>/<int:y>.pbf", base_tile, name="base-tile"),
    path("map/info.json", info, name="map-info"),
    path("places/search", search, name="place-search"),
    path("map/areas/<int:area_id>.geojson", area, name="area-outline"),
]
