"""Maps in pages: drawn, used by finger and by keys, and missed without harm where none can be."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page

from gongzhi.cases import actions
from gongzhi.cases.rules import NewReport
from gongzhi.kernel.coordinates import Frame, from_wgs84
from gongzhi.kernel.nearness import metres_between as metres
from tests.cast import City, point_in

from .conftest import CHROMIUM, FLAGS, Visits
from .test_for_everybody import AXE, GRAVE, RUN_AXE

pytestmark = pytest.mark.browser

# Chromium draws WebGL in software only when told so; it needs no graphics card for it.
DRAWING = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
WAYS = [("phone", "zh"), ("desk", "en")]
PATIENCE = 20_000  # milliseconds


@pytest.fixture(scope="module")
def chromium(chromium: Browser) -> Iterator[Browser]:
    """Start a Chromium that can draw maps."""
    flags = [one for one in FLAGS if one != "--disable-gpu"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=[*flags, *DRAWING])
    yield browser
    browser.close()


@pytest.fixture
def without_webgl(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Return a context manager that gives a page of a Chromium without any WebGL."""
    flags = [*FLAGS, "--disable-software-rasterizer", "--disable-3d-apis"]
    browser = chromium.browser_type.launch(executable_path=str(CHROMIUM), args=flags)

    @contextmanager
    def visit(language: str) -> Iterator[Page]:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        chosen = {"zh": "zh-hans", "en": "en"}[language]
        context.add_cookies([{"name": "django_language", "value": chosen, "url": live_server.url}])
        yield context.new_page()
        context.close()

    yield visit
    browser.close()


def grave(page: Page) -> list[object]:
    """Return what axe finds on the page, its map drawn, that hinders people."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [one for one in page.evaluate(RUN_AXE) if one["impact"] in GRAVE]


def report_at(city: City, x: int, y: int, *, east: float = 0.5, north: float = 0.5) -> str:
    longitude, latitude = point_in(x, y, east=east, north=north)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    return actions.report(new, by=city.rita, at=timezone.now()).number


def drawn(page: Page) -> None:
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-map][data-drawn='1']", timeout=PATIENCE)


def colours(page: Page) -> int:
    picture = Image.open(BytesIO(page.locator("[data-map-canvas]").screenshot()))
    return len(picture.convert("RGB").getcolors(1 << 24) or ())


def tap(page: Page, *, across: float, down: float) -> None:
    """Tap the map at a share of its width and height."""
    canvas = page.locator("[data-map] canvas")
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] * across, "y": box["height"] * down})


def go_to_the_place(page: Page, what: str) -> None:
    """Go on through the screens of the report until something of the place is seen."""
    for _ in range(3):
        if not page.is_visible(what):
            page.click(".report-form .go-on .main")


def start_the_map(page: Page, width: str) -> None:
    """Ask for the map on a phone, where nothing is loaded unasked; on a desk it comes by itself."""
    if width == "phone":
        assert page.locator("[data-map] canvas").count() == 0
        page.click("[data-map-start]")


def fields(page: Page) -> tuple[float, float]:
    return float(page.input_value("#longitude")), float(page.input_value("#latitude"))


def attribute(page: Page, name: str) -> str:
    return page.get_attribute("[data-map]", name) or ""


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_the_first_page_draws_the_city_under_the_policy_of_the_site(
    town: City, visits: Visits, width: str, language: str
) -> None:
    report_at(town, 0, 0)
    with visits(width, language) as visitor:
        visitor.open("/")
        drawn(visitor.page)

        visitor.look()  # no violation of the policy, nothing too small, nothing twice
        assert grave(visitor.page) == []
        assert colours(visitor.page) > 40
        assert visitor.page.locator("#latest a").count() >= 1


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_case_is_opened_on_the_map_by_keys_alone(
    town: City, visits: Visits, width: str, language: str
) -> None:
    number = report_at(town, 1, 1, east=0.3, north=0.7)
    with visits(width, language) as visitor:
        visitor.open("/cases/?open=1&view=map")
        drawn(visitor.page)
        page = visitor.page

        open_nearest_by_keys(page)

        assert number in page.inner_text("[data-map-card]")
        visitor.look()
        page.keyboard.press("Escape")
        assert not page.is_visible("[data-map-card]")
        assert page.evaluate("document.activeElement.tagName") == "CANVAS"


def open_nearest_by_keys(page: Page) -> None:
    page.focus("[data-map] canvas")
    for _ in range(8):  # discs come nearer until the case stands alone
        page.keyboard.press("Enter")
        page.wait_for_timeout(700)
        if page.is_visible("[data-map-card] .map-card"):
            return


def test_a_tap_beside_the_cases_tells_whose_it_is_there(town: City, visits: Visits) -> None:
    with visits("phone", "en", reduced_motion="reduce") as visitor:
        visitor.open("/")
        drawn(visitor.page)

        tap(visitor.page, across=0.4, down=0.6)

        card = visitor.page.locator("[data-map-card] .whose-here")
        card.wait_for()
        assert "answers first" in card.inner_text()
        assert card.locator("a[href^='/report?longitude=']").count() == 1
        visitor.look()


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_whose_it_is_follows_the_tap_and_the_kind(
    town: City, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language) as visitor:
        visitor.open("/whose")
        drawn(visitor.page)
        page = visitor.page

        tap(page, across=0.4, down=0.62)
        page.wait_for_selector("#whose-answer .whose-here")
        anything = page.inner_text("#whose-answer")
        page.select_option("#category", "E0110")
        page.wait_for_selector(
            "#whose-answer:has-text('East crew'), #whose-answer:has-text('环卫')"
        )

        assert page.inner_text("#whose-answer") != anything
        assert apart(fields(page), point_in(0, 0)) < 3000
        visitor.look()


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_a_place_is_picked_by_tap_and_by_keys(
    town: City, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language) as visitor:
        visitor.open("/report")
        page = visitor.page
        go_to_the_place(page, "#address")
        start_the_map(page, width)
        drawn(page)

        page.focus("[data-map] canvas")
        page.keyboard.press("Enter")
        middle = fields(page)
        page.focus(".map-pin")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
        moved = fields(page)
        tap(page, across=0.3, down=0.7)
        tapped = fields(page)

        assert apart(middle, middle_of_city()) < 50
        assert moved[0] > middle[0]
        assert moved[1] > middle[1]
        assert tapped[0] < middle[0]
        assert tapped[1] < middle[1]
        assert page.input_value("[name=located]") == "1"
        page.wait_for_selector("[data-place-words]:not(:empty)")
        assert grave(page) == []
        visitor.look()


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return metres between two positions."""
    return metres(one[0], one[1], other[0], other[1])


