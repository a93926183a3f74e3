"""Bulk steps: what is previewed happens, each case once, whoever else is at it."""

import copy
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import Actor
from gongzhi.cases import actions, queries
from gongzhi.cases.actions.bulk import BulkDone, take_in_bulk
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.queries.bulk import bulk_plan, picks_of
from gongzhi.cases.rules import (
    BULK_MOST,
    BULK_STEPS,
    ChangedMeanwhile,
    NewReport,
    NothingChosen,
    NotInBulk,
    Pick,
    SamePartyAgain,
    State,
    Step,
    TooManyChosen,
)
from gongzhi.commitments import queries as commitments
from gongzhi.kernel.ids import uuid7
from gongzhi.ledger import queries as ledger
from tests.cast import MORNING, City, build_city, point_in, show

LATER = MORNING + timedelta(hours=1)
FILED = CaseFilter(states=(State.FILED,))


def reported(city: City, *, code: str = "E0110", x: int = 0) -> str:
    longitude, latitude = point_in(x, 0)
    new = NewReport(category_code=code, text="有", longitude=longitude, latitude=latitude)
    return actions.report(new, by=city.rita, at=MORNING).number


def filed(city: City, **more: Any) -> str:
    number = reported(city, **more)
    actions.file_case(number, by=city.opal, at=MORNING)
    return number


def multiply(number: str, count: int) -> None:
    """Copy a filed case as often, as rows alone; the copies have no promises yet."""
    one = Case.objects.get(number=number)
    rows = []
    for place in range(count):
        row = copy.copy(one)
        row.pk, row.number = uuid7(at_ms=int(MORNING.timestamp() * 1000) + place), f"X{place:05}"
        rows.append(row)
    Case.objects.bulk_create(rows)


def pick(number: str) -> Pick:
    return Pick(number, Case.objects.get(number=number).version)


def test_a_bulk_step_is_taken_of_each_and_refusals_are_told_apart(city: City) -> None:
    first, second, third = filed(city), filed(city), reported(city)
    changed = pick(second)
    actions.annotate_case(second, note="刚改过", by=city.dora, at=LATER)

    done = take_in_bulk(Step.DISPATCH, [pick(first), changed, pick(third)], by=city.dora, at=LATER)

    assert done.done == (first,)
    assert [number for number, _ in done.refused] == [second, third]
    assert isinstance(done.refused[0][1], ChangedMeanwhile)
    assert done.left == ()


def test_pressing_twice_does_nothing_twice(city: City) -> None:
    picks = [pick(filed(city)), pick(filed(city))]
    take_in_bulk(Step.DISPATCH, picks, by=city.dora, at=LATER)
    entries = ledger.newest_id()

    again = take_in_bulk(Step.DISPATCH, picks, by=city.dora, at=LATER)

    assert again.done == ()
    assert {type(refusal) for _, refusal in again.refused} == {ChangedMeanwhile}
    assert ledger.newest_id() == entries


def test_what_patience_leaves_over_is_taken_by_the_next(city: City) -> None:
    picks = [pick(filed(city)) for _ in range(3)]

    first = take_in_bulk(Step.DISPATCH, picks, by=city.dora, at=LATER, patience=0.0)
    rest = take_in_bulk(Step.DISPATCH, first.left, by=city.dora, at=LATER)

    assert len(first.done) == 1
    assert len(rest.done) == 2


def test_a_bulk_step_that_cannot_be_does_nothing(city: City) -> None:
    one = pick(filed(city))

    with pytest.raises(NothingChosen):
        take_in_bulk(Step.DISPATCH, [], by=city.dora, at=LATER)
    with pytest.raises(TooManyChosen):
        take_in_bulk(Step.DISPATCH, [one] * (BULK_MOST + 1), by=city.dora, at=LATER)
    with pytest.raises(NotInBulk):
        take_in_bulk(Step.FORCE_CLOSE, [one], by=city.hugo, at=LATER)


def _every_kind_of_case(city: City) -> list[str]:
    """Return cases of many states: for each step some that will and some that will not."""
    numbers = [reported(city), reported(city, code="E0101"), filed(city), filed(city, x=1)]
    returned, checked, bare = filed(city), filed(city), filed(city)
    for number in (returned, checked, bare):
        actions.dispatch_case(number, by=city.dora, at=MORNING)
    reasons = queries.case_page(returned, viewer=city.henry, at=MORNING).reason_codes["return"]
    actions.return_case(returned, reason_code=reasons[0].code, by=city.henry, at=MORNING)
    for number in (checked, bare):
        case = Case.objects.get(number=number)
        if number == checked:
            show(case.pk, "before", by=city.opal, at=MORNING, shade=10)
        show(case.pk, "after", by=city.henry, at=MORNING, shade=20)
        show(case.pk, "check", by=city.colin, at=MORNING, shade=30)
        actions.accept_case(number, by=city.henry, at=MORNING)
        actions.complete_case(number, by=city.henry, at=MORNING)
        actions.pass_check(number, finding="好", by=city.colin, at=MORNING)
    return [*numbers, returned, checked, bare]


