"""Boards, the watch and sheets in a browser: with and without script, on a wall, in print."""

import io
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions
from gongzhi.cases.rules import NewReport
from tests.cast import City, point_in
from tests.evaluation.conftest import adopt
from tests.evaluation.test_boards import closed

from .conftest import Visits

pytestmark = pytest.mark.browser

WAYS = [(width, language) for width in ("phone", "desk") for language in ("zh", "en")]


def late_case() -> str:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    return actions.report(new, by=SYSTEM, at=timezone.now() - timedelta(days=6)).number


def lines_of(visitor: Any) -> int:
    return int(visitor.page.locator("main .owed > li, main .cell-matter").count())


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_resident_reads_the_board_and_opens_what_is_overdue(
    town: City, visits: Visits, width: str, language: str
) -> None:
    adopt(40)
    late_case()
    with visits(width, language) as resident:
        resident.open("/board")
        resident.press(".deeds .button.main")
        resident.page.wait_for_selector(".chart canvas")
        resident.look()
        late = resident.page.locator(".board-figures a.state-broken")
        told = int(late.locator("strong").inner_text())
        late.click()
        resident.page.wait_for_load_state()
        resident.look()

        assert lines_of(resident) == told > 0


def test_the_board_says_the_same_without_script(town: City, visits: Visits) -> None:
    adopt(40)
    with visits("phone", "zh", java_script_enabled=False) as plain:
        plain.page.goto(f"{plain.base}/board/all")

        assert plain.page.locator("#months tbody tr").count() >= 1
        assert not plain.page.is_visible(".charts")
        assert plain.page.is_visible("#parties-head")


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_leader_opens_a_figure_of_the_watch_and_urges_from_its_line(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = late_case()
    with visits(width, language, "lea") as leader:
        leader.open("/watch")
        late = leader.page.locator(".watch .figures a.state-broken")
        told = int(late.locator("strong").inner_text())
        late.click()
        leader.page.wait_for_load_state()
        assert lines_of(leader) == told
        leader.look()
        leader.page.click(".urge summary")
        leader.page.fill(".urge textarea", "今天清完 / today, please")
        leader.press(".urge button")

        assert "/promises" in leader.page.url
        assert number in leader.page.inner_text(".told")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_wall_is_read_from_afar(town: City, visits: Visits, scheme: str) -> None:
    adopt(40)
    with visits("desk", "zh", "hugo", color_scheme=scheme) as head:
        head.open("/watch?wall=1")

        size = head.page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.figures strong')).fontSize)"
        )
        assert size >= 80
        assert head.page.locator("nav, form, script").count() == 0


@pytest.mark.parametrize(("width", "language"), [("phone", "zh"), ("desk", "en")])
def test_a_supervisor_prints_two_pictures_and_one_list(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = closed(town, at=timezone.now() - timedelta(hours=2))
    with visits(width, language, "lea") as leader:
        leader.open(f"/cases/{number}/sheet")
        assert leader.page.locator(".sheet-pair img").count() == 2
        address = leader.page.get_attribute(".deeds .button.main", "href")
        answer = leader.page.request.get(f"{leader.base}{address}")
        many = leader.page.request.get(f"{leader.base}/cases/sheets.pdf?state=closed")

        one = pypdf.PdfReader(io.BytesIO(answer.body()))
        assert len(one.pages[0].images) == 2
        assert len(pypdf.PdfReader(io.BytesIO(many.body())).pages) == 2
