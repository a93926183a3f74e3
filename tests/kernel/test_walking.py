"""The order of a walk: against every order there is, for few places."""

import itertools
import random
import time

import pytest

from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.walking import Point, walking_order

START = (120.0, 30.0)


def scattered(count: int, seed: int) -> list[Point]:
    chance = random.Random(seed)
    return [
        (120 + chance.uniform(-0.01, 0.01), 30 + chance.uniform(-0.01, 0.01)) for _ in range(count)
    ]


def length(points: list[Point], order: tuple[int, ...]) -> float:
    way = [START, *(points[place] for place in order)]
    return sum(metres_between(*one, *other) for one, other in itertools.pairwise(way))


def nearest_first(points: list[Point]) -> float:
    here, left, total = START, list(points), 0.0
    while left:
        there = min(left, key=lambda one: metres_between(*here, *one))
        total += metres_between(*here, *there)
        left.remove(there)
        here = there
    return total


def test_of_few_places_the_order_is_on_average_within_a_twentieth_of_the_shortest() -> None:
    excess = []
    for seed in range(40):
        points = scattered(3 + seed % 5, seed)
        best = min(length(points, order) for order in itertools.permutations(range(len(points))))

        walk = walking_order(points, start=START)

        excess.append(walk.metres / best - 1)

    assert sum(excess) / len(excess) < 0.05


@pytest.mark.parametrize("seed", range(20))
def test_the_way_is_never_longer_than_taking_the_nearest_next(seed: int) -> None:
    points = scattered(5 + 2 * seed, seed)

    walk = walking_order(points, start=START)

    assert walk.metres <= nearest_first(points) + 1e-3
    assert walk.metres == pytest.approx(length(points, walk.order))
    assert sorted(walk.order) == list(range(len(points)))


def test_what_comes_first_comes_before_all_others() -> None:
    points = scattered(12, 1)
    late = [place in {3, 7, 9} for place in range(12)]

    walk = walking_order(points, start=START, first=late)

    assert set(walk.order[:3]) == {3, 7, 9}


def test_the_same_places_give_the_same_order() -> None:
    points = [(120.0, 30.0)] * 4 + scattered(8, 2)

    orders = {walking_order(points, start=START).order for _ in range(3)}

    assert len(orders) == 1


def test_no_place_is_no_way_and_one_without_a_start_is_none_either() -> None:
    assert walking_order([]).metres == 0
    assert walking_order([START]).legs == (0.0,)


def test_sixty_places_are_ordered_while_nobody_notices() -> None:
    begun = time.perf_counter()

    walking_order(scattered(60, 5), start=START)

    assert time.perf_counter() - begun < 2
