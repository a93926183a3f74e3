"""Random walks through the loop: whatever people do, table, promises and ledger agree."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongzhi.accounts.rules import Actor
from gongzhi.cases import actions, queries
from gongzhi.cases.access import snapshot
from gongzhi.cases.models import Case
from gongzhi.cases.rules import ENDS, STEPS, NewReport, State, Step
from gongzhi.commitments import jobs as clock
from gongzhi.commitments import queries as promises
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.models import Entry
from tests.cast import MORNING, POSTS, RESIDENTS, City, point_in, show

LONGITUDE, LATITUDE = point_in(0, 0)
CATEGORIES = ("E0110", "E0201", "C0137", "E0501")

Deed = Callable[[str, Actor, datetime], object]


def _deeds(city: City, other: str, chance: random.Random) -> Mapping[Step, Deed]:
    """Return how each step is tried, with whatever it needs besides photographs."""
    parties = ("sanitation-1", "street-1", "community-11", "lighting")
    day = timedelta(days=chance.randint(1, 5))

    def step(name: str, **facts: Any) -> Deed:
        def deed(number: str, by: Actor, at: datetime) -> object:
            return getattr(actions, name)(number, by=by, at=at, **facts)

        return deed

    return {
        Step.FIX_ON_SPOT: step("fix_on_spot"),
        Step.ASK_VERIFICATION: step("ask_verification"),
        Step.VERIFY: step("verify_case", is_true=True, finding="属实"),
        Step.FILE: step("file_case"),
        Step.DECLINE: step("decline_case", reason_code="not_found"),
        Step.MERGE: step("merge_case", into=other),
        Step.DISPATCH: step(
            "dispatch_case",
            organisation_id=city.organisations[chance.choice(parties)],
            reason="试",
        ),
        Step.ACCEPT: step("accept_case"),
        Step.RETURN: step("return_case", reason_code="not_ours"),
        Step.ASK_EXTENSION: step("ask_extension", reason="忙"),
        Step.GRANT_EXTENSION: step("grant_extension"),
        Step.REFUSE_EXTENSION: step("refuse_extension", reason="不行"),
        Step.SUSPEND: lambda number, by, at: actions.suspend_case(
            number, reason_code="season", resume_on=at.date() + day, by=by, at=at
        ),
        Step.RESUME: step("resume_case"),
        Step.REACH_STAGE: step("reach_stage", stage="make_safe"),
        Step.COMPLETE: step("complete_case"),
        Step.ASK_CHECK: step("ask_check"),
        Step.PASS_CHECK: step("pass_check", finding="好"),
        Step.FAIL_CHECK: step("fail_check", finding="不好"),
        Step.CLOSE: step("close_case"),
        Step.RATE: step("rate_case", is_solved=False, satisfaction=2),
        Step.REOPEN: step("reopen_case", reason="没好"),
        Step.RAISE_LEVEL: step("raise_level", reason="难"),
        Step.URGE: step("urge_case", reason="快"),
        Step.ANNOTATE: step("annotate_case", note="记"),
        Step.SUPPORT: step("support_case"),
        Step.RECATEGORISE: step(
            "recategorise_case", category_code=chance.choice(CATEGORIES), reason="改"
        ),
        Step.RELOCATE: step(
            "relocate_case", longitude=LONGITUDE + 0.001, latitude=LATITUDE, reason="移"
        ),
        Step.CANCEL: step("cancel_case", reason_code="test"),
        Step.FORCE_CLOSE: step("force_close_case", reason="完"),
    }


@pytest.mark.parametrize("seed", range(12))
def test_after_any_walk_rows_promises_and_ledger_agree(city: City, seed: int) -> None:
    chance = random.Random(seed)
    at = MORNING
    numbers = [_reported(city, chance, at) for _ in range(2)]
    taken: list[Step] = []
    for _ in range(70):
        at += timedelta(minutes=chance.randint(1, 240))
        number, other = chance.sample(numbers, 2)
        case = Case.objects.get(number=number)
        by, step = _likely(case, city, chance)
        before, entries = snapshot(case), Entry.objects.count()
        try:
            _deeds(city, other, chance)[step](number, by, at)
        except Refusal:
            assert snapshot(Case.objects.get(pk=case.pk)) == before, step
            assert Entry.objects.count() == entries, step
        else:
            taken.append(step)
        if chance.random() < 0.1:
            clock.tick(at)
            actions_of_the_clock(at)
        _check_promises(case.pk)

    assert list(queries.discrepancies()) == []
    assert ledger.verify().is_clean
    assert len(set(taken)) >= 8, taken  # it was a walk, not a standstill


def actions_of_the_clock(at: datetime) -> None:
    """Let levels rise and held cases resume."""
    for number in actions.numbers_to_resume(at):
        actions.resume_by_clock(number, at=at)
    for number in actions.numbers_to_raise(at):
        actions.raise_by_clock(number, at=at)


def _reported(city: City, chance: random.Random, at: datetime) -> str:
    new = NewReport(category_code=chance.choice(CATEGORIES), longitude=LONGITUDE, latitude=LATITUDE)
    told = actions.report(new, by=city.rita, at=at)
    for shade, purpose in enumerate(("before", "verify", "after", "check")):
        show(told.case_id, purpose, by=city.colin, at=at, shade=40 * shade)
    return told.number


def _likely(case: Case, city: City, chance: random.Random) -> tuple[Actor, Step]:
    """Mostly somebody with a step that leads on, sometimes anybody with anything."""
    crowd = [city.people[login] for login in [*POSTS, *RESIDENTS]]
    possible = [(by, step) for by in crowd for step in queries.possible_steps(case, by)]
    onward = [
        (by, step)
        for by, step in possible
        if STEPS[step].target not in {None, State.CANCELLED, State.DECLINED, State.MERGED}
        and step not in {Step.FORCE_CLOSE, Step.FIX_ON_SPOT}
    ]
    if onward and chance.random() < 0.6:
        return chance.choice(onward)
    if possible and chance.random() < 0.6:
        return chance.choice(possible)
    return chance.choice(crowd), chance.choice([step for step in Step if step is not Step.REPORT])


def _check_promises(case_id: object) -> None:
    """An ended case owes nothing; any other owes something, due when the case says."""
    case = Case.objects.get(pk=case_id)
    owed = promises.open_of_subject(f"case:{case_id}")
    if case.state in ENDS:
        assert owed == []
        assert case.due_at is None
        return
    assert owed, case.state
    paused = {one.kind for one in owed if one.paused_at}
    if case.state == State.VERIFYING:
        assert paused == {"case.file"}
    elif case.state != State.SUSPENDED:
        assert not paused, case.state
    if case.state != State.SUSPENDED:
        assert case.due_at in {one.due_at for one in owed}, case.state
