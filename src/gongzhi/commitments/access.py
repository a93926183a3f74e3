"""Fetching promises: for change, for the clock, for reading."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import CharField, DateTimeField, Q, QuerySet

from gongzhi.accounts.rules import Actor, Role
from gongzhi.places.rules import path_range
from gongzhi.webkit.prepared import Given, Prepared

from .models import Commitment
from .rules import OPEN, CommitmentView, NoSuchCommitment, State

BATCH = 500
"""The most promises the clock notes at once."""

OPEN_STATES = sorted(state.value for state in OPEN)
RUNNING = State.RUNNING.value
# These see every promise in the areas of their post.
AREA_ROLES = (
    Role.OPERATOR,
    Role.DISPATCHER,
    Role.DUTY_HEAD,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.COLLECTOR,
    Role.STEWARD,
)


def visible_promises(viewer: Actor) -> QuerySet[Commitment]:
    """Return the promises that `viewer` may know of: the one rule of lists and figures.

    What is promised in public is for everybody; a post sees its areas, and what it and
    its organisation owe.
    """
    if viewer.has(Role.SYSTEM) or (viewer.has(*AREA_ROLES) and viewer.covers("")):
        return Commitment.objects.all()
    seen = Q(is_public=True)
    if viewer.organisation_id is not None and viewer.has(Role.HANDLER):
        seen |= Q(organisation_id=viewer.organisation_id)
    if viewer.post_id is not None:
        seen |= Q(post_id=viewer.post_id)
    if viewer.has(*AREA_ROLES):
        for scope in viewer.scopes:
            low, high = path_range(scope)
            seen |= Q(area_path__gte=low, area_path__lt=high)
    return Commitment.objects.filter(seen)


def for_change(commitment_id: int) -> Commitment:
    """Return one promise, locked until the transaction ends.  One statement.

    Raises:
        NoSuchCommitment: there is none with this id.
    """
    row = Commitment.objects.select_for_update().filter(pk=commitment_id).first()
    if row is None:
        raise NoSuchCommitment(id=commitment_id)
    return row


def open_for_change(subject: str, *, kinds: Collection[str]) -> list[Commitment]:
    """Return what is still owed about a subject, locked, in order of making.  One statement.

    Args:
        subject: such as `case:<uuid>`.
        kinds: only these kinds; empty for all.
    """
    rows = _OPEN_FOR_CHANGE(subject=subject)
    return [row for row in rows if row.kind in kinds] if kinds else rows


def open_promises(subject: str | Given, *, kinds: Collection[str] = ()) -> QuerySet[Commitment]:
    """Return the rows still owed about a subject, in order of making."""
    rows = Commitment.objects.filter(subject=subject, state__in=OPEN_STATES).order_by("id")
    return rows.filter(kind__in=sorted(kinds)) if kinds else rows


_OPEN_FOR_CHANGE = Prepared(
    lambda: open_promises(Given("subject", CharField())).select_for_update()
)


def to_break(at: datetime | Given, *, passing_over: Collection[int] = ()) -> QuerySet[Commitment]:
    """Return the running promises that were due before `at` and not noted, by due moment."""
    rows = Commitment.objects.filter(state=RUNNING, broken_at=None, due_at__lt=at)
    return _without(rows, passing_over).order_by("due_at", "id")


def to_warn(at: datetime | Given, *, passing_over: Collection[int] = ()) -> QuerySet[Commitment]:
    """Return the running promises to be warned of by `at`, by moment of warning."""
    rows = Commitment.objects.filter(state=RUNNING, warn_at__lte=at, broken_at=None)
    return _without(rows, passing_over).order_by("warn_at", "id")


def broken_for_change(
    at: datetime, *, limit: int, passing_over: Collection[int] = ()
) -> list[Commitment]:
    """Return the first of `to_break`, locked; on PostgreSQL without those others lock."""
    if limit == BATCH and not passing_over:
        return _TO_BREAK(at=at)
    return list(_locked(to_break(at, passing_over=passing_over), limit))


def due_soon_for_change(
    at: datetime, *, limit: int, passing_over: Collection[int] = ()
) -> list[Commitment]:
    """Return the first of `to_warn`, locked; on PostgreSQL without those others lock."""
    if limit == BATCH and not passing_over:
        return _TO_WARN(at=at)
    return list(_locked(to_warn(at, passing_over=passing_over), limit))


def _locked(rows: QuerySet[Commitment], limit: int) -> QuerySet[Commitment]:
    return rows.select_for_update(skip_locked=True)[:limit]


# The clock asks these again and again, mostly to hear of nothing.
_TO_BREAK = Prepared(lambda: _locked(to_break(Given("at", DateTimeField())), BATCH))
_TO_WARN = Prepared(lambda: _locked(to_warn(Given("at", DateTimeField())), BATCH))


def owed_by(organisation_id: int | None, post_id: int | None) -> QuerySet[Commitment]:
    """Return what an organisation or a post still owes, in no order."""
    whose = Q(pk__in=())
    if organisation_id is not None:
        whose |= Q(organisation_id=organisation_id)
    if post_id is not None:
        whose |= Q(post_id=post_id)
    return Commitment.objects.filter(whose, state__in=OPEN_STATES)


def view_of(row: Commitment) -> CommitmentView:
    """Return a row as others read it."""
    return CommitmentView(
        id=row.pk,
        kind=row.kind,
        subject=row.subject,
        organisation_id=row.organisation_id,
        post_id=row.post_id,
        area_path=row.area_path,
        level=row.level,
        is_public=row.is_public,
        limit=row.limit,
        calendar=row.calendar,
        state=State(row.state),
        made_at=row.made_at,
        due_at=row.due_at,
        original_due_at=row.original_due_at,
        warn_at=row.warn_at,
        paused_at=row.paused_at,
        extensions=row.extensions,
        kept_at=row.kept_at,
        broken_at=row.broken_at,
        released_at=row.released_at,
    )


def _without(rows: QuerySet[Commitment], ids: Collection[int]) -> QuerySet[Commitment]:
    return rows.exclude(pk__in=sorted(ids)) if ids else rows
