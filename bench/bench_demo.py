"""Seconds and milliseconds a deed to found a demonstration city and live its history.

    python bench/bench_demo.py [size] [days]

Works on a database of its own in a temporary folder.  With `days`, only the first days
of the history are lived, which is told; nothing is extrapolated here.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.measuring import new_folder

UNTIL = datetime(2026, 7, 15, 4, tzinfo=UTC)


def run(size: str = "small", days: int | None = None, seed: int = 1) -> dict[str, float]:
    """Return the figures: wall and processor seconds by stage, milliseconds a deed."""
    from gongzhi.demo import actions
    from gongzhi.demo.rules.city import make_city
    from gongzhi.demo.rules.history import write_history
    from gongzhi.demo.rules.running import PASSWORD, Wish

    figures: dict[str, float] = {}

    @contextmanager
    def timed(stage: str, length: int) -> Iterator[Callable[[int], object]]:
        wall, processor = time.perf_counter(), time.process_time()
        yield lambda steps: None
        figures[f"{stage}, things"] = length
        figures[f"{stage}, s"] = round(time.perf_counter() - wall, 2)
        figures[f"{stage}, processor s"] = round(time.process_time() - processor, 2)

    started = time.perf_counter()
    with timed("plan", 1):
        city = make_city(size, seed)
    with timed("script", city.size.cases):
        history = write_history(city, until=UNTIL)
    wish = Wish(size, seed, history.until)
    actions.found_city(city, wish, password=PASSWORD, show=timed)
    if days is not None:
        history = _shortened(history, days)
    lived = actions.live_history(city, history, wish, show=timed)
    figures["days lived"] = (history.until - history.since) / timedelta(days=1)
    figures["cases"] = sum(lived.states.values())
    figures["deeds"] = lived.deeds
    figures["deeds refused"] = sum(lived.refused.values())
    figures["ms a deed"] = round(1000 * lived.seconds / max(lived.deeds, 1), 2)
    figures["processor ms a deed"] = round(
        1000 * figures["history, processor s"] / max(lived.deeds, 1), 2
    )
    figures["ledger entries"] = lived.entries
    figures["everything, s"] = round(time.perf_counter() - started, 1)
    figures["peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def _shortened(history, days: int):
    """Return the first days of a history."""
    end = history.since + timedelta(days=days)
    kept = tuple(
        replace(one, deeds=tuple(deed for deed in one.deeds if deed.at <= end))
        for one in history.happenings
        if one.report.at <= end
    )
    return replace(history, until=end, happenings=kept)


if __name__ == "__main__":
    with new_folder():
        size, *rest = sys.argv[1:] or ["small"]
        print(json.dumps(run(size, int(rest[0]) if rest else None), indent=1))
