"""Pages of one's own account: who I am, my posts, my password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import asked

from .. import actions, queries, session
from ..queries.own import OwnAccount
from ..rules import ADMINISTRATORS, PasswordsDiffer
from .fields import Field, form_of


@require_safe
@never_cache
@session.needs_sign_in
def account(request: HttpRequest) -> HttpResponse:
    """GET — my name, my posts, how I read, how my sign-in is protected, my data."""
    return _page(request)


def _page(request: HttpRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    at = timezone.now()
    own = queries.own_account(session.actor_of(request), at=at)
    given = request.POST if refusal else None
    open_now = queries.own_sessions(
        session.actor_of(request), key=session.session_key(request), at=at
    )
    shown = {
        "own": own,
        "form": form_of(_contact(own), given=given, refusal=refusal),
        "sessions": len(open_now),
        "may_administer": session.actor_of(request).has(*ADMINISTRATORS),
    }
    status = refusal.status if refusal else 200
    return render(request, "accounts/account.html", shown, status=status)


def _contact(own: OwnAccount) -> tuple[Field, ...]:
    return (
        Field("name", _("Name"), value=own.name, longest=80, autocomplete="name"),
        Field("phone", _("Telephone"), "tel", own.phone, longest=32, autocomplete="tel"),
        Field("email", _("Mail address"), "email", own.email, longest=254, autocomplete="email"),
    )


@require_POST
@session.needs_sign_in
def contact(request: HttpRequest) -> HttpResponse:
    """POST — change one's own name, telephone number and mail address."""
    given = {name: asked(request.POST, name, longest=300) for name in ("name", "phone", "email")}
    try:
        actions.change_own_contact(**given, by=session.actor_of(request), at=timezone.now())
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    messages.success(request, _("Your details are kept."))
    return HttpResponseRedirect(reverse("account"))


@sensitive_post_parameters("old_password", "password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@session.needs_sign_in
def password(request: HttpRequest) -> HttpResponse:
    """Show the form for a new password, or change it; other sessions end."""
    if request.method != "POST":
        return _password_page(request, refusal=None)
    new = request.POST.get("password", "")
    try:
        if new != request.POST.get("again", ""):
            raise PasswordsDiffer
        person = actions.change_own_password(
            request.POST.get("old_password", ""),
            new,
            keep_session=session.session_key(request),
            by=session.actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _password_page(request, refusal=refusal)
    session.go_on(request, person)
    session.note(request, at=timezone.now())
    messages.success(
        request, _("Your password is changed. In other browsers you must sign in again.")
    )
    return HttpResponseRedirect(reverse("account"))


def _password_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    fields = (
        Field(
            "old_password",
            _("Password until now"),
            "password",
            is_required=True,
            longest=1024,
            autocomplete="current-password",
        ),
        *new_password_fields(),
    )
    shown = {"form": form_of(fields, refusal=refusal)}
    status = refusal.status if refusal else 200
    return render(request, "accounts/password.html", shown, status=status)


def new_password_fields() -> tuple[Field, Field]:
    """Return the fields for a new password and for the same once more."""
    return (
        Field(
            "password",
            _("New password"),
            "password",
            hint=_("At least 10 characters; a short sentence is good and easy to remember."),
            is_required=True,
            longest=1024,
            autocomplete="new-password",
        ),
        Field(
            "again",
            _("The new password again"),
            "password",
            is_required=True,
            longest=1024,
            autocomplete="new-password",
        ),
    )


urlpatterns = [
    path("account", account, name="account"),
    path("account/contact", contact, name="account-contact"),
    path("account/password", password, name="account-password"),
]
