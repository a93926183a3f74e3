"""Figures over cases: each is the length of the list it stands for."""

from datetime import timedelta

import pytest

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.rules import NewReport, State
from tests.cast import MORNING, City, point_in

DAY = timedelta(days=1)
QUESTIONS = {
    "all": CaseFilter(),
    "open": CaseFilter(is_open=True),
    "late": CaseFilter(is_late=True),
    "public": CaseFilter(is_public=True),
    "first days": CaseFilter(reported_before=MORNING + 3 * DAY),
    "later days": CaseFilter(reported_from=MORNING + 3 * DAY),
    "young": CaseFilter(age_before=3),
    "old": CaseFilter(age_from=3),
    "returned": CaseFilter(course="returned"),
    "raised": CaseFilter(course="raised"),
    "reopened": CaseFilter(course="reopened"),
    "closed": CaseFilter(states=(State.CLOSED,), ended_from=MORNING, ended_before=MORNING + DAY),
}


@pytest.fixture
def numbers(city: City) -> list[str]:
    """Report a case a day for six days, in all four communities, one of them not public."""
    told = []
    for day in range(6):
        longitude, latitude = point_in(day % 2, day // 2 % 2)
        code = "E0403" if day == 4 else "E0110"
        new = NewReport(category_code=code, text="x", longitude=longitude, latitude=latitude)
        told.append(actions.report(new, by=city.rita, at=MORNING + day * DAY).number)
    Case.objects.filter(number=told[0]).update(returns=2, level_rises=1)
    Case.objects.filter(number=told[1]).update(returns=1, reopenings=1)
    return told


@pytest.mark.parametrize("login", ["", "rita", "rolf", "opal", "cora", "henry", "lea"])
def test_a_figure_is_the_length_of_its_list_for_every_reader(
    city: City, numbers: list[str], login: str
) -> None:
    viewer = getattr(city, login) if login else ANONYMOUS
    at = MORNING + 6 * DAY

    counts = queries.case_counts(viewer, QUESTIONS, at=at)

    assert counts == {
        name: len(queries.case_list(viewer, at=at, narrowed=one).lines)
        for name, one in QUESTIONS.items()
    }


def test_an_age_counts_whole_days_back_from_now(city: City, numbers: list[str]) -> None:
    at = MORNING + 5 * DAY

    def listed(narrowed: CaseFilter) -> list[str]:
        return [one.number for one in queries.case_list(city.lea, at=at, narrowed=narrowed).lines]

    assert listed(CaseFilter(age_before=1)) == numbers[5:]
    assert listed(CaseFilter(age_from=1, age_before=3)) == numbers[4:2:-1]
    assert listed(CaseFilter(age_from=3)) == numbers[2::-1]


def test_a_public_list_is_the_same_for_who_sees_more(city: City, numbers: list[str]) -> None:
    public = CaseFilter(is_public=True)

    lists = [
        [one.number for one in queries.case_list(who, at=MORNING, narrowed=public).lines]
        for who in (ANONYMOUS, city.rita, city.lea)
    ]

    assert lists[0] == lists[1] == lists[2]
    assert numbers[4] not in lists[0]
    assert len(lists[0]) == 5


def test_heads_name_only_what_the_reader_may_see(city: City, numbers: list[str]) -> None:
    ids = list(Case.objects.values_list("pk", flat=True))

    assert len(queries.case_heads(city.lea, ids)) == 6
    assert len(queries.case_heads(ANONYMOUS, ids)) == 5
    assert queries.case_heads(ANONYMOUS, []) == {}


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_that_is_none_narrows_nothing(city: City, text: str) -> None:
    from django.http import QueryDict

    from gongzhi.cases.web.lists import filter_of

    given = QueryDict(mutable=True)
    given.update({"reported_until": text, "age": text, "course": text})

    assert filter_of(given) == CaseFilter()
