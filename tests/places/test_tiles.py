"""The base map: what is shown from where on, once, and no oftener drawn than needed."""

import gzip
import json
from datetime import timedelta

import mapbox_vector_tile
import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import SYSTEM
from gongzhi.kernel.quadkeys import quadkey, tile_of
from gongzhi.kernel.tiles import Tile
from gongzhi.places import actions, queries
from gongzhi.places.actions import NewArea
from gongzhi.places.rules import BadZoom, ShownAs, UnknownLook
from gongzhi.places.rules.showing import spine

from .small_city import NOON, Town, define, spot, square


def tile_at(x: float, y: float, z: int) -> Tile:
    return Tile(z, *tile_of(quadkey(*spot(x, y)), z))


def read(tile: Tile) -> dict[str, dict[str, object]]:
    content = gzip.decompress(queries.base_tile(tile, at=NOON))
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})


def draw(layer: str, shown_as: str, shape: shapely.Polygon, *, name: str = "水") -> int:
    actions.define_layer(
        layer, name=layer, rank=90, is_administrative=False, shown_as=shown_as, by=SYSTEM, at=NOON
    )
    done = actions.draw_areas(
        [NewArea(layer, "A", name, shape, name_en="Name")], by=SYSTEM, at=NOON
    )
    return done.ids[layer, "A"]


def test_layers_are_shown_as_they_say(town: Town) -> None:
    for look in ("water", "green", "building", "plot"):
        draw(f"our-{look}", look, square(0.2, 0.2, 0.2))
    draw("our-hidden", "hidden", square(0.2, 0.2, 0.2))

    found = read(tile_at(0.3, 0.3, 16))

    shown = set(found) - {"land", "label", "boundary"}
    assert shown == {"water", "green", "building", "plot"}
    assert found["water"]["features"][0]["properties"] == {"layer": "our-water"}


def test_without_a_word_administrative_layers_are_boundaries_and_long_ones_roads(
    town: Town,
) -> None:
    define("lane", 60, administrative=False)
    define("yard", 70, administrative=False)
    lane = shapely.LineString([spot(0, 0.5), spot(1.4, 0.52)]).buffer(0.00012, cap_style="flat")
    actions.draw_areas(
        [NewArea("lane", "L", "巷", lane), NewArea("yard", "Y", "院", square(1, 0.9, 0.3))],
        by=SYSTEM,
        at=NOON,
    )

    looks = {layer.code: look for layer, look, _ in queries.shown_layers(at=NOON)}

    assert looks == {
        "district": ShownAs.BOUNDARY,
        "street": ShownAs.BOUNDARY,
        "lane": ShownAs.ROAD,
    }


def test_what_is_too_small_to_be_told_apart_is_left_out_far_off(town: Town) -> None:
    draw("our-house", "building", square(0.2, 0.2, 0.02))

    far, near = (read(tile_at(0.21, 0.21, z)) for z in (11, 16))

    assert "building" not in far
    assert len(near["building"]["features"]) == 1


def test_a_layer_with_a_zoom_is_shown_from_there_on(town: Town) -> None:
    actions.define_layer(
        "lake", name="湖", rank=90, is_administrative=False, shown_as="water", shown_from=13,
        by=SYSTEM, at=NOON,
    )  # fmt: skip
    actions.draw_areas([NewArea("lake", "A", "湖", square(0, 0, 1))], by=SYSTEM, at=NOON)

    assert "water" not in read(tile_at(0.5, 0.5, 12))
    assert "water" in read(tile_at(0.5, 0.5, 13))


def test_a_shared_border_is_drawn_once(town: Town) -> None:
    actions.draw_areas(
        [NewArea("street", "M", "M", square(1.5, 0, 0.5), parent_code="D")], by=SYSTEM, at=NOON
    )
    tile = tile_at(1.5, 0.25, 17)

    streets = [
        one for one in read(tile)["boundary"]["features"] if one["properties"]["layer"] == "street"
    ]

    lines = shapely.get_parts(
        shapely.union_all([shapely.geometry.shape(one["geometry"]) for one in streets])
    )
    upright = [line for line in lines if line.bounds[2] - line.bounds[0] < 2]
    total = sum(shapely.geometry.shape(one["geometry"]).length for one in streets)
    assert len(upright) == 1
    assert total == pytest.approx(sum(line.length for line in lines))


