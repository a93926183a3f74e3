"""Notices in a real browser: narrow and wide, in both languages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport
from gongzhi.notices import actions
from tests.cast import City, point_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "language"), [("phone", "zh"), ("desk", "en")])
def test_a_resident_reads_what_became_of_the_report_and_marks_it(
    visits: Any, town: City, width: str, language: str
) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    at = timezone.now() - timedelta(minutes=5)
    number = cases.report(new, by=town.rita, at=at).number
    cases.file_case(number, by=town.opal, at=at)
    actions.tell(timezone.now())

    with visits(width, language, "rita") as rita:
        rita.open("/notices")
        before = rita.page.inner_text("header")
        rita.press(".notices form button")
        after = rita.page.inner_text("header")
        rita.press("#preferences button.main")
        rita.press(".notices a.owed-name")

        assert "1" in before
        assert "1" not in after
        assert rita.page.url.endswith(f"/cases/{number}")


def test_an_administrator_opens_the_log_on_a_phone(visits: Any) -> None:
    with visits("phone", "zh", "sysa") as sysa:
        sysa.open("/notices/log")
