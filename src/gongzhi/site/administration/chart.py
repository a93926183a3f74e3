"""The chart: organisations as a tree, posts with who holds them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.accounts import actions, queries
from gongzhi.accounts.queries import OrganisationView, PostKindView, PostView, Tenure
from gongzhi.accounts.rules import CodeTwice, OrganisationUnknown, PostUnknown, Role
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.accounts.words import ROLES
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import ChoiceGroup, address_with, asked
from gongzhi.webkit.reading import named

from .doors import REGISTRARS, SECURITY, SYSTEM, kept_for
from .people import appoint_by_form, appoint_fields
from .reading import (
    area_names,
    asked_day,
    home_of,
    kind_names,
    one_of,
    organisation_choices,
    scope_code,
    scope_path,
    show,
)

PAGE = 50  # posts
MOST_IN_TREE = 2000  # organisations on one page


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation in the tree, and those under it."""

    one: OrganisationView
    kind: str
    scope: str
    below: tuple["Branch", ...]


@require_safe
@never_cache
@kept_for(SYSTEM)
def organisations(request: HttpRequest) -> HttpResponse:
    """GET — the chart as a tree, or what fits the words as a list."""
    words = asked(request.GET, "q", longest=80).lower()
    everyone, names, kinds = queries.all_organisations(), area_names(), kind_names()
    if words:
        found = [
            Branch(one, kinds.get(one.kind, one.kind), names.get(one.scope_path, ""), ())
            for one in everyone
            if words
            in f"{one.code} {one.name} {one.name_en} {one.kind} {kinds.get(one.kind)}".lower()
        ]
    else:
        found = list(_tree(everyone, names, kinds))
    shown: dict[str, object] = {
        "branches": found[:MOST_IN_TREE],
        "q": words,
        "count": len(everyone),
    }
    return show(request, "organisations", shown)


def _tree(
    everyone: tuple[OrganisationView, ...], names: dict[str, str], kinds: dict[str, str]
) -> tuple[Branch, ...]:
    below: dict[int | None, list[OrganisationView]] = {}
    for one in everyone:
        below.setdefault(one.parent_id, []).append(one)

    def branches(parent_id: int | None) -> tuple[Branch, ...]:
        return tuple(
            Branch(
                one,
                kinds.get(one.kind, one.kind),
                names.get(one.scope_path, ""),
                branches(one.id),
            )
            for one in below.get(parent_id, ())
        )

    return branches(None)


def _organisation(organisation_id: int) -> OrganisationView:
    found = queries.organisations([organisation_id]).get(organisation_id)
    if found is None:
        raise OrganisationUnknown(code=organisation_id)
    return found


def _organisation_fields(own: OrganisationView | None) -> tuple[Field, ...]:
    above = queries.organisations([own.parent_id]) if own and own.parent_id else {}
    parent = next((one.code for one in above.values()), "")
    code = Field("code", _("Code"), is_required=True, longest=48)
    kinds = _kind_choices(own.kind if own else "")
    rest = (
        Field("name", _("Its name"), value=own.name if own else "", is_required=True, longest=120),
        Field("name_en", _("Name in English"), value=own.name_en if own else "", longest=120),
        Field(
            "kind",
            _("Kind"),
            "select" if kinds else "text",
            value=own.kind if own else "",
            hint=_("Duties are given to kinds of bodies; the kinds come from the pack."),
            is_required=True,
            longest=32,
            groups=kinds,
            blank=_("choose"),
        ),
        Field(
            "organisation",
            _("Under"),
            "select",
            parent,
            groups=organisation_choices(parent, but=own.code if own else ""),
            blank=_("nobody: at the top"),
        ),
        _scope_field(own.scope_path if own else ""),
        Field(
            "credit_code",
            _("Unified social credit code"),
            value=own.credit_code if own else "",
            longest=18,
        ),
    )
    return rest if own else (code, *rest)


def _kind_choices(chosen: str) -> tuple[ChoiceGroup, ...]:
    """Return the kinds that the pack or the chart knows; empty where there is neither."""
    names = kind_names()
    known = {one.kind for one in queries.all_organisations()} | set(names)
    rows = sorted(((kind, names.get(kind, kind)) for kind in known), key=lambda row: row[1])
    return one_of(rows, chosen) if rows else ()


def _scope_field(scope: str) -> Field:
    hint = _("Code of the area it works in; blank: the whole city.")
    return Field("scope", _("Area"), value=scope_code(scope), hint=hint, longest=64)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for(SYSTEM)
