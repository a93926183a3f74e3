"""Every page can be used by everybody: with aids, without script, in large type, on any width."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cast import City
from tests.contracts.test_doors import PAGES, filled, make_case

from .conftest import LOOK_OVER, Visitor, Visits

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
# What axe calls so hinders people; the rest is advice.
GRAVE = {"serious", "critical"}
# Answers for programs and files, not pages.
NO_PAGE = re.compile(
    r"^(?:api/|files/<uuid:use_id>$|health$|places/search$|report/suggest$|service-worker)"
    r"|\.(?:csv|xlsx|geojson|pbf|json|pdf|svg|zip|webmanifest)$|(?:/feed|/changes|/card|/alike)$"
)
# Who looks: the first of them that may open a page, and anybody where everybody may.
READERS = ("opal", "colin", "lea", "sysa", "seca", "auda", "rita")
RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact,
    nodes: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
  }));
}"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the reader and the address of every page, readers together."""
    readers: dict[str, list[str]] = {}
    for address, row in PAGES.items():
        if NO_PAGE.search(address):
            continue
        first = next((one for one in READERS if row[one] == 200), None)
        for reader in {one for one in (first, "" if row[""] == 200 else None) if one is not None}:
            readers.setdefault(reader, []).append(address)
    for reader, addresses in sorted(readers.items()):
        for address in addresses:
            yield reader, address


def visit_all(
    visits: Visits, width: str, language: str, *, large: bool = False, **more: Any
) -> Iterator[tuple[Visitor, str]]:
    """Open every page and yield the visitor on it; the whole address and the reader with it."""
    case = make_case()
    together: dict[str, list[str]] = {}
    for reader, address in pages():
        together.setdefault(reader, []).append(filled(address, case))
    for reader, addresses in together.items():
        with visits(width, language, reader, **more) as visitor:
            if large:
                cookie = {"name": "type_size", "value": "large", "url": visitor.base}
                visitor.page.context.add_cookies([cookie])
            for address in addresses:
                answer = visitor.page.goto(f"{visitor.base}{address}")
                assert answer is not None
                assert answer.status == 200, f"{reader or 'anybody'} at {address}"
                yield visitor, f"{reader or 'anybody'} at {address}"


LOOKS: tuple[dict[str, Any], ...] = (
    {"width": "desk", "language": "zh", "color_scheme": "light"},
    {"width": "phone", "language": "en", "color_scheme": "dark", "large": True},
)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: str(look["width"]))
def test_axe_finds_nothing_serious_on_any_page(
    town: City, visits: Visits, look: dict[str, Any]
) -> None:
    grave = {}

    for visitor, where in visit_all(visits, **look, bypass_csp=True):
        visitor.page.add_script_tag(path=str(AXE))
        found = visitor.page.evaluate(RUN_AXE)
        if serious := [one for one in found if one["impact"] in GRAVE]:
            grave[where] = serious

    assert grave == {}


def test_every_page_holds_together_without_script(town: City, visits: Visits) -> None:
    bare = []

    for visitor, where in visit_all(visits, "phone", "zh", java_script_enabled=False):
        visitor.look()
        text = visitor.page.inner_text("main").strip()
        waits = visitor.page.locator("[data-needs-script]:visible").count()
        if len(text) < 10 or waits:
            bare.append(where)

    assert bare == []


def test_every_page_holds_at_twice_its_size_in_large_type(town: City, visits: Visits) -> None:
    broken = {}

    # A desk of 1440 px at 200 % has 720 of the page's own pixels.
    size = {"width": 720, "height": 450}
    looked_at = visit_all(visits, "desk", "zh", large=True, viewport=size, device_scale_factor=2)
    for visitor, where in looked_at:
        found = visitor.page.evaluate(LOOK_OVER)
        if found["wider"] > 0 or found["small"]:
            broken[where] = found["wider"], found["small"]

    assert broken == {}
