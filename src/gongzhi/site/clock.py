"""The one clock: does, every few seconds, what the houses want done in time."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from gongzhi.webkit.storage import trouble_of
from gongzhi.webkit.words import sentence

log = logging.getLogger(__name__)

Job = Callable[[datetime], object]


def clock_jobs() -> dict[str, Job]:
    """Return what is to be done at each tick, by name, in the order of the houses.

    A `jobs` room has `JOBS` (names to functions of a moment), or a function `tick` or
    `seal_due`.
    """
    found: dict[str, Job] = {}
    for house in settings.HOUSES:
        if find_spec(f"{house}.jobs"):
            room = import_module(f"{house}.jobs")
            jobs: Mapping[str, Job] | None = getattr(room, "JOBS", None)
            name = house.rpartition(".")[2]
            if jobs is None:
                deeds = ("tick", "seal_due")
                jobs = {
                    f"{name}.{deed}": getattr(room, deed) for deed in deeds if hasattr(room, deed)
                }
            found.update(jobs)
    return found


def tick(jobs: Mapping[str, Job], *, at: datetime, stop: threading.Event | None = None) -> int:
    """Do every job once; one that fails is logged and the others go on; return the failures."""
    failures = 0
    for name, job in jobs.items():
        if stop is not None and stop.is_set():
            break
        try:
            job(at)
        except Exception as error:
            failures += 1
            trouble = trouble_of(error)
            if trouble is None:
                log.exception("The job “%s” failed; the others go on.", name)
            else:
                log.error("The job “%s” must wait. %s", name, sentence(trouble))
    return failures


@contextmanager
def the_only_clock(place: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait until no other clock of this city runs on this machine; False when told to stop."""
    with place.open("a", encoding="utf-8") as file:
        has_told = False
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not has_told:
                    log.warning("Another clock is at work; this one waits until it stops.")
                has_told = True
                stop.wait(1.0)
            else:
                yield True
                return
        yield False
