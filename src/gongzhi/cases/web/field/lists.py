"""What is near, and what is to be done, in walking order."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.web import SHAPES, left_words, state_of
from gongzhi.webkit.pages import address_with, asked

from ... import words
from ...queries import field
from ...queries.field import FieldCase
from ...rules import Step
from ..lists import Row, row_of
from .guard import distance_words, for_the_field, position_asked, way_words

NEAR, FAR = 1_500, 5_000  # metres
MOST_NEAR = 30


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A case as somebody outside reads it."""

    case: FieldCase
    row: Row
    step: str  # what is to be done; blank for nothing
    way: str
    clock: str
    state: str
    shape: str


@require_safe
@for_the_field
def near(request: HttpRequest) -> HttpResponse:
    """GET /field — open cases around the reader, or around the middle of their area."""
    at, viewer = timezone.now(), actor_of(request)
    here = position_asked(request)
    area = next(iter(field.own_areas(viewer, at=at)), None)
    middle = here or (area.middle if area else None)
    radius_m = FAR if asked(request.GET, "far") == "1" else NEAR
    found = (
        field.cases_near(
            viewer,
            longitude=middle[0],
            latitude=middle[1],
            radius_m=radius_m,
            at=at,
            limit=MOST_NEAR,
        )
        if middle
        else []
    )
    shown = {
        "at": at,
        "here": here,
        "area": area.area if area else None,
        "rows": [field_row(one, at=at) for one in found],
        "radius": distance_words(radius_m),
        "farther": address_with(request, far=1) if radius_m == NEAR else "",
        "tab": "near",
    }
    return render(request, "cases/field/near.html", shown)


@require_safe
@for_the_field
def tasks(request: HttpRequest) -> HttpResponse:
    """GET /field/tasks — what the reader owes to verify, to handle and to check."""
    at = timezone.now()
    is_shortest = asked(request.GET, "order") == "way"
    found = field.tasks(
        actor_of(request), at=at, start=position_asked(request), is_due_first=not is_shortest
    )
    shown = {
        "at": at,
        "here": position_asked(request),
        "rows": [field_row(one, at=at) for one in found.tasks],
        "metres": distance_words(found.metres) if found.metres else "",
        "is_more": found.is_more,
        "is_shortest": is_shortest,
        "due_first": address_with(request, order=""),
        "shortest": address_with(request, order="way"),
        "tab": "tasks",
    }
    return render(request, "cases/field/tasks.html", shown)


def field_row(one: FieldCase, *, at: datetime) -> FieldRow:
    """Return a case as somebody outside reads it."""
    row = row_of(one.line, at=at)
    state, clock = row.mark, row.clock
    if one.promise is not None:
        state = state_of(one.promise, at=at)
        clock = left_words(
            one.promise.due_at,
            at=at,
            limit=one.promise.limit,
            calendar=catalogue.book().calendars.get(one.promise.calendar),
        )
    step = _task_words(one.step) if one.step else ""
    way = way_words(one.metres, one.bearing)
    return FieldRow(one, row, step, way, clock, state, SHAPES.get(state, "◔"))


def _task_words(step: Step) -> str:
    """Return what is to be done, as short as on a button."""
    own = {Step.VERIFY: _("Have a look"), Step.PASS_CHECK: _("Check the work")}
    return own.get(step) or f"{words.STEPS[step]}"
