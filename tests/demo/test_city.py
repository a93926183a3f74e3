"""The demonstration city: exact counts, sound geometry, and nobody without a place."""

from collections import Counter
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import shapely

from gongzhi.demo.rules.city import CENTRE, City, NewArea, make_city, numbered
from gongzhi.demo.rules.fittings import FITTINGS
from gongzhi.demo.rules.names import deal_words
from gongzhi.demo.rules.people import CITY_CENTRE, KINDS, SIGN_INS
from gongzhi.demo.rules.plan import LEVELS, _families
from gongzhi.demo.rules.sizes import SIZES, UnknownSize, apportion

SLIVER = 1e-12  # square degrees: about a hundredth of a square metre


@cache
def small_city(seed: int = 1) -> City:
    """Return a small city, made once for all tests of this module."""
    return make_city("small", seed)


def shapes(city: City, layer: str) -> list[shapely.Polygon]:
    return [area.geometry for area in city.areas_of(layer)]


def test_the_same_seed_gives_the_same_city() -> None:
    again = make_city("small", 1)

    assert again.areas == small_city().areas
    assert again.facilities == small_city().facilities
    assert (again.organisations, again.posts) == (small_city().organisations, small_city().posts)
    assert (again.people, again.duties) == (small_city().people, small_city().duties)


def test_another_seed_gives_another_city() -> None:
    other = small_city(2)

    assert not other.outline.equals(small_city().outline)
    assert other.areas_of("street")[0].name != small_city().areas_of("street")[0].name


@pytest.mark.parametrize("size", ["enormous", "", "SMALL"])
def test_an_unknown_size_is_refused_with_the_sizes_that_exist(size: str) -> None:
    with pytest.raises(UnknownSize) as refusal:
        make_city(size, 1)

    assert refusal.value.facts == {"size": size, "known": "tiny, small, medium, large"}


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_small_city_has_exactly_the_counts_of_its_size(seed: int) -> None:
    city = small_city(seed)
    size = city.size

    areas = Counter(area.layer for area in city.areas)
    posts = Counter(post.kind for post in city.posts)
    assert [areas[layer] for layer in ("district", "street", "community")] == [2, 6, 30]
    assert (areas["station"], areas["sector"], areas["grid"]) == (36, 54, size.grids)
    assert (areas["courtyard"], areas["lot"]) == (size.courtyards, size.lots)
    assert len(city.facilities) == 1_500
    assert posts["station_head"] == size.station_heads
    assert posts["lane_steward"] == size.lane_stewards
    assert posts["sector_steward"] == size.sectors
    assert posts["courtyard_steward"] == size.courtyards


def test_the_large_city_has_the_published_proportions() -> None:
    size = SIZES["large"]

    families = _families(size, np.random.default_rng(1))

    assert [sum(families[level]) for level in LEVELS[:6]] == [10, 33, 93, 947, 1_152, 1_708]
    assert all(len(families[below]) == sum(families[above]) for above, below in pairwise(LEVELS))
    assert (size.station_heads, size.lane_stewards) == (1_080, 3_345)
    assert size.courtyards > 13_000


@pytest.mark.parametrize("seed", [1, 2, 7])
@pytest.mark.parametrize(
    "layer", ["district", "lot", "street", "community", "station", "sector", "grid"]
)
def test_a_tiling_layer_covers_the_city_without_gap_or_overlap(layer: str, seed: int) -> None:
    city = small_city(seed)
    parts = shapes(city, layer)

    whole = shapely.union_all(parts, grid_size=1e-11)

    assert all(part.is_valid and part.geom_type == "Polygon" for part in parts)
    assert shapely.symmetric_difference(whole, city.outline).area < SLIVER * 10
    assert abs(sum(part.area for part in parts) - city.outline.area) < SLIVER * 10


@pytest.mark.parametrize("layer", ["road", "courtyard", "building", "frontage"])
def test_areas_of_one_layer_do_not_overlap(layer: str) -> None:
    parts = np.array(shapes(small_city(), layer))

    first, second = shapely.STRtree(parts).query(parts, predicate="intersects")
    pairs = first < second
    shared = shapely.area(shapely.intersection(parts[first[pairs]], parts[second[pairs]]))

    assert all(part.is_valid and part.area > SLIVER for part in parts)
    assert shared.max(initial=0.0) < SLIVER


def test_a_courtyard_touches_no_road_and_no_water() -> None:
    city = small_city()
    roads = shapely.union_all(shapes(city, "road"))

    yards = shapely.union_all(shapes(city, "courtyard"))

    assert shapely.intersection(yards, roads).area < SLIVER * 10
    assert shapely.intersection(yards, city.river).area < SLIVER * 10


@pytest.mark.parametrize("seed", [1, 2])
def test_every_area_lies_in_its_parent(seed: int) -> None:
    city = small_city(seed)
    by_code: dict[tuple[str | None, str | None], NewArea] = {
        (a.layer, a.code): a for a in city.areas
    }

    outside = {
        area.code: area.geometry.difference(
            by_code[area.parent_layer, area.parent_code].geometry
        ).area
        for area in city.areas
        if area.parent_code is not None
    }

    assert max(outside.values()) < SLIVER
    rootless = {area.layer for area in city.areas if area.parent_code is None}
    assert rootless == {"district", "road", "water"}


