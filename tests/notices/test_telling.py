"""Telling: what the ledger says reaches exactly whom it concerns, once."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions as cases
from gongzhi.cases.models import Case
from gongzhi.commitments import actions as commitments
from gongzhi.commitments.jobs import tick as commitments_tick
from gongzhi.ledger.actions import record_many
from gongzhi.ledger.rules import NewEntry
from gongzhi.notices import actions, queries
from gongzhi.notices.models import Cursor, Delivery, Notice
from gongzhi.notices.rules import Channel, Topic
from tests.cast import MORNING, City, show

from .conftest import Crash, Report

pytestmark = pytest.mark.django_db
SOON = MORNING + timedelta(minutes=5)


def told(city: City) -> dict[str, set[str]]:
    """Return the kinds of notices by login."""
    logins = {actor.person_id: login for login, actor in city.people.items()}
    found: dict[str, set[str]] = {}
    for person, kind in Notice.objects.values_list("person_id", "kind"):
        found.setdefault(logins[person], set()).add(kind)
    return found


def forget() -> None:
    Notice.objects.all().delete()


def test_a_report_is_told_to_the_operators_and_not_to_its_reporter(
    town: City, report: Report
) -> None:
    report()

    actions.tell(SOON)

    assert told(town) == {"opal": {"desk.to_file"}, "hugo": {"desk.to_file"}}


def test_a_report_is_told_also_when_nobody_knows_who_reported(town: City, report: Report) -> None:
    one = report()
    actions.tell(SOON)
    forget()

    cases.file_case(one.number, by=town.opal, at=SOON)
    actions.tell(SOON)

    assert told(town)["rita"] == {"report.filed"}
    assert "opal" not in told(town)


def test_the_whole_way_of_a_case_is_told_step_by_step(town: City, report: Report) -> None:
    one = report()
    number = one.number
    actions.tell(SOON)
    steps: dict[str, dict[str, set[str]]] = {}

    def after(step: str) -> None:
        forget()
        actions.tell(SOON)
        steps[step] = told(town)

    cases.file_case(number, by=town.opal, at=SOON)
    if Case.objects.get().state == "filed":
        cases.dispatch_case(number, by=town.dora, at=SOON)
    after("dispatched")
    cases.accept_case(number, by=town.henry, at=SOON)
    after("accepted")
    cases.ask_extension(number, reason="rain", by=town.henry, at=SOON)
    after("extension asked")
    cases.grant_extension(number, by=town.dora, at=SOON)
    after("extension granted")
    cases.urge_case(number, reason="quick", by=town.lea, at=SOON)
    after("urged")
    show(one.case_id, "after", by=town.henry, at=SOON)
    show(one.case_id, "before", by=town.rita, at=SOON, shade=9)
    cases.complete_case(number, by=town.henry, at=SOON)
    if Case.objects.get().state == "handled":
        cases.ask_check(number, by=town.opal, at=SOON)
    after("to check")

    assert steps["dispatched"]["henry"] == {"task.to_handle"}
    assert "hanna" not in steps["dispatched"]
    assert steps["accepted"] == {}
    assert steps["extension asked"] == {
        "dora": {"desk.extension_asked"},
        "hugo": {"desk.extension_asked"},
    }
    assert steps["extension granted"] == {"henry": {"task.extension_granted"}}
    assert steps["urged"] == {"henry": {"task.urged"}}
    assert steps["to check"] == {"colin": {"task.to_check"}}


def test_a_supporter_is_told_what_becomes_of_the_case(town: City, report: Report) -> None:
    one = report()
    cases.support_case(one.number, by=town.rolf, at=SOON)
    reason = sorted(_decline_reasons())[0]
    cases.decline_case(one.number, reason_code=reason, by=town.opal, at=SOON)

    actions.tell(SOON)

    assert told(town)["rita"] == told(town)["rolf"] == {"report.declined"}


def test_both_reporters_are_told_of_a_merge_and_follow_the_other_case(
    town: City, report: Report
) -> None:
    one, other = report(), report("rolf")
    cases.merge_case(other.number, into=one.number, by=town.opal, at=SOON)
    actions.tell(SOON)
    forget()

    cases.file_case(one.number, by=town.opal, at=SOON)
    actions.tell(SOON)

    assert told(town)["rita"] == told(town)["rolf"] == {"report.filed"}


def _decline_reasons() -> set[str]:
    from gongzhi.catalogue.queries import book

    return {row.code for row in book().reasons["decline"]}


def test_a_task_that_was_done_meanwhile_is_not_told(town: City, report: Report) -> None:
    one = report()
    cases.file_case(one.number, by=town.opal, at=SOON)

    actions.tell(SOON)

    assert "desk.to_file" not in told(town).get("hugo", set())


def test_a_broken_promise_is_told_to_who_owes_it_and_to_the_supervisors(
    town: City, report: Report
) -> None:
    accounts.create_post(
        "watch-1",
        kind_code="supervisor",
        organisation_code="city-command",
        name="watch",
        by=SYSTEM,
        at=MORNING,
    )
    accounts.appoint("lars", post_code="watch-1", starts_on=MORNING.date(), by=SYSTEM, at=MORNING)
    report()
    actions.tell(SOON)
    forget()
    later = MORNING + timedelta(days=2)
    commitments_tick(later)

    actions.tell(later)

    kinds = told(town)
    assert kinds["opal"] == {"deadline.broken"}
    assert kinds["lars"] == {"watch.broken"}
    assert Notice.objects.filter(kind="watch.broken").get().facts["promise"] == "case.file"


def test_who_must_see_to_it_from_above_is_told_by_their_leader(town: City, report: Report) -> None:
    one = report()
    commitments.promise(
        "case.supervise",
        subject=f"case:{one.case_id}",
        organisation_id=town.organisations["city-command"],
        made_at=MORNING,
        due_at=MORNING + timedelta(hours=1),
        by=SYSTEM,
    )
    later = MORNING + timedelta(hours=2)
    commitments_tick(later)

    actions.tell(later)

    mine = Notice.objects.filter(kind="deadline.broken", facts__promise="case.supervise")
    assert list(mine.values_list("person_id", flat=True)) == [town.lea.person_id]


def test_a_promise_kept_meanwhile_is_not_told_as_due_soon(town: City, report: Report) -> None:
    one = report()
    later = MORNING + timedelta(days=2)
    commitments_tick(later)
    cases.file_case(one.number, by=town.opal, at=later)

    actions.tell(later)

    filed = Notice.objects.filter(kind__startswith="deadline.", facts__promise="case.file")
    assert not filed.exists()


def test_reading_the_ledger_twice_makes_one_notice(town: City, report: Report) -> None:
    start = Cursor.objects.get().entry_id
    report()
    actions.tell(SOON)
    first = list(Notice.objects.values_list("pk", flat=True))

    Cursor.objects.update(entry_id=start)
    again = actions.tell(SOON)

    assert again.notices == again.deliveries == 0
    assert list(Notice.objects.values_list("pk", flat=True)) == first
    assert actions.tell(SOON).entries == 0


def test_what_is_too_old_is_passed_over(town: City, report: Report) -> None:
    report()

    read = actions.tell(MORNING + timedelta(days=3, minutes=1))

    assert read.entries
    assert not Notice.objects.exists()
    assert actions.tell(MORNING + timedelta(days=4)).entries == 0


def test_a_crash_while_writing_leaves_nothing_and_the_next_reading_all(
    town: City, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gongzhi.notices.actions import telling

    actions.choose_preferences(
        {Topic.DESK: frozenset({Channel.MAIL})}, quiet=None, by=town.opal, at=MORNING
    )
    report()
    whole = telling.insert_rows

    def dies_before_the_second(rows: list[Any]) -> None:
        if rows and isinstance(rows[0], Delivery):
            raise Crash
        whole(rows)

    with monkeypatch.context() as broken:
        broken.setattr(telling, "insert_rows", dies_before_the_second)
        with pytest.raises(Crash):
            actions.tell(SOON)
    assert not Notice.objects.exists()

    actions.tell(SOON)

    assert told(town)["opal"] == {"desk.to_file"}
    assert Delivery.objects.count() == 1


def test_an_erased_person_is_not_told(town: City, report: Report) -> None:
    one = report()
    cases.file_case(one.number, by=town.opal, at=SOON)
    accounts.erase_person("rita", by=town.seca, at=SOON)

    actions.tell(SOON)

    assert "rita" not in told(town)


def test_facts_hold_ids_and_codes_and_no_words(town: City, report: Report) -> None:
    report()

    actions.tell(SOON)

    facts = Notice.objects.filter(person_id=town.opal.person_id).get().facts
    assert set(facts) <= {"number", "category", "area", "organisation", "due_at", "at", "promise"}
    assert "秘密" not in str(facts)
    assert "Rita" not in str(facts)


def test_a_thousand_entries_cost_as_few_statements_as_ten(town: City, report: Report) -> None:
    numbers = [report() for _ in range(5)]
    actions.tell(SOON)

    def urge(count: int) -> int:
        subjects = [f"case:{numbers[place % 5].case_id}" for place in range(count)]
        record_many(NewEntry("case.urged", one, town.lea, SOON, {}) for one in subjects)
        with CaptureQueriesContext(connection) as counted:
            read = actions.tell(SOON)
        assert read.entries == count
        assert read.notices == 2 * count
        return len([one for one in counted if "SAVEPOINT" not in one["sql"]])

    few, many = urge(60), urge(1000)

    assert many == few
    assert many <= 25


def test_each_emergency_task_goes_by_mail_and_short_message(town: City, report: Report) -> None:
    one = report()
    Case.objects.update(is_emergency=True)
    cases.file_case(one.number, by=town.opal, at=SOON)
    if Case.objects.get().state == "filed":
        cases.dispatch_case(one.number, by=town.dora, at=SOON)

    actions.tell(SOON)

    mine = Delivery.objects.filter(person_id=town.henry.person_id)
    assert Counter(mine.values_list("channel", flat=True)) == {"mail": 1, "sms": 1}


def test_the_number_of_unread_notices_is_one_statement(town: City, report: Report) -> None:
    report()
    actions.tell(SOON)

    with CaptureQueriesContext(connection) as counted:
        count = queries.unread_count(town.opal)

    assert (count, len(counted)) == (1, 1)
