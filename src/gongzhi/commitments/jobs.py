"""What the clock does: notes broken promises and warns of those due soon."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gongzhi.accounts.rules import SYSTEM, Actor

from . import actions, queries

logger = logging.getLogger(__name__)

BATCH = 500


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick of the clock noted."""

    broken: int
    warned: int
    failed: int


class _Many(Protocol):
    def __call__(
        self, at: datetime, *, limit: int, by: Actor, passing_over: set[int]
    ) -> list[int]: ...


class _Ids(Protocol):
    def __call__(self, at: datetime, *, limit: int, passing_over: set[int]) -> list[int]: ...


class _One(Protocol):
    def __call__(self, commitment_id: int, *, by: Actor, at: datetime) -> list[int]: ...


def tick(at: datetime, *, batch: int = BATCH) -> Ticked:
    """Note everything broken or due soon by `at`, batch by batch, until nothing is left.

    A batch that fails is taken one by one; a promise that fails is logged and
    passed over until the next tick.
    """
    broken, lost = _drain(
        actions.break_due, queries.to_break_ids, actions.break_one, at=at, batch=batch
    )
    warned, missed = _drain(
        actions.warn_due, queries.to_warn_ids, actions.warn_one, at=at, batch=batch
    )
    return Ticked(broken=broken, warned=warned, failed=lost + missed)


def _drain(many: _Many, ids: _Ids, one: _One, *, at: datetime, batch: int) -> tuple[int, int]:
    """Return how many promises were noted and how many failed."""
    done, failed = 0, set[int]()
    while True:
        try:
            noted = len(many(at, limit=batch, by=SYSTEM, passing_over=failed))
        except Exception:
            logger.exception("A batch of promises failed; each is tried by itself.")
            waiting = ids(at, limit=batch, passing_over=failed)
            noted = sum(_tried(one, each, at, failed) for each in waiting)
        if not noted:
            return done, len(failed)
        done += noted


def _tried(one: _One, commitment_id: int, at: datetime, failed: set[int]) -> int:
    try:
        return len(one(commitment_id, by=SYSTEM, at=at))
    except Exception:
        logger.exception("Promise %s failed and is passed over.", commitment_id)
        failed.add(commitment_id)
        return 0


JOBS: dict[str, Callable[[datetime], Ticked]] = {"commitments": tick}
