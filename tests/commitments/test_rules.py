"""What may follow what: the whole table of states and deeds, and what is refused."""

import itertools
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from gongzhi.commitments.rules import (
    FOLLOWS,
    AlreadySettled,
    BadCursor,
    BrokenStays,
    Deed,
    DueBeforeMade,
    DueNotLater,
    ExtendedTooLate,
    InboxCursor,
    IsPaused,
    NewCommitment,
    NotPaused,
    Rate,
    State,
    breaks,
    check_handing_over,
    extended_due,
    resumed_due,
    state_after,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
REFUSED = {State.KEPT: AlreadySettled, State.RELEASED: AlreadySettled, State.PAUSED: IsPaused}


def _standing(
    state: State = State.RUNNING, *, due_at: datetime = NOON, broken_at: datetime | None = None
) -> SimpleNamespace:
    return SimpleNamespace(state=state.value, due_at=due_at, broken_at=broken_at)


@pytest.mark.parametrize(("deed", "state"), list(itertools.product(Deed, State)))
def test_a_deed_follows_a_state_exactly_when_the_table_says_so(deed: Deed, state: State) -> None:
    reached = FOLLOWS[deed].get(state)

    if reached is not None:
        assert state_after(deed, state.value) is reached
    else:
        with pytest.raises(REFUSED.get(state, NotPaused)):
            state_after(deed, state.value)


def test_nothing_follows_a_settled_promise() -> None:
    for follows in FOLLOWS.values():
        assert not {State.KEPT, State.RELEASED} & set(follows)


@pytest.mark.parametrize(
    ("state", "after_due", "broken"),
    [
        (State.RUNNING, timedelta(0), False),
        (State.RUNNING, timedelta(microseconds=1), True),
        (State.RUNNING, -HOUR, False),
        (State.PAUSED, HOUR, False),
        (State.KEPT, HOUR, False),
        (State.RELEASED, HOUR, False),
    ],
)
def test_a_promise_breaks_only_while_running_and_only_after_its_due_moment(
    state: State, after_due: timedelta, broken: bool
) -> None:
    assert breaks(_standing(state), at=NOON + after_due) is broken


def test_what_is_noted_as_broken_does_not_break_again() -> None:
    assert not breaks(_standing(broken_at=NOON), at=NOON + HOUR)


def test_an_extension_is_granted_strictly_before_the_due_moment() -> None:
    last_chance = NOON - timedelta(microseconds=1)

    assert extended_due(_standing(), NOON + HOUR, at=last_chance) == NOON + HOUR
    with pytest.raises(ExtendedTooLate) as refusal:
        extended_due(_standing(), NOON + HOUR, at=NOON)
    assert refusal.value.code == "commitment.extended_too_late"


def test_a_broken_promise_is_never_extended() -> None:
    with pytest.raises(ExtendedTooLate):
        extended_due(_standing(broken_at=NOON), NOON + HOUR, at=NOON - HOUR)


def test_an_extension_must_lead_to_a_later_moment() -> None:
    with pytest.raises(DueNotLater):
        extended_due(_standing(), NOON, at=NOON - HOUR)


def test_resuming_never_brings_the_due_moment_forward() -> None:
    with pytest.raises(DueNotLater):
        resumed_due(_standing(State.PAUSED), NOON - HOUR)

    assert resumed_due(_standing(State.PAUSED), NOON) == NOON


def test_the_due_moment_of_a_broken_promise_does_not_move_by_resuming() -> None:
    assert resumed_due(_standing(State.PAUSED, broken_at=NOON), NOON + HOUR) == NOON


@pytest.mark.parametrize("noted", [None, NOON])
def test_a_breach_cannot_be_handed_to_another_party(noted: datetime | None) -> None:
    with pytest.raises(BrokenStays):
        check_handing_over(_standing(broken_at=noted), at=NOON + HOUR)


def _new(**facts: object) -> NewCommitment:
    given = {
        "kind": "case.handle",
        "subject": "case:1",
        "organisation_id": 1,
        "made_at": NOON,
        "due_at": NOON + HOUR,
    }
    return NewCommitment(**{**given, **facts})  # type: ignore[arg-type]


def test_a_promise_cannot_be_due_before_it_is_made() -> None:
    with pytest.raises(DueBeforeMade):
        _new(due_at=NOON - HOUR)


@pytest.mark.parametrize(
    ("kept_after_due", "broken"), [(timedelta(0), False), (timedelta(seconds=1), True)]
)
def test_a_promise_of_the_past_is_broken_when_it_was_kept_after_its_due_moment(
    kept_after_due: timedelta, broken: bool
) -> None:
    new = _new(kept_at=NOON + HOUR + kept_after_due)

    assert new.state is State.KEPT
    assert new.broken_at == (NOON + HOUR if broken else None)


def test_a_promise_of_the_past_is_not_both_kept_and_released() -> None:
    with pytest.raises(AlreadySettled):
        _new(kept_at=NOON, released_at=NOON)


def test_a_rate_without_anything_due_is_no_number() -> None:
    assert Rate(kept=0, broken=0, due=0).share is None
    assert Rate(kept=3, broken=1, due=4).share == 0.75


def test_a_cursor_survives_being_written_down() -> None:
    cursor = InboxCursor(state="running", due_at=NOON, id=7)

    assert InboxCursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "a~b~c", "kept~2026-03-02T12:00:00+00:00~7", "running~2026-03-02T12:00:00~7", "running~x"],
)
def test_a_mangled_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        InboxCursor.parse(text)
