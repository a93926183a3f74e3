"""The desk in a browser: by keyboard alone, in bulk, and found in both languages."""

from typing import Any

import pytest
from django.utils import timezone

from gongzhi.cases import actions
from gongzhi.cases.actions.searching import reindex_cases
from gongzhi.cases.models import Case
from gongzhi.cases.rules import NewReport
from tests.cast import City, point_in, show

from .conftest import Visits

pytestmark = pytest.mark.browser


def reported(town: City, text: str, *, east: float = 0.5) -> str:
    longitude, latitude = point_in(0, 0, east=east)
    new = NewReport(
        category_code="E0110", text=text, address="海滨路", longitude=longitude, latitude=latitude
    )
    told = actions.report(new, by=town.rita, at=timezone.now())
    show(told.case_id, "before", by=town.rita, at=timezone.now())
    return told.number


def filed(town: City, text: str) -> str:
    number = reported(town, text)
    actions.file_case(number, by=town.opal, at=timezone.now())
    return number


def state(number: str) -> str:
    return Case.objects.get(number=number).state


def press(visitor: Any, *keys: str) -> None:
    for key in keys:
        visitor.page.keyboard.press(key)


def open_here(visitor: Any, number: str) -> None:
    """Wait until a case stands beside the list."""
    visitor.page.wait_for_selector(f"[data-case='{number}']")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_operator_files_and_merges_by_keyboard_alone(
    town: City, visits: Visits, language: str
) -> None:
    first, second = reported(town, "门口两袋垃圾"), reported(town, "两袋垃圾在门口", east=0.5001)
    with visits("desk", language, "opal") as operator:
        operator.open("/desk")
        press(operator, "j", "Enter")
        open_here(operator, first)
        operator.page.wait_for_selector(".desk-similar .similar")
        operator.look()
        press(operator, "f")
        operator.page.wait_for_function("document.activeElement.matches('#step-file button')")
        press(operator, "Enter")
        operator.page.wait_for_selector(".done-here")
        assert state(first) == "filed"
        operator.look()
        press(operator, "j")
        assert operator.page.evaluate("document.activeElement.closest('li').id") == f"row-{second}"
        press(operator, "Enter")
        open_here(operator, second)
        press(operator, "m")
        operator.page.wait_for_url("**/desk/merge**")
        operator.look()
        operator.page.locator(".similar a").first.focus()
        press(operator, "Enter")
        operator.page.wait_for_selector(".both")
        operator.look()
        press(operator, "m")
        press(operator, "Enter")
        operator.page.wait_for_url("**/desk/cases/**")
        operator.look()
    assert state(second) == "merged"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_dispatcher_dispatches_by_keyboard_alone(
    town: City, visits: Visits, language: str
) -> None:
    first, second = filed(town, "垃圾"), filed(town, "垃圾桶")
    with visits("desk", language, "dora") as dispatcher:
        dispatcher.open("/desk")
        press(dispatcher, "?")
        assert dispatcher.page.is_visible("dialog.keys")
        press(dispatcher, "Escape", "j", "Enter")
        open_here(dispatcher, first)
        press(dispatcher, "d")
        dispatcher.page.wait_for_function("document.activeElement.name === 'organisation_id'")
        press(dispatcher, "Enter")
        dispatcher.page.wait_for_selector(".done-here")
        assert dispatcher.page.locator(f"#row-{first}").count() == 1
        press(dispatcher, "Escape", "j", "Enter")
        open_here(dispatcher, second)
        dispatcher.look()
        press(dispatcher, "/")
        dispatcher.page.keyboard.type("dd")
        assert dispatcher.page.input_value("#desk-q") == "dd"
    assert (state(first), state(second)) == ("dispatched", "filed")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_chosen_cases_are_previewed_and_dispatched_and_a_list_is_saved(
    town: City, visits: Visits, language: str
) -> None:
    first, second, third = (filed(town, f"垃圾 {place}") for place in range(3))
    with visits("desk", language, "dora") as dispatcher:
        dispatcher.open("/desk")
        press(dispatcher, "j", "x", "j", "x")
        assert "2" in dispatcher.page.inner_text(".bulk-said")
        dispatcher.page.select_option("#bulk-step", "dispatch")
        dispatcher.press(".bulk-bar button")
        assert dispatcher.page.locator(".plan tbody tr").count() == 2
        dispatcher.press(".bulk-form button.main")
        assert {state(first), state(second)} == {"dispatched"}
        assert state(third) == "filed"
        dispatcher.open("/desk?state=dispatched")
        dispatcher.page.click(".saving > summary")
        dispatcher.page.fill("#filter-name", "已派 / sent")
        dispatcher.press(".saving form:not(.drop) button")
        assert dispatcher.page.inner_text(".desk-tabs [aria-current]").strip().endswith("sent")
        dispatcher.page.click(".saving > summary")
        dispatcher.press(".saving .drop button")
        assert dispatcher.page.locator(".desk-tabs .saved").count() == 0


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_cases_are_found_in_both_languages_at_the_desk_and_in_the_list(
    town: City, visits: Visits, width: str
) -> None:
    number = reported(town, "路面积水 deep puddle")
    reported(town, "树枝")
    reindex_cases()
    with visits(width, "en", "opal") as operator:
        for query in ("积水", "puddle", number, "East"):
            operator.open(f"/desk?q={query}")
            assert operator.page.locator(f"#row-{number}").count() == 1
        operator.open("/cases/")
        operator.page.fill("#cases-q", "面积水")
        operator.press(".desk-search button")
        assert operator.page.locator(".rows tbody tr").count() == 1


