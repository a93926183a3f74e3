"""Who may look at which patrol, and fetching one to change it."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from gongzhi.accounts.rules import Actor
from gongzhi.places.rules import path_range

from .models import Patrol, TrackPiece
from .rules import OVERSEERS, PatrolNotFound, TrackPoint


def visible_patrols(viewer: Actor) -> "QuerySet[Patrol]":
    """Return the patrols that `viewer` may look at, as `rules.may_look` says."""
    seen = Q(person_id=viewer.person_id) if viewer.person_id is not None else Q(pk=None)
    if viewer.has(*OVERSEERS):
        if viewer.covers(""):
            return Patrol.objects.all()
        ranges = (path_range(scope) for scope in viewer.scopes)
        areas = [Q(area_path__gte=low, area_path__lt=high) for low, high in ranges]
        seen = reduce(or_, areas, seen)
    return Patrol.objects.filter(seen)


def patrol_for_change(by: Actor, patrol_id: UUID) -> Patrol:
    """Return one's own patrol, locked until the transaction ends.

    Raises:
        PatrolNotFound: none, or somebody else's.
    """
    rows = Patrol.objects.select_for_update()
    patrol = rows.filter(pk=patrol_id, person_id=by.person_id or 0).first()
    if patrol is None:
        raise PatrolNotFound(patrol=str(patrol_id))
    return patrol


def track_of(patrol: Patrol) -> list[TrackPoint]:
    """Return the points of a patrol in order of time.  One statement."""
    pieces = TrackPiece.objects.filter(patrol=patrol).values_list("points", flat=True)
    rows = sorted(tuple(row) for points in pieces for row in points)
    return [
        TrackPoint(datetime.fromtimestamp(seconds, UTC), longitude, latitude, accuracy)
        for seconds, longitude, latitude, accuracy in rows
    ]


def as_rows(points: tuple[TrackPoint, ...]) -> list[list[float]]:
    """Return points as a piece keeps them: to a second, a decimetre, a metre."""
    return [
        [
            round(one.at.timestamp()),
            round(one.longitude, 6),
            round(one.latitude, 6),
            round(one.accuracy_m),
        ]
        for one in points
    ]
