"""One step by one thumb: what was found, a photograph, and done."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongzhi.accounts.session import actor_of
from gongzhi.commitments.web import PromiseLine
from gongzhi.evidence import actions as evidence
from gongzhi.evidence.actions import BroughtFile
from gongzhi.evidence.rules import SHOWABLE
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Choice, asked, asked_number
from gongzhi.webkit.reading import in_chinese, named
from gongzhi.webkit.words import sentence

from ... import words
from ...actions.field import take_with_photos
from ...queries import CasePage, case_page
from ...rules import PhotoMissing, Step, StepOutOfTurn
from .. import choices
from ..lists import row_of
from ..pictures import Photo, doubts_on, photo_of
from ..reporting import promises_of
from .guard import for_the_field

MOST_PHOTOS = 6
SHUTTER = "photo_"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of a step: the step it means, what it says, and what it says in words."""

    code: str
    label: str
    step: Step
    given: Mapping[str, Any]

    @property
    def as_json(self) -> str:
        """Return what the answer gives besides words, for a phone that sends it later."""
        return json.dumps(dict(self.given))


@dataclass(frozen=True, slots=True)
class Shutter:
    """A button that opens the camera."""

    purpose: str
    label: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class ThumbForm:
    """One thing to do, as big as a thumb.

    Attributes:
        deed: the value of the field `deed`.
        title: what it is called.
        button: what the button says.
        findings: answers of which one is chosen; of a single one nothing is asked.
        shutters: photographs to take.
        words_name: how the API calls the words; blank for none.
        words_label: what the words are.
        reasons: a list of which one is chosen.
    """

    deed: str
    title: str
    button: str
    findings: tuple[Finding, ...]
    shutters: tuple[Shutter, ...] = ()
    words_name: str = ""
    words_label: str = ""
    reasons: tuple[Choice, ...] = ()
    is_main: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_field
def step(request: HttpRequest, number: str) -> HttpResponse:
    """GET — the steps of a case that can be taken outside.  POST — take one."""
    if request.method != "POST":
        return _shown(request, number)
    at, by = timezone.now(), actor_of(request)
    page = case_page(number, viewer=by, at=at)
    try:
        finding, given = _answer(request, page)
        take_with_photos(
            number,
            finding.step,
            photos=brought(request),
            by=by,
            at=at,
            version=asked_number(request.POST, "version"),
            **given,
        )
    except Refusal as refusal:
        return _shown(request, number, refusal=refusal)
    messages.success(request, _("Done: %(step)s.") % {"step": words.STEPS[finding.step]})
    return HttpResponseRedirect(reverse("field-tasks"))


def _answer(request: HttpRequest, page: CasePage) -> tuple[Finding, dict[str, Any]]:
    """Return the chosen answer, and what its deed takes.

    Raises:
        StepOutOfTurn: the case is no longer where the page believed it.
    """
    deed = asked(request.POST, "deed")
    known = next((form for form in thumb_forms(page) if form.deed == deed), None)
    if known is None:
        state = page.line.state.value
        raise StepOutOfTurn(step=_STEP_OF.get(deed, deed), state=state)
    code = asked(request.POST, "finding_code")
    finding = next((one for one in known.findings if one.code == code), known.findings[0])
    said = request.POST.get("words", "").strip()
    given = dict(finding.given)
    if known.words_name:
        given[known.words_name] = " ".join(filter(None, (given.get(known.words_name), said)))
    if known.reasons:
        given["reason_code"] = asked(request.POST, "reason_code")
    return finding, given


def brought(request: HttpRequest) -> list[BroughtFile]:
    """Return the photographs of a form, checked and stored, for the deed that follows."""
    return [
        evidence.bring_file(
            one.file or b"", name=one.name or "", purpose=field.removeprefix(SHUTTER)
        )
        for field in request.FILES
        if field.startswith(SHUTTER)
        for one in request.FILES.getlist(field)[:MOST_PHOTOS]
    ]


def _shown(request: HttpRequest, number: str, *, refusal: Refusal | None = None) -> HttpResponse:
    at = timezone.now()
    page = case_page(number, viewer=actor_of(request), at=at)
    promises = promises_of(page, at=at)
    every = thumb_forms(page)
    wanted = asked(request.POST, "deed")
    shown = {
        "at": at,
        "page": page,
        "row": row_of(page.line, at=at),
        "clock": _clock(promises),
        "photos": _pictures(page),
        "answers_now": _who_has_it(page),
        "doubts": doubts_on(page),
        "forms": every,
        "open": wanted if any(form.deed == wanted for form in every) else "",
        "trouble": sentence(refusal) if refusal else "",
        "lost_files": bool(refusal and request.FILES) and not isinstance(refusal, PhotoMissing),
        "typed": request.POST,
        "closing": _closing(page),
        **_came_from(request),
    }
    return render(
        request, "cases/field/step.html", shown, status=refusal.status if refusal else 200
    )


