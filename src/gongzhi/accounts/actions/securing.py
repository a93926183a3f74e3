"""What the security administrator does to accounts, and what people do to get into theirs."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.models import Person, SignInTry
from gongzhi.accounts.rules import (
    ANONYMOUS,
    LINK_HOLDS,
    Actor,
    Deed,
    LinkSpent,
    LoginTaken,
    OwnAccount,
    PersonUnknown,
    Role,
    SignUpClosed,
    SignUpTooOften,
    Tries,
    link_token,
)
from gongzhi.kernel.hashing import salted_hash
from gongzhi.ledger.actions import record

from .people import NewPerson, PersonPlan, check_password_strength, set_password
from .second_factor import check_password_of
from .sessions import end_other_sessions, forget_sessions
from .signing_in import fingerprint

SIGN_UP_REST = timedelta(hours=1)


@transaction.atomic
def bar_person(login: str, *, by: Actor, at: datetime) -> None:
    """Let a person in no more until readmitted; their open sessions end.

    Appointments stay, but a barred person holds no post meanwhile.  Twice changes nothing.

    Raises:
        NotYours: only the security administrator does.
        OwnAccount: nobody bars themselves.
        PersonUnknown: there is nobody with this login.
    """
    rules.check_may(Deed.SECURE, by=by)
    person = access.known_person(login)
    if person.pk == by.person_id:
        raise OwnAccount
    if person.barred_at is not None:
        return
    person.barred_at, person.is_active = at, False
    person.save(update_fields=["barred_at", "is_active"])
    facts = {"sessions": forget_sessions(person)}
    record("person.barred", subject=f"person:{person.pk}", by=by, at=at, facts=facts)


@transaction.atomic
def readmit_person(login: str, *, by: Actor, at: datetime) -> None:
    """Let a barred person in again, and forget failed tries with their login.

    Raises:
        NotYours: only the security administrator does.
        PersonUnknown: there is nobody with this login.
    """
    rules.check_may(Deed.SECURE, by=by)
    person = access.known_person(login)
    tries = SignInTry.objects.filter(fingerprint=fingerprint(login)).delete()[0]
    if person.barred_at is None and not tries:
        return
    person.barred_at, person.is_active = None, True
    person.save(update_fields=["barred_at", "is_active"])
    record("person.readmitted", subject=f"person:{person.pk}", by=by, at=at, facts={})


@transaction.atomic
def make_password_link(login: str, *, by: Actor, at: datetime) -> tuple[int, str]:
    """Return the number and the token of a link by which a person chooses a password.

    It holds for three days and for one password; nobody but the person learns that.

    Raises:
        NotYours: only the security administrator does.
        PersonUnknown: there is no active person with this login.
    """
    person = access.person_for_change(login, by=by, deed=Deed.SECURE)
    until = at + LINK_HOLDS
    facts = {"until": until.replace(microsecond=0)}
    record("person.link_made", subject=f"person:{person.pk}", by=by, at=at, facts=facts)
    key = settings.SECRET_KEY
    return person.pk, link_token(person.pk, person.password, until=until, key=key)


@transaction.atomic
def choose_password_by_link(person_id: int, token: str, *, password: str, at: datetime) -> None:
    """Choose the password for which a link was made; the link is spent by it.

    Raises:
        LinkSpent: used, run out, or never made.
        PasswordWeak: too easy to guess; the link holds on.
    """
    try:
        person = access.active_person_numbered(person_id)
    except PersonUnknown:
        raise LinkSpent from None
    if not access.link_holds(person, token, at=at, key=settings.SECRET_KEY):
        raise LinkSpent
    check_password_strength(password)
    forget_sessions(person)
    set_password(person, password, by=_themselves(person), at=at)


def change_own_password(
    old: str, new: str, *, keep_session: str, by: Actor, at: datetime
) -> Person:
    """Change one's own password; every other session ends.

    Args:
        old: the password until now.
        new: the one from now on.
        keep_session: the key of the session in which this is done.
        by: whose.
        at: an aware datetime.

    Returns:
        The person, so that the session can go on under the new password.

    Raises:
        PasswordRefused, CodesLocked: the old one does not fit, too often.
        PasswordWeak: the new one is too easy to guess.
    """
    check_password_of(by.person_id or 0, old, at=at)
    check_password_strength(new)
    with transaction.atomic():
        person = access.active_person_numbered(by.person_id)
        set_password(person, new, by=by, at=at)
        end_other_sessions(but=keep_session, by=by, at=at)
        return person


@transaction.atomic
def change_own_contact(*, name: str, phone: str, email: str, by: Actor, at: datetime) -> None:
    """Change one's own name, telephone number and mail address.

    Raises:
        PersonUnknown: nobody acts.
        Invalid: a field cannot be right.
    """
    person = access.active_person_numbered(by.person_id)
    plan = PersonPlan([person.login])
    plan.add(NewPerson(person.login, name, phone, email, language=None))
    plan.carry_out(by=by, at=at)


def sign_up(new: NewPerson, *, address: str, at: datetime) -> Person:
    """Enrol a resident who asks for an account of their own.

    Args:
        new: with a password.
        address: of the network from which it is asked, to count by; not kept in the clear.
        at: an aware datetime.

    Raises:
        SignUpClosed: people are enrolled by the administration only.
        SignUpTooOften: too many accounts from one address within the hour.
        LoginTaken: somebody has this login.
        PasswordWeak, Invalid: a field cannot be right.
    """
    if not settings.SIGN_UP:
        raise SignUpClosed
    _count_sign_up(address, at=at)
    with transaction.atomic():
        plan = PersonPlan([new.login])
        # A login that only differs by the size of letters would be taken for the other's.
        if Person.objects.filter(login__iexact=new.login).exists():
            raise LoginTaken(login=new.login)
        check_password_strength(new.password or "")
        person = plan.add(new).row
        plan.write_new()
        by = _themselves(person)
        record("person.signed_up", subject=f"person:{person.pk}", by=by, at=at, facts={})
        return person


@transaction.atomic
def _count_sign_up(address: str, *, at: datetime) -> None:
    mark = salted_hash(address, salt=f"sign-up {settings.SECRET_KEY}")
    row, _made = SignInTry.objects.select_for_update().get_or_create(
        fingerprint=mark, defaults={"last_at": at}
    )
    tries = Tries(row.failed, row.locked_until, row.last_at)
    if tries.is_locked(at):
        raise SignUpTooOften(**rules.locked(tries, at=at).facts)
    if row.last_at <= at - SIGN_UP_REST:
        tries = Tries()
    most = settings.SIGN_UPS_PER_HOUR
    spent = rules.spend_try(tries, at=at, most=most, lock=SIGN_UP_REST)
    row.failed, row.locked_until, row.last_at = spent.failed, spent.locked_until, at
    row.save()


@transaction.atomic
def note_data_export(*, by: Actor, at: datetime) -> None:
    """Enter that a person took away everything that is kept about them.

    Raises:
        PersonUnknown: nobody acts.
    """
    person = access.active_person_numbered(by.person_id)
    record("person.data_exported", subject=f"person:{person.pk}", by=by, at=at, facts={})


def _themselves(person: Person) -> Actor:
    roles = ANONYMOUS.roles | {Role.RESIDENT}
    return Actor(person_id=person.pk, roles=roles, language=person.language)
