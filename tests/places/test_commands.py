"""The command line of the map, as a keeper of the map types it."""

import json
from pathlib import Path

import polib
import pytest
import shapely
from click.testing import CliRunner, Result
from django.utils import translation

from gongzhi.places import words
from gongzhi.places.commands import COMMANDS

from .small_city import Town, square

LOCALE = Path(words.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"


def run(name: str, *words: object) -> Result:
    with translation.override("en"):
        return CliRunner().invoke(COMMANDS[name], [str(word) for word in words])


@pytest.fixture
def north(tmp_path: Path) -> Path:
    path = tmp_path / "north.geojson"
    geometry = json.loads(shapely.to_geojson(square(2, 2)))
    bad = {"type": "Point", "coordinates": [120, 36]}
    features = [
        {"type": "Feature", "properties": {"c": "N", "n": "北街", "k": "1"}, "geometry": geometry},
        {"type": "Feature", "properties": {"c": "P", "n": "点", "k": "1"}, "geometry": bad},
        {"type": "Feature", "properties": {"c": "Q", "n": "别", "k": "2"}, "geometry": geometry},
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_an_import_tells_what_it_did_and_where_the_refused_ones_are(
    town: Town, north: Path
) -> None:
    told = run(
        "places import",
        north,
        *("--layer", "street", "--name-field", "n", "--code-field", "c", "--where", "k=1"),
    )

    assert told.exit_code == 0, told.output
    assert "3 features: 1 drawn, 0 redrawn, 0 changed, 0 unchanged, 1 left out, 1 refused." in (
        told.output
    )
    assert "north.refused.geojson" in told.output


def test_a_file_that_is_not_there_is_a_sentence_not_a_trace(town: Town, tmp_path: Path) -> None:
    told = run(
        "places import",
        tmp_path / "none.geojson",
        *("--layer", "street", "--name-field", "n", "--code-field", "c"),
    )

    assert told.exit_code == 1
    assert "The file none.geojson cannot be opened" in told.output


def test_layers_are_listed_with_their_areas(town: Town) -> None:
    assert run("places define-layer", "lot", "--name", "标段", "--rank", 60).exit_code == 0

    lines = run("places layers").output.splitlines()

    assert [line.split()[1] for line in lines] == ["district", "street", "road", "lot"]
    assert "2 areas  in the tree" in lines[1]


def test_a_position_is_told_with_its_areas_and_flags(town: Town) -> None:
    told = run("places locate", 120.017, 36.01).output

    assert "district: D" in told
    assert "no area of the layer street here (gap:street)" in told


def test_a_position_south_and_west_is_a_position(town: Town) -> None:
    assert "outside all areas" in run("places locate", -74.0, -40.0).output


def test_swapped_positions_are_refused(town: Town) -> None:
    assert run("places locate", 36.0, 120.0).exit_code == 1


def test_every_sentence_is_translated() -> None:
    catalogue = polib.pofile(str(LOCALE))
    known = {entry.msgid for entry in catalogue.translated_entries()}

    with translation.override("en"):
        told = {
            str(sentence)
            for table in (words.REFUSALS, words.REMARKS, words.FLAGS)
            for sentence in table.values()
        }

    assert told <= known
