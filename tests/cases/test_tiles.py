"""Cases on the map: the same as in the list, one by one or counted, one statement a tile."""

import math
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import combinations

import mapbox_vector_tile
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM, Actor
from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter, CasesInTile, tile_cases
from gongzhi.cases.queries.tiles import CLOSED_DAYS, DISC, MOST_POINTS, SINGLE_FROM, SOON, mark_of
from gongzhi.cases.rules import ENDS, NewReport, State
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.quadkeys import BadTile, quadkey, tile_of
from gongzhi.kernel.tiles import EXTENT
from gongzhi.webkit.bulk import rewrite_rows
from tests.cast import MORNING, POSTS, RESIDENTS, City, point_in

DAY = timedelta(days=1)


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    return z, *tile_of(quadkey(lon, lat), z)


CENTRE = point_in(1, 1, east=0, north=0)
WHOLE = tile_at(*CENTRE, 6)


def report(city: City, lon: float, lat: float, *, at: datetime = MORNING) -> Case:
    new = NewReport(category_code="E0110", text="有", longitude=lon, latitude=lat)
    return Case.objects.get(pk=actions.report(new, by=city.rita, at=at).case_id)


def change(case: Case, **columns: object) -> Case:
    for name, value in columns.items():
        setattr(case, name, value)
    rewrite_rows([case], list(columns))
    return case


def copies(case: Case, places: Iterable[tuple[float, float]]) -> None:
    rows = []
    for number, (lon, lat) in enumerate(places):
        row = Case.objects.get(pk=case.pk)
        row.pk = uuid7(at_ms=1_760_000_000_000 + number)
        row.number = f"X{number:06}"
        row.longitude, row.latitude, row.quadkey = lon, lat, quadkey(lon, lat)
        rows.append(row)
    Case.objects.bulk_create(rows)


def total(found: CasesInTile) -> int:
    return len(found.points) + sum(one.count for one in found.clusters)


def every_tile(viewer: Actor, z: int, at: datetime, **narrowed: object) -> list[CasesInTile]:
    """Return all tiles of a zoom in which any case lies, seen or not."""
    keys = Case.objects.filter(quadkey__isnull=False).values_list("quadkey", flat=True)
    return [
        tile_cases(viewer, z, x, y, at=at, **narrowed)  # type: ignore[arg-type]
        for x, y in sorted({tile_of(key, z) for key in keys if key is not None})
    ]


@pytest.mark.parametrize("seed", range(2))
def test_tiles_list_and_figures_show_the_same_cases(city: City, seed: int) -> None:
    chance = random.Random(seed)
    for shift in range(40):
        place = point_in(
            chance.choice([0, 1]),
            chance.choice([0, 1]),
            east=chance.random(),
            north=chance.random(),
        )
        case = report(city, *place)
        state = chance.choice([one for one in State if one not in {"merged", "suspended"}])
        change(
            case,
            state=state.value,
            ended_at=MORNING if state in ENDS else None,
            is_public=shift % 2 == 0,
            organisation_id=chance.choice([*city.organisations.values(), None]),
            reporter_id=chance.choice([getattr(city, one).person_id for one in RESIDENTS]),
        )
    viewers = [ANONYMOUS, SYSTEM, *(getattr(city, one) for one in (*POSTS, *RESIDENTS))]
    narrowings = (CaseFilter(is_open=True), CaseFilter(is_late=True, is_open=True))
    at = MORNING + 2 * DAY

    for viewer in viewers:
        for narrowed in narrowings:
            listed = {
                line.number
                for line in queries.case_list(viewer, at=at, narrowed=narrowed, limit=100).lines
            }
            near = [
                one.number
                for tile in every_tile(viewer, 17, at, narrowed=narrowed)
                for one in tile.points
            ]
            assert sorted(near) == sorted(listed)
            for z in (6, 11, 15):
                counted = sum(total(tile) for tile in every_tile(viewer, z, at, narrowed=narrowed))
                assert counted == len(listed)
        figures = queries.open_figures(viewer, at=at)
        far = tile_cases(viewer, *WHOLE, at=at)
        assert total(far) == figures.open
        assert sum(one.late for one in far.clusters) == figures.late


