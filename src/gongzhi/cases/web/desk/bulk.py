"""One step for many cases: what it would do, and doing it piece by piece."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Choice, ChoiceGroup, Input, asked, asked_number
from gongzhi.webkit.reading import moment_words, named
from gongzhi.webkit.words import sentence

from ... import words
from ...actions.bulk import PATIENCE, check_bulk, take_in_bulk
from ...queries.bulk import Planned, bulk_plan, picks_of
from ...rules import BULK_MOST, BULK_STEPS, NothingChosen, NotInBulk, Pick, Step
from .. import lists
from .case import KEYS
from .guard import at_the_desk, back_of, filter_in

SHOWN = 200  # lines of a preview or result
SALT = "desk-bulk"
KEPT = 3600  # seconds for which a bulk step can be gone on with


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the preview."""

    number: str
    title: str
    summary: str
    party: str
    due: str
    trouble: str


@require_POST
@at_the_desk
def preview(request: HttpRequest) -> HttpResponse:
    """POST — say what a step would do to each of the chosen cases; nothing is done."""
    at, actor = timezone.now(), actor_of(request)
    try:
        step = _step(request.POST)
        picks = _picks(request.POST, actor, at=at)
        check_bulk(step, len(picks))
    except Refusal as refusal:
        return _refused(request, refusal)
    return _previewed(request, step, picks, at=at)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    shown = {"trouble": sentence(refusal), "back": back_of(request.POST)}
    return render(request, "cases/desk/bulk_refused.html", shown, status=refusal.status)


def _previewed(
    request: HttpRequest, step: Step, picks: list[Pick], *, at: datetime, trouble: str = ""
) -> HttpResponse:
    given = _given(step, request.POST)
    plan = bulk_plan(
        step,
        picks,
        viewer=actor_of(request),
        at=at,
        organisation_id=asked_number(request.POST, "organisation_id"),
        has_reason=any(isinstance(one, str) and one.strip() for one in given.values()),
    )
    will = [one for one in plan if one.trouble is None]
    shown = {
        "step": step,
        "label": f"{words.STEPS[step]}",
        "lines": [_plan_line(one, at=at) for one in _troubles_first(plan)[:SHOWN]],
        "will": len(will),
        "will_not": len(plan) - len(will),
        "not_shown": max(len(plan) - SHOWN, 0),
        "parties": _parties(will),
        "key": KEYS.get(step, ""),
        "picks": _written([one.pick for one in will]),
        "all_picks": _written(picks),
        "inputs": _inputs(step, request.POST),
        "back": back_of(request.POST),
        "trouble": trouble,
    }
    return render(request, "cases/desk/bulk.html", shown, status=400 if trouble else 200)


def _parties(plan: Sequence[Planned]) -> list[tuple[str, int]]:
    """Return how many go to whom, the most first."""
    named_ones = (named(one.organisation) for one in plan if one.organisation)
    return Counter(named_ones).most_common()


def _troubles_first(plan: Sequence[Planned]) -> list[Planned]:
    return sorted(plan, key=lambda one: one.trouble is None)


def _plan_line(one: Planned, *, at: datetime) -> PlanLine:
    row = lists.row_of(one.line, at=at) if one.line else None
    return PlanLine(
        number=one.pick.number,
        title=row.title if row else "",
        summary=one.line.summary if one.line else "",
        party=named(one.organisation) if one.organisation else "",
        due=moment_words(one.due_at, at=at) if one.due_at else "",
        trouble=sentence(one.trouble) if one.trouble else "",
    )


@require_POST
@at_the_desk
def take(request: HttpRequest) -> HttpResponse:
    """POST — take the step of as many cases as a short request can, and say what came of it."""
    at = timezone.now()
    try:
        run = _run(request.POST)
        by = actor_of(request)
        done = take_in_bulk(run.step, run.left, by=by, at=at, patience=PATIENCE, **run.given)
    except Refusal as refusal:
        return _refused(request, refusal)
    run.done += done.done
    run.refused += [(number, sentence(refusal)) for number, refusal in done.refused]
    run.left = list(done.left)
    shown = {
        "label": f"{words.STEPS[run.step]}",
        "done": len(run.done),
        "done_numbers": run.done[:SHOWN],
        "refused": run.refused[:SHOWN],
        "refused_count": len(run.refused),
        "left": len(run.left),
        "tried": len(run.done) + len(run.refused),
        "total": len(run.done) + len(run.refused) + len(run.left),
        "run": run.signed() if run.left else "",
        "back": back_of(request.POST),
    }
    return render(request, "cases/desk/bulk_done.html", shown)


