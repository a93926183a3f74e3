"""The desk's list beside the map and the case, and whether it changed."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.webkit.pages import asked, asked_number

from ... import words
from ...queries import desk as reads
from ...queries.desk import SavedFilterView
from ...queries.figures import case_counts
from ...rules import BULK_MOST, BULK_STEPS, STEPS, State, Step
from .. import lists
from .case import keys_of
from .guard import QUEUES, RARE, at_the_desk, filter_in, first_queue, query_of, queue_query

PAGE = 50  # lines
# The bulk step that the cases of a list in one state most likely need.
_LIKELY = {
    State.REPORTED: Step.FILE,
    State.FILED: Step.DISPATCH,
    State.HANDLED: Step.ASK_CHECK,
    State.CHECKED: Step.CLOSE,
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A queue with the number of cases that wait in it."""

    label: str
    query: str
    number: int
    is_here: bool


@require_safe
@at_the_desk
def desk(request: HttpRequest) -> HttpResponse:
    """GET — a list of cases, what is due first at its head, narrowed by the address."""
    if (elsewhere := lists.tidied(request)) is not None:
        return elsewhere
    at, actor = timezone.now(), actor_of(request)
    query = query_of(request.GET) or first_queue(actor)
    narrowed = filter_in(query)
    since = reads.newest_entry()
    found = reads.desk_list(
        actor, at=at, narrowed=narrowed, after=asked(request.GET, "after"), limit=PAGE
    )
    counts = reads.queue_counts(actor, at=at)
    tabs = _tabs(actor, query, counts)
    rows = [lists.row_of(line, at=at) for line in found.lines]
    inputs = lists.inputs_of(narrowed, at=at)
    is_queue = any(tab.is_here for tab in tabs)
    shown = {
        "at": at,
        "rows": rows,
        "query": query,
        "home": reads.home_of(actor),
        "tabs": tabs,
        "total": _total(actor, query, tabs, at=at),
        "most": BULK_MOST,
        "saved": _saved(actor, query),
        "inputs": inputs,
        "chosen": [] if is_queue else lists.chosen_in(inputs),
        "narrowed": narrowed,
        "steps": steps_of(actor),
        "keys": keys_of(actor),
        "likely": next((_LIKELY[one] for one in narrowed.states if one in _LIKELY), ""),
        "following": _address(query, after=found.next_cursor) if found.next_cursor else "",
        "is_later_page": "after" in request.GET,
        "changes": _changes_address(query, since, [row.line.number for row in rows]),
        "is_finely_narrowed": not is_queue and not narrowed.text,
    }
    return render(request, "cases/desk/desk.html", shown)


def _address(query: str, **more: object) -> str:
    return f"{reverse('desk')}?{query}&{urlencode(more)}"


def _tabs(actor: Actor, query: str, counts: dict[str, int]) -> tuple[Tab, ...]:
    addresses = {code: queue_query(code, actor) for code in QUEUES}
    return tuple(
        Tab(f"{label}", addresses[code], counts[code], addresses[code] == query)
        for code, (_, label) in QUEUES.items()
        if code not in RARE or counts[code] or addresses[code] == query
    )


def _total(actor: Actor, query: str, tabs: tuple[Tab, ...], *, at: datetime) -> int:
    """Return how many cases the list has; counted only where no queue has done so."""
    for tab in tabs:
        if tab.is_here:
            return tab.number
    asked_for = {"here": filter_in(query)}
    return case_counts(actor, asked_for, at=at)["here"]


def _saved(actor: Actor, query: str) -> tuple[tuple[SavedFilterView, bool], ...]:
    return tuple((one, one.address == query) for one in reads.saved_filters(actor))


def steps_of(actor: Actor) -> tuple[tuple[Step, str], ...]:
    """Return the steps that somebody may take of many cases at once."""
    own = (step for step in BULK_STEPS if not STEPS[step].roles.isdisjoint(actor.roles))
    return tuple((step, f"{words.STEPS[step]}") for step in own)


def _changes_address(query: str, since: int, numbers: list[str]) -> str:
    more = urlencode({"since": since, "shown": " ".join(numbers)})
    return f"{reverse('desk-changes')}?{query}&{more}"


@require_safe
@at_the_desk
def changes(request: HttpRequest) -> HttpResponse:
    """GET — what became of the list since it was read; a 304 costs one indexed statement."""
    tag = quote_etag(f"{reads.newest_entry()}")
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": tag})
    query = query_of(request.GET)
    found = reads.changes_since(
        asked_number(request.GET, "since") or 0,
        viewer=actor_of(request),
        at=timezone.now(),
        narrowed=filter_in(query),
        shown=request.GET.get("shown", "")[:4000].split()[:PAGE],
    )
    answer = render(request, "cases/desk/changes.html", {"changes": found, "query": query})
    answer["ETag"], answer["Cache-Control"] = tag, "private, no-cache"
    return answer
