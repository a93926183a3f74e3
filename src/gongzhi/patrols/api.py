"""Patrols for phones: on duty, the way in batches, off duty."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.kernel.ids import uuid7
from gongzhi.webkit.api import PROBLEMS, NeedsSignIn, from_our_page

from . import actions, queries
from .queries import PatrolPage, PatrolView
from .rules import MOST_POINTS, TrackPoint


def patroller(request: HttpRequest) -> Actor:
    """Return who asks; only people with an account patrol."""
    actor = actor_of(request)
    if not actor.is_signed_in:
        raise NeedsSignIn
    from_our_page(request)
    return actor


router = Router(auth=patroller, tags=["patrols"])


class StartIn(Schema):
    """Going on duty."""

    id: UUID | None = Field(None, description="made by the phone; sent twice is one patrol")
    begun_at: AwareDatetime | None = Field(None, description="absent: now")


class EndIn(Schema):
    """Going off duty; absent: now."""

    ended_at: AwareDatetime | None = None


class PointIn(Schema):
    """Where the phone was."""

    at: AwareDatetime
    longitude: float = Field(description="degrees east, WGS 84")
    latitude: float = Field(description="degrees north, WGS 84")
    accuracy_m: float = Field(0, description="metres", ge=0, le=1e7)


class TrackIn(Schema):
    """A batch of points, with an id made by the phone; sent twice it is kept once."""

    batch_id: UUID
    points: Annotated[list[PointIn], Field(max_length=4 * MOST_POINTS)]


class TrackedOut(Schema):
    """What became of a batch."""

    kept: int
    thinned: int = Field(description="said nothing new, or nothing certain")
    refused: int = Field(description="outside the patrol, or no positions")


class PatrolOut(Schema):
    """A patrol.  Times in ISO 8601, UTC."""

    id: UUID
    post_id: int | None
    begun_at: datetime
    ended_at: datetime | None
    is_ended_by_clock: bool
    metres: float
    deeds: int = Field(description="steps of cases taken on duty; counted at the end")
    is_erased: bool = Field(description="the way is no longer kept")


class PatrolWithTrackOut(PatrolOut):
    """A patrol with its way: [time, longitude, latitude, accuracy in metres], in order."""

    track: list[tuple[datetime, float, float, float]]


class PatrolsOut(Schema):
    """Patrols, newest first."""

    patrols: list[PatrolOut]


@router.get("/patrols", response={200: PatrolsOut, **PROBLEMS}, summary="Patrols I may look at")
def get_patrols(request: HttpRequest) -> PatrolsOut:
    """Return one's own patrols, and those of the areas one oversees, newest first."""
    found = queries.patrols_in_view(actor_of(request))
    return PatrolsOut(patrols=[PatrolOut(**_facts(one)) for one in found])


@router.post("/patrols", response={201: PatrolOut, **PROBLEMS}, summary="Go on duty")
def post_patrol(request: HttpRequest, body: StartIn) -> Status[PatrolOut]:
    """Go on duty.  The way may be kept from now until the end."""
    by, at = actor_of(request), timezone.now()
    new_id = body.id or uuid7(at_ms=int(at.timestamp() * 1000))
    patrol_id = actions.start_patrol(new_id, by=by, at=at, begun_at=body.begun_at)
    return Status(201, PatrolOut(**_facts(queries.patrol_page(patrol_id, viewer=by).patrol)))


@router.get(
    "/patrols/{uuid:patrol_id}",
    response={200: PatrolWithTrackOut, **PROBLEMS},
    summary="One patrol and its way",
)
def get_patrol(request: HttpRequest, patrol_id: UUID) -> PatrolWithTrackOut:
    """Return a patrol with its way; only to the person and to who oversees the area."""
    page = queries.patrol_page(patrol_id, viewer=actor_of(request))
    return PatrolWithTrackOut(**_facts(page.patrol), track=_track(page))


@router.post(
    "/patrols/{uuid:patrol_id}/track",
    response={200: TrackedOut, **PROBLEMS},
    summary="Bring a part of the way",
)
def post_track(request: HttpRequest, patrol_id: UUID, body: TrackIn) -> TrackedOut:
    """Keep points of the way.  Those before the beginning or after the end are refused."""
    points = [TrackPoint(**one.dict()) for one in body.points]
    added = actions.add_track(
        patrol_id, body.batch_id, points, by=actor_of(request), at=timezone.now()
    )
    return TrackedOut(kept=added.kept, thinned=added.thinned, refused=added.refused)


@router.post(
    "/patrols/{uuid:patrol_id}/end",
    response={200: PatrolOut, **PROBLEMS},
    summary="Go off duty",
)
def post_end(request: HttpRequest, patrol_id: UUID, body: EndIn) -> PatrolOut:
    """Go off duty.  Nothing of the way is kept from then on."""
    by = actor_of(request)
    actions.end_patrol(patrol_id, by=by, at=timezone.now(), ended_at=body.ended_at)
    return PatrolOut(**_facts(queries.patrol_page(patrol_id, viewer=by).patrol))


_SAME = ("id", "begun_at", "ended_at", "is_ended_by_clock", "metres", "deeds", "is_erased")


def _facts(view: PatrolView) -> dict[str, Any]:
    same = {name: getattr(view, name) for name in _SAME}
    return same | {"post_id": view.post.id if view.post else None}


def _track(page: PatrolPage) -> list[tuple[datetime, float, float, float]]:
    return [(one.at, one.longitude, one.latitude, one.accuracy_m) for one in page.track]