def organisation(request: HttpRequest, organisation_id: int | None = None) -> HttpResponse:
    """Show the form of an organisation, or found or change it."""
    own = None if organisation_id is None else _organisation(organisation_id)
    if request.method != "POST":
        return _organisation_page(request, own, refusal=None)
    try:
        _found(request, own)
    except Refusal as refusal:
        return _organisation_page(request, own, refusal=refusal)
    messages.success(request, _("The organisation is kept."))
    return HttpResponseRedirect(reverse("admin-organisations"))


def _found(request: HttpRequest, own: OrganisationView | None) -> None:
    given = request.POST
    code = own.code if own else asked(given, "code", longest=80)
    if own is None and code in queries.organisations_by_code():
        raise CodeTwice(field="code", code=code)
    actions.found_organisation(
        code,
        name=asked(given, "name"),
        name_en=asked(given, "name_en"),
        kind=asked(given, "kind"),
        parent_code=asked(given, "organisation"),
        scope_path=scope_path(asked(given, "scope")),
        credit_code=asked(given, "credit_code"),
        by=actor_of(request),
        at=timezone.now(),
    )


def _organisation_page(
    request: HttpRequest, own: OrganisationView | None, *, refusal: Refusal | None
) -> HttpResponse:
    given = request.POST if refusal else None
    form = form_of(_organisation_fields(own), given=given, refusal=refusal)
    posts = [one for one in queries.all_posts() if own and one.organisation_id == own.id]
    shown: dict[str, object] = {"form": form, "own": own, "posts": posts[:MOST_IN_TREE]}
    return show(request, "organisation", shown, refusal=refusal)


