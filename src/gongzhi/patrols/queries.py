"""Every read of the house: patrols and their tracks, and whom one may call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PostView
from gongzhi.accounts.rules import Actor
from gongzhi.kernel.masking import masked_name, masked_phone

from . import access
from .models import Patrol, TrackPiece
from .rules import PATROL_ROLES, PatrolNotFound, TrackPoint, may_call

MOST_PEOPLE = 40


@dataclass(frozen=True, slots=True)
class PatrolView:
    """One patrol without its way.

    Attributes:
        id: as the phone made it.
        person_id: whose it is.
        post: in which post.
        begun_at, ended_at: aware datetimes; `ended_at` None while it goes on.
        is_ended_by_clock: nobody ended it in time.
        metres: length of the way.
        deeds: steps of cases taken on duty; counted at the end.
        is_erased: the way is no longer kept.
    """

    id: UUID
    person_id: int
    post: PostView | None
    begun_at: datetime
    ended_at: datetime | None
    is_ended_by_clock: bool
    metres: float
    deeds: int
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who works in the area, masked.

    Attributes:
        post: their post.
        name: 王**.
        phone: 138****5678; blank when there is none.
        may_call: whether the viewer may be shown the number.
        on_duty_since: when their patrol began; None off duty.
    """

    post: PostView
    name: str
    phone: str
    may_call: bool
    on_duty_since: datetime | None = None


def running_patrol(viewer: Actor) -> PatrolView | None:
    """Return the viewer's patrol that has not ended.  One statement, and the posts."""
    if viewer.person_id is None:
        return None
    rows = Patrol.objects.filter(person_id=viewer.person_id, ended_at=None)
    return next(iter(_views(rows)), None)


def my_patrols(viewer: Actor, *, limit: int = 10) -> list[PatrolView]:
    """Return the viewer's own patrols, newest first.  One statement, and the posts."""
    if viewer.person_id is None:
        return []
    rows = Patrol.objects.filter(person_id=viewer.person_id)
    return _views(rows.order_by("-begun_at")[:limit])


def patrols_in_view(viewer: Actor, *, limit: int = 50) -> list[PatrolView]:
    """Return the patrols the viewer may look at, newest first.  One statement, and the posts."""
    return _views(access.visible_patrols(viewer).order_by("-begun_at")[:limit])


@dataclass(frozen=True, slots=True)
class PatrolPage:
    """One patrol with its way, in order of time."""

    patrol: PatrolView
    track: tuple[TrackPoint, ...]


def patrol_page(patrol_id: UUID, *, viewer: Actor) -> PatrolPage:
    """Return a patrol with its way.  Two statements, and the posts.

    Raises:
        PatrolNotFound: none, or not the viewer's to look at.
    """
    row = access.visible_patrols(viewer).filter(pk=patrol_id).first()
    if row is None:
        raise PatrolNotFound(patrol=str(patrol_id))
    return PatrolPage(_views([row])[0], tuple(access.track_of(row)))


def _views(rows: Iterable[Patrol]) -> list[PatrolView]:
    found = list(rows)
    posts = accounts.posts({row.post_id for row in found})
    return [
        PatrolView(
            row.pk,
            row.person_id,
            posts.get(row.post_id),
            row.begun_at,
            row.ended_at,
            row.is_ended_by_clock,
            row.metres,
            row.deeds,
            row.erased_at is not None,
        )
        for row in found
    ]


def contacts(viewer: Actor, *, at: datetime) -> list[Contact]:
    """Return who works outside in the viewer's areas, masked: who is on duty, then the nearest.

    Who has no number comes last.  Two statements, and the posts.
    """
    posts = {
        post.id: post
        for role in PATROL_ROLES
        for post in accounts.posts_with(role)
        if post.id != viewer.post_id
        and may_call(viewer, roles=post.roles, scope_path=post.scope_path)
    }
    nearest = sorted(posts.values(), key=lambda post: (-len(post.scope_path), post.code))
    shown = nearest[:MOST_PEOPLE]
    held = accounts.holders([post.id for post in shown], viewer=viewer, at=at)
    on_duty = _on_duty(held)
    found = [
        Contact(
            post,
            masked_name(one.name),
            masked_phone(one.phone),
            bool(one.phone),
            on_duty.get((one.id, post.id)),
        )
        for post in shown
        for one in held.get(post.id, ())
    ]
    return sorted(found, key=lambda one: (not one.may_call, one.on_duty_since is None))


def _on_duty(post_ids: Iterable[int]) -> dict[tuple[int, int], datetime]:
    """Return since when who is on duty, by person and post."""
    rows = Patrol.objects.filter(ended_at=None, post_id__in=list(post_ids))
    begun = rows.values_list("person_id", "post_id", "begun_at")
    return {(person_id, post_id): begun_at for person_id, post_id, begun_at in begun}


def data_about(person_id: int) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the house keeps about a person, part by part, as JSON values.

    See `accounts.queries.data_about`.  Two statements.
    """
    rounds = list(Patrol.objects.filter(person_id=person_id).order_by("begun_at"))
    ways: dict[UUID, list[Any]] = {}
    pieces = TrackPiece.objects.filter(patrol__person_id=person_id).order_by("arrived_at")
    for patrol_id, points in pieces.values_list("patrol_id", "points"):
        ways.setdefault(patrol_id, []).extend(points)
    return {
        "patrols": [
            {
                "began_at": row.begun_at.isoformat(),
                "ended_at": row.ended_at.isoformat() if row.ended_at else None,
                "metres": row.metres,
                "way": ways.get(row.pk, []),
            }
            for row in rounds
        ]
    }
