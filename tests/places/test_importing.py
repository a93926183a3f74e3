"""Importing: the features of a GeoJSON file become areas of a layer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from django.utils import translation

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM
from gongzhi.kernel.coordinates import Frame, from_wgs84
from gongzhi.ledger import queries as ledger
from gongzhi.places import actions, queries
from gongzhi.places.rules import (
    BadSource,
    ImportReport,
    NoSuchLayer,
    NotCollection,
    NotJson,
    NotMapKeeper,
    NotText,
    Projected,
)

from .small_city import NOON, Town, define, square

BOWTIE = [[120.0, 36.0], [120.01, 36.01], [120.01, 36.0], [120.0, 36.01], [120.0, 36.0]]


def feature(code: object, geometry: object, name: object = "Name", **more: object) -> Any:
    if isinstance(geometry, shapely.Geometry):
        geometry = json.loads(shapely.to_geojson(geometry))
    properties = {"code": code, "name": name, **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def written(folder: Path, *features: object, **more: object) -> Path:
    path = folder / "areas.geojson"
    whole = {"type": "FeatureCollection", "features": features, **more}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return path


def imported(path: Path, layer: str = "street", **more: Any) -> ImportReport:
    return actions.import_geojson(
        path, layer=layer, name_field="name", code_field="code", by=SYSTEM, at=NOON, **more
    )


def reasons(report: ImportReport) -> list[str]:
    whole = json.loads(Path(report.refused_path).read_text(encoding="utf-8"))
    return [one["properties"]["_reason"] for one in whole["features"]]


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def test_a_feature_becomes_an_area_under_the_district_that_holds_it(
    town: Town, tmp_path: Path
) -> None:
    report = imported(
        written(tmp_path, feature(7, square(2, 2), "北街", en="North")), name_en_field="en"
    )

    area = queries.area_by_code("street", "7")
    assert (report.drawn, report.refused, report.remarks) == (1, 0, ())
    assert (area.name, area.name_en, area.parent_id) == ("北街", "North", town.district)
    assert area.path.startswith(queries.area(town.district).path)
    assert len(area.path) == 10


def test_the_same_file_twice_changes_nothing(town: Town, tmp_path: Path) -> None:
    path = written(tmp_path, feature("N", square(2, 2)))
    imported(path)
    before = len(list(ledger.entries_after(0, 100)))

    report = imported(path)

    assert (report.drawn, report.redrawn, report.changed, report.unchanged) == (0, 0, 0, 1)
    assert len(list(ledger.entries_after(0, 100))) == before


def test_another_shape_redraws_the_same_area_and_the_old_shape_is_told(
    town: Town, tmp_path: Path
) -> None:
    imported(written(tmp_path, feature("N", square(2, 2))))
    area = queries.area_by_code("street", "N")

    report = imported(written(tmp_path, feature("N", square(2, 2, 1.2), "New name")))

    entries = ledger.history(f"area:{area.id}")
    assert report.redrawn == 1
    assert queries.area_by_code("street", "N").id == area.id
    assert [one.kind for one in entries] == ["area.drawn", "area.redrawn", "area.renamed"]
    assert entries[1].facts["shape_before"] == entries[0].facts["shape"]


def test_only_the_features_asked_for_are_read(town: Town, tmp_path: Path) -> None:
    path = written(
        tmp_path, feature("a", square(2, 2), admin=8), feature("b", square(2, 3), admin=6)
    )

    report = imported(path, where={"admin": "8"})

    assert (report.read, report.drawn, report.skipped) == (2, 1, 1)


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        (None, "no geometry"),
        ({"type": "Point", "coordinates": [120, 36]}, "this is a Point"),
        ({"type": "Polygon", "coordinates": []}, "no rings"),
        (polygon([[120, 36], [120.01, 36], [120.01, 36.01], [120, 36.01]]), "Ring 1 is not closed"),
        (polygon([[120, 36], [120.01, 36], [120, 36]]), "too few positions"),
        (polygon([[120, 36], ["x", 36], [120, 37], [120, 36]]), "no pair of numbers"),
        (polygon([[120, float("nan")], [121, 36], [120, 37], [120, 36]]), "no pair of numbers"),
        (polygon([[0, 0], [120.01, 36], [120.01, 36.01], [0, 0]]), "an empty field"),
        (
            polygon([[36, 120], [36, 120.01], [36.01, 120.01], [36, 120]]),
            "swapped, as in 36.0",
        ),
        (polygon([[4e5, 3e6], [4e5, 3.1e6], [5e5, 3e6], [4e5, 3e6]]), "metres of a projection"),
        (polygon([[120, 36], [121, 36], [120, 36], [120, 36]]), "encloses nothing"),
        (polygon(BOWTIE), "crosses or touches itself at 120.005, 36.005"),
        (
            polygon(
                [[120, 36], [120.01, 36], [120.01, 36.01], [120, 36]],
                [[121, 37], [121.01, 37], [121.01, 37.01], [121, 37]],
            ),
            "lies outside its outline",
        ),
    ],
)
def test_a_shape_that_is_no_area_is_refused_with_the_fault_and_its_place(
    town: Town, tmp_path: Path, geometry: object, told: str
) -> None:
    report = imported(written(tmp_path, feature("bad", geometry), feature("N", square(2, 2))))

    assert (report.drawn, report.refused) == (1, 1)
    assert told in reasons(report)[0]


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        (None, "x", "“the code” is blank or missing"),
        ("c", "  ", "“the name” is blank or missing"),
        ("c" * 49, "x", "has 49 characters; at most 48"),
        ("c", "n" * 100_000, "has 100000 characters"),
        ("c", "a\x00b", "cannot be shown"),
        ("c d", "x", "a blank inside a code"),
        ({"a": 1}, "x", "“the code” is blank or missing"),
    ],
)
def test_a_feature_without_a_usable_code_or_name_is_refused(
    town: Town, tmp_path: Path, code: object, name: str, told: str
) -> None:
    report = imported(written(tmp_path, feature(code, square(2, 2), name)))

    assert (report.drawn, report.refused) == (0, 1)
    assert told in reasons(report)[0]


def test_the_second_feature_of_one_code_is_refused(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("N", square(2, 2)), feature("N", square(2, 3))))

    assert (report.drawn, report.refused) == (1, 1)
    assert "more than once" in reasons(report)[0]


def test_repair_mends_a_crossing_and_an_open_ring_and_tells_where(
    town: Town, tmp_path: Path
) -> None:
    open_ring = [[120.02, 36.02], [120.03, 36.02], [120.03, 36.03]]
    path = written(tmp_path, feature("B", polygon(BOWTIE)), feature("O", polygon(open_ring)))

    report = imported(path, mend=True)

    assert (report.drawn, report.refused) == (2, 0)
    repaired = [one.facts for one in report.remarks if one.code == "repaired"]
    assert [one["code"] for one in repaired] == ["B", "O"]
    assert repaired[0]["longitude"] == "120.005000"
    assert queries.shape_of(queries.area_by_code("street", "B").id).is_valid


def test_an_area_mostly_outside_its_district_is_refused(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("X", square(3.5, 0, 2))))

    assert report.drawn == 0
    assert "75% of X lies outside" in reasons(report)[0]


def test_an_area_that_sticks_out_is_drawn_with_a_remark(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("X", square(3.2, 2))))

    assert report.drawn == 1
    assert [one.code for one in report.remarks] == ["sticks_out"]


def test_siblings_that_overlap_are_remarked(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("X", square(1, 0))))

    assert [(one.code, one.facts["other"]) for one in report.remarks] == [("overlap", "W")]


def test_siblings_that_touch_are_not_remarked(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("X", square(1.5, 0, 0.5))))

    assert report.remarks == ()


def test_a_mended_file_of_refused_features_can_be_imported(town: Town, tmp_path: Path) -> None:
    report = imported(written(tmp_path, feature("B", polygon(BOWTIE))))

    again = imported(Path(report.refused_path), mend=True)

    assert (again.drawn, again.refused) == (1, 0)


def test_positions_in_gcj02_are_drawn_in_wgs84(town: Town, tmp_path: Path) -> None:
    shape = square(2, 2)
    shifted = shapely.transform(
        shape,
        lambda xy: np.stack(from_wgs84(xy[:, 0], xy[:, 1], Frame.GCJ02), axis=1),
    )

    imported(written(tmp_path, feature("N", shifted)), frame=Frame.GCJ02)

    drawn = queries.shape_of(queries.area_by_code("street", "N").id)
    assert shapely.hausdorff_distance(drawn, shape) < 1e-8


def test_gcj02_outside_china_is_refused(town: Town, tmp_path: Path) -> None:
    box = shapely.box(-74, 40, -73.9, 40.1)

    report = imported(written(tmp_path, feature("N", box)), frame=Frame.GCJ02)

    assert "used in China only" in reasons(report)[0]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b'{"type": "FeatureCollection",\n "features": [}', NotJson),
        (b"", NotJson),
        (b"[" * 100_000, NotJson),
        (b"\x80\xff\x00\x81", NotText),
        (b'{"type": "Feature"}', NotCollection),
        (b'{"type": "FeatureCollection", "features": 3}', NotCollection),
        (b"[1, 2]", NotCollection),
        (
            b'{"type": "FeatureCollection", "features": [],'
            b' "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}}',
            Projected,
        ),
    ],
)
def test_a_file_that_is_no_geojson_in_degrees_is_refused_whole(
    town: Town, tmp_path: Path, content: bytes, refusal: type[BadSource]
) -> None:
    path = tmp_path / "areas.geojson"
    path.write_bytes(content)

    with pytest.raises(refusal):
        imported(path)


def test_broken_json_is_told_by_line_and_column(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_bytes(b'{"type": "FeatureCollection",\n "features": [}')

    with pytest.raises(NotJson) as refusal:
        imported(path)

    assert (refusal.value.facts["line"], refusal.value.facts["column"]) == (2, 15)


def test_a_byte_order_mark_and_gb18030_are_read(town: Town, tmp_path: Path) -> None:
    text = written(tmp_path, feature("N", square(2, 2), "中山路")).read_text(encoding="utf-8")
    for encoding in ("utf-8-sig", "gb18030"):
        path = tmp_path / f"{encoding}.geojson"
        path.write_text(text, encoding=encoding)

        imported(path)

        assert queries.area_by_code("street", "N").name == "中山路"


def test_a_layer_that_does_not_exist_is_refused_unless_its_rank_is_given(
    town: Town, tmp_path: Path
) -> None:
    path = written(tmp_path, feature("lot", square(0, 0)))

    with pytest.raises(NoSuchLayer):
        imported(path, layer="lot")
    report = imported(path, layer="lot", rank=60)

    assert report.drawn == 1
    assert queries.area_by_code("lot", "lot").parent_id == town.west_street


def test_parents_can_be_given_by_code(town: Town, tmp_path: Path) -> None:
    define("community", 30)
    path = written(
        tmp_path,
        feature("c1", square(9, 9), up="E"),
        feature("c2", square(9, 9), up="nowhere"),
    )

    report = imported(path, layer="community", parent_field="up")

    assert queries.area_by_code("community", "c1").parent_id == town.east_street
    assert (report.drawn, report.refused) == (1, 1)


def test_only_a_keeper_of_the_map_imports(town: Town, tmp_path: Path) -> None:
    path = written(tmp_path, feature("N", square(2, 2)))

    with pytest.raises(NotMapKeeper):
        actions.import_geojson(
            path, layer="street", name_field="name", code_field="code", by=ANONYMOUS, at=NOON
        )
