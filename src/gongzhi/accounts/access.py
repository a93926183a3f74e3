"""Who may see whom, and fetching rows that will be changed."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .models import Appointment, OpenSession, Organisation, Person, Post, PostKind
from .rules import (
    ADMINISTRATORS,
    Actor,
    Deed,
    NotYours,
    PersonUnknown,
    Role,
    Term,
    check_may,
    check_separation,
    link_token,
    link_until,
)

T = TypeVar("T")
SLICE = 2000  # rows a statement; SQLite refuses statements with too many values


def slices(things: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """Return `things` in lists of at most `size`."""
    source = iter(things)
    while part := list(islice(source, size)):
        yield part


def day_of(at: datetime) -> date:
    """Return the calendar day of `at` in the city's time zone."""
    return timezone.localtime(at).date()


def visible_people(viewer: Actor) -> QuerySet[Person]:
    """Return the people whose names `viewer` may read.

    Whoever works in an organisation sees everyone; a resident sees themself.
    """
    everyone = Person.objects.filter(erased_at=None)
    if viewer.has(Role.SYSTEM) or viewer.post_id is not None:
        return everyone
    return everyone.filter(pk=viewer.person_id) if viewer.person_id is not None else everyone.none()


# These keep the register: the one people and parties, the other powers.
REGISTRARS = (Role.SYSTEM, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)


def register_of_people(viewer: Actor) -> QuerySet[Person]:
    """Return everybody who is not erased, for those who keep the register.

    Raises:
        NotYours: the viewer does not.
    """
    if not viewer.has(*REGISTRARS):
        raise NotYours(deed="register", role=viewer.role.value)
    return Person.objects.filter(erased_at=None)


def appointments_on(day: date) -> QuerySet[Appointment]:
    """Return the appointments that hold on `day`, of active people in open posts."""
    return terms_on(day).filter(person__is_active=True)


def terms_on(day: date) -> QuerySet[Appointment]:
    """Return the appointments whose term and post hold on `day`, also of barred people."""
    open_post = Q(post__closed_on=None) | Q(post__closed_on__gt=day)
    open_term = Q(ends_on=None) | Q(ends_on__gte=day)
    return Appointment.objects.filter(open_post, open_term, starts_on__lte=day)


def standing_of(person_id: int, *, day: date) -> list[Appointment]:
    """Return one person's appointments on `day`, the first by rank first.  One statement."""
    return list(
        appointments_on(day)
        .filter(person_id=person_id)
        .select_related("person", "post__kind", "post__organisation")
        .order_by("post__kind__rank", "post_id")
    )


def active_person(login: str) -> Person:
    """Return an active person, locked until the transaction ends.

    Raises:
        PersonUnknown: there is no active person with this login.
    """
    person = Person.objects.select_for_update().filter(login=login, is_active=True).first()
    if person is None:
        raise PersonUnknown(login=login)
    return person


def active_person_numbered(person_id: int | None) -> Person:
    """Return an active person by number, locked until the transaction ends.

    Raises:
        PersonUnknown: there is no active person with this number.
    """
    person = Person.objects.select_for_update().filter(pk=person_id or 0, is_active=True).first()
    if person is None:
        raise PersonUnknown(login=str(person_id or ""))
    return person


def known_person(login: str) -> Person:
    """Return a person who is not erased, locked until the transaction ends; barred or not.

    Raises:
        PersonUnknown: there is none with this login.
    """
    rows = Person.objects.select_for_update()
    person = rows.filter(login=login, erased_at=None).first()
    if person is None:
        raise PersonUnknown(login=login)
    return person


def open_sessions(*, at: datetime) -> QuerySet[OpenSession]:
    """Return the sessions that have not run out."""
    oldest = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return OpenSession.objects.filter(seen_at__gt=oldest)


def must_have_second_factor(roles: Iterable[Role]) -> bool:
    """Return whether one of the roles works with a second factor only."""
    return not settings.TWO_FACTOR_ROLES.isdisjoint(role.value for role in roles)


def link_holds(person: Person, token: str, *, at: datetime, key: str) -> bool:
    """Return whether a link lets a person choose a password now."""
    until = link_until(token)
    if until is None or until < at.timestamp():
        return False
    moment = datetime.fromtimestamp(until, tz=UTC)
    wanted = link_token(person.pk, person.password, until=moment, key=key)
    return constant_time_compare(wanted, token)


def person_for_change(login: str, *, by: Actor, deed: Deed) -> Person:
    """Return an active person for a deed, locked until the transaction ends.

    Raises:
        NotYours: the actor may not do the deed at all.
        PersonUnknown: there is no active person with this login.
    """
    check_may(deed, by=by)
    return active_person(login)


def organisations_of(codes: Collection[str]) -> dict[str, Organisation]:
    """Return the organisations with these codes and those above them, by code."""
    return {
        row.code: row
        for part in slices(sorted(codes))
        for row in Organisation.objects.select_related("parent").filter(code__in=part)
    }


def people_of(logins: Collection[str], *, locked: bool = False) -> dict[str, Person]:
    """Return the people with these logins, by login; locked until the transaction ends if asked."""
    everyone = Person.objects.order_by("pk")  # always locked in one order, against deadlock
    rows = everyone.select_for_update() if locked else everyone
    return {
        row.login: row for part in slices(sorted(logins)) for row in rows.filter(login__in=part)
    }


def posts_of(codes: Collection[str]) -> dict[str, Post]:
    """Return the posts with these codes with their kinds, by code."""
    return {
        row.code: row
        for part in slices(sorted(codes))
        for row in Post.objects.select_related("kind").filter(code__in=part)
    }


def post_kinds() -> dict[str, PostKind]:
    """Return every kind of post, by code."""
    return {row.code: row for row in PostKind.objects.all()}


def roles_of(kind: PostKind) -> frozenset[Role]:
    """Return the roles a kind of post carries; every person is a resident too."""
    return frozenset({Role.RESIDENT, *(Role(code) for code in kind.roles)})


def appointments_of(person_ids: Iterable[int]) -> dict[int, list[Appointment]]:
    """Return every appointment, past and future, of these people, by person."""
    found: dict[int, list[Appointment]] = {person_id: [] for person_id in person_ids}
    for part in slices(sorted(found)):
        rows = Appointment.objects.filter(person_id__in=part).select_related("post__kind")
        for row in rows.order_by("starts_on", "pk"):
            found[row.person_id].append(row)
    return found


def check_separate(appointments: Iterable[Appointment]) -> None:
    """Refuse appointments that put two administrators' roles in one hand on one day.

    Raises:
        DutiesNotSeparate: two terms share a day and the roles do not go together.
    """
    powerful = [
        (Term(one.starts_on, one.ends_on), roles_of(one.post.kind) & ADMINISTRATORS)
        for one in appointments
        if roles_of(one.post.kind) & ADMINISTRATORS
    ]
    for place, (term, roles) in enumerate(powerful):
        check_separation(roles)
        for other, others in powerful[:place]:
            if term.overlaps(other):
                check_separation(roles | others)
