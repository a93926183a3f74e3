"""Who may open which page of the administration, and the ways between them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongzhi.accounts.rules import ADMINISTRATORS, Actor, Role
from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.accounts.words import ROLES
from gongzhi.kernel.refusals import NotPermitted

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

SYSTEM, SECURITY, AUDIT = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN
REGISTRARS = (SYSTEM, SECURITY)
KEEPERS = (Role.MAP_KEEPER, SYSTEM)


class PageOfOthers(NotPermitted):
    """The page is for another of the administrators."""

    code = "admin.page_of_others"


@dataclass(frozen=True, slots=True)
class Way:
    """A page of the administration, and for whom it is."""

    name: str
    label: Promise
    told: Promise
    roles: frozenset[Role]


def _way(name: str, label: Promise, told: Promise, *roles: Role) -> Way:
    return Way(name, label, told, frozenset(roles))


WAYS: tuple[Way, ...] = (
    _way(
        "admin-people",
        _("People"),
        _("Find people; enrol them, lock accounts, give new passwords."),
        *REGISTRARS,
    ),
    _way(
        "admin-organisations",
        _("Organisations"),
        _("The chart of the city, and what each answers for by its kind."),
        SYSTEM,
    ),
    _way(
        "admin-posts",
        _("Posts"),
        _("Seats in organisations, and who holds them for which term."),
        *REGISTRARS,
    ),
    _way(
        "admin-imports",
        _("Tables"),
        _("Bring in a chart, a roster or duties; see what would happen before it does."),
        *REGISTRARS,
        Role.MAP_KEEPER,
    ),
    _way(
        "admin-areas",
        _("Map"),
        _("Layers with their areas: names, classes, plates; import one from GeoJSON."),
        *KEEPERS,
    ),
    _way(
        "admin-gaps",
        _("Gaps and overlaps"),
        _("Where nobody but the last resort answers, and where two answer at once."),
        *KEEPERS,
    ),
    _way(
        "admin-packs",
        _("Packs"),
        _("Categories, limits, calendars: check a pack, compare it, put it in force."),
        SYSTEM,
    ),
    _way(
        "notices-log",
        _("Delivery log"),
        _("What left by mail and short message, and what did not."),
        SYSTEM,
        AUDIT,
    ),
    _way(
        "admin-audit",
        _("Ledger"),
        _("Look up who did what and when; verify that nothing was altered."),
        AUDIT,
    ),
)


@dataclass(frozen=True, slots=True)
class ShownWay:
    """A way as a page shows it."""

    address: str
    label: str
    told: str
    is_here: bool


def ways_of(request: HttpRequest) -> list[ShownWay]:
    """Return the pages that the reader may open."""
    actor = actor_of(request)
    return [
        ShownWay(
            reverse(way.name),
            str(way.label),
            str(way.told),
            request.path.startswith(reverse(way.name)),
        )
        for way in WAYS
        if actor.has(*way.roles)
    ]


def kept_for(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let only readers with one of `roles` pass; others are sent to sign in, or refused."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            check(actor_of(request), *roles)
            return view(request, *args, **kwargs)

        return needs_sign_in(guarded)

    return guard


def check(actor: Actor, *roles: Role) -> None:
    """Refuse a reader without one of the roles.

    Raises:
        PageOfOthers: the page belongs to others.
    """
    wanted = roles or tuple(sorted(ADMINISTRATORS))
    if not actor.has(*wanted):
        keepers = gettext(" or ").join(str(ROLES[role]) for role in wanted)
        raise PageOfOthers(keepers=keepers, role=actor.role.value)