def test_on_a_phone_the_list_leads_to_the_case_and_back(town: City, visits: Visits) -> None:
    number = reported(town, "垃圾")
    with visits("phone", "zh", "opal") as operator:
        operator.open("/desk")
        operator.press(f"#row-{number} [data-open]")
        operator.page.wait_for_url(f"**/desk/cases/{number}**")
        operator.press("#step-file button")
        assert state(number) == "filed"
        operator.press(".paging .button")
        assert operator.page.url.endswith("/desk?state=reported")


def test_a_new_case_appears_by_itself_and_neither_focus_nor_words_are_lost(
    town: City, visits: Visits
) -> None:
    first = reported(town, "垃圾")
    with visits("desk", "zh", "opal") as operator:
        operator.page.clock.install()
        operator.open("/desk")
        press(operator, "j", "Enter")
        open_here(operator, first)
        press(operator, "n")
        operator.page.keyboard.type("半句")
        reported(town, "新来的")
        operator.page.clock.fast_forward(11_000)
        operator.page.wait_for_selector(".desk-row.is-new")
        assert operator.page.locator("[data-row]").count() == 2
        assert operator.page.evaluate("document.activeElement.value") == "半句"
        assert operator.page.inner_text("[data-fresh=tabs] [aria-current] .count") == "2"


def test_where_cases_are_chosen_a_change_waits_to_be_asked_for(town: City, visits: Visits) -> None:
    first = reported(town, "垃圾")
    with visits("desk", "zh", "opal") as operator:
        operator.page.clock.install()
        operator.open("/desk")
        press(operator, "j", "x")
        reported(town, "新来的")
        operator.page.clock.fast_forward(11_000)
        operator.page.wait_for_selector(".changed")
        assert operator.page.locator("[data-row]").count() == 1
        press(operator, ".")
        operator.page.wait_for_selector(".desk-row.is-new")
        assert operator.page.is_checked(f"#row-{first} [data-pick]")


def test_a_case_that_a_colleague_took_is_shown_as_it_is_now(town: City, visits: Visits) -> None:
    number = reported(town, "垃圾")
    with visits("desk", "zh", "opal") as operator:
        operator.page.clock.install()
        operator.open("/desk?open=1")
        press(operator, "j", "Enter")
        open_here(operator, number)
        actions.file_case(number, by=town.hugo, at=timezone.now())
        operator.page.clock.fast_forward(11_000)
        operator.page.wait_for_selector("#step-file", state="detached")


def test_what_was_typed_for_a_case_is_there_when_one_comes_back(town: City, visits: Visits) -> None:
    first, second = reported(town, "垃圾"), reported(town, "垃圾桶")
    with visits("desk", "zh", "opal") as operator:
        operator.open("/desk")
        press(operator, "j", "Enter")
        open_here(operator, first)
        press(operator, "n")
        operator.page.keyboard.type("来过两次电话")
        press(operator, "Escape", "Escape", "j")
        open_here(operator, second)
        press(operator, "k")
        open_here(operator, first)
        assert operator.page.input_value("#annotate-note") == "来过两次电话"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_operator_takes_in_a_call_by_keyboard_alone(
    town: City, visits: Visits, language: str
) -> None:
    with visits("desk", language, "opal") as operator:
        operator.open("/desk")
        press(operator, "t")
        operator.page.wait_for_url("**/desk/call**")
        operator.page.wait_for_function("document.activeElement.id === 'text'")
        operator.page.keyboard.type("垃圾成堆")
        operator.look()
        operator.page.focus("#address")
        operator.page.keyboard.type("海滨路")
        operator.page.reload()
        assert operator.page.input_value("#text") == "垃圾成堆"
        operator.page.focus("#address")
        press(operator, "Enter")
        assert operator.page.evaluate("document.activeElement.id") == "category_code"
        operator.page.select_option("#category_code", "E0110")
        press(operator, "Control+Enter")
        operator.page.wait_for_url("**/desk/cases/**")
        operator.look()
        press(operator, "t")
        operator.page.wait_for_url("**/desk/call**")
        assert operator.page.input_value("#text") == ""
    assert Case.objects.get().source == "hotline"


def test_the_desk_works_without_script(town: City, visits: Visits) -> None:
    number = filed(town, "垃圾")
    with visits("desk", "zh", "dora", java_script_enabled=True) as plain:
        plain.page.route("**/*.js", lambda route: route.abort())
        plain.page.goto(f"{plain.base}/desk")
        plain.page.click(f"#row-{number} [data-open]")
        plain.page.wait_for_selector("#step-dispatch")
        plain.page.click("#step-dispatch button")
        plain.page.wait_for_load_state()
    assert state(number) == "dispatched"
