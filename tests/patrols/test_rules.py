"""Patrols in pure rules: which points are kept, who may look, who may call."""

from datetime import UTC, datetime, timedelta

import pytest

from gongzhi.accounts.rules import Actor, Role
from gongzhi.patrols.rules import (
    BegunWrongly,
    EndedWrongly,
    TrackPoint,
    check_begin,
    check_end,
    judge,
    length_m,
    may_call,
    may_look,
)

BEGUN = datetime(2026, 3, 10, 1, tzinfo=UTC)
NOON = BEGUN + timedelta(hours=3)
DEGREE_M = 111_195  # metres of one degree of latitude


def point(minutes: float, north_m: float = 0, accuracy_m: float = 5) -> TrackPoint:
    at = BEGUN + timedelta(minutes=minutes)
    return TrackPoint(at, 120.0, 30.0 + north_m / DEGREE_M, accuracy_m)


def test_points_before_the_beginning_after_the_end_or_in_the_future_are_refused() -> None:
    points = [point(-1), point(10), point(61), point(300)]

    within = judge(points, begun_at=BEGUN, ended_at=BEGUN + timedelta(hours=1), at=NOON)
    running = judge(points, begun_at=BEGUN, ended_at=None, at=NOON)

    assert ([one.at for one in within.kept], within.refused) == ([points[1].at], 3)
    assert running.refused == 2


@pytest.mark.parametrize(
    "bad",
    [
        TrackPoint(BEGUN, 0.0, 0.0, 5),
        TrackPoint(BEGUN, 200.0, 30.0, 5),
        TrackPoint(BEGUN, float("nan"), 30.0, 5),
        TrackPoint(BEGUN, 120.0, 30.0, -1),
    ],
)
def test_what_is_no_position_is_refused(bad: TrackPoint) -> None:
    assert judge([bad], begun_at=BEGUN, ended_at=None, at=NOON).refused == 1


def test_points_that_say_nothing_new_or_nothing_certain_are_thinned_out() -> None:
    points = [
        point(0),
        point(0.5, 5),  # the same place
        point(1, 20),
        point(1.5, 40, accuracy_m=400),  # vague
        point(1.6, 9_000),  # nobody walks so fast
        point(4, 22),  # the same place, but later
    ]

    judged = judge(points, begun_at=BEGUN, ended_at=None, at=NOON)

    assert list(judged.kept) == [points[0], points[2], points[5]]
    assert judged.thinned == 3


def test_a_batch_goes_on_from_the_last_point_kept_before() -> None:
    judged = judge([point(1, 3)], begun_at=BEGUN, ended_at=None, at=NOON, after=point(0.9))

    assert judged.kept == ()


def test_the_length_is_that_of_the_steps() -> None:
    track = [point(0), point(1, 100), point(2, 105), point(3, 205)]

    assert length_m(track) == pytest.approx(200, abs=1)


def test_a_patrol_begins_when_the_phone_said_but_not_in_the_future_nor_days_ago() -> None:
    longest = timedelta(hours=10)

    assert check_begin(BEGUN, at=NOON, longest=longest) == BEGUN
    assert check_begin(NOON + timedelta(minutes=1), at=NOON, longest=longest) == NOON
    for wrong in (NOON + timedelta(minutes=3), NOON - longest - timedelta(seconds=1)):
        with pytest.raises(BegunWrongly):
            check_begin(wrong, at=NOON, longest=longest)


def test_a_patrol_ends_after_it_began_and_not_in_the_future() -> None:
    soon = NOON + timedelta(minutes=1)

    assert check_end(soon, begun_at=BEGUN, at=NOON) == NOON
    for wrong in (BEGUN - timedelta(seconds=1), NOON + timedelta(minutes=3)):
        with pytest.raises(EndedWrongly):
            check_end(wrong, begun_at=BEGUN, at=NOON)


@pytest.mark.parametrize(
    ("viewer", "may"),
    [
        (Actor(person_id=7), True),
        (Actor(person_id=8, roles=frozenset({Role.COLLECTOR}), scopes=("aaaaa",)), False),
        (Actor(person_id=8, roles=frozenset({Role.OPERATOR}), scopes=("",)), False),
        (Actor(person_id=8, roles=frozenset({Role.SUPERVISOR}), scopes=("aaaaa",)), True),
        (Actor(person_id=8, roles=frozenset({Role.SUPERVISOR}), scopes=("bbbbb",)), False),
        (Actor(person_id=8, roles=frozenset({Role.LEADER}), scopes=("",)), True),
        (Actor(), False),
    ],
)
def test_a_way_is_seen_by_the_person_and_by_who_oversees_the_area(viewer: Actor, may: bool) -> None:
    assert may_look(viewer, person_id=7, area_path="aaaaabbbbb") is may


@pytest.mark.parametrize(
    ("roles", "scope", "other", "their_roles", "may"),
    [
        ({Role.STEWARD}, "aaaaa", "aaaaabbbbb", {Role.COLLECTOR}, True),
        ({Role.STEWARD}, "aaaaabbbbb", "aaaaa", {Role.COLLECTOR}, True),
        ({Role.STEWARD}, "aaaaa", "ccccc", {Role.COLLECTOR}, False),
        ({Role.STEWARD}, "aaaaa", "", {Role.HANDLER}, False),
        ({Role.HANDLER}, "", "ccccc", {Role.STEWARD}, True),
        ({Role.STEWARD}, "aaaaa", "aaaaa", {Role.LEADER}, False),
        ({Role.OPERATOR}, "", "aaaaa", {Role.COLLECTOR}, False),
    ],
)
def test_who_works_outside_may_call_who_works_outside_in_the_same_area(
    roles: set[Role], scope: str, other: str, their_roles: set[Role], may: bool
) -> None:
    viewer = Actor(person_id=1, post_id=1, roles=frozenset(roles), scopes=(scope,))

    assert may_call(viewer, roles=their_roles, scope_path=other) is may
