"""Reporting without or with an account, and coming back with a claim code."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import NO, YES, Question
from gongzhi.commitments.web import PromiseLine, limit_words, promise_line
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Input, asked, asked_degrees, one_group
from gongzhi.webkit.reading import named
from gongzhi.webkit.words import sentence

from .. import queries
from ..actions.steps import report_with_photos
from ..queries import CasePage
from ..queries.reporters import has_reported
from ..rules import CaseNotFound, NewReport, claim_code
from . import choices, claims
from .alike import Alike, cases_alike, frame_of, in_wgs84, place_of_code, suggested

MOST_PHOTOS = 6
LOOK = "look"  # what the button of the first page says
ANSWER = "answer_"  # how the fields of answers begin


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """GET — ask where and what.  POST — what is known there already, then report.

    The same form sent twice is one case.  Photographs are asked for on the second page,
    after what is known was shown, so that none is brought in vain.  A browser with script
    makes one page of both and sends by the interface for programs: see `frontend/src/report.ts`.
    """
    at = timezone.now()
    if request.method != "POST":
        return _form(request, at=at, given=prefilled(request.GET, at=at), is_first=True)
    if request.POST.get("next") == LOOK:
        return _look(request, at=at)
    return _send(request, at=at)


def prefilled(given: QueryDict, *, at: datetime) -> QueryDict:
    """Return what a link to the form gives: a place by its coordinates, address or code."""
    filled = given.copy()
    code = asked(given, "code", longest=40)
    found = place_of_code(code, at=at) if code else None
    if found is not None:
        for name, value in found.items():
            filled.setdefault(name, value)
    if asked(given, "longitude") or found:
        # Links of our own pages and codes are in WGS 84.
        filled["located"] = "1"
    return filled


def _look(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Show what is known near the place, and ask for the rest of the report."""
    try:
        alike = cases_alike(request.POST, viewer=actor_of(request), at=at)
    except Refusal as refusal:
        return _form(request, at=at, given=request.POST, is_first=True, refusal=refusal)
    return _form(request, at=at, given=request.POST, alike=alike)


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
        return _form(request, at=at, given=request.POST, refusal=refusal)
    if new.claim_code:
        claims.remember(request, told.number, new.claim_code)
    request.session["reported"] = told.number
    return HttpResponseRedirect(reverse("report-done"))


def _report_in(given: QueryDict, *, is_signed_in: bool) -> NewReport:
    code = asked(given, "claim_code", longest=40)
    category = asked(given, "category_code") or asked(given, "suggested")
    return NewReport(
        case_id=_id_in(asked(given, "case_id")),
        category_code=category,
        text=given.get("text", ""),
        address=given.get("address", ""),
        longitude=asked_degrees(given, "longitude"),
        latitude=asked_degrees(given, "latitude"),
        frame=frame_of(given),
        contact_name=asked(given, "contact_name", longest=80),
        contact_phone=asked(given, "contact_phone", longest=32),
        claim_code="" if is_signed_in else code or _new_code(),
        answers=_answers_in(given, category),
    )


def _answers_in(given: QueryDict, category: str) -> dict[str, str] | None:
    """Return the answers of a form; None when it asked nothing about this category."""
    if not category or asked(given, "asked_for") != category:
        return None
    asked_for = catalogue.book().questions_for(category)
    return {one.code: given.get(f"{ANSWER}{one.code}", "")[:2000] for one in asked_for}


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
    given: QueryDict,
    is_first: bool = False,
    alike: tuple[Alike, ...] = (),
    refusal: Refusal | None = None,
) -> HttpResponse:
    more = _of_first_page() if is_first else _of_second_page(given)
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
        "most_photos": MOST_PHOTOS,
        "place": _place_inputs(given),
        "kind": _kind_input(given),
        "words": _words_input(given),
        "contact": _contact_inputs(given),
    }
    status = refusal.status if refusal else 200
    return render(request, "cases/report.html", shown | more, status=status)


