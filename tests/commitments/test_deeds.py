"""Promising, extending, pausing, keeping, releasing, handing over: one deed, one entry."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import SYSTEM
from gongzhi.commitments import actions
from gongzhi.commitments.models import Commitment
from gongzhi.commitments.rules import (
    FOLLOWS,
    BrokenStays,
    Deed,
    ExtendedTooLate,
    NewCommitment,
    NoSuchCommitment,
    State,
)
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger.models import Entry

from .conftest import HOUR, NOON, SUBJECT, Promising, Town

pytestmark = pytest.mark.django_db
DUE = NOON + 4 * HOUR
Counting = Callable[..., CaptureQueriesContext]


def _told() -> list[str]:
    kinds = Entry.objects.order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("commitment.") for kind in kinds]


DEEDS: dict[Deed, Callable[[Commitment, datetime, Town], object]] = {
    Deed.EXTEND: lambda row, at, town: actions.extend(
        row.pk, due_at=row.due_at + HOUR, by=SYSTEM, at=at
    ),
    Deed.PAUSE: lambda row, at, town: actions.pause(row.pk, by=SYSTEM, at=at),
    Deed.RESUME: lambda row, at, town: actions.resume(
        row.pk, due_at=row.due_at + HOUR, by=SYSTEM, at=at
    ),
    Deed.KEEP: lambda row, at, town: actions.keep(row.pk, by=SYSTEM, at=at),
    Deed.RELEASE: lambda row, at, town: actions.release(row.pk, by=SYSTEM, at=at, reason="merged"),
    Deed.HAND_OVER: lambda row, at, town: actions.hand_over(
        row.pk, organisation_id=town.roads, by=SYSTEM, at=at
    ),
    Deed.BREAK: lambda row, at, town: actions.break_one(row.pk, by=SYSTEM, at=at),
    Deed.WARN: lambda row, at, town: actions.warn_one(row.pk, by=SYSTEM, at=at),
}


def _do(deed: Deed, row: Commitment, at: datetime, town: Town) -> object:
    return DEEDS[deed](row, at, town)


def _bring(row: Commitment, state: State, town: Town) -> None:
    to = {State.PAUSED: Deed.PAUSE, State.KEPT: Deed.KEEP, State.RELEASED: Deed.RELEASE}
    if state in to:
        _do(to[state], row, NOON, town)


@pytest.mark.parametrize(
    ("deed", "state"),
    [pair for pair in itertools.product(Deed, State) if pair[0] not in {Deed.BREAK, Deed.WARN}],
)
def test_a_deed_is_done_exactly_when_the_table_allows_it_and_leaves_one_entry(
    promised: Promising, town: Town, deed: Deed, state: State
) -> None:
    row = promised()
    _bring(row, state, town)
    before = Entry.objects.count()

    try:
        _do(deed, row, NOON + HOUR, town)
    except Refusal:
        assert state not in FOLLOWS[deed]
        assert Entry.objects.count() == before
    else:
        row.refresh_from_db()
        assert row.state == FOLLOWS[deed][state]
        assert Entry.objects.count() == before + 1


@pytest.mark.parametrize(("deed", "state"), list(itertools.product([Deed.BREAK, Deed.WARN], State)))
def test_the_clock_touches_running_promises_only(
    promised: Promising, town: Town, deed: Deed, state: State
) -> None:
    row = promised(warn_at=NOON + 2 * HOUR)
    _bring(row, state, town)
    at = DUE + HOUR if deed is Deed.BREAK else DUE - HOUR

    noted = _do(deed, row, at, town)

    assert noted == ([row.pk] if state is State.RUNNING else [])


@pytest.mark.parametrize("deed", list(Deed))
def test_a_promise_that_does_not_exist_is_not_found(town: Town, deed: Deed) -> None:
    with pytest.raises(NoSuchCommitment):
        _do(deed, Commitment(pk=404, due_at=DUE), NOON, town)


def test_a_promise_is_one_row_and_one_entry_in_two_statements(
    promised: Promising, django_assert_num_queries: Counting
) -> None:
    with django_assert_num_queries(2):
        row = promised()

    entry = Entry.objects.get()
    assert entry.kind == "commitment.promised"
    assert entry.subject == SUBJECT
    assert entry.facts["commitment"] == row.pk
    assert entry.facts["due_at"] == "2026-03-02T16:00:00.000000+00:00"


def test_a_promise_kept_in_time_is_not_broken(promised: Promising, town: Town) -> None:
    row = actions.keep(promised().pk, by=town.lena_of_lamps, at=DUE)

    row.refresh_from_db()
    assert (row.kept_at, row.broken_at) == (DUE, None)


@pytest.mark.parametrize("deed", [Deed.KEEP, Deed.RELEASE, Deed.PAUSE])
def test_no_deed_after_the_due_moment_hides_a_breach_that_nobody_has_noted(
    promised: Promising, town: Town, deed: Deed
) -> None:
    row = promised()

    _do(deed, row, DUE + HOUR, town)

    row.refresh_from_db()
    assert row.broken_at == DUE
    assert "broken" in _told()
    assert Entry.objects.get(kind="commitment.broken").facts["broken_at"] == DUE.isoformat(
        timespec="microseconds"
    )


def test_a_late_extension_is_refused_and_leaves_no_trace(promised: Promising, town: Town) -> None:
    row = promised()

    with pytest.raises(ExtendedTooLate):
        actions.extend(row.pk, due_at=DUE + HOUR, by=town.lena_of_lamps, at=DUE)

    row.refresh_from_db()
    assert (row.due_at, row.extensions, row.broken_at) == (DUE, 0, None)
    assert _told() == ["promised"]


def test_extensions_are_counted_and_the_original_due_moment_stays(
    promised: Promising, town: Town
) -> None:
    row = promised()

    actions.extend(row.pk, due_at=DUE + HOUR, by=SYSTEM, at=NOON)
    actions.extend(row.pk, due_at=DUE + 2 * HOUR, by=SYSTEM, at=DUE)

    row.refresh_from_db()
    assert (row.extensions, row.due_at, row.original_due_at) == (2, DUE + 2 * HOUR, DUE)


def test_a_pause_moves_the_due_moment_and_the_warning_alike(
    promised: Promising, town: Town
) -> None:
    row = promised(warn_at=DUE - HOUR)

    actions.pause(row.pk, by=SYSTEM, at=NOON + HOUR)
    actions.resume(row.pk, due_at=DUE + timedelta(days=1), by=SYSTEM, at=NOON + timedelta(days=1))

    row.refresh_from_db()
    assert row.warn_at == DUE - HOUR + timedelta(days=1)
    assert (row.state, row.paused_at) == ("running", None)


def test_a_party_that_hands_over_stays_in_the_ledger(promised: Promising, town: Town) -> None:
    row = promised(post_id=town.lamp_post)

    actions.hand_over(row.pk, organisation_id=town.roads, level="street", by=SYSTEM, at=NOON)

    row.refresh_from_db()
    assert (row.organisation_id, row.post_id, row.level) == (town.roads, None, "street")
    facts = Entry.objects.get(kind="commitment.handed_over").facts
    assert facts["organisation_before"] == town.lamps
    assert facts["post_before"] == town.lamp_post


def test_a_broken_promise_is_not_handed_over(promised: Promising, town: Town) -> None:
    row = promised()
    actions.break_due(DUE + HOUR, by=SYSTEM)

    with pytest.raises(BrokenStays):
        actions.hand_over(row.pk, organisation_id=town.roads, by=SYSTEM, at=DUE + HOUR)


def test_all_that_is_owed_about_a_subject_is_settled_in_two_statements_and_one_bulk(
    promised: Promising, django_assert_max_num_queries: Counting
) -> None:
    promises = [promised(kind=kind) for kind in ("case.make_safe", "case.handle", "case.surface")]
    other = promised(kind="case.reply")

    with django_assert_max_num_queries(5):  # two of them savepoints around the bulk
        ids = actions.keep_open(
            SUBJECT, kinds={"case.handle", "case.make_safe", "case.surface"}, by=SYSTEM, at=DUE
        )

    assert ids == [row.pk for row in promises]
    other.refresh_from_db()
    assert other.state == "running"


def test_settling_a_subject_notes_each_breach_and_no_other(promised: Promising) -> None:
    late, early = promised(), promised(kind="case.reply", due_at=DUE + 9 * HOUR)

    actions.release_open(SUBJECT, by=SYSTEM, at=DUE + HOUR, reason="cancelled")

    assert dict(Commitment.objects.values_list("pk", "broken_at")) == {late.pk: DUE, early.pk: None}
    assert _told() == ["promised", "promised", "broken", "released", "released"]


def test_settling_a_subject_without_promises_changes_and_tells_nothing(town: Town) -> None:
    assert actions.keep_open(SUBJECT, by=SYSTEM, at=NOON) == []
    assert not Entry.objects.exists()


def test_pausing_and_resuming_a_subject_moves_each_promise_to_its_own_due_moment(
    promised: Promising,
) -> None:
    one, two = promised(), promised(kind="case.reply")

    actions.pause_open(SUBJECT, by=SYSTEM, at=NOON)
    due = {one.pk: DUE + HOUR, two.pk: DUE + 3 * HOUR}
    actions.resume_open(SUBJECT, due=due, by=SYSTEM, at=NOON + HOUR)

    assert dict(Commitment.objects.values_list("pk", "due_at")) == due
    assert set(Commitment.objects.values_list("state", flat=True)) == {"running"}


def test_promises_of_the_past_come_in_bulk_with_what_became_of_them(town: Town) -> None:
    def past(kept_at: datetime | None) -> NewCommitment:
        return NewCommitment("case.handle", SUBJECT, town.lamps, NOON, DUE, kept_at=kept_at)

    rows = actions.promise_many([past(DUE), past(DUE + HOUR), past(None)], by=SYSTEM, at=NOON)

    assert [(row.state, row.broken_at) for row in rows] == [
        ("kept", None),
        ("kept", DUE),
        ("running", None),
    ]
    assert _told() == ["promised"] * 3


@pytest.mark.parametrize(
    "nonsense",
    [
        {"state": "kept"},
        {"kept_at": NOON},
        {"state": "paused"},
        {"paused_at": NOON},
        {"state": "released"},
        {"released_at": NOON},
        {"state": "forgotten"},
        {"due_at": NOON},
        {"broken_at": NOON},
        {"made_at": F("original_due_at") + HOUR},
    ],
)
def test_the_table_holds_no_nonsense(promised: Promising, nonsense: dict[str, object]) -> None:
    row = promised()

    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=row.pk).update(**nonsense)


def test_the_due_moment_of_a_broken_promise_cannot_move_even_by_hand(promised: Promising) -> None:
    row = promised()
    actions.break_due(DUE + HOUR, by=SYSTEM)

    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=row.pk).update(due_at=DUE + HOUR)
