"""Pages before there is an account: signing up, and choosing a password by a link."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import asked

from .. import actions, queries, session
from ..actions import NewPerson
from ..rules import PasswordsDiffer, SignUpClosed
from .account import new_password_fields
from .fields import Field, form_of


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Show the form for an account of one's own, or make it and go on signed in."""
    if session.actor_of(request).is_signed_in:
        return HttpResponseRedirect(session.safe_next(request))
    if request.method != "POST":
        if not settings.SIGN_UP:
            raise SignUpClosed
        return _sign_up_page(request, refusal=None)
    at = timezone.now()
    try:
        if request.POST.get("password", "") != request.POST.get("again", ""):
            raise PasswordsDiffer
        person = actions.sign_up(_asked_person(request), address=_client_address(request), at=at)
    except Refusal as refusal:
        return _sign_up_page(request, refusal=refusal)
    session.begin(request, person.pk, at=at)
    messages.success(request, _("Your account is made, and you are signed in."))
    return HttpResponseRedirect(session.safe_next(request))


def _asked_person(request: HttpRequest) -> NewPerson:
    given = {name: asked(request.POST, name, longest=300) for name in ("login", "name")}
    more = {name: asked(request.POST, name, longest=300) for name in ("phone", "email")}
    language = get_language() or settings.LANGUAGE_CODE
    password = request.POST.get("password", "")[:1024]
    return NewPerson(**given, **more, password=password, language=language)


def _client_address(request: HttpRequest) -> str:
    """Return the network address of whoever asks, as the proxy in front tells it, if any."""
    header = settings.CLIENT_ADDRESS_HEADER
    told = request.headers.get(header, "") if header else ""
    return told.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _sign_up_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    fields = (
        Field(
            "login",
            _("Login"),
            hint=_("What you type to sign in: letters, digits and . _ - : @ without blanks."),
            is_required=True,
            longest=64,
            autocomplete="username",
        ),
        *new_password_fields(),
        Field("name", _("Name, if you like"), longest=80, autocomplete="name"),
        Field(
            "phone",
            _("Telephone, if you like"),
            "tel",
            hint=_("For short messages on what becomes of your reports. Nobody else sees it."),
            longest=32,
            autocomplete="tel",
        ),
        Field("email", _("Mail address, if you like"), "email", longest=254, autocomplete="email"),
    )
    given = request.POST if refusal else None
    shown = {
        "form": form_of(fields, given=given, refusal=refusal),
        "next": session.safe_next(request),
    }
    status = refusal.status if refusal else 200
    return render(request, "accounts/sign_up.html", shown, status=status)


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, person_id: int, token: str) -> HttpResponse:
    """Show the form behind a link for a first or new password, or take the password."""
    at = timezone.now()
    login = queries.link_holder(person_id, token, at=at)
    if request.method != "POST":
        return _choose_page(request, login, refusal=None)
    new = request.POST.get("password", "")
    try:
        if new != request.POST.get("again", ""):
            raise PasswordsDiffer
        actions.choose_password_by_link(person_id, token, password=new, at=at)
    except Refusal as refusal:
        return _choose_page(request, login, refusal=refusal)
    messages.success(request, _("Your password is kept. Sign in with it now."))
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'login': login})}")


def _choose_page(request: HttpRequest, login: str, *, refusal: Refusal | None) -> HttpResponse:
    shown = {"form": form_of(new_password_fields(), refusal=refusal), "login": login}
    status = refusal.status if refusal else 200
    return render(request, "accounts/choose_password.html", shown, status=status)


urlpatterns = [
    path("sign-up", sign_up, name="sign-up"),
    path("choose-password/<int:person_id>/<slug:token>", choose_password, name="choose-password"),
]
