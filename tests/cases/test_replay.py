"""The ledger alone tells every row; a damaged row is found and written anew."""

from datetime import timedelta

import pytest

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.rules import NewReport
from tests.cast import MORNING, City, point_in


def _some_cases(city: City) -> list[str]:
    longitude, latitude = point_in(0, 0, east=0.123456789, north=0.987654321)
    numbers = []
    for category in ("E0110", "C0137", "E0501"):
        new = NewReport(category_code=category, longitude=longitude, latitude=latitude)
        told = actions.report(new, by=city.rita, at=MORNING + timedelta(microseconds=1))
        actions.file_case(told.number, by=city.opal, at=MORNING)
        numbers.append(told.number)
    actions.dispatch_case(numbers[0], by=city.dora, at=MORNING)
    return numbers


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "handling"), ("longitude", 12.5), ("due_at", None), ("answer", {}), ("returns", 7)],
)
def test_a_row_altered_by_hand_is_named_and_restored_exactly(
    city: City, column: str, value: object
) -> None:
    numbers = _some_cases(city)
    before = Case.objects.filter(number=numbers[0]).values().get()
    assert list(queries.discrepancies()) == []
    Case.objects.filter(number=numbers[0]).update(**{column: value})

    found = list(queries.discrepancies())
    actions.restore_cases([one.case_id for one in found])

    assert [(one.number, one.column) for one in found] == [(numbers[0], column)]
    assert Case.objects.filter(number=numbers[0]).values().get() == before
    assert list(queries.discrepancies()) == []
