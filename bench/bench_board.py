"""Milliseconds for the public board, the watch and a list of promises over many cases.

    python bench/bench_board.py [cases]

Works on a database of its own: that of `DATABASE_URL`, else SQLite in a temporary folder.
The cases are adopted into the small demonstration city, over the twelve months before
now; four of five are closed.
"""

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bench.measuring import median, new_folder

CASES = 100_000
BATCH = 5_000
ROUNDS = 5
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
CATEGORIES = ("E0110", "E0136", "E0504", "C0106", "C0203")


def run(cases: int) -> dict[str, float]:
    """Return the figures: medians of some rounds, in milliseconds."""
    from gongzhi.accounts import queries as parties
    from gongzhi.commitments.rules import Outcome, PromiseFilter
    from gongzhi.evaluation import queries

    now = datetime.now(UTC)
    _found(now)
    _adopt(cases, now)
    viewer = parties.actor_for_login("supervisor", at=now)
    whole = queries.whole_city()
    street = next(
        one for one in queries.places_below(queries.places_below("", at=now)[0].path, at=now)
    )
    late = PromiseFilter(Outcome.LATE, is_public=True)
    return {
        "cases": cases,
        "board of the whole city, ms": _timed(lambda: queries.board(whole, at=now, zone=ZONE)),
        "board of a street, ms": _timed(lambda: queries.board(street, at=now, zone=ZONE)),
        "watch of the whole city, ms": _timed(
            lambda: queries.watch(viewer, whole, at=now, zone=ZONE)
        ),
        "watch of a street, ms": _timed(lambda: queries.watch(viewer, street, at=now, zone=ZONE)),
        "list of what is broken now, ms": _timed(
            lambda: queries.promise_lines(viewer, at=now, narrowed=late, after="", limit=50)
        ),
    }


def _found(now: datetime) -> None:
    from contextlib import nullcontext

    from gongzhi.demo import actions
    from gongzhi.demo.rules.city import make_city
    from gongzhi.demo.rules.running import PASSWORD, Wish

    city = make_city("small", 1)
    actions.found_city(
        city,
        Wish("small", 1, now),
        password=PASSWORD,
        show=lambda stage, length: nullcontext(lambda steps: None),
    )


def _adopt(cases: int, now: datetime) -> None:
    from gongzhi.accounts.rules import SYSTEM
    from gongzhi.cases import actions
    from gongzhi.cases.rules import OldCase
    from gongzhi.places import queries as places

    chance = random.Random(1)
    tree = places.area_tree(at=now)
    finest = max(len(one.path) for one in tree)
    spots = [
        places.shape_of(one.id).representative_point() for one in tree if len(one.path) == finest
    ]
    for begin in range(0, cases, BATCH):
        rows = []
        for place in range(begin, min(begin + BATCH, cases)):
            spot = chance.choice(spots)
            reported_at = now - chance.random() * timedelta(days=360)
            closed_at = reported_at + chance.choice((2, 5, 30, 90)) * HOUR
            is_closed = chance.random() < 0.8 and closed_at < now
            rows.append(
                OldCase(
                    source="bench",
                    source_id=str(place),
                    category_code=chance.choice(CATEGORIES),
                    reported_at=reported_at,
                    longitude=spot.x,
                    latitude=spot.y,
                    due_at=reported_at + chance.choice((4, 48, 480)) * HOUR,
                    closed_at=closed_at if is_closed else None,
                )
            )
        actions.adopt_cases(rows, by=SYSTEM, at=now)


def _timed(deed: Callable[[], object]) -> float:
    return round(1000 * median(deed, ROUNDS), 1)


if __name__ == "__main__":
    with new_folder():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
        print(json.dumps(run(int(sys.argv[1]) if sys.argv[1:] else CASES), indent=1))
