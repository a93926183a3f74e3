"""The ledger for the audit administrator: look-up, and whether it is whole."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.accounts.words import ROLES
from gongzhi.cases import queries as cases
from gongzhi.cases.queries import CaseFilter
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryFilter, EntryView, Verdict
from gongzhi.places import queries as places
from gongzhi.webkit.pages import address_with, asked, asked_number
from gongzhi.webkit.reading import named

from .doors import AUDIT, kept_for
from .reading import asked_day, one_of, show

PAGE = 50  # entries
PATIENCE = 8.0  # seconds a page verifies; a larger ledger is verified by the command

GROUPS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "access": (
        gettext_lazy("Getting in"),
        (
            "person.signed_in",
            "person.locked",
            "person.signed_up",
            "person.sessions_ended",
            "person.link_made",
            "person.second_factor_set",
            "person.second_factor_removed",
            "person.recovery_codes_made",
            "person.barred",
            "person.readmitted",
        ),
    ),
    "powers": (
        gettext_lazy("Powers"),
        (
            "appointment.made",
            "appointment.changed",
            "appointment.ended",
            "post.created",
            "post.changed",
            "post.closed",
            "post_kind.defined",
            "post_kind.changed",
        ),
    ),
    "data": (
        gettext_lazy("Personal data"),
        (
            "person.enrolled",
            "person.changed",
            "person.erased",
            "person.data_exported",
            "ledger.erased",
            "case.words_erased",
        ),
    ),
    "rules": (
        gettext_lazy("Rules and map"),
        (
            "catalogue.installed",
            "catalogue.activated",
            "organisation.founded",
            "organisation.renamed",
            "organisation.moved",
            "organisation.changed",
            "layer.defined",
            "layer.changed",
            "area.drawn",
            "area.redrawn",
            "area.renamed",
            "area.moved",
            "area.classified",
            "area.retired",
            "duty.assigned",
            "duty.ended",
        ),
    ),
}


@cache
def _labels() -> Mapping[str, object]:
    """Return the label of every kind of entry that has one, by kind."""
    known = set(ledger.kinds())
    found: dict[str, object] = {}
    for house in settings.HOUSES:
        if find_spec(f"{house}.words"):
            words = import_module(f"{house}.words")
            for name in ("LEDGER", "DEEDS", "KINDS"):
                told = getattr(words, name, {})
                found |= {str(kind): label for kind, label in told.items() if kind in known}
    return found


def label_of(kind: str) -> str:
    """Return what a kind of entry is called; its code where it has no name."""
    return str(_labels().get(kind, kind))


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as the page shows it."""

    entry: EntryView
    label: str
    who: str
    role: str
    about: str
    facts: str


@dataclass(frozen=True, slots=True)
class Group:
    """A run of kinds that are looked at together."""

    code: str
    label: str
    is_here: bool


@require_safe
@never_cache
@kept_for(AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """GET — entries, newest first, narrowed by kind, subject, person, post and time."""
    return _page(request)


def _page(request: HttpRequest, *, verdict: "Checked | None" = None) -> HttpResponse:
    group = asked(request.GET, "group", longest=20)
    refusal: Refusal | None = None
    try:
        narrowed = _filter(request, group)
        found = ledger.look_up(narrowed, before=asked_number(request.GET, "before"), limit=PAGE)
    except Refusal as trouble:
        refusal, found = trouble, ledger.EntryPage((), None)
    seal = ledger.newest_seal()
    shown: dict[str, object] = {
        "rows": _rows(request, found.entries),
        "following": address_with(request, before=found.before) if found.before else "",
        "is_later_page": "before" in request.GET,
        "form": form_of(_fields(request), given=request.GET, refusal=refusal),
        "groups": [
            Group(code, str(label), code == group) for code, (label, _kinds) in GROUPS.items()
        ],
        "group": group if group in GROUPS else "",
        "seal": seal,
        "verdict": verdict,
    }
    return show(request, "audit", shown, refusal=refusal)


def _fields(request: HttpRequest) -> tuple[Field, ...]:
    kinds = sorted(((kind, label_of(kind)) for kind in ledger.kinds()), key=lambda one: one[1])
    about = _("A person by login, a case by its number, or as the ledger writes it: person:7.")
    return (
        Field("kind", _("Kind of entry"), "select", groups=one_of(kinds), blank=_("all")),
        Field("subject", _("About"), hint=about, longest=64),
        Field("login", _("Done by (login)"), longest=64),
        Field("post", _("In the post (code)"), longest=64),
        Field("since", _("From day"), "date"),
        Field("until", _("To day"), "date"),
    )


def _filter(request: HttpRequest, group: str) -> EntryFilter:
    given = request.GET
    login, post = asked(given, "login", longest=64), asked(given, "post", longest=64)
    kind = asked(given, "kind", longest=48)
    kinds = (kind,) if kind else GROUPS.get(group, ("", ()))[1]
    since, until = asked_day(given, "since"), asked_day(given, "until")
    person = accounts.actor_for_login(login, at=timezone.now()).person_id if login else None
    known = accounts.posts_by_code().get(post) if post else None
    return EntryFilter(
        kinds=kinds,
        subject=_subject(asked(given, "subject", longest=64), viewer=SYSTEM),
        person_id=person,
        post_id=(known.id if known else 0) if post else None,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time_of_day()))


