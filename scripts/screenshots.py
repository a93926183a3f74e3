"""Photograph the main pages of a running demonstration city into docs/images/.

    gongzhi demo --yes && gongzhi serve &
    python scripts/screenshots.py http://127.0.0.1:8000

Needs Chromium at /usr/bin/chromium.  Every picture has at most 300 kB.
"""

import re
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

MOST_BYTES = 300_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
WIDTHS = {"phone": (390, 844), "desk": (1280, 860)}


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the page, who looks at it and how."""

    name: str
    address: str
    login: str = ""
    width: str = "desk"
    language: str = "zh-hans"
    scheme: str = "light"
    is_whole: bool = False


SHOTS = (
    Shot("home", "/"),
    Shot("home-phone-en", "/", width="phone", language="en"),
    Shot("home-dark", "/", scheme="dark"),
    Shot("report-phone", "/report", width="phone", is_whole=True),
    Shot("cases", "/cases/?open=1"),
    Shot("cases-phone", "/cases/?open=1", width="phone"),
    Shot("case", "closed", is_whole=True),
    Shot("case-phone", "closed", width="phone", is_whole=True),
    Shot("case-desk", "reported", login="operator"),
    Shot("inbox", "/inbox", login="dispatcher"),
    Shot("standards", "/standards"),
    Shot("sign-in-en", "/sign-in", width="phone", language="en"),
)


def _page(browser: Browser, shot: Shot, base: str, password: str) -> Page:
    across, down = WIDTHS[shot.width]
    context = browser.new_context(
        viewport={"width": across, "height": down}, color_scheme=shot.scheme
    )
    cookie = {"name": "django_language", "value": shot.language, "url": base}
    context.add_cookies([cookie])
    page = context.new_page()
    if shot.login:
        page.goto(f"{base}/sign-in")
        page.fill("#login", shot.login)
        page.fill("#password", password)
        page.click(".sign-in-way button")
    return page


def _address(page: Page, shot: Shot, base: str) -> str:
    """Return the address; a bare word is the newest case in that state."""
    if shot.address.startswith("/"):
        return f"{base}{shot.address}"
    page.goto(f"{base}/cases/?state={shot.address}")
    found = re.search(r'href="(/cases/[^"?]+)"', page.inner_html("main"))
    return f"{base}{found[1]}" if found else f"{base}/cases/"


def _small(content: bytes) -> bytes:
    """Return the picture with few enough colours to have at most `MOST_BYTES`."""
    picture = Image.open(BytesIO(content)).convert("RGB")
    for colours in (256, 128, 64, 32):
        buffer = BytesIO()
        picture.quantize(colours).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return buffer.getvalue()


def main(base: str, place: Path, password: str) -> None:
    """Take every picture."""
    place.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for shot in SHOTS:
            page = _page(browser, shot, base, password)
            page.goto(_address(page, shot, base))
            page.wait_for_load_state("networkidle")
            content = page.screenshot(full_page=shot.is_whole)
            (place / f"{shot.name}.png").write_bytes(_small(content))
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(
        sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000",
        Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parents[1] / "docs/images",  # noqa: PLR2004
        sys.argv[3] if len(sys.argv) > 3 else "tinglan-demo",  # noqa: PLR2004
    )