# Posts.


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post in the list."""

    post: PostView
    organisation: str
    scope: str
    holders: tuple[Tenure, ...]


@require_safe
@never_cache
@kept_for(*REGISTRARS)
def posts(request: HttpRequest) -> HttpResponse:
    """GET — posts by code with who holds them, narrowed by what is typed."""
    words = asked(request.GET, "q", longest=80).lower()
    after = asked(request.GET, "after", longest=64)
    homes = {one.id: named(one) for one in queries.all_organisations()}
    fitting = [
        one
        for one in queries.all_posts()
        if one.code > after
        and words in f"{one.code} {one.name} {one.name_en} {homes[one.organisation_id]}".lower()
    ]
    rows = _post_rows(request, fitting[:PAGE], homes)
    more = len(fitting) > PAGE
    shown: dict[str, object] = {
        "rows": rows,
        "q": words,
        "following": address_with(request, after=rows[-1].post.code) if more else "",
        "may_create": actor_of(request).has(SYSTEM),
        "today": timezone.localdate(),
    }
    return show(request, "posts", shown)


def _post_rows(request: HttpRequest, found: list[PostView], homes: dict[int, str]) -> list[PostRow]:
    ids = [one.id for one in found]
    held = queries.tenures_in(actor_of(request), ids, at=timezone.now())
    names = area_names()
    return [
        PostRow(
            one,
            homes[one.organisation_id],
            names.get(one.scope_path, ""),
            tuple(held.get(one.id, ())),
        )
        for one in found
    ]


def _post(post_id: int) -> PostView:
    found = queries.posts([post_id]).get(post_id)
    if found is None:
        raise PostUnknown(code=post_id)
    return found


def _kind_told(one: PostKindView) -> str:
    """Return a kind of post with the roles it gives, where its name does not say them."""
    roles = ", ".join(str(ROLES[Role(role)]) for role in one.roles)
    return named(one) if roles == named(one) else f"{named(one)} · {roles}"


def _post_fields(own: PostView | None) -> tuple[Field, ...]:
    home = home_of(own) if own else None
    kinds = [(one.code, _kind_told(one)) for one in queries.post_kinds()]
    code = Field("code", _("Code"), is_required=True, longest=64)
    own_scope = own.scope_path if own and home and own.scope_path != home.scope_path else ""
    rest = (
        Field("name", _("Its name"), value=own.name if own else "", is_required=True, longest=120),
        Field("name_en", _("Name in English"), value=own.name_en if own else "", longest=120),
        Field(
            "kind",
            _("Kind"),
            "select",
            hint=_("It gives the roles; kinds come from the pack."),
            is_required=True,
            groups=one_of(kinds, own.kind if own else ""),
            blank=_("choose"),
        ),
        Field(
            "organisation",
            _("Organisation"),
            "select",
            is_required=True,
            groups=organisation_choices(home.code if home else ""),
            blank=_("choose"),
        ),
        Field(
            "scope",
            _("Area"),
            value=scope_code(own_scope),
            hint=_("Code of the area it covers; blank: as its organisation."),
            longest=64,
        ),
    )
    return rest if own else (code, *rest)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for(SYSTEM)
def new_post(request: HttpRequest) -> HttpResponse:
    """Show the form of a new post, or create it."""
    if request.method != "POST":
        form = form_of(_post_fields(None))
        return show(request, "new_post", {"form": form})
    try:
        code = asked(request.POST, "code", longest=100)
        if code in queries.posts_by_code():
            raise CodeTwice(field="code", code=code)
        made = _create(request, code)
    except Refusal as refusal:
        form = form_of(_post_fields(None), given=request.POST, refusal=refusal)
        return show(request, "new_post", {"form": form}, refusal=refusal)
    messages.success(request, _("The post is created."))
    return HttpResponseRedirect(reverse("admin-post", args=[made]))


def _create(request: HttpRequest, code: str) -> int:
    given = request.POST
    row = actions.create_post(
        code,
        kind_code=asked(given, "kind"),
        organisation_code=asked(given, "organisation"),
        name=asked(given, "name"),
        name_en=asked(given, "name_en"),
        scope_path=scope_path(asked(given, "scope")),
        by=actor_of(request),
        at=timezone.now(),
    )
    return int(row.pk)


@require_safe
@never_cache
@kept_for(*REGISTRARS)
def post(request: HttpRequest, post_id: int) -> HttpResponse:
    """GET — one post: its fields, who holds it, how to close it."""
    return _post_page(request, post_id)


def _post_page(
    request: HttpRequest, post_id: int, *, form: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    own, viewer, at = _post(post_id), actor_of(request), timezone.now()

    def shown_form(name: str, fields: tuple[Field, ...]) -> object:
        mine = refusal if form == name else None
        return form_of(fields, given=request.POST if mine else None, refusal=mine)

    close = Field("closes_on", _("Closed from"), "date", _day(at), is_required=True)
    shown: dict[str, object] = {
        "own": own,
        "home": home_of(own),
        "roles": ", ".join(str(ROLES[role]) for role in sorted(own.roles - {Role.RESIDENT})),
        "scope": area_names().get(own.scope_path, ""),
        "holders": queries.tenures_in(viewer, [post_id], at=at).get(post_id, []),
        "form": shown_form("change", _post_fields(own)),
        "appoint_form": shown_form("appoint", appoint_fields(with_login=True)),
        "close_form": shown_form("close", (close,)),
        "today": timezone.localtime(at).date(),
        "may_change": viewer.has(SYSTEM),
        "may_appoint": viewer.has(SECURITY),
    }
    return show(request, "post", shown, refusal=refusal)


def _day(at: datetime) -> str:
    return timezone.localtime(at).date().isoformat()


@require_POST
@kept_for(SYSTEM)
def change_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """POST — change a post."""
    try:
        _create(request, _post(post_id).code)
    except Refusal as refusal:
        return _post_page(request, post_id, form="change", refusal=refusal)
    messages.success(request, _("The post is kept."))
    return HttpResponseRedirect(reverse("admin-post", args=[post_id]))


@require_POST
@kept_for(SYSTEM)
def close_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """POST — close a post from a day on."""
    code, at = _post(post_id).code, timezone.now()
    try:
        day = asked_day(request.POST, "closes_on") or timezone.localtime(at).date()
        actions.close_post(code, closes_on=day, by=actor_of(request), at=at)
    except Refusal as refusal:
        return _post_page(request, post_id, form="close", refusal=refusal)
    messages.success(request, _("The post is closed from %(day)s.") % {"day": day.isoformat()})
    return HttpResponseRedirect(reverse("admin-post", args=[post_id]))


@require_POST
@kept_for(SECURITY)
def appoint_to_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """POST — put somebody into this post."""
    code = _post(post_id).code
    try:
        appoint_by_form(request, asked(request.POST, "login", longest=100), code)
    except Refusal as refusal:
        return _post_page(request, post_id, form="appoint", refusal=refusal)
    return HttpResponseRedirect(reverse("admin-post", args=[post_id]))


urlpatterns = [
    path("admin/organisations", organisations, name="admin-organisations"),
    path("admin/organisations/new", organisation, name="admin-organisation-new"),
    path("admin/organisations/<int:organisation_id>", organisation, name="admin-organisation"),
    path("admin/posts", posts, name="admin-posts"),
    path("admin/posts/new", new_post, name="admin-post-new"),
    path("admin/posts/<int:post_id>", post, name="admin-post"),
    path("admin/posts/<int:post_id>/change", change_post, name="admin-post-change"),
    path("admin/posts/<int:post_id>/close", close_post, name="admin-post-close"),
    path("admin/posts/<int:post_id>/appoint", appoint_to_post, name="admin-post-appoint"),
]
