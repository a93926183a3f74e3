"""Promises, purely: what may follow what, when a promise is broken, what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, Self

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound

LEDGER_KINDS: frozenset[str] = frozenset(
    {
        "commitment.promised",
        "commitment.extended",
        "commitment.paused",
        "commitment.resumed",
        "commitment.kept",
        "commitment.released",
        "commitment.handed_over",
        "commitment.broken",
        "commitment.due_soon",
    }
)


class State(StrEnum):
    """Where a promise stands.  Broken is not a state but a fact beside it."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    RELEASED = "released"


class Deed(StrEnum):
    """What can be done with a promise after it was made."""

    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    KEEP = "keep"
    RELEASE = "release"
    HAND_OVER = "hand_over"
    BREAK = "break"
    WARN = "warn"


OPEN = frozenset({State.RUNNING, State.PAUSED})
SETTLED = frozenset({State.KEPT, State.RELEASED})

FOLLOWS: Mapping[Deed, Mapping[State, State]] = MappingProxyType(
    {
        Deed.EXTEND: {State.RUNNING: State.RUNNING},
        Deed.PAUSE: {State.RUNNING: State.PAUSED},
        Deed.RESUME: {State.PAUSED: State.RUNNING},
        Deed.KEEP: {State.RUNNING: State.KEPT, State.PAUSED: State.KEPT},
        Deed.RELEASE: {State.RUNNING: State.RELEASED, State.PAUSED: State.RELEASED},
        Deed.HAND_OVER: {State.RUNNING: State.RUNNING, State.PAUSED: State.PAUSED},
        Deed.BREAK: {State.RUNNING: State.RUNNING},
        Deed.WARN: {State.RUNNING: State.RUNNING},
    }
)
"""The whole table: the state each deed leads to, from the states it is possible in."""


class NoSuchCommitment(NotFound):
    """There is no promise with this id."""

    code = "commitment.not_found"


class AlreadySettled(Conflict):
    """The promise was kept or released; nothing follows after that."""

    code = "commitment.already_settled"


class IsPaused(Conflict):
    """The clock of the promise stands still; it must be resumed first."""

    code = "commitment.is_paused"


class NotPaused(Conflict):
    """Only what stands still can be resumed."""

    code = "commitment.not_paused"


class ExtendedTooLate(Conflict):
    """An extension is granted before the promise is due, not at that moment or later.

    Source: domain standards, extension (延期): to be asked for within the limit.
    """

    code = "commitment.extended_too_late"


class BrokenStays(Conflict):
    """A broken promise stays with the party that broke it."""

    code = "commitment.broken_stays"


class DueBeforeMade(Invalid):
    """A promise cannot fall due before it is made."""

    code = "commitment.due_before_made"


class DueNotLater(Invalid):
    """An extension or a resumption must not bring the due moment forward."""

    code = "commitment.due_not_later"


class BadCursor(Invalid):
    """The text does not name a place in an inbox."""

    code = "commitment.bad_cursor"


class Standing(Protocol):
    """What the rules need to know of a promise; a row of the table has it."""

    state: str
    due_at: datetime
    broken_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """A promise about to be made; also one of the past, with what became of it.

    Attributes:
        kind: `house.word`, what is promised (`case.handle`).
        subject: what it is about (`case:<uuid>`).
        made_at, due_at: aware datetimes.
        warn_at: when its owner is told that it is due soon; None for never.
        limit: the limit as the pack writes it (`4 work_hours`).
        calendar: code of the calendar it runs by.
        area_path: of the smallest area concerned; blank when unknown.
        level: the level it is owed at; blank for none.
        kept_at, released_at: how it ended, when it is told afterwards (imports).

    Raises:
        DueBeforeMade: it would fall due before it is made.
        AlreadySettled: it is said to be both kept and released.
    """

    kind: str
    subject: str
    organisation_id: int
    made_at: datetime
    due_at: datetime
    post_id: int | None = None
    warn_at: datetime | None = None
    limit: str = ""
    calendar: str = ""
    area_path: str = ""
    level: str = ""
    is_public: bool = True
    kept_at: datetime | None = None
    released_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.due_at < self.made_at:
            raise DueBeforeMade(
                kind=self.kind, made_at=self.made_at.isoformat(), due_at=self.due_at.isoformat()
            )
        if self.kept_at is not None and self.released_at is not None:
            raise AlreadySettled(deed=Deed.KEEP.value, state=State.RELEASED.value)

    @property
    def state(self) -> State:
        """The state it begins in."""
        if self.kept_at is not None:
            return State.KEPT
        return State.RELEASED if self.released_at is not None else State.RUNNING

    @property
    def broken_at(self) -> datetime | None:
        """The due moment, when it was settled only after that."""
        settled_at = self.kept_at or self.released_at
        return self.due_at if settled_at is not None and settled_at > self.due_at else None


@dataclass(frozen=True, slots=True)
class Rate:
    """How well a party kept its word.

    Attributes:
        kept: promises kept in time.
        broken: promises broken, also those kept late or released afterwards.
        due: all that were to be judged; the denominator.
    """

    kept: int
    broken: int
    due: int

    @property
    def share(self) -> float | None:
        """Kept of due, 0 to 1; None when nothing was due."""
        return self.kept / self.due if self.due else None


