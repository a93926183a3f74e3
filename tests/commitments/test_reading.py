"""Inboxes, promises of a subject, and how well a party keeps its word."""

import pytest

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM
from gongzhi.commitments import actions, queries
from gongzhi.commitments.rules import NewCommitment, Rate

from .conftest import HOUR, NOON, SUBJECT, Promising, Town

pytestmark = pytest.mark.django_db
DUE = NOON + 4 * HOUR


def test_an_inbox_shows_the_first_due_first_and_paused_promises_last(
    promised: Promising, town: Town
) -> None:
    paused = promised(due_at=NOON + HOUR)
    actions.pause(paused.pk, by=SYSTEM, at=NOON)
    late, soon = promised(due_at=NOON + 2 * HOUR), promised(due_at=NOON + 3 * HOUR)
    actions.keep(promised().pk, by=SYSTEM, at=NOON)
    promised(organisation_id=town.roads)

    lines = queries.inbox(town.lena_of_lamps, at=NOON + 2.5 * HOUR)

    assert [line.promise.id for line in lines] == [late.pk, soon.pk, paused.pk]
    assert [line.is_late for line in lines] == [True, False, False]
    assert [line.left for line in lines] == [-HOUR / 2, HOUR / 2, None]
    assert lines[0].organisation is not None
    assert lines[0].organisation.code == "lamps"


def test_an_inbox_tells_the_own_post_from_the_rest_of_the_organisation(
    promised: Promising, town: Town
) -> None:
    promised(), promised(post_id=town.lamp_post, due_at=DUE + HOUR)
    promised(organisation_id=town.roads, post_id=town.lamp_post, due_at=DUE + 2 * HOUR)

    lines = queries.inbox(town.lena_of_lamps, at=NOON)

    assert [line.is_own for line in lines] == [False, True, True]


def test_paging_through_an_inbox_meets_every_line_once(promised: Promising, town: Town) -> None:
    for number in range(9):
        row = promised(due_at=DUE + number // 3 * HOUR)
        if number % 2:
            actions.pause(row.pk, by=SYSTEM, at=NOON)
    whole = queries.inbox(town.lena_of_lamps, at=NOON)

    pages, after = [], None
    while page := queries.inbox(town.lena_of_lamps, at=NOON, limit=2, after=after):
        pages.extend(page)
        after = page[-1].cursor

    assert [line.promise.id for line in pages] == [line.promise.id for line in whole]
    assert len(whole) == 9


def test_whoever_holds_no_post_owes_nothing(promised: Promising) -> None:
    promised()

    assert queries.inbox(ANONYMOUS, at=NOON) == []


def test_an_inbox_costs_the_same_for_1_and_20_lines(
    promised: Promising, town: Town, django_assert_num_queries
) -> None:
    promised(post_id=town.lamp_post)
    queries.inbox(town.lena_of_lamps, at=NOON)

    with django_assert_num_queries(3):
        queries.inbox(town.lena_of_lamps, at=NOON)
    for _ in range(19):
        promised(post_id=town.lamp_post)
    with django_assert_num_queries(3):
        assert len(queries.inbox(town.lena_of_lamps, at=NOON)) == 20


def test_promises_of_a_subject_are_read_in_one_statement(
    promised: Promising, django_assert_num_queries
) -> None:
    kept, owed = promised(), promised(kind="case.reply")
    promised(subject="case:other")
    actions.keep(kept.pk, by=SYSTEM, at=NOON)

    with django_assert_num_queries(1):
        assert [view.id for view in queries.of_subject(SUBJECT)] == [kept.pk, owed.pk]
    with django_assert_num_queries(1):
        assert [view.id for view in queries.open_of_subject(SUBJECT)] == [owed.pk]
    with django_assert_num_queries(1):
        found = queries.open_of_subjects([SUBJECT, "case:none"])
    assert {key: [view.id for view in views] for key, views in found.items()} == {
        SUBJECT: [owed.pk],
        "case:none": [],
    }


def _history(town: Town) -> None:
    def past(party: int, path: str, kept_after: int | None) -> NewCommitment:
        kept_at = None if kept_after is None else NOON + kept_after * HOUR
        return NewCommitment(
            "case.handle", SUBJECT, party, NOON, DUE, area_path=path, kept_at=kept_at
        )

    actions.promise_many(
        [
            past(town.lamps, "0000100002", 1),
            past(town.lamps, "0000100002", 4),
            past(town.lamps, "0000100003", 5),
            past(town.lamps, "00002", None),
            past(town.roads, "00001", 9),
        ],
        by=SYSTEM,
        at=NOON,
    )


def test_a_rate_counts_kept_in_time_of_all_judged_in_one_statement(
    town: Town, django_assert_num_queries
) -> None:
    _history(town)

    with django_assert_num_queries(1):
        rate = queries.keeping_rate(town.lamps, NOON, DUE + HOUR)

    assert rate == Rate(kept=2, broken=1, due=3)
    assert queries.keeping_rate(town.lamps, NOON, DUE).share is None


def test_a_rate_of_an_area_takes_in_all_areas_below(town: Town) -> None:
    _history(town)

    assert queries.keeping_rate(area_path="00001") == Rate(kept=2, broken=2, due=4)
    assert queries.keeping_rate(area_path="0000100003") == Rate(kept=0, broken=1, due=1)


def test_the_rates_of_all_parties_come_in_one_statement(
    town: Town, django_assert_num_queries
) -> None:
    _history(town)

    with django_assert_num_queries(1):
        rates = queries.keeping_rates()

    assert rates == {town.lamps: Rate(2, 1, 3), town.roads: Rate(0, 1, 1)}


def test_a_promise_released_after_it_was_broken_still_counts_and_one_before_does_not(
    promised: Promising, town: Town
) -> None:
    early, late = promised(), promised()

    actions.release(early.pk, by=SYSTEM, at=NOON, reason="merged")
    actions.release(late.pk, by=SYSTEM, at=DUE + HOUR, reason="merged")

    assert queries.keeping_rate(town.lamps) == Rate(kept=0, broken=1, due=1)


def test_broken_promises_still_owed_are_walked_through_in_order(promised: Promising) -> None:
    rows = [promised(due_at=NOON + hours // 2 * HOUR) for hours in range(2, 8)]
    actions.break_due(DUE, by=SYSTEM)
    actions.keep(rows[2].pk, by=SYSTEM, at=DUE)

    walked, after = [], None
    while page := queries.broken_since(after, until=DUE, kinds={"case.handle"}, limit=2):
        walked.extend(view.id for view in page)
        after = (page[-1].broken_at, page[-1].id)

    assert walked == [row.pk for row in rows if row != rows[2]]
