"""The step bar: the steps a reader may take now, each with the fields it needs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments import words as promises
from gongzhi.kernel.coordinates import BadPosition
from gongzhi.webkit.pages import Input, asked, asked_degrees, asked_number, one_group
from gongzhi.webkit.reading import in_chinese

from .. import words
from ..queries import CasePage, Tie
from ..rules import LEDGER_KIND_OF, OWN_STAGES, STEPS, Need, ResumeDateWrong, Step
from . import choices
from .story import StoryLine, line_of

PHOTOS = "photo_"
_EVER = datetime.min.replace(tzinfo=UTC)

# What a step asks for, by the names of its deed; `photo_…` is brought before the step.
FIELDS: Mapping[Step, tuple[str, ...]] = {
    Step.FIX_ON_SPOT: ("photo_before", "photo_after", "note"),
    Step.VERIFY: ("is_true", "photo_verify", "finding"),
    Step.FILE: ("category_code", "standard_row"),
    Step.DECLINE: ("reason_code", "reason"),
    Step.MERGE: ("into",),
    Step.DISPATCH: ("organisation_id", "reason"),
    Step.RETURN: ("reason_code", "reason"),
    Step.ASK_EXTENSION: ("reason",),
    Step.REFUSE_EXTENSION: ("reason",),
    Step.SUSPEND: ("reason_code", "resume_on", "reason"),
    Step.REACH_STAGE: ("stage",),
    Step.COMPLETE: ("photo_after", "note"),
    Step.PASS_CHECK: ("photo_check", "finding"),
    Step.FAIL_CHECK: ("photo_check", "finding"),
    Step.RATE: ("is_solved", "satisfaction", "words"),
    Step.REOPEN: ("photo_before", "reason"),
    Step.RAISE_LEVEL: ("reason",),
    Step.URGE: ("reason",),
    Step.ANNOTATE: ("note",),
    Step.RECATEGORISE: ("category_code", "reason"),
    Step.RELOCATE: ("longitude", "latitude", "reason"),
    Step.CANCEL: ("reason_code", "reason"),
    Step.FORCE_CLOSE: ("reason",),
}
# The first of these that is possible is the main one.
MAIN = (
    Step.GRANT_EXTENSION, Step.ACCEPT, Step.COMPLETE, Step.VERIFY, Step.PASS_CHECK, Step.CLOSE,
    Step.FILE, Step.DISPATCH, Step.RESUME, Step.ASK_CHECK, Step.RATE, Step.SUPPORT, Step.URGE,
)  # fmt: skip
# These stand beside the main one; the others under “more”.
BESIDE = frozenset(
    {
        Step.REFUSE_EXTENSION, Step.RETURN, Step.ASK_EXTENSION, Step.REACH_STAGE, Step.FAIL_CHECK,
        Step.DECLINE, Step.ASK_VERIFICATION, Step.FIX_ON_SPOT, Step.REOPEN,
    }
)  # fmt: skip
# Whoever takes one of these vouches for the photographs.
ABOUT_PHOTOS = frozenset({Step.PASS_CHECK, Step.FAIL_CHECK, Step.CLOSE})
# What was said to whoever takes the step, since it was taken last: it stands beside its button.
PROMPTS: Mapping[Step, frozenset[str]] = {
    Step.GRANT_EXTENSION: frozenset({"case.extension_asked"}),
    Step.ACCEPT: frozenset({"case.dispatched", "case.urged", "case.reopened"}),
    Step.COMPLETE: frozenset(
        {"case.check_failed", "case.urged", "case.reopened", "case.extension_refused"}
    ),
    Step.FILE: frozenset({"case.verified", "case.reopened"}),
    Step.DISPATCH: frozenset({"case.returned", "case.reopened"}),
}
# Told before the step is pressed; the other needs are not the reader's to bring.
TOLD = frozenset(
    {
        Need.REASON, Need.REASON_CODE, Need.PLACE, Need.CATEGORY, Need.STANDARD, Need.PARTY,
        Need.FINDING, Need.PHOTO_BEFORE, Need.PHOTO_VERIFY, Need.PHOTO_AFTER, Need.PHOTO_CHECK,
        Need.BOTH_PHOTOS, Need.RESUME_DATE, Need.OTHER_CASE, Need.BEFORE_DUE,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepForm:
    """One step with its fields."""

    step: Step
    label: str
    needs: str
    inputs: tuple[Input, ...]
    has_files: bool
    is_open: bool = False  # it was refused, or it is the main one
    trouble: str = ""
    lost_files: bool = False
    help: str = ""  # what becomes of it
    is_about_photos: bool = False  # doubts about them are said before it is pressed
    prompt: StoryLine | None = None  # what was said last to whoever takes it


@dataclass(frozen=True, slots=True)
class StepBar:
    """The steps possible now, by prominence."""

    main: StepForm | None
    beside: tuple[StepForm, ...]
    more: tuple[StepForm, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed and why it was refused."""

    step: str
    trouble: str
    typed: QueryDict
    lost_files: bool


