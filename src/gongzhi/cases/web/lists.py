"""The list of cases: its filters stand in the address."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.webkit.pages import (
    Choice,
    ChoiceGroup,
    Input,
    address_with,
    asked,
    asked_number,
    one_group,
)
from gongzhi.webkit.reading import clock_words, full_moment, named, span_words

from .. import queries, words
from ..queries import CaseFilter, CaseLine
from ..queries.lists import AGES
from ..rules import State
from . import choices

PAGE = 50  # lines
MAP = "map"  # how the address asks for the list on a map
MOST_SOUGHT = 80  # characters of a search
MOST_HOURS = 8760  # of a filter by deadline: a year


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list as the page shows it."""

    line: CaseLine
    state: str
    mark: str  # kept, running, broken, paused, released: colour and shape
    clock: str
    title: str
    left: str = ""  # of the clock, where there is little room


@dataclass(frozen=True, slots=True)
class QuickLink:
    """A list asked for often."""

    label: str
    address: str
    is_here: bool


def row_of(line: CaseLine, *, at: datetime) -> Row:
    """Return a line as the page shows it."""
    title = named(line.category) if line.category else line.summary[:40]
    state = f"{words.STATES[line.state]}"
    return Row(line, state, _mark(line), _clock(line, at), title, _left(line, at))


def _mark(line: CaseLine) -> str:
    if line.is_late:
        return "broken"
    if line.state is State.SUSPENDED:
        return "paused"
    if line.ended_at is not None:
        return "kept" if line.state is State.CLOSED else "released"
    return "running"


def _clock(line: CaseLine, at: datetime) -> str:
    if line.ended_at is not None:
        return _("ended %(at)s") % {"at": full_moment(line.ended_at)}
    if line.due_at is None:
        return ""
    left = int((line.due_at - at).total_seconds())
    return clock_words(left, line.due_at, at=at)


def _left(line: CaseLine, at: datetime) -> str:
    if line.ended_at is not None or line.due_at is None:
        return ""
    left = int((line.due_at - at).total_seconds())
    told = {"span": span_words(abs(left))}
    return _("%(span)s late") % told if left < 0 else _("%(span)s left") % told


