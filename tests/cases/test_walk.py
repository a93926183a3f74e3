"""The whole road of one case, walked by hand by six people, with every refusal on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.rules import (
    CaseNotFound,
    CheckerIsHandler,
    ExtensionTooLate,
    FindingMissing,
    NewReport,
    NoExtensionAsked,
    NotYourReport,
    OtherParty,
    OutsideYourArea,
    PhotoMissing,
    PhotoOld,
    ReasonMissing,
    ReasonUnknown,
    SamePartyAgain,
    State,
    StepNotYours,
    StepOutOfTurn,
    TooManyExtensions,
)
from gongzhi.commitments import queries as promises
from gongzhi.ledger import queries as ledger
from tests.cast import MORNING, City, point_in, show

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_six_people_walk_one_case_and_every_wrong_turn_is_refused(city: City) -> None:
    longitude, latitude = point_in(0, 0)
    at = MORNING

    # Rita reports refuse lying about.
    told = actions.report(
        NewReport(category_code="E0110", text="路口有垃圾", longitude=longitude, latitude=latitude),
        by=city.rita,
        at=at,
    )
    number, case_id = told.number, told.case_id
    assert told.state is State.REPORTED
    with pytest.raises(StepOutOfTurn):
        actions.dispatch_case(number, by=city.dora, at=at)

    # Opal asks for a look; Cora's street is another; Colin needs a photograph.
    at += MINUTE
    with pytest.raises(StepNotYours):
        actions.ask_verification(number, by=city.henry, at=at)
    actions.ask_verification(number, by=city.opal, at=at)
    with pytest.raises(PhotoMissing) as no_photo:
        actions.verify_case(number, is_true=True, finding="属实", by=city.colin, at=at)
    assert no_photo.value.facts["purpose"] == "verify"
    show(case_id, "verify", by=city.colin, at=at, shade=60)
    with pytest.raises(FindingMissing):
        actions.verify_case(number, is_true=True, finding=" ", by=city.colin, at=at)
    with pytest.raises(OutsideYourArea):
        actions.verify_case(number, is_true=True, finding="属实", by=city.cora, at=at)
    actions.verify_case(number, is_true=True, finding="属实", by=city.colin, at=at)

    # Filed by Opal, dispatched by Dora to the crew the map names.
    at += MINUTE
    actions.file_case(number, by=city.opal, at=at)
    at += MINUTE
    case = actions.dispatch_case(number, by=city.dora, at=at)
    assert case.organisation_id == city.organisations["sanitation-1"]

    # Henry returns it with a reason of the list; it is not pushed back unchanged.
    with pytest.raises(OtherParty):
        actions.return_case(number, reason_code="not_ours", by=city.hanna, at=at)
    with pytest.raises(ReasonUnknown):
        actions.return_case(number, reason_code="no_mood", by=city.henry, at=at)
    actions.return_case(number, reason_code="not_ours", by=city.henry, at=at)
    with pytest.raises(SamePartyAgain):
        actions.dispatch_case(
            number, organisation_id=city.organisations["sanitation-1"], by=city.dora, at=at
        )
    actions.dispatch_case(
        number,
        organisation_id=city.organisations["sanitation-1"],
        reason="图上属于你们",
        by=city.dora,
        at=at,
    )

    # Accepted; extended before the deadline, never after.
    at += MINUTE
    actions.accept_case(number, by=city.henry, at=at)
    with pytest.raises(NoExtensionAsked):
        actions.grant_extension(number, by=city.dora, at=at)
    with pytest.raises(ReasonMissing):
        actions.ask_extension(number, reason="", by=city.henry, at=at)
    actions.ask_extension(number, reason="车坏了", by=city.henry, at=at)
    due_before = Case.objects.get(pk=case_id).due_at
    actions.grant_extension(number, by=city.dora, at=at)
    due_after = Case.objects.get(pk=case_id).due_at
    assert due_before is not None
    assert due_after is not None
    assert due_after > due_before
    with pytest.raises(ExtensionTooLate):
        actions.ask_extension(number, reason="再来", by=city.henry, at=due_after)

    # Completed with the photograph after; the check fails, then passes.
    with pytest.raises(PhotoMissing):
        actions.complete_case(number, by=city.henry, at=at)
    show(case_id, "after", by=city.henry, at=at, shade=200)
    case = actions.complete_case(number, by=city.henry, at=at)
    assert case.state == State.CHECKING
    with pytest.raises(StepNotYours):
        actions.pass_check(number, finding="干净", by=city.henry, at=at)
    show(case_id, "check", by=city.colin, at=at, shade=210)
    actions.fail_check(number, finding="还有垃圾", by=city.colin, at=at)
    # Done again, and looked at again: the photographs of the first time prove nothing now.
    at += HOUR
    with pytest.raises(PhotoOld):
        actions.complete_case(number, by=city.henry, at=at)
    show(case_id, "after", by=city.henry, at=at, shade=220)
    case = actions.complete_case(number, by=city.henry, at=at)
    assert case.reworks == 1
    at += MINUTE
    with pytest.raises(PhotoOld):
        actions.pass_check(number, finding="干净", by=city.colin, at=at)
    at += MINUTE
    show(case_id, "check", by=city.colin, at=at, shade=230)
    actions.pass_check(number, finding="干净", by=city.colin, at=at)

    # Hugo closes; Rita, and only she, rates.
    with pytest.raises(StepNotYours):
        actions.close_case(number, by=city.opal, at=at)
    actions.close_case(number, by=city.hugo, at=at)
    with pytest.raises(NotYourReport):
        actions.rate_case(number, is_solved=True, satisfaction=3, by=city.rolf, at=at)
    case = actions.rate_case(number, is_solved=True, satisfaction=3, by=city.rita, at=at)

    assert case.state == State.CLOSED
    assert not promises.open_of_subject(f"case:{case_id}")
    kinds = [one.kind for one in ledger.history(f"case:{case_id}") if one.kind[:5] == "case."]
    assert kinds == [
        "case.reported",
        "case.verification_asked",
        "case.verified",
        "case.filed",
        "case.dispatched",
        "case.returned",
        "case.dispatched",
        "case.accepted",
        "case.extension_asked",
        "case.extension_granted",
        "case.completed",
        "case.check_asked",
        "case.check_failed",
        "case.completed",
        "case.check_asked",
        "case.check_passed",
        "case.closed",
        "case.rated",
    ]
    assert list(queries.discrepancies()) == []


def test_whoever_handled_a_case_may_not_check_it(city: City) -> None:
    # Stella, a station head, may both handle and check: but not the same case.
    number, case_id = _at_the_station(city)
    show(case_id, "after", by=city.stella, at=MORNING, shade=200)
    actions.complete_case(number, by=city.stella, at=MORNING)
    show(case_id, "check", by=city.stella, at=MORNING, shade=201)

    with pytest.raises(CheckerIsHandler):
        actions.pass_check(number, finding="好了", by=city.stella, at=MORNING)


def _at_the_station(city: City) -> tuple[str, object]:
    longitude, latitude = point_in(0, 0)
    told = actions.report(
        NewReport(category_code="E0110", longitude=longitude, latitude=latitude),
        by=city.rita,
        at=MORNING,
    )
    actions.file_case(told.number, by=city.opal, at=MORNING)
    actions.dispatch_case(
        told.number,
        organisation_id=city.organisations["community-11"],
        by=city.dora,
        at=MORNING,
    )
    actions.accept_case(told.number, by=city.stella, at=MORNING)
    return told.number, told.case_id


def test_a_third_extension_is_refused_and_refusals_do_not_count(city: City) -> None:
    number, _ = _at_the_station(city)
    actions.ask_extension(number, reason="一", by=city.stella, at=MORNING)
    actions.refuse_extension(number, reason="不行", by=city.dora, at=MORNING)
    for _round in range(2):
        actions.ask_extension(number, reason="再", by=city.stella, at=MORNING)
        actions.grant_extension(number, by=city.dora, at=MORNING)

    with pytest.raises(TooManyExtensions):
        actions.ask_extension(number, reason="三", by=city.stella, at=MORNING)


def test_a_hidden_case_and_a_missing_case_read_alike(city: City) -> None:
    # A report without a category is not public.
    longitude, latitude = point_in(1, 1)
    told = actions.report(
        NewReport(text="说不清", longitude=longitude, latitude=latitude), by=city.rita, at=MORNING
    )

    refusals = []
    for number in (told.number, "19990101000001"):
        with pytest.raises(CaseNotFound) as refusal:
            actions.file_case(number, by=city.colin, at=MORNING)
        refusals.append(refusal.value)

    assert [set(one.facts) for one in refusals] == [{"number"}, {"number"}]


@pytest.mark.parametrize("cases", [1, 60])
def test_a_report_costs_at_most_15_statements_whatever_the_number_of_cases(
    city: City, cases: int
) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    for _ in range(cases):
        actions.report(new, by=city.rita, at=MORNING)

    with CaptureQueriesContext(connection) as statements:
        actions.report(new, by=city.rita, at=MORNING)

    assert len(statements) <= 15