def test_a_name_stands_in_one_tile_and_in_both_languages(town: Town) -> None:
    draw("our-lake", "water", square(0.4, 0.4, 0.7), name="静湖")
    middle = tile_at(0.75, 0.75, 14)
    around = [Tile(14, middle.x + x, middle.y + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]

    names = [
        one["properties"]
        for tile in around
        for one in read(tile).get("label", {"features": []})["features"]
        if one["properties"]["kind"] == "water"
    ]

    assert [(one["name"], one["name_en"]) for one in names] == [("静湖", "Name")]


def test_the_name_of_a_road_runs_along_its_middle() -> None:
    way = shapely.LineString([(0, 0), (40, 6), (80, 0), (120, 2)])

    found = spine(way.buffer(3, cap_style="flat"))

    assert found.hausdorff_distance(way) < 5
    assert found.length > 0.9 * way.length


def test_tomorrow_an_area_is_shown_that_begins_tomorrow(town: Town) -> None:
    define_water = {"name": "湖", "rank": 90, "is_administrative": False, "shown_as": "water"}
    actions.define_layer("lake", **define_water, by=SYSTEM, at=NOON)  # type: ignore[arg-type]
    tomorrow = NOON + timedelta(days=1)
    new = NewArea("lake", "A", "湖", square(0, 0, 1), valid_from=tomorrow.date())
    actions.draw_areas([new], by=SYSTEM, at=NOON)
    tile = tile_at(0.5, 0.5, 13)

    today, later = (queries.base_tile(tile, at=at) for at in (NOON, tomorrow))

    assert today != later
    assert queries.base_tag(at=NOON) != queries.base_tag(at=tomorrow)


def test_looks_and_zooms_that_are_none_are_refused(db: None) -> None:
    given = {"name": "x", "rank": 1, "is_administrative": False, "by": SYSTEM, "at": NOON}

    with pytest.raises(UnknownLook):
        actions.define_layer("x", shown_as="glitter", **given)  # type: ignore[arg-type]
    with pytest.raises(BadZoom):
        actions.define_layer("x", shown_from=23, **given)  # type: ignore[arg-type]


def test_a_warm_tile_costs_one_statement(town: Town, client: Client) -> None:
    address = "/map/base/13/6826/3210.pbf"
    client.get(address)

    with CaptureQueriesContext(connection) as statements:
        answer = client.get(address)

    assert answer.status_code == 200
    assert len(statements) == 1


def test_an_unchanged_tile_is_not_sent_again_until_the_map_changes(
    town: Town, client: Client
) -> None:
    tile = tile_at(0.5, 0.5, 13)
    address = f"/map/base/{tile.z}/{tile.x}/{tile.y}.pbf"
    first = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert first["Content-Encoding"] == "gzip"

    again = {"If-None-Match": first["ETag"], "Accept-Encoding": "gzip, br"}
    same = client.get(address, headers=again)
    draw("our-lake", "water", square(0, 0, 1))
    other = client.get(address, headers=again)

    assert (same.status_code, same.content) == (304, b"")
    assert other.status_code == 200
    assert other["ETag"] != first["ETag"]
    assert other.content != first.content


def test_who_cannot_unpack_gets_the_tile_plain(town: Town, client: Client) -> None:
    tile = tile_at(0.5, 0.5, 13)
    address = f"/map/base/{tile.z}/{tile.x}/{tile.y}.pbf"

    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert plain["ETag"] != packed["ETag"]


def test_a_tile_asked_by_its_revision_is_kept_for_good(town: Town, client: Client) -> None:
    info = client.get("/map/info.json").json()
    tile = tile_at(0.5, 0.5, 13)
    address = info["tiles"].format(z=tile.z, x=tile.x, y=tile.y)

    assert "immutable" in client.get(address)["Cache-Control"]
    assert "immutable" not in client.get(address.partition("?")[0])["Cache-Control"]


def test_tiles_that_are_not_there_are_refused_in_words(town: Town, client: Client) -> None:
    for address in ("/map/base/3/9/0.pbf", "/map/base/99/0/0.pbf"):
        answer = client.get(address, headers={"Accept": "application/json"})

        assert answer.status_code == 400
        assert answer.json()["code"] == "place.bad_tile"


def test_the_map_tells_where_it_is(town: Town, client: Client) -> None:
    info = client.get("/map/info.json").json()

    west, south, east, north = info["bounds"]
    assert (west, south) == pytest.approx(spot(0, 0))
    assert (east, north) == pytest.approx(spot(4, 4))
    assert info["centre"] == pytest.approx(spot(2, 2))
    assert {one["code"] for one in info["layers"]} == {"district", "street"}
    assert info["languages"] == ["zh-hans", "en"]


def test_an_empty_map_has_tiles_too(db: None, client: Client) -> None:
    assert client.get("/map/base/3/6/3.pbf").content == b""
    assert client.get("/map/info.json").json()["bounds"] is None


def test_the_outline_of_an_area_is_geojson(town: Town, client: Client) -> None:
    answer = client.get(f"/map/areas/{town.west_street}.geojson")

    shown = json.loads(answer.content)
    assert answer["Content-Type"] == "application/geo+json"
    assert shown["properties"]["code"] == "W"
    assert shapely.geometry.shape(shown["geometry"]).equals_exact(square(0, 0, 1.5), 1e-5) or (
        shapely.geometry.shape(shown["geometry"]).symmetric_difference(square(0, 0, 1.5)).area
        < 1e-9
    )
    assert client.get("/map/areas/999999.geojson").status_code == 404
