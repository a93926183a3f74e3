"""Every write of the house: promises made, moved, settled, and found broken by the clock.

Each deed is one transaction with one ledger entry about the promise's own subject.
A deed that comes after an unnoticed due moment first notes the breach (a second
entry), so that no later deed can hide it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from gongzhi.ledger.actions import enter
from gongzhi.ledger.rules import NewEntry, Signer
from gongzhi.webkit.bulk import insert_rows, rewrite_rows

from . import access
from .models import Commitment
from .rules import (
    Deed,
    NewCommitment,
    State,
    breaks,
    check_handing_over,
    extended_due,
    resumed_due,
    shifted_warning,
    state_after,
)

BATCH = access.BATCH


def promise(
    kind: str,
    *,
    subject: str,
    organisation_id: int,
    post_id: int | None = None,
    made_at: datetime,
    due_at: datetime,
    warn_at: datetime | None = None,
    limit: str = "",
    calendar: str = "",
    area_path: str = "",
    level: str = "",
    is_public: bool = True,
    by: Signer,
) -> Commitment:
    """Promise something by a moment.  Two statements.

    The arguments are the attributes of `rules.NewCommitment`.

    Raises:
        DueBeforeMade: it would fall due before it is made.
    """
    new = NewCommitment(
        kind,
        subject,
        organisation_id,
        made_at,
        due_at,
        post_id=post_id,
        warn_at=warn_at,
        limit=limit,
        calendar=calendar,
        area_path=area_path,
        level=level,
        is_public=is_public,
    )
    return promise_many([new], by=by, at=made_at)[0]


@transaction.atomic(savepoint=False)
def promise_many(new: Iterable[NewCommitment], *, by: Signer, at: datetime) -> list[Commitment]:
    """Make many promises at once, also settled ones of the past; in the order given.

    One bulk insert and one bulk of entries, one entry a promise; what became of a
    promise of the past stands in that entry.

    Args:
        new: the promises; their refusals come when they are built.
        by: who signs for all of them.
        at: the moment of telling, which the entries bear.
    """
    rows = [_row(one) for one in new]
    insert_rows(rows)
    enter([_entry("promised", row, by=by, at=at, **_told(row)) for row in rows])
    return rows


@transaction.atomic
def extend(
    commitment_id: int,
    *,
    due_at: datetime,
    warn_at: datetime | None = None,
    by: Signer,
    at: datetime,
) -> Commitment:
    """Grant more time, strictly before the promise is due; counted.

    How many extensions are allowed is the caller's rule (the pack's options).

    Args:
        commitment_id: the promise.
        due_at: the new due moment, after the present one.
        warn_at: when to warn of it; None leaves a warning still to come as it is.
        by: who grants it.
        at: when it is granted.

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled, IsPaused: not in this state.
        ExtendedTooLate: it is due or broken by `at`.
        DueNotLater: the new moment is not later.
    """
    row = access.for_change(commitment_id)
    before = row.due_at
    row.due_at = extended_due(row, due_at, at=at)
    row.warn_at = warn_at or row.warn_at
    row.extensions += 1
    row.save(update_fields=["due_at", "warn_at", "extensions"])
    facts = {"due_before": before, "extensions": row.extensions}
    enter([_entry("extended", row, by=by, at=at, **facts)])
    return row


@transaction.atomic
def pause(commitment_id: int, *, by: Signer, at: datetime) -> Commitment:
    """Stop the clock of a promise; the reason belongs to its subject.

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled, IsPaused: not in this state.
    """
    row = access.for_change(commitment_id)
    state_after(Deed.PAUSE, row.state)
    _pause([row], by=by, at=at)
    return row


@transaction.atomic(savepoint=False)
def pause_open(subject: str, *, kinds: Collection[str] = (), by: Signer, at: datetime) -> list[int]:
    """Stop the clocks of all running promises about a subject; return their ids.

    Two statements and one bulk of entries.
    """
    rows = access.open_for_change(subject, kinds=kinds)
    running = [row for row in rows if row.state == State.RUNNING]
    return _pause(running, by=by, at=at)


@transaction.atomic
def resume(
    commitment_id: int,
    *,
    due_at: datetime,
    warn_at: datetime | None = None,
    by: Signer,
    at: datetime,
) -> Commitment:
    """Start the clock of a paused promise again.

    Args:
        commitment_id: the promise.
        due_at: the new due moment, which the caller computes by the calendar; that
            of a promise already broken stays where it was.
        warn_at: when to warn; None moves a warning still to come by as much.
        by: who resumes it.
        at: when.

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled, NotPaused: not in this state.
        DueNotLater: `due_at` is before the old due moment.
    """
    row = access.for_change(commitment_id)
    _resume(row, due_at, warn_at)
    row.save(update_fields=["state", "paused_at", "due_at", "warn_at"])
    enter([_entry("resumed", row, by=by, at=at)])
    return row


@transaction.atomic
def resume_open(
    subject: str, *, due: Mapping[int, datetime], by: Signer, at: datetime
) -> list[int]:
    """Start the clocks of the paused promises about a subject; return their ids.

    Two statements and one bulk of entries.

    Args:
        subject: such as `case:<uuid>`.
        due: the new due moment by id; a paused promise without one stays paused.
        by: who resumes them.
        at: when.

    Raises:
        DueNotLater: a due moment is before the old one; nothing is changed.
    """
    rows = access.open_for_change(subject, kinds=())
    paused = [row for row in rows if row.state == State.PAUSED and row.pk in due]
    for row in paused:
        _resume(row, due[row.pk], None)
    if paused:
        rewrite_rows(paused, ["state", "paused_at", "due_at", "warn_at"])
        enter([_entry("resumed", row, by=by, at=at) for row in paused])
    return [row.pk for row in paused]


@transaction.atomic
def keep(commitment_id: int, *, by: Signer, at: datetime) -> Commitment:
    """Keep a promise; after its due moment it is kept late and counts as broken.

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled: it was kept or released.
    """
    row = access.for_change(commitment_id)
    state_after(Deed.KEEP, row.state)
    _settle([row], State.KEPT, by=by, at=at)
    return row


@transaction.atomic
def release(commitment_id: int, *, by: Signer, at: datetime, reason: str) -> Commitment:
    """Free a party from a promise that is no longer wanted; a breach before stays.

    Args:
        commitment_id: the promise.
        by: who releases.
        at: when.
        reason: a code, never free text (`merged`, `returned`).

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled: it was kept or released.
    """
    row = access.for_change(commitment_id)
    state_after(Deed.RELEASE, row.state)
    _settle([row], State.RELEASED, by=by, at=at, reason=reason)
    return row


@transaction.atomic(savepoint=False)
def keep_open(subject: str, *, kinds: Collection[str] = (), by: Signer, at: datetime) -> list[int]:
    """Keep all promises still owed about a subject; return their ids.

    Two statements and one bulk of entries; one statement when nothing is owed.

    Args:
        subject: such as `case:<uuid>`.
        kinds: only these kinds; empty for all.
        by: who keeps them.
        at: when.
    """
    rows = access.open_for_change(subject, kinds=kinds)
    return _settle(rows, State.KEPT, by=by, at=at)


@transaction.atomic(savepoint=False)
def release_open(
    subject: str, *, kinds: Collection[str] = (), by: Signer, at: datetime, reason: str
) -> list[int]:
    """Release all promises still owed about a subject; return their ids.

    Costs and arguments as of `keep_open`; `reason` is a code.
    """
    rows = access.open_for_change(subject, kinds=kinds)
    return _settle(rows, State.RELEASED, by=by, at=at, reason=reason)


@transaction.atomic
def hand_over(
    commitment_id: int,
    *,
    organisation_id: int,
    post_id: int | None = None,
    level: str | None = None,
    by: Signer,
    at: datetime,
) -> Commitment:
    """Let another party owe an unbroken promise; who owed it before stays in the ledger.

    Args:
        commitment_id: the promise.
        organisation_id: the party that owes it from now on.
        post_id: the post in it, if one.
        level: the level it is owed at from now on; None for the same.
        by: who hands it over.
        at: when.

    Raises:
        NoSuchCommitment: there is none.
        AlreadySettled: it was kept or released.
        BrokenStays: it is broken, and so stays with the party that broke it.
    """
    row = access.for_change(commitment_id)
    check_handing_over(row, at=at)
    facts = {"organisation_before": row.organisation_id, "post_before": row.post_id}
    row.organisation_id, row.post_id = organisation_id, post_id
    row.level = row.level if level is None else level
    row.save(update_fields=["organisation", "post", "level"])
    enter([_entry("handed_over", row, by=by, at=at, **facts)])
    return row


@transaction.atomic
def break_due(
    at: datetime,
    *,
    limit: int = BATCH,
    by: Signer,
    passing_over: Collection[int] = (),
) -> list[int]:
    """Note as broken what was due before `at`, the earliest due first; return the ids.

    Two statements and one bulk of entries, in one transaction.  On PostgreSQL rows
    locked by others are left for the next tick.

    Args:
        at: the moment of judgement; a promise due exactly then is not late.
        limit: the most promises to note.
        by: the clock (`accounts.rules.SYSTEM`).
        passing_over: ids to leave alone.
    """
    rows = access.broken_for_change(at, limit=limit, passing_over=passing_over)
    return _break(rows, by=by, at=at)


@transaction.atomic
def break_one(commitment_id: int, *, by: Signer, at: datetime) -> list[int]:
    """Note one promise as broken if it is; return its id, or nothing."""
    row = access.for_change(commitment_id)
    return _break([row] if breaks(row, at=at) else [], by=by, at=at)


@transaction.atomic
def warn_due(
    at: datetime,
    *,
    limit: int = BATCH,
    by: Signer,
    passing_over: Collection[int] = (),
) -> list[int]:
    """Note, once each, what is due soon by `at`; return the ids.

    Costs and arguments as of `break_due`.
    """
    rows = access.due_soon_for_change(at, limit=limit, passing_over=passing_over)
    return _warn(rows, by=by, at=at)


@transaction.atomic
def warn_one(commitment_id: int, *, by: Signer, at: datetime) -> list[int]:
    """Note one promise as due soon if it is; return its id, or nothing."""
    row = access.for_change(commitment_id)
    is_soon = row.state == State.RUNNING and row.broken_at is None
    is_told = row.warn_at is None or row.warn_at > at
    return _warn([row] if is_soon and not is_told else [], by=by, at=at)


def _pause(rows: Sequence[Commitment], *, by: Signer, at: datetime) -> list[int]:
    entries = _note_breaches(rows, by=by, at=at)
    for row in rows:
        row.state, row.paused_at = State.PAUSED.value, at
        entries.append(_entry("paused", row, by=by, at=at))
    _write(rows, "", entries)
    return [row.pk for row in rows]


def _resume(row: Commitment, due_at: datetime, warn_at: datetime | None) -> None:
    due_at = resumed_due(row, due_at)
    row.warn_at = warn_at or shifted_warning(row.warn_at, due_at - row.due_at)
    row.state, row.paused_at, row.due_at = State.RUNNING.value, None, due_at


def _settle(
    rows: Sequence[Commitment], state: State, *, by: Signer, at: datetime, **facts: object
) -> list[int]:
    """Bring open promises to their end, noting breaches on the way."""
    entries = _note_breaches(rows, by=by, at=at)
    moment = f"{state.value}_at"
    for row in rows:
        row.state, row.paused_at = state.value, None
        setattr(row, moment, at)
        entries.append(_entry(state.value, row, by=by, at=at, **_told(row), **facts))
    _write(rows, moment, entries)
    return [row.pk for row in rows]


def _note_breaches(rows: Iterable[Commitment], *, by: Signer, at: datetime) -> list[NewEntry]:
    """Set `broken_at` of what is broken by `at` and unnoticed; return the entries."""
    found = []
    for row in rows:
        if breaks(row, at=at):
            row.broken_at = row.due_at
            found.append(_entry("broken", row, by=by, at=at, **_told(row)))
    return found


def _write(rows: Sequence[Commitment], moment: str, entries: Sequence[NewEntry]) -> None:
    """Write the state of the rows, with their breaches, in one statement; then enter."""
    rewrite_rows(rows, ["state", "paused_at", "broken_at", *([moment] if moment else [])])
    enter(entries)


def _break(rows: Sequence[Commitment], *, by: Signer, at: datetime) -> list[int]:
    ids = [row.pk for row in rows]
    if ids:
        entries = _note_breaches(rows, by=by, at=at)
        Commitment.objects.filter(pk__in=ids).update(broken_at=F("due_at"), warn_at=None)
        enter(entries)
    return ids


def _warn(rows: Sequence[Commitment], *, by: Signer, at: datetime) -> list[int]:
    ids = [row.pk for row in rows]
    if ids:
        Commitment.objects.filter(pk__in=ids).update(warn_at=None)
        enter([_entry("due_soon", row, by=by, at=at) for row in rows])
    return ids


def _row(new: NewCommitment) -> Commitment:
    return Commitment(
        kind=new.kind,
        subject=new.subject,
        organisation_id=new.organisation_id,
        post_id=new.post_id,
        area_path=new.area_path,
        level=new.level,
        is_public=new.is_public,
        limit=new.limit,
        calendar=new.calendar,
        state=new.state.value,
        made_at=new.made_at,
        due_at=new.due_at,
        original_due_at=new.due_at,
        warn_at=new.warn_at,
        kept_at=new.kept_at,
        broken_at=new.broken_at,
        released_at=new.released_at,
    )


def _told(row: Commitment) -> dict[str, object]:
    """Return the moments at which a promise was broken and settled, as far as it was."""
    moments = {name: getattr(row, name) for name in ("broken_at", "kept_at", "released_at")}
    return {name: moment for name, moment in moments.items() if moment is not None}


def _entry(deed: str, row: Commitment, *, by: Signer, at: datetime, **facts: object) -> NewEntry:
    return NewEntry(
        kind=f"commitment.{deed}",
        subject=row.subject,
        by=by,
        at=at,
        facts={
            "commitment": row.pk,
            "kind": row.kind,
            "due_at": row.due_at,
            "organisation_id": row.organisation_id,
            "post_id": row.post_id,
            **facts,
        },
    )
