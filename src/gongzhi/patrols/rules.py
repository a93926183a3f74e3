"""Patrols in pure rules: when a point of a track counts, how long a way is, who may look.

A position is kept only between the beginning and the end of a patrol, and only for as long
as the city has set.  See `docs/how-to/work-in-the-field.md`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from gongzhi.accounts.rules import Actor, Role
from gongzhi.kernel.coordinates import BadPosition, check_position
from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted

LEDGER_KINDS: frozenset[str] = frozenset({"patrol.started", "patrol.ended", "contact.shown"})

PATROL_ROLES = (Role.COLLECTOR, Role.STEWARD, Role.HANDLER)
# These look after those who patrol in the areas of their post.
OVERSEERS = (Role.SUPERVISOR, Role.LEADER)

MOST_POINTS = 500  # of one batch
SMALLEST_STEP = 10.0  # metres; nearer points are the same place
LONGEST_REST = timedelta(minutes=2)  # after which a point is kept even where nobody moved
WORST_ACCURACY = 100.0  # metres; a vaguer point says nothing
FASTEST = 40.0  # metres a second; faster is a mistake of the device
AHEAD = timedelta(minutes=2)  # by which the clock of a phone may be fast


class NotOnPatrol(NotPermitted):
    """The actor has no post that works outside."""

    code = "patrol.not_yours"


class AlreadyOnPatrol(Conflict):
    """A patrol of the person has begun and not ended."""

    code = "patrol.already_begun"


class PatrolNotFound(NotFound):
    """There is no such patrol, or none that the actor may look at."""

    code = "patrol.not_found"


class EndedWrongly(Invalid):
    """A patrol ends after it began, and not in the future."""

    code = "patrol.ended_wrongly"


class BegunWrongly(Invalid):
    """A patrol begins neither in the future nor longer ago than one may last."""

    code = "patrol.begun_wrongly"


class TooManyPoints(Invalid):
    """One batch holds more points than are taken at once."""

    code = "patrol.too_many_points"


class CallNotYours(NotPermitted):
    """The number belongs to nobody whom the actor works with."""

    code = "patrol.call_not_yours"


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """Where somebody was.

    Attributes:
        at: an aware datetime.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        accuracy_m: radius in metres within which the device believes to be.
    """

    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of the points of a batch.

    Attributes:
        kept: in order of time.
        thinned: how many said nothing new or nothing certain.
        refused: how many lie outside the patrol, or are no positions.
    """

    kept: tuple[TrackPoint, ...]
    thinned: int
    refused: int


def judge(
    points: Iterable[TrackPoint],
    *,
    begun_at: datetime,
    ended_at: datetime | None,
    at: datetime,
    after: TrackPoint | None = None,
) -> Judged:
    """Return which points are kept: those within the patrol that say something new.

    Args:
        points: in any order.
        begun_at: of the patrol.
        ended_at: of the patrol; None while it goes on.
        at: when they arrive; the future is refused.
        after: the last point kept before, from which the first new one is judged.
    """
    until = min(ended_at or at + AHEAD, at + AHEAD)
    given = list(points)
    within = [one for one in given if begun_at <= one.at <= until and _is_somewhere(one)]
    kept: list[TrackPoint] = []
    last = after
    for one in sorted(within, key=lambda point: point.at):
        if one.accuracy_m <= WORST_ACCURACY and (last is None or _is_new(last, one)):
            kept.append(one)
            last = one
    return Judged(tuple(kept), len(within) - len(kept), len(given) - len(within))


def _is_somewhere(point: TrackPoint) -> bool:
    try:
        check_position(point.longitude, point.latitude)
    except BadPosition:
        return False
    return point.accuracy_m >= 0


def _is_new(last: TrackPoint, one: TrackPoint) -> bool:
    """Return whether a point lies elsewhere than the last, and could be reached from it."""
    if one.at < last.at:
        return True  # it came late; the order is made when the track is read
    apart = apart_m(last, one)
    passed = one.at - last.at
    if apart > FASTEST * max(passed.total_seconds(), 1.0) + last.accuracy_m + one.accuracy_m:
        return False
    return apart >= SMALLEST_STEP or passed >= LONGEST_REST


def apart_m(one: TrackPoint, other: TrackPoint) -> float:
    """Return the distance of two points in metres."""
    return metres_between(one.longitude, one.latitude, other.longitude, other.latitude)


def length_m(track: Sequence[TrackPoint]) -> float:
    """Return the length of a track in metres; steps smaller than 10 m are standing still."""
    steps = (apart_m(one, other) for one, other in pairwise(track))
    return sum(step for step in steps if step >= SMALLEST_STEP)


def check_begin(begun_at: datetime, *, at: datetime, longest: timedelta) -> datetime:
    """Return when a patrol began; what a phone says a little into the future is now.

    Raises:
        BegunWrongly: in the future, or longer ago than a patrol may last.
    """
    if begun_at > at + AHEAD or begun_at < at - longest:
        raise BegunWrongly(begun_at=begun_at.isoformat())
    return min(begun_at, at)


def check_end(ended_at: datetime, *, begun_at: datetime, at: datetime) -> datetime:
    """Return when a patrol ended; what a phone says a little into the future is now.

    Raises:
        EndedWrongly: before it began, or in the future.
    """
    if ended_at < begun_at or ended_at > at + AHEAD:
        raise EndedWrongly(ended_at=ended_at.isoformat(), begun_at=begun_at.isoformat())
    return min(ended_at, at)


def may_look(viewer: Actor, *, person_id: int, area_path: str) -> bool:
    """Return whether `viewer` may look at a patrol: their own, or of the areas they oversee."""
    if viewer.person_id is not None and viewer.person_id == person_id:
        return True
    return viewer.has(*OVERSEERS) and viewer.covers(area_path)


def may_call(viewer: Actor, *, roles: Collection[Role], scope_path: str) -> bool:
    """Return whether `viewer` may learn the number of a post: both work outside, in one area.

    An area is the same when one contains the other.
    """
    if not viewer.has(*PATROL_ROLES) or not set(roles) & set(PATROL_ROLES):
        return False
    return any(
        scope_path.startswith(scope) or (bool(scope_path) and scope.startswith(scope_path))
        for scope in viewer.scopes
    )
