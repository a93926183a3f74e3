"""The promise clock: what is left, counted on by the page, and how it was computed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from babel.dates import get_day_names
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.web import PromiseLine
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Calendar, Limit, Span, Unit
from gongzhi.webkit.reading import full_moment, in_chinese, locale, moment_words, named

from ..queries import CasePage

MOST_DAYS = 60  # that the page counts by itself; what is due later changes by the day
_DAY = 86_400  # seconds
_WORK_DAY = 28_800  # seconds; eight hours
_WHOLE = 100  # per cent


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of how a due moment came about."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class BigClock:
    """The clock at the head of a case.

    Attributes:
        line: the promise that is due next.
        used: how much of its time has run, per cent.
        counted: what the page counts on with; absent where it stands still or is late.
        facts: how the due moment was computed.
    """

    line: PromiseLine
    used: int
    counted: Mapping[str, Any] | None
    facts: tuple[Fact, ...]


def clock_of(page: CasePage, promises: tuple[PromiseLine, ...], *, at: datetime) -> BigClock | None:
    """Return the clock of the promise that is due next in the present stage; None for none."""
    is_open = [line for line in promises if line.view.is_open]
    same = [line for line in is_open if line.view.due_at == page.line.due_at]
    line = next(iter((*same, *is_open)), None)
    if line is None:
        return None
    calendar = catalogue.book().calendars.get(line.view.calendar)
    unit = _unit_of(line.view.limit)
    return BigClock(
        line,
        _used(line, calendar, unit, at),
        _counted(line, calendar, unit, at),
        tuple(_facts(page, line, calendar, unit)),
    )


def _unit_of(limit: str) -> Unit:
    try:
        return Limit.parse(limit).unit
    except Refusal:
        return Unit.DAYS


def _used(line: PromiseLine, calendar: Calendar | None, unit: Unit, at: datetime) -> int:
    now = line.view.paused_at or at
    whole = _seconds(calendar, unit, line.view.made_at, line.view.due_at)
    run = _seconds(calendar, unit, line.view.made_at, now)
    return min(max(round(run * _WHOLE / whole), 0), _WHOLE) if whole > 0 else _WHOLE


def _seconds(calendar: Calendar | None, unit: Unit, start: datetime, end: datetime) -> float:
    plain = (end - start).total_seconds()
    if calendar is None or unit.is_continuous:
        return plain
    try:
        return calendar.working_seconds(start, end, unit)
    except Refusal:  # a year without a table: plain time is still true
        return plain


# --- for the page, to count on --------------------------------------------------------


def _counted(
    line: PromiseLine, calendar: Calendar | None, unit: Unit, at: datetime
) -> Mapping[str, Any] | None:
    """Return what a page needs to count without asking again; times in ms since 1970 UTC."""
    due = line.view.due_at
    if line.state not in {"running", "soon"} or due <= at or due - at > timedelta(days=MOST_DAYS):
        return None
    is_plain = calendar is None or unit.is_continuous
    try:
        spans = [(at, due)] if calendar is None or is_plain else list(_spans(calendar, at, due))
    except Refusal:
        return None
    told = {"span": "{span}" + ("" if is_plain else _(" (working time)"))}
    told["due"] = moment_words(due, at=at)
    return {
        "spans": [[_ms(start), _ms(end)] for start, end in spans],
        "from": _ms(line.view.made_at),
        "used": _used(line, calendar, unit, at),
        "day": _DAY if is_plain else _WORK_DAY,
        "left": _("%(span)s left · by %(due)s") % told,
        "over": _("The time ran out just now; it was due %(due)s.") % told,
        "days": [
            ngettext("%(count)s day", "%(count)s days", count) % {"count": "{n}"}
            for count in (1, 2)
        ],
        "hours": _("%(count)s h") % {"count": "{n}"},
        "minutes": _("%(count)s min") % {"count": "{n}"},
        "least": _("under 1 min"),
    }


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _spans(
    calendar: Calendar, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of working time between two moments."""
    day = start.astimezone(calendar.timezone).date()
    last = end.astimezone(calendar.timezone).date()
    while day <= last:
        midnight = datetime.combine(day, time.min, tzinfo=calendar.timezone)
        for span in calendar.spans_of(day):
            begin = max(midnight + timedelta(microseconds=span.start_us), start)
            finish = min(midnight + timedelta(microseconds=span.end_us), end)
            if begin < finish:
                yield begin, finish
        day += timedelta(days=1)


