"""Every read of the house: inboxes, promises about a subject, rates, the clock's lists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Substr

from gongzhi.accounts.queries import OrganisationView, PostView, organisations, posts
from gongzhi.accounts.rules import Actor
from gongzhi.places.rules import path_range
from gongzhi.webkit.periods import period_of

from . import access
from .models import Commitment
from .rules import CommitmentView, InboxCursor, Outcome, PromiseFilter, Rate, State


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One line of what a person, their post or their organisation owes.

    Attributes:
        promise: the promise.
        is_own: does the reader's own post owe it, not only their organisation?
        organisation, post: who owes it, with names in all languages.
        left: until it is due, negative when overdue; None while it is paused.
        cursor: give it as `after` for the lines below this one.
    """

    promise: CommitmentView
    is_own: bool
    organisation: OrganisationView | None
    post: PostView | None
    left: timedelta | None
    cursor: InboxCursor

    @property
    def is_late(self) -> bool:
        """Is it broken, or overdue and not yet noted?"""
        return self.promise.is_broken or (self.left is not None and self.left < timedelta(0))


def inbox(
    actor: Actor, *, at: datetime, limit: int = 50, after: InboxCursor | None = None
) -> list[InboxLine]:
    """Return what the actor's post and organisation still owe, due first, paused last.

    One statement, and the names of parties and posts by the accounts' queries.

    Args:
        actor: without a post and an organisation, nothing is owed.
        at: the moment from which the time left is counted.
        limit: the most lines to return.
        after: the last line already read (`InboxCursor.parse` of its text).
    """
    if actor.organisation_id is None and actor.post_id is None:
        return []
    owed = access.owed_by(actor.organisation_id, actor.post_id)
    # "running" stands before "paused" when states are read backwards.
    rows = _after(owed, after).order_by("-state", "due_at", "id")[:limit]
    return _lines([access.view_of(row) for row in rows], actor, at)


def of_subject(subject: str) -> list[CommitmentView]:
    """Return all promises about a subject, in order of making.  One statement."""
    rows = Commitment.objects.filter(subject=subject).order_by("made_at", "id")
    return [access.view_of(row) for row in rows]


def of_subjects(subjects: Iterable[str]) -> dict[str, list[CommitmentView]]:
    """Return all promises about each subject, in order of making.  One statement."""
    found: dict[str, list[CommitmentView]] = {subject: [] for subject in subjects}
    rows = Commitment.objects.filter(subject__in=list(found)) if found else ()
    for view in sorted(map(access.view_of, rows), key=lambda one: (one.made_at, one.id)):
        found[view.subject].append(view)
    return found


def open_of_subject(subject: str, *, kinds: Collection[str] = ()) -> list[CommitmentView]:
    """Return what is still owed about a subject, in order of making.  One statement."""
    return [access.view_of(row) for row in access.open_promises(subject, kinds=kinds)]


def open_of_subjects(subjects: Iterable[str]) -> dict[str, list[CommitmentView]]:
    """Return what is still owed about each subject, due first.  One statement."""
    found: dict[str, list[CommitmentView]] = {subject: [] for subject in subjects}
    rows = Commitment.objects.filter(subject__in=list(found), state__in=access.OPEN_STATES)
    for row in rows.order_by("due_at", "id"):
        found[row.subject].append(access.view_of(row))
    return found


def keeping_rate(
    organisation_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    area_path: str = "",
    kinds: Collection[str] = (),
) -> Rate:
    """Return how well a party, or all in an area, kept its word.  One statement.

    Judged are the promises due in the period that were kept or broken.  Released
    ones count when they were broken before; paused and still running ones do not.

    Args:
        organisation_id: the party; None for all.
        since: the first due moment that counts; None for all.
        until: due moments from here on do not count; None for all.
        area_path: prefix of the areas; blank for the whole city.
        kinds: only these kinds; empty for all.
    """
    rows = _judged(since, until, area_path, kinds)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    counts = rows.aggregate(**_COUNTS)
    return Rate(**counts)


def keeping_rates(
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    area_path: str = "",
    kinds: Collection[str] = (),
) -> dict[int, Rate]:
    """Return the rate of every party with something judged, by its id.  One statement.

    Arguments as of `keeping_rate`.
    """
    rows = _judged(since, until, area_path, kinds)
    counted = rows.values("organisation_id").annotate(**_COUNTS)
    return {
        party: Rate(kept, broken, due)
        for party, kept, broken, due in counted.values_list("organisation_id", *_COUNTS)
    }


