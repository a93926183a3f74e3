"""Outside, by one thumb: verify, fix in three taps, check; without a network, and in conflict."""

from typing import Any

import pytest
from django.utils import timezone

from gongzhi.cases import actions
from gongzhi.cases.models import Case
from gongzhi.cases.rules import NewReport
from gongzhi.ledger.models import Entry
from gongzhi.patrols.models import Patrol
from tests.cast import City, point_in, show

from .conftest import Visits, a_file

pytestmark = pytest.mark.browser

WAYS = [("phone", "zh"), ("desk", "en")]
HERE: dict[str, Any] = {
    "geolocation": {"longitude": point_in(0, 0)[0], "latitude": point_in(0, 0)[1]},
    "permissions": ["geolocation"],
}


def to_verify(city: City) -> str:
    """Return the number of a case that colin is asked to look at."""
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="两袋垃圾", longitude=longitude, latitude=latitude)
    number = actions.report(new, by=city.rita, at=timezone.now()).number
    actions.ask_verification(number, by=city.opal, at=timezone.now())
    return number


def told(page: Any, mood: str) -> None:
    page.wait_for_selector(f'[data-errand-told][data-mood="{mood}"]', timeout=8000)


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_collector_verifies_a_task_with_a_photograph(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = to_verify(town)

    with visits(width, language, "colin") as colin:
        colin.open("/field/tasks")
        colin.press(".field-rows a")
        colin.page.check("#verify-there")
        colin.page.set_input_files("#verify-photo-verify", [a_file(90)])
        colin.page.click("#thumb-verify button[type=submit]")
        told(colin.page, "done")
        colin.look()

    case = Case.objects.get(number=number)
    assert case.state == "reported"
    assert Entry.objects.filter(kind="case.verified").count() == 1


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_small_matter_is_fixed_in_three_taps(
    town: City, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language, "colin", **HERE) as colin:
        colin.page.emulate_media(reduced_motion="reduce")  # a click while it scrolls would miss
        colin.open("/field/fix")
        with colin.page.expect_file_chooser() as first:
            colin.page.click("label[for=fix-before]", force=True)
        first.value.set_files([a_file(40)])
        colin.page.click(".tiles .tile >> nth=0")
        with colin.page.expect_file_chooser() as second:
            colin.page.click("label[for=fix-after]", force=True)
        second.value.set_files([a_file(220)])
        told(colin.page, "done")
        colin.look()

    case = Case.objects.get()
    assert case.state in {"checked", "closed"}
    assert (case.longitude, case.latitude) == pytest.approx(point_in(0, 0), abs=1e-4)


def test_a_step_without_a_network_is_sent_once_when_there_is_one(
    town: City, visits: Visits
) -> None:
    number = to_verify(town)

    with visits("phone", "zh", "colin") as colin:
        colin.open(f"/field/{number}")
        colin.page.context.set_offline(True)
        colin.page.check("#verify-gone")
        colin.page.set_input_files("#verify-photo-verify", [a_file(90)])
        colin.page.click("#thumb-verify button[type=submit]")
        told(colin.page, "waiting")
        assert not Entry.objects.filter(kind="case.verified").exists()
        colin.mistakes.clear()  # the browser says that it has no network
        colin.page.context.set_offline(False)
        told(colin.page, "done")
        colin.mistakes.clear()
        colin.open("/field/me")
        colin.page.wait_for_selector("[data-queue] li")

    assert Entry.objects.filter(kind="case.verified").count() == 1


def test_tasks_open_and_steps_are_kept_where_there_is_no_network_at_all(
    town: City, visits: Visits
) -> None:
    number = to_verify(town)

    with visits("phone", "en", "colin", service_workers="allow") as colin:
        colin.open("/field/tasks")
        until(colin.page, KEPT, f"/field/{number}")
        governed(colin.page)
        context = colin.page.context
        context.set_offline(True)
        colin.page.close()
        colin.page = context.new_page()
        colin.open("/field/tasks")
        colin.press(".field-rows a")
        colin.page.check("#verify-there")
        colin.page.set_input_files("#verify-photo-verify", [a_file(90)])
        colin.page.click("#thumb-verify button[type=submit]")
        told(colin.page, "waiting")
        colin.open(f"/field/{number}")
        told(colin.page, "waiting")
        assert not colin.page.is_visible("#thumb-verify")
        colin.mistakes.clear()
        colin.page.close()
        context.set_offline(False)
        colin.page = context.new_page()
        colin.open("/field/me")
        colin.page.wait_for_selector("[data-queue] li >> text=● sent", timeout=8000)

    assert Entry.objects.filter(kind="case.verified").count() == 1


def fix_offline(colin: Any, kind: int) -> None:
    """Fix something on the spot on a page that the phone has kept."""
    colin.page.goto(f"{colin.base}/field/fix")
    until(colin.page, "() => document.querySelector('[name=case_id]').dataset.own === '1'")
    colin.page.set_input_files("#fix-before", [a_file(40 + kind)])
    colin.page.click(f".tiles .tile >> nth={kind}")
    colin.page.set_input_files("#fix-after", [a_file(220 - kind)])
    told(colin.page, "waiting")
    colin.mistakes.clear()  # the browser says that it has no network


def test_duty_and_two_fixes_without_a_network_are_all_sent_when_there_is_one(
    town: City, visits: Visits
) -> None:
    with visits("phone", "zh", "colin", service_workers="allow", **HERE) as colin:
        colin.open("/field/me")
        governed(colin.page)
        until(colin.page, KEPT, "/field/fix")
        until(colin.page, KEPT, "/field/me")
        colin.page.context.set_offline(True)
        colin.page.goto(f"{colin.base}/field/me")
        colin.page.click("button[value=start]")
        colin.page.wait_for_selector("button[value=end]")
        colin.mistakes.clear()
        for kind in (0, 1):
            fix_offline(colin, kind)
        assert not Case.objects.exists()
        colin.mistakes.clear()
        colin.page.context.set_offline(False)
        colin.page.goto(f"{colin.base}/field/me")
        colin.page.wait_for_selector("button[value=end]")
        sent = colin.page.locator("[data-queue] [data-state]", has_text="● 已发送")
        sent.nth(2).wait_for(timeout=12000)

    assert Case.objects.count() == 2
    assert Patrol.objects.get().ended_at is None


def until(page: Any, question: str, arg: object = None) -> None:
    """Ask until the answer, which may be a promise, is yes."""
    for _ in range(60):
        if page.evaluate(question, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(question)


def governed(page: Any) -> None:
    """Wait until the service worker answers for the page; reloading starts it."""
    until(page, "() => navigator.serviceWorker.ready.then((one) => one.active !== null)")
    page.reload()
    until(page, "() => navigator.serviceWorker.controller !== null")


KEPT = """async (address) => {
  const cache = await caches.open('gongzhi-field');
  return (await cache.match(address)) !== undefined;
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_case_that_went_on_meanwhile_is_explained_with_its_present_state(
    town: City, visits: Visits, language: str
) -> None:
    number = to_verify(town)

    with visits("phone", language, "colin") as colin:
        colin.open(f"/field/{number}")
        actions.cancel_case(number, reason_code=reason("cancel"), by=town.hugo, at=timezone.now())
        colin.page.check("#verify-there")
        colin.page.set_input_files("#verify-photo-verify", [a_file(90)])
        colin.page.click("#thumb-verify button[type=submit]")
        told(colin.page, "refused")
        words = colin.page.inner_text("[data-errand-told]")
        assert {"zh": "已作废", "en": "ancelled"}[language] in words, words
        colin.mistakes.clear()  # the console names every refusal
        colin.open("/field/me")
        assert colin.page.inner_text("[data-queue-count]") == "1"
        colin.page.click("[data-queue] [data-drop]")
        colin.page.wait_for_selector("[data-queue-none]:not([hidden])")

    assert not Entry.objects.filter(kind="case.verified").exists()


def reason(step: str) -> str:
    from gongzhi.catalogue import queries as catalogue

    return catalogue.book().reasons[step][0].code


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_the_tabs_go_on_duty_and_off_and_the_way_is_kept_between(
    town: City, visits: Visits, width: str, language: str
) -> None:
    to_verify(town)

    with visits(width, language, "colin", **HERE) as colin:
        for tab in ("/field", "/field/tasks", "/field/fix", "/field/area", "/field/me"):
            colin.open(tab)
        colin.page.click("button[value=start]")
        colin.page.wait_for_selector("button[value=end]")
        longitude, latitude = point_in(0, 0, east=0.6)
        colin.page.context.set_geolocation({"longitude": longitude, "latitude": latitude})
        until(colin.page, "() => document.querySelector('[data-patrol-told]').textContent !== ''")
        with colin.page.expect_response("**/track") as sent:
            colin.open("/field/tasks")
        assert sent.value.json()["kept"] == 1
        colin.open("/field/me")
        colin.page.click("button[value=end]")
        colin.page.wait_for_selector("button[value=start]")
        colin.press(".patrols a")

    patrol = Patrol.objects.get()
    assert patrol.ended_at is not None


def test_a_check_goes_by_the_keyboard_alone(town: City, visits: Visits) -> None:
    number = to_check(town)

    with visits("desk", "en", "colin") as colin:
        colin.open(f"/field/{number}")
        colin.page.set_input_files("#check-photo-check", [a_file(200)])
        colin.page.focus("#check-done")
        colin.page.keyboard.press("Space")
        for _ in range(3):
            colin.page.keyboard.press("Tab")
        assert colin.page.evaluate("document.activeElement.type") == "submit"
        colin.page.keyboard.press("Enter")
        told(colin.page, "done")

    assert Entry.objects.filter(kind="case.check_passed").count() == 1


def to_check(city: City) -> str:
    """Return the number of a case whose work colin is asked to check."""
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    reported = actions.report(new, by=city.rita, at=timezone.now())
    number = reported.number
    if Case.objects.get(number=number).state == "reported":
        actions.file_case(number, by=city.opal, at=timezone.now())
    if Case.objects.get(number=number).state == "filed":
        actions.dispatch_case(number, by=city.dora, at=timezone.now())
    actions.accept_case(number, by=city.henry, at=timezone.now())
    show(reported.case_id, "after", by=city.henry, at=timezone.now(), shade=220)
    actions.complete_case(number, by=city.henry, at=timezone.now())
    if Case.objects.get(number=number).state == "handled":
        actions.ask_check(number, by=city.opal, at=timezone.now())
    return number


def test_the_pages_work_without_script(town: City, visits: Visits) -> None:
    number = to_verify(town)

    with visits("phone", "zh", "colin", java_script_enabled=False) as colin:
        colin.open(f"/field/{number}")
        colin.page.check("#verify-there")
        colin.page.set_input_files("#verify-photo-verify", [a_file(90)])
        colin.press("#thumb-verify button[type=submit]")
        assert colin.page.url.endswith("/field/tasks")

    assert Entry.objects.filter(kind="case.verified").count() == 1
