"""Drawing: layers, areas, their parents, and what the ledger keeps of it."""

from datetime import date

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger import queries as ledger
from gongzhi.places import actions, queries
from gongzhi.places.rules import (
    AreaHasParts,
    BadDates,
    CodeTwice,
    LayerInUse,
    NoSuchArea,
    NoSuchLayer,
    NotMapKeeper,
    OutsideParent,
    ParentNotCoarser,
    SelfCrossing,
    path_of,
)

from .small_city import NOON, Town, define, square


def draw(layer: str, code: str, shape: shapely.Geometry, **more: object) -> int:
    return actions.draw_area(
        layer,
        code,
        name=code,
        geometry=shape,
        by=SYSTEM,
        at=NOON,
        **more,  # type: ignore[arg-type]
    )


def test_a_drawing_leaves_one_entry_with_the_fingerprint_of_its_shape(town: Town) -> None:
    (entry,) = ledger.history(f"area:{town.west_street}")

    shape = queries.shape_of(town.west_street)
    wkb = shapely.to_wkb(shape, byte_order=1, output_dimension=2)
    assert entry.kind == "area.drawn"
    assert entry.facts == {
        "layer": "street",
        "code": "W",
        "shape": sha256_hex(wkb),
        "parent_id": town.district,
    }


def test_paths_follow_the_tree(town: Town) -> None:
    district, street = queries.area(town.district), queries.area(town.west_street)

    assert district.path == path_of(town.district)
    assert street.path == path_of(town.west_street, district.path)
    assert [one.code for one in queries.ancestors(town.west_street)] == ["W", "D"]
    assert [one.code for one in queries.area_tree(district.path, at=NOON)] == ["D", "W", "E"]
    assert [one.code for one in queries.children_of(town.district, at=NOON)] == ["E", "W"]


def test_an_area_that_moves_takes_its_parts_along(town: Town) -> None:
    define("community", 30)
    part = draw("community", "c", square(0, 0), parent_code="W")

    draw("street", "W", square(0, 0, 1.5), parent_code="")

    assert queries.area(part).path == path_of(part, path_of(town.west_street))
    kinds = [one.kind for one in ledger.history(f"area:{town.west_street}")]
    assert kinds == ["area.drawn", "area.moved"]


def test_a_road_across_streets_belongs_to_the_district(town: Town) -> None:
    road = draw("road", "r", shapely.box(120.001, 36.001, 120.034, 36.002))

    assert queries.area(road).parent_id == town.district


def test_a_street_outside_every_district_is_refused_and_leaves_no_trace(town: Town) -> None:
    before = len(ledger.entries_after(0, 100))

    with pytest.raises(OutsideParent):
        draw("street", "X", square(8, 8))

    assert "X" not in queries.areas_by_code("street")
    assert len(ledger.entries_after(0, 100)) == before


def test_drawing_the_same_again_changes_nothing(town: Town) -> None:
    before = len(ledger.entries_after(0, 100))

    again = draw("street", "W", square(0, 0, 1.5), parent_code="D")

    assert again == town.west_street
    assert len(ledger.entries_after(0, 100)) == before


def test_a_crossing_shape_is_refused_with_its_place(town: Town) -> None:
    bowtie = shapely.Polygon([(120, 36), (120.01, 36.01), (120.01, 36), (120, 36.01)])

    with pytest.raises(SelfCrossing) as refusal:
        draw("street", "X", bowtie)

    assert refusal.value.facts["longitude"] == pytest.approx(120.005)


def test_unknown_layers_and_parents_are_refused(town: Town) -> None:
    with pytest.raises(NoSuchLayer):
        draw("nowhere", "x", square(0, 0))
    with pytest.raises(NoSuchArea):
        draw("street", "x", square(0, 0), parent_code="nobody")
    with pytest.raises(ParentNotCoarser):
        draw("district", "x", square(0, 0), parent_code="W", parent_layer="street")


def test_one_code_twice_in_a_layer_is_refused(town: Town) -> None:
    twice = [actions.NewArea("road", "r", "r", square(0, 0)) for _ in range(2)]

    with pytest.raises(CodeTwice):
        actions.draw_areas(twice, by=SYSTEM, at=NOON)


def test_a_district_with_living_streets_is_not_retired(town: Town) -> None:
    with pytest.raises(AreaHasParts) as refusal:
        actions.retire_area("district", "D", ends_on=date(2026, 5, 1), by=SYSTEM, at=NOON)

    assert refusal.value.facts["count"] == 2


def test_an_area_does_not_end_before_it_begins(town: Town) -> None:
    draw("road", "r", square(0, 0), valid_from=date(2026, 5, 1))

    with pytest.raises(BadDates):
        actions.retire_area("road", "r", ends_on=date(2026, 4, 30), by=SYSTEM, at=NOON)


def test_a_class_given_to_a_district_is_that_of_its_streets(town: Town) -> None:
    actions.classify_area("district", "D", area_class="C", by=SYSTEM, at=NOON)

    assert queries.area(town.west_street).area_class == "C"
    assert queries.area(town.east_street).area_class == "A"


def test_only_keepers_of_the_map_draw(town: Town) -> None:
    with pytest.raises(NotMapKeeper):
        actions.draw_areas([], by=ANONYMOUS, at=NOON)
    with pytest.raises(NotMapKeeper):
        actions.retire_area("street", "W", ends_on=date(2026, 5, 1), by=ANONYMOUS, at=NOON)


def test_a_layer_may_be_renamed_but_not_moved_while_it_holds_areas(town: Town) -> None:
    actions.define_layer("street", name="街道", rank=20, is_administrative=True, by=SYSTEM, at=NOON)

    with pytest.raises(LayerInUse):
        define("street", 21)

    assert {one.code: one.name for one in queries.layers()}["street"] == "街道"
    kinds = [one.kind for one in ledger.history("layer:street")]
    assert kinds == ["layer.defined", "layer.changed"]


def test_drawing_many_costs_as_many_statements_as_drawing_few(town: Town) -> None:
    def grid(count: int, prefix: str) -> list[actions.NewArea]:
        return [
            actions.NewArea("road", f"{prefix}{x}", "r", square(x / 100, 0, 0.01), parent_code="W")
            for x in range(count)
        ]

    with CaptureQueriesContext(connection) as few:
        actions.draw_areas(grid(2, "a"), by=SYSTEM, at=NOON)
    with CaptureQueriesContext(connection) as many:
        actions.draw_areas(grid(40, "b"), by=SYSTEM, at=NOON)

    # bulk_create packs as many rows in a statement as the engine allows.
    assert len(many) - len(few) <= 3
