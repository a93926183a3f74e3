"""Recording: one deed, one entry, one statement, and the same words for ever."""

import datetime
import enum
import math
import uuid

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.refusals import Conflict
from gongzhi.ledger import actions, queries, rules
from gongzhi.ledger.access import known_kinds as registered_kinds
from gongzhi.ledger.models import Entry
from gongzhi.ledger.rules import NewEntry

from .conftest import NOON, Hand


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.django_db
def test_an_entry_costs_one_statement(hand: Hand, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        entry_id = actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts={"n": 1})

    assert Entry.objects.get().pk == entry_id


@pytest.mark.django_db
def test_an_entry_reads_as_it_was_recorded(hand: Hand) -> None:
    facts = {"z": [1, {"b": None, "a": True}], "colour": Colour.RED, "share": 0.1, "字": "甲"}

    with rules.in_request("request-1"):
        actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts=facts)

    (view,) = queries.history("case:1")
    assert view.facts == {**facts, "colour": "red"}
    assert (view.person_id, view.post_id, view.organisation_id) == (7, 3, 2)
    assert (view.kind, view.role, view.at) == ("probe.done", "operator", NOON)
    assert Entry.objects.get().request_id == "request-1"


@pytest.mark.parametrize("kind", ["probe.dome", "", "PROBE.DONE"])
@pytest.mark.django_db
def test_an_unknown_kind_is_a_programming_error(hand: Hand, kind: str) -> None:
    with pytest.raises(ValueError, match="LEDGER_KINDS"):
        actions.record(kind, subject="case:1", by=hand, at=NOON, facts={})

    assert not Entry.objects.exists()


def test_the_registry_holds_the_kinds_of_the_houses() -> None:
    assert registered_kinds() >= rules.LEDGER_KINDS


@pytest.mark.parametrize(
    "bad",
    [math.nan, math.inf, "a\x00b", "\ud800", b"x", {1: 2}, {1}, object(), "x" * 257,
     datetime.datetime(2026, 1, 1)],  # noqa: DTZ001
)  # fmt: skip
@pytest.mark.parametrize("depth", [0, 1])
def test_facts_that_are_none_are_refused(bad: object, depth: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
        rules.settled_facts({"fact": [bad] if depth else bad})


def test_a_naive_time_or_a_long_name_is_refused(hand: Hand) -> None:
    naive = datetime.datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        rules.content_of(rules.NewEntry("k", "s", hand, naive, {}), request_id="")
    with pytest.raises(ValueError, match="longer"):
        rules.content_of(rules.NewEntry("k", "s" * 65, hand, NOON, {}), request_id="")
    with pytest.raises(ValueError, match="36"), rules.in_request("x" * 37):
        pass


def test_times_and_uuids_become_text() -> None:
    east = datetime.timezone(datetime.timedelta(hours=8))
    known = uuid.UUID(int=7)

    settled = rules.settled_facts(
        {"at": datetime.datetime(2026, 5, 4, 20, tzinfo=east), "on": NOON.date(), "id": known}
    )

    assert settled == {
        "at": "2026-05-04T12:00:00.000000+00:00", "on": "2026-05-04", "id": str(known),
    }  # fmt: skip


def test_numbers_settle_as_postgresql_gives_them_back() -> None:
    settled = rules.settled_facts({"zero": -0.0, "large": 1e22, "odd": 0.1, "share": 1.0})

    assert [str(value) for value in settled.values()] == [str(10**22), "0.1", "1.0", "0.0"]


def test_the_zone_of_a_time_does_not_change_the_digest(hand: Hand) -> None:
    east = NOON.astimezone(datetime.timezone(datetime.timedelta(hours=8)))

    digests = {
        rules.content_of(rules.NewEntry("k", "s", hand, at, {}), request_id="").digest
        for at in (NOON, east)
    }

    assert len(digests) == 1


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcä字", max_size=5), inner)
    ),
    max_leaves=12,
)


@pytest.mark.django_db
def test_any_facts_survive_the_database(hand: Hand) -> None:
    @given(st.dictionaries(st.text("ab", max_size=3), json, max_size=4))
    def survives(facts: dict[str, object]) -> None:
        entry_id = actions.record("probe.done", subject="x:1", by=hand, at=NOON, facts=facts)
        assert Entry.objects.get(pk=entry_id).facts == rules.settled_facts(facts)

    survives()

    assert queries.verify().what == ""


