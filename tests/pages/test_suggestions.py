"""Suggestions for blacking out in a browser: by tap, by keyboard, all at once, without script."""

from typing import Any

import pytest

from gongzhi.evidence import queries as evidence
from tests.cast import City
from tests.evidence import faces

from .conftest import Visits
from .test_case_page import reported, show
from .test_the_loop import WAYS

pytest.importorskip("cv2", reason="the extra `privacy` is not installed")
pytestmark = pytest.mark.browser


@pytest.fixture
def use(town: City) -> Any:
    """Return a photograph with two faces and a plate."""
    _, case_id = reported(town)
    return show(case_id, "before", faces.street(), town=town)


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_one_is_taken_by_a_tap_one_by_a_key_and_one_is_left(
    use: Any, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language, "opal") as operator:
        operator.open(f"/files/{use.id}/blackout")
        operator.page.locator('[data-suggestion="0"] .dashes').click()
        operator.page.locator("[name=take]").nth(1).focus()
        operator.page.keyboard.press("Space")
        dark = operator.page.locator(".suggested .is-taken").count()
        operator.page.fill("#blackout-reason", "人脸 / a face")
        operator.press(".boxes button.main")

    assert dark == 2
    assert len(evidence.hidden_parts(use).own) == 2
    assert evidence.use_of(use.id).likenesses == ()


def test_a_second_tap_takes_it_back_and_a_drag_draws_a_rectangle(use: Any, visits: Visits) -> None:
    with visits("phone", "zh", "opal") as operator:
        operator.open(f"/files/{use.id}/blackout")
        dashes = operator.page.locator('[data-suggestion="0"] .dashes')
        operator.press("[data-take-all]")
        all_dark = operator.page.locator(".suggested .is-taken").count()
        dashes.click()
        corner = dashes.bounding_box()
        operator.page.mouse.move(corner["x"] + 10, corner["y"] + 10)
        operator.page.mouse.down()
        operator.page.mouse.move(corner["x"] + 60, corner["y"] + 60, steps=4)
        operator.page.mouse.up()
        ticked = operator.page.eval_on_selector_all(
            "[name=take]:checked", "all => all.map(one => one.value)"
        )
        drawn = operator.page.locator(".board-box:visible").count()

    assert (all_dark, ticked, drawn) == (3, ["1", "2"], 1)


def test_all_are_taken_without_script(use: Any, visits: Visits) -> None:
    with visits("phone", "en", "opal", java_script_enabled=False) as operator:
        operator.page.goto(f"{operator.base}/files/{use.id}/blackout")
        operator.page.click("[data-take-all]")
        operator.page.fill("#blackout-reason", "faces and a plate")
        operator.page.click(".boxes button.main")
        operator.page.wait_for_selector(".told")

    assert len(evidence.hidden_parts(use).own) == 3


def test_a_false_alarm_is_put_away_from_the_case_on(use: Any, visits: Visits) -> None:
    number = ""
    with visits("desk", "en", "opal") as operator:
        operator.open(f"/files/{use.id}/blackout")
        number = operator.page.locator(".lead a").inner_text()
        operator.open(f"/cases/{number}")
        before = operator.page.locator(".picture-hint").inner_text()
        operator.page.click(".picture-deeds a[href$=blackout]")
        operator.press("button[form=leave-as-it-is]")
        after = operator.page.locator(".picture-hint").count()

    assert before == "perhaps a face and a number plate"
    assert after == 0
    assert evidence.hidden_parts(use).own == ()
