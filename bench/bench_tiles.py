"""Map tiles and place search: against a bare driver scan of the same range, in the same run.

The cases are copies of one, scattered about a city; three of a hundred are open, as in a
city that has kept its records for years. The last figures are of a million cases all open,
which no city has.
"""

import gzip
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.measuring import fresh_file, median, new_folder

SIZES = (100_000, 1_000_000)
RUNS = 5
ZOOMS = (8, 11, 13, 15, 17)
CENTRE = (123.02, 31.02)
AT = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
OPEN = 0.03  # share of the cases
NAMES = 100_000


def run(sizes: tuple[int, ...] = SIZES, runs: int = RUNS) -> dict[str, float]:
    """Return the figures; milliseconds are medians."""
    figures: dict[str, float] = {}
    for size in sizes:
        figures |= {
            f"{size:,} cases: {what}": one for what, one in _cases(size, OPEN, runs).items()
        }
    worst = _cases(sizes[-1], 1.0, runs)
    figures |= {f"{sizes[-1]:,} cases, all open: {what}": one for what, one in worst.items()}
    return figures | _base(runs) | _names(runs)


def _cases(size: int, share: float, runs: int) -> dict[str, float]:
    """Return the figures of so many cases in a database of their own."""
    from django.db import connection

    from gongzhi.accounts.rules import ANONYMOUS
    from gongzhi.cases.queries import tile_cases
    from gongzhi.kernel.quadkeys import quadkey, tile_of, tile_range
    from gongzhi.kernel.tiles import prefix_shift

    _fill(size, share)
    figures: dict[str, float] = {}
    for z in ZOOMS:
        tile = z, *tile_of(quadkey(*CENTRE), z)
        low, high = tile_range(*tile)
        bare = (
            f"SELECT quadkey >> {prefix_shift(z + 5)}, COUNT(*) FROM cases_case WHERE"
            f" quadkey >= {low} AND quadkey < {high} AND ended_at IS NULL GROUP BY 1"
        )
        least = _ms(lambda: connection.connection.execute(bare).fetchall(), runs)  # noqa: B023
        ours = _ms(lambda: tile_cases(ANONYMOUS, *tile, at=AT), runs)  # noqa: B023
        both = _ms(lambda: tile_cases(ANONYMOUS, *tile, at=AT, with_closed=True), runs)  # noqa: B023
        figures[f"zoom {z}, bare scan, ms"] = least
        figures[f"zoom {z}, tile, ms"] = ours
        figures[f"zoom {z}, tile with lately ended, ms"] = both
    return figures


def _fill(size: int, share: float) -> None:
    """Make a fresh database of so many copies of one case."""
    from django.db import connection
    from tests.cast import build_city, point_in

    from gongzhi.cases import actions
    from gongzhi.cases.rules import NewReport

    fresh_file()
    place = connection.settings_dict["NAME"]
    city = build_city()
    lon, lat = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=lon, latitude=lat)
    actions.report(new, by=city.rita, at=AT)
    connection.close()
    with sqlite3.connect(place) as bare:
        bare.row_factory = sqlite3.Row
        one = dict(bare.execute("SELECT * FROM cases_case").fetchone())
        marks = ", ".join(f":{name}" for name in one)
        bare.executemany(f"INSERT INTO cases_case VALUES ({marks})", _copies(one, size, share))
    bare.close()
    connection.ensure_connection()


def _copies(one: dict[str, object], size: int, share: float) -> Iterator[dict[str, object]]:
    from gongzhi.kernel.quadkeys import quadkeys

    rng = np.random.default_rng(1)
    lon, lat = rng.normal(CENTRE[0], 0.06, size), rng.normal(CENTRE[1], 0.05, size)
    keys = quadkeys(lon, lat).tolist()
    is_open = (rng.random(size) < share).tolist()
    for number in range(size):
        reported = AT - timedelta(minutes=1.5 * number)
        due = AT + timedelta(minutes=number % 5000 - 1000)
        row = one | {"id": f"{number:032x}", "number": f"X{number:09}", "reporter_id": None}
        row |= {"longitude": lon[number], "latitude": lat[number], "quadkey": keys[number]}
        row |= {"reported_at": _column(reported), "due_at": _column(due)}
        row["is_public"] = number % 10 != 0
        if not is_open[number]:
            row |= {"state": "closed", "ended_at": _column(reported)}
        yield row