class Outcome(StrEnum):
    """What lists and figures of promises are about."""

    JUDGED = "judged"  # fell due and was kept or broken: the denominator of a rate
    KEPT = "kept"  # fell due, and was kept in time
    BROKEN = "broken"  # whatever came later
    OWED = "owed"  # running or paused
    LATE = "late"  # running, its due moment has passed
    AHEAD = "ahead"  # running, its due moment is still to come
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class PromiseFilter:
    """What a list or a figure of promises is narrowed to; every field is optional.

    Attributes:
        outcome: only these; None for all.
        kind: what is promised, such as `case.handle`.
        organisation_id: the party.
        area_path: in this area.
        is_area_alone: in the area itself, in none of its parts.
        due_from, due_before: due since the first, and before the second.
        is_public: only what was promised in public.
    """

    outcome: Outcome | None = None
    kind: str = ""
    organisation_id: int | None = None
    area_path: str = ""
    is_area_alone: bool = False
    due_from: datetime | None = None
    due_before: datetime | None = None
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class InboxCursor:
    """A place in an inbox: the last line that was read."""

    state: str
    due_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.state}~{self.due_at.astimezone(UTC).isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the place that `str()` has written.

        Raises:
            BadCursor: the text is something else.
        """
        try:
            state, due_at, number = text.split("~")
            moment = datetime.fromisoformat(due_at)
            if State(state) not in OPEN or moment.tzinfo is None:
                raise BadCursor(text=text)
            return cls(state=state, due_at=moment, id=int(number))
        except ValueError as trouble:
            raise BadCursor(text=text) from trouble


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A promise as others read it; see `models.Commitment`."""

    id: int
    kind: str
    subject: str
    organisation_id: int
    post_id: int | None
    area_path: str
    level: str
    is_public: bool
    limit: str
    calendar: str
    state: State
    made_at: datetime
    due_at: datetime
    original_due_at: datetime
    warn_at: datetime | None
    paused_at: datetime | None
    extensions: int
    kept_at: datetime | None
    broken_at: datetime | None
    released_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Is it still owed?"""
        return self.state in OPEN

    @property
    def is_broken(self) -> bool:
        """Was it not kept in time, whatever came later?"""
        return self.broken_at is not None


def state_after(deed: Deed, state: str) -> State:
    """Return the state that `deed` leads to from `state`.

    Raises:
        AlreadySettled: the promise was kept or released.
        IsPaused: it must be resumed first.
        NotPaused: it runs and cannot be resumed.
    """
    reached = FOLLOWS[deed].get(State(state))
    if reached is not None:
        return reached
    if State(state) in SETTLED:
        raise AlreadySettled(deed=deed.value, state=state)
    if state == State.PAUSED:
        raise IsPaused(deed=deed.value)
    raise NotPaused(deed=deed.value)


def is_overdue(promise: Standing, *, at: datetime) -> bool:
    """Has a running promise passed its due moment, noted or not?

    At the due moment itself it is not yet late.  A paused promise is never late.
    """
    return promise.state == State.RUNNING and promise.due_at < at


def breaks(promise: Standing, *, at: datetime) -> bool:
    """Is there a breach by `at` that nobody has noted yet?"""
    return promise.broken_at is None and is_overdue(promise, at=at)


def extended_due(promise: Standing, due_at: datetime, *, at: datetime) -> datetime:
    """Return the due moment after an extension granted at `at`.

    Raises:
        AlreadySettled, IsPaused: see `state_after`.
        ExtendedTooLate: the promise is broken, or due at `at` or before.
        DueNotLater: `due_at` is not after the present due moment.
    """
    state_after(Deed.EXTEND, promise.state)
    if promise.broken_at is not None or at >= promise.due_at:
        raise ExtendedTooLate(due_at=promise.due_at.isoformat(), at=at.isoformat())
    if due_at <= promise.due_at:
        raise DueNotLater(due_at=promise.due_at.isoformat(), wanted=due_at.isoformat())
    return due_at


def resumed_due(promise: Standing, due_at: datetime) -> datetime:
    """Return the due moment after a pause; that of a broken promise does not move.

    Raises:
        AlreadySettled, NotPaused: see `state_after`.
        DueNotLater: `due_at` is before the present due moment.
    """
    state_after(Deed.RESUME, promise.state)
    if promise.broken_at is not None:
        return promise.due_at
    if due_at < promise.due_at:
        raise DueNotLater(due_at=promise.due_at.isoformat(), wanted=due_at.isoformat())
    return due_at


def shifted_warning(warn_at: datetime | None, by: timedelta) -> datetime | None:
    """Return a warning still to come, as much later as its due moment."""
    return None if warn_at is None else warn_at + by


def check_handing_over(promise: Standing, *, at: datetime) -> None:
    """Refuse to hand over what is settled, or what the present party has broken.

    Otherwise a party could pass its breach on.  Release it and promise anew.

    Raises:
        AlreadySettled: see `state_after`.
        BrokenStays: it is broken, noted or not.
    """
    state_after(Deed.HAND_OVER, promise.state)
    if promise.broken_at is not None or breaks(promise, at=at):
        raise BrokenStays(due_at=promise.due_at.isoformat())
