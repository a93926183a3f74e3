"""Pages of one's open sessions: where I am signed in, and how to end that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import actions, queries, session


@require_safe
@never_cache
@session.needs_sign_in
def sessions(request: HttpRequest) -> HttpResponse:
    """GET — every browser in which I am signed in, the last seen first."""
    at, viewer = timezone.now(), session.actor_of(request)
    found = queries.own_sessions(viewer, key=session.session_key(request), at=at)
    return render(
        request,
        "accounts/sessions.html",
        {"at": at, "sessions": found, "has_others": any(not one.is_this for one in found)},
    )


@require_POST
@session.needs_sign_in
def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    """POST — end one of them."""
    actions.end_session(session_id, by=session.actor_of(request), at=timezone.now())
    messages.success(request, _("That session is ended."))
    return HttpResponseRedirect(reverse("account-sessions"))


@require_POST
@session.needs_sign_in
def end_others(request: HttpRequest) -> HttpResponse:
    """POST — end all but this one."""
    count = actions.end_other_sessions(
        but=session.session_key(request), by=session.actor_of(request), at=timezone.now()
    )
    told = ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count)
    messages.success(request, told % {"count": count})
    return HttpResponseRedirect(reverse("account-sessions"))


urlpatterns = [
    path("account/sessions", sessions, name="account-sessions"),
    path("account/sessions/end-others", end_others, name="account-sessions-end-others"),
    path("account/sessions/<int:session_id>/end", end_one, name="account-session-end"),
]
