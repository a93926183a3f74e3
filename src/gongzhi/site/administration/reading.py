"""What several pages of the administration read and show alike."""

from collections.abc import Iterable
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import ScopeUnknown, read_day
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import NoPackInstalled
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import queries as places
from gongzhi.webkit.pages import Choice, ChoiceGroup, asked
from gongzhi.webkit.reading import named

from .doors import ways_of


def show(
    request: HttpRequest,
    template: str,
    shown: dict[str, object],
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Return a page of the administration; its status says whether something was refused."""
    everything = {**shown, "admin_ways": ways_of(request)}
    status = refusal.status if refusal else 200
    return render(request, f"admin/{template}.html", everything, status=status)


def asked_day(given: QueryDict, name: str) -> date | None:
    """Return a day of a form; None when it was left blank.

    Raises:
        DateUnreadable: it is none.
    """
    text = asked(given, name, longest=40)
    return read_day(name, text) if text else None


def scope_path(code: str) -> str:
    """Return the path of the area with a code; blank for blank, which is the whole city.

    Raises:
        ScopeUnknown: there is no such area.
    """
    if not code:
        return ""
    path = places.path_of_code(code)
    if path is None:
        raise ScopeUnknown(code=code[:60])
    return path


def scope_code(path: str) -> str:
    """Return the code of the area with a path; blank for the whole city."""
    if not path:
        return ""
    found = (one.code for one in places.the_map().areas if one.path == path)
    return next(found, "")


def area_names() -> dict[str, str]:
    """Return the names of the areas of the tree by path, in the reader's language."""
    return {one.path: named(one) for one in places.the_map().areas if one.path}


def kind_names() -> dict[str, str]:
    """Return what the pack in force calls kinds of organisations, by kind."""
    try:
        labels = catalogue.book().labels
    except NoPackInstalled:
        return {}
    head = "organisation_kind."
    return {
        key.removeprefix(head): named(one) for key, one in labels.items() if key.startswith(head)
    }


def one_of(rows: Iterable[tuple[str, str]], chosen: str = "") -> tuple[ChoiceGroup, ...]:
    """Return choices without headings."""
    return (ChoiceGroup("", tuple(Choice(key, label, key == chosen) for key, label in rows)),)


def organisation_choices(chosen: str = "", *, but: str = "") -> tuple[ChoiceGroup, ...]:
    """Return every organisation by name, its code behind it."""
    rows = sorted((one for one in accounts.all_organisations() if one.code != but), key=named)
    return one_of(((one.code, f"{named(one)} ({one.code})") for one in rows), chosen)


def post_choices(chosen: str = "") -> tuple[ChoiceGroup, ...]:
    """Return every open post under its organisation."""
    homes = {one.id: one for one in accounts.all_organisations()}
    groups: dict[int, list[PostView]] = {}
    for post in accounts.all_posts():
        if post.closed_on is None:
            groups.setdefault(post.organisation_id, []).append(post)
    ordered = sorted(groups, key=lambda home: named(homes[home]))
    return tuple(
        ChoiceGroup(
            named(homes[home]),
            tuple(
                Choice(one.code, f"{named(one)} ({one.code})", one.code == chosen)
                for one in groups[home]
            ),
        )
        for home in ordered
    )


def home_of(post: PostView) -> OrganisationView | None:
    """Return the organisation of a post."""
    return accounts.organisations([post.organisation_id]).get(post.organisation_id)
