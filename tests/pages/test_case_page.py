"""The page of a case in a browser: sliding, doubting, judging, blacking out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions, queries
from gongzhi.cases.rules import NewReport, State
from gongzhi.demo.rules.pictures import picture
from gongzhi.evidence.actions import keep_file
from tests.cast import City, point_in

from .conftest import Visits
from .test_the_loop import WAYS

pytestmark = pytest.mark.browser

CODE = "ABCD-EFGH-JKMN"


def reported(town: City) -> tuple[str, Any]:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code="E0110",
        text="两袋垃圾",
        longitude=longitude,
        latitude=latitude,
        claim_code=CODE,
    )
    told = actions.report(new, by=ANONYMOUS, at=timezone.now())
    return told.number, told.case_id


def show(case_id: object, purpose: str, content: bytes, *, town: City) -> Any:
    return keep_file(
        content,
        name="a.jpg",
        purpose=purpose,
        subject=f"case:{case_id}",
        by=town.henry,
        at=timezone.now(),
    )


def worked_on(town: City, *, is_faked: bool) -> str:
    number, case_id = reported(town)
    before = picture("rubbish", "before", "a")
    show(case_id, "before", before, town=town)
    actions.file_case(number, by=town.opal, at=timezone.now())
    actions.dispatch_case(number, by=town.dora, at=timezone.now())
    actions.accept_case(number, by=town.henry, at=timezone.now())
    after = before if is_faked else picture("rubbish", "after", "a")
    show(case_id, "after", after, town=town)
    actions.complete_case(number, by=town.henry, at=timezone.now())
    return number


def a_file(view: str) -> Any:
    content = picture("rubbish", "before", view)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}


def hand_over_pictures(page: Any) -> tuple[str, str]:
    """Return how much of the upper picture is cut away, and what is told of it."""
    cut = page.evaluate("getComputedStyle(document.querySelector('.slider-before img')).clipPath")
    return cut, page.get_attribute("[data-slider-hand]", "aria-valuetext")


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_two_pictures_slide_by_keyboard_and_by_pointer(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = worked_on(town, is_faked=False)

    with visits(width, language) as reader:
        reader.open(f"/cases/{number}")
        hand = reader.page.locator("[data-slider-hand]")
        hand.focus()
        first = hand_over_pictures(reader.page)
        for _ in range(5):
            reader.page.keyboard.press("ArrowLeft")
        second = hand_over_pictures(reader.page)
        hand.scroll_into_view_if_needed()
        box = hand.bounding_box()
        reader.page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
        third = hand_over_pictures(reader.page)

    assert len({first, second, third}) == 3
    assert "45" in second[1]
    assert int("".join(sign for sign in third[1] if sign.isdigit())) > 80


def test_without_script_two_pictures_stand_beside_each_other(town: City, visits: Visits) -> None:
    number = worked_on(town, is_faked=False)

    with visits("phone", "zh", java_script_enabled=False) as reader:
        reader.page.goto(f"{reader.base}/cases/{number}")
        before = reader.page.locator(".slider-before img").bounding_box()
        after = reader.page.locator(".slider-after img").bounding_box()

        assert before["y"] == pytest.approx(after["y"], abs=2)
        assert before["x"] + before["width"] <= after["x"]
        assert not reader.page.locator("[data-slider-hand]").is_visible()


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_faked_after_photo_is_told_to_the_checker_before_the_step_is_pressed(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = worked_on(town, is_faked=True)

    with visits(width, language, "colin") as checker:
        checker.open(f"/cases/{number}")
        told = checker.page.inner_text("#step-pass_check .doubts")
        checker.press("#step-pass_check .doubts a")
    with visits(width, language, "henry") as handler:
        handler.open(f"/cases/{number}")
        doubts = handler.page.locator(".doubts, .doubt").count()

    assert {"zh": "照片相同", "en": "same file"}[language] in told
    assert doubts == 0


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_resident_rates_and_takes_the_case_up_again_with_a_photograph(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number, case_id = reported(town)
    for purpose in ("before", "after"):
        show(case_id, purpose, picture("rubbish", purpose, "b"), town=town)
    actions.force_close_case(number, reason="x", by=town.hugo, at=timezone.now())

    with visits(width, language) as resident:
        resident.open("/claim")
        resident.page.fill("#number", number)
        resident.page.fill("#claim_code", CODE)
        resident.press(".claim button.main")
        resident.page.check("#rate-is_solved-no")
        resident.page.check("#rate-satisfaction-1")
        resident.press("#step-rate button[type=submit]")
        resident.page.set_input_files("#reopen-photo_before", [a_file("c")])
        resident.page.fill("#reopen-reason", "还在 / still there")
        resident.press("#step-reopen button[type=submit]")

    page = queries.case_page(number, viewer=town.opal, at=timezone.now())
    assert page.line.state is State.FILED
    assert [one.purpose for one in page.photos].count("before") == 2


def test_the_clock_counts_on_without_asking_again(town: City, visits: Visits) -> None:
    number, _ = reported(town)

    with visits("desk", "en") as reader:
        reader.page.clock.install(time=timezone.now())
        reader.open(f"/cases/{number}")
        text = reader.page.locator("[data-clock-text]")
        first = text.inner_text()
        due = queries.case_page(number, viewer=town.opal, at=timezone.now()).line.due_at
        assert due is not None
        reader.page.clock.set_system_time(due + timedelta(minutes=1))
        reader.page.clock.run_for(61_000)
        last = text.inner_text()

    assert "left" in first
    assert "ran out" in last


def first_photo(town: City) -> Any:
    _, case_id = reported(town)
    return show(case_id, "before", picture("parked", "before", "d"), town=town)


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_face_is_blacked_out_with_the_pointer_and_moved_with_the_keyboard(
    town: City, visits: Visits, width: str, language: str
) -> None:
    use = first_photo(town)

    with visits(width, language, "opal") as operator:
        operator.open(f"/files/{use.id}/blackout")
        box = operator.page.locator("[data-board]").bounding_box()
        mouse = operator.page.mouse
        mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
        mouse.down()
        mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6, steps=4)
        mouse.up()
        drawn = operator.page.input_value("[name=x] >> nth=0")
        operator.page.locator(".board-box").first.focus()
        operator.page.keyboard.press("ArrowRight")
        operator.page.keyboard.press("Shift+ArrowDown")
        operator.press("[data-preview]")
        operator.page.fill("#blackout-reason", "人脸 / a face")
        operator.press(".boxes button.main")
        kept = operator.page.input_value("[name=x] >> nth=0")

    assert float(drawn) == pytest.approx(20, abs=2)
    assert float(kept) == pytest.approx(float(drawn) + 1, abs=0.1)


def test_a_face_is_blacked_out_without_script(town: City, visits: Visits) -> None:
    use = first_photo(town)

    with visits("phone", "zh", "opal", java_script_enabled=False) as operator:
        operator.page.goto(f"{operator.base}/files/{use.id}/blackout")
        for name, value in (("x", "10"), ("y", "10"), ("width", "30"), ("height", "20")):
            operator.page.fill(f"[name={name}] >> nth=0", value)
        operator.page.fill("#blackout-reason", "车牌")
        operator.page.click(".boxes button.main")
        operator.page.wait_for_selector(".told")
        kept = operator.page.input_value("[name=width] >> nth=0")

    assert kept == "30"


def test_the_page_is_in_order_for_each_of_eight_roles(town: City, visits: Visits) -> None:
    number = worked_on(town, is_faked=True)

    for login in ("", "rolf", "opal", "dora", "henry", "colin", "hugo", "lea"):
        with visits("phone", "zh", login) as reader:
            reader.open(f"/cases/{number}")
            reader.page.eval_on_selector_all(
                "details", "all => all.forEach(one => { one.open = true })"
            )
            reader.look()
