"""Whose is it here?  As a page, as a part of a page with a map, and for programs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import StandardView
from gongzhi.commitments.web import limit_words
from gongzhi.kernel.refusals import Refusal
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.middleware import wants_json
from gongzhi.webkit.pages import Input, asked, asked_degrees
from gongzhi.webkit.reading import in_chinese, named
from gongzhi.webkit.words import sentence

from ..queries.whose import WhoseHere, whose_is_it
from . import choices

_DECIMALS = 6  # of a degree: a tenth of a metre


@dataclass(frozen=True, slots=True)
class Here:
    """The answer as the page shows it."""

    found: WhoseHere
    place: str
    chain: tuple[tuple[str, str], ...]  # party, level
    limit: str
    condition: str
    closing: str
    report: str  # the address that reports here


@vary_on_headers("Accept")
@require_safe
def whose(request: HttpRequest) -> HttpResponse:
    """GET — who answers at a place for a kind of matter, and by when.

    With `part=1` only the answer, to stand beside a map; JSON for programs that ask for it.
    """
    refusal, here = None, None
    try:
        here = _here(request)
    except Refusal as refused:
        if wants_json(request):
            raise
        refusal = refused
    if here is not None and wants_json(request):
        return JsonResponse(_as_json(here), json_dumps_params={"ensure_ascii": False})
    template = "cases/parts/whose.html" if "part" in request.GET else "cases/whose.html"
    shown = {
        "here": here,
        "trouble": sentence(refusal) if refusal else "",
        "place": _place_inputs(request),
        "kind": _kind_input(request),
        "longitude": asked(request.GET, "longitude"),
        "latitude": asked(request.GET, "latitude"),
    }
    return render(request, template, shown, status=refusal.status if refusal else 200)


def _here(request: HttpRequest) -> Here | None:
    """Return the answer; None when the address names no place."""
    longitude = asked_degrees(request.GET, "longitude")
    latitude = asked_degrees(request.GET, "latitude")
    if (longitude is None or latitude is None) and not wants_json(request):
        return None
    found = whose_is_it(
        float("nan") if longitude is None else longitude,
        float("nan") if latitude is None else latitude,
        category_code=asked(request.GET, "category"),
        at=timezone.now(),
    )
    limit = found.standard.limit() if found.standard else None
    return Here(
        found,
        place=" · ".join(named(area) for area in found.areas),
        chain=tuple(
            (named(one.organisation), f"{LEVELS.get(one.level, one.level)}")
            for one in found.parties
        ),
        limit=limit_words(str(limit)) if limit else "",
        condition=_in_language(found.standard, "condition"),
        closing=_in_language(found.standard, "closing"),
        report=_report_address(found),
    )


def _report_address(found: WhoseHere) -> str:
    parts = {
        "longitude": round(found.longitude, _DECIMALS),
        "latitude": round(found.latitude, _DECIMALS),
        "located": "1",
        "category_code": found.category.code if found.category else "",
    }
    kept = {name: value for name, value in parts.items() if value != ""}
    return f"{reverse('report')}?{urlencode(kept)}"


def _in_language(standard: StandardView | None, name: str) -> str:
    if standard is None:
        return ""
    own, english = getattr(standard, name), getattr(standard, f"{name}_en")
    return str((own or english) if in_chinese() else (english or own))


def _as_json(here: Here) -> dict[str, Any]:
    found = here.found
    return {
        "longitude": found.longitude,
        "latitude": found.latitude,
        "category": found.category.code if found.category else None,
        "is_outside": not found.areas,
        "place": here.place,
        "areas": [
            {"layer": one.layer, "code": one.code, "name": one.name, "name_en": one.name_en}
            for one in found.areas
        ],
        "parties": [
            {
                "code": one.organisation.code,
                "name": one.organisation.name,
                "name_en": one.organisation.name_en,
                "level": one.level,
            }
            for one in found.parties
        ],
        "explanation": list(found.explanation),
        "limit": here.limit or None,
        "condition": here.condition or None,
        "closing": here.closing or None,
        "report": here.report,
    }


def _place_inputs(request: HttpRequest) -> tuple[Input, ...]:
    labels = {"longitude": _("Longitude"), "latitude": _("Latitude")}
    return tuple(
        Input(name, name, "degrees", label, asked(request.GET, name))
        for name, label in labels.items()
    )


def _kind_input(request: HttpRequest) -> Input:
    groups = choices.category_groups(
        catalogue.book(), chosen=asked(request.GET, "category"), is_public=True
    )
    return Input(
        "category",
        "category",
        "select",
        _("What is it about?"),
        groups=groups,
        blank=_("anything"),
    )
