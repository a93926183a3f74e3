"""One case at the desk: all that is needed to decide, and the steps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE
from gongzhi.kernel.refusals import Refusal
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.pages import Input, asked_number, one_group
from gongzhi.webkit.reading import full_moment, in_chinese, moment_words, named
from gongzhi.webkit.words import sentence

from ... import words
from ...actions.steps import take
from ...queries.desk import DeskCase, PartyOption, alike, desk_case
from ...queries.page import CasePage, Happening
from ...queries.similar import SimilarCase
from ...rules import STEPS, Step
from .. import forms, lists
from ..forms import Refused, StepForm
from ..reporting import handling_limit, promises_of
from ..story import story_of
from .guard import at_the_desk, back_of, is_partial

MOST_PARTIES = 8  # offered with their load; a list below them has all
# What is pressed for a step; each has a button beside it that says so.
KEYS = {
    Step.FILE: "f", Step.ASK_VERIFICATION: "v", Step.DECLINE: "r", Step.MERGE: "m",
    Step.DISPATCH: "d", Step.GRANT_EXTENSION: "g", Step.REFUSE_EXTENSION: "e",
    Step.SUSPEND: "s", Step.RESUME: "s", Step.RAISE_LEVEL: "l", Step.ASK_CHECK: "a",
    Step.CLOSE: "c", Step.URGE: "u", Step.ANNOTATE: "n",
}  # fmt: skip
LATEST = 3  # deeds of the story that stand beside the case


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as the desk shows it."""

    address: str
    label: str
    brought: str
    can_show: bool


@dataclass(frozen=True, slots=True)
class DeskStep:
    """A step with its key and the fields that the desk asks for."""

    form: StepForm
    key: str
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """A party that a case could be sent to, as the desk shows it."""

    option: PartyOption
    name: str
    level: str
    is_chosen: bool
    warning: str


@dataclass(frozen=True, slots=True)
class Return:
    """How a case was given back."""

    who: str
    at: str
    why: str
    said: str


def keys_of(actor: Actor) -> list[tuple[str, str]]:
    """Return the keys of the steps that somebody may take, each with what its button says."""
    own = [step for step in KEYS if not STEPS[step].roles.isdisjoint(actor.roles)]
    said: dict[str, list[str]] = {}
    for step in own:
        said.setdefault(KEYS[step], []).append(f"{words.STEPS[step]}")
    joint = "、" if in_chinese() else ", "
    return [(key, joint.join(names)) for key, names in said.items()]


@require_safe
@at_the_desk
def case(request: HttpRequest, number: str) -> HttpResponse:
    """GET — one case: a page of its own, or the part beside the list."""
    return _shown(request, number)


@require_safe
@at_the_desk
def similar(request: HttpRequest, number: str) -> HttpResponse:
    """GET — the part of a case that names open ones which may be the same matter."""
    if not is_partial(request):
        return HttpResponseRedirect(f"{reverse('desk-merge')}?from={number}")
    at = timezone.now()
    found = alike(number, viewer=actor_of(request), at=at)
    shown = {
        "at": at,
        "from": number,
        "similar": similar_rows(found.similar, at=at),
        "back": back_of(request.GET),
    }
    return render(request, "cases/desk/alike.html", shown)


def similar_rows(found: Iterable[SimilarCase], *, at: datetime) -> list[tuple[lists.Row, int, int]]:
    """Return similar cases as the desk shows them: the row, metres, likeness in per cent."""
    return [
        (lists.row_of(one.line, at=at), round(one.metres), round(one.likeness * 100))
        for one in found
    ]


