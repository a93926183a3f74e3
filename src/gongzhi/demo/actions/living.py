"""Living the history day by day: deeds in order of time, and the clock between them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import numpy as np
from django.db import transaction

from gongzhi.accounts import queries as parties
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import jobs as case_jobs
from gongzhi.cases.rules import State
from gongzhi.commitments import jobs as promise_jobs
from gongzhi.demo.access import begun, require_room
from gongzhi.demo.rules.city import City
from gongzhi.demo.rules.history import Deed, History
from gongzhi.demo.rules.running import SUBJECT, Wish
from gongzhi.ledger.actions import record, seal
from gongzhi.places import queries as places
from gongzhi.webkit.revisions import steady

from .cast import Cast
from .life import Life
from .showing import Show, silently
from .taking import TAKE

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lived:
    """What the history came to.

    Attributes:
        deeds: taken; photographs and the clock's own deeds are not counted.
        left_out: not taken, since something before was refused or the pack had done it.
        refused: by step and code of the refusal.
        states: cases by state at the end.
        entries: sealed in the ledger.
        seconds: by the clock on the wall.
    """

    deeds: int
    left_out: Mapping[str, int]
    refused: Mapping[str, int]
    states: Mapping[str, int]
    entries: int
    seconds: float


def live_history(city: City, history: History, wish: Wish, *, show: Show = silently) -> Lived:
    """Take every deed of a history in order of time, through the actions of the houses.

    A day is one transaction, in which every deed keeps its own savepoint; then its
    entries are sealed.  After an interruption the days already lived are passed over.

    Args:
        city: founded by `found_city`.
        history: from `write_history`, of the same city and end.
        wish: which demonstration.
        show: told how far it is.

    Raises:
        NotEmpty, AnotherCity: the database holds something else.
    """
    require_room(wish)
    started = perf_counter()
    there = begun()
    lived_until = there.lived_until if there else None
    life, entries = _life_of(city, history), 0
    deeds = [one for one in history.deeds() if lived_until is None or one.at > lived_until]
    with show("history", len(deeds)) as done:
        for end, part in _days(deeds, lived_until or history.since, history.until):
            _live_day(life, part, end=end, done=done)
            entries += seal(end).entries
    return Lived(
        life.deeds,
        life.left_out,
        life.refused,
        _states(life, history),
        entries,
        perf_counter() - started,
    )


def _life_of(city: City, history: History) -> Life:
    reports = [one.report for one in history.happenings]
    located = places.locate_many(
        np.array([one.lon for one in reports]),
        np.array([one.lat for one in reports]),
        at=history.until,
    )
    return Life(
        happenings={one.report.key: one for one in history.happenings},
        paths={one.key: path for one, path in zip(reports, located.paths, strict=True)},
        cast=Cast(city, at=history.until),
        bodies={code: one.id for code, one in parties.organisations_by_code().items()},
        codes={
            area.path: code
            for layer in ("district", "street")
            for code, area in places.areas_by_code(layer).items()
        },
    )


def _days(
    deeds: Sequence[Deed], since: datetime, until: datetime
) -> Iterator[tuple[datetime, Sequence[Deed]]]:
    """Yield the end of each day, the last one cut short, and the deeds up to it."""
    first, end = 0, since
    while end < until:
        midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        end = min(midnight + DAY, until)
        last = first
        while last < len(deeds) and deeds[last].at <= end:
            last += 1
        yield end, deeds[first:last]
        first = last


@steady()
@transaction.atomic
def _live_day(
    life: Life, deeds: Sequence[Deed], *, end: datetime, done: Callable[[int], object]
) -> None:
    """Take the deeds of a day; the clock ticks at each full hour with work in it."""
    ticked = None
    for deed in deeds:
        hour = deed.at.replace(minute=0, second=0, microsecond=0)
        if hour != ticked:
            _tick(hour)
            ticked = hour
        life.take(deed, TAKE[deed.step])
        done(1)
    _tick(end)
    record("demo.lived", subject=SUBJECT, by=SYSTEM, at=end, facts={"until": end.isoformat()})


def _tick(at: datetime) -> None:
    """Let the clock note what is broken or due soon, raise levels and resume cases."""
    promise_jobs.tick(at)
    case_jobs.tick(at)


def _states(life: Life, history: History) -> Counter[str]:
    """Count the cases by state; the clock may have resumed those that were held."""
    held = [key for key, stand in life.stands.items() if stand.state == State.SUSPENDED]
    keys = {one.report.key for one in history.happenings}
    life.recall([*held, *(keys - life.stands.keys() - life.stuck)])
    return Counter(stand.state for stand in life.stands.values())
