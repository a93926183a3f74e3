"""One step for many cases: each its own deed in its own transaction."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.refusals import Refusal

from ..rules import BULK_MOST, BULK_STEPS, NothingChosen, NotInBulk, Pick, Step, TooManyChosen
from .steps import take

PATIENCE = 2.0  # seconds of one request; the rest is taken by the next


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What a bulk step came to.

    Attributes:
        done: the numbers of the cases that took the step.
        refused: those that did not, each with the reason.
        left: those not yet tried.
    """

    done: tuple[str, ...]
    refused: tuple[tuple[str, Refusal], ...]
    left: tuple[Pick, ...]


def take_in_bulk(
    step: Step,
    picks: Sequence[Pick],
    *,
    by: Actor,
    at: datetime,
    patience: float = PATIENCE,
    **given: Any,
) -> BulkDone:
    """Take a step of many cases, each as it was read, until patience ends.

    A case that somebody changed meanwhile is left as it is and told; so is one whose step
    this very actor took before, so that pressing twice does nothing twice.  At least one
    case is tried.

    Args:
        step: one of `rules.BULK_STEPS`.
        picks: the cases and the versions at which they were read.
        by: who takes it.
        at: when; an aware datetime.
        patience: seconds after which the rest is left.
        given: what the deed of the step takes besides, the same for all.

    Raises:
        NothingChosen, TooManyChosen, NotInBulk: nothing was done.
    """
    check_bulk(step, len(picks))
    until = time.monotonic() + patience
    done: list[str] = []
    refused: list[tuple[str, Refusal]] = []
    for tried, pick in enumerate(picks):
        if tried and time.monotonic() > until:
            return BulkDone(tuple(done), tuple(refused), tuple(picks[tried:]))
        try:
            take(pick.number, step, by=by, at=at, version=pick.version, **given)
        except Refusal as refusal:
            refused.append((pick.number, refusal))
        else:
            done.append(pick.number)
    return BulkDone(tuple(done), tuple(refused), ())


def check_bulk(step: Step, count: int) -> None:
    """Refuse a bulk step that cannot be.

    Raises:
        NotInBulk: the step needs a look at each case.
        NothingChosen, TooManyChosen: see `rules.BULK_MOST`.
    """
    if step not in BULK_STEPS:
        raise NotInBulk(step=step.value)
    if not count:
        raise NothingChosen
    if count > BULK_MOST:
        raise TooManyChosen(chosen=count, most=BULK_MOST)
