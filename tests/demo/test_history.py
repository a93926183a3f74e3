"""The history of the demonstration city: sorted, reproducible, and true to itself."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
import shapely

from gongzhi.demo.rules.city import City, make_city
from gongzhi.demo.rules.history import (
    MERGE_METRES,
    RELAPSE_METRES,
    SOURCES,
    Happening,
    History,
    Outcome,
    Report,
    Step,
    working_to_wall,
    write_history,
)
from gongzhi.demo.rules.matters import MATTERS, RELAPSE_DAYS, SEASONS
from gongzhi.demo.rules.people import KINDS

UNTIL = datetime(2026, 7, 15, 4, 30, tzinfo=UTC)

FOLLOWS = {
    Step.ASK_VERIFICATION: {Step.REPORT},
    Step.VERIFY: {Step.ASK_VERIFICATION},
    Step.DECLINE: {Step.REPORT, Step.VERIFY},
    Step.MERGE: {Step.REPORT},
    Step.FILE: {Step.REPORT, Step.VERIFY},
    Step.FIX_ON_SPOT: {Step.REPORT},
    Step.DISPATCH: {Step.FILE, Step.RETURN, Step.REOPEN},
    Step.RETURN: {Step.DISPATCH},
    Step.ACCEPT: {Step.DISPATCH},
    Step.REACH_STAGE: {Step.ACCEPT},
    Step.ASK_EXTENSION: {Step.ACCEPT, Step.REACH_STAGE},
    Step.GRANT_EXTENSION: {Step.ASK_EXTENSION},
    Step.SUSPEND: {Step.ACCEPT, Step.REACH_STAGE},
    Step.RESUME: {Step.SUSPEND},
    Step.URGE: {Step.ACCEPT, Step.REACH_STAGE, Step.GRANT_EXTENSION, Step.RESUME},
    Step.COMPLETE: {
        Step.ACCEPT,
        Step.REACH_STAGE,
        Step.GRANT_EXTENSION,
        Step.RESUME,
        Step.URGE,
        Step.CHECK,
    },
    Step.ASK_CHECK: {Step.COMPLETE},
    Step.CHECK: {Step.ASK_CHECK},
    Step.CLOSE: {Step.CHECK, Step.FIX_ON_SPOT},
    Step.RATE: {Step.CLOSE},
    Step.REOPEN: {Step.RATE},
}


@cache
def small() -> tuple[City, History]:
    """Return a small city and its history, made once for all tests of this module."""
    city = make_city("small", 5)
    return city, write_history(city, until=UNTIL)


def happenings() -> tuple[Happening, ...]:
    return small()[1].happenings


def metres(one: Report, two: Report) -> float:
    east = (one.lon - two.lon) * np.cos(np.radians(one.lat))
    return float(np.radians(np.hypot(east, one.lat - two.lat)) * 6_371_008.8)


def test_the_same_city_and_end_give_the_same_history() -> None:
    city, history = small()

    assert write_history(city, until=UNTIL) == history


def test_another_seed_or_end_gives_another_history() -> None:
    city, history = small()

    other = write_history(make_city("small", 6), until=UNTIL)
    later = write_history(city, until=UNTIL + timedelta(days=1))

    assert other.happenings != history.happenings
    assert later.happenings != history.happenings


def test_a_small_history_has_about_its_number_of_cases() -> None:
    wanted = small()[0].size.cases

    count = len(happenings())

    assert 0.9 * wanted < count < 1.1 * wanted


def test_reports_and_deeds_are_in_order_of_time_and_end_in_time() -> None:
    history = small()[1]

    reports = [happening.report.at for happening in history.happenings]
    deeds = [deed.at for deed in history.deeds()]

    assert reports == sorted(reports)
    assert deeds == sorted(deeds)
    assert history.since <= deeds[0]
    assert deeds[-1] <= history.until
    assert all(at.tzinfo is not None for at in deeds)


def test_each_deed_follows_one_that_allows_it() -> None:
    for happening in happenings():
        steps = [deed.step for deed in happening.deeds]

        assert steps[0] is Step.REPORT
        assert all(before in FOLLOWS[after] for before, after in itertools.pairwise(steps))
        assert all(one.at <= two.at for one, two in itertools.pairwise(happening.deeds))
        assert {deed.key for deed in happening.deeds} == {happening.report.key}


def test_a_fate_says_what_the_deeds_did() -> None:
    for happening in happenings():
        fate, steps = happening.fate, Counter(deed.step for deed in happening.deeds)

        assert fate.is_verified == (steps[Step.VERIFY] > 0)
        assert fate.returns == steps[Step.RETURN]
        assert (fate.returns > 0) <= (fate.wrong_kind in KINDS)
        assert fate.is_reopened == (steps[Step.REOPEN] > 0)
        assert (fate.outcome is Outcome.MERGED) == bool(fate.merged_into)
        assert (fate.outcome is Outcome.DECLINED) == (steps[Step.DECLINE] > 0)
        assert (fate.rating is not None) == (steps[Step.RATE] > 0)
        if fate.outcome in {Outcome.CLOSED, Outcome.FIXED}:
            assert steps[Step.CLOSE] == 1 + steps[Step.REOPEN]


def test_a_duplicate_is_merged_into_an_earlier_open_report_close_by() -> None:
    by_key = {happening.report.key: happening for happening in happenings()}
    merged = [h for h in happenings() if h.fate.merged_into]

    assert len(merged) > 15
    for happening in merged:
        target = by_key[happening.fate.merged_into]
        assert target.report.at < happening.report.at
        assert target.report.category_code == happening.report.category_code
        assert metres(target.report, happening.report) <= MERGE_METRES + 0.1
        assert not target.fate.merged_into
        closed = [deed.at for deed in target.deeds if deed.step is Step.CLOSE]
        assert all(happening.deeds[-1].at < at for at in closed)


def test_a_relapse_comes_to_the_same_place_within_days_of_the_cleaning() -> None:
    by_key = {happening.report.key: happening for happening in happenings()}
    relapses = [h for h in happenings() if h.report.recurrence_of]

    assert len(relapses) > 80
    for happening in relapses:
        first = by_key[happening.report.recurrence_of]
        done = next(d.at for d in first.deeds if d.step in {Step.COMPLETE, Step.FIX_ON_SPOT})
        assert happening.report.category_code == first.report.category_code
        assert timedelta(0) < happening.report.at - done <= timedelta(days=RELAPSE_DAYS + 1)
        assert metres(first.report, happening.report) <= RELAPSE_METRES + 0.1


def test_every_turn_of_the_loop_occurs() -> None:
    steps = Counter(deed.step for happening in happenings() for deed in happening.deeds)
    outcomes = Counter(happening.fate.outcome for happening in happenings())

    assert set(steps) == set(Step)
    assert set(outcomes) == set(Outcome)
    assert outcomes[Outcome.CLOSED] > len(happenings()) * 0.7
    assert any(happening.fate.reworks for happening in happenings())
    assert {happening.report.source for happening in happenings()} == set(SOURCES)


def test_slow_crews_are_late_more_often_than_others() -> None:
    city, history = small()
    kinds = {matter.category: matter.kind for matter in MATTERS}
    roads = {road.code: road.district_code for road in city.roads}
    slow = {(crew.kind, crew.district_code) for crew in history.slow_crews}
    late: dict[bool, list[bool]] = {True: [], False: []}

    for h in history.happenings:
        if any(deed.step is Step.COMPLETE for deed in h.deeds):
            crew = (kinds[h.report.category_code], roads[h.report.road_code])
            late[crew in slow].append(h.fate.is_late)

    assert np.mean(late[True]) > 2 * np.mean(late[False])


def test_people_report_by_day_and_patrols_do_not_walk_at_night() -> None:
    hours = Counter(happening.report.at.hour for happening in happenings())
    patrols = {
        h.report.at.hour for h in happenings() if h.report.source in {"collector", "steward"}
    }

    assert sum(hours[hour] for hour in range(8, 20)) > 3 * sum(hours[hour] for hour in range(6))
    assert patrols <= set(range(7, 20))


def test_few_roads_see_much_of_the_trouble() -> None:
    roads = Counter(happening.report.road_code for happening in happenings())

    busiest = sum(count for _, count in roads.most_common(len(small()[0].roads) // 5))

    assert busiest > 0.4 * len(happenings())


def test_reports_lie_in_the_city_and_name_their_facility() -> None:
    city = small()[0]
    facilities = {thing.code: thing.category_code for thing in city.facilities}

    for happening in happenings():
        report = happening.report
        assert city.outline.covers(shapely.Point(report.lon, report.lat))
        assert bool(report.facility_code) == report.category_code.startswith("C")
        assert not report.facility_code or facilities[report.facility_code] == report.category_code
        assert 5 < len(report.text_zh) < 80


@pytest.mark.parametrize("matter", MATTERS, ids=lambda matter: matter.category)
def test_a_matter_is_well_formed(matter: object) -> None:
    row = next(candidate for candidate in MATTERS if candidate is matter)

    assert len(SEASONS[row.season]) == 12
    assert row.kind in KINDS
    assert not row.confused or row.confused in KINDS
    assert row.confused != row.kind
    assert all(text.startswith("{at}") for text in row.texts)
    assert row.place in {"facility", "road", "shop", "lane", "centre"}
    assert (row.place == "facility") == row.category.startswith("C")


def test_eight_hours_of_work_from_saturday_evening_end_after_monday() -> None:
    saturday = datetime(2026, 7, 11, 19, 0, tzinfo=UTC)

    done = working_to_wall(saturday, 8.0)

    assert done == datetime(2026, 7, 13, 18, 0, tzinfo=UTC)
