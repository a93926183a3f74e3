"""The clock: what was due is noted as broken, what is due soon is told once."""

import logging

import pytest
from django.db import connection

from gongzhi.accounts.rules import SYSTEM
from gongzhi.commitments import actions
from gongzhi.commitments.jobs import tick
from gongzhi.commitments.models import Commitment
from gongzhi.ledger.models import Entry

from .conftest import HOUR, NOON, Promising, Town

pytestmark = pytest.mark.django_db
DUE = NOON + 4 * HOUR


def test_what_is_due_at_this_very_moment_is_not_broken(promised: Promising) -> None:
    promised()

    assert actions.break_due(DUE, by=SYSTEM) == []


def test_the_earliest_due_is_noted_first_and_no_more_than_asked(promised: Promising) -> None:
    late = promised(due_at=DUE)
    later = promised(due_at=NOON + HOUR)
    promised(due_at=DUE - HOUR)

    noted = actions.break_due(DUE + HOUR, limit=2, by=SYSTEM)

    assert noted[0] == later.pk
    assert late.pk not in noted
    assert (
        list(
            Entry.objects.filter(kind="commitment.broken").values_list(
                "facts__commitment", flat=True
            )
        )
        == noted
    )


def test_a_tick_goes_on_until_nothing_is_left_and_the_next_finds_nothing(
    promised: Promising,
) -> None:
    for hours in range(1, 8):
        promised(due_at=NOON + hours * HOUR, warn_at=NOON + hours * HOUR - HOUR / 2)

    first = tick(NOON + 4.7 * HOUR, batch=2)
    second = tick(NOON + 4.7 * HOUR, batch=2)

    assert (first.broken, first.warned, first.failed) == (4, 1, 0)
    assert (second.broken, second.warned, second.failed) == (0, 0, 0)


def test_what_is_broken_is_not_told_to_be_due_soon(promised: Promising) -> None:
    row = promised(warn_at=DUE - HOUR)

    ticked = tick(DUE + HOUR)

    row.refresh_from_db()
    assert (ticked.broken, ticked.warned) == (1, 0)
    assert row.warn_at is None  # or every later tick would look at it again


def test_a_batch_is_noted_in_a_fixed_number_of_statements(
    promised: Promising, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        promised()

    with django_assert_max_num_queries(7):  # four of them savepoints
        assert len(actions.break_due(DUE + HOUR, by=SYSTEM)) == 20


def _poison(commitment_id: int) -> None:
    """Let the database itself refuse to break this promise."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER poison BEFORE UPDATE ON commitments_commitment"
                f" WHEN NEW.id = {commitment_id} BEGIN SELECT RAISE(ABORT, 'poison'); END"
            )
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "ALTER TABLE commitments_commitment ADD CONSTRAINT poison"
                f" CHECK (id <> {commitment_id} OR broken_at IS NULL) NOT VALID"
            )


def test_a_promise_that_fails_is_logged_and_passed_over(
    promised: Promising, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [promised(due_at=NOON + hours * HOUR) for hours in range(1, 6)]
    _poison(rows[1].pk)

    with caplog.at_level(logging.ERROR):
        ticked = tick(DUE + 9 * HOUR, batch=2)

    assert (ticked.broken, ticked.failed) == (4, 1)
    assert list(Commitment.objects.filter(broken_at=None)) == [rows[1]]
    assert f"Promise {rows[1].pk} failed" in caplog.text


def test_a_promise_paused_through_its_due_moment_is_never_broken(
    promised: Promising, town: Town
) -> None:
    row = promised()
    actions.pause(row.pk, by=SYSTEM, at=NOON + HOUR)

    tick(DUE + 100 * HOUR)

    row.refresh_from_db()
    assert row.broken_at is None
