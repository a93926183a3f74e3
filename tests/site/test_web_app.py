"""The site as an app on a phone: worker, manifest, icons, the page without network."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from gongzhi.site import web_app
from tests.cast import City


@pytest.fixture
def client(city: City) -> Client:
    return Client()


@pytest.fixture
def bundled() -> None:
    if not finders.find("gongzhi/dist/sw.js"):
        pytest.skip("the pages are not bundled: node frontend/build.mjs")


def shell_of(client: Client) -> Any:
    told = client.get("/service-worker.js").content.decode()
    found = re.match(r"self\.SHELL=(\{.*?\});\n", told)
    assert found
    return json.loads(found[1])


@pytest.mark.usefixtures("bundled")
def test_the_worker_is_for_the_whole_site_and_never_kept_by_the_browser(client: Client) -> None:
    answer = client.get("/service-worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert "no-cache" in answer["Cache-Control"]
    assert "import " not in answer.content.decode()[:200]


@pytest.mark.usefixtures("bundled")
def test_every_file_of_the_shell_is_there(client: Client) -> None:
    shell = shell_of(client)

    assert any("report" in one for one in shell["files"])
    for address in shell["files"]:
        assert finders.find(address.removeprefix(shell["statics"])), address
    for page in [*shell["pages"], shell["offline"]]:
        assert client.get(page).status_code == 200


@pytest.mark.usefixtures("bundled")
def test_the_shell_holds_no_page_of_anybody(client: Client) -> None:
    shell = shell_of(client)

    assert shell["pages"] == ["/report"]
    assert shell["offline"] == "/offline"


@pytest.mark.usefixtures("bundled")
def test_the_map_and_the_charts_are_not_carried_by_every_phone(client: Client) -> None:
    sizes = [
        Path(str(finders.find(one.removeprefix("/static/")))).stat().st_size
        for one in shell_of(client)["files"]
    ]

    assert sum(sizes) < 400_000


@pytest.mark.usefixtures("bundled")
def test_the_version_changes_with_the_templates_and_with_nothing_else(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_app._worker_once.cache_clear()
    first = shell_of(client)["version"]
    web_app._worker_once.cache_clear()
    again = shell_of(client)["version"]
    monkeypatch.setattr(web_app, "_look_of_pages", lambda: "another template")
    web_app._worker_once.cache_clear()
    later = shell_of(client)["version"]
    web_app._worker_once.cache_clear()

    assert first == again
    assert first != later


@pytest.mark.parametrize(("language", "name"), [("en", "Gongzhi"), ("zh-hans", "共治")])
def test_the_manifest_speaks_the_language_of_the_page(
    client: Client, language: str, name: str
) -> None:
    answer = client.get(f"/manifest.webmanifest?language={language}")

    facts = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (facts["short_name"], facts["lang"]) == (name, language)
    assert facts["start_url"] == facts["scope"] == "/"
    assert [one["url"] for one in facts["shortcuts"]] == ["/report", "/mine"]


def test_without_a_language_the_browsers_own_decides(client: Client) -> None:
    for asked in ("", "?language=xx", "?language=%00"):
        facts = client.get(f"/manifest.webmanifest{asked}", headers={"Accept-Language": "en"})
        assert facts.json()["lang"] == "en"


def test_the_icons_have_the_sizes_that_the_manifest_says(client: Client) -> None:
    icons = client.get("/manifest.webmanifest").json()["icons"]

    assert {one["purpose"] for one in icons} == {"any", "maskable"}
    for one in icons:
        place = finders.find(one["src"].removeprefix("/static/"))
        with Image.open(str(place)) as picture:
            assert "x".join(map(str, picture.size)) == one["sizes"]


@pytest.mark.parametrize(("language", "words"), [("en", "No network"), ("zh-hans", "没有网络")])
def test_the_page_without_network_says_that_nothing_is_lost(
    client: Client, language: str, words: str
) -> None:
    shown = client.get("/offline", headers={"Accept-Language": language}).content.decode()

    assert words in shown
    assert "data-phone-reports" in shown