def step_bar(page: CasePage, *, at: datetime, refused: Refused | None = None) -> StepBar:
    """Return the steps that the reader of `page` may take now."""
    steps = [step for step in page.steps if _makes_sense(step, page, at)]
    if _is_own(page) and Step.SUPPORT in steps:
        steps.remove(Step.SUPPORT)  # theirs by claim code, while signed in
    if refused and refused.step in set(Step) and Step(refused.step) not in steps:
        refused = None
    # Whoever works on a case has more to do there than to have the same problem; whoever
    # reported it need not say anything, though they may.
    passed_over = {Step.SUPPORT} if page.works_on_it else {Step.URGE}
    beside = BESIDE | (passed_over & {Step.URGE})
    main = next((step for step in MAIN if step in steps and step not in passed_over), None)
    forms = {step: _form_of(step, page, at, refused, is_main=step is main) for step in steps}
    rest = [step for step in steps if step is not main]
    return StepBar(
        main=forms[main] if main else None,
        beside=tuple(forms[step] for step in rest if step in beside),
        more=tuple(forms[step] for step in rest if step not in beside),
    )


def _makes_sense(step: Step, page: CasePage, at: datetime) -> bool:
    if step in {Step.RATE, Step.REOPEN}:
        return _makes_sense_after(step, page, at)
    if step in {Step.GRANT_EXTENSION, Step.REFUSE_EXTENSION}:
        return extension_is_asked(page)
    if step is Step.ASK_EXTENSION:
        return not extension_is_asked(page) and _can_extend(page, at)
    if step is Step.REACH_STAGE:
        return bool(_stages(page))
    if step is Step.FIX_ON_SPOT:
        return bool(page.standard and page.standard.is_small)
    return True


def _makes_sense_after(step: Step, page: CasePage, at: datetime) -> bool:
    """Return whether a closed case can be rated, or taken up again, by this reader."""
    if step is Step.RATE:
        return page.satisfaction is None
    return page.works_on_it or _can_reopen(page, at)


def _can_reopen(page: CasePage, at: datetime) -> bool:
    """Return whether a reporter is still in time to take a closed case up again."""
    days = catalogue.book().options.reopen_days
    return page.line.ended_at is None or at - page.line.ended_at <= timedelta(days=days)


def _can_extend(page: CasePage, at: datetime) -> bool:
    """Return whether the limit still runs and may be given once more."""
    if page.counts.get("extensions", 0) >= catalogue.book().options.max_extensions:
        return False
    due = [one.due_at for one in page.promises if one.is_open and one.kind == "case.handle"]
    return not due or at < min(due)


def extension_is_asked(page: CasePage) -> bool:
    """Return whether an extension was asked for and waits for its answer."""
    return page.extension_asked_at is not None


def _form_of(
    step: Step, page: CasePage, at: datetime, refused: Refused | None, *, is_main: bool
) -> StepForm:
    is_refused = refused is not None and refused.step == step.value
    typed = refused.typed if refused and is_refused else QueryDict()
    inputs = tuple(
        made for name in FIELDS.get(step, ()) if (made := _input(name, step, page, at, typed))
    )
    needs = [f"{words.NEEDS[need]}" for need in STEPS[step].needs if need in TOLD]
    if not page.works_on_it:
        needs = []  # the fields say it; a resident reads no rules
    return StepForm(
        step=step,
        label=_label(step, page),
        needs=("、" if in_chinese() else ", ").join(needs),
        inputs=inputs,
        has_files=any(one.kind == "files" for one in inputs),
        is_open=is_main or is_refused or (step is Step.REOPEN and _is_called_unsolved(page)),
        trouble=refused.trouble if refused and is_refused else "",
        lost_files=bool(refused and is_refused and refused.lost_files),
        help=f"{words.STEP_HELP.get(step, '')}",
        is_about_photos=step in ABOUT_PHOTOS,
        prompt=_prompt(step, page) if is_main else None,
    )


def _prompt(step: Step, page: CasePage) -> StoryLine | None:
    """Return the words that ask for a step, unless it was taken since."""
    heard = None
    for one in page.happenings:
        if one.kind == LEDGER_KIND_OF[step]:
            heard = None
        elif one.kind in PROMPTS.get(step, ()) and one.words:
            heard = one
    return line_of(heard) if heard else None


