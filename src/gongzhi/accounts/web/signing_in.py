"""Pages: signing in and out, and choosing the post to act in."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from .. import actions, session
from ..rules import Actor, PostNotHeld


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the ways of signing in, or sign in and go on to where the reader came from."""
    if request.method != "POST":
        if session.actor_of(request).is_signed_in:
            return HttpResponseRedirect(session.onward(request))
        return _sign_in_page(request, refusal=None)
    try:
        actor = session.sign_in(request, at=timezone.now())
    except Refusal as refusal:
        return _sign_in_page(request, refusal=refusal)
    if not actor.is_signed_in:
        onward = urlencode({"next": session.safe_next(request)})
        return HttpResponseRedirect(f"{reverse('second-step')}?{onward}")
    return in_their_language(request, actor)


def _sign_in_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    shown = {
        "sign_in_ways": session.SIGN_IN_WAYS,
        "next": session.safe_next(request),
        "login": (request.POST.get("login") or request.GET.get("login") or "")[:64],
        "trouble": sentence(refusal) if refusal else "",
        "may_sign_up": settings.SIGN_UP,
    }
    return render(
        request, "accounts/sign_in.html", shown, status=refusal.status if refusal else 200
    )


def in_their_language(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Go on in the language chosen in this browser, or else the one the person last read."""
    answer = HttpResponseRedirect(session.onward(request))
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        actions.choose_language(language=chosen, by=actor, at=timezone.now())
        return answer
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        actor.language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out and go to the first page."""
    session.end(request)
    return HttpResponseRedirect("/")


@require_POST
@session.needs_sign_in
def act_in_post(request: HttpRequest) -> HttpResponse:
    """Act in another of one's posts from now on."""
    wanted = request.POST.get("post", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):  # noqa: PLR2004 - bigint
        raise PostNotHeld(post_id=wanted[:40])
    session.act_in(request, int(wanted))
    return HttpResponseRedirect(session.safe_next(request))


urlpatterns = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("acting-post", act_in_post, name="acting-post"),
]
