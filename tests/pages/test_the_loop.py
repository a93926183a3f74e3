"""A case goes its whole way through the pages, on a phone and at a desk, in both languages."""

from typing import Any

import pytest

from tests.cast import City, point_in

from .conftest import Visits, a_file

pytestmark = pytest.mark.browser

WAYS = [(width, language) for width in ("phone", "desk") for language in ("zh", "en")]


def report(visitor: Any) -> tuple[str, str]:
    """Report through the page: on a phone one screen after the other, on a desk all at once."""
    longitude, latitude = point_in(0, 0)
    page = visitor.page
    visitor.open("/report")
    page.wait_for_selector("form[data-ready]")

    def go_on() -> None:
        if page.viewport_size["width"] < 700:
            visitor.press(".report button.main")

    page.set_input_files("#photos", [a_file(90)])
    go_on()
    page.fill("#address", "海滨路 8 号门前 / 8 Seaside Road")
    page.click("details.degrees summary")
    page.fill("#longitude", str(longitude))
    page.fill("#latitude", str(latitude))
    go_on()
    page.fill("#text", "两袋垃圾堆了三天 / two bags of rubbish for three days")
    page.select_option("#category_code", "E0110")
    go_on()
    page.click(".report button.main")
    page.wait_for_selector("[data-number]")
    visitor.look()
    number = page.inner_text("[data-number]")
    code = page.locator("[data-claim]")
    return number, code.inner_text() if code.count() else ""


def take(visitor: Any, number: str, step: str) -> None:
    form = f"#step-{step}"
    if not visitor.page.is_visible(f"{form} button[type=submit]"):
        visitor.page.eval_on_selector_all(
            "details", "all => all.forEach(one => { one.open = true })"
        )
    visitor.press(f"{form} button[type=submit]")
    assert visitor.page.url.endswith(f"/cases/{number}"), visitor.page.inner_text("main")


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_case_goes_its_whole_way_through_the_pages(
    town: City, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language) as resident:
        number, code = report(resident)
        assert len(code) == 14
    with visits(width, language, "opal") as operator:
        operator.open("/inbox")
        operator.press(".owed-name")
        take(operator, number, "file")
    with visits(width, language, "dora") as dispatcher:
        dispatcher.open(f"/cases/{number}")
        take(dispatcher, number, "dispatch")
    with visits(width, language, "henry") as handler:
        handler.open("/inbox")
        handler.press(".owed-name")
        take(handler, number, "accept")
        handler.page.set_input_files("#complete-photo_after", [a_file(200)])
        handler.page.fill("#complete-note", "已清运 / cleared")
        take(handler, number, "complete")
    with visits(width, language, "colin") as collector:
        collector.open(f"/cases/{number}")
        collector.page.set_input_files("#pass_check-photo_check", [a_file(201)])
        collector.page.fill("#pass_check-finding", "干净了 / clean")
        take(collector, number, "pass_check")
    with visits(width, language, "hugo") as head:
        head.open(f"/cases/{number}")
        take(head, number, "close")
    with visits(width, language) as resident:
        resident.open("/claim")
        resident.page.fill("#number", number)
        resident.page.fill("#claim_code", code.lower().replace("-", " "))
        resident.press(".claim button.main")
        resident.page.check("#rate-is_solved-yes")
        resident.page.check("#rate-satisfaction-3")
        take(resident, number, "rate")
        assert resident.page.locator(".story li").count() >= 9
        assert resident.page.locator(".pair figure img").count() == 3


def test_a_report_goes_through_without_script(town: City, visits: Visits) -> None:
    with visits("phone", "zh", java_script_enabled=True) as plain:
        plain.page.route("**/*.js", lambda route: route.abort())
        plain.page.on("console", lambda told: None)
        plain.page.goto(f"{plain.base}/report")
        plain.page.fill("#address", "海滨路 8 号")
        plain.page.fill("#text", "路灯不亮")
        plain.page.click(".report button.main")
        plain.page.click(".report button.main")
        plain.page.wait_for_selector("[data-number]")


def test_a_refused_step_loses_nothing_that_was_typed(town: City, visits: Visits) -> None:
    with visits("desk", "zh") as resident:
        number, _ = report(resident)
    with visits("desk", "zh", "opal") as operator:
        operator.open(f"/cases/{number}")
        operator.page.click("details.step-rest > summary")
        operator.page.click("summary:has-text('合并')")
        operator.page.fill("#merge-into", "没有这个号")
        operator.page.click("#step-merge button[type=submit]")
        operator.page.wait_for_load_state()

        assert operator.page.input_value("#merge-into") == "没有这个号"
        assert operator.page.is_visible("#step-merge .trouble")


def test_a_case_changed_meanwhile_shows_what_changed(town: City, visits: Visits) -> None:
    with visits("desk", "zh") as resident:
        number, _ = report(resident)
    with visits("desk", "zh", "opal") as first, visits("desk", "zh", "hugo") as second:
        first.open(f"/cases/{number}")
        second.open(f"/cases/{number}")
        take(first, number, "ask_verification")
        second.page.click("#step-file button[type=submit]")
        second.page.wait_for_load_state()

        assert second.page.locator(".trouble").count() >= 1
        assert second.page.locator(".story .is-new").count() == 1


def test_the_focus_of_the_keyboard_is_seen(town: City, visits: Visits) -> None:
    with visits("desk", "zh") as resident:
        resident.open("/report")
        for _ in range(12):
            resident.page.keyboard.press("Tab")
            width = resident.page.evaluate(
                "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
            )
            assert width >= 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_other_page_is_in_order(town: City, visits: Visits, language: str) -> None:
    with visits("phone", language) as reader:
        for address in ("/", "/cases/", "/cases/?late=1", "/mine", "/claim"):
            reader.open(address)
        for address in ("/standards", "/sign-in"):
            reader.open(address)
        reader.press(".foot button[name=size]")
        assert reader.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
        for address in ("/", "/cases/", "/report", "/standards"):
            reader.open(address)


def test_the_language_is_chosen_by_one_button(town: City, visits: Visits) -> None:
    with visits("phone", "zh") as reader:
        reader.open("/")
        reader.press(".language button[value=en]")
        assert reader.page.get_attribute("html", "lang") == "en"
        reader.press(".language button[value=zh-hans]")
        assert reader.page.get_attribute("html", "lang") == "zh-hans"
