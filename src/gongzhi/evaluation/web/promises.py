"""The list of promises behind a figure; its filters stand in the address."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.rules import Outcome, PromiseFilter
from gongzhi.commitments.words import KINDS, kind_label
from gongzhi.webkit.pages import address_with, asked, asked_number
from gongzhi.webkit.reading import day_words, named

from .. import queries
from ..words import OUTCOMES
from .boards import name_of, owed_row
from .doors import day_begin

PAGE = 50  # lines


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """GET — the promises that a figure counts, the longest due first."""
    at, viewer = timezone.now(), actor_of(request)
    narrowed = filter_of(request.GET)
    after = asked(request.GET, "after")
    found = queries.promise_lines(viewer, at=at, narrowed=narrowed, after=after, limit=PAGE)
    calendars = catalogue.book().calendars
    may = {line.promise.area_path: False for line in found.lines} | {
        line.promise.area_path: True
        for line in found.lines
        if queries.may_urge(viewer, line.promise.area_path)
    }
    rows = [
        owed_row(line, at=at, calendars=calendars, may_urge=may[line.promise.area_path])
        for line in found.lines
    ]
    shown = {
        "at": at,
        "rows": rows,
        "title": OUTCOMES[narrowed.outcome],
        "told": _told(narrowed),
        "in_all": found.in_all,
        "following": address_with(request, after=found.next_cursor) if found.next_cursor else "",
        "first": address_with(request, after="") if after else "",
        "here": request.get_full_path(),
    }
    return render(request, "evaluation/promises.html", shown)


def filter_of(given: QueryDict) -> PromiseFilter:
    """Return what an address narrows the list to; parts that say nothing known are left out."""
    outcomes = {one.value: one for one in Outcome}
    path = asked(given, "area")
    return PromiseFilter(
        outcome=outcomes.get(asked(given, "outcome")),
        kind=kind if (kind := asked(given, "kind")) in KINDS else "",
        organisation_id=asked_number(given, "party"),
        area_path=path if path.isascii() and path.isalnum() and len(path) % 5 == 0 else "",
        is_area_alone=given.get("alone") == "1",
        due_from=day_begin(asked(given, "due_from")),
        due_before=day_begin(asked(given, "due_until"), later=1),
        is_public=given.get("public") == "1",
    )


def _told(narrowed: PromiseFilter) -> list[str]:
    """Return in words what the list is narrowed to."""
    place = queries.place_at(narrowed.area_path)
    told = [name_of(place)] if place else []
    if narrowed.organisation_id is not None:
        party = accounts.organisations([narrowed.organisation_id]).get(narrowed.organisation_id)
        told += [named(party)] if party else []
    if narrowed.kind:
        told.append(kind_label(narrowed.kind))
    days = {
        _("due from %(day)s"): narrowed.due_from,
        _("due until %(day)s"): narrowed.due_before and narrowed.due_before - timedelta(days=1),
    }
    for sentence, moment in days.items():
        if moment is not None:
            day = timezone.localtime(moment).date()
            told.append(sentence % {"day": day_words(day, today=timezone.localdate())})
    if narrowed.is_public:
        told.append(_("public ones only"))
    return told
