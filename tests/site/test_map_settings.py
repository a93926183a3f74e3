"""The base map by settings: our own unless another is named, and nothing opened that is not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from django.test import Client

from gongzhi.kernel.coordinates import Frame, from_wgs84
from gongzhi.webkit.headers import policy
from tests.cast import City

FRAMES = Path(__file__).parents[2] / "frontend" / "src" / "parts" / "map" / "frames.ts"
FRONTEND = FRAMES.parents[3]

BUNDLED = """
import { buildSync } from "esbuild";
const built = buildSync({
  entryPoints: [process.argv[1]], bundle: true, write: false, format: "esm",
});
const code = Buffer.from(built.outputFiles[0].text).toString("base64");
const { toBase, fromBase } = await import(`data:text/javascript;base64,${code}`);
const asked = JSON.parse(process.argv[2]);
console.log(JSON.stringify(asked.map(([frame, east, north]) => {
  const there = toBase([east, north], frame);
  return [there, fromBase(there, frame)];
})));
"""

PRINTED = "import gongzhi.site.settings as s; print(s.MAP_STYLE, s.MAP_FRAME)"


def settings_with(**values: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import gongzhi.site.settings as s; print(s.MAP_STYLE, s.MAP_FRAME)",
        ],
        env=os.environ | {"SECRET_KEY": "x"} | values,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_base_map_is_our_own_unless_another_is_named() -> None:
    told = settings_with()

    assert told.stdout.strip() == "wgs84"


def test_a_base_from_outside_is_named_with_its_frame() -> None:
    told = settings_with(
        GONGZHI_MAP_STYLE="https://maps.example/{z}/{x}/{y}.png", GONGZHI_MAP_FRAME="gcj02"
    )

    assert told.stdout.strip() == "https://maps.example/{z}/{x}/{y}.png gcj02"


@pytest.mark.parametrize(
    "wrong",
    [
        {"GONGZHI_MAP_STYLE": "maps.example/style.json"},
        {"GONGZHI_MAP_STYLE": "javascript:alert(1)"},
        {"GONGZHI_MAP_STYLE": "https://maps.example/a;script-src%20*/{z}; script-src *"},
        {"GONGZHI_MAP_FRAME": "mars"},
    ],
)
def test_a_base_that_is_none_is_refused_by_name_and_value(wrong: dict[str, str]) -> None:
    told = settings_with(**wrong)

    name, value = next(iter(wrong.items()))
    assert told.returncode != 0
    assert name in told.stderr
    assert value.upper() in told.stderr.upper()


def test_only_the_origin_of_the_named_base_is_opened_and_only_for_pictures_and_data() -> None:
    closed = policy()
    opened = policy("https://maps.example:8443/styles/day.json?key=1")

    assert "https:" not in closed
    assert "'unsafe" not in closed + opened
    for part in opened.split("; "):
        name = part.split(" ")[0]
        assert ("https://maps.example:8443" in part) == (name in {"img-src", "connect-src"}), part
    assert "key=1" not in opened


def test_pages_are_sent_with_the_policy_of_the_setting(city: City, settings: Any) -> None:
    settings.MAP_STYLE = "https://maps.example/{z}/{x}/{y}.png"
    settings.MAP_FRAME = "gcj02"

    answer = Client().get("/")

    assert answer["Content-Security-Policy"] == policy(settings.MAP_STYLE)
    assert 'data-frame="gcj02"' in answer.content.decode()


def test_browsers_reckon_the_frames_as_the_kernel_does() -> None:
    node = which("node")
    if node is None:
        pytest.skip("Node is not installed")
    places = [(120.0, 40.0), (121.47, 31.23), (87.6, 43.8), (113.26, 23.13), (2.35, 48.85)]
    asked = [(frame.value, *place) for frame in Frame for place in places]

    run = subprocess.run(
        [node, "--input-type=module", "-e", BUNDLED, "--", str(FRAMES), json.dumps(asked)],
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=True,
    )

    for (frame, east, north), (there, back) in zip(asked, json.loads(run.stdout), strict=True):
        assert there == pytest.approx(from_wgs84(east, north, Frame(frame)), abs=1e-11, rel=0)
        assert back == pytest.approx((east, north), abs=1e-9, rel=0)
    assert json.loads(run.stdout)[len(places)][0] == pytest.approx(
        (120.00567568355486, 40.0013047896019), abs=1e-11, rel=0
    )
