"""Sealing: settled entries come under chained seals, each entry under exactly one."""

import datetime
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from gongzhi.ledger import access, actions, commands, queries, rules
from gongzhi.ledger.models import Entry, Seal

from .conftest import NOON, Hand


@pytest.mark.django_db
def test_sealing_twice_seals_nothing_more(hand: Hand) -> None:
    actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts={})

    first, second = actions.seal(NOON), actions.seal(NOON + datetime.timedelta(hours=1))

    assert (first.entries, first.seals, second.entries, second.seals) == (1, 1, 0, 0)
    assert first.root == second.root == queries.newest_root()


@pytest.mark.django_db
def test_more_than_a_run_takes_chained_seals(hand: Hand) -> None:
    actions.record_many(
        rules.NewEntry("probe.done", f"case:{n}", hand, NOON, {}) for n in range(rules.RUN + 1)
    )

    done = CliRunner().invoke(commands.seal)

    one, two = Seal.objects.order_by("pk")
    assert done.exit_code == 0
    assert two.root in done.output
    assert (len(one.leaves), len(two.leaves)) == (rules.RUN * 40, 40)
    assert (one.previous_root, two.previous_root) == ("", one.root)
    assert queries.verify().is_clean


@pytest.mark.django_db
def test_nothing_to_seal_is_no_seal() -> None:
    assert actions.seal(NOON) == actions.Sealing(entries=0, seals=0, root="", is_waiting=False)


@pytest.fixture
def open_deed(hand: Hand) -> Iterator[tuple[threading.Event, threading.Thread]]:
    """A deed in another connection that has entered and not yet committed."""
    entered, may_end = threading.Event(), threading.Event()

    def deed() -> None:
        with transaction.atomic():
            actions.record("probe.done", subject="case:slow", by=hand, at=NOON, facts={})
            entered.set()
            may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=deed)
    thread.start()
    assert entered.wait(10)
    yield may_end, thread
    may_end.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_an_open_deed_is_waited_for_and_never_skipped(
    open_deed: tuple[threading.Event, threading.Thread], hand: Hand
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    may_end, thread = open_deed
    later = actions.record("probe.done", subject="case:fast", by=hand, at=NOON, facts={})

    waiting = actions.seal(NOON)
    may_end.set()
    thread.join()
    done = actions.seal(NOON)

    assert (waiting.is_waiting, waiting.entries) == (True, 0)
    assert (done.is_waiting, done.entries) == (False, 2)
    assert Entry.objects.get(subject="case:slow").pk < later
    assert queries.verify().is_clean


@pytest.mark.django_db(transaction=True)
def test_readers_learn_how_far_they_may_read(hand: Hand) -> None:
    ids = actions.record_many(
        rules.NewEntry("probe.done", "case:1", hand, NOON, {"n": n}) for n in range(3)
    )

    assert access.settled_up_to() == queries.settled_up_to() == ids[-1]
    assert [view.id for view in queries.entries_after(ids[0], 1)] == [ids[1]]


@pytest.mark.django_db
def test_an_erasure_is_entered_without_what_was_erased(hand: Hand) -> None:
    fields = ["accounts.person.phone", "accounts.person.name"]

    actions.record_erasure("person:7", fields=fields, by=hand, at=NOON)

    (view,) = queries.history("person:7")
    assert (view.kind, view.facts) == ("ledger.erased", {"fields": sorted(fields)})
