"""People: enrolled, given a password, erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Appointment, Membership, Person, SignInTry
from gongzhi.accounts.rules import (
    Actor,
    CodeMalformed,
    CodeTwice,
    Deed,
    LanguageUnknown,
    PasswordWeak,
    PersonUnknown,
)
from gongzhi.accounts.words import WEAK
from gongzhi.ledger.actions import record

from .plans import Done, Note, Outcome, Plan
from .second_factor import forget_second_factor
from .sessions import forget_sessions
from .signing_in import fingerprint

ERASED = "erased-"  # what a login becomes
FIELDS = ("name", "phone", "email", "language")


@dataclass(frozen=True)
class NewPerson:
    """A person to enrol.

    Attributes:
        login: what they type to sign in.
        name: may be blank.
        phone: may be blank; `None` leaves it as it is.
        email: as `phone`.
        password: checked and hashed; without one, and without a hash, nobody can sign in.
        language: `None` leaves it as it is.
        password_hash: a ready hash, shared by many (see `shared_password_hash`).
    """

    login: str
    name: str | None
    phone: str | None = ""
    email: str | None = ""
    password: str | None = None
    language: str | None = "zh-hans"
    password_hash: str = ""


def shared_password_hash(password: str) -> str:
    """Return a hash that many demonstration people may share: hashing takes long on purpose."""
    return make_password(password)


def _checked_hash(new: NewPerson) -> str:
    if new.password is None:
        return new.password_hash or make_password(None)
    check_password_strength(new.password)
    return make_password(new.password)


def check_password_strength(password: str) -> None:
    """Refuse a password that is easy to guess.

    Raises:
        PasswordWeak: with what is wrong in `reasons`, in the reader's language.
    """
    try:
        validate_password(password)
    except ValidationError as weak:
        raise PasswordWeak(reasons=" ".join(_reasons(weak))) from None


def _reasons(weak: ValidationError) -> Iterator[str]:
    for one in weak.error_list:
        said = WEAK.get(str(one.code))
        yield str(said) % (one.params or {}) if said else str(one.messages[0])


def check_person(new: NewPerson) -> None:
    """Refuse a person whose own fields cannot be right."""
    rules.check_code("login", new.login, longest=64)
    if new.login.startswith(ERASED):
        raise CodeMalformed(field="login", code=new.login[:60])
    rules.check_text("name", new.name or "", longest=80)
    rules.check_text("phone", new.phone or "", longest=32)
    rules.check_text("email", new.email or "", longest=254)
    if new.language is not None and new.language not in dict(settings.LANGUAGES):
        raise LanguageUnknown(language=new.language[:20])


class PersonPlan(Plan[Person]):
    """People to enrol or change; passwords of known people stay."""

    subject = "person"

    def __init__(self, logins: Sequence[str]) -> None:
        super().__init__(Person, fields=FIELDS)
        self.known = access.people_of(set(logins), locked=True)

    def add(self, new: NewPerson) -> Done[Person]:
        """Plan one person.

        Raises:
            Invalid: a field cannot be right.
        """
        check_person(new)
        given = {name: getattr(new, name) for name in FIELDS}
        wanted = {name: value for name, value in given.items() if value is not None}
        row = self.known.get(new.login)
        if row is None:
            row = Person(login=new.login, password=_checked_hash(new), **wanted)
            self.known[new.login] = row
            self.new[new.login] = (row, Note("person.enrolled", {}))
            return Done(row, Outcome.ADDED)
        if not row.is_active:
            raise PersonUnknown(login=new.login)
        differing = self.changes(row, wanted)
        if not differing:
            return Done(row, Outcome.UNCHANGED)
        for name, (_before, after) in differing.items():
            setattr(row, name, after)
        if new.login not in self.new:
            note = Note("person.changed", {"fields": sorted(differing)})
            self.changed[new.login] = (row, note)
        return Done(row, Outcome.CHANGED)


@transaction.atomic
def enrol_people(news: Sequence[NewPerson], *, by: Actor, at: datetime) -> list[Done[Person]]:
    """Enrol or change many people, in their order.

    Raises:
        NotYours: the actor does not enrol people.
        CodeTwice: a login stands twice in the list.
        PasswordWeak, LanguageUnknown, Invalid: a field cannot be right.
    """
    rules.check_may(Deed.ENROL, by=by)
    logins = [new.login for new in news]
    if len(logins) != len(set(logins)):
        twice = next(login for place, login in enumerate(logins) if login in logins[:place])
        raise CodeTwice(code=twice)
    plan = PersonPlan(logins)
    done = [plan.add(new) for new in news]
    plan.carry_out(by=by, at=at)
    return done


def enrol_person(
    login: str,
    *,
    name: str,
    phone: str = "",
    email: str = "",
    password: str | None = None,
    language: str = "zh-hans",
    by: Actor,
    at: datetime,
) -> Person:
    """Enrol a person, or change the one with this login; a known person keeps their password.

    Args:
        login: letters, digits and . _ - : @ /.
        name: may be blank.
        phone: may be blank.
        email: may be blank.
        password: without one nobody can sign in with a password.
        language: one of the platform's languages.
        by: who enrols.
        at: an aware datetime.

    Raises:
        NotYours, PasswordWeak, LanguageUnknown, Invalid: see `enrol_people`.
    """
    new = NewPerson(login, name, phone, email, password, language)
    return enrol_people([new], by=by, at=at)[0].row


@transaction.atomic
def choose_password(login: str, *, password: str, by: Actor, at: datetime) -> None:
    """Give a person a new password, which ends their open sessions and lifts a lock.

    People choose their own; for others the security administrator does.

    Raises:
        NotYours, PersonUnknown, PasswordWeak: see their sentences.
    """
    own = Person.objects.filter(login=login, pk=by.person_id or 0).exists()
    if not own:
        rules.check_may(Deed.SECURE, by=by)
    check_password_strength(password)
    set_password(access.active_person(login), password, by=by, at=at)


def set_password(person: Person, password: str, *, by: Actor, at: datetime) -> None:
    """Give a person a new password; in the transaction of the deed that checked everything."""
    person.set_password(password)
    person.save(update_fields=["password"])
    SignInTry.objects.filter(fingerprint=fingerprint(person.login)).delete()
    facts = {"fields": ["password"]}
    record("person.changed", subject=f"person:{person.pk}", by=by, at=at, facts=facts)


@transaction.atomic
def erase_person(login: str, *, by: Actor, at: datetime) -> None:
    """Erase everything the house knows of a person; the ledger keeps the bare number.

    Open appointments and memberships end on that day.  Letters and capacities go
    too: "party member" and the number of a letter lead back to a person.

    Raises:
        NotYours: the actor does not erase.
        PersonUnknown: there is no active person with this login.

    Source: Personal Information Protection Law, Art. 47.
    """
    rules.check_may(Deed.ERASE, by=by)
    _erase(access.known_person(login), by=by, at=at)


@transaction.atomic
def erase_oneself(*, by: Actor, at: datetime) -> None:
    """Erase one's own account, as `erase_person` does; the entrance has asked for the password.

    Raises:
        PersonUnknown: nobody acts.

    Source: Personal Information Protection Law, Art. 47.
    """
    _erase(access.active_person_numbered(by.person_id), by=by, at=at)


def _erase(person: Person, *, by: Actor, at: datetime) -> None:
    SignInTry.objects.filter(fingerprint=fingerprint(person.login)).delete()
    forget_second_factor(person)
    forget_sessions(person)
    person.login = f"{ERASED}{person.pk}"
    person.name = person.phone = person.email = ""
    person.is_active = False
    person.erased_at = at
    person.barred_at = None
    person.set_unusable_password()
    person.save()
    _end_everything(person, day=access.day_of(at))
    facts = {"fields": ["login", "name", "phone", "email", "password"]}
    record("person.erased", subject=f"person:{person.pk}", by=by, at=at, facts=facts)


def _end_everything(person: Person, *, day: date) -> None:
    held = Appointment.objects.filter(person=person)
    held.update(letter_number="", capacity="")
    for row in held.exclude(ends_on__lt=day):
        row.ends_on = max(row.starts_on, day)
        row.save(update_fields=["ends_on"])
    for membership in Membership.objects.filter(person=person).exclude(ends_on__lt=day):
        membership.ends_on = max(membership.starts_on, day)
        membership.save(update_fields=["ends_on"])