@require_POST
@at_the_desk
def take_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """POST — take a step, and show the case as it is then."""
    if step not in set(Step) or step == Step.REPORT:
        raise Http404
    taken = Step(step)
    try:
        given: dict[str, Any] = forms.given_in(taken, _typed(request.POST))
        version = asked_number(request.POST, "version")
        take(number, taken, by=actor_of(request), at=timezone.now(), version=version, **given)
    except Refusal as refusal:
        told = Refused(step, sentence(refusal), request.POST, lost_files=False)
        return _shown(request, number, refused=told, status=refusal.status)
    if is_partial(request):
        return _shown(request, number, taken=taken)
    messages.success(request, _done(taken))
    back = back_of(request.POST)
    own = reverse("desk-case", args=[number])
    return HttpResponseRedirect(f"{own}?back={quote(back, safe='')}" if back else own)


def _done(step: Step, page: CasePage | None = None) -> str:
    """Return that a step is taken; where it was sent, to whom."""
    party = page.line.organisation if page else None
    if step is Step.DISPATCH and party:
        return _("Sent to %(party)s.") % {"party": named(party)}
    return _("Done: %(step)s.") % {"step": words.STEPS[step]}


def _typed(given: QueryDict) -> QueryDict:
    """Return a form in which a party chosen from the list of all stands for the others."""
    typed = given.copy()
    if given.get("other"):
        typed["organisation_id"] = str(given["other"])
    return typed


def _shown(
    request: HttpRequest,
    number: str,
    *,
    refused: Refused | None = None,
    taken: Step | None = None,
    status: int = 200,
) -> HttpResponse:
    at = timezone.now()
    found = desk_case(number, viewer=actor_of(request), at=at)
    back = back_of(request.POST if request.method == "POST" else request.GET)
    done = _done(taken, found.page) if taken else ""
    more = {"back": back, "done": done, "at": at, "keys": keys_of(actor_of(request))}
    shown = _pane(found, at=at, refused=refused) | more
    if is_partial(request):  # a script that is refused would show nothing
        return render(request, "cases/desk/pane.html", shown | {"is_partial": True})
    return render(request, "cases/desk/case.html", shown, status=status)


def _pane(found: DeskCase, *, at: datetime, refused: Refused | None) -> dict[str, object]:
    page = found.page
    bar = forms.step_bar(page, at=at, refused=refused)
    parties = _parties(found, refused)
    promises = promises_of(page, at=at)
    # To urge is never what the desk has to do first.
    main = tuple(one for one in _one(bar.main) if one.step is not Step.URGE)
    aside = tuple(
        replace(one, is_open=bool(one.trouble)) for one in _one(bar.main) if one.step is Step.URGE
    )
    is_in_bar = refused and any(
        one.step == refused.step for one in (*_one(bar.main), *bar.beside, *bar.more)
    )
    return {
        "page": page,
        "row": lists.row_of(page.line, at=at),
        "level": f"{LEVELS.get(page.line.level, page.line.level)}",
        "promises": [one for one in promises if one.view.is_open],
        "timeline": story_of(page, promises)[-LATEST:],
        "first": next(iter(story_of(page, ())), None),
        "extension": _extension_asked(page),
        "limit": handling_limit(page),
        "condition": _in_language(page, "condition"),
        "before": pictures_of(page.photos, "before", "verify"),
        "after": pictures_of(page.photos, "after", "check"),
        "parties": parties,
        "other": _other_party(parties, refused),
        "needs_words": any(one.is_chosen and one.option.is_unchanged for one in parties)
        or bool(refused and refused.step == Step.DISPATCH),
        "due": moment_words(found.due_at, at=at) if found.due_at else "",
        "extended": moment_words(found.extended_to, at=at) if found.extended_to else "",
        "main": next(iter(_steps(main, parties)), None),
        "beside": _steps((*aside, *bar.beside), parties),
        "more": _steps(bar.more, parties),
        "returns": [_return(one) for one in found.returns],
        "may_merge": Step.MERGE in page.steps,
        "doubts": len(page.flags),
        "trouble": refused.trouble if refused and not is_in_bar else "",
    }


