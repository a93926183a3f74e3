"""What reports, lists and pages cost: counted in statements, for 100 and for 100,000 cases."""

import copy
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.rules import NewReport, State
from gongzhi.kernel.ids import uuid7
from gongzhi.webkit.bulk import insert_rows
from tests.cast import MORNING, City, point_in

LONGITUDE, LATITUDE = point_in(0, 0)
NEW = NewReport(category_code="E0110", text="垃圾", longitude=LONGITUDE, latitude=LATITUDE)
LATER = MORNING + timedelta(days=1)


def _many(city: City, number: int) -> None:
    """Fill the table with copies of one case, as if as many had been reported."""
    told = actions.report(NEW, by=city.rita, at=MORNING)
    one = Case.objects.get(pk=told.case_id)
    start = int(MORNING.timestamp() * 1000)
    for batch in range(0, number, 5000):
        rows = []
        for place in range(batch, min(batch + 5000, number)):
            row = copy.copy(one)
            row.pk = uuid7(at_ms=start + place)
            row.number = f"X{place:09}"
            row.reported_at = MORNING - timedelta(seconds=place)
            rows.append(row)
        insert_rows(rows)


def _statements(deed: Callable[[], object]) -> int:
    deed()  # warm
    with CaptureQueriesContext(connection) as statements:
        deed()
    return len(statements)


@pytest.mark.parametrize("number", [100, 100_000])
def test_costs_do_not_grow_with_the_number_of_cases(city: City, number: int) -> None:
    _many(city, number)

    report = _statements(lambda: actions.report(NEW, by=city.rita, at=LATER))
    lists = {
        login: _statements(lambda: queries.case_list(getattr(city, login), at=LATER))  # noqa: B023
        for login in ("opal", "cora", "henry", "rita", "lea")
    }
    narrowed = _statements(
        lambda: queries.case_list(
            city.opal, at=LATER, narrowed=CaseFilter(states=(State.REPORTED,), is_late=True)
        )
    )
    similar = _statements(
        lambda: queries.similar_cases(
            city.rita, longitude=LONGITUDE, latitude=LATITUDE, kinds=("E0110",), at=LATER
        )
    )

    assert report <= 15
    assert max(lists.values()) <= 10
    assert narrowed <= 10
    assert similar <= 10


def test_a_list_of_one_and_a_list_of_fifty_cost_the_same(city: City) -> None:
    actions.report(NEW, by=city.rita, at=MORNING)
    one = _statements(lambda: queries.case_list(city.opal, at=LATER))
    _many(city, 60)

    fifty = _statements(lambda: queries.case_list(city.opal, at=LATER))

    assert fifty == one


def test_pages_of_a_list_follow_each_other_without_gap_or_repetition(city: City) -> None:
    _many(city, 120)
    seen: list[str] = []
    after = ""
    while True:
        page = queries.case_list(city.opal, at=LATER, after=after, limit=50)
        seen += [line.number for line in page.lines]
        after = page.next_cursor
        if not after:
            break

    assert len(seen) == len(set(seen)) == 121
