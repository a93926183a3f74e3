"""Photograph the pages of the invented city into docs/images/, and list them in docs/pages.md.

    python scripts/screenshots.py                           of a city founded for this alone
    python scripts/screenshots.py http://127.0.0.1:8000     of a demonstration that is served

Needs Chromium at /usr/bin/chromium.  Every picture has at most 160 kB.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
LIST = ROOT / "docs" / "pages.md"
PASSWORD = "tinglan-demo"  # noqa: S105 - of the invented city
MOST_BYTES = 160_000
PATIENCE = 180  # seconds to found and serve a city
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
]  # fmt: skip
WIDTHS = {"phone": (390, 844), "desk": (1440, 900)}


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
    Shot("report-phone", "/report", width="phone"),
    Shot("report-en", "/report", language="en", is_whole=True),
    Shot("whose", "/whose"),
    Shot("find-a-place", "/places/search?q=路"),
    Shot("cases", "/cases/?open=1"),
    Shot("cases-phone", "/cases/?open=1", width="phone"),
    Shot("cases-map", "/cases/?view=map"),
    Shot("case", "closed", is_whole=True),
    Shot("case-phone", "closed", width="phone", is_whole=True),
    Shot("case-en", "closed", language="en"),
    Shot("case-desk", "reported", login="operator"),
    Shot("sheet", "closed/sheet"),
    Shot("mine-phone", "/mine", login="resident", width="phone"),
    Shot("standards", "/standards"),
    Shot("board", "/board/all"),
    Shot("board-phone-en", "/board/all", width="phone", language="en"),
    Shot("inbox", "/inbox", login="dispatcher"),
    Shot("notices", "/notices", login="dispatcher"),
    Shot("field-phone", "/field", login="collector", width="phone"),
    Shot("field-tasks-phone", "/field/tasks", login="collector", width="phone"),
    Shot("field-fix-phone-en", "/field/fix", login="collector", width="phone", language="en"),
    Shot("field-area-phone", "/field/area", login="collector", width="phone"),
    Shot("field-me-phone", "/field/me", login="collector", width="phone"),
    Shot("desk", "/desk", login="dispatcher"),
    Shot("desk-en", "/desk", login="operator", language="en"),
    Shot("desk-phone", "/desk", login="dispatcher", width="phone"),
    Shot("watch", "/watch", login="leader"),
    Shot("watch-wall", "/watch?wall=1", login="leader", scheme="dark"),
    Shot("patrols", "/patrols", login="supervisor"),
    Shot("account", "/account", login="dispatcher"),
    Shot("second-factor-en", "/account/two-factor", login="dispatcher", language="en"),
    Shot("admin", "/admin/", login="sysadmin"),
    Shot("admin-people", "/admin/people", login="secadmin"),
    Shot("admin-packs-en", "/admin/packs", login="sysadmin", language="en"),
    Shot("admin-audit", "/admin/audit", login="auditadmin"),
    Shot("help-en", "/help", language="en"),
    Shot("sign-in-en", "/sign-in", width="phone", language="en"),
)


@contextmanager
def served_city() -> Iterator[str]:
    """Found an invented city in a folder of its own, serve it, and yield its address."""
    with tempfile.TemporaryDirectory(prefix="gongzhi-pictures-") as data, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        gongzhi = str(Path(sys.executable).parent / "gongzhi")
        environment = {**os.environ, "GONGZHI_DATA": data, "PORT": port, "DATABASE_URL": "sqlite:"}
        subprocess.run([gongzhi, "setup", "--demo"], env=environment, check=True)  # noqa: S603
        server = subprocess.Popen([gongzhi, "serve"], env=environment)  # noqa: S603
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(base: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{base}/health", timeout=5)  # noqa: S310 - our own server
        except OSError:
            time.sleep(0.3)
        else:
            return
    sys.exit(f"The city did not answer at {base} within {PATIENCE} s.")


def _page(browser: Browser, shot: Shot, base: str) -> Page:
    across, down = WIDTHS[shot.width]
    context = browser.new_context(
        viewport={"width": across, "height": down},
        color_scheme=shot.scheme,
        service_workers="block",
    )
    context.add_cookies([{"name": "django_language", "value": shot.language, "url": base}])
    page = context.new_page()
    if shot.login:
        page.goto(f"{base}/sign-in")
        page.fill("#login", shot.login)
        page.fill("#password", PASSWORD)
        page.click(".sign-in-way button")
    return page


def _address(page: Page, shot: Shot, base: str) -> str:
    """Return the address; `closed/sheet` is the sheet of the newest closed case."""
    if shot.address.startswith("/"):
        return f"{base}{shot.address}"
    state, _, rest = shot.address.partition("/")
    page.goto(f"{base}/cases/?state={state}")
    found = re.search(r'href="(/cases/[^"?/]+)"', page.inner_html("main"))
    return f"{base}{found[1]}{'/' + rest if rest else ''}" if found else f"{base}/cases/"


def _small(content: bytes) -> bytes:
    """Return the picture with few enough colours and pixels to have at most `MOST_BYTES`."""
    picture = Image.open(BytesIO(content)).convert("RGB")
    while True:
        for colours in (256, 128, 64):
            buffer = BytesIO()
            picture.quantize(colours).save(buffer, "PNG", optimize=True)
            if buffer.tell() <= MOST_BYTES:
                return buffer.getvalue()
        picture = picture.resize((picture.width * 4 // 5, picture.height * 4 // 5))


def take_all(base: str) -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for shot in SHOTS:
            page = _page(browser, shot, base)
            answer = page.goto(_address(page, shot, base))
            if answer is None or not answer.ok:
                sys.exit(f"{shot.name}: {page.url} answered {answer and answer.status}.")
            page.wait_for_load_state("networkidle")
            content = page.screenshot(full_page=shot.is_whole)
            (IMAGES / f"{shot.name}.png").write_bytes(_small(content))
            page.context.close()
        browser.close()
    for old in {path.stem for path in IMAGES.glob("*.png")} - {shot.name for shot in SHOTS}:
        (IMAGES / f"{old}.png").unlink()


def write_list() -> None:
    """Write the page that shows every picture."""
    lines = ["# The pages", "", "*Photographed by `make docs` in the invented city.*", ""]
    for shot in SHOTS:
        reader = shot.login or "anybody"
        told = f"`{shot.address}`, {reader}, {shot.width}, {shot.language}"
        lines += [f"## {shot.name}", "", f"{told}", "", f"![{told}](images/{shot.name}.png)", ""]
    LIST.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take_all(sys.argv[1].rstrip("/"))
    else:
        with served_city() as address:
            take_all(address)
    write_list()
