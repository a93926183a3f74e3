"""Reporting on a phone: without network, after an interruption, from a photograph, once."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from gongzhi.cases.models import Case, Statement
from gongzhi.evidence.models import FileUse
from tests.cast import City, point_in

from .conftest import WIDTHS, Visits, a_file

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000  # compressed, of the report form without its map
LONGITUDE, LATITUDE = point_in(0, 0)


@contextmanager
def a_phone(chromium: Browser, base: str, **more: Any) -> Iterator[BrowserContext]:
    across, down = WIDTHS["phone"]
    context = chromium.new_context(
        viewport={"width": across, "height": down}, locale="zh-CN", **more
    )
    context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": base}])
    yield context
    context.set_offline(True)  # whatever a worker still fetches would outlive the test
    context.close()


@pytest.fixture
def phone(chromium: Browser, live_server: Any, town: City) -> Iterator[BrowserContext]:
    """Return a phone whose browser works as browsers do, with its service worker."""
    with a_phone(chromium, live_server.url) as context:
        yield context


@pytest.fixture
def watched(chromium: Browser, live_server: Any, town: City) -> Iterator[BrowserContext]:
    """Return a phone whose requests can be cut: the page alone sends, no worker does."""
    with a_phone(chromium, live_server.url, service_workers="block") as context:
        yield context


def open_report(context: BrowserContext, base: str, query: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{base}/report{query}")
    page.wait_for_selector("form[data-ready]")
    return page


def go_on(page: Page) -> None:
    page.click(".report button.main")


def fill(page: Page, *, shade: int = 90) -> None:
    page.set_input_files("#photos", [a_file(shade)])
    go_on(page)
    page.fill("#address", "海滨路 8 号门前")
    page.click("details.degrees summary")
    page.fill("#longitude", str(LONGITUDE))
    page.fill("#latitude", str(LATITUDE))
    go_on(page)
    page.fill("#text", "两袋垃圾堆了三天")
    page.select_option("#category_code", "E0110")
    page.check("#answer-amount-heap")
    go_on(page)


def worker_is_ready(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(50):
        if page.evaluate("navigator.serviceWorker.controller !== null"):
            return
        page.wait_for_timeout(100)
    pytest.fail("the service worker has not taken over the page")


def test_a_report_without_network_is_kept_and_sent_by_itself_exactly_once(
    phone: BrowserContext, live_server: Any
) -> None:
    page = open_report(phone, live_server.url)
    worker_is_ready(page)
    phone.set_offline(True)
    assert page.is_visible("[data-no-network]")
    fill(page)
    go_on(page)
    page.wait_for_selector("[data-errand=waiting]")
    assert "没有网络，已存在本机，联网后自动发送" in page.inner_text("[data-phone-reports]")
    page.close()
    assert not Case.objects.exists()

    again = phone.new_page()
    again.goto(f"{live_server.url}/report")
    again.wait_for_selector("[data-errand=waiting]")
    assert Case.objects.count() == 0
    phone.set_offline(False)
    again.wait_for_selector("[data-errand=done]", timeout=15_000)

    case = Case.objects.get()
    assert again.inner_text("[data-of-number]") == case.number
    assert len(again.inner_text("[data-of-code]")) == 14
    assert FileUse.objects.filter(subject=f"case:{case.pk}", purpose="before").count() == 1
    assert Statement.objects.get(case=case).answers == {"amount": "heap"}
    for _ in range(2):
        again.reload()
        again.evaluate("window.dispatchEvent(new Event('online'))")
        again.wait_for_selector("[data-errand=done]")
    assert Case.objects.count() == 1
    again.click("[data-open]")
    again.wait_for_selector("[data-claim]")
    assert again.inner_text("[data-number]") == case.number


def test_an_answer_that_was_lost_on_its_way_makes_no_second_case(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())  # the server has done it, the phone never hears of it
        route.abort()

    page.route("**/api/v1/cases", lose)
    fill(page)
    go_on(page)
    page.wait_for_selector("[data-claim]", timeout=20_000)

    assert len(lost) == 1
    assert Case.objects.count() == 1
    assert page.inner_text("[data-number]") == Case.objects.get().number


def test_an_upload_broken_off_goes_on_where_it_was(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    offsets: list[str] = []

    def watch(route: Any) -> None:
        offsets.append(route.request.headers["upload-offset"])
        if len(offsets) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", watch)
    noise = Image.effect_noise((900, 900), 100).convert("RGB")
    out = BytesIO()
    noise.save(out, "JPEG", quality=95)
    assert len(out.getvalue()) > 2 * 256 * 1024
    fill(page)
    page.evaluate("document.querySelector('form[data-report]').dataset.at = 'photo'")
    page.set_input_files(
        "#photos", [{"name": "n.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}]
    )
    go_on(page)
    page.wait_for_selector("[data-claim]", timeout=20_000)

    sizes = set(FileUse.objects.values_list("file__size", flat=True))
    assert len(out.getvalue()) in sizes
    assert offsets.count("0") <= 3
    assert Case.objects.count() == 1


def test_what_was_begun_is_there_again_after_the_page_was_closed(
    phone: BrowserContext, live_server: Any
) -> None:
    page = open_report(phone, live_server.url)
    fill(page)
    page.wait_for_selector("[data-draft]:visible")
    page.wait_for_timeout(600)
    page.close()

    again = open_report(phone, live_server.url)

    assert again.input_value("#text") == "两袋垃圾堆了三天"
    assert again.input_value("#category_code") == "E0110"
    assert again.is_checked("#answer-amount-heap")
    assert again.locator("[data-shots] li").count() == 1
    assert "已恢复" in again.inner_text("[data-draft]")
    with again.expect_navigation():
        again.click("[data-draft-drop]")
    again.wait_for_selector("form[data-ready]")
    assert again.input_value("#text") == ""
    assert again.locator("[data-shots] li").count() == 0


def test_a_link_with_a_place_means_that_place_and_not_an_older_one(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    fill(page)
    page.wait_for_timeout(600)
    page.close()

    again = open_report(watched, live_server.url, "?longitude=121.5&latitude=31.25")

    assert again.input_value("#longitude") == "121.5"
    assert again.input_value("#address") == ""
    assert again.input_value("#text") == "两袋垃圾堆了三天"


def test_back_on_the_phone_is_one_screen_back_and_loses_nothing(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    fill(page)
    assert page.locator("[data-summary-of=photos] img").count() == 1

    page.go_back()
    page.wait_for_selector("form[data-at=kind]")
    page.click(".back")
    page.wait_for_selector("form[data-at=place]")
    assert page.input_value("#address") == "海滨路 8 号门前"
    for _ in range(2):
        go_on(page)
    go_on(page)
    page.wait_for_selector("[data-claim]")

    assert Case.objects.count() == 1
    page.go_back()
    page.wait_for_selector("form[data-ready]")
    assert page.get_attribute("form[data-report]", "data-at") == "photo"


def test_what_is_no_photograph_is_left_out_by_its_name(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)

    letter = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.set_input_files("#photos", [a_file(80), letter])

    assert page.locator("[data-shots] li").count() == 1
    assert "letter.pdf 不是照片" in page.inner_text("[data-photo-trouble]")


def test_a_refused_report_stays_with_its_reason_and_can_be_sent_again(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    refused = {"status": 409, "code": "x.y", "detail": "现在不行。", "facts": {}}
    page.route("**/api/v1/cases", lambda route: route.fulfill(status=409, json=refused), times=1)
    fill(page)
    go_on(page)
    page.wait_for_selector("[data-errand=refused]")
    assert "现在不行。" in page.inner_text("[data-problem]")
    assert not Case.objects.exists()

    page.click("[data-retry]")
    page.wait_for_selector("[data-claim]")

    assert Case.objects.count() == 1


def test_a_refused_report_can_be_mended_in_the_form(
    watched: BrowserContext, live_server: Any
) -> None:
    page = open_report(watched, live_server.url)
    fill(page)
    page.evaluate("document.querySelector('#longitude').value = '0'")
    page.evaluate("document.querySelector('#latitude').value = '0'")
    go_on(page)
    page.wait_for_selector("[data-errand=refused]")

    with page.expect_navigation():
        page.click("[data-mend]")
    page.wait_for_selector("form[data-ready]")
    assert page.locator("[data-shots] li").count() == 1
    assert page.is_checked("#answer-amount-heap")
    go_on(page)
    page.click("details.degrees summary")
    page.fill("#longitude", "x")
    for _ in range(3):
        go_on(page)
    assert page.is_visible("[data-form-trouble]")
    page.fill("#longitude", str(LONGITUDE))
    page.fill("#latitude", str(LATITUDE))
    for _ in range(3):
        go_on(page)
    page.wait_for_selector("[data-claim]")

    assert Case.objects.count() == 1
    assert FileUse.objects.count() == 1


def photo_with_place() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:03:10 09:30:00"
    north, east = abs(LATITUDE), abs(LONGITUDE)
    exif.get_ifd(0x8825).update(
        {1: "N", 2: degrees(north), 3: "E", 4: degrees(east)},
    )
    out = BytesIO()
    Image.new("RGB", (60, 40), (90, 120, 30)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def degrees(value: float) -> tuple[float, float, float]:
    minutes = (value % 1) * 60
    return (float(int(value)), float(int(minutes)), (minutes % 1) * 60)


def test_a_photograph_proposes_its_place_and_nothing_is_taken_unasked(
    visits: Visits, town: City
) -> None:
    with visits("phone", "en") as visitor:
        visitor.open("/report")
        page = visitor.page
        page.wait_for_selector("form[data-ready]")
        file = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo_with_place()}
        page.set_input_files("#photos", [file])
        go_on(page)
        page.wait_for_selector(".photo-place")
        assert "2026-03-10 09:30" in page.inner_text(".photo-place")
        assert page.input_value("#longitude") == ""
        visitor.look()

        page.click("[data-photo-place-use]")

        assert abs(float(page.input_value("#longitude")) - LONGITUDE) < 0.0001
        assert abs(float(page.input_value("#latitude")) - LATITUDE) < 0.0001
        assert page.input_value("[name=located]") == "1"


def test_words_suggest_a_kind_and_like_cases_are_shown_before_sending(
    visits: Visits, town: City
) -> None:
    with visits("desk", "zh") as first:
        for _ in range(2):
            first.open("/report")
            page = first.page
            page.wait_for_selector("form[data-ready]")
            page.click("details.degrees summary")
            page.fill("#longitude", str(LONGITUDE))
            page.fill("#latitude", str(LATITUDE))
            page.fill("#text", "路灯不亮了")
            page.click("[data-suggested] button:has-text('路灯')")
            assert page.input_value("#category_code") == "C0137"
            if Case.objects.exists():
                page.wait_for_selector("[data-alike-here] .alike")
                assert Case.objects.get().number in page.inner_text("[data-alike-here]")
                first.look()
                break
            page.click(".report button.main")
            page.wait_for_selector("[data-number]")
            first.look()


def test_what_is_missing_is_said_where_it_is_missing(visits: Visits, town: City) -> None:
    with visits("phone", "en") as visitor:
        visitor.open("/report")
        page = visitor.page
        page.wait_for_selector("form[data-ready]")
        for _ in range(4):
            go_on(page)
        page.wait_for_selector("[data-form-trouble]:visible")
        visitor.look()
        assert page.is_visible("#address")
        page.fill("#address", "Gate 3")
        go_on(page)
        page.select_option("#category_code", "C0123")
        go_on(page)
        go_on(page)
        page.wait_for_selector("[data-form-trouble]:visible")
        assert "What is wrong with the cover?" in page.inner_text("[data-form-trouble]")
        assert not Case.objects.exists()


def test_a_page_that_is_not_kept_says_that_there_is_no_network(
    phone: BrowserContext, live_server: Any
) -> None:
    page = open_report(phone, live_server.url)
    worker_is_ready(page)
    phone.set_offline(True)

    page.goto(f"{live_server.url}/cases/")

    assert page.inner_text("h1") == "没有网络"
    kept = page.evaluate(
        "(async () => { const all = []; for (const name of await caches.keys())"
        " for (const one of await (await caches.open(name)).keys())"
        " all.push(new URL(one.url).pathname); return all; })()"
    )
    private = [one for one in kept if re.match(r"/(cases|inbox|mine|desk|files)", one)]
    assert private == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_visit_weighs_little_and_needs_no_map(
    visits: Visits, town: City, language: str, record_property: Any
) -> None:
    with visits("phone", language) as visitor:
        weights: dict[str, int] = {}

        def weigh(answer: Any) -> None:
            path = answer.url.partition(visitor.base)[2]
            # The map is fetched apart and later; what it needs is weighed by its own tests.
            if "map" not in path and answer.ok:
                weights[path] = len(gzip.compress(answer.body(), 6))

        visitor.page.route("**/*map*", lambda route: route.abort())
        visitor.page.on("response", weigh)
        visitor.page.goto(f"{visitor.base}/report")
        visitor.page.wait_for_selector("form[data-ready]")
        visitor.page.wait_for_load_state("networkidle")
        visitor.mistakes.clear()  # that the map could not be fetched

        record_property("bytes", sum(weights.values()))
        assert sum(weights.values()) <= MOST_BYTES
        assert {"/report", "/static/gongzhi/dist/report.js"} <= weights.keys()
