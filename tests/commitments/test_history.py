"""Whatever is done in whatever order: a breach is never lost, the ledger tells the row."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gongzhi.accounts.rules import SYSTEM
from gongzhi.commitments import actions
from gongzhi.commitments.jobs import tick
from gongzhi.commitments.models import Commitment
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger.models import Entry

from .conftest import HOUR, NOON, SUBJECT, Town

STEP = st.integers(min_value=0, max_value=5).map(lambda hours: hours * HOUR / 2)
LAST_WORD = {
    "promised": "running",
    "resumed": "running",
    "paused": "paused",
    "kept": "kept",
    "released": "released",
}


def _machine(town: Town) -> type[RuleBasedStateMachine]:  # noqa: C901 - a machine of small rules
    class OnePromise(RuleBasedStateMachine):
        """One promise, and our own slow reckoning of whether it was ever late."""

        def __init__(self) -> None:
            super().__init__()
            self.at = NOON
            self.was_late = False
            self.row = actions.promise(
                "case.handle",
                subject=SUBJECT,
                organisation_id=town.lamps,
                made_at=NOON,
                due_at=NOON + 2 * HOUR,
                warn_at=NOON + HOUR,
                by=SYSTEM,
            )

        @rule(by=STEP)
        def wait(self, by: timedelta) -> None:
            self.at += by
            self.row.refresh_from_db()
            self.was_late |= self.row.state == "running" and self.row.due_at < self.at

        def _try(self, deed: object, **facts: object) -> None:
            with contextlib.suppress(Refusal):
                deed(self.row.pk, by=SYSTEM, at=self.at, **facts)  # type: ignore[operator]
            self.row.refresh_from_db()

        @rule(more=STEP)
        def extend(self, more: timedelta) -> None:
            self._try(actions.extend, due_at=self.row.due_at + more)

        @rule()
        def pause(self) -> None:
            self._try(actions.pause)

        @rule(more=STEP)
        def resume(self, more: timedelta) -> None:
            due_at = max(self.row.due_at, self.at) + more
            self._try(actions.resume, due_at=due_at)

        @rule()
        def keep(self) -> None:
            self._try(actions.keep)

        @rule()
        def release(self) -> None:
            self._try(actions.release, reason="merged")

        @rule()
        def hand_over(self) -> None:
            self._try(actions.hand_over, organisation_id=town.roads)

        @rule()
        def let_the_clock_tick(self) -> None:
            tick(self.at)
            self.row.refresh_from_db()
            assert (self.row.broken_at is not None) == self.was_late

        @invariant()
        def a_breach_is_noted_before_anything_else_follows(self) -> None:
            told = list(
                Entry.objects.filter(facts__commitment=self.row.pk)
                .order_by("pk")
                .values_list("kind", flat=True)
            )
            words = [kind.removeprefix("commitment.") for kind in told]
            assert words.count("broken") == (self.row.broken_at is not None)
            assert self.row.broken_at is None or self.was_late
            if self.was_late and self.row.state != "running":
                assert self.row.broken_at == self.row.due_at
            assert LAST_WORD[[word for word in words if word in LAST_WORD][-1]] == self.row.state
            assert self.row.extensions == words.count("extended")

        def teardown(self) -> None:
            Commitment.objects.filter(pk=self.row.pk).delete()

    return OnePromise


@pytest.mark.django_db
def test_a_breach_is_never_lost_whatever_follows(town: Town) -> None:
    run_state_machine_as_test(
        _machine(town),
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
