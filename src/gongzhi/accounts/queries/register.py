"""The register as its keepers see it: people found and paged, one person's file, posts' holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q

from .. import access
from ..models import Appointment, Person, PostKind, SecondFactor
from ..rules import Actor, LinkSpent, PersonUnknown
from .parties import PostView, post_view


@dataclass(frozen=True, slots=True)
class PostKindView:
    """A kind of post, from the pack."""

    code: str
    name: str
    name_en: str
    roles: tuple[str, ...]


def post_kinds() -> tuple[PostKindView, ...]:
    """Return every kind of post, the highest rank first.  One statement."""
    rows = PostKind.objects.order_by("rank", "code")
    return tuple(PostKindView(row.code, row.name, row.name_en, tuple(row.roles)) for row in rows)


@dataclass(frozen=True, slots=True)
class Tenure:
    """An appointment as the register shows it: who, in which post, for which term."""

    id: int
    person_id: int
    login: str
    person_name: str
    post: PostView
    starts_on: date
    ends_on: date | None
    letter_number: str
    capacity: str


def _tenure(row: Appointment) -> Tenure:
    return Tenure(
        row.pk,
        row.person_id,
        row.person.login,
        row.person.name,
        post_view(row.post),
        row.starts_on,
        row.ends_on,
        row.letter_number,
        row.capacity,
    )


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A line of the list of people."""

    id: int
    login: str
    name: str
    is_barred: bool
    posts: tuple[PostView, ...]


def people_found(
    viewer: Actor, *, at: datetime, words: str = "", after: str = "", limit: int = 50
) -> list[PersonLine]:
    """Return people by login, with the posts they hold now.  Two statements.

    Args:
        viewer: a keeper of the register.
        at: now; an aware datetime.
        words: stand in the login, the name, the telephone number or the mail address.
        after: the last login of the page before.
        limit: the most to return.

    Raises:
        NotYours: the viewer keeps no register.
    """
    rows = access.register_of_people(viewer).order_by("login")
    if words:
        rows = rows.filter(
            Q(login__icontains=words)
            | Q(name__icontains=words)
            | Q(phone__contains=words)
            | Q(email__icontains=words)
        )
    if after:
        rows = rows.filter(login__gt=after)
    found = list(rows[:limit])
    held = _held_now((row.pk for row in found), day=access.day_of(at))
    return [
        PersonLine(row.pk, row.login, row.name, row.barred_at is not None, held.get(row.pk, ()))
        for row in found
    ]


def _held_now(person_ids: Iterable[int], *, day: date) -> dict[int, tuple[PostView, ...]]:
    found: dict[int, tuple[PostView, ...]] = {}
    rows = access.terms_on(day).filter(person_id__in=list(person_ids))
    for row in rows.select_related("post__kind", "post__organisation").order_by("pk"):
        found[row.person_id] = (*found.get(row.person_id, ()), post_view(row.post))
    return found


@dataclass(frozen=True, slots=True)
class PersonFile:
    """One person as the keepers of the register see them.

    Attributes:
        has_password: somebody can sign in with one.
        sessions: how many are open.
        tenures: past, present and future, the newest first.
    """

    id: int
    login: str
    name: str
    phone: str
    email: str
    language: str
    barred_at: datetime | None
    has_password: bool
    has_second_factor: bool
    sessions: int
    tenures: tuple[Tenure, ...]


def person_file(viewer: Actor, person_id: int, *, at: datetime) -> PersonFile:
    """Return one person.  Four statements.

    Raises:
        NotYours: the viewer keeps no register.
        PersonUnknown: there is none, or they are erased.
    """
    person = access.register_of_people(viewer).filter(pk=person_id).first()
    if person is None:
        raise PersonUnknown(login=str(person_id))
    terms = Appointment.objects.filter(person=person).order_by("-starts_on", "-pk")
    rows = terms.select_related("person", "post__kind", "post__organisation")
    factor = SecondFactor.objects.filter(person=person, confirmed_at__isnull=False)
    return PersonFile(
        id=person.pk,
        login=person.login,
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        barred_at=person.barred_at,
        has_password=person.has_usable_password(),
        has_second_factor=factor.exists(),
        sessions=access.open_sessions(at=at).filter(person=person).count(),
        tenures=tuple(_tenure(row) for row in rows),
    )


def find_person(viewer: Actor, login: str) -> int:
    """Return the number of the person with a login.  One statement.

    Raises:
        NotYours: the viewer keeps no register.
        PersonUnknown: there is none, or they are erased.
    """
    rows = access.register_of_people(viewer).filter(login=login)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise PersonUnknown(login=login)
    return int(found)


def tenures_in(viewer: Actor, post_ids: Iterable[int], *, at: datetime) -> dict[int, list[Tenure]]:
    """Return who is in these posts now or will be.  One statement.

    Raises:
        NotYours: the viewer keeps no register.
    """
    day = access.day_of(at)
    rows = Appointment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        post_id__in=list(post_ids),
        person__in=access.register_of_people(viewer),
    )
    found: dict[int, list[Tenure]] = {}
    for row in rows.select_related("person", "post__kind", "post__organisation").order_by("pk"):
        found.setdefault(row.post_id, []).append(_tenure(row))
    return found


def link_holder(person_id: int, token: str, *, at: datetime) -> str:
    """Return the login of whoever may choose a password by a link.  One statement.

    Raises:
        LinkSpent: used, run out, or never made.
    """
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or not access.link_holds(person, token, at=at, key=settings.SECRET_KEY):
        raise LinkSpent
    return person.login