def _extension_asked(page: CasePage) -> Return | None:
    """Return who asked for more time and why, while that waits for its answer."""
    asked = [one for one in page.happenings if one.kind == "case.extension_asked"]
    return _return(asked[-1]) if asked and forms.extension_is_asked(page) else None


def _one(form: StepForm | None) -> tuple[StepForm, ...]:
    return (form,) if form else ()


def _steps(shown: Iterable[StepForm], parties: tuple[Party, ...]) -> tuple[DeskStep, ...]:
    """Return the steps that need no photograph; to whom is chosen among the parties."""
    return tuple(
        DeskStep(
            form,
            KEYS.get(form.step, ""),
            tuple(_unlike(one, parties) for one in form.inputs if not _is_among(one, parties)),
        )
        for form in shown
        if not form.has_files and form.step is not Step.SUPPORT
    )


def _is_among(field: Input, parties: tuple[Party, ...]) -> bool:
    return field.name == "organisation_id" and bool(parties)


def _unlike(field: Input, parties: tuple[Party, ...]) -> Input:
    """Return a field that asks for no reason where only sending it back needs one."""
    if parties and field.name == "reason" and field.id.startswith("dispatch"):
        hint = _("Needed to send it again to a party that gave it back.")
        return replace(field, hint=hint)
    return field


def _other_party(parties: tuple[Party, ...], refused: Refused | None) -> Input | None:
    """Return the list of every other party; None where nothing is sent."""
    if not parties:
        return None
    shown = {party.option.organisation.id for party in parties}
    typed = refused.typed.get("other", "") if refused else ""
    rows = [one for one in accounts.all_organisations() if one.id not in shown]
    pairs = [(str(one.id), named(one)) for one in rows]
    label, blank = _("Or to another party"), _("none of these")
    return Input(
        "dispatch-other", "other", "select", label, groups=one_group(pairs, typed), blank=blank
    )


def _parties(found: DeskCase, refused: Refused | None) -> tuple[Party, ...]:
    typed = refused.typed.get("organisation_id", "") if refused else ""
    rows = []
    for one in found.parties[:MOST_PARTIES]:
        is_typed = typed == str(one.organisation.id)
        level = f"{LEVELS.get(one.level, one.level)}" if one.level else ""
        is_chosen = is_typed if typed else one.is_proposed
        rows.append(Party(one, named(one.organisation), level, is_chosen, _circle(one)))
    return tuple(rows)


def _circle(one: PartyOption) -> str:
    """Return what to know before a case goes to a party that has given it back."""
    if not one.returned:
        return ""
    told = {"times": one.returned, "next": one.returned + 1}
    if one.is_unchanged:
        return (
            _(
                "Gave it back %(times)s× and was the last to do so: this would send it there for"
                " time %(next)s. Say why."
            )
            % told
        )
    return _("Gave it back %(times)s×: this would send it there for time %(next)s.") % told


def _return(one: Happening) -> Return:
    code = str(one.facts.get("reason_code", ""))
    return Return(
        who=named(one.organisation) if one.organisation else "",
        at=full_moment(one.at),
        why=named(_reason(code)) if code else "",
        said=one.words,
    )


def _reason(code: str) -> object:
    rows = catalogue.book().reasons.get("return", ())
    return next((row for row in rows if row.code == code), None)


def pictures_of(photos: Iterable[FileUseView], *purposes: str) -> tuple[Picture, ...]:
    """Return the photographs of some purposes, oldest first."""
    return tuple(
        Picture(
            address=reverse("file", args=[one.id]),
            label=f"{words.PURPOSES.get(one.purpose, one.purpose)}",
            brought=full_moment(one.brought_at),
            can_show=one.media_type in SHOWABLE,
        )
        for one in photos
        if one.purpose in purposes
    )


def _in_language(page: CasePage, name: str) -> str:
    if page.standard is None:
        return ""
    own, english = getattr(page.standard, name), getattr(page.standard, f"{name}_en")
    return str((own or english) if in_chinese() else (english or own))
