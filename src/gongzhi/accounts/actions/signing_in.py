"""Signing in with a password: tries are counted first, and lock the login."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Person, SecondFactor, SignInTry
from gongzhi.accounts.rules import ANONYMOUS, Actor, LanguageUnknown, Role, SignInRefused, Tries
from gongzhi.kernel.hashing import salted_hash
from gongzhi.ledger.actions import record

LONGEST_PASSWORD = 1024  # hashing longer ones would be a way to keep the server busy


def fingerprint(login: str) -> str:
    """Return by what the tries with a login are remembered, without the login itself."""
    return salted_hash(login.strip(), salt=settings.SECRET_KEY)


def sign_in_with_password(login: str, password: str, *, at: datetime) -> Person:
    """Return the person who knows this password, and enter that they signed in.

    Whoever has a second factor is not signed in yet: see `pass_second_step`.

    An unknown login, a wrong password and a person without a password are refused
    with the same words after the same work, and lock alike, so nobody can learn
    from here who has an account.

    Args:
        login: as typed; blanks around it do not count.
        password: as typed.
        at: an aware datetime.

    Raises:
        SignInRefused: they do not fit together; `left` tries remain.
        SignInLocked: too many tries; `minutes` until the next.
    """
    login, mark = login.strip(), fingerprint(login)
    tries = _spend(mark, at=at)
    person = _holder_of(login)
    if _fits(person, password) and person is not None:
        return _welcome(person, mark, at=at)
    if not tries.is_locked(at):
        raise SignInRefused(left=settings.SIGN_IN_TRIES - tries.failed)
    enter_lock(person, mark, at=at)
    raise rules.locked(tries, at=at)


def _holder_of(login: str) -> Person | None:
    # PostgreSQL refuses to compare with a NUL; the statement is asked for in any case, so that
    # nonsense takes as long as a login.
    asked = login.replace("\x00", " ")
    return Person.objects.filter(login=asked, is_active=True).first()


@transaction.atomic
def _spend(mark: str, *, at: datetime) -> Tries:
    row, _made = SignInTry.objects.select_for_update().get_or_create(
        fingerprint=mark, defaults={"last_at": at}
    )
    tries = rules.spend_try(
        Tries(row.failed, row.locked_until, row.last_at),
        at=at,
        most=settings.SIGN_IN_TRIES,
        lock=timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES),
    )
    row.failed, row.locked_until, row.last_at = tries.failed, tries.locked_until, at
    row.save()
    SignInTry.objects.filter(last_at__lt=at - 2 * rules.TRIES_KEPT).delete()
    return tries


def _fits(person: Person | None, password: str) -> bool:
    """Return whether the password is the person's; costs the same without a person."""
    given = password[: LONGEST_PASSWORD + 1]
    if person is None or not person.has_usable_password() or len(given) > LONGEST_PASSWORD:
        make_password(given[:LONGEST_PASSWORD])
        return False
    return check_password(given, person.password)


@transaction.atomic
def _welcome(person: Person, mark: str, *, at: datetime) -> Person:
    SignInTry.objects.filter(fingerprint=mark).delete()
    if not SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).exists():
        enter_sign_in(person, way="password", at=at)
    return person


def enter_sign_in(person: Person, *, way: str, at: datetime) -> None:
    """Enter that a person has shown everything that signing in asks of them."""
    by = Actor(person_id=person.pk, roles=frozenset({Role.RESIDENT}))
    facts = {"way": way}
    record("person.signed_in", subject=f"person:{person.pk}", by=by, at=at, facts=facts)


def enter_lock(person: Person | None, mark: str, *, at: datetime) -> None:
    """Enter that a login, or the account behind it, rests after too many tries."""
    subject = f"login:{mark[:32]}" if person is None else f"person:{person.pk}"
    facts = {"tries": settings.SIGN_IN_TRIES, "minutes": settings.SIGN_IN_LOCK_MINUTES}
    record("person.locked", subject=subject, by=ANONYMOUS, at=at, facts=facts)


@transaction.atomic
def choose_language(*, language: str, by: Actor, at: datetime) -> None:
    """Remember the language in which the acting person reads.

    Raises:
        LanguageUnknown: the platform does not speak it.
        PersonUnknown: nobody acts.
    """
    if language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(language=language[:20])
    person = access.active_person_numbered(by.person_id)
    if person.language == language:
        return
    person.language = language
    person.save(update_fields=["language"])
    facts = {"fields": ["language"]}
    record("person.changed", subject=f"person:{person.pk}", by=by, at=at, facts=facts)
