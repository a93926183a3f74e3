"""The browsers in which people are signed in: noted, seen, ended."""

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import OpenSession, Person
from gongzhi.accounts.rules import Actor, Deed, SessionUnknown
from gongzhi.ledger.actions import record


@transaction.atomic
def note_session(key: str, *, browser: str, by: Actor, at: datetime) -> None:
    """Remember a browser in which a person has just signed in; sweep what ran out long ago.

    Args:
        key: of the session, as Django stores it.
        browser: as its owner knows it.
        by: who signed in.
        at: an aware datetime.
    """
    person = access.active_person_numbered(by.person_id)
    told = {"person": person, "browser": browser[:40], "began_at": at, "seen_at": at}
    OpenSession.objects.update_or_create(key=key, defaults=told)
    oldest = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    OpenSession.objects.filter(seen_at__lte=oldest).delete()


def see_session(key: str, *, at: datetime) -> None:
    """Note that a session is in use.  One statement."""
    OpenSession.objects.filter(key=key).update(seen_at=at)


@transaction.atomic
def end_session(session_id: int, *, by: Actor, at: datetime) -> None:
    """End one of one's own sessions, wherever it is open.

    Raises:
        SessionUnknown: none, another's, or ended already.
    """
    rows = OpenSession.objects.filter(pk=session_id, person_id=by.person_id or 0)
    if not _end(rows):
        raise SessionUnknown
    _enter(by.person_id, 1, by=by, at=at)


@transaction.atomic
def end_other_sessions(*, but: str, by: Actor, at: datetime) -> int:
    """End all of one's own sessions except one; return how many.

    Args:
        but: the key of the one that stays.
        by: whose.
        at: an aware datetime.
    """
    count = _end(OpenSession.objects.filter(person_id=by.person_id or 0).exclude(key=but))
    if count:
        _enter(by.person_id, count, by=by, at=at)
    return count


@transaction.atomic
def end_sessions_of(login: str, *, by: Actor, at: datetime) -> int:
    """End every session of a person; return how many.

    Raises:
        NotYours: only the security administrator does.
        PersonUnknown: there is nobody with this login.
    """
    rules.check_may(Deed.SECURE, by=by)
    person = access.known_person(login)
    count = forget_sessions(person)
    if count:
        _enter(person.pk, count, by=by, at=at)
    return count


def forget_sessions(person: Person) -> int:
    """End every session of a person; in the transaction of the deed that asks for it."""
    return _end(OpenSession.objects.filter(person=person))


def forget_session(key: str) -> None:
    """Forget a session that its owner has just closed.  One statement."""
    OpenSession.objects.filter(key=key).delete()


def _end(rows: QuerySet[OpenSession]) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = list(rows.values_list("key", flat=True))
    for key in keys:
        store(key).delete()
    OpenSession.objects.filter(key__in=keys).delete()
    return len(keys)


def _enter(person_id: int | None, count: int, *, by: Actor, at: datetime) -> None:
    facts = {"count": count, "own": by.person_id == person_id}
    record("person.sessions_ended", subject=f"person:{person_id}", by=by, at=at, facts=facts)