def _subject(text: str, *, viewer: Actor) -> str:
    """Return a subject as the ledger writes it, given a login or the number of a case."""
    if not text or ":" in text:
        return text
    try:
        return f"person:{accounts.find_person(viewer, text)}"
    except Refusal:
        pass
    lines = cases.case_list(SYSTEM, at=timezone.now(), narrowed=CaseFilter(number=text)).lines
    return next((f"case:{one.id}" for one in lines if one.number == text), text)


def _rows(request: HttpRequest, entries: tuple[EntryView, ...]) -> list[EntryRow]:
    people = accounts.people(
        {one.person_id for one in entries if one.person_id}, viewer=actor_of(request)
    )
    posts = accounts.posts({one.post_id for one in entries if one.post_id})
    named_subjects = _subjects(request, entries)
    rows = []
    for one in entries:
        person = people.get(one.person_id or 0)
        post = posts.get(one.post_id or 0)
        who = [person.login if person else f"#{one.person_id}" if one.person_id else ""]
        who.append(named(post) if post else "")
        role = _role(one)
        about = named_subjects.get(one.subject, "")
        facts = json.dumps(one.facts, ensure_ascii=False) if one.facts else ""
        rows.append(
            EntryRow(one, label_of(one.kind), " · ".join(p for p in who if p), role, about, facts)
        )
    return rows


def _role(entry: EntryView) -> str:
    """Return in what role a deed was done; blank for what one does as oneself."""
    if entry.role == Role.RESIDENT and entry.kind.startswith("person."):
        return ""
    return str(ROLES[Role(entry.role)]) if entry.role in set(Role) else entry.role


def _subjects(request: HttpRequest, entries: tuple[EntryView, ...]) -> dict[str, str]:
    """Return what the subjects of entries are called, where that is known."""
    ids: dict[str, list[str]] = {}
    for subject in {one.subject for one in entries}:
        house, _colon, number = subject.partition(":")
        ids.setdefault(house, []).append(number)
    numbers = {house: [int(n) for n in found if n.isdigit()] for house, found in ids.items()}
    people = accounts.people(numbers.get("person", ()), viewer=actor_of(request))
    posts = accounts.posts(set(numbers.get("post", ())))
    homes = accounts.organisations(set(numbers.get("organisation", ())))
    areas = places.areas(numbers.get("area", ()))
    return {
        **{f"person:{key}": one.login for key, one in people.items()},
        **{f"post:{key}": named(one) for key, one in posts.items()},
        **{f"organisation:{key}": named(one) for key, one in homes.items()},
        **{f"area:{key}": named(one) for key, one in areas.items()},
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What the verification came to; without a verdict it took too long for a page."""

    verdict: Verdict | None
    entries: int
    seconds: float


class _TooLong(Exception):  # noqa: N818 - an answer, not an accident
    """The ledger is larger than a page has patience for."""


@never_cache
@require_POST
@kept_for(AUDIT)
def verify(request: HttpRequest) -> HttpResponse:
    """POST — recompute every digest and seal, as far as patience goes."""
    return _page(request, verdict=verified())


def verified(patience: float = PATIENCE) -> Checked:
    """Return what verifying the ledger comes to within `patience` seconds."""
    start, seen = time.monotonic(), 0

    def watch(done: int, _total: int) -> None:
        nonlocal seen
        seen = done
        if time.monotonic() - start > patience:
            raise _TooLong

    try:
        verdict = ledger.verify(watch)
    except _TooLong:
        return Checked(None, seen, time.monotonic() - start)
    return Checked(verdict, verdict.entries, time.monotonic() - start)


urlpatterns = [
    path("admin/audit", audit, name="admin-audit"),
    path("admin/audit/verify", verify, name="admin-audit-verify"),
]