@dataclass(frozen=True, slots=True)
class Tally:
    """How many promises of one party and kind, in one part and period, answer each question.

    Attributes:
        area_path: the beginning of the area's path that tells the parts apart.
        period: how many of the marks their due moment has reached.
        kind: what is promised.
    """

    organisation_id: int
    area_path: str
    period: int
    kind: str
    counts: Mapping[str, int]


def tallies(
    viewer: Actor,
    questions: Mapping[str, PromiseFilter],
    *,
    at: datetime,
    narrowed: PromiseFilter | None = None,
    since: datetime | None = None,
    path_length: int = 0,
    marks: Sequence[datetime] = (),
) -> list[Tally]:
    """Return how many promises answer each question, by party, part of the area, period and kind.

    Each count is the length of `promise_list` of `narrowed` and its question together, due
    in the period.  One statement.

    Args:
        viewer: only promises this reader may know of.
        questions: filters by name; each counts what it lets through.
        at: the moment of judgement; what is due exactly then is not yet late.
        narrowed: what all questions are narrowed to.
        since: of what is settled, only what fell due since then is looked at; no question
            may ask for more.
        path_length: characters of the areas' paths that tell the parts apart; 0: no parts.
        marks: the begins of periods of due moments, the earliest first; absent: one period.
    """
    rows = access.visible_promises(viewer).filter(condition_of(narrowed or PromiseFilter(), at))
    if since is not None:
        rows = rows.filter(Q(due_at__gte=since) | Q(state__in=access.OPEN_STATES))
    part = Substr("area_path", 1, path_length) if path_length else Value("")
    counts = {
        f"n{place}": Count("id", filter=condition_of(question, at))
        for place, question in enumerate(questions.values())
    }
    keys = ("organisation_id", "part", "period", "kind")
    named = rows.order_by().annotate(part=part, period=period_of("due_at", marks))
    found = named.values(*keys).annotate(**counts).values_list(*keys, *counts)
    return [
        Tally(party, path, period, kind, dict(zip(questions, told, strict=True)))
        for party, path, period, kind, *told in found
    ]


@dataclass(frozen=True, slots=True)
class PromiseList:
    """A page of a list of promises; `next_cursor` is blank on the last."""

    promises: tuple[CommitmentView, ...]
    next_cursor: str


def promise_list(
    viewer: Actor,
    *,
    at: datetime,
    narrowed: PromiseFilter | None = None,
    after: str = "",
    limit: int = 50,
) -> PromiseList:
    """Return a page of the promises that `viewer` may know of, the longest due first.

    One statement.

    Args:
        viewer: the reader.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        after: `next_cursor` of the page before; what is none begins at the top.
        limit: the most to return.
    """
    rows = access.visible_promises(viewer).filter(condition_of(narrowed or PromiseFilter(), at))
    found = list(_below(rows, after).order_by("due_at", "id")[: limit + 1])
    views = tuple(access.view_of(row) for row in found[:limit])
    is_last = len(found) <= limit
    return PromiseList(views, "" if is_last else f"{views[-1].due_at.isoformat()}~{views[-1].id}")


def latest_broken(
    viewer: Actor, *, narrowed: PromiseFilter, at: datetime, limit: int
) -> list[CommitmentView]:
    """Return promises broken by `at`, the last broken first.  One statement."""
    rows = access.visible_promises(viewer).filter(condition_of(narrowed, at), broken_at__lte=at)
    return [access.view_of(row) for row in rows.order_by("-broken_at", "-id")[:limit]]


def _below(rows: QuerySet[Commitment], cursor: str) -> QuerySet[Commitment]:
    due, _, key = cursor.partition("~")
    try:
        due_at, last = datetime.fromisoformat(due), int(key)
    except ValueError:
        return rows
    if due_at.tzinfo is None or not 0 <= last < 1 << 63:
        return rows
    below = Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=last)
    return rows.filter(below, due_at__gte=due_at)


def condition_of(by: PromiseFilter, at: datetime) -> Q:
    """Return what a filter asks of a row: the one meaning for lists and for figures."""
    found = _outcomes(at)[by.outcome] if by.outcome else Q()
    if by.is_public:
        found &= Q(is_public=True)
    if by.kind:
        found &= Q(kind=by.kind)
    if by.organisation_id is not None:
        found &= Q(organisation_id=by.organisation_id)
    if by.due_from is not None:
        found &= Q(due_at__gte=by.due_from)
    if by.due_before is not None:
        found &= Q(due_at__lt=by.due_before)
    if by.is_area_alone:
        return found & Q(area_path=by.area_path)
    if by.area_path:
        low, high = path_range(by.area_path)
        found &= Q(area_path__gte=low, area_path__lt=high)
    return found


