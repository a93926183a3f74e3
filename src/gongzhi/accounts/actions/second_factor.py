"""The second factor: set up with an app, confirmed by a code, taken off with password and code."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Person, RecoveryCode, SecondFactor, SignInTry
from gongzhi.accounts.rules import (
    Actor,
    CodeRefused,
    CodesLocked,
    Deed,
    NoSecondFactor,
    PasswordRefused,
    Role,
    SecondFactorNeeded,
    SecondFactorThere,
    Tries,
)
from gongzhi.accounts.rules.second_factor import (
    fitting_step,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    sealed,
    unsealed,
)
from gongzhi.kernel.hashing import salted_hash
from gongzhi.ledger.actions import record

from .sessions import forget_sessions
from .signing_in import LONGEST_PASSWORD, enter_lock, enter_sign_in


def tries_mark(person_id: int) -> str:
    """Return by what tries with codes and passwords of one account are remembered."""
    return salted_hash(f"person:{person_id}", salt=f"second {settings.SECRET_KEY}")


@transaction.atomic
def begin_second_factor(*, by: Actor, at: datetime) -> None:
    """Draw a secret for an authenticator app; of no force before a code confirms it.

    A secret that waits to be confirmed is kept, so that a page may be opened again.

    Raises:
        PersonUnknown: nobody acts.
        SecondFactorThere: one is in force.
    """
    person = access.active_person_numbered(by.person_id)
    row = SecondFactor.objects.filter(person=person).first()
    if row is not None and row.confirmed_at is not None:
        raise SecondFactorThere
    if row is not None and unsealed(row.secret, key=settings.SECRET_KEY) is not None:
        return
    secret = sealed(new_secret(), key=settings.SECRET_KEY)
    SecondFactor.objects.update_or_create(person=person, defaults={"secret": secret})


def confirm_second_factor(code: str, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Put the drawn secret in force by a first right code; return the recovery codes, once.

    Raises:
        NoSecondFactor: none was drawn.
        SecondFactorThere: one is in force already.
        CodeRefused, CodesLocked: the code does not fit, too often.
    """
    spend_code_try(by.person_id or 0, at=at)
    with transaction.atomic():
        person = access.active_person_numbered(by.person_id)
        row = SecondFactor.objects.select_for_update().filter(person=person).first()
        if row is None:
            raise NoSecondFactor
        if row.confirmed_at is not None:
            raise SecondFactorThere
        _use_code(row, code, at=at)
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        _forget_tries(person.pk)
        facts = {"way": "totp"}
        record("person.second_factor_set", subject=_subject(person), by=by, at=at, facts=facts)
        return _new_codes(person, by=by, at=at)


