"""Addresses of the site itself: home, inbox, standards, and what it says when it is not well."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import page_not_found, server_error

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of, needs_sign_in, safe_next
from gongzhi.cases import queries as cases
from gongzhi.cases.queries.around import figures_in
from gongzhi.cases.web.choices import area_choices
from gongzhi.cases.web.lists import Row, row_of
from gongzhi.cases.web.pictures import pair_shown
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, CategoryView, NoPackInstalled, StandardView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.queries import InboxLine
from gongzhi.commitments.rules import InboxCursor, Rate
from gongzhi.commitments.web import PromiseLine, limit_words, promise_line
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.webkit.api import no_such_address
from gongzhi.webkit.middleware import trouble_response, wants_json
from gongzhi.webkit.pages import address_with, asked
from gongzhi.webkit.reading import in_chinese

from . import orientation, web_app

PAGE = 30  # lines of the inbox
LATEST = 6  # cases on the first page
PAIRS = 3  # of pictures on the first page
AREA = "area"  # the cookie with the path of the area whose figures a reader wants
YEAR = 60 * 60 * 24 * 365  # seconds


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """GET — the map of my area or the city, three figures for it, what was mended last.

    The area chosen in the address is remembered in a cookie; no area in it is the whole city.
    """
    area = _area_chosen(request)
    path = area.path if area else ""
    try:
        shown = _home_values(actor_of(request), path, at=timezone.now())
    except NoPackInstalled as refusal:
        return render(request, "home.html", {"at": timezone.now(), "no_pack": refusal.code})
    answer = render(request, "home.html", shown | {"area": area})
    if "area" in request.GET:
        _remember(answer, AREA, path)
    return answer


def _home_values(viewer: Actor, path: str, *, at: datetime) -> dict[str, Any]:
    """Return what the first page shows of an area, by its path, or of the whole city."""
    narrowed = cases.CaseFilter(area_path=path)
    latest = cases.case_list(viewer, at=at, narrowed=narrowed, limit=LATEST)
    month = timezone.localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rate: Rate = commitments.keeping_rate(since=month, until=at, area_path=path)
    solved = cases.latest_pairs(viewer, at=at, area_path=path, limit=PAIRS)
    return {
        "at": at,
        "areas": area_choices(at=at, chosen=path),
        "within": f"&area={path}" if path else "",
        "rows": [row_of(line, at=at) for line in latest.lines],
        "is_narrowed": bool(path),
        "figures": figures_in(viewer, at=at, area_path=path),
        "rate": rate,
        "percent": None if rate.share is None else round(rate.share * 100, 1),
        "pairs": [(one, pair_shown(one.pair)) for one in solved],
    }


def _area_chosen(request: HttpRequest) -> AreaView | None:
    """Return the area of the address, else that of the cookie; None for the whole city."""
    path = asked(request.GET, "area") if "area" in request.GET else request.COOKIES.get(AREA, "")
    if not path:
        return None
    return next((one for one in places.the_map().areas if one.path == path), None)


def _remember(answer: HttpResponse, name: str, value: str) -> None:
    """Keep a wish of the reader in a cookie that scripts cannot read."""
    answer.set_cookie(
        name,
        value,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


def map_base(request: HttpRequest) -> dict[str, str]:
    """Return what the maps of pages are drawn on: context of every template."""
    return {"map_style": settings.MAP_STYLE, "map_frame": settings.MAP_FRAME}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A line of the inbox: the promise, and the case it is about."""

    promise: PromiseLine
    is_own: bool
    line: InboxLine
    case: Row | None


@require_safe
@never_cache
@needs_sign_in
def inbox(request: HttpRequest) -> HttpResponse:
    """GET — everything the reader, their post or their organisation owes, due first."""
    at = timezone.now()
    after = asked(request.GET, "after")
    cursor = InboxCursor.parse(after) if after else None
    found = commitments.inbox(actor_of(request), at=at, limit=PAGE + 1, after=cursor)
    rows = _inbox_rows(request, found[:PAGE], at=at)
    following = address_with(request, after=rows[-1].line.cursor) if len(found) > PAGE else ""
    late = sum(1 for row in rows if row.line.is_late)
    shown = {"at": at, "rows": rows, "following": following, "late": late, "is_later_page": after}
    return render(request, "inbox.html", shown)


def _inbox_rows(request: HttpRequest, found: list[InboxLine], *, at: datetime) -> list[InboxRow]:
    ids = cases.case_ids(line.promise for line in found)
    lines = cases.case_lines(actor_of(request), ids, at=at)
    calendars = catalogue.book().calendars if found else {}
    rows = []
    for line in found:
        about = cases.case_of(line.promise, lines)
        shown = promise_line(line.promise, at=at, calendars=calendars)
        case = row_of(about, at=at) if about else None
        rows.append(InboxRow(shown, line.is_own, line, case))
    return rows


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A row of the standard as residents read it."""

    condition: str
    limit: str
    closing: str


@dataclass(frozen=True, slots=True)
class StandardGroup:
    """A group of categories with the rows of each."""

    group: CategoryView | None
    categories: tuple[tuple[CategoryView, tuple[StandardRow, ...]], ...]


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    """GET — every category with what is promised for it."""
    book = catalogue.book()
    return render(request, "standards.html", {"book": book, "groups": _groups(book)})


def _groups(book: Book) -> list[StandardGroup]:
    found: dict[str, list[tuple[CategoryView, tuple[StandardRow, ...]]]] = {}
    for row in book.categories.values():
        if row.kind != "group":
            rows = tuple(_standard_row(one) for one in book.standards_of(row.code))
            found.setdefault(row.parent_code, []).append((row, rows))
    return [StandardGroup(book.categories.get(code), tuple(rows)) for code, rows in found.items()]


def _standard_row(row: StandardView) -> StandardRow:
    limit = row.limit()
    condition = row.condition if in_chinese() else row.condition_en
    closing = row.closing if in_chinese() else row.closing_en
    return StandardRow(
        condition or row.condition,
        limit_words(str(limit)) if limit else "",
        closing or row.closing,
    )


@require_POST
def type_size(request: HttpRequest) -> HttpResponse:
    """POST — large or ordinary type from now on, remembered in a cookie."""
    answer = HttpResponseRedirect(safe_next(request))
    size = "large" if request.POST.get("size") == "large" else "ordinary"
    _remember(answer, "type_size", size)
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer where nothing is: a problem for programs, a page for people."""
    if wants_json(request):
        return no_such_address(request, exception)
    return page_not_found(request, exception)


def foreign_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of this site, or is too old."""
    return render(request, "403_csrf.html", status=403)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """GET /health — 200 when this process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what no view caught: trouble with the disk by its sentence, else a plain 500."""
    error = sys.exc_info()[1]
    told = trouble_response(request, error) if error is not None else None
    return told or server_error(request)


urlpatterns = [
    path("", home, name="home"),
    path("inbox", inbox, name="inbox"),
    path("standards", standards, name="standards"),
    path("type-size", type_size, name="type-size"),
    path("health", health, name="health"),
    *web_app.urlpatterns,
    *orientation.urlpatterns,
]
