"""The table of who is told what, quiet hours, trying again, bundling."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.cases.rules import LEDGER_KINDS as CASE_KINDS
from gongzhi.cases.rules import OPEN, State
from gongzhi.commitments.rules import LEDGER_KINDS as COMMITMENT_KINDS
from gongzhi.commitments.words import KINDS
from gongzhi.notices import rules, words
from gongzhi.notices.rules import (
    MOST_TRIES,
    NOTICE_KINDS,
    RETRY_AFTER,
    SILENT,
    TELLS,
    Audience,
    Channel,
    HoursIncomplete,
    HourUnknown,
    Preferences,
    QuietHours,
    Tell,
    Topic,
    Waiting,
    chosen_channels,
    is_stale,
    masked_mail,
    masked_phone,
    may_leave_at,
    owner_in,
    plan_messages,
    promiser_of,
    quiet_hours,
    retry_at,
    topic_of,
)

NIGHT = QuietHours(22, 7)
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def test_every_deed_of_the_loop_is_told_or_silent_for_a_reason() -> None:
    assert set(TELLS) | set(SILENT) == CASE_KINDS | COMMITMENT_KINDS
    assert set(TELLS) & set(SILENT) == set()
    assert all(SILENT.values())


def test_every_kind_of_notice_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert set(words.NOTICES) == set(NOTICE_KINDS)
    assert set(words.TOPICS) == set(Topic)
    assert set(words.CHANNELS) == set(Channel)


def test_no_audience_is_named_in_vain() -> None:
    used = {tell.to for tells in TELLS.values() for tell in tells}

    promisers = {promiser_of(kind) for kind in KINDS}
    assert used | promisers == set(Audience)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_somebody_owes_the_next_step_of_every_open_case(state: State) -> None:
    assert owner_in(state) is not None


@pytest.mark.parametrize("state", sorted(set(State) - OPEN))
def test_nobody_owes_a_step_of_an_ended_case(state: State) -> None:
    assert owner_in(state) is None


def test_a_stage_of_a_standard_is_kept_by_the_handlers() -> None:
    assert promiser_of("case.make_safe") is Audience.HANDLERS
    assert promiser_of("case.file") is Audience.OPERATORS


def test_tasks_of_an_emergency_are_emergencies_and_reports_are_not() -> None:
    task = Tell("task.to_handle", Audience.HANDLERS, Topic.TASKS)
    told = Tell("report.closed", Audience.FOLLOWERS, Topic.REPORTS)

    assert topic_of(task, is_emergency=True) is Topic.EMERGENCIES
    assert topic_of(task, is_emergency=False) is Topic.TASKS
    assert topic_of(told, is_emergency=True) is Topic.REPORTS


def test_exactly_the_oldest_age_is_still_told() -> None:
    most = timedelta(days=3)

    assert not is_stale(NOON - most, at=NOON, most=most)
    assert is_stale(NOON - most - timedelta(seconds=1), at=NOON, most=most)


@pytest.mark.parametrize(
    ("hour", "leaves"), [(6, 7), (7, 7), (12, 12), (21, 21), (22, 31), (23, 31), (0, 7)]
)
def test_what_is_due_at_night_leaves_in_the_morning(hour: int, leaves: int) -> None:
    moment = datetime(2026, 3, 10, hour, 0, tzinfo=UTC)
    midnight = datetime(2026, 3, 10, tzinfo=UTC)

    assert may_leave_at(moment, topic=Topic.TASKS, quiet=NIGHT) == midnight + timedelta(
        hours=leaves
    )


def test_an_emergency_leaves_at_night() -> None:
    moment = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)

    assert may_leave_at(moment, topic=Topic.EMERGENCIES, quiet=NIGHT) == moment


def test_equal_ends_are_never_quiet() -> None:
    assert not any(QuietHours(8, 8).covers(NOON.replace(hour=hour)) for hour in range(24))


@given(st.integers(0, 23), st.integers(0, 23), st.datetimes(timezones=st.just(UTC)))
def test_the_end_of_quiet_hours_is_not_quiet_and_within_a_day(
    starts: int, ends: int, moment: datetime
) -> None:
    quiet = QuietHours(starts, ends)
    try:
        after = quiet.after(moment)
    except OverflowError:  # the last day of all
        return

    assert not quiet.covers(after)
    assert timedelta(0) <= after - moment < timedelta(days=1)


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(HourUnknown):
        quiet_hours(22, 24)
    with pytest.raises(HoursIncomplete):
        quiet_hours(22, None)
    assert quiet_hours(None, None) is None


def test_tries_grow_rarer_and_end() -> None:
    pauses = []
    for tries in range(1, MOST_TRIES):
        again = retry_at(NOON, tries=tries)
        assert again is not None
        pauses.append(again - NOON)

    assert pauses == list(RETRY_AFTER) == sorted(RETRY_AFTER)
    assert retry_at(NOON, tries=MOST_TRIES) is None


def due(*topics: Topic) -> list[Waiting]:
    return [Waiting(place, topic) for place, topic in enumerate(topics, start=1)]


def test_while_there_is_room_each_leaves_by_itself() -> None:
    plan = plan_messages(due(*[Topic.TASKS] * 3), sent_in_hour=3, most=6)

    assert plan.messages == ((1,), (2,), (3,))
    assert plan.later == ()


def test_the_last_place_of_the_hour_carries_the_rest() -> None:
    plan = plan_messages(due(*[Topic.TASKS] * 5), sent_in_hour=4, most=6)

    assert plan.messages == ((1,), (2, 3, 4, 5))


def test_without_room_they_wait_but_an_emergency_does_not() -> None:
    plan = plan_messages(due(Topic.TASKS, Topic.EMERGENCIES), sent_in_hour=6, most=6)

    assert plan.messages == ((2,),)
    assert plan.later == (1,)


@given(st.lists(st.sampled_from(list(Topic)), max_size=30), st.integers(0, 20), st.integers(1, 10))
def test_nothing_is_lost_or_doubled_and_the_hour_is_kept(
    topics: list[Topic], sent: int, most: int
) -> None:
    waiting = due(*topics)

    plan = plan_messages(waiting, sent_in_hour=sent, most=most)

    planned = [one for ids in plan.messages for one in ids]
    assert sorted([*planned, *plan.later]) == [one.id for one in waiting]
    urgent = sum(1 for one in waiting if one.topic is Topic.EMERGENCIES)
    assert len(plan.messages) <= max(most - sent, urgent)


def test_who_chose_nothing_for_a_topic_has_the_default() -> None:
    chosen = Preferences({Topic.TASKS: frozenset()})

    assert chosen.ways(Topic.TASKS) == frozenset()
    assert chosen.ways(Topic.DEADLINES) == rules.DEFAULTS[Topic.DEADLINES]


def test_a_form_names_every_topic_and_unknown_fields_are_left_out() -> None:
    chosen = chosen_channels([("tasks", "sms"), ("tasks", "pigeon"), ("nothing", "mail")])

    assert set(chosen) == set(Topic)
    assert chosen[Topic.TASKS] == {Channel.SMS}
    assert chosen[Topic.REPORTS] == frozenset()


def test_addresses_are_masked() -> None:
    assert masked_phone("000 1234 5678") == "000****78"
    assert masked_phone("12345") == "****45"
    assert masked_mail("somebody@example.org") == "s***@example.org"
