"""Promises as pages show them: a state with colour, shape and word, and a clock in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Calendar, Limit, Unit
from gongzhi.webkit.reading import clock_words, full_moment

from . import words
from .rules import CommitmentView, State

urlpatterns: list[URLPattern] = []  # the inbox stands in `site.web`: its lines name cases

SHAPES: Mapping[str, str] = {
    "kept": "●",
    "running": "◔",
    "soon": "◑",
    "broken": "▲",
    "paused": "‖",
    "released": "○",
}


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise as a page shows it."""

    view: CommitmentView
    label: str
    state: str
    shape: str
    state_words: str
    clock: str
    limit: str


def state_of(promise: CommitmentView, *, at: datetime) -> str:
    """Return kept, running, soon, broken, paused or released."""
    is_running = promise.state is State.RUNNING
    if promise.is_broken or (is_running and promise.due_at < at):
        return "broken"
    if is_running and promise.warn_at is not None and promise.warn_at <= at:
        return "soon"
    return promise.state.value


def promise_line(
    promise: CommitmentView, *, at: datetime, calendars: Mapping[str, Calendar]
) -> PromiseLine:
    """Return a promise as a page shows it.

    Args:
        promise: any.
        at: when it is read.
        calendars: of the pack, by code; without its own the clock shows plain time.
    """
    state = state_of(promise, at=at)
    return PromiseLine(
        view=promise,
        label=words.kind_label(promise.kind),
        state=state,
        shape=SHAPES[state],
        state_words=_state_words(state),
        clock=_clock(promise, at=at, calendar=calendars.get(promise.calendar)),
        limit=limit_words(promise.limit),
    )


def _state_words(state: str) -> str:
    if state == "broken":
        return str(words.BROKEN)
    return str(words.DUE_SOON if state == "soon" else words.STATES[State(state)])


def _clock(promise: CommitmentView, *, at: datetime, calendar: Calendar | None) -> str:
    if promise.kept_at is not None:
        when = _("kept %(at)s") if not promise.is_broken else _("kept late, %(at)s")
        return when % {"at": full_moment(promise.kept_at)}
    if promise.released_at is not None:
        return _("released %(at)s") % {"at": full_moment(promise.released_at)}
    if promise.state is State.PAUSED:
        return _("the clock stands still")
    return left_words(promise.due_at, at=at, limit=promise.limit, calendar=calendar)


def left_words(due_at: datetime, *, at: datetime, limit: str, calendar: Calendar | None) -> str:
    """Return what is left until `due_at`, counted as the limit counts it."""
    plain = int((due_at - at).total_seconds())
    unit = _unit_of(limit)
    if calendar is None or unit is None or unit.is_continuous:
        return clock_words(plain, due_at, at=at)
    try:
        left = calendar.remaining(at, due_at, unit)
    except Refusal:  # a year without a table: plain time is still true
        return clock_words(plain, due_at, at=at)
    if (left < 0) != (plain < 0) or left == 0:
        return clock_words(plain, due_at, at=at)
    return clock_words(left, due_at, at=at, day_seconds=28_800, unit=_(" (working time)"))


def _unit_of(limit: str) -> Unit | None:
    try:
        return Limit.parse(limit).unit
    except Refusal:
        return None


def limit_words(limit: str) -> str:
    """Return a limit as people read it: `4 work_hours` is “4 working hours”."""
    unit = _unit_of(limit)
    if unit is None:
        return limit
    amount = limit.split(" ", 1)[0]
    count = 1 if amount == "1" else 2
    names = {
        Unit.EMERGENCY_HOURS: ngettext(
            "%(amount)s hour, day and night", "%(amount)s hours, day and night", count
        ),
        Unit.EMERGENCY_DAYS: ngettext(
            "%(amount)s day of 24 hours", "%(amount)s days of 24 hours", count
        ),
        Unit.WORK_HOURS: ngettext("%(amount)s working hour", "%(amount)s working hours", count),
        Unit.WORK_DAYS: ngettext("%(amount)s working day", "%(amount)s working days", count),
        Unit.DAYS: ngettext("%(amount)s day", "%(amount)s days", count),
    }
    return names[unit] % {"amount": amount}