@dataclass
class Run:
    """A bulk step on its way from request to request."""

    step: Step
    given: dict[str, Any]
    left: list[Pick]
    done: list[str]
    refused: list[tuple[str, str]]

    def signed(self) -> str:
        """Return the run as a text that only this city can have written."""
        left = [(pick.number, pick.version) for pick in self.left]
        held = (self.step.value, self.given, left, self.done, self.refused)
        return signing.dumps(held, salt=SALT, compress=True)


def _run(given: QueryDict) -> Run:
    """Return the run that a form begins, or goes on with.

    Raises:
        NotInBulk, NothingChosen: the form does not say what.
    """
    if "run" not in given:
        step = _step(given)
        return Run(step, _given(step, given), _read(given.get("picks", "")), [], [])
    try:
        step, kept, left, done, refused = signing.loads(str(given["run"]), salt=SALT, max_age=KEPT)
    except signing.BadSignature as bad:
        raise NothingChosen from bad
    picks = [Pick(*one) for one in left]
    return Run(Step(step), kept, picks, done, [(number, said) for number, said in refused])


def _step(given: QueryDict) -> Step:
    name = asked(given, "step")
    if name not in {step.value for step in BULK_STEPS}:
        known = words.FACTS["step"].get(name, name or "—")
        raise NotInBulk(step=str(known))
    return Step(name)


def _picks(given: QueryDict, actor: Actor, *, at: datetime) -> list[Pick]:
    """Return the chosen cases: the ticked ones, those of a preview, or all of the list."""
    if given.get("all") == "1":
        return picks_of(actor, at=at, narrowed=filter_in(back_of(given)))
    return _read(" ".join((*given.getlist("pick"), given.get("picks", ""))))


def _read(text: str) -> list[Pick]:
    """Return picks as `_written` writes them; what is none is left out."""
    pairs = (one.rpartition(":") for one in text.split()[: BULK_MOST + 1])
    return [
        Pick(number[:40], int(version))
        for number, _colon, version in pairs
        if number and version.isascii() and version.isdigit() and len(version) < 10  # noqa: PLR2004
    ]


def _written(picks: Sequence[Pick]) -> str:
    return " ".join(f"{pick.number}:{pick.version}" for pick in picks)


def _given(step: Step, given: QueryDict) -> dict[str, Any]:
    """Return what a form gives to the deed of the step."""
    reason = given.get("reason", "")
    if step is Step.DISPATCH:
        return {"organisation_id": asked_number(given, "organisation_id"), "reason": reason}
    if step is Step.URGE:
        return {"reason": reason}
    return {"note": reason} if step is Step.ANNOTATE else {}


def _inputs(step: Step, given: QueryDict) -> tuple[Input, ...]:
    reason = Input("bulk-reason", "reason", "area", "", given.get("reason", ""))
    if step is Step.DISPATCH:
        return (_party_input(asked_number(given, "organisation_id")), _labelled(reason, False))
    return (_labelled(reason, True),) if step in {Step.URGE, Step.ANNOTATE} else ()


def _labelled(field: Input, is_required: bool) -> Input:
    label = _("Words to go with each") if is_required else _("Reason (may be left blank)")
    return Input(field.id, field.name, field.kind, label, field.value, is_required=is_required)


def _party_input(chosen: int | None) -> Input:
    parties = tuple(
        Choice(str(one.id), named(one), one.id == chosen) for one in accounts.all_organisations()
    )
    return Input(
        "bulk-organisation",
        "organisation_id",
        "select",
        _("To whom"),
        groups=(ChoiceGroup("", parties),),
        blank=_("each to the party that answers for it"),
    )