def test_codes_are_unique_and_begin_with_the_code_above() -> None:
    city = small_city()

    codes = Counter((area.layer, area.code) for area in city.areas)
    digits = {"district": 6, "street": 9, "community": 12, "grid": 15}

    assert max(codes.values()) == 1
    assert all(area.code.startswith("9901") for area in city.areas)
    assert all(
        len(a.code) == digits[a.layer] and a.code.isdigit() for a in city.areas if a.layer in digits
    )
    assert all(a.code.startswith(a.parent_code[:12]) for a in city.areas if a.parent_code)


def test_grids_are_numbered_from_the_north_west_by_rows() -> None:
    points = np.array([[5.0, 9.0], [0.0, 8.0], [5.0, 1.0], [0.0, 2.0]])

    assert numbered(points, rows=2) == [2, 1, 4, 3]


def test_area_classes_fall_from_the_centre_outwards() -> None:
    city = small_city()
    away: dict[str, list[float]] = {}

    for area in city.areas_of("community"):
        middle = np.array(area.geometry.centroid.coords[0])
        away.setdefault(area.area_class, []).append(float(np.hypot(*(middle - city.centres[0]))))

    means = {name: np.mean(values) for name, values in away.items()}
    assert set(means) == {"A", "B", "C"}
    assert means["A"] < means["B"] < means["C"]


def test_facilities_stand_in_the_city_with_sixteen_digits_and_three_bodies() -> None:
    city = small_city()
    organisations = {body.code for body in city.organisations}
    points = shapely.points([(thing.longitude, thing.latitude) for thing in city.facilities])

    assert shapely.contains(city.outline, points).all()
    assert len({thing.code for thing in city.facilities}) == len(city.facilities)
    assert all(len(t.code) == 16 and t.code[6:10] == t.category_code[1:] for t in city.facilities)
    assert {t.category_code for t in city.facilities} == {f.category for f in FITTINGS}
    assert all({t.competent, t.owner, t.maintainer} <= organisations for t in city.facilities)


def test_every_duty_names_an_existing_area_and_one_existing_party() -> None:
    city = small_city()
    areas = {(area.layer, area.code) for area in city.areas}
    posts = {post.code for post in city.posts}
    bodies = {body.code for body in city.organisations}

    for duty in city.duties:
        assert (duty.layer, duty.area_code) in areas
        assert bool(duty.post_code) != bool(duty.organisation_code)
        assert (duty.post_code in posts) or (duty.organisation_code in bodies)


def test_every_courtyard_road_sector_and_station_has_exactly_one_steward() -> None:
    city = small_city()

    kept = Counter((duty.layer, duty.area_code) for duty in city.duties if duty.post_code)

    wanted = {
        (a.layer, a.code)
        for a in city.areas
        if a.layer in {"courtyard", "road", "sector", "station"}
    }
    assert set(kept) == wanted
    assert set(kept.values()) == {1}
    assert {duty.post_code for duty in city.duties if duty.post_code} == {
        post.code for post in city.posts if post.kind.endswith(("steward", "station_head"))
    }


def test_the_chart_of_organisations_is_a_tree_under_the_command_centre() -> None:
    city = small_city()
    seen: set[str] = set()

    for body in city.organisations:
        assert body.parent_code in seen or body.code == CITY_CENTRE
        assert body.kind in KINDS
        assert body.code not in seen
        seen.add(body.code)
    areas = {(area.layer, area.code) for area in city.areas}
    assert all((o.scope_layer, o.scope) in areas for o in city.organisations if o.scope)
    assert all((p.scope_layer, p.scope) in areas for p in city.posts if p.scope)


def test_every_post_is_held_by_one_person_and_every_main_role_has_its_sign_in() -> None:
    city = small_city()
    logins = {person.login: person for person in city.people}

    held = Counter(person.post_code for person in city.people if person.post_code)

    assert len(logins) == len(city.people)
    assert held == Counter(post.code for post in city.posts)
    assert {sign_in.login for sign_in in SIGN_INS} <= set(logins)
    admins = [logins[name].post_code for name in ("sysadmin", "secadmin", "auditadmin")]
    assert len(set(admins)) == 3


def test_the_island_lies_in_the_east_china_sea_inside_the_gcj02_box() -> None:
    left, low, right, high = small_city().outline.bounds

    assert left < CENTRE[0] < right
    assert low < CENTRE[1] < high
    assert 72.004 < left < right < 137.8347
    assert 0.8293 < low < high < 55.8271


@pytest.mark.parametrize("total", [3, 10, 947])
def test_shares_add_up_exactly_and_leave_nobody_empty(total: int) -> None:
    shares = apportion(total, [0.1, 5.0, 1.0])

    assert sum(shares) == total
    assert min(shares) >= 1


def test_dealt_words_are_all_different() -> None:
    words = deal_words(5_000, np.random.default_rng(3))

    assert len({word.zh for word in words}) == 5_000
