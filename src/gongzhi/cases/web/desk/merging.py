"""Two cases side by side, and making them one."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongzhi.accounts.session import actor_of
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import asked, asked_number
from gongzhi.webkit.reading import full_moment, span_words
from gongzhi.webkit.words import sentence

from ...actions import merge_case
from ...queries import CaseLine
from ...queries.desk import Comparison, Side, alike, comparison
from ...rules import ENDS
from .. import lists
from .case import Picture, pictures_of, similar_rows
from .guard import at_the_desk, back_of


@dataclass(frozen=True, slots=True)
class Column:
    """One of the two cases."""

    side: Side
    row: lists.Row
    reported: str
    pictures: tuple[Picture, ...]
    stays: bool  # proposed to go on


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_desk
def merge(request: HttpRequest) -> HttpResponse:
    """GET — two cases side by side, or what one may be merged with; POST — merge them."""
    if request.method == "POST":
        return _merged(request)
    return _shown(request)


def _merged(request: HttpRequest) -> HttpResponse:
    first, second = asked(request.POST, "from"), asked(request.POST, "into")
    stays = asked(request.POST, "stays")
    ends = first if stays == second else second
    version = asked_number(request.POST, f"version-{ends}")
    try:
        merge_case(ends, into=stays, by=actor_of(request), at=timezone.now(), version=version)
    except Refusal as refusal:
        return _shown(request, refusal)
    said = _("Case %(ended)s goes on as %(number)s; both reporters are told of it from now on.")
    messages.success(request, said % {"ended": ends, "number": stays})
    back = back_of(request.POST)
    own = reverse("desk-case", args=[stays])
    return HttpResponseRedirect(f"{own}?back={quote(back, safe='')}" if back else own)


def _shown(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    at, viewer = timezone.now(), actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    first, second = asked(given, "from"), asked(given, "into")
    shown: dict[str, object] = {
        "at": at,
        "back": back_of(given),
        "from": first,
        "into": second,
        "trouble": sentence(refusal) if refusal else "",
    }
    status = refusal.status if refusal else 200
    if first and second and first != second:
        try:
            found = comparison((first, second), viewer=viewer, at=at)
        except Refusal as missing:
            shown["trouble"], status = sentence(missing), missing.status
        else:
            shown |= _columns(found, at=at)
            return render(request, "cases/desk/merge.html", shown, status=status)
    if first:
        near = alike(first, viewer=viewer, at=at)
        shown["row"] = lists.row_of(near.line, at=at)
        shown["similar"] = similar_rows(near.similar, at=at)
    return render(request, "cases/desk/merge_with.html", shown, status=status)


def _columns(found: Comparison, *, at: datetime) -> dict[str, object]:
    """Return both columns; the one reported first is proposed to go on."""
    left, right = found.left.line, found.right.line
    is_left = min(left, right, key=_precedence) is left
    apart = abs(left.reported_at - right.reported_at)
    return {
        "columns": [
            _column(found.left, stays=is_left, at=at),
            _column(found.right, stays=not is_left, at=at),
        ],
        "metres": None if found.metres is None else round(found.metres),
        "apart": span_words(int(apart.total_seconds())),
        "likeness": round(found.likeness * 100),
        "same_category": found.same_category,
        "has_ended": left.state in ENDS or right.state in ENDS,
    }


def _precedence(line: CaseLine) -> tuple[bool, datetime, str]:
    """Return by what a case goes before another: open, and reported first."""
    return line.ended_at is not None, line.reported_at, line.number


def _column(side: Side, *, stays: bool, at: datetime) -> Column:
    return Column(
        side,
        lists.row_of(side.line, at=at),
        full_moment(side.line.reported_at),
        pictures_of(side.photos, "before", "verify"),
        stays,
    )