def _column(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ")


def _base(runs: int) -> dict[str, float]:
    """Return the figures of the base map of the small demonstration city."""
    from gongzhi.demo.rules.city import make_city
    from gongzhi.kernel.quadkeys import quadkey, tile_of
    from gongzhi.kernel.tiles import Tile
    from gongzhi.places.rules import AreaView, CityMap, LayerView
    from gongzhi.places.rules.basemap import BaseMap
    from gongzhi.places.rules.citymap import FOREVER

    made = make_city("small", 1)
    layers = [LayerView(n, *one) for n, one in enumerate(map(_layer_row, made.layers), start=1)]
    views = [
        AreaView(n, one.layer, one.code, one.name, one.name_en, None, "", "", "")
        for n, one in enumerate(made.areas, start=1)
    ]
    shapes = np.array([one.geometry for one in made.areas], object)
    starts, ends = np.zeros(len(shapes), np.int64), np.full(len(shapes), FOREVER)
    day = CityMap(layers, views, shapes, starts, ends).as_of(AT.date())
    base = BaseMap(day)
    began = time.perf_counter()
    base.extent()
    figures: dict[str, float] = {
        "base map: areas": len(views),
        "base map: first look, ms": (time.perf_counter() - began) * 1000,
    }
    middle = made.centres[0].tolist()
    for z in (11, 13, 15, 16):
        tile = Tile(z, *tile_of(quadkey(*middle), z))
        figures[f"base map: zoom {z}, drawn, ms"] = _ms(lambda: base.tile(tile), runs)  # noqa: B023
        packed = gzip.compress(base.tile(tile), 6)
        figures[f"base map: zoom {z}, packed, bytes"] = len(packed)
    return figures


def _layer_row(one: object) -> tuple[object, ...]:
    names = ("code", "name", "name_en", "level", "rank", "is_administrative", "shown_as")
    return tuple(getattr(one, name, "") for name in names)


def _names(runs: int) -> dict[str, float]:
    """Return the figures of looking 100,000 places up by name."""
    from gongzhi.places.rules.citymap import FOREVER
    from gongzhi.places.rules.names import NameIndex

    signs = "青碧云星月晨晚澄清明岚雨霁松竹兰梅桐枫柳荷芷苇蓼鸥鹭雁鹤燕潮"
    rng = np.random.default_rng(2)
    picks = rng.integers(0, len(signs), (NAMES, 2)).tolist()
    names = [
        (f"{signs[one]}{signs[two]}路{number % 300}号", f"{number % 300} Road {number // 300}")
        for number, (one, two) in enumerate(picks)
    ]
    began = time.perf_counter()
    index = NameIndex(
        names,
        longitude=rng.uniform(123.0, 123.5, NAMES),
        latitude=rng.uniform(31.0, 31.5, NAMES),
        order=np.zeros(NAMES, np.int64),
        starts=np.zeros(NAMES, np.int64),
        ends=np.full(NAMES, FOREVER),
    )
    figures = {"names": float(NAMES), "names: built, ms": (time.perf_counter() - began) * 1000}
    questions = {
        "one sign of every name": "路",
        "two signs": "青碧",
        "a number": "路12号",
        "English": "road 7",
    }
    for what, text in questions.items():
        found = len(index.find(text, day=1, limit=NAMES).places)
        took = _ms(lambda: index.find(text, day=1, near=CENTRE), runs)  # noqa: B023
        figures[f"names: {what} ({found:,} hits), ms"] = took
    return figures


def _ms(deed: Callable[[], object], runs: int) -> float:
    return 1000 * median(deed, runs)


if __name__ == "__main__":
    with new_folder():
        sizes = tuple(int(one) for one in sys.argv[1:]) or SIZES
        print(json.dumps(run(sizes), indent=1))
