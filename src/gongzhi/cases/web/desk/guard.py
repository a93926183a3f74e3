"""Who comes to the desk, and which list they look at."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from gongzhi.accounts.rules import Actor, Role
from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.webkit.words import sentence

from ...queries import CaseFilter
from ...queries.desk import check_desk, home_of
from ...rules import DeskNotYours
from ..lists import filter_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# The parts of an address that narrow a list; whatever else it holds is left out.
NAMES = (
    "state", "open", "late", "category", "organisation", "area", "number", "public",
    "reported_from", "reported_until", "ended_from", "ended_until", "age", "course", "due", "q",
)  # fmt: skip
# The queues of `queries.desk.QUEUES` as addresses, and what their tabs say.
QUEUES: Mapping[str, tuple[str, object]] = {
    "new": ("state=reported", _("To verify and file")),
    "dispatch": ("state=filed", _("To dispatch")),
    "returned": ("state=filed&course=sent_back", _("Returned")),
    "extension": ("state=handling&course=extension_asked", _("Extensions asked for")),
    "soon": ("due=24", _("Due within 24 hours")),
    "late": ("late=1", _("Overdue")),
    "close": ("state=checked", _("To close")),
    "open": ("open=1", _("All open")),
    "held": ("state=suspended", _("On hold")),
    "raised": ("open=1&course=raised", _("Raised")),
}
RARE = frozenset({"held", "raised"})  # queues that are shown only where something waits
_FIRST = {Role.DUTY_HEAD: "close", Role.OPERATOR: "new", Role.DISPATCHER: "dispatch"}


def at_the_desk(view: View[P]) -> View[P]:
    """Let in who works at the desk; tell others so, and where their pages are."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            check_desk(actor_of(request))
        except DeskNotYours as refusal:
            shown = {"trouble": sentence(refusal)}
            return render(request, "cases/desk/not_yours.html", shown, status=refusal.status)
        return view(request, *args, **kwargs)

    return needs_sign_in(guarded)


def query_of(given: QueryDict) -> str:
    """Return the parts of an address or form that narrow a list, as the query of an address."""
    kept = [(name, one[:200]) for name in NAMES for one in given.getlist(name) if one]
    return urlencode(kept[:40])


def back_of(given: QueryDict) -> str:
    """Return the query of the list that a page goes back to."""
    return query_of(QueryDict(given.get("back", "")[:2000]))


def filter_in(query: str) -> CaseFilter:
    """Return what the query of an address narrows a list to."""
    return filter_of(QueryDict(query))


def queue_query(code: str, actor: Actor) -> str:
    """Return the query of a queue of somebody's area."""
    asked = QueryDict(QUEUES[code][0], mutable=True)
    asked["area"] = home_of(actor)
    return query_of(asked)


def first_queue(actor: Actor) -> str:
    """Return the query of the queue that somebody's day begins with."""
    code = next((_FIRST[role] for role in _FIRST if actor.has(role)), "open")
    return queue_query(code, actor)


def is_partial(request: HttpRequest) -> bool:
    """Return whether a script asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"
