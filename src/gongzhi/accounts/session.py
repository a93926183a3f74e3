"""The acting person of a request, and the ways of signing in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import actions, queries
from .models import Person
from .rules import (
    ANONYMOUS,
    Actor,
    HalfWayLost,
    PersonUnknown,
    PostNotHeld,
    SignInWayUnknown,
    browser_name,
)

ACTING_POST = "acting_post"
HALF_WAY = "half_way"  # who has shown the password, and when; the code is still to come
SECOND_SHOWN = "second_shown"  # this session was opened with a second factor
NOTED = "noted"  # this session stands in the list of its owner
HALF_WAY_HOLDS = timedelta(minutes=10)
_KEPT = "_gongzhi_standing"
P = ParamSpec("P")


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request; `ANONYMOUS` without sign-in.  Asked once a request."""
    return standing_of(request).actor


def standing_of(request: HttpRequest) -> queries.Standing:
    """Return the reader's standing, kept on the request."""
    kept = vars(request).get(_KEPT)
    if kept is None:
        kept = vars(request)[_KEPT] = _find_standing(request)
    found: queries.Standing = kept
    return found


def _find_standing(request: HttpRequest) -> queries.Standing:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        nobody = replace(ANONYMOUS, language=get_language() or ANONYMOUS.language)
        return queries.Standing(nobody, "", ())
    now = timezone.now()
    try:
        return queries.standing(user.pk, at=now, post_id=request.session.get(ACTING_POST))
    except PostNotHeld:  # the term of the chosen post has ended since
        return queries.standing(user.pk, at=now)


def signed_in(request: HttpRequest) -> dict[str, object]:
    """Return what every page may know of the reader: `actor`, `person_name`, `posts`."""
    standing = standing_of(request)
    return {
        "actor": standing.actor,
        "person_name": standing.person_name,
        "posts": standing.posts,
    }


def needs_sign_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Send readers without sign-in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if actor_of(request).is_signed_in:
            return view(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD"}:  # a form cannot be come back to
            return HttpResponseRedirect(settings.LOGIN_URL)
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{back}")

    return guarded


def safe_next(request: HttpRequest) -> str:
    """Return the local address to go to next; "/" when none or an unsafe one is named."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if local and wanted.startswith("/") and wanted.isprintable() else "/"


def onward(request: HttpRequest) -> str:
    """Return where to go after signing in: where one wanted to, or one's own first page."""
    wanted = safe_next(request)
    return settings.LOGIN_REDIRECT_URL if wanted == "/" else wanted


def begin(
    request: HttpRequest, person_id: int, *, at: datetime, second_shown: bool = False
) -> None:
    """Open a session for a person who has shown who they are, under a new session key.

    Raises:
        PersonUnknown: they have been erased or barred meanwhile.
    """
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise PersonUnknown(login=str(person_id))
    auth.login(request, person)
    request.session.pop(ACTING_POST, None)
    request.session.pop(HALF_WAY, None)
    if second_shown:
        request.session[SECOND_SHOWN] = True
    vars(request).pop(_KEPT, None)
    note(request, at=at)


def note(request: HttpRequest, *, at: datetime) -> None:
    """Let this session stand in the list of its owner."""
    request.session[NOTED] = True
    browser = browser_name(request.headers.get("User-Agent", ""))
    actions.note_session(session_key(request), browser=browser, by=actor_of(request), at=at)


def session_key(request: HttpRequest) -> str:
    """Return the key of this session, which is stored first if it never was."""
    if not request.session.session_key:
        request.session.save()
    return str(request.session.session_key)


def go_on(request: HttpRequest, person: Person) -> None:
    """Let this session go on under a new password of its owner; its key changes."""
    actions.forget_session(session_key(request))
    auth.update_session_auth_hash(request, person)


def end(request: HttpRequest) -> None:
    """Close the session and forget everything it held."""
    if request.session.session_key:
        actions.forget_session(request.session.session_key)
    auth.logout(request)
    vars(request).pop(_KEPT, None)


def act_in(request: HttpRequest, post_id: int) -> None:
    """Act in another post from now on.

    Raises:
        PostNotHeld: the person does not hold it today.
    """
    actor = actor_of(request)
    if actor.person_id is None:
        raise PostNotHeld(post_id=post_id)
    chosen = queries.actor_for(actor.person_id, at=timezone.now(), post_id=post_id)
    request.session[ACTING_POST] = chosen.post_id
    vars(request).pop(_KEPT, None)


@dataclass(frozen=True)
class SignInWay:
    """One way of showing who one is.

    Attributes:
        code: the value of the field `way`.
        label: what the page calls it.
        template: the part of the sign-in page that asks for it.
        identify: returns the person's id, or raises a refusal.
    """

    code: str
    label: str | Promise
    template: str
    identify: Callable[[HttpRequest, datetime], int]


def _by_password(request: HttpRequest, at: datetime) -> int:
    person = actions.sign_in_with_password(
        request.POST.get("login", ""), request.POST.get("password", ""), at=at
    )
    return int(person.pk)


# Other ways (OpenID Connect, certificates, a city's app) join this tuple and nothing else.
SIGN_IN_WAYS: tuple[SignInWay, ...] = (
    SignInWay("password", _("Login and password"), "accounts/ways/password.html", _by_password),
)


def sign_in(request: HttpRequest, *, at: datetime) -> Actor:
    """Sign a person in by the way the form names.

    Returns:
        Who acts now: `ANONYMOUS` while the second step is still to come.

    Raises:
        SignInWayUnknown: no such way.
        SignInRefused, SignInLocked: the way refused.
    """
    wanted = request.POST.get("way", SIGN_IN_WAYS[0].code)
    way = next((one for one in SIGN_IN_WAYS if one.code == wanted), None)
    if way is None:
        raise SignInWayUnknown(way=wanted[:40])
    person_id = way.identify(request, at)
    if not actions.has_second_factor(person_id):
        begin(request, person_id, at=at)
        return actor_of(request)
    request.session.flush()
    request.session[HALF_WAY] = {"person": person_id, "at": at.isoformat()}
    vars(request).pop(_KEPT, None)
    return ANONYMOUS


def half_way(request: HttpRequest, *, at: datetime) -> int:
    """Return who has shown the password in this session and owes the code.

    Raises:
        HalfWayLost: nobody, or too long ago.
    """
    kept = request.session.get(HALF_WAY)
    if not kept or at - datetime.fromisoformat(kept["at"]) > HALF_WAY_HOLDS:
        raise HalfWayLost
    return int(kept["person"])


def pass_second_step(request: HttpRequest, code: str, *, at: datetime) -> Actor:
    """Take the second step of signing in.

    Raises:
        HalfWayLost: the first step was never taken, or too long ago.
        CodeRefused, CodesLocked: the code does not fit, too often.
    """
    person_id = half_way(request, at=at)
    actions.pass_second_step(person_id, code, at=at)
    begin(request, person_id, at=at, second_shown=True)
    return actor_of(request)
