"""What a person sees of their own account: posts, second factor, sessions."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from .. import access
from ..models import Person, RecoveryCode, SecondFactor
from ..rules import (
    Actor,
    PersonUnknown,
    Role,
)
from ..rules.second_factor import address_of, unsealed
from .parties import PostView, post_view


@dataclass(frozen=True, slots=True)
class Seat:
    """A post somebody holds, with the term of it."""

    post: PostView
    kind_name: str
    kind_name_en: str
    organisation_name: str
    organisation_name_en: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account as its owner sees it.

    Attributes:
        has_second_factor: and it was confirmed by a code.
        recovery_codes: how many are left.
        must_have_second_factor: one of the roles asks for it.
    """

    login: str
    name: str
    phone: str
    email: str
    has_password: bool
    seats: tuple[Seat, ...]
    has_second_factor: bool
    recovery_codes: int
    must_have_second_factor: bool


def own_account(viewer: Actor, *, at: datetime) -> OwnAccount:
    """Return the account of whoever asks.  Four statements.

    Raises:
        PersonUnknown: nobody is signed in.
    """
    person = Person.objects.filter(pk=viewer.person_id or 0, is_active=True).first()
    if person is None:
        raise PersonUnknown(login=str(viewer.person_id or ""))
    held = access.standing_of(person.pk, day=access.day_of(at))
    roles = {role for one in held for role in access.roles_of(one.post.kind)}
    has_factor = SecondFactor.objects.filter(person=person, confirmed_at__isnull=False).exists()
    left = RecoveryCode.objects.filter(person=person, used_at=None).count()
    return OwnAccount(
        login=person.login,
        name=person.name,
        phone=person.phone,
        email=person.email,
        has_password=person.has_usable_password(),
        seats=tuple(
            Seat(
                post_view(one.post),
                one.post.kind.name,
                one.post.kind.name_en,
                one.post.organisation.name,
                one.post.organisation.name_en,
                one.starts_on,
                one.ends_on,
            )
            for one in held
        ),
        has_second_factor=has_factor,
        recovery_codes=left,
        must_have_second_factor=access.must_have_second_factor(roles | {Role.RESIDENT}),
    )


@dataclass(frozen=True, slots=True)
class SecondStep:
    """A second factor on its way: what the authenticator app must be told.

    Attributes:
        secret: in base 32, for typing; blank once confirmed.
        address: the same for the picture.
    """

    is_confirmed: bool
    secret: str = ""
    address: str = ""


def second_step(person_id: int) -> SecondStep | None:
    """Return how a person's second factor stands; None without one.  One statement."""
    row = SecondFactor.objects.filter(person_id=person_id).select_related("person").first()
    if row is None:
        return None
    if row.confirmed_at is not None:
        return SecondStep(is_confirmed=True)
    secret = unsealed(row.secret, key=settings.SECRET_KEY)
    if secret is None:
        return None
    return SecondStep(
        is_confirmed=False,
        secret=secret,
        address=address_of(secret, login=row.person.login),
    )


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser in which a person is signed in."""

    id: int
    browser: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def own_sessions(viewer: Actor, *, key: str, at: datetime) -> tuple[OwnSession, ...]:
    """Return the open sessions of whoever asks, the last seen first.  One statement.

    Args:
        viewer: whose.
        key: of the session in which they ask.
        at: now; an aware datetime.
    """
    rows = access.open_sessions(at=at).filter(person_id=viewer.person_id or 0)
    return tuple(
        OwnSession(row.pk, row.browser, row.began_at, row.seen_at, row.key == key)
        for row in rows.order_by("-seen_at", "-pk")
    )
