"""Every write of the house: on duty, the way, off duty, and forgetting the way."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PersonView
from gongzhi.accounts.rules import SYSTEM, Actor
from gongzhi.ledger import actions as ledger
from gongzhi.ledger import queries as entries
from gongzhi.ledger.rules import Signer
from gongzhi.webkit.bulk import insert_if_new

from . import access, rules
from .models import Patrol, TrackPiece
from .rules import TrackPoint

log = logging.getLogger(__name__)


@transaction.atomic
def start_patrol(
    patrol_id: UUID, *, by: Actor, at: datetime, begun_at: datetime | None = None
) -> UUID:
    """Go on duty: from now until the end the way may be kept.

    The same id sent twice is one patrol.

    Args:
        patrol_id: made by the phone.
        by: whoever works outside.
        at: when it is said; an aware datetime.
        begun_at: when it was, where the phone had no network then; absent: `at`.

    Raises:
        BegunWrongly: `begun_at` will not do.
        NotOnPatrol: no post that works outside.
        AlreadyOnPatrol: another patrol of theirs has not ended.
        PatrolNotFound: the id is somebody else's.
    """
    if by.person_id is None or by.post_id is None or not by.has(*rules.PATROL_ROLES):
        raise rules.NotOnPatrol
    known = Patrol.objects.filter(pk=patrol_id).first()
    if known is not None:
        return access.patrol_for_change(by, patrol_id).pk
    longest = timedelta(hours=settings.PATROL_HOURS)
    begun = rules.check_begin(begun_at or at, at=at, longest=longest)
    scope = by.scopes[0] if by.scopes else ""
    facts = {"patrol": str(patrol_id)}
    entry = ledger.record(
        "patrol.started", subject=f"patrol:{patrol_id}", by=by, at=at, facts=facts
    )
    patrol = Patrol(
        id=patrol_id,
        person_id=by.person_id,
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        area_path=scope,
        begun_at=begun,
        begun_entry=entry,
    )
    if not insert_if_new(patrol):
        raise rules.AlreadyOnPatrol
    return patrol_id


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch of points: how many were kept, thinned out, and refused."""

    kept: int
    thinned: int
    refused: int


@transaction.atomic
def add_track(
    patrol_id: UUID, batch_id: UUID, points: Sequence[TrackPoint], *, by: Actor, at: datetime
) -> Added:
    """Keep points of the way; those outside the patrol are refused, and told.

    A batch may arrive late, also after the patrol has ended.  The same batch sent twice is
    kept once.

    Args:
        patrol_id: one's own.
        batch_id: made by the phone.
        points: at most `rules.MOST_POINTS`, in any order.
        by: whose patrol it is.
        at: when they arrive; an aware datetime.

    Raises:
        PatrolNotFound: none, or somebody else's.
        TooManyPoints: of the batch.
    """
    if len(points) > rules.MOST_POINTS:
        raise rules.TooManyPoints(points=len(points), most=rules.MOST_POINTS)
    patrol = access.patrol_for_change(by, patrol_id)
    if patrol.erased_at is not None:
        return Added(0, 0, len(points))
    track = access.track_of(patrol)
    judged = rules.judge(
        points,
        begun_at=patrol.begun_at,
        ended_at=patrol.ended_at,
        at=at,
        after=track[-1] if track else None,
    )
    piece = TrackPiece(
        id=batch_id, patrol=patrol, points=access.as_rows(judged.kept), arrived_at=at
    )
    if insert_if_new(piece):
        _measure(patrol)
    return Added(len(judged.kept), judged.thinned, judged.refused)


def _measure(patrol: Patrol) -> None:
    patrol.metres = rules.length_m(access.track_of(patrol))
    patrol.save(update_fields=["metres"])


@transaction.atomic
def end_patrol(
    patrol_id: UUID, *, by: Actor, at: datetime, ended_at: datetime | None = None
) -> None:
    """Go off duty; ended twice is ended once.

    Args:
        patrol_id: one's own.
        by: whose patrol it is.
        at: when it is said; an aware datetime.
        ended_at: when it was, where the phone had no network then; absent: `at`.

    Raises:
        PatrolNotFound: none, or somebody else's.
        EndedWrongly: `ended_at` will not do.
    """
    patrol = access.patrol_for_change(by, patrol_id)
    if patrol.ended_at is not None:
        return
    when = rules.check_end(ended_at or at, begun_at=patrol.begun_at, at=at)
    _end(patrol, when, by=by, at=at)


def _end(patrol: Patrol, when: datetime, *, by: Signer, at: datetime) -> None:
    """Close a patrol, count what was done, and enter how much it was, never where."""
    patrol.ended_at = when
    patrol.deeds = entries.deeds_of(
        patrol.person_id, after=patrol.begun_entry, until=when, kinds_of="case."
    )
    patrol.save(update_fields=["ended_at", "deeds", "is_ended_by_clock"])
    facts = {
        "patrol": str(patrol.pk),
        "seconds": int((when - patrol.begun_at).total_seconds()),
        "metres": round(patrol.metres),
        "deeds": patrol.deeds,
        "by_clock": patrol.is_ended_by_clock,
    }
    ledger.record("patrol.ended", subject=f"patrol:{patrol.pk}", by=by, at=at, facts=facts)


def end_forgotten(at: datetime) -> int:
    """End patrols that went on for longer than the city has set; return how many."""
    longest = timedelta(hours=settings.PATROL_HOURS)
    ids = list(
        Patrol.objects.filter(ended_at=None, begun_at__lte=at - longest).values_list(
            "pk", flat=True
        )
    )
    for patrol_id in ids:
        with transaction.atomic():
            patrol = Patrol.objects.select_for_update().get(pk=patrol_id)
            if patrol.ended_at is None:
                patrol.is_ended_by_clock = True
                _end(patrol, patrol.begun_at + longest, by=SYSTEM, at=at)
    return len(ids)


def erase_tracks(at: datetime, *, limit: int = 200) -> int:
    """Erase the tracks of patrols that ended long enough ago; length and time stay."""
    before = at - timedelta(days=settings.TRACK_KEEP_DAYS)
    with transaction.atomic():
        rows = Patrol.objects.filter(ended_at__lt=before, erased_at=None)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        TrackPiece.objects.filter(patrol__in=ids).delete()
        Patrol.objects.filter(pk__in=ids).update(erased_at=at)
    return len(ids)


def show_contact(post_id: int, *, by: Actor, at: datetime) -> PersonView:
    """Return who holds a post, with the number to call; that it was shown is on record.

    Args:
        post_id: of somebody who works in the same area.
        by: who wants to call.
        at: when; an aware datetime.

    Raises:
        CallNotYours: no such post, nobody in it, no number, or not to be called by `by`.
    """
    post = accounts.posts([post_id]).get(post_id)
    if post is None or not rules.may_call(by, roles=post.roles, scope_path=post.scope_path):
        raise rules.CallNotYours(post=post_id)
    people = accounts.holders([post_id], viewer=by, at=at).get(post_id, ())
    reachable = next((one for one in people if one.phone), None)
    if reachable is None:
        raise rules.CallNotYours(post=post_id)
    facts = {"person": reachable.id}
    ledger.record("contact.shown", subject=f"post:{post_id}", by=by, at=at, facts=facts)
    return reachable