@pytest.mark.django_db
def test_many_entries_keep_their_order_and_equal_single_ones(hand: Hand) -> None:
    new = [rules.NewEntry("probe.done", f"case:{n}", hand, NOON, {"n": n}) for n in range(2500)]

    ids = actions.record_many(iter(new))

    assert ids == sorted(ids)
    assert len(set(ids)) == 2500
    assert Entry.objects.get(pk=ids[2100]).facts == {"n": 2100}
    single = actions.record("probe.done", subject="case:9", by=hand, at=NOON, facts={"n": 9})
    assert Entry.objects.get(pk=single).digest == Entry.objects.get(pk=ids[9]).digest


@pytest.mark.django_db(transaction=True)
def test_one_bad_entry_among_many_leaves_none(hand: Hand) -> None:
    new = [rules.NewEntry("probe.done", f"case:{n}", hand, NOON, {"n": n}) for n in range(2100)]
    new.append(rules.NewEntry("probe.done", "case:x", hand, NOON, {"n": object()}))

    with pytest.raises(ValueError, match="cannot stand"):
        actions.record_many(new)

    assert not Entry.objects.exists()


def _probe(hand: Hand, number: int) -> NewEntry:
    return NewEntry("probe.done", "case:1", hand, NOON, {"n": number})


def _told() -> list[object]:
    return [entry.facts["n"] for entry in Entry.objects.order_by("pk")]


@pytest.mark.django_db
def test_what_one_deed_enters_is_one_statement_in_the_order_of_entering(
    hand: Hand,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    with transaction.atomic(), django_assert_num_queries(3), actions.gathered():
        actions.enter([_probe(hand, 1), _probe(hand, 2)])
        actions.enter([])
        actions.enter([_probe(hand, 3)])

    assert _told() == [1, 2, 3]
    assert queries.verify().first_altered is None


@pytest.mark.django_db
def test_entries_whose_ids_are_wanted_stand_after_those_that_wait(hand: Hand) -> None:
    with actions.gathered():
        actions.enter([_probe(hand, 1)])
        two = actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts={"n": 2})
        actions.enter([_probe(hand, 3)])
        (four,) = actions.record_many([_probe(hand, 4)])
        actions.enter([_probe(hand, 5)])

    assert _told() == [1, 2, 3, 4, 5]
    assert Entry.objects.get(pk=two).facts == {"n": 2}
    assert Entry.objects.get(pk=four).facts == {"n": 4}


@pytest.mark.django_db
def test_a_deed_within_a_deed_that_fails_enters_nothing_and_the_outer_one_all(hand: Hand) -> None:
    def fail() -> None:
        with actions.gathered():
            actions.enter([_probe(hand, 2)])
            actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts={"n": 3})
            actions.enter([_probe(hand, 4)])
            raise Conflict

    with actions.gathered():
        actions.enter([_probe(hand, 1)])
        with pytest.raises(Conflict):
            fail()
        with actions.gathered():
            actions.enter([_probe(hand, 5)])
        actions.enter([_probe(hand, 6)])

    assert _told() == [1, 5, 6]


@pytest.mark.django_db
def test_a_deed_that_fails_leaves_nothing_for_the_next(hand: Hand) -> None:
    def fail() -> None:
        with actions.gathered():
            actions.enter([_probe(hand, 1)])
            raise Conflict

    with pytest.raises(Conflict):
        fail()
    with actions.gathered():
        pass
    actions.enter([_probe(hand, 2)])

    assert _told() == [2]


@pytest.mark.django_db
def test_an_entry_that_waits_is_checked_at_once_and_says_what_it_said_then(hand: Hand) -> None:
    facts: dict[str, object] = {"n": 1}

    with actions.gathered():
        actions.enter([NewEntry("probe.done", "case:1", hand, NOON, facts)])
        facts["n"] = 2
        with pytest.raises(ValueError, match="LEDGER_KINDS"):
            actions.enter([NewEntry("probe.dome", "case:1", hand, NOON, {})])

    assert _told() == [1]