def _label(step: Step, page: CasePage) -> str:
    """Return what the button says; to its reporter, a closed case is taken up again."""
    if step is Step.REOPEN and _is_own(page):
        return _("Not solved: take it up again")
    if step is Step.URGE and not page.works_on_it:
        return _("Remind them")
    return f"{words.STEPS[step]}"


def _is_called_unsolved(page: CasePage) -> bool:
    """Return whether its reporter has just said that it is not solved: what follows is at hand."""
    return _is_own(page) and page.satisfaction is not None and not page.is_solved


def _is_own(page: CasePage) -> bool:
    return page.tie is Tie.REPORTED


def _input(name: str, step: Step, page: CasePage, at: datetime, typed: QueryDict) -> Input | None:
    base = Input(f"{step.value}-{name}", name, "area", "", typed.get(name, ""))
    if name.startswith(PHOTOS):
        return _photo_input(base, step, page)
    return _MADE[name](base, step, page, at)


def _begun(purpose: str, page: CasePage) -> datetime:
    """Return after what photographs count: of work asked for again, only new ones do."""
    if not (page.counts["reworks"] or page.counts["reopenings"]):
        return _EVER
    if purpose == "after":
        owed = [one for one in page.promises if one.is_open and one.kind == "case.handle"]
        return max((one.made_at for one in owed), default=_EVER)
    done = LEDGER_KIND_OF[Step.COMPLETE]
    checked = [one.at for one in page.happenings if one.kind == done and purpose == "check"]
    return max(checked, default=_EVER)


def _photo_input(base: Input, step: Step, page: CasePage) -> Input:
    purpose = base.name.removeprefix(PHOTOS)
    begun = _begun(purpose, page)
    there = sum(1 for one in page.photos if one.purpose == purpose and one.brought_at > begun)
    hint = _("%(count)s there already; add more only if needed.") % {"count": there}
    labels = {
        "before": _("Photograph before"),
        "after": _("Photograph after"),
        "verify": _("Photograph of the place"),
        "check": _("Photograph of the check"),
    }
    if begun != _EVER:
        labels |= {"after": _("New photograph after"), "check": _("New photograph of the check")}
    if step is Step.REOPEN:
        asked = _("One of how it looks now helps most.")
        return replace(base, kind="files", label=_("Photograph of today"), hint=asked, value="")
    return replace(
        base, kind="files", label=labels[purpose], hint=hint if there else "",
        is_required=not there, value="",
    )  # fmt: skip


