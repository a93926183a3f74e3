"""Paths, repairs and choices, without a database."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.refusals import Refusal
from gongzhi.places import rules, words
from gongzhi.places.rules import path_of, path_range, refusals
from gongzhi.places.rules.paths import steps_of
from gongzhi.places.rules.shapes import choose_parents, find_overlaps, suggest_repair

keys = st.integers(0, 36**5 - 1)


@given(st.lists(keys, max_size=6))
def test_a_path_tells_its_steps(steps: list[int]) -> None:
    path = ""
    for step in steps:
        path = path_of(step, path)

    assert steps_of(path) == tuple(steps)
    assert len(path) == 5 * len(steps)


@given(st.lists(keys, max_size=4), st.lists(keys, max_size=4))
def test_a_range_holds_the_subtree_and_nothing_else(one: list[int], other: list[int]) -> None:
    prefix = "".join(path_of(step) for step in one)
    path = "".join(path_of(step) for step in other)

    low, high = path_range(prefix)

    assert (low <= path < high) == path.startswith(prefix)


def test_paths_hold_only_digits_and_lower_letters_of_one_width() -> None:
    assert path_of(0) == "00000"
    assert path_of(35) == "0000z"
    assert path_of(36, "00001") == "0000100010"
    assert path_range("0000z") == ("0000z", "00010"[:4])


def test_a_key_that_does_not_fit_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        path_of(36**5)


def test_a_repair_keeps_polygons_and_tells_what_was_wrong() -> None:
    bowtie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])

    repair = suggest_repair(bowtie)

    assert repair.fault is rules.SelfCrossing
    assert (repair.longitude, repair.latitude) == (1, 1)
    assert repair.shape.is_valid
    assert repair.shape.area == 2
    assert repair.told_change == "?"


def test_the_parent_is_the_area_that_holds_most() -> None:
    candidates = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)])
    shapes = np.array(
        [shapely.box(0.8, 0, 1.8, 1), shapely.box(0.2, 0.2, 0.3, 0.3), shapely.box(9, 9, 10, 10)]
    )

    choices = choose_parents(shapes, candidates)

    assert [one.place for one in choices] == [1, 0, -1]
    assert [one.share for one in choices] == pytest.approx([0.8, 1.0, 0.0])


def test_areas_that_only_touch_do_not_overlap() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0.5, 0, 1, 1)])

    overlaps = find_overlaps(shapes, np.array([False, False, True]))

    assert [(one.place, one.other, one.share) for one in overlaps] == [(2, 0, 1.0)]


def test_every_refusal_has_a_sentence() -> None:
    codes = {
        thing.code
        for thing in vars(refusals).values()
        if isinstance(thing, type)
        and issubclass(thing, Refusal)
        and thing.__module__ == refusals.__name__
    }

    assert codes == set(words.REFUSALS)