def _of_first_page() -> dict[str, object]:
    """Return every question of the pack once, and by category which are asked."""
    book = catalogue.book()
    asked_of = {code: book.questions_for(code) for code in book.categories}
    every = {_key(one): one for rows in asked_of.values() for one in rows}
    return {
        "all_questions": [(key, _question_input(one, "")) for key, one in every.items()],
        "question_keys": {
            code: [_key(one) for one in rows] for code, rows in asked_of.items() if rows
        },
    }


def _of_second_page(given: QueryDict) -> dict[str, object]:
    """Return what is asked on the second page: the kind when none was chosen, else questions."""
    category = asked(given, "category_code")
    suggested = None if category else _suggested_input(given)
    questions = [
        _question_input(one, given.get(f"{ANSWER}{one.code}", "")[:2000])
        for one in catalogue.book().questions_for(category)
    ]
    first = 4 if suggested or questions else 3
    return {
        "suggested": suggested,
        "questions": questions,
        "asked_for": category,
        "photo_number": first,
        "contact_number": first + 1,
    }


def _key(question: Question) -> str:
    return f"{question.category_code}.{question.code}"


def _question_input(question: Question, answer: str) -> Input:
    kinds = {"choice": "radio", "yes_no": "radio", "number": "number", "text": "text"}
    rows = [(one.code, named(one)) for one in question.choices]
    if question.kind == "yes_no":
        rows = [(YES, pgettext("answer", "Yes")), (NO, pgettext("answer", "No"))]
    return Input(
        f"answer-{question.code}",
        f"{ANSWER}{question.code}",
        kinds[question.kind],
        named(question),
        answer,
        is_required=question.is_required,
        groups=one_group(rows, answer) if rows else (),
    )


def _suggested_input(given: QueryDict) -> Input | None:
    """Return the kinds that the words may mean, to be chosen from; None when they say nothing."""
    found = suggested(given.get("text", ""), *_position(given), at=timezone.now())
    if not found:
        return None
    rows = [(one.code, named(one)) for one in found] + [("", _("None of these, or not sure"))]
    chosen = asked(given, "suggested")
    return Input(
        "suggested", "suggested", "radio", _("Your words may mean"), groups=one_group(rows, chosen)
    )


def _position(given: QueryDict) -> tuple[float | None, float | None]:
    """Return the position of a form in WGS 84; none when it has none that can be right."""
    longitude, latitude = asked_degrees(given, "longitude"), asked_degrees(given, "latitude")
    if longitude is None or latitude is None:
        return None, None
    try:
        return in_wgs84(longitude, latitude, frame_of(given))
    except Refusal:
        return None, None


@never_cache
@require_safe
def alike(request: HttpRequest) -> HttpResponse:
    """GET — open cases that may be the matter being reported, as a part of the page."""
    at = timezone.now()
    try:
        found = cases_alike(request.GET, viewer=actor_of(request), at=at)
    except Refusal:
        found = ()
    if not found:
        return HttpResponse(status=204)
    return render(request, "cases/parts/alike.html", {"alike": found, "at": at})


@never_cache
@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """GET — the kinds that words may mean: `{"suggestions": [{"code", "name"}]}`."""
    text = request.GET.get("text", "")
    found = suggested(text, *_position(request.GET), at=timezone.now())
    rows = [{"code": one.code, "name": named(one)} for one in found]
    return JsonResponse({"suggestions": rows}, json_dumps_params={"ensure_ascii": False})


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
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest) -> HttpResponse:
    """GET — what was promised for the report just made, and how to find it again.

    POST — a report that the phone sent by itself: its number and claim code, remembered.
    """
    if request.method == "POST":
        return _remembered(request)
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


def _remembered(request: HttpRequest) -> HttpResponse:
    number = asked(request.POST, "number", longest=40)
    code = asked(request.POST, "claim_code", longest=40)
    if code and queries.claim_opens(number, code):
        claims.remember(request, number, code)
    elif not has_reported(actor_of(request), number):
        raise CaseNotFound(number=number)
    request.session["reported"] = number
    return HttpResponseRedirect(reverse("report-done"))


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