# --- for whoever asks how it was computed ---------------------------------------------


def _facts(
    page: CasePage, line: PromiseLine, calendar: Calendar | None, unit: Unit
) -> Iterator[Fact]:
    view = line.view
    yield Fact(_("Promised"), full_moment(view.made_at))
    if line.limit:
        yield Fact(_("Limit"), _limit_words(page, line))
    yield Fact(_("Counted"), _counting_words(calendar, unit))
    if view.original_due_at != view.due_at:
        yield Fact(_("Due at first"), full_moment(view.original_due_at))
    yield from _extensions(page, view.made_at)
    yield from _pauses(page, view.made_at)
    yield Fact(_("Due"), full_moment(view.due_at))


def _limit_words(page: CasePage, line: PromiseLine) -> str:
    """Return the limit, with the row of the standard that sets it where it is the work's."""
    limit = page.standard.limit() if page.standard else None
    if page.standard is None or limit is None or str(limit) != line.view.limit:
        return line.limit
    own, english = page.standard.condition, page.standard.condition_en
    condition = (own or english) if in_chinese() else (english or own)
    kind = named(page.line.category) if page.line.category else ""
    told = {"limit": line.limit, "kind": kind, "condition": condition}
    if not (kind and condition):
        return line.limit
    return _("%(limit)s, by the standard for “%(kind)s”: %(condition)s") % told


def _counting_words(calendar: Calendar | None, unit: Unit) -> str:
    if calendar is None or unit.is_continuous:
        return _("day and night, without a break")
    return _("in working time only: %(hours)s; not on public holidays") % {
        "hours": week_words(calendar)
    }


def week_words(calendar: Calendar) -> str:
    """Return the working hours of a week, days with the same hours together."""
    groups: list[tuple[list[int], tuple[Span, ...]]] = []
    for day, spans in enumerate(calendar.week):
        if spans and groups and groups[-1][1] == spans and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        elif spans:
            groups.append(([day], spans))
    divider = "，" if in_chinese() else ", "
    return divider.join(f"{_day_words(days)} {_hours_words(spans)}" for days, spans in groups)


def _day_words(days: list[int]) -> str:
    names = get_day_names("abbreviated", locale=locale())
    first, last = names[days[0]], names[days[-1]]
    return first if first == last else f"{first}–{last}"


def _hours_words(spans: tuple[Span, ...]) -> str:
    divider = "、" if in_chinese() else ", "
    return divider.join(f"{one.start:%H:%M}–{one.end:%H:%M}" for one in spans)


def _extensions(page: CasePage, since: datetime) -> Iterator[Fact]:
    for one in page.happenings:
        if one.kind == "case.extension_granted" and one.at >= since:
            yield Fact(_("Extended"), full_moment(one.at))


def _pauses(page: CasePage, since: datetime) -> Iterator[Fact]:
    """Yield when the clock stood still; a pause that lasts has no end yet."""
    start: datetime | None = None
    for one in page.happenings:
        if one.at < since:
            continue
        if one.kind == "case.suspended":
            start = one.at
        elif one.kind == "case.resumed" and start is not None:
            told = {"start": full_moment(start), "end": full_moment(one.at)}
            yield Fact(_("Stood still"), _("%(start)s until %(end)s") % told)
            start = None
    if start is not None:
        yield Fact(_("Stands still"), _("since %(start)s") % {"start": full_moment(start)})
