"""Pages of the second factor: the second step of signing in, setting up, taking off."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.kernel.refusals import Refusal

from .. import actions, queries, session
from ..rules import HalfWayLost
from .fields import Field, Form, form_of
from .signing_in import in_their_language

_GROUP = 4  # signs of a secret written apart


def _code_field(label: str, hint: str = "", *, prefix: str = "field") -> Field:
    return Field("code", label, "code", hint=hint, is_required=True, prefix=prefix)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the password, or take it and go on signed in."""
    at = timezone.now()
    try:
        if request.method != "POST":
            session.half_way(request, at=at)
            return _step_page(request, refusal=None)
        actor = session.pass_second_step(request, request.POST.get("code", "")[:40], at=at)
    except HalfWayLost:
        return HttpResponseRedirect(reverse("sign-in"))
    except Refusal as refusal:
        return _step_page(request, refusal=refusal)
    return in_their_language(request, actor)


def _step_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    hint = _("Six digits from your authenticator app, or one of your recovery codes.")
    shown = {
        "form": form_of([_code_field(_("Code"), hint)], refusal=refusal),
        "next": session.safe_next(request),
    }
    status = refusal.status if refusal else 200
    return render(request, "accounts/second_step.html", shown, status=status)


@require_safe
@never_cache
@session.needs_sign_in
def two_factor(request: HttpRequest) -> HttpResponse:
    """GET — how the second factor stands, and what can be done about it."""
    return _page(request)


def _page(
    request: HttpRequest, *, renewing: Refusal | None = None, removing: Refusal | None = None
) -> HttpResponse:
    own = queries.own_account(session.actor_of(request), at=timezone.now())
    code = _("Code of the app")
    old = Field(
        "old_password",
        _("Your password"),
        "password",
        is_required=True,
        longest=1024,
        autocomplete="current-password",
    )
    off_code = _code_field(_("Code of the app, or a recovery code"), prefix="off")
    shown = {
        "own": own,
        "renew_form": form_of([_code_field(code, prefix="renew")], refusal=renewing),
        "off_form": form_of([old, off_code], refusal=removing),
    }
    refusal = renewing or removing
    status = refusal.status if refusal else 200
    return render(request, "accounts/two_factor.html", shown, status=status)


@require_POST
@session.needs_sign_in
def begin(request: HttpRequest) -> HttpResponse:
    """POST — draw a secret and go on to showing it to the app."""
    actions.begin_second_factor(by=session.actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("two-factor-set-up"))


@sensitive_variables("step")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@session.needs_sign_in
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the secret as a picture, or confirm it by a first code."""
    actor = session.actor_of(request)
    if request.method == "POST":
        try:
            code = request.POST.get("code", "")[:40]
            codes = actions.confirm_second_factor(code, by=actor, at=timezone.now())
        except Refusal as refusal:
            return _set_up_page(request, refusal=refusal)
        request.session[session.SECOND_SHOWN] = True
        return _codes_page(request, codes, is_new=True)
    return _set_up_page(request, refusal=None)


def _set_up_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    person_id = session.actor_of(request).person_id or 0
    step = queries.second_step(person_id)
    if step is None or step.is_confirmed:
        return HttpResponseRedirect(reverse("two-factor"))
    groups = [step.secret[i : i + _GROUP] for i in range(0, len(step.secret), _GROUP)]
    form: Form = form_of([_code_field(_("Code the app shows now"))], refusal=refusal)
    shown = {
        "form": form,
        "secret": " ".join(groups),
        "address": step.address,
        "picture": segno.make(step.address, error="m").svg_data_uri(
            scale=5, border=4, light="#ffffff", dark="#000000"
        ),
    }
    status = refusal.status if refusal else 200
    return render(request, "accounts/set_up.html", shown, status=status)


def _codes_page(request: HttpRequest, codes: tuple[str, ...], *, is_new: bool) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "is_new": is_new})


@never_cache
@require_POST
@session.needs_sign_in
def renew(request: HttpRequest) -> HttpResponse:
    """POST — show ten new recovery codes, once."""
    code = request.POST.get("code", "")[:40]
    try:
        codes = actions.renew_recovery_codes(code, by=session.actor_of(request), at=timezone.now())
    except Refusal as refusal:
        return _page(request, renewing=refusal)
    return _codes_page(request, codes, is_new=False)


@sensitive_post_parameters("old_password")
@never_cache
@require_POST
@session.needs_sign_in
def remove(request: HttpRequest) -> HttpResponse:
    """POST — take the second factor off, with password and code."""
    try:
        actions.remove_second_factor(
            request.POST.get("old_password", ""),
            request.POST.get("code", "")[:40],
            by=session.actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _page(request, removing=refusal)
    messages.success(request, _("The second factor is off. Your password alone signs you in now."))
    return HttpResponseRedirect(reverse("two-factor"))


urlpatterns = [
    path("sign-in/code", second_step, name="second-step"),
    path("account/two-factor", two_factor, name="two-factor"),
    path("account/two-factor/begin", begin, name="two-factor-begin"),
    path("account/two-factor/set-up", set_up, name="two-factor-set-up"),
    path("account/two-factor/recovery-codes", renew, name="two-factor-renew"),
    path("account/two-factor/remove", remove, name="two-factor-remove"),
]