def test_cases_that_ended_are_shown_on_demand_for_thirty_days(city: City) -> None:
    place = point_in(0, 0)
    report(city, *place)
    for days in (1, CLOSED_DAYS + 1):
        ended = MORNING - days * DAY
        change(report(city, *place, at=ended), state="closed", ended_at=ended)
    tile = tile_at(*place, 18)

    usual = tile_cases(city.opal, *tile, at=MORNING)
    asked = tile_cases(city.opal, *tile, at=MORNING, with_closed=True)
    closed = tile_cases(city.opal, *tile, at=MORNING, narrowed=CaseFilter(states=(State.CLOSED,)))

    assert [one.mark for one in usual.points] == ["soon"]
    assert sorted(one.mark for one in asked.points) == ["kept", "soon"]
    assert [one.mark for one in closed.points] == ["kept"]


def test_what_ended_of_late_is_counted_far_off_too(city: City) -> None:
    case = report(city, *point_in(0, 0))
    change(case, state="closed", ended_at=MORNING)

    for z in (0, 6, 13, 15):
        found = tile_cases(city.opal, *tile_at(*point_in(0, 0), z), at=MORNING, with_closed=True)

        assert total(found) == 1


def test_a_case_stands_where_it_lies(city: City) -> None:
    lon, lat = point_in(0, 0, east=0.3, north=0.6)
    report(city, lon, lat)
    for z in (14, 17, 19):
        tile = tile_at(lon, lat, z)

        (one,) = tile_cases(city.opal, *tile, at=MORNING).points

        column, row = tile_of(quadkey(lon, lat), z + 12)
        assert abs(one.x - (column - tile[1] * EXTENT)) <= 1
        assert abs(one.y - (row - tile[2] * EXTENT)) <= 1


def test_the_worst_mark_decides_the_disc(city: City) -> None:
    place = point_in(0, 0)
    case = report(city, *place)
    due = case.due_at
    assert due is not None
    copies(case, [place] * 3)
    at = due - timedelta(hours=1)
    change(Case.objects.get(number="X000000"), state="suspended", suspended_from="filed")
    met = []
    for moment in (at - 3 * DAY, at, due + DAY):
        (cluster,) = tile_cases(city.opal, *WHOLE, at=moment).clusters
        met.append((cluster.count, cluster.late, cluster.mark))

    assert met == [(4, 0, "running"), (4, 0, "soon"), (4, 4, "broken")]


def test_marks_in_words_and_in_sql_agree(city: City) -> None:
    place = point_in(0, 0)
    first = report(city, *place)
    at = MORNING + DAY
    dues = (None, at - DAY, at, at + SOON - timedelta(seconds=1), at + SOON, at + 2 * DAY)
    states = ("filed", "suspended", "closed", "declined")
    pairs = [(due, state) for due in dues for state in states]
    copies(first, [point_in(0, 0, east=0.03 * n) for n in range(len(pairs))])
    change(first, state="declined", ended_at=at - 2 * CLOSED_DAYS * DAY)
    for number, (due, state) in enumerate(pairs):
        change(
            Case.objects.get(number=f"X{number:06}"),
            due_at=due,
            state=state,
            suspended_from="filed" if state == "suspended" else "",
            ended_at=at if state in {"closed", "declined"} else None,
        )

    near = {
        one.number: one.mark
        for tile in every_tile(city.hugo, 17, at, with_closed=True)
        for one in tile.points
    }
    apart = [
        one for tile in every_tile(city.hugo, 14, at, with_closed=True) for one in tile.clusters
    ]

    for number, (due, state) in enumerate(pairs):
        is_open = state in {"filed", "suspended"}
        assert near[f"X{number:06}"] == mark_of(state, due, is_open=is_open, at=at)
        (alone,) = tile_cases(
            city.hugo, *WHOLE, at=at, with_closed=True, narrowed=CaseFilter(number=f"X{number:06}")
        ).clusters
        assert alone.mark == near[f"X{number:06}"]
        assert alone.late == (alone.mark == "broken")
    assert sum(one.count for one in apart) > 0


def test_cases_that_lie_apart_are_told_by_number_and_others_counted(city: City) -> None:
    lon, lat = point_in(0, 0)
    case = report(city, lon, lat)
    z = 15
    side = 360 / (1 << z)
    copies(case, [(lon + side / 30, lat), *[(lon + side / 2.5, lat)] * 3])
    found = [one for one in every_tile(city.opal, z, MORNING) if total(one)]

    points = [one for tile in found for one in tile.points]
    clusters = [one for tile in found for one in tile.clusters]

    assert {one.number for one in points} <= {case.number, "X000000"}
    assert [one.count for one in clusters if one.count == 3] == [3]
    assert len(points) + sum(one.count for one in clusters) == 5


