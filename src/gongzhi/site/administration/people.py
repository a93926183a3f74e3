"""People: found, enrolled, changed; locked, given passwords, appointed."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.accounts import actions, queries
from gongzhi.accounts.queries import PersonFile
from gongzhi.accounts.rules import Actor, LoginTaken, PersonUnknown, TextMissing
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import address_with, asked

from .doors import REGISTRARS, SECURITY, SYSTEM, kept_for
from .reading import asked_day, one_of, post_choices, show

PAGE = 50  # people


@require_safe
@never_cache
@kept_for(*REGISTRARS)
def people(request: HttpRequest) -> HttpResponse:
    """GET — people by login, narrowed by what is typed."""
    words, after = asked(request.GET, "q", longest=80), asked(request.GET, "after", longest=64)
    viewer = actor_of(request)
    found = queries.people_found(
        viewer, at=timezone.now(), words=words, after=after, limit=PAGE + 1
    )
    shown: dict[str, object] = {
        "rows": found[:PAGE],
        "q": words,
        "following": address_with(request, after=found[PAGE - 1].login)
        if len(found) > PAGE
        else "",
        "may_enrol": viewer.has(SYSTEM),
    }
    return show(request, "people", shown)


def _person_fields(own: PersonFile | None) -> tuple[Field, ...]:
    languages = one_of(settings.LANGUAGES, own.language if own else settings.LANGUAGE_CODE)
    return (
        Field("name", _("Name"), value=own.name if own else "", longest=80),
        Field("phone", _("Telephone"), "tel", own.phone if own else "", longest=32),
        Field("email", _("Mail address"), "email", own.email if own else "", longest=254),
        Field("language", _("Language"), "select", groups=languages),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for(SYSTEM)
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the form for a new person, or enrol them."""
    if request.method != "POST":
        return _enrol_page(request, refusal=None)
    try:
        login = _enrol(request)
    except Refusal as refusal:
        return _enrol_page(request, refusal=refusal)
    messages.success(
        request,
        _("%(login)s is enrolled. The security administrator gives the first password.")
        % {"login": login},
    )
    return _to_person(actor_of(request), login)


def _enrol(request: HttpRequest) -> str:
    login, by = asked(request.POST, "login", longest=100), actor_of(request)
    try:
        queries.find_person(by, login)
    except PersonUnknown:
        actions.enrol_person(login, **_given_person(request), by=by, at=timezone.now())
        return login
    raise LoginTaken(login=login)


def _given_person(request: HttpRequest) -> dict[str, str]:
    names = ("name", "phone", "email", "language")
    return {name: asked(request.POST, name, longest=300) for name in names}


def _to_person(viewer: Actor, login: str) -> HttpResponse:
    person_id = queries.find_person(viewer, login)
    return HttpResponseRedirect(reverse("admin-person", args=[person_id]))


def _enrol_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    hint = _("What they type to sign in: letters, digits and . _ - : @ without blanks.")
    login = Field("login", _("Login"), hint=hint, is_required=True, longest=64)
    given = request.POST if refusal else None
    form = form_of((login, *_person_fields(None)), given=given, refusal=refusal)
    return show(request, "enrol", {"form": form}, refusal=refusal)


@dataclass(frozen=True, slots=True)
class _Troubles:
    """What was refused on the page of a person, and in which of its forms."""

    form: str = ""
    refusal: Refusal | None = None


@require_safe
@never_cache
@kept_for(*REGISTRARS)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET — one person: details, posts, account."""
    return _person_page(request, person_id, _Troubles())


def _person_page(
    request: HttpRequest, person_id: int, troubles: _Troubles, **more: object
) -> HttpResponse:
    viewer, at = actor_of(request), timezone.now()
    own = queries.person_file(viewer, person_id, at=at)

    def form(name: str, fields: tuple[Field, ...]) -> object:
        mine = troubles.refusal if troubles.form == name else None
        return form_of(fields, given=request.POST if mine else None, refusal=mine)

    today = timezone.localtime(at).date()
    shown: dict[str, object] = {
        "at": at,
        "today": today,
        "own": own,
        "form": form("change", _person_fields(own)),
        "appoint_form": form("appoint", appoint_fields()),
        "may_change": viewer.has(SYSTEM),
        "may_secure": viewer.has(SECURITY),
        "is_self": own.id == viewer.person_id,
        **more,
    }
    return show(request, "person", shown, refusal=troubles.refusal)


def appoint_fields(*, with_login: bool = False) -> tuple[Field, ...]:
    """Return the fields of an appointment; of a person to a post, or of a post to a person."""
    who = Field("login", _("Login"), is_required=True, longest=64, prefix="appoint")
    which = Field(
        "post",
        _("Post"),
        "select",
        is_required=True,
        groups=() if with_login else post_choices(),
        blank=_("choose"),
        prefix="appoint",
    )
    today = timezone.localdate().isoformat()
    until = _("Blank: until further notice.")
    return (
        who if with_login else which,
        Field("starts_on", _("First day"), "date", today, is_required=True, prefix="appoint"),
        Field("ends_on", _("Last day"), "date", hint=until, prefix="appoint"),
        Field("letter_number", _("Number of the letter"), longest=48, prefix="appoint"),
        Field("capacity", _("Capacity"), longest=48, prefix="appoint"),
    )


@require_POST
@kept_for(SYSTEM)
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST — change name, telephone number, mail address and language."""
    by, at = actor_of(request), timezone.now()
    login = queries.person_file(by, person_id, at=at).login
    try:
        actions.enrol_person(login, **_given_person(request), by=by, at=at)
    except Refusal as refusal:
        return _person_page(request, person_id, _Troubles("change", refusal))
    messages.success(request, _("The details are kept."))
    return HttpResponseRedirect(reverse("admin-person", args=[person_id]))