def renew_recovery_codes(code: str, *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Return ten new recovery codes, once; the older ones hold no more.

    Raises:
        NoSecondFactor: none is in force.
        CodeRefused, CodesLocked: the code does not fit, too often.
    """
    spend_code_try(by.person_id or 0, at=at)
    with transaction.atomic():
        person = access.active_person_numbered(by.person_id)
        _use_code(_in_force(person), code, at=at)
        _forget_tries(person.pk)
        return _new_codes(person, by=by, at=at)


def remove_second_factor(password: str, code: str, *, by: Actor, at: datetime) -> None:
    """Take off one's own second factor, with the password and a code.

    Raises:
        SecondFactorNeeded: a role of the person works with one only.
        NoSecondFactor: none is in force.
        PasswordRefused, CodeRefused, CodesLocked: one of the two does not fit, too often.
    """
    _count_password(by.person_id or 0, password, at=at)
    with transaction.atomic():
        person = access.active_person_numbered(by.person_id)
        held = access.standing_of(person.pk, day=access.day_of(at))
        roles = {role for one in held for role in access.roles_of(one.post.kind)}
        if access.must_have_second_factor(roles | {Role.RESIDENT}):
            raise SecondFactorNeeded
        _use_any_code(person, code, at=at)
        _forget_tries(person.pk)
        _take_off(person, by=by, at=at)


@transaction.atomic
def reset_second_factor(login: str, *, by: Actor, at: datetime) -> None:
    """Take off another's second factor, who has lost the telephone and the codes.

    Raises:
        NotYours: only the security administrator does.
        PersonUnknown, NoSecondFactor: nobody, or nothing to take off.
    """
    rules.check_may(Deed.SECURE, by=by)
    person = access.known_person(login)
    _in_force(person)
    forget_sessions(person)
    _take_off(person, by=by, at=at)


def has_second_factor(person_id: int) -> bool:
    """Return whether a person must show a code after the password.  One statement."""
    rows = SecondFactor.objects.filter(person_id=person_id, confirmed_at__isnull=False)
    return rows.exists()


def pass_second_step(person_id: int, code: str, *, at: datetime) -> None:
    """Let a person in who has shown the password, by a code of the app or a recovery code.

    The try is counted before the code is looked at; too many wrong ones lock the account.

    Raises:
        PersonUnknown: erased or barred meanwhile.
        CodeRefused, CodesLocked: the code does not fit, too often.
    """
    spend_code_try(person_id, at=at)
    with transaction.atomic():
        person = access.active_person_numbered(person_id)
        way = _use_any_code(person, code, at=at)
        _forget_tries(person_id)
        enter_sign_in(person, way=f"password+{way}", at=at)


def spend_code_try(person_id: int, *, at: datetime) -> None:
    """Count a try before it is made.

    Raises:
        CodesLocked: there were too many; `minutes` until the next.
    """
    lock = timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
    with transaction.atomic():
        row, _made = SignInTry.objects.select_for_update().get_or_create(
            fingerprint=tries_mark(person_id), defaults={"last_at": at}
        )
        tries = Tries(row.failed, row.locked_until, row.last_at)
        if tries.is_locked(at):
            raise CodesLocked(**rules.locked(tries, at=at).facts)
        spent = rules.spend_try(tries, at=at, most=settings.SIGN_IN_TRIES, lock=lock)
        row.failed, row.locked_until, row.last_at = spent.failed, spent.locked_until, at
        row.save()
        person = Person.objects.filter(pk=person_id, is_active=True).first()
        if spent.is_locked(at) and person is not None:
            enter_lock(person, "", at=at)


def check_password_of(person_id: int, password: str, *, at: datetime) -> None:
    """Refuse a grave deed of one's own without the right password; tries are counted.

    Raises:
        PasswordRefused, CodesLocked: it does not fit, too often.
    """
    _count_password(person_id, password, at=at)
    _forget_tries(person_id)


def _count_password(person_id: int, password: str, *, at: datetime) -> None:
    """Refuse a wrong password; a right one leaves the try counted, for the code that follows."""
    spend_code_try(person_id, at=at)
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or len(password) > LONGEST_PASSWORD:
        make_password(password[:LONGEST_PASSWORD])
        raise PasswordRefused
    if not check_password(password, person.password):
        raise PasswordRefused


def _forget_tries(person_id: int) -> None:
    SignInTry.objects.filter(fingerprint=tries_mark(person_id)).delete()


def _in_force(person: Person) -> SecondFactor:
    rows = SecondFactor.objects.select_for_update()
    row = rows.filter(person=person, confirmed_at__isnull=False).first()
    if row is None:
        raise NoSecondFactor
    return row


def _use_code(row: SecondFactor, code: str, *, at: datetime) -> None:
    """Use up a code of the app: neither it nor an older one fits again."""
    secret = unsealed(row.secret, key=settings.SECRET_KEY)
    step = fitting_step(secret, code, at=at, after=row.last_step) if secret else None
    if step is None:
        raise CodeRefused
    row.last_step = step
    row.save(update_fields=["last_step"])


def _use_any_code(person: Person, code: str, *, at: datetime) -> str:
    """Use up a code of the app or a recovery code; return which it was."""
    row = _in_force(person)
    digest = recovery_digest(code, person_id=person.pk, key=settings.SECRET_KEY)
    kept = RecoveryCode.objects.filter(person=person, digest=digest, used_at=None)
    if kept.update(used_at=at):
        return "recovery"
    _use_code(row, code, at=at)
    return "totp"


def _new_codes(person: Person, *, by: Actor, at: datetime) -> tuple[str, ...]:
    RecoveryCode.objects.filter(person=person).delete()
    codes = new_recovery_codes()
    key = settings.SECRET_KEY
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=recovery_digest(one, person_id=person.pk, key=key))
        for one in codes
    )
    facts = {"count": len(codes)}
    record("person.recovery_codes_made", subject=_subject(person), by=by, at=at, facts=facts)
    return codes


def forget_second_factor(person: Person) -> None:
    """Remove every secret of a person; in the transaction of the deed that asks for it."""
    RecoveryCode.objects.filter(person=person).delete()
    SecondFactor.objects.filter(person=person).delete()
    _forget_tries(person.pk)


def _take_off(person: Person, *, by: Actor, at: datetime) -> None:
    forget_second_factor(person)
    facts = {"own": by.person_id == person.pk}
    record("person.second_factor_removed", subject=_subject(person), by=by, at=at, facts=facts)


def _subject(person: Person) -> str:
    return f"person:{person.pk}"
