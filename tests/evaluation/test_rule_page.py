"""The page of the board's figures: its numbers are the numbers that the code gives."""

from datetime import timedelta

import pytest

from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions, queries
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.queries.lists import AGES
from gongzhi.cases.rules import NewReport
from gongzhi.commitments.rules import Rate
from gongzhi.evaluation.rules import is_few, median_seconds
from gongzhi.evaluation.web.doors import percent_words
from tests.cast import MORNING, City, point_in
from tests.contracts.test_rule_pages import rows

PAGE = "board-figures.md"
UNITS = {"hours": timedelta(hours=1), "days": timedelta(days=1)}


@pytest.mark.parametrize("row", rows(PAGE, "percent"))
def test_a_rate_of_the_page_is_shown_and_marked_as_told(row: list[str]) -> None:
    kept, due, told, mark = row
    rate = Rate(int(kept), int(due) - int(kept), int(due))

    assert (percent_words(rate.share) or "n/a") == told
    assert is_few(rate.due) == (mark == "few")


@pytest.mark.parametrize("row", rows(PAGE, "median"))
def test_a_median_of_the_page_is_the_one_the_code_gives(row: list[str]) -> None:
    spans, told = row

    assert median_seconds([int(one) for one in spans.split(",")]) == int(told)


@pytest.mark.parametrize("row", rows(PAGE, "ages"))
def test_a_case_is_of_the_age_that_the_page_tells(city: City, row: list[str]) -> None:
    before, told = row
    count, unit = before.split()
    at = MORNING + int(count) * UNITS[unit]
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    actions.report(new, by=city.rita, at=MORNING)
    questions = {
        code: CaseFilter(is_open=True, age_from=begin, age_before=end)
        for code, (begin, end) in AGES.items()
    }

    counts = queries.case_counts(SYSTEM, questions, at=at)

    assert [code for code, found in counts.items() if found] == [told]
