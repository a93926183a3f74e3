"""Who is who: the acting person, organisations, posts and their holders, as frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from gongzhi.webkit.revisions import Remembered

from .. import access
from ..models import Appointment, Organisation, Person, Post
from ..rules import Actor, PersonUnknown, PostNotHeld, Role


@dataclass(frozen=True)
class OrganisationView:
    """A body that can answer for something; `scope_path` "" is the whole city."""

    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent_id: int | None
    scope_path: str
    credit_code: str = ""


@dataclass(frozen=True)
class PostView:
    """A seat in an organisation; `scope_path` is its own, or else its organisation's."""

    id: int
    code: str
    kind: str
    organisation_id: int
    name: str
    name_en: str
    scope_path: str
    roles: frozenset[Role] = frozenset()
    level: str = ""
    closed_on: date | None = None


@dataclass(frozen=True)
class PersonView:
    """A person as colleagues see them."""

    id: int
    login: str
    name: str
    phone: str
    email: str
    language: str = "zh-hans"


@dataclass(frozen=True)
class Standing:
    """A person, how they act now, and every post they could act in, the first by rank first."""

    actor: Actor
    person_name: str
    posts: tuple[PostView, ...]


@dataclass(frozen=True)
class _Parties:
    organisations: Mapping[int, OrganisationView]
    organisations_by_code: Mapping[str, OrganisationView]
    posts: Mapping[int, PostView]
    posts_by_code: Mapping[str, PostView]

    @cached_property
    def posts_by_role(self) -> Mapping[Role, tuple[PostView, ...]]:
        """Return the posts that carry each role, by code."""
        found: dict[Role, list[PostView]] = {}
        for post in self.posts_by_code.values():
            for role in post.roles:
                found.setdefault(role, []).append(post)
        return {role: tuple(posts) for role, posts in found.items()}


def _load_parties() -> _Parties:
    fields = ("id", "code", "name", "name_en", "kind", "parent_id", "scope_path", "credit_code")
    organisations = [
        OrganisationView(*row) for row in Organisation.objects.order_by("code").values_list(*fields)
    ]
    posts = [
        post_view(post)
        for post in Post.objects.select_related("kind", "organisation").order_by("code")
    ]
    return _Parties(
        {view.id: view for view in organisations},
        {view.code: view for view in organisations},
        {view.id: view for view in posts},
        {view.code: view for view in posts},
    )


def post_view(post: Post) -> PostView:
    """Return a post fetched with its kind and organisation, as a value."""
    return PostView(
        post.pk,
        post.code,
        post.kind.code,
        post.organisation_id,
        post.name,
        post.name_en,
        post.scope_path or post.organisation.scope_path,
        access.roles_of(post.kind),
        post.kind.level,
        post.closed_on,
    )


PARTIES = Remembered("parties", _load_parties)


def organisations_by_code() -> dict[str, OrganisationView]:
    """Return every organisation by code.  One statement when warm."""
    return dict(PARTIES.get().organisations_by_code)


def posts_by_code() -> dict[str, PostView]:
    """Return every post by code.  One statement when warm."""
    return dict(PARTIES.get().posts_by_code)


def posts_with(role: Role) -> tuple[PostView, ...]:
    """Return the posts that carry a role, by code.  One statement when warm."""
    return PARTIES.get().posts_by_role.get(role, ())


def organisations(ids: Iterable[int]) -> dict[int, OrganisationView]:
    """Return the organisations with these ids; unknown ids are left out.  One statement warm."""
    known = PARTIES.get().organisations
    return {key: known[key] for key in ids if key in known}


def posts(ids: Iterable[int]) -> dict[int, PostView]:
    """Return the posts with these ids; unknown ids are left out.  One statement when warm."""
    known = PARTIES.get().posts
    return {key: known[key] for key in ids if key in known}


def all_organisations() -> tuple[OrganisationView, ...]:
    """Return every organisation, by code.  One statement when warm."""
    return tuple(PARTIES.get().organisations.values())


def all_posts() -> tuple[PostView, ...]:
    """Return every post, by code.  One statement when warm."""
    return tuple(PARTIES.get().posts.values())