@pytest.mark.parametrize("step", BULK_STEPS)
@pytest.mark.parametrize("login", ["opal", "dora", "hugo", "henry"])
def test_the_preview_tells_what_happens(city: City, step: Step, login: str) -> None:
    picks = [pick(number) for number in _every_kind_of_case(city)]
    by: Actor = getattr(city, login)
    given: dict[str, Any] = {"note": "请看"} if step is Step.ANNOTATE else {}
    given |= {"reason": "请快"} if step is Step.URGE else {}

    plan = bulk_plan(step, picks, viewer=by, at=LATER, has_reason=bool(given))
    done = take_in_bulk(step, picks, by=by, at=LATER, **given)

    said = {one.pick.number: one.trouble for one in plan}
    assert {number for number in said if said[number] is None} == set(done.done)
    told = {number: type(refusal) for number, refusal in done.refused}
    assert {number: type(said[number]) for number in told} == told
    for one in plan:
        if one.trouble is None and one.due_at is not None:
            case = Case.objects.get(number=one.pick.number)
            assert case.due_at == one.due_at


def test_the_preview_names_the_party_and_warns_of_a_circle(city: City) -> None:
    number = filed(city)
    actions.dispatch_case(number, by=city.dora, at=MORNING)
    party = Case.objects.get(number=number).organisation_id
    reasons = queries.case_page(number, viewer=city.henry, at=MORNING).reason_codes["return"]
    actions.return_case(number, reason_code=reasons[0].code, by=city.henry, at=MORNING)

    (own,) = bulk_plan(Step.DISPATCH, [pick(number)], viewer=city.dora, at=LATER)
    (back,) = bulk_plan(
        Step.DISPATCH, [pick(number)], viewer=city.dora, at=LATER, organisation_id=party
    )

    assert own.trouble is None
    assert own.organisation is not None
    assert own.organisation.id != party
    assert isinstance(back.trouble, SamePartyAgain)


@pytest.mark.parametrize("step", [Step.DISPATCH, Step.CLOSE, Step.FILE])
def test_a_preview_costs_the_same_for_two_and_for_a_thousand(city: City, step: Step) -> None:
    multiply(filed(city), BULK_MOST - 1)
    picks = picks_of(city.hugo, at=LATER, narrowed=FILED)
    bulk_plan(step, picks[:2], viewer=city.hugo, at=LATER)

    with CaptureQueriesContext(connection) as two:
        bulk_plan(step, picks[:2], viewer=city.hugo, at=LATER)
    with CaptureQueriesContext(connection) as thousand:
        bulk_plan(step, picks, viewer=city.hugo, at=LATER)

    assert len(picks) == BULK_MOST
    assert len(two) == len(thousand) <= 6


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_dispatch_a_thousand_cases_once_each() -> None:
    city = build_city()
    multiply(filed(city), BULK_MOST - 1)
    picks = picks_of(city.dora, at=LATER, narrowed=FILED)
    came: dict[str, BulkDone] = {}
    both = threading.Barrier(2)

    def work(login: str) -> None:
        both.wait()
        came[login] = take_in_bulk(
            Step.DISPATCH, picks, by=getattr(city, login), at=LATER, patience=600
        )
        connections.close_all()

    threads = [threading.Thread(target=work, args=(login,)) for login in ("dora", "hugo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    mine, theirs = set(came["dora"].done), set(came["hugo"].done)
    assert mine.isdisjoint(theirs)
    assert mine | theirs == {pick.number for pick in picks}
    told = [*came["dora"].refused, *came["hugo"].refused]
    assert len(told) == BULK_MOST
    assert {type(refusal) for _, refusal in told} == {ChangedMeanwhile}
    assert set(Case.objects.values_list("state", "version")) == {("dispatched", 3)}
    entries = [one for one in ledger.entries_after(0, 100_000) if one.kind == "case.dispatched"]
    assert len(entries) == len({one.subject for one in entries}) == BULK_MOST
    subjects = [f"case:{key}" for key in Case.objects.values_list("pk", flat=True)]
    owed = commitments.open_of_subjects(subjects)
    assert all(sum(p.kind == "case.handle" for p in mine) == 1 for mine in owed.values())
