"""Blacking out faces and number plates of a photograph by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.accounts.rules import Role
from gongzhi.accounts.session import actor_of
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.actions import look_over, search_file
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import (
    MOST_BOXES,
    SHOWABLE,
    Box,
    NoPreview,
    NoSuchFile,
    NotYours,
    Suggestion,
)
from gongzhi.evidence.words import LIKENESSES
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from .. import queries
from ..actions import hide_parts, show_parts
from .pictures import photo_of

SPARE = 3  # empty rows of fields, for whoever draws without script
_EDGES = ("x", "y", "width", "height")
_WHOLE = 100  # per cent
_LIFTS = (Role.DUTY_HEAD, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One box as fields, in per cent of the picture; blank where none is drawn yet."""

    x: str = ""
    y: str = ""
    width: str = ""
    height: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionRow:
    """One suggestion as a line to tick, and as a dashed rectangle with its number."""

    place: int  # among the suggestions, from 0: what a ticked line sends
    number: int
    words: str
    box: BoxRow
    is_ticked: bool


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def blackout(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """GET — the picture, its boxes, what is suggested.  POST — black out, or leave it."""
    use, number = _use_for(request, use_id)
    if request.method != "POST":
        return _page(request, use, number, _rows_of(evidence.hidden_parts(use).own))
    if "leave" in request.POST:
        return _left(request, use, number)
    typed = _typed(request.POST)
    suggested = evidence.suggested_parts(use) or ()
    try:
        kept = hide_parts(
            number,
            use,
            [*_boxes_in(typed), *_taken(request.POST, suggested)],
            reason=request.POST.get("reason", ""),
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, use, number, typed, refusal=refusal)
    told = ngettext(
        "%(count)s part of the picture is blacked out for everybody.",
        "%(count)s parts of the picture are blacked out for everybody.",
        len(kept),
    )
    messages.success(request, told % {"count": len(kept)})
    return HttpResponseRedirect(reverse("blackout", args=[use.id]))


def _left(request: HttpRequest, use: FileUseView, number: str) -> HttpResponse:
    """Leave the picture as it is, and what was suggested behind."""
    look_over(use.id, by=actor_of(request), at=timezone.now())
    messages.success(request, _("Nothing was blacked out. The suggestions are put away."))
    return HttpResponseRedirect(f"{reverse('case', args=[number])}#proof")


def _taken(given: QueryDict, suggested: Sequence[Suggestion]) -> list[Box]:
    """Return the boxes of the suggestions that are ticked."""
    ticked = set(given.getlist("take"))
    return [one.box for place, one in enumerate(suggested) if str(place) in ticked]


@require_POST
def show(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """POST — show again what was blacked out for this use of the picture."""
    use, number = _use_for(request, use_id)
    try:
        reason = request.POST.get("reason", "")
        show_parts(number, use, reason=reason, by=actor_of(request), at=timezone.now())
    except Refusal as refusal:
        return _page(request, use, number, _rows_of(()), refusal=refusal, is_lifting=True)
    messages.success(request, _("What was blacked out here is shown again."))
    return HttpResponseRedirect(reverse("blackout", args=[use.id]))


def _use_for(request: HttpRequest, use_id: UUID) -> tuple[FileUseView, str]:
    """Return a picture and the number of its case, for whoever may black it out.

    Raises:
        NoSuchFile: none, or hidden.
        NotYours: the reader may see it, and not black it out.
        NoPreview: it cannot be shown.
    """
    use = evidence.use_of(use_id)
    kind, _colon, key = use.subject.partition(":")
    sight = queries.sight_of(actor_of(request), UUID(key) if kind == "case" else UUID(int=0))
    if not sight.may_see:
        raise NoSuchFile(use=str(use_id))
    if not sight.may_see_original:
        raise NotYours
    if use.media_type not in SHOWABLE:
        raise NoPreview
    return use, sight.number


def _page(
    request: HttpRequest,
    use: FileUseView,
    number: str,
    rows: Sequence[BoxRow],
    *,
    refusal: Refusal | None = None,
    is_lifting: bool = False,
) -> HttpResponse:
    hidden = evidence.hidden_parts(use)
    shown = {
        "number": number,
        "photo": photo_of(use),
        "rows": [*rows, *[BoxRow()] * SPARE],
        "mark": sha256_hex(repr(hidden).encode())[:12],  # so that no browser shows an old one
        "own": len(hidden.own),
        "others": len(hidden.others),
        "suggested": _suggested(request, use),
        "may_lift": bool(hidden.own) and actor_of(request).has(*_LIFTS),
        "trouble": sentence(refusal) if refusal else "",
        "is_lifting": is_lifting,
        "reason": request.POST.get("reason", "") if refusal else "",
    }
    status = refusal.status if refusal else 200
    return render(request, "evidence/blackout.html", shown, status=status)


def _suggested(request: HttpRequest, use: FileUseView) -> list[SuggestionRow]:
    """Return what is suggested; a picture that nobody has searched is searched now."""
    found = evidence.suggested_parts(use)
    if found is None:
        search_file(use.sha256, at=timezone.now())
        found = evidence.suggested_parts(use) or ()
    ticked = set(request.POST.getlist("take"))
    ticks_all = "all" in request.GET  # without script
    return [
        SuggestionRow(
            place=place,
            number=place + 1,
            words=str(LIKENESSES[one.likeness]),
            box=_rows_of([one.box])[0],
            is_ticked=ticks_all or str(place) in ticked,
        )
        for place, one in enumerate(found)
    ]


def _rows_of(boxes: Sequence[Box]) -> list[BoxRow]:
    return [
        BoxRow(*(f"{getattr(box, edge) * _WHOLE:.2f}".rstrip("0").rstrip(".") for edge in _EDGES))
        for box in boxes
    ]


def _typed(given: QueryDict) -> list[BoxRow]:
    """Return the rows of a form in which something stands."""
    columns = [given.getlist(edge)[:MOST_BOXES] for edge in _EDGES]
    rows = [BoxRow(*(cell.strip()[:12] for cell in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if any(getattr(row, edge) for edge in _EDGES)]


def _boxes_in(rows: Sequence[BoxRow]) -> list[Box]:
    """Return the boxes of a form; what is no number makes a box that is refused."""
    return [Box(*(_share(getattr(row, edge)) for edge in _EDGES)) for row in rows]


def _share(text: str) -> float:
    try:
        return float(text.replace(",", ".")) / _WHOLE
    except ValueError:
        return float("nan")
