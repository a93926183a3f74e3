"""A call: written down while somebody tells it, and filed or merged in the same breath."""

import secrets
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Input, asked, asked_degrees
from gongzhi.webkit.words import sentence

from ... import actions
from ...rules import STEPS, NewReport, Reported, State, Step, claim_code
from .. import choices
from ..alike import cases_alike, frame_of
from .guard import at_the_desk

SOURCE = "hotline"
FILE = "file"  # what the button says that files at once


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@at_the_desk
def call(request: HttpRequest) -> HttpResponse:
    """GET — ask what is told.  POST — take it in; file it, or merge it, where that was pressed.

    The same form sent twice is one case.
    """
    at = timezone.now()
    if request.method == "POST":
        return _taken(request, at=at)
    return _form(request, request.GET, at=at)


def _taken(request: HttpRequest, *, at: datetime) -> HttpResponse:
    by, given = actor_of(request), request.POST
    new = _report_in(given)
    try:
        told = actions.report(new, by=by, at=at)
    except Refusal as refusal:
        return _form(request, given, at=at, refusal=refusal)
    said = _("Case %(number)s is taken in. Code for the caller: %(code)s")
    messages.success(request, said % {"number": told.number, "code": new.claim_code})
    shown = _go_on(request, told, by=by, at=at)
    query = urlencode({"back": given.get("back", "")[:2000], "taken": 1})
    return HttpResponseRedirect(f"{reverse('desk-case', args=[shown])}?{query}")


def _go_on(request: HttpRequest, told: Reported, *, by: Actor, at: datetime) -> str:
    """Take the step that was pressed besides; return the number of the case that goes on."""
    into = asked(request.POST, "into", longest=40)
    try:
        if into:
            actions.merge_case(told.number, into=into, by=by, at=at)
            said = _("It goes on as case %(number)s, which the caller can follow by the code too.")
            messages.success(request, said % {"number": into})
            return into
        if asked(request.POST, "next") == FILE and told.state == State.REPORTED:
            actions.file_case(told.number, by=by, at=at)
            messages.success(request, _("It is filed."))
    except Refusal as refusal:
        messages.warning(request, sentence(refusal))
    return told.number


def _report_in(given: QueryDict) -> NewReport:
    return NewReport(
        case_id=_id_in(given),
        source=SOURCE,
        category_code=asked(given, "category_code"),
        text=given.get("text", ""),
        address=given.get("address", ""),
        longitude=asked_degrees(given, "longitude"),
        latitude=asked_degrees(given, "latitude"),
        frame=frame_of(given),
        contact_name=asked(given, "contact_name", longest=80),
        contact_phone=asked(given, "contact_phone", longest=32),
        claim_code=asked(given, "claim_code", longest=40) or _new_code(),
        is_for_caller=True,
    )


def _id_in(given: QueryDict) -> UUID | None:
    try:
        return UUID(asked(given, "case_id"))
    except ValueError:
        return None


def _new_code() -> str:
    return claim_code(secrets.token_bytes(12))


def _form(
    request: HttpRequest, given: QueryDict, *, at: datetime, refusal: Refusal | None = None
) -> HttpResponse:
    actor = actor_of(request)
    shown = {
        "case_id": _id_in(given) or uuid7(at_ms=int(at.timestamp() * 1000)),
        "claim_code": asked(given, "claim_code", longest=40) or _new_code(),
        "trouble": sentence(refusal) if refusal else "",
        "back": given.get("back", "")[:2000],
        "located": "1" if given.get("located") else "",
        "words": Input("text", "text", "area", _("What is told?"), given.get("text", "")),
        "place": _place_inputs(given),
        "kind": _kind_input(given),
        "contact": _contact_inputs(given),
        "file": FILE,
        "may_file": not STEPS[Step.FILE].roles.isdisjoint(actor.roles),
    }
    return render(request, "cases/desk/call.html", shown, status=refusal.status if refusal else 200)


def _place_inputs(given: QueryDict) -> tuple[Input, ...]:
    hint = _("Street and number, or what stands beside it.")
    address = given.get("address", "")[:2000]
    return (
        Input("address", "address", "text", _("Where is it?"), address, hint=hint),
        Input("longitude", "longitude", "degrees", _("Longitude"), asked(given, "longitude")),
        Input("latitude", "latitude", "degrees", _("Latitude"), asked(given, "latitude")),
    )


def _kind_input(given: QueryDict) -> Input:
    groups = choices.category_groups(catalogue.book(), chosen=asked(given, "category_code"))
    blank = _("not clear yet")
    return Input(
        "category_code", "category_code", "select", _("Category"), groups=groups, blank=blank
    )


def _contact_inputs(given: QueryDict) -> tuple[Input, ...]:
    phone = asked(given, "contact_phone")
    return (
        Input("contact_phone", "contact_phone", "tel", _("Number of the caller"), phone),
        Input(
            "contact_name",
            "contact_name",
            "text",
            _("Name of the caller"),
            asked(given, "contact_name"),
        ),
    )


@never_cache
@require_safe
@at_the_desk
def alike(request: HttpRequest) -> HttpResponse:
    """GET — open cases that may be the matter being told, as a part of the page."""
    at = timezone.now()
    try:
        found = cases_alike(request.GET, viewer=actor_of(request), at=at)
    except Refusal:
        found = ()
    return render(request, "cases/desk/call_alike.html", {"alike": found, "at": at})