def test_discs_of_a_tile_do_not_overlap(city: City) -> None:
    case = report(city, *point_in(0, 0))
    chance = random.Random(5)
    copies(case, [point_in(0, 0, east=chance.random(), north=chance.random()) for _ in range(400)])

    for z in (9, 11, 13):
        for found in every_tile(city.opal, z, MORNING):
            discs = found.clusters
            apart = [
                math.hypot(one.x - two.x, one.y - two.y) for one, two in combinations(discs, 2)
            ]
            assert min(apart, default=DISC) > DISC / 2
        counted = sum(total(tile) for tile in every_tile(city.opal, z, MORNING))
        assert counted == 401


def test_a_crowd_at_one_spot_is_counted_even_near_by(city: City) -> None:
    place = point_in(0, 0)
    case = report(city, *place)
    copies(case, [place] * MOST_POINTS)

    found = tile_cases(city.opal, *tile_at(*place, 18), at=MORNING)

    assert found.points == ()
    assert [one.count for one in found.clusters] == [MOST_POINTS + 1]


@pytest.mark.parametrize("login", ["", "rita", "henry", "cora", "opal"])
@pytest.mark.parametrize("z", [6, 12, 15, 18])
def test_a_tile_is_one_range_query(city: City, login: str, z: int) -> None:
    place = point_in(0, 0)
    case = report(city, *place)
    copies(case, [point_in(0, 0, east=0.001 * n) for n in range(300)])
    viewer = getattr(city, login) if login else ANONYMOUS

    with CaptureQueriesContext(connection) as statements:
        found = tile_cases(viewer, *tile_at(*place, z), at=MORNING)

    assert total(found) > 0
    assert len(statements) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {statements[0]['sql']}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
        assert "quadkey>? AND quadkey<?" in plan
        assert "SCAN cases_case" not in plan
        if z < SINGLE_FROM and not login:
            assert "case_open_on_map" in plan


def test_a_tile_of_the_page_costs_the_same_for_one_and_for_many(city: City) -> None:
    place = point_in(0, 0)
    case = report(city, *place)
    z, x, y = tile_at(*place, 15)
    client = Client()
    address = f"/map/cases/{z}/{x}/{y}.pbf"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    copies(case, [point_in(0, 0, east=0.001 * n) for n in range(300)])

    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(few) == len(many) <= 3


def test_the_page_speaks_of_a_case_in_both_languages(city: City) -> None:
    place = point_in(0, 0)
    case = report(city, *place)
    z, x, y = tile_at(*place, 17)

    content = Client().get(f"/map/cases/{z}/{x}/{y}.pbf").content
    far = Client().get("/map/cases/{}/{}/{}.pbf".format(*WHOLE)).content

    (one,) = mapbox_vector_tile.decode(content)["cases"]["features"]
    known = one["properties"]
    assert known["number"] == case.number
    assert known["state"] == case.state
    assert known["category"] == "暴露垃圾"
    assert known["category_en"].isascii()
    assert case.due_at is not None
    assert known["due"] == int(case.due_at.timestamp())
    (disc,) = mapbox_vector_tile.decode(far)["clusters"]["features"]
    assert disc["properties"]["count"] == 1


def test_the_page_is_narrowed_by_its_address_as_the_list_is(city: City) -> None:
    place = point_in(0, 0)
    report(city, *place)
    z, x, y = tile_at(*place, 17)
    address = f"/map/cases/{z}/{x}/{y}.pbf"

    assert Client().get(f"{address}?category=E0110").content
    assert Client().get(f"{address}?category=E9999").content == b""
    assert (
        Client().get(f"{address}?late=1&area=zz&organisation=x&state=nonsense").status_code == 200
    )


def test_an_unchanged_tile_is_not_sent_again(city: City) -> None:
    place = point_in(0, 0)
    report(city, *place)
    z, x, y = tile_at(*place, 17)
    address = f"/map/cases/{z}/{x}/{y}.pbf"
    first = Client().get(address)

    same = Client().get(address, headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content) == (304, b"")
    assert "private" in first["Cache-Control"]


def test_a_tile_that_is_not_there_is_refused(city: City) -> None:
    with pytest.raises(BadTile):
        tile_cases(city.opal, 3, 9, 0, at=MORNING)
