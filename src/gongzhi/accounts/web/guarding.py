"""What stands before every page: sessions seen, and a second factor where a role asks for one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from gongzhi.webkit.middleware import problem_response, wants_json

from .. import actions, session
from ..rules import Role, SecondFactorNeeded

SEEN_EVERY = 300  # seconds between two notes that a session is in use
# What may be opened on the way to a second factor.
_OPEN = ("/account/two-factor", "/sign-out", "/language", "/type-size", "/health")


class watched_sessions:  # noqa: N801 - named like a function, as it stands in MIDDLEWARE
    """Note that sessions are in use; lead roles that need a second factor to set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        if unknown := settings.TWO_FACTOR_ROLES - {role.value for role in Role}:
            raise ImproperlyConfigured(
                f"GONGZHI_TWO_FACTOR_ROLES names no roles by {', '.join(sorted(unknown))}."
            )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, then note that its session was used."""
        response = self._get_response(request)
        if request.session.accessed and request.session.get(session.NOTED):
            key = request.session.session_key
            if key and cache.add(f"seen-{key}", 1, SEEN_EVERY):
                actions.see_session(key, at=timezone.now())
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Return the way to the second factor where it is owed; None otherwise."""
        if not settings.TWO_FACTOR_ROLES or request.path.startswith(_OPEN):
            return None
        standing = session.standing_of(request)
        person_id = standing.actor.person_id
        if person_id is None or request.session.get(session.SECOND_SHOWN):
            return None
        roles = {role.value for post in standing.posts for role in post.roles}
        if settings.TWO_FACTOR_ROLES.isdisjoint(roles | {"resident"}):
            return None
        if wants_json(request):
            return problem_response(SecondFactorNeeded())
        if not actions.has_second_factor(person_id):
            return HttpResponseRedirect(reverse("two-factor"))
        session.end(request)  # opened before the factor was set up, in another browser
        return HttpResponseRedirect(settings.LOGIN_URL)