def tidied(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the same list under an address without parts that say nothing.

    A form of filters sends every field; what is sent on to a colleague should be short.
    """
    if "" not in (one for _, found in request.GET.lists() for one in found):
        return None
    told = [(name, one) for name, found in request.GET.lists() for one in found if one]
    query = urlencode(told)
    return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)


def chosen_in(inputs: tuple[Input, ...]) -> list[str]:
    """Return what is chosen in the fields that narrow a list, in words."""
    return [f"{one.label} {value}" for one in inputs if (value := _value_in(one))]


def _value_in(field: Input) -> str:
    rows = [row.label.strip() for group in field.groups for row in group.choices if row.is_chosen]
    return " / ".join(rows) if field.groups else field.value


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """GET — the cases the reader may see, newest first, narrowed by the address."""
    if (elsewhere := tidied(request)) is not None:
        return elsewhere
    at = timezone.now()
    narrowed = filter_of(request.GET)
    links = _links(narrowed)
    inputs = inputs_of(narrowed, at=at)
    found = queries.case_list(
        actor_of(request), at=at, narrowed=narrowed, after=asked(request.GET, "after"), limit=PAGE
    )
    following = address_with(request, after=found.next_cursor) if found.next_cursor else ""
    shown = {
        "at": at,
        "rows": [row_of(line, at=at) for line in found.lines],
        "inputs": inputs,
        "chosen": [] if any(link.is_here for link in links) else chosen_in(inputs),
        "links": links,
        "sought": narrowed.text,
        "is_narrowed": narrowed != CaseFilter(),
        "following": following,
        "narrowing": address_with(request, after="").partition("?")[2],
        "is_later_page": "after" in request.GET,
        "is_map": asked(request.GET, "view") == MAP,
        "as_list": address_with(request, view="", after=""),
        "as_map": address_with(request, view=MAP, after=""),
        "map_filter": address_with(request, view="", after="", closed="1").partition("?")[2],
        "area_id": choices.area_id(narrowed.area_path),
    }
    return render(request, "cases/list.html", shown)


def filter_of(given: QueryDict) -> CaseFilter:
    """Return what an address narrows the list to; parts that say nothing known are left out."""
    states = {state.value: state for state in State}
    path = asked(given, "area")
    age_from, age_before = AGES.get(asked(given, "age"), (None, None))
    course = asked(given, "course")
    return CaseFilter(
        states=tuple(states[one] for one in given.getlist("state") if one in states),
        is_open=given.get("open") == "1",
        is_late=given.get("late") == "1",
        category_code=asked(given, "category"),
        organisation_id=asked_number(given, "organisation"),
        area_path=path if path.isascii() and path.isalnum() and len(path) % 5 == 0 else "",
        number=asked(given, "number", longest=40),
        is_public=given.get("public") == "1",
        reported_from=_begin(given, "reported_from"),
        reported_before=_begin(given, "reported_until", later=1),
        ended_from=_begin(given, "ended_from"),
        ended_before=_begin(given, "ended_until", later=1),
        age_from=age_from,
        age_before=age_before,
        course=course if course in words.COURSES else "",
        due_within=_hours(given),
        text=asked(given, "q", longest=MOST_SOUGHT),
    )


def _hours(given: QueryDict) -> int | None:
    hours = asked_number(given, "due")
    return hours if hours is not None and hours <= MOST_HOURS else None


def _begin(given: QueryDict, name: str, *, later: int = 0) -> datetime | None:
    """Return the begin of the day of an address, or of one so many days later."""
    try:
        day = date.fromisoformat(asked(given, name)) + timedelta(days=later)
        return timezone.make_aware(datetime.combine(day, time.min)) if day.year > 1 else None
    except (ValueError, OverflowError):
        return None


def _links(narrowed: CaseFilter) -> tuple[QuickLink, ...]:
    rows = (
        (_("Open cases"), "?open=1", CaseFilter(is_open=True)),
        (_("Late now"), "?late=1", CaseFilter(is_late=True)),
        (_("Closed"), "?state=closed", CaseFilter(states=(State.CLOSED,))),
        (_("All"), "?", CaseFilter()),
    )
    return tuple(QuickLink(label, address, one == narrowed) for label, address, one in rows)


def inputs_of(narrowed: CaseFilter, *, at: datetime) -> tuple[Input, ...]:
    """Return the fields that narrow a list, filled with what it is narrowed to.

    Words are sought in a field of their own, at the head of the page.
    """
    book = catalogue.book()
    everything = _("all")
    parties = tuple(
        Choice(str(one.id), named(one), one.id == narrowed.organisation_id)
        for one in accounts.all_organisations()
    )
    late = Choice("1", _("late now"), narrowed.is_late)
    is_open = Choice("1", _("open"), narrowed.is_open and not narrowed.is_late)
    select = Input("", "", "select", "", blank=everything)
    return (
        Input("filter-number", "number", "text", _("Number begins with"), narrowed.number),
        replace(
            select,
            id="filter-state",
            name="state",
            label=_("State"),
            groups=(ChoiceGroup("", choices.state_choices(narrowed.states)),),
        ),
        replace(
            select,
            id="filter-category",
            name="category",
            label=_("Category"),
            groups=choices.category_groups(book, chosen=narrowed.category_code),
        ),
        replace(
            select,
            id="filter-area",
            name="area",
            label=_("Area"),
            groups=(ChoiceGroup("", choices.area_choices(at=at, chosen=narrowed.area_path)),),
        ),
        replace(
            select,
            id="filter-organisation",
            name="organisation",
            label=_("Answerable party"),
            groups=(ChoiceGroup("", parties),),
        ),
        replace(
            select,
            id="filter-open",
            name="open",
            label=_("Ended or not"),
            groups=(ChoiceGroup("", (is_open,)),),
        ),
        replace(
            select,
            id="filter-late",
            name="late",
            label=_("Deadline"),
            groups=(ChoiceGroup("", (late,)),),
        ),
        *_inputs_of_time(narrowed),
    )


def _inputs_of_time(narrowed: CaseFilter) -> tuple[Input, ...]:
    """Return the fields for days, ages and what happened on the way."""
    day = timedelta(days=1)
    age = (narrowed.age_from, narrowed.age_before)
    chosen = next((code for code, one in AGES.items() if one == age), "")
    everything, is_public = _("all"), Choice("1", _("public ones only"), narrowed.is_public)
    select = Input("", "", "select", "", blank=everything)
    dates = (
        ("reported_from", _("Reported from"), narrowed.reported_from),
        ("reported_until", _("Reported until"), _less(narrowed.reported_before, day)),
        ("ended_from", _("Ended from"), narrowed.ended_from),
        ("ended_until", _("Ended until"), _less(narrowed.ended_before, day)),
    )
    return (
        *(
            Input(f"filter-{name.replace('_', '-')}", name, "date", label, _day(value))
            for name, label, value in dates
        ),
        replace(
            select,
            id="filter-age",
            name="age",
            label=_("Reported so long ago"),
            groups=one_group({code: str(name) for code, name in words.AGES.items()}, chosen),
        ),
        replace(
            select,
            id="filter-course",
            name="course",
            label=_("On its way"),
            groups=one_group(
                {code: str(name) for code, name in words.COURSES.items()}, narrowed.course
            ),
        ),
        replace(
            select,
            id="filter-public",
            name="public",
            label=_("Seen by"),
            groups=(ChoiceGroup("", (is_public,)),),
        ),
    )


def _less(moment: datetime | None, span: timedelta) -> datetime | None:
    return None if moment is None else moment - span


def _day(moment: datetime | None) -> str:
    return "" if moment is None else timezone.localtime(moment).date().isoformat()