def _outcomes(at: datetime) -> Mapping[Outcome, Q]:
    """Return what each outcome asks.

    A breach counts from its moment, noted or not; what is kept early counts when it falls
    due, or a month that has just begun would be better than all others.
    """
    is_running = Q(state=State.RUNNING.value)
    has_fallen_due = Q(due_at__lt=at)
    is_late = is_running & has_fallen_due
    is_broken = _BROKEN | is_late
    return {
        Outcome.JUDGED: (_KEPT & has_fallen_due) | is_broken,
        Outcome.KEPT: _KEPT & has_fallen_due,
        Outcome.BROKEN: is_broken,
        Outcome.OWED: Q(state__in=access.OPEN_STATES),
        Outcome.LATE: is_late,
        Outcome.AHEAD: is_running & Q(due_at__gte=at),
        Outcome.PAUSED: Q(state=State.PAUSED.value),
    }


def broken_since(
    after: tuple[datetime, int] | None = None,
    *,
    until: datetime,
    kinds: Collection[str] = (),
    limit: int = 500,
) -> list[CommitmentView]:
    """Return promises broken by `until` and still owed, the earliest broken first.

    A house walks through them with the last (`broken_at`, `id`) as `after`.  Since a
    breach is dated by its due moment, one noted late stands before places already
    passed: begin each round from None, the list holds only what is still owed.

    One statement.
    """
    rows = Commitment.objects.filter(state=State.RUNNING.value, broken_at__lte=until)
    if kinds:
        rows = rows.filter(kind__in=sorted(kinds))
    if after is not None:
        rows = rows.filter(broken_at__gte=after[0])
        rows = rows.filter(Q(broken_at__gt=after[0]) | Q(pk__gt=after[1]))
    return [access.view_of(row) for row in rows.order_by("broken_at", "id")[:limit]]


def to_break_ids(at: datetime, *, limit: int, passing_over: Collection[int] = ()) -> list[int]:
    """Return the ids of what was due before `at` and is not noted, the earliest first."""
    rows = access.to_break(at, passing_over=passing_over)
    return list(rows.values_list("pk", flat=True)[:limit])


def to_warn_ids(at: datetime, *, limit: int, passing_over: Collection[int] = ()) -> list[int]:
    """Return the ids of what is due soon by `at` and not told, the earliest first."""
    rows = access.to_warn(at, passing_over=passing_over)
    return list(rows.values_list("pk", flat=True)[:limit])


_KEPT = Q(state=State.KEPT.value, broken_at=None)
_BROKEN = Q(broken_at__isnull=False)
_COUNTS: Mapping[str, Count] = {
    "kept": Count("id", filter=_KEPT),
    "broken": Count("id", filter=_BROKEN),
    "due": Count("id", filter=_KEPT | _BROKEN),
}


def _judged(
    since: datetime | None, until: datetime | None, area_path: str, kinds: Collection[str]
) -> QuerySet[Commitment]:
    rows = Commitment.objects.filter(_KEPT | _BROKEN)
    if since is not None:
        rows = rows.filter(due_at__gte=since)
    if until is not None:
        rows = rows.filter(due_at__lt=until)
    if area_path:
        low, high = path_range(area_path)
        rows = rows.filter(area_path__gte=low, area_path__lt=high)
    return rows.filter(kind__in=sorted(kinds)) if kinds else rows


def _after(rows: QuerySet[Commitment], after: InboxCursor | None) -> QuerySet[Commitment]:
    if after is None:
        return rows
    below = Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, pk__gt=after.id)
    return rows.filter(Q(state__lt=after.state) | Q(state=after.state) & below)


def _lines(views: list[CommitmentView], actor: Actor, at: datetime) -> list[InboxLine]:
    parties = organisations({view.organisation_id for view in views}) if views else {}
    seats = posts({view.post_id for view in views if view.post_id is not None}) if views else {}
    return [
        InboxLine(
            promise=view,
            is_own=view.post_id is not None and view.post_id == actor.post_id,
            organisation=parties.get(view.organisation_id),
            post=seats.get(view.post_id) if view.post_id is not None else None,
            left=view.due_at - at if view.state is State.RUNNING else None,
            cursor=InboxCursor(state=view.state.value, due_at=view.due_at, id=view.id),
        )
        for view in views
    ]
