"""Where a reader is and where to go from here: the ways in the head, the help of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gongzhi.accounts.rules import ADMINISTRATORS, Actor, Role
from gongzhi.accounts.session import actor_of

from .administration.doors import ways_of

FIELD_ROLES = (Role.COLLECTOR, Role.STEWARD, Role.HANDLER)
DESK_ROLES = (Role.OPERATOR, Role.DISPATCHER, Role.DUTY_HEAD)
WATCH_ROLES = (Role.DUTY_HEAD, Role.SUPERVISOR, Role.LEADER)

# The help of a page, by the name of its address; a name begins with what stands here, and
# the longest beginning counts.
HELP = {
    "home": "home",
    "report": "report",
    "claim": "mine",
    "mine": "mine",
    "at": "whose",
    "cases": "cases",
    "case": "case",
    "step": "case",
    "sheet": "case",
    "whose": "whose",
    "standards": "standards",
    "inbox": "inbox",
    "field": "field",
    "patrol": "patrols",
    "patrols": "patrols",
    "desk": "desk",
    "watch": "watch",
    "promises": "board",
    "boards": "board",
    "board": "board",
    "notices": "notices",
    "sign": "sign_in",
    "choose": "sign_in",
    "account": "account",
    "two": "second_factor",
    "second": "second_factor",
    "admin": "admin",
    "admin-people": "people",
    "admin-person": "people",
    "admin-enrol": "people",
    "admin-post": "people",
    "admin-posts": "people",
    "admin-organisation": "people",
    "admin-organisations": "people",
    "admin-import": "tables",
    "admin-imports": "tables",
    "admin-area": "map",
    "admin-areas": "map",
    "admin-layer": "map",
    "admin-plates": "map",
    "admin-gaps": "map",
    "admin-pack": "packs",
    "admin-packs": "packs",
    "notices-log": "log",
    "admin-audit": "audit",
}
TOPICS = tuple(dict.fromkeys(HELP.values()))
_REGISTER = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
# Whose work a topic is about; what stands not here is for everybody.
FOR: Mapping[str, tuple[Role, ...]] = {
    "inbox": tuple(set(Role) - {Role.RESIDENT, Role.SYSTEM}),
    "field": FIELD_ROLES,
    "patrols": (Role.SUPERVISOR, Role.LEADER),
    "desk": DESK_ROLES,
    "watch": WATCH_ROLES,
    "admin": tuple(ADMINISTRATORS),
    "people": _REGISTER,
    "tables": (*_REGISTER, Role.MAP_KEEPER),
    "map": (Role.SYSTEM_ADMIN, Role.MAP_KEEPER),
    "packs": (Role.SYSTEM_ADMIN,),
    "log": (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN),
    "audit": (Role.AUDIT_ADMIN,),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A page that a reader goes to often."""

    label: Promise
    address: str
    is_here: bool


def ways(request: HttpRequest) -> dict[str, Any]:
    """Return the pages that the head of every page leads to, chosen by what the reader does."""
    names = _ways_of(actor_of(request))
    addresses = {name: reverse(name) for name in names}
    here = {name: _is_under(request.path, address) for name, address in addresses.items()}
    return {"ways": [Way(LABELS[name], addresses[name], here[name]) for name in names]}


def _ways_of(reader: Actor) -> list[str]:
    chosen = {
        "field": reader.has(*FIELD_ROLES),
        "desk": reader.has(*DESK_ROLES),
        "watch": reader.has(*WATCH_ROLES),
        "admin": reader.has(*ADMINISTRATORS),
        "patrols": reader.has(Role.SUPERVISOR, Role.LEADER),
        "admin-areas": reader.has(Role.MAP_KEEPER),
        "inbox": reader.post_id is not None,
        "cases": True,
        "boards": True,
        "mine": reader.post_id is None,
    }
    return [name for name, is_chosen in chosen.items() if is_chosen]


# Where each begins the day; who does none of this begins on the first page of the city.
_FIRST = ("field", "desk", "watch", "admin", "admin-areas")


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """GET /start — go to where the reader's work is."""
    names = _ways_of(actor_of(request))
    return HttpResponseRedirect(reverse(next((one for one in _FIRST if one in names), "home")))


def _is_under(path: str, address: str) -> bool:
    return path == address or path.startswith(f"{address.rstrip('/')}/")


LABELS = {
    "field": _("Field"),
    "desk": _("Desk"),
    "watch": _("Watch"),
    "admin": _("Administration"),
    "admin-areas": _("Map"),
    "patrols": _("Patrols"),
    "inbox": _("Inbox"),
    "cases": _("Cases"),
    "boards": _("Board"),
    "mine": _("My reports"),
}


def help_here(request: HttpRequest) -> dict[str, Any]:
    """Return the template with the help of the page that is asked for, for every template."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    words = name.replace("_", "-").split("-")
    beginnings = ("-".join(words[:many]) for many in range(len(words), 0, -1))
    topic = next((HELP[one] for one in beginnings if one in HELP), "")
    return {"help_here": f"help/{topic}.html" if topic else ""}


def admin_ways(request: HttpRequest) -> dict[str, Any]:
    """Return the ways between the pages of the administration, for those of them elsewhere."""
    is_there = request.path == reverse("notices-log")
    return {"admin_ways": ways_of(request)} if is_there else {}


@require_safe
def help_of_all(request: HttpRequest) -> HttpResponse:
    """GET /help — the help of every page under one another."""
    reader = actor_of(request)
    own = [one for one in TOPICS if one in FOR and reader.has(*FOR[one])]
    common = [one for one in TOPICS if one not in FOR]
    parts = [(one, f"help/{one}.html") for one in (*own, *common)]
    others = [(one, f"help/{one}.html") for one in TOPICS if one in FOR and one not in own]
    return render(request, "help.html", {"topics": parts, "others": others})


urlpatterns = [
    path("start", start, name="start"),
    path("help", help_of_all, name="help"),
]
