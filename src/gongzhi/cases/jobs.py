"""What the clock does to cases: levels rise, held ones resume, new words can be searched."""

import logging
from collections.abc import Callable
from datetime import datetime

from . import actions
from .actions.searching import read_for_search

log = logging.getLogger(__name__)


def tick(at: datetime) -> int:
    """Do what is due by `at` and return how many cases were changed."""
    return _each(actions.numbers_to_resume(at), actions.resume_by_clock, at) + _each(
        actions.numbers_to_raise(at), actions.raise_by_clock, at
    )


def _each(numbers: list[str], deed: Callable[..., object], at: datetime) -> int:
    """Do a deed to each case; one that fails is logged and does not stop the others."""
    done = 0
    for number in numbers:
        try:
            deed(number, at=at)
        except Exception:  # the outermost loop of a job
            log.exception("The clock could not %s case %s.", deed.__name__, number)
        else:
            done += 1
    return done


JOBS: dict[str, Callable[[datetime], int]] = {
    "cases.tick": tick,
    "cases.search": read_for_search,
}
