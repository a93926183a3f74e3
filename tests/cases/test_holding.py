"""Holding, resuming, rising levels, ending otherwise, and two people at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from gongzhi.cases import actions, jobs, queries
from gongzhi.cases.models import Case
from gongzhi.cases.rules import (
    ChangedMeanwhile,
    MergedIntoEnded,
    MergedIntoItself,
    NewReport,
    NotSmall,
    PhotoMissing,
    ReopenedTooLate,
    ResumeDateWrong,
    StageUnknown,
    State,
    StepOutOfTurn,
)
from gongzhi.commitments import jobs as clock
from gongzhi.commitments import queries as promises
from tests.cast import MORNING, City, build_city, point_in, show

LONGITUDE, LATITUDE = point_in(0, 0)
TODAY = MORNING.date()


def _reported(city: City, category: str = "E0110") -> str:
    new = NewReport(category_code=category, text="有", longitude=LONGITUDE, latitude=LATITUDE)
    return actions.report(new, by=city.rita, at=MORNING).number


def _dispatched(city: City, category: str = "E0110") -> str:
    number = _reported(city, category)
    actions.file_case(number, by=city.opal, at=MORNING)
    actions.dispatch_case(
        number, organisation_id=city.organisations["sanitation-1"], by=city.dora, at=MORNING
    )
    return number


def test_a_held_case_resumes_with_what_remained_of_its_limit(city: City) -> None:
    number = _dispatched(city)
    due = Case.objects.get(number=number).due_at
    held_at = MORNING + timedelta(minutes=30)
    actions.suspend_case(
        number,
        reason_code="season",
        resume_on=TODAY + timedelta(days=1),
        by=city.dora,
        at=held_at,
    )
    clock.tick(MORNING + timedelta(hours=20))

    # The next morning at nine, half an hour of two work hours is used up.
    actions.resume_case(number, by=city.dora, at=MORNING + timedelta(days=1))

    case = Case.objects.get(number=number)
    assert case.state == State.DISPATCHED
    assert due == MORNING + timedelta(hours=2)
    assert case.due_at == MORNING + timedelta(days=1, hours=1, minutes=30)
    (promise,) = promises.open_of_subject(f"case:{case.pk}")
    assert promise.due_at == case.due_at
    assert promise.broken_at is None
    assert list(queries.discrepancies()) == []


def test_a_held_case_resumes_by_itself_on_its_day(city: City) -> None:
    number = _dispatched(city)
    actions.suspend_case(
        number, reason_code="season", resume_on=TODAY + timedelta(days=2), by=city.dora, at=MORNING
    )

    before = jobs.tick(MORNING + timedelta(days=1))
    on_the_day = jobs.tick(MORNING + timedelta(days=2))

    assert (before, on_the_day) == (0, 1)
    assert Case.objects.get(number=number).state == State.DISPATCHED


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_case_is_held_until_a_day_after_today_and_within_a_year(city: City, days: int) -> None:
    number = _dispatched(city)

    with pytest.raises(ResumeDateWrong):
        actions.suspend_case(
            number,
            reason_code="season",
            resume_on=TODAY + timedelta(days=days),
            by=city.dora,
            at=MORNING,
        )

    assert Case.objects.get(number=number).state == State.DISPATCHED


def test_an_unsolved_case_rises_level_by_level_to_the_top(city: City) -> None:
    number = _dispatched(city)
    levels = []

    for day in range(1, 8):
        jobs.tick(MORNING + timedelta(days=day))
        levels.append(Case.objects.get(number=number).level)

    case = Case.objects.get(number=number)
    assert levels[0] == "district"
    assert levels[-1] == "city"
    assert case.level_rises == 2
    assert case.raise_at is None


def test_the_party_of_the_level_above_owes_its_attention_until_the_work_is_done(
    city: City,
) -> None:
    number = _dispatched(city)
    actions.accept_case(number, by=city.henry, at=MORNING)
    late = MORNING + timedelta(days=1)

    actions.raise_by_clock(number, at=late)

    case = Case.objects.get(number=number)
    owed = [
        one for one in promises.open_of_subject(f"case:{case.pk}") if one.kind == "case.supervise"
    ]
    assert [one.organisation_id for one in owed] == [city.organisations["city-command"]]
    show(case.pk, "after", by=city.henry, at=late)
    actions.complete_case(number, by=city.henry, at=late)
    kinds = {one.kind for one in promises.open_of_subject(f"case:{case.pk}")}
    assert "case.supervise" not in kinds


def test_a_broken_promise_stays_broken_when_it_is_kept_late(city: City) -> None:
    number = _dispatched(city)
    actions.accept_case(number, by=city.henry, at=MORNING)
    case = Case.objects.get(number=number)
    late = MORNING + timedelta(hours=5)
    clock.tick(late)
    show(case.pk, "after", by=city.henry, at=late)

    actions.complete_case(number, by=city.henry, at=late)

    kept = [one for one in promises.of_subject(f"case:{case.pk}") if one.kind == "case.handle"]
    assert [(one.state, one.broken_at is not None) for one in kept] == [("kept", True)]


def test_stages_of_a_standard_are_promised_and_reached_one_by_one(city: City) -> None:
    number = _dispatched(city, "E0501")
    case = Case.objects.get(number=number)
    owed = {one.kind for one in promises.open_of_subject(f"case:{case.pk}")}
    assert owed == {"case.make_safe", "case.handle", "case.surface"}
    actions.accept_case(number, by=city.henry, at=MORNING)

    actions.reach_stage(number, stage="make_safe", by=city.henry, at=MORNING)

    left = {one.kind for one in promises.open_of_subject(f"case:{case.pk}")}
    assert left == {"case.handle", "case.surface"}
    with pytest.raises(StageUnknown):
        actions.reach_stage(number, stage="make_safe", by=city.henry, at=MORNING)


def test_only_small_matters_with_both_photographs_are_fixed_on_the_spot(city: City) -> None:
    small, large = _reported(city), _reported(city, "E0501")
    case = Case.objects.get(number=small)
    show(case.pk, "before", by=city.colin, at=MORNING, shade=10)

    with pytest.raises(NotSmall):
        actions.fix_on_spot(large, by=city.colin, at=MORNING)
    with pytest.raises(PhotoMissing):
        actions.fix_on_spot(small, by=city.colin, at=MORNING)
    show(case.pk, "after", by=city.colin, at=MORNING, shade=240)
    fixed = actions.fix_on_spot(small, by=city.colin, at=MORNING)

    assert fixed.state == State.CHECKED


def test_a_merged_case_ends_and_its_reporter_follows_the_other(city: City) -> None:
    first = _reported(city)
    second = actions.report(
        NewReport(category_code="E0110", longitude=LONGITUDE, latitude=LATITUDE),
        by=city.rolf,
        at=MORNING,
    ).number

    merged = actions.merge_case(second, into=first, by=city.opal, at=MORNING)

    target = Case.objects.get(number=first)
    assert merged.state == State.MERGED
    assert merged.merged_into_id == target.pk
    assert target.supporters == 1
    assert not promises.open_of_subject(f"case:{merged.pk}")
    with pytest.raises(MergedIntoItself):
        actions.merge_case(first, into=first, by=city.opal, at=MORNING)
    with pytest.raises(MergedIntoEnded):
        actions.merge_case(first, into=second, by=city.opal, at=MORNING)
    assert list(queries.discrepancies()) == []


def _closed(city: City) -> str:
    number = _reported(city)
    case = Case.objects.get(number=number)
    show(case.pk, "before", by=city.colin, at=MORNING, shade=10)
    show(case.pk, "after", by=city.colin, at=MORNING, shade=240)
    actions.fix_on_spot(number, by=city.colin, at=MORNING)
    actions.close_case(number, by=city.hugo, at=MORNING)
    return number


def test_the_reporter_reopens_in_time_and_the_desk_at_any_time(city: City) -> None:
    first, second = _closed(city), _closed(city)
    later = MORNING + timedelta(days=16)

    reopened = actions.reopen_case(
        first, reason="没解决", by=city.rita, at=MORNING + timedelta(days=3)
    )
    with pytest.raises(ReopenedTooLate):
        actions.reopen_case(second, reason="没解决", by=city.rita, at=later)
    by_desk = actions.reopen_case(second, reason="复查发现", by=city.opal, at=later)

    assert (reopened.state, reopened.reopenings) == (State.FILED, 1)
    assert by_desk.state == State.FILED
    assert list(queries.discrepancies()) == []


def test_a_cancelled_case_owes_nothing_and_is_hidden_from_the_public(city: City) -> None:
    number = _dispatched(city)

    case = actions.cancel_case(number, reason_code="test", by=city.hugo, at=MORNING)

    assert not promises.open_of_subject(f"case:{case.pk}")
    lines = queries.case_list(city.rolf, at=MORNING).lines
    assert number not in [line.number for line in lines]


def test_a_forced_closing_shows_on_the_case(city: City) -> None:
    number = _dispatched(city)
    actions.suspend_case(
        number, reason_code="season", resume_on=TODAY + timedelta(days=1), by=city.dora, at=MORNING
    )

    case = actions.force_close_case(number, reason="已拆迁", by=city.hugo, at=MORNING)

    assert case.is_forced
    assert case.state == State.CLOSED
    assert case.suspended_from == ""


def test_a_step_on_an_older_version_is_refused_with_the_present_state(city: City) -> None:
    number = _reported(city)
    read = Case.objects.get(number=number).version
    actions.file_case(number, by=city.opal, at=MORNING, version=read)

    with pytest.raises(ChangedMeanwhile) as refusal:
        actions.decline_case(
            number, reason_code="not_found", by=city.opal, at=MORNING, version=read
        )

    assert refusal.value.facts["state"] == "filed"
    assert refusal.value.facts["version"] == read + 1


@pytest.mark.django_db(transaction=True)
def test_of_two_dispatchers_at_once_the_second_is_refused() -> None:
    city = build_city()
    number = _reported(city)
    actions.file_case(number, by=city.opal, at=MORNING)
    told: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        try:
            actions.dispatch_case(number, by=city.dora, at=MORNING)
        except StepOutOfTurn as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        actions.dispatch_case(number, by=city.dora, at=MORNING)
        other.start()
        started.wait(5)
        other.join(0.3)
        assert other.is_alive()  # it waits for the first deed to end
    other.join(10)

    assert told == ["case.step_out_of_turn"]


def test_a_standard_may_say_how_long_its_dispatch_takes(city: City) -> None:
    number = _reported(city, "E0501")

    case = actions.file_case(number, by=city.opal, at=MORNING)

    (promise,) = promises.open_of_subject(f"case:{case.pk}")
    assert (promise.kind, promise.limit) == ("case.dispatch", "1.5 work_hours")


def test_a_check_is_never_asked_of_the_organisation_that_handled_the_case(city: City) -> None:
    # The nearest collector belongs to the street office, which handles this case itself.
    number = _reported(city)
    actions.file_case(number, by=city.opal, at=MORNING)
    actions.dispatch_case(
        number, organisation_id=city.organisations["street-1"], by=city.dora, at=MORNING
    )
    case = actions.accept_case(number, by=city.harry, at=MORNING)
    show(case.pk, "after", by=city.harry, at=MORNING)

    case = actions.complete_case(number, by=city.harry, at=MORNING)

    assert case.checker_post_id == city.stella.post_id


def test_the_clock_leaves_alone_what_is_late_at_the_top_level(city: City) -> None:
    number = _dispatched(city)
    for day in range(1, 8):
        jobs.tick(MORNING + timedelta(days=day))
    at = MORNING + timedelta(days=8)
    actions.return_case(number, reason_code="not_ours", by=city.henry, at=at)

    other = city.organisations["lighting"]
    actions.dispatch_case(number, organisation_id=other, by=city.dora, at=at)

    case = Case.objects.get(number=number)
    assert (case.level, case.raise_at) == ("city", None)
    assert jobs.tick(at + timedelta(days=30)) == 0


def test_a_limit_into_a_year_without_holidays_can_still_be_promised(city: City) -> None:
    autumn = MORNING + timedelta(days=250)
    new = NewReport(category_code="C0402", text="枯", longitude=LONGITUDE, latitude=LATITUDE)
    number = actions.report(new, by=city.rita, at=autumn).number
    actions.file_case(number, by=city.opal, at=autumn)
    party = city.organisations["street-1"]

    actions.dispatch_case(number, organisation_id=party, by=city.dora, at=autumn)

    case = Case.objects.get(number=number)
    assert case.due_at is not None
    assert case.due_at.year == MORNING.year + 1
    assert case.raise_at == case.due_at


def test_a_second_clock_raises_nothing_again(city: City) -> None:
    number = _dispatched(city)
    late = MORNING + timedelta(days=1)

    for _ in range(2):
        actions.raise_by_clock(number, at=late)

    assert Case.objects.get(number=number).level_rises == 1


def test_a_second_clock_resumes_nothing_again(city: City) -> None:
    number = _dispatched(city)
    actions.suspend_case(
        number, reason_code="season", resume_on=TODAY + timedelta(days=1), by=city.dora, at=MORNING
    )
    next_day = MORNING + timedelta(days=1)

    for _ in range(2):
        actions.resume_by_clock(number, at=next_day)

    assert Case.objects.get(number=number).state == State.DISPATCHED
