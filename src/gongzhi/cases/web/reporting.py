"""Reporting without or with an account, and coming back with a claim code."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.web import PromiseLine, limit_words, promise_line
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Input, asked, asked_degrees
from gongzhi.webkit.words import sentence

from .. import queries
from ..actions.steps import report_with_photos
from ..queries import CasePage
from ..rules import CaseNotFound, NewReport, claim_code
from . import choices, claims
from .alike import Alike, cases_alike, frame_of

MOST_PHOTOS = 6
LOOK = "look"  # what the button of the first page says


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """GET — ask where and what.  POST — what is known there already, then report.

    The same form sent twice is one case.  Photographs are asked for on the second page,
    after what is known was shown, so that none is brought in vain.
    """
    at = timezone.now()
    if request.method != "POST":
        return _form(request, at=at, is_first=True)
    if request.POST.get("next") == LOOK:
        return _look(request, at=at)
    return _send(request, at=at)


def _look(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Show what is known near the place, and ask for the rest of the report."""
    try:
        alike = cases_alike(request.POST, viewer=actor_of(request), at=at)
    except Refusal as refusal:
        return _form(request, at=at, is_first=True, refusal=refusal)
    return _form(request, at=at, alike=alike)


def _send(request: HttpRequest, *, at: datetime) -> HttpResponse:
    by = actor_of(request)
    new = _report_in(request.POST, is_signed_in=by.is_signed_in)
    photos = [
        (one.name or "", one.file)
        for one in request.FILES.getlist("photos")[:MOST_PHOTOS]
        if one.file is not None
    ]
    try:
        told = report_with_photos(new, photos, by=by, at=at)
    except Refusal as refusal:
        return _form(request, at=at, refusal=refusal)
    if new.claim_code:
        claims.remember(request, told.number, new.claim_code)
    request.session["reported"] = told.number
    return HttpResponseRedirect(reverse("report-done"))


def _report_in(given: QueryDict, *, is_signed_in: bool) -> NewReport:
    code = asked(given, "claim_code", longest=40)
    return NewReport(
        case_id=_id_in(asked(given, "case_id")),
        category_code=asked(given, "category_code"),
        text=given.get("text", ""),
        address=given.get("address", ""),
        longitude=asked_degrees(given, "longitude"),
        latitude=asked_degrees(given, "latitude"),
        frame=frame_of(given),
        contact_name=asked(given, "contact_name", longest=80),
        contact_phone=asked(given, "contact_phone", longest=32),
        claim_code="" if is_signed_in else code or _new_code(),
    )


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _new_code() -> str:
    return claim_code(secrets.token_bytes(12))


def _form(
    request: HttpRequest,
    *,
    at: datetime,
    is_first: bool = False,
    alike: tuple[Alike, ...] = (),
    refusal: Refusal | None = None,
) -> HttpResponse:
    given = request.POST
    shown = {
        "at": at,
        "is_first": is_first,
        "alike": alike,
        "look": LOOK,
        "located": "1" if given.get("located") else "",
        "case_id": _id_in(asked(given, "case_id")) or uuid7(at_ms=int(at.timestamp() * 1000)),
        "claim_code": asked(given, "claim_code", longest=40) or _new_code(),
        "trouble": sentence(refusal) if refusal else "",
        "lost_files": bool(refusal and request.FILES),
        "photo": _photo_input(),
        "place": _place_inputs(given),
        "kind": _kind_input(given),
        "words": _words_input(given),
        "contact": _contact_inputs(given),
    }
    return render(request, "cases/report.html", shown, status=refusal.status if refusal else 200)


def _photo_input() -> Input:
    hint = _("Up to six. A photograph of the whole and one from near help most.")
    return Input("photos", "photos", "files", _("Photographs"), hint=hint)


def _place_inputs(given: QueryDict) -> tuple[Input, ...]:
    return (
        Input(
            "address",
            "address",
            "text",
            _("Address in words"),
            given.get("address", "")[:2000],
            hint=_("Street and number, or what stands beside it."),
        ),
        Input("longitude", "longitude", "degrees", _("Longitude"), asked(given, "longitude")),
        Input("latitude", "latitude", "degrees", _("Latitude"), asked(given, "latitude")),
    )


def _kind_input(given: QueryDict) -> Input:
    groups = choices.category_groups(
        catalogue.book(), chosen=asked(given, "category_code"), is_public=True
    )
    return Input(
        "category_code",
        "category_code",
        "select",
        _("What is it about?"),
        groups=groups,
        blank=_("I am not sure"),
    )


def _words_input(given: QueryDict) -> Input:
    return Input(
        "text",
        "text",
        "area",
        _("What is wrong?"),
        given.get("text", ""),
        hint=_("One or two sentences are enough. Please leave out names of other people."),
    )


def _contact_inputs(given: QueryDict) -> tuple[Input, ...]:
    return (
        Input("contact_name", "contact_name", "text", _("Your name"), asked(given, "contact_name")),
        Input(
            "contact_phone", "contact_phone", "tel", _("Your phone"), asked(given, "contact_phone")
        ),
    )


@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """GET — what was promised for the report just made, and how to find it again."""
    number = str(request.session.get("reported", ""))
    if not number:
        return HttpResponseRedirect(reverse("report"))
    code = claims.code_for(request, number)
    at = timezone.now()
    page = queries.case_page(number, viewer=actor_of(request), at=at, claim_code=code)
    shown = {
        "page": page,
        "claim_code": code,
        "promises": promises_of(page, at=at),
        "limit": handling_limit(page),
    }
    return render(request, "cases/done.html", shown)


def promises_of(page: CasePage, *, at: datetime) -> tuple[PromiseLine, ...]:
    """Return the promises of a case as pages show them, in order of making."""
    calendars = catalogue.book().calendars
    return tuple(promise_line(one, at=at, calendars=calendars) for one in page.promises)


def handling_limit(page: CasePage) -> str:
    """Return the limit that the standard of a case sets for handling; blank for none."""
    limit = page.standard.limit() if page.standard else None
    return limit_words(str(limit)) if limit else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """GET — ask for number and claim code.  POST — open the case for this session."""
    number = asked(request.POST, "number", longest=40)
    code = asked(request.POST, "claim_code", longest=40)
    if request.method == "POST" and code and queries.claim_opens(number, code):
        claims.remember(request, number, code)
        return HttpResponseRedirect(reverse("case", args=[number]))
    trouble = (
        _("No report bears this number with this claim code. Check both, sign by sign.")
        if request.method == "POST"
        else ""
    )
    shown: dict[str, Any] = {
        "trouble": trouble,
        "inputs": (
            Input("number", "number", "text", _("Case number"), number, is_required=True),
            Input(
                "claim_code",
                "claim_code",
                "text",
                _("Claim code"),
                hint=_("Twelve signs, shown when you reported it. Hyphens may be left out."),
                is_required=True,
            ),
        ),
        "known": sorted(claims.all_codes(request)),
    }
    status = CaseNotFound.status if trouble else 200
    return render(request, "cases/claim.html", shown, status=status)