def _clock(promises: Iterable[PromiseLine]) -> PromiseLine | None:
    """Return the promise that is due next; one that stands still only where no other is open."""
    is_open = [line for line in promises if line.view.is_open]
    return min(is_open, key=lambda line: (line.state == "paused", line.view.due_at), default=None)


def _closing(page: CasePage) -> str:
    """Return when the work counts as done, in the reader's language."""
    if page.standard is None:
        return ""
    own, english = page.standard.closing, page.standard.closing_en
    return (own or english) if in_chinese() else (english or own)


def _came_from(request: HttpRequest) -> dict[str, str]:
    """Return the list to which the reader goes back: the one they came from."""
    path = urlsplit(request.headers.get("Referer", "")).path
    tab = "near" if path == reverse("field") else "tasks"
    return {"tab": tab, "way_back": reverse("field" if tab == "near" else "field-tasks")}


def _pictures(page: CasePage) -> tuple[Photo, ...]:
    """Return the photographs that can be shown: the pair before and after first."""
    pair = page.pair
    paired = (pair.before, pair.after) if pair else ()
    others = (one for one in page.photos if one.id not in {first.id for first in paired})
    shown = (*paired, *(one for one in others if one.purpose in _TELLING))
    return tuple(photo_of(one) for one in shown if one.media_type in SHOWABLE)


def _who_has_it(page: CasePage) -> str:
    """Return who answers for an open case now; blank for one that has ended."""
    party = page.line.organisation
    return named(party) if party and page.line.ended_at is None else ""


_TELLING = frozenset({"before", "verify", "after", "check"})
_STEP_OF = {"verify": "verify", "check": "pass_check"}


def thumb_forms(page: CasePage) -> tuple[ThumbForm, ...]:
    """Return what the reader of a case may do outside, the most likely first."""
    made = [make(page) for step, make in _MAKERS.items() if step in page.steps]
    found = [form for form in made if form is not None]
    return tuple(found)


def _verify(page: CasePage) -> ThumbForm:
    rows = (
        ("there", _("It is there as reported."), True),
        ("other", _("It is there, but not as described."), True),
        ("gone", _("It is not there."), False),
    )
    findings = tuple(
        Finding(code, label, Step.VERIFY, {"is_true": is_true, "finding": label})
        for code, label, is_true in rows
    )
    return ThumbForm(
        "verify",
        _("Have a look"),
        _("Report what I found"),
        findings,
        _shutters(page, "verify"),
        "finding",
        _("More words (may be left blank)"),
    )


def _check(page: CasePage) -> ThumbForm:
    rows = (
        ("done", _("The work is done."), Step.PASS_CHECK),
        ("not_done", _("The work is not done."), Step.FAIL_CHECK),
    )
    findings = tuple(Finding(code, label, step, {"finding": label}) for code, label, step in rows)
    return ThumbForm(
        "check",
        _("Check the work"),
        _("Report what I found"),
        findings,
        _shutters(page, "check"),
        "finding",
        _("More words (may be left blank)"),
    )


def _plain(step: Step, *purposes: str, words_name: str = "") -> Any:
    def make(page: CasePage) -> ThumbForm:
        label = f"{words.STEPS[step]}"
        return ThumbForm(
            step.value,
            label,
            label,
            (Finding("", label, step, {}),),
            _shutters(page, *purposes),
            words_name,
            _("Words (may be left blank)") if words_name else "",
        )

    return make


def _fix(page: CasePage) -> ThumbForm | None:
    if page.standard is None or not page.standard.is_small:
        return None
    form: ThumbForm = _plain(Step.FIX_ON_SPOT, "before", "after", words_name="note")(page)
    return form


def _return(page: CasePage) -> ThumbForm:
    label = f"{words.STEPS[Step.RETURN]}"
    rows = choices.reasons_of(page.reason_codes.get(Step.RETURN.value, ()))
    return ThumbForm(
        "return",
        label,
        label,
        (Finding("", label, Step.RETURN, {}),),
        (),
        "reason",
        _("Words (may be left blank)") if rows else _("Reason in words"),
        tuple(Choice(code, name) for code, name in dict(rows).items()),
    )


_MAKERS: Mapping[Step, Any] = {
    Step.VERIFY: _verify,
    Step.PASS_CHECK: _check,
    Step.COMPLETE: _plain(Step.COMPLETE, "after", words_name="note"),
    Step.ACCEPT: _plain(Step.ACCEPT),
    Step.FIX_ON_SPOT: _fix,
    Step.RETURN: _return,
}


def _shutters(page: CasePage, *purposes: str) -> tuple[Shutter, ...]:
    labels = {
        "before": _("Photograph before"),
        "after": _("Photograph after"),
        "verify": _("Photograph of the place"),
        "check": _("Photograph of the check"),
    }
    there = {one.purpose for one in page.photos}
    return tuple(Shutter(one, labels[one], one not in there) for one in purposes)
