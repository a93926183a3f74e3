"""A real Chromium, a live server and the cast; every page that is opened is looked over."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.cast import PASSWORD, City, build_city, photo
from tests.ground import Ground

# Playwright keeps an event loop in the thread of the test, where Django would refuse to work.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"phone": (390, 844), "desk": (1440, 900)}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}

LOOK_OVER = """() => {
  const named = (one) => one.labels?.length || one.getAttribute('aria-label');
  const fields = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')];
  // The target of a radio button or a box to tick is its label.
  const ticks = '[type=radio], [type=checkbox]';
  const targets = `button, main .button, input:not(${ticks}), select, label:has(${ticks})`;
  const small = [...document.querySelectorAll(targets)]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5);
  return {
    lang: document.documentElement.lang,
    title: document.title.trim(),
    headings: document.querySelectorAll('h1').length,
    unlabelled: fields.filter((one) => !named(one)).map((one) => one.outerHTML),
    twice: [...document.querySelectorAll('[id]')].map((one) => one.id)
      .filter((id, place, all) => all.indexOf(id) !== place),
    nameless: document.querySelectorAll('img:not([alt])').length,
    small: small.map((one) => one.outerHTML.slice(0, 120)),
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Walk the loop on every engine, look at all other pages on one: they come out alike."""
    if connection.vendor == "sqlite":
        return
    once = pytest.mark.skip(
        reason="pages look the same on every engine; the loop is walked on each"
    )
    for item in items:
        if item.get_closest_marker("browser") and item.path.stem != "test_the_loop":
            item.add_marker(once)


@pytest.fixture(scope="session")
def chromium(
    live_server: object, ground: Ground, django_db_blocker: DjangoDbBlocker
) -> Iterator[Browser]:
    """Start Chromium once; without it the tests are skipped.

    While it is driven an event loop runs in this thread, and Django gives it a connection of
    its own: what the other one holds must be let go before, and the other way round.

    It is closed before the server: a kept connection would leave a thread of the server
    behind, which could not close its database any more.
    """
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed at /usr/bin/chromium")
    with django_db_blocker.unblock():
        ground.clear()
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        with django_db_blocker.unblock():
            ground.clear()
        browser.close()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=10)


@pytest.fixture
def town(transactional_db: None) -> City:
    """Return the cast in a database that the server sees too."""
    return build_city()


@dataclass
class Visitor:
    """Somebody with a browser of their own, whose every page is looked over."""

    page: Page
    base: str
    mistakes: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go to an address of the site."""
        self.page.goto(f"{self.base}{address}")
        self.look()

    def look(self) -> None:
        """Look over the page as it stands."""
        found: dict[str, Any] = self.page.evaluate(LOOK_OVER)
        where = self.page.url
        assert found["lang"], where
        assert found["title"], where
        assert found["headings"] == 1, where
        assert found["unlabelled"] == [], where
        assert found["twice"] == [], where
        assert found["nameless"] == 0, where
        assert found["small"] == [], where
        assert found["wider"] <= 0, f"{where} scrolls sideways by {found['wider']} px"
        assert self.mistakes == [], where

    def press(self, selector: str) -> None:
        """Press something and look over the page that follows."""
        self.page.click(selector)
        self.page.wait_for_load_state()
        self.look()

    def sign_in(self, login: str) -> None:
        """Sign in by the form."""
        self.open("/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.press(".sign-in-way button")
        assert "/sign-in" not in self.page.url


Visits = Callable[..., Any]


@pytest.fixture
def visits(chromium: Browser, live_server: Any, town: City) -> Visits:
    """Return a context manager that gives a visitor of a width and a language."""

    @contextmanager
    def visit(width: str, language: str, login: str = "", **more: Any) -> Iterator[Visitor]:
        across, down = WIDTHS[width]
        # It fetches pages behind the back of a test; who tests it asks for it.
        more.setdefault("service_workers", "block")
        fixed = {"viewport": {"width": across, "height": down}, "locale": LANGUAGES[language]}
        context: BrowserContext = chromium.new_context(**(fixed | more))
        chosen = {"zh": "zh-hans", "en": "en"}[language]
        context.add_cookies([{"name": "django_language", "value": chosen, "url": live_server.url}])
        visitor = Visitor(context.new_page(), live_server.url)
        visitor.page.on(
            "console",
            lambda told: visitor.mistakes.append(told.text) if told.type == "error" else None,
        )
        visitor.page.on("pageerror", lambda error: visitor.mistakes.append(str(error)))
        if login:
            visitor.sign_in(login)
        yield visitor
        context.close()

    return visit


def a_file(shade: int = 128) -> Any:
    """Return a photograph as a file field takes it."""
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo(shade)}
