"""Pages: me on duty, my area and whom I may call, a patrol and its way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts.queries import PersonView
from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.cases.queries.field import AreaFigures, OwnArea, figures_by_part, own_areas
from gongzhi.cases.web.field.guard import distance_words, for_the_field
from gongzhi.kernel.ids import uuid7
from gongzhi.places import queries as places
from gongzhi.webkit.pages import asked
from gongzhi.webkit.reading import span_words

from . import actions, queries
from .queries import PatrolPage, PatrolView
from .rules import TrackPoint

FIRST_SHOWN = 6  # people; the others on demand
SKETCH = 300  # units; the longer side of the drawing of a way
FEWEST_DRAWN = 2  # points


@dataclass(frozen=True, slots=True)
class PatrolRow:
    """A patrol as a page shows it."""

    patrol: PatrolView
    length: str
    span: str


@require_safe
@for_the_field
def me(request: HttpRequest) -> HttpResponse:
    """GET /field/me — on duty or off, the last patrols, and what waits on this phone."""
    at, viewer = timezone.now(), actor_of(request)
    mine = queries.my_patrols(viewer)
    running = next((one for one in mine if one.ended_at is None), None)
    shown = {
        "at": at,
        "running": _row(running, at=at) if running else None,
        "patrols": [_row(one, at=at) for one in mine if one.ended_at is not None],
        "new_id": uuid7(at_ms=int(at.timestamp() * 1000)),
        "hours": settings.PATROL_HOURS,
        "days": settings.TRACK_KEEP_DAYS,
        "tab": "me",
    }
    return render(request, "patrols/me.html", shown)


@require_POST
@for_the_field
def duty(request: HttpRequest) -> HttpResponse:
    """POST /field/duty — go on duty, or off."""
    by, at = actor_of(request), timezone.now()
    patrol_id = _id_in(asked(request.POST, "patrol"))
    if patrol_id is None:
        return HttpResponseRedirect(reverse("field-me"))
    if request.POST.get("deed") == "end":
        actions.end_patrol(patrol_id, by=by, at=at)
        messages.success(request, _("You are off duty. Nothing of your way is kept any more."))
    else:
        actions.start_patrol(patrol_id, by=by, at=at)
        messages.success(request, _("You are on duty."))
    return HttpResponseRedirect(reverse("field-me"))


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area of the viewer's post, and what is open there and in its parts.

    Attributes:
        own: the area.
        figures: of it and of its parts.
        quiet: how many parts have nothing open.
    """

    own: OwnArea
    figures: AreaFigures
    quiet: int


@require_safe
@for_the_field
def area(request: HttpRequest) -> HttpResponse:
    """GET /field/area — my areas, what is open there, and whom I may call."""
    return _area(request)


@require_POST
@for_the_field
def call(request: HttpRequest, post_id: int) -> HttpResponse:
    """POST /field/call/… — show one number; that it was shown is on record."""
    told = actions.show_contact(post_id, by=actor_of(request), at=timezone.now())
    return _area(request, called=post_id, told=told)


def _area(request: HttpRequest, *, called: int = 0, told: PersonView | None = None) -> HttpResponse:
    at, viewer = timezone.now(), actor_of(request)
    people = queries.contacts(viewer, at=at)
    shown = {
        "at": at,
        "areas": [_area_row(own, request, at=at) for own in own_areas(viewer, at=at)],
        "contacts": people[:FIRST_SHOWN],
        "others": people[FIRST_SHOWN:],
        "is_other_called": called in {one.post.id for one in people[FIRST_SHOWN:]},
        "called": called,
        "told": told,
        "tab": "area",
    }
    return render(request, "patrols/area.html", shown)


def _area_row(own: OwnArea, request: HttpRequest, *, at: datetime) -> AreaRow:
    parts = places.children_of(own.area.id if own.area else None, at=at)
    figures = figures_by_part(actor_of(request), parts, area_path=own.path, at=at)
    return AreaRow(own, figures, len(parts) - len(figures.parts))


@require_safe
@never_cache
@needs_sign_in
def patrols(request: HttpRequest) -> HttpResponse:
    """GET /patrols — one's own patrols, and those of the areas one oversees."""
    at = timezone.now()
    rows = [_row(one, at=at) for one in queries.patrols_in_view(actor_of(request))]
    return render(request, "patrols/list.html", {"at": at, "rows": rows})


@require_safe
@never_cache
@needs_sign_in
def patrol(request: HttpRequest, patrol_id: UUID) -> HttpResponse:
    """GET /patrols/… — one patrol and its way."""
    at, viewer = timezone.now(), actor_of(request)
    page = queries.patrol_page(patrol_id, viewer=viewer)
    shown = {
        "at": at,
        "row": _row(page.patrol, at=at),
        "is_own": page.patrol.person_id == viewer.person_id,
        "points": len(page.track),
        "sketch": _sketch(page),
        "days": settings.TRACK_KEEP_DAYS,
    }
    return render(request, "patrols/patrol.html", shown)


def _row(view: PatrolView, *, at: datetime) -> PatrolRow:
    seconds = int(((view.ended_at or at) - view.begun_at).total_seconds())
    length = distance_words(view.metres) if view.metres else _("no way kept")
    return PatrolRow(view, length, span_words(seconds))


@dataclass(frozen=True, slots=True)
class Sketch:
    """A way drawn true to scale, north up.

    Attributes:
        width, height: of the drawing.
        path: points of a polyline, as SVG writes them.
        first, last: where the way begins and ends.
    """

    width: int
    height: int
    path: str
    first: tuple[float, float]
    last: tuple[float, float]


def _sketch(page: PatrolPage) -> Sketch | None:
    """Return the way as a drawing; None where fewer than two points are kept."""
    if len(page.track) < FEWEST_DRAWN:
        return None
    flat = _flat(page.track)
    left, top = min(x for x, _y in flat), min(y for _x, y in flat)
    wide = max(x for x, _y in flat) - left
    high = max(y for _x, y in flat) - top
    scale = SKETCH / max(wide, high, 1e-9)
    drawn = [(round((x - left) * scale + 10, 1), round((y - top) * scale + 10, 1)) for x, y in flat]
    path = " ".join(f"{x},{y}" for x, y in drawn)
    return Sketch(int(wide * scale) + 20, int(high * scale) + 20, path, drawn[0], drawn[-1])


def _flat(track: Sequence[TrackPoint]) -> list[tuple[float, float]]:
    """Return points on a plane: east to the right, north up, both in degrees of latitude."""
    shrink = math.cos(math.radians(track[0].latitude))
    return [(one.longitude * shrink, -one.latitude) for one in track]


urlpatterns = [
    path("field/me", me, name="field-me"),
    path("field/duty", duty, name="field-duty"),
    path("field/area", area, name="field-area"),
    path("field/call/<int:post_id>", call, name="field-call"),
    path("patrols", patrols, name="patrols"),
    path("patrols/<uuid:patrol_id>", patrol, name="patrol"),
]
