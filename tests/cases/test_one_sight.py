"""List, page, map, search, export and figures agree on what each reader may see."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from gongzhi.accounts.rules import Actor
from gongzhi.cases import queries
from gongzhi.cases.actions.searching import reindex_cases
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.rules import CaseNotFound, State
from gongzhi.kernel.quadkeys import tile_of
from tests.cast import MORNING, City

from .test_who_sees import _cases, _viewers

LATER = MORNING + timedelta(hours=2)
NEAR, FAR = 18, 9  # zooms: every case by itself, a whole city in few tiles


def _filters(chance: random.Random, cases: list[Case]) -> list[CaseFilter]:
    """Return filters of every kind, and some that are drawn."""
    paths = sorted({case.area_path[: 5 * depth] for case in cases for depth in range(1, 5)})
    return [
        CaseFilter(),
        CaseFilter(is_open=True),
        CaseFilter(is_late=True),
        CaseFilter(text="有"),
        CaseFilter(states=(State.CLOSED, State.FILED)),
        CaseFilter(text="有", area_path=chance.choice(paths), is_open=True),
        CaseFilter(category_code="E0110", area_path=chance.choice(paths)),
        CaseFilter(organisation_id=chance.choice([case.organisation_id for case in cases])),
    ]


def _listed(viewer: Actor, narrowed: CaseFilter) -> Iterator[str]:
    cursor = ""
    while True:
        page = queries.case_list(viewer, at=LATER, narrowed=narrowed, after=cursor, limit=25)
        yield from (line.number for line in page.lines)
        cursor = page.next_cursor
        if not cursor:
            return


def _drawn(viewer: Actor, narrowed: CaseFilter, cases: list[Case]) -> set[str]:
    """Return the numbers that the map shows, over all tiles in which cases lie."""
    tiles = {tile_of(case.quadkey, NEAR) for case in cases if case.quadkey is not None}
    return {
        point.number
        for x, y in tiles
        for point in queries.tile_cases(
            viewer, NEAR, x, y, at=LATER, narrowed=narrowed, with_closed=True
        ).points
    }


def _counted(viewer: Actor, narrowed: CaseFilter, cases: list[Case]) -> int:
    """Return how many cases the map counts from afar."""
    tiles = {tile_of(case.quadkey, FAR) for case in cases if case.quadkey is not None}
    shown = [
        queries.tile_cases(viewer, FAR, x, y, at=LATER, narrowed=narrowed, with_closed=True)
        for x, y in tiles
    ]
    return sum(len(one.points) + sum(disc.count for disc in one.clusters) for one in shown)


def _may_open(viewer: Actor, number: str) -> bool:
    try:
        queries.case_page(number, viewer=viewer, at=LATER)
    except CaseNotFound:
        return False
    return True


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_all_ways_to_a_case_show_a_reader_the_same(city: City, seed: int) -> None:
    chance = random.Random(seed)
    cases = _cases(city, chance)
    reindex_cases()
    located = {case.number for case in cases if case.quadkey is not None}
    asked = 0

    for viewer in chance.sample(_viewers(city, chance, cases), k=24):
        whole = set(_listed(viewer, CaseFilter()))
        for narrowed in chance.sample(_filters(chance, cases), k=3):
            listed = list(_listed(viewer, narrowed))
            shown = set(listed)
            exported = [
                row.number for row in queries.export_rows(viewer, at=LATER, narrowed=narrowed)
            ]
            counts = queries.case_counts(
                viewer,
                {"all": CaseFilter(), "open": CaseFilter(is_open=True)},
                at=LATER,
                narrowed=narrowed,
            )
            context = (viewer, narrowed)
            assert len(listed) == len(shown), context
            assert shown <= whole, context
            assert exported == listed, context
            assert _drawn(viewer, narrowed, cases) == shown & located, context
            assert _counted(viewer, narrowed, cases) == len(shown & located), context
            assert counts["all"] == len(shown), context
            assert counts["open"] == len(set(_listed(viewer, CaseFilter(is_open=True))) & shown), (
                context
            )
            asked += 0 < len(shown) < len(cases)
        figures = queries.open_figures(viewer, at=LATER)
        assert figures.open == len(set(_listed(viewer, CaseFilter(is_open=True))))
        assert figures.late == len(set(_listed(viewer, CaseFilter(is_late=True))))
        for case in chance.sample(cases, k=4):
            assert _may_open(viewer, case.number) is (case.number in whole), (viewer, case.number)

    assert asked > 20