def actor_for(person_id: int, *, at: datetime, post_id: int | None = None) -> Actor:
    """Return how a person acts at this moment.

    A person acts in one post at a time, with the powers of that post alone.

    Args:
        person_id: the person.
        at: the moment; an aware datetime.
        post_id: the post to act in; when absent, the first by rank that they hold.

    Raises:
        PersonUnknown: there is no such person, or they are erased.
        PostNotHeld: they do not hold `post_id` on that day.
    """
    return standing(person_id, at=at, post_id=post_id).actor


def actor_for_login(login: str, *, at: datetime) -> Actor:
    """Return how the person with this login acts at this moment.

    Raises:
        PersonUnknown: there is no active person with this login.
    """
    person_id = Person.objects.filter(login=login).values_list("pk", flat=True).first()
    if person_id is None:
        raise PersonUnknown(login=login)
    return actor_for(person_id, at=at)


def standing(person_id: int, *, at: datetime, post_id: int | None = None) -> Standing:
    """Return a person's standing; one statement if they hold a post, two otherwise.

    Raises:
        PersonUnknown: there is no such person, or they are erased.
        PostNotHeld: they do not hold `post_id` on that day.
    """
    held = access.standing_of(person_id, day=access.day_of(at))
    if not held:
        return _resident(person_id, post_id=post_id)
    chosen = next((one for one in held if post_id in (None, one.post_id)), None)
    if chosen is None:
        raise PostNotHeld(post_id=post_id)
    views = tuple({one.post_id: post_view(one.post) for one in held}.values())
    return Standing(_actor_in(chosen), chosen.person.name or chosen.person.login, views)


def _resident(person_id: int, *, post_id: int | None) -> Standing:
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise PersonUnknown(login=str(person_id))
    if post_id is not None:
        raise PostNotHeld(post_id=post_id)
    actor = Actor(person_id=person.pk, roles=frozenset({Role.RESIDENT}), language=person.language)
    return Standing(actor, person.name or person.login, ())


def _actor_in(appointment: Appointment) -> Actor:
    post = appointment.post
    return Actor(
        person_id=appointment.person_id,
        post_id=post.pk,
        organisation_id=post.organisation_id,
        roles=access.roles_of(post.kind),
        scopes=(post.scope_path or post.organisation.scope_path,),
        language=appointment.person.language,
    )


def people(ids: Iterable[int], *, viewer: Actor) -> dict[int, PersonView]:
    """Return the people with these ids whom `viewer` may see; hidden and missing are left out."""
    rows = access.visible_people(viewer)
    return {
        person.pk: _person_view(person)
        for part in access.slices(sorted(set(ids)))
        for person in rows.filter(pk__in=part)
    }


def holders(
    post_ids: Iterable[int], *, viewer: Actor, at: datetime
) -> dict[int, tuple[PersonView, ...]]:
    """Return who holds each post at this moment; posts without a visible holder are left out."""
    seen = access.visible_people(viewer)
    found: dict[int, tuple[PersonView, ...]] = {}
    for part in access.slices(sorted(set(post_ids))):
        rows = access.appointments_on(access.day_of(at)).filter(post_id__in=part, person__in=seen)
        for row in rows.select_related("person").order_by("starts_on", "pk"):
            found[row.post_id] = (*found.get(row.post_id, ()), _person_view(row.person))
    return found


def holder_ids(post_ids: Iterable[int], *, at: datetime) -> dict[int, tuple[int, ...]]:
    """Return the ids of the people who hold each post at this moment, without names."""
    found: dict[int, tuple[int, ...]] = {}
    for part in access.slices(sorted(set(post_ids))):
        rows = access.appointments_on(access.day_of(at)).filter(post_id__in=part)
        for post_id, person_id in rows.order_by("starts_on", "pk").values_list(
            "post_id", "person_id"
        ):
            found[post_id] = (*found.get(post_id, ()), person_id)
    return found


def _person_view(person: Person) -> PersonView:
    return PersonView(
        person.pk, person.login, person.name, person.phone, person.email, person.language
    )