def middle_of_city() -> tuple[float, float]:
    return point_in(1, 1, east=0.0, north=0.0)


@pytest.mark.parametrize("frame", [Frame.GCJ02, Frame.BD09])
def test_what_is_picked_on_a_displaced_base_is_the_true_place(
    town: City, visits: Visits, settings: Any, frame: Frame
) -> None:
    settings.MAP_STYLE = "https://maps.example/{z}/{x}/{y}.png"
    settings.MAP_FRAME = frame.value
    true = point_in(0, 0)
    with visits("desk", "en") as visitor:
        page = visitor.page
        page.route("https://maps.example/**", lambda route: route.fulfill(body=a_tile()))
        visitor.open("/report")
        page.click("details.degrees summary")
        page.fill("#longitude", str(true[0]))
        page.fill("#latitude", str(true[1]))
        page.press("#latitude", "Tab")
        drawn(page)
        page.wait_for_selector(".map-pin")
        on_base = tuple(map(float, attribute(page, "data-on-base").split(",")))

        page.focus(".map-pin")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        stayed = fields(page)
        tap(page, across=0.6, down=0.5)

        assert apart(on_base, from_wgs84(*true, frame)) < 1
        assert apart(on_base, true) > 100
        assert apart(stayed, true) < 1
        assert 20 < apart(fields(page), true) < 120  # a few fingers beside, not half a kilometre
        visitor.look()


def test_marks_of_cases_lie_where_the_displaced_base_has_their_place(
    town: City, visits: Visits, settings: Any
) -> None:
    settings.MAP_STYLE = "https://maps.example/{z}/{x}/{y}.png"
    settings.MAP_FRAME = "gcj02"
    number = report_at(town, 0, 0)
    with visits("desk", "en", reduced_motion="reduce") as visitor:
        page = visitor.page
        page.route("https://maps.example/**", lambda route: route.fulfill(body=a_tile()))
        visitor.open("/cases/?open=1&view=map")
        drawn(page)
        open_nearest_by_keys(page)
        page.keyboard.press("Escape")
        middle = tuple(map(float, attribute(page, "data-on-base").split(",")))
        zoom = float(attribute(page, "data-view").split(",")[2])

        across, down = pixels(from_wgs84(*point_in(0, 0), Frame.GCJ02), middle, zoom)
        tap_from_middle(page, across, down)

        page.wait_for_selector("[data-map-card] .map-card")
        assert number in page.inner_text("[data-map-card]")
        assert zoom > 13  # half a kilometre is far more than a finger


