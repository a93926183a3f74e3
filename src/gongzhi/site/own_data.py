"""Everything kept about me, from all houses: to take away, and to have erased."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import session
from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.cases.actions.own_words import erase_own_words
from gongzhi.kernel.refusals import Refusal
from gongzhi.notices.actions.forgetting import forget_person

Part = list[dict[str, Any]]
DataAbout = Callable[[int], Mapping[str, Part]]

# The columns of the parts, as people read them; others stand under their own name.
COLUMNS: Mapping[str, Promise] = {
    "id": gettext_lazy("Number"),
    "number": gettext_lazy("Number"),
    "login": gettext_lazy("Login"),
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Telephone"),
    "email": gettext_lazy("Mail address"),
    "language": gettext_lazy("Language"),
    "post": gettext_lazy("Code of the post"),
    "post_name": gettext_lazy("Post"),
    "organisation": gettext_lazy("Organisation"),
    "starts_on": gettext_lazy("First day"),
    "ends_on": gettext_lazy("Last day"),
    "letter_number": gettext_lazy("Number of the letter"),
    "capacity": gettext_lazy("Capacity"),
    "browser": gettext_lazy("Browser"),
    "began_at": gettext_lazy("Since"),
    "since": gettext_lazy("Since"),
    "seen_at": gettext_lazy("Last seen"),
    "reported_at": gettext_lazy("Reported"),
    "category": gettext_lazy("Category"),
    "state": gettext_lazy("State"),
    "longitude": gettext_lazy("Longitude"),
    "latitude": gettext_lazy("Latitude"),
    "words": gettext_lazy("My words"),
    "address": gettext_lazy("Place in my words"),
    "contact_name": gettext_lazy("Contact name"),
    "contact_phone": gettext_lazy("Contact telephone"),
    "made_at": gettext_lazy("Made"),
    "ended_at": gettext_lazy("Until"),
    "metres": gettext_lazy("Metres"),
    "way": gettext_lazy("Way: second, longitude, latitude, accuracy"),
    "brought_at": gettext_lazy("Brought"),
    "taken_at": gettext_lazy("Taken"),
    "subject": gettext_lazy("About"),
    "purpose": gettext_lazy("Shows"),
    "confirmed_at": gettext_lazy("Since"),
    "recovery_codes_left": gettext_lazy("Recovery codes left"),
    "is_leader": gettext_lazy("Leads it"),
    "team": gettext_lazy("Code of the team"),
    "team_name": gettext_lazy("Team"),
    "is_solved": gettext_lazy("Solved, I said"),
    "satisfaction": gettext_lazy("My satisfaction (1 to 3)"),
    "kind": gettext_lazy("Kind"),
    "channels": gettext_lazy("Ways by topic"),
    "quiet_from": gettext_lazy("Quiet from"),
    "quiet_until": gettext_lazy("Quiet until"),
    "service": gettext_lazy("Push service"),
    "read_at": gettext_lazy("Read"),
}
# Parts of houses whose `words` have no `OWN_DATA`.
PARTS: Mapping[str, Promise] = {
    "reports": gettext_lazy("What I reported"),
    "follows": gettext_lazy("What I follow"),
    "saved_filters": gettext_lazy("Lists I have saved"),
    "photographs": gettext_lazy("Photographs I brought"),
    "patrols": gettext_lazy("My rounds on duty"),
}


def collectors() -> Iterator[tuple[str, DataAbout]]:
    """Yield each house that keeps something about people, with its `data_about`.

    It stands in the `queries` room of the house, or in its module `own_data`.
    """
    for house in settings.HOUSES:
        for room in (f"{house}.queries", f"{house}.queries.own_data"):
            if not find_spec(house) or not _is_there(room):
                continue
            found = getattr(import_module(room), "data_about", None)
            if found is not None:
                yield house, found
                break


def _is_there(room: str) -> bool:
    try:
        return find_spec(room) is not None
    except ModuleNotFoundError:  # the room above it is a module, or missing
        return False


def everything_about(person_id: int) -> dict[str, dict[str, Part]]:
    """Return everything that is kept about a person: by house, then by part."""
    return {house.rpartition(".")[2]: dict(ask(person_id)) for house, ask in collectors()}


@never_cache
@require_POST
@needs_sign_in
def export_json(request: HttpRequest) -> HttpResponse:
    """POST — everything kept about me, for programs."""
    at, actor = timezone.now(), actor_of(request)
    told = _told(actor, at=at)
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{_name(at)}.json"'
    return answer


@never_cache
@require_POST
@needs_sign_in
def export_zip(request: HttpRequest) -> HttpResponse:
    """POST — everything kept about me: a page to read, and the same for programs."""
    at, actor = timezone.now(), actor_of(request)
    told = _told(actor, at=at)
    page = render_to_string("own_data/index.html", {"parts": list(_parts(told)), "at": at})
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page)
        archive.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
    answer = HttpResponse(buffer.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{_name(at)}.zip"'
    return answer


def _told(actor: Actor, *, at: datetime) -> dict[str, Any]:
    accounts.note_data_export(by=actor, at=at)
    moment = timezone.localtime(at).isoformat(timespec="seconds")
    return {"made_at": moment, "houses": everything_about(actor.person_id or 0)}


def _name(at: datetime) -> str:
    return f"my-data-{timezone.localtime(at):%Y%m%d}"


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of the data as a table to read."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _parts(told: Mapping[str, Any]) -> Iterator[ShownPart]:
    for house, parts in told["houses"].items():
        words = f"gongzhi.{house}.words"
        known = getattr(import_module(words), "OWN_DATA", {}) if _is_there(words) else {}
        labels = {**PARTS, **known}
        for name, rows in parts.items():
            columns = list(dict.fromkeys(key for row in rows for key in row))
            yield ShownPart(
                str(labels.get(name, name)),
                tuple(str(COLUMNS.get(column, column)) for column in columns),
                tuple(tuple(_shown(row.get(column)) for column in columns) for row in rows),
            )


def _shown(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    plain = isinstance(value, str | int | float)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


@sensitive_post_parameters("old_password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs_sign_in
def erase(request: HttpRequest) -> HttpResponse:
    """Say what is erased and what stays, or erase one's own account and sign out."""
    if request.method != "POST":
        return _erase_page(request, refusal=None)
    at, actor = timezone.now(), actor_of(request)
    password = request.POST.get("old_password", "")
    try:
        accounts.check_password_of(actor.person_id or 0, password, at=at)
        erase_everything(actor, with_texts=bool(request.POST.get("with_texts")), at=at)
    except Refusal as refusal:
        return _erase_page(request, refusal=refusal)
    session.end(request)
    messages.success(request, _("Your account is erased, and you are signed out."))
    return HttpResponseRedirect("/")


@transaction.atomic
def erase_everything(actor: Actor, *, with_texts: bool, at: datetime) -> None:
    """Erase a person from every house, by themselves: all of it or nothing."""
    erase_own_words(with_texts=with_texts, by=actor, at=at)
    forget_person(actor.person_id or 0)
    accounts.erase_oneself(by=actor, at=at)


def _erase_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    fields = (
        Field(
            "with_texts",
            _("Erase the words and addresses of my reports too"),
            "checkbox",
            "yes" if request.POST.get("with_texts") else "",
            hint=_("The cases themselves stay, without what you wrote."),
        ),
        Field(
            "old_password",
            _("Your password"),
            "password",
            is_required=True,
            longest=1024,
            autocomplete="current-password",
        ),
    )
    status = refusal.status if refusal else 200
    shown = {"form": form_of(fields, refusal=refusal)}
    return render(request, "own_data/erase.html", shown, status=status)


urlpatterns = [
    path("account/export.json", export_json, name="export-own-json"),
    path("account/export.zip", export_zip, name="export-own-zip"),
    path("account/erase", erase, name="account-erase"),
]