def _reason(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    is_needed = Need.REASON in STEPS[step].needs or not (
        page.reason_codes.get(step.value) or Need.REASON_CODE not in STEPS[step].needs
    )
    if step is Step.URGE and not page.works_on_it:
        label = _("What should they know?")
    else:
        label = _("Reason in words") if is_needed else _("Words (may be left blank)")
    hint = _("If you know whose it is, name them: the desk reads it before it dispatches anew.")
    return replace(
        base, label=label, is_required=is_needed, hint=hint if step is Step.RETURN else ""
    )


def _reason_code(base: Input, step: Step, page: CasePage, at: datetime) -> Input | None:
    rows = choices.reasons_of(page.reason_codes.get(step.value, ()))
    if not rows:
        return None
    groups = one_group(rows, base.value)
    return replace(
        base, kind="select", label=_("Reason"), groups=groups, blank=_("choose"), is_required=True
    )


def _category(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    present = page.line.category.code if page.line.category else ""
    groups = choices.category_groups(catalogue.book(), chosen=base.value or present)
    return replace(
        base,
        kind="select",
        label=_("Category"),
        groups=groups,
        blank=_("choose"),
        is_required=True,
    )


def _standard_row(base: Input, step: Step, page: CasePage, at: datetime) -> Input | None:
    if page.line.category is None:
        return None
    rows = catalogue.book().standards_of(page.line.category.code)
    if len(rows) <= 1:
        return None
    shown = {row.row: _condition(row) for row in rows}
    return replace(
        base,
        kind="select",
        label=_("Row of the standard"),
        hint=_("For the category as reported; leave it open when you choose another."),
        groups=one_group(shown, base.value),
        blank=_("the first that fits"),
    )


def _condition(row: Any) -> str:
    condition = (row.condition if in_chinese() else row.condition_en) or row.condition
    return f"{row.row} · {condition[:40]} · {row.limit() or ''}"


def _party(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    chain = [party.organisation.id for party in page.chain]
    chosen = int(base.value) if base.value.isdigit() else next(iter(chain), None)
    groups = choices.party_groups(
        chain, chosen=chosen, labels=(_("Answerable by the map"), _("Others"))
    )
    return replace(
        base, kind="select", label=_("To whom"), groups=groups, blank=_("choose"), is_required=True
    )


def _stages(page: CasePage) -> dict[str, str]:
    return {
        one.kind.removeprefix("case."): promises.kind_label(one.kind)
        for one in page.promises
        if one.is_open and one.kind.removeprefix("case.") not in OWN_STAGES
    }


def _stage(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    groups = one_group(_stages(page), base.value)
    return replace(base, kind="select", label=_("Stage"), groups=groups, is_required=True)


def _resume_on(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    tomorrow = (at.astimezone(catalogue.book().calendar.timezone) + timedelta(days=1)).date()
    return replace(
        base,
        kind="date",
        label=_("Resumes on"),
        hint=_("It resumes by itself on that day."),
        is_required=True,
        lowest=tomorrow.isoformat(),
    )


def _yes_no(label: Callable[[], str], yes: Callable[[], str], no: Callable[[], str]) -> Any:
    def made(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
        groups = one_group({"yes": yes(), "no": no()}, base.value)
        return replace(base, kind="radio", label=label(), groups=groups, is_required=True)

    return made


def _grade(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    groups = one_group({str(key): f"{name}" for key, name in words.GRADES.items()}, base.value)
    return replace(
        base, kind="radio", label=_("How content are you?"), groups=groups, is_required=True
    )


def _area_of(label: Callable[[], str], *, is_required: bool) -> Any:
    def made(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
        needed = is_required or (step is Step.ANNOTATE)
        return replace(base, label=label(), is_required=needed)

    return made


def _degrees(label: Callable[[], str], column: str) -> Any:
    def made(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
        present = getattr(page, column)
        value = base.value or ("" if present is None else f"{present:.6f}")
        return replace(base, kind="degrees", label=label(), value=value, is_required=True)

    return made


def _into(base: Input, step: Step, page: CasePage, at: datetime) -> Input:
    return replace(base, kind="text", label=_("Number of the case that goes on"), is_required=True)


_MADE: Mapping[str, Callable[[Input, Step, CasePage, datetime], Input | None]] = {
    "reason": _reason,
    "reason_code": _reason_code,
    "category_code": _category,
    "standard_row": _standard_row,
    "organisation_id": _party,
    "stage": _stage,
    "resume_on": _resume_on,
    "into": _into,
    "is_true": _yes_no(
        lambda: _("Is it as reported?"), lambda: _("Yes, as reported"), lambda: _("No")
    ),
    "is_solved": _yes_no(lambda: _("Is it solved?"), lambda: _("Yes"), lambda: _("Not solved")),
    "satisfaction": _grade,
    "words": _area_of(lambda: _("Words (may be left blank)"), is_required=False),
    "note": _area_of(lambda: _("Note"), is_required=False),
    "finding": _area_of(lambda: _("What was found"), is_required=True),
    "longitude": _degrees(lambda: _("Longitude"), "longitude"),
    "latitude": _degrees(lambda: _("Latitude"), "latitude"),
}


# --- reading what was sent --------------------------------------------------------------


def given_in(step: Step, typed: QueryDict) -> dict[str, object]:
    """Return what a form gives to the deed of its step.

    Raises:
        ResumeDateWrong, BadPosition: what was typed is no date, or no position.
    """
    return {
        name: _READ.get(name, _text)(name, typed)
        for name in FIELDS.get(step, ())
        if not name.startswith(PHOTOS)
    }


def _text(name: str, typed: QueryDict) -> str:
    return typed.get(name, "")


def _code(name: str, typed: QueryDict) -> str:
    return asked(typed, name)


def _date(name: str, typed: QueryDict) -> date:
    text = asked(typed, name, longest=20)
    try:
        return date.fromisoformat(text)
    except ValueError as trouble:
        most = catalogue.book().options.suspend_max_days
        raise ResumeDateWrong(resume_on=text or "—", most=most) from trouble


def _position(name: str, typed: QueryDict) -> float:
    degrees = asked_degrees(typed, name)
    if degrees is None or math.isnan(degrees):
        raise BadPosition(
            lon=asked(typed, "longitude"), lat=asked(typed, "latitude"), reason="not_a_number"
        )
    return degrees


_READ: Mapping[str, Callable[[str, QueryDict], object]] = {
    "reason_code": _code,
    "category_code": _code,
    "standard_row": _code,
    "into": _code,
    "stage": _code,
    "organisation_id": lambda name, typed: asked_number(typed, name),
    "satisfaction": lambda name, typed: asked_number(typed, name) or 0,
    "is_true": lambda name, typed: typed.get(name) == "yes",
    "is_solved": lambda name, typed: typed.get(name) == "yes",
    "resume_on": _date,
    "longitude": _position,
    "latitude": _position,
}