def pixels(one: tuple[float, ...], other: tuple[float, ...], zoom: float) -> tuple[float, float]:
    """Return how many pixels one position lies right of and below another on the screen."""
    world = 512 * 2**zoom

    def placed(lon: float, lat: float) -> tuple[float, float]:
        north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
        return (lon / 360) * world, -north / (2 * math.pi) * world

    (x, y), (from_x, from_y) = placed(one[0], one[1]), placed(other[0], other[1])
    return x - from_x, y - from_y


def tap_from_middle(page: Page, across: float, down: float) -> None:
    canvas = page.locator("[data-map] canvas")
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": box["width"] / 2 + across, "y": box["height"] / 2 + down})


def test_a_base_that_does_not_answer_is_replaced_by_our_own(
    town: City, visits: Visits, settings: Any
) -> None:
    settings.MAP_STYLE = "https://maps.example/style.json"
    settings.MAP_FRAME = "gcj02"
    with visits("desk", "en") as visitor:
        page = visitor.page
        page.route("https://maps.example/**", lambda route: route.abort())
        visitor.open("/whose")
        drawn(page)

        assert colours(page) > 40
        assert attribute(page, "data-view").startswith(attribute(page, "data-on-base"))


def a_tile() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (256, 256), (200, 220, 210)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_webgl_a_sentence_stands_there_and_the_list_stays(
    town: City, live_server: Any, without_webgl: Callable[..., Any], language: str
) -> None:
    number = report_at(town, 0, 0)
    visit: Callable[[str], AbstractContextManager[Page]] = without_webgl
    with visit(language) as page:
        for address in ("/", "/cases/?view=map", "/whose", "/report"):
            page.goto(f"{live_server.url}{address}")
            page.wait_for_selector("[data-map].has-failed", state="attached")
            if address == "/report":
                go_to_the_place(page, "[data-map-trouble]")

            assert page.locator("[data-map] canvas").count() == 0
            assert page.is_visible("[data-map-trouble] a[href^='#']")
        page.goto(f"{live_server.url}/cases/?view=map")
        assert number in page.inner_text("#list")


def test_the_list_is_one_key_away_from_the_map(town: City, visits: Visits) -> None:
    with visits("desk", "en") as visitor:
        visitor.open("/cases/?view=map")
        drawn(visitor.page)
        page = visitor.page
        page.focus(".view-ways a:last-child")

        page.keyboard.press("Tab")
        link = page.evaluate("document.activeElement.getAttribute('href')")
        is_seen = page.evaluate("document.activeElement.getBoundingClientRect().height")
        page.keyboard.press("Enter")

        assert link == "#list"
        assert is_seen >= 43
        assert page.url.endswith("#list")


@pytest.mark.parametrize(("width", "language"), WAYS)
def test_an_address_is_found_and_chosen_by_keys_while_it_is_typed(
    town: City, visits: Visits, width: str, language: str
) -> None:
    with visits(width, language) as visitor:
        visitor.open("/report")
        page = visitor.page
        go_to_the_place(page, "#address")

        page.locator("#address").press_sequentially({"zh": "三社", "en": "Three"}[language])
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        active = page.get_attribute("#address", "aria-activedescendant")
        visitor.look()
        page.keyboard.press("Enter")

        assert active == "address-found-0"
        assert page.input_value("#address") == {"zh": "三社区", "en": "Three"}[language]
        assert apart(fields(page), point_in(1, 0)) < 1500
        assert page.input_value("[name=located]") == "1"
        assert page.get_attribute("#address", "aria-expanded") == "false"
        assert not page.is_visible("[role=listbox]")


def test_words_that_no_place_bears_are_kept(town: City, visits: Visits) -> None:
    with visits("desk", "en") as visitor:
        visitor.open("/report")
        page = visitor.page

        page.locator("#address").press_sequentially("beside the old lighthouse")
        page.wait_for_selector("[data-search]:not(:empty)")
        page.keyboard.press("Escape")

        assert page.input_value("#address") == "beside the old lighthouse"
        assert page.input_value("#longitude") == ""