@require_POST
@kept_for(SECURITY)
def appoint(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST — put the person into a post for a term."""
    by, at = actor_of(request), timezone.now()
    login = queries.person_file(by, person_id, at=at).login
    try:
        appoint_by_form(request, login, asked(request.POST, "post", longest=80))
    except Refusal as refusal:
        return _person_page(request, person_id, _Troubles("appoint", refusal))
    return HttpResponseRedirect(reverse("admin-person", args=[person_id]))


def appoint_by_form(request: HttpRequest, login: str, post_code: str) -> None:
    """Make the appointment that a form describes, and say so."""
    starts_on = asked_day(request.POST, "starts_on")
    if starts_on is None:
        raise TextMissing(field="starts_on")
    actions.appoint(
        login,
        post_code=post_code,
        starts_on=starts_on,
        ends_on=asked_day(request.POST, "ends_on"),
        letter_number=asked(request.POST, "letter_number", longest=100),
        capacity=asked(request.POST, "capacity", longest=100),
        by=actor_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("%(login)s is appointed.") % {"login": login})


@require_POST
@kept_for(SECURITY)
def end_term(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST — end an appointment; its last day is today unless another is given."""
    by, at = actor_of(request), timezone.now()
    login = queries.person_file(by, person_id, at=at).login
    post = asked(request.POST, "post", longest=80)
    last = asked_day(request.POST, "ends_on") or timezone.localtime(at).date()
    actions.end_appointment(login, post_code=post, ends_on=last, by=by, at=at)
    messages.success(
        request,
        _(
            "%(day)s is the last day of the appointment."
            " To shut somebody out at once, lock the account."
        )
        % {"day": last.isoformat()},
    )
    return HttpResponseRedirect(reverse("admin-person", args=[person_id]))


@require_POST
@kept_for(SECURITY)
def secure(request: HttpRequest, person_id: int, deed: str) -> HttpResponse:
    """POST — lock, unlock, end all sessions, or take off the second factor."""
    by, at = actor_of(request), timezone.now()
    login = queries.person_file(by, person_id, at=at).login
    if deed == "lock":
        actions.bar_person(login, by=by, at=at)
        told = _("The account is locked, and its sessions are ended.")
    elif deed == "unlock":
        actions.readmit_person(login, by=by, at=at)
        told = _("The account is open again.")
    elif deed == "end-sessions":
        count = actions.end_sessions_of(login, by=by, at=at)
        told = ngettext("%(count)s session is ended.", "%(count)s sessions are ended.", count) % {
            "count": count
        }
    else:
        actions.reset_second_factor(login, by=by, at=at)
        told = _("The second factor is taken off. Ask the person to set it up again.")
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin-person", args=[person_id]))


@never_cache
@require_POST
@kept_for(SECURITY)
def make_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """POST — show, once, a link by which the person chooses a password."""
    by, at = actor_of(request), timezone.now()
    login = queries.person_file(by, person_id, at=at).login
    number, token = actions.make_password_link(login, by=by, at=at)
    address = request.build_absolute_uri(reverse("choose-password", args=[number, token]))
    picture = segno.make(address, error="m").svg_data_uri(
        scale=4, border=4, light="#ffffff", dark="#000000"
    )
    return _person_page(request, person_id, _Troubles(), link=address, link_picture=picture)


urlpatterns = [
    path("admin/people", people, name="admin-people"),
    path("admin/people/new", enrol, name="admin-enrol"),
    path("admin/people/<int:person_id>", person, name="admin-person"),
    path("admin/people/<int:person_id>/change", change, name="admin-person-change"),
    path("admin/people/<int:person_id>/appoint", appoint, name="admin-person-appoint"),
    path("admin/people/<int:person_id>/end-term", end_term, name="admin-person-end-term"),
    path("admin/people/<int:person_id>/link", make_link, name="admin-person-link"),
    *(
        path(
            f"admin/people/<int:person_id>/{deed}",
            secure,
            {"deed": deed},
            name=f"admin-person-{deed}",
        )
        for deed in ("lock", "unlock", "end-sessions", "reset-second-factor")
    ),
]
