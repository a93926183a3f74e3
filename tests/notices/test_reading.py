"""Reading: one's own notices, choosing, the log and its doors, page and command."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions as cases
from gongzhi.ledger.models import Entry
from gongzhi.notices import actions, queries
from gongzhi.notices.commands import log, resend
from gongzhi.notices.models import Delivery, Notice
from gongzhi.notices.queries import LogFilter
from gongzhi.notices.rules import (
    Channel,
    DeliveryNotFound,
    DeliveryState,
    LogNotYours,
    NoticeNotFound,
    QuietHours,
    ResendNotYours,
    SignInFirst,
    StillWaiting,
    Topic,
)
from tests.cast import MORNING, City

from .conftest import Report

pytestmark = pytest.mark.django_db
SOON = MORNING + timedelta(minutes=5)


def told(city: City, report: Report, *, count: int = 1) -> None:
    for _ in range(count):
        one = report()
        cases.file_case(one.number, by=city.opal, at=SOON)
    actions.tell(SOON)


def client_of(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(get_user_model().objects.get(login=login))
    return client


def test_notices_stand_newest_first_and_go_on_where_the_page_ended(
    town: City, report: Report
) -> None:
    told(town, report, count=5)

    first = queries.inbox(town.rita, limit=3)
    rest = queries.inbox(town.rita, after=first[-1].id, limit=3)

    ids = [one.id for one in (*first, *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5


def test_a_list_of_one_and_of_thirty_costs_the_same(town: City, report: Report) -> None:
    told(town, report)
    with CaptureQueriesContext(connection) as one:
        queries.inbox(town.rita)
    told(town, report, count=10)

    with CaptureQueriesContext(connection) as many:
        found = queries.inbox(town.rita)

    assert len(found) == 11
    assert len(one) == len(many) <= 4


def test_nobody_marks_anothers_notice(town: City, report: Report) -> None:
    told(town, report)
    (mine,) = queries.inbox(town.rita)

    with pytest.raises(NoticeNotFound):
        actions.mark_read(mine.id, by=town.rolf, at=SOON)
    actions.mark_read(mine.id, by=town.rita, at=SOON)

    assert queries.unread_count(town.rita) == 0


def test_what_came_after_the_page_was_opened_stays_unread(town: City, report: Report) -> None:
    told(town, report)
    newest = queries.inbox(town.rita)[0].id
    told(town, report)

    actions.mark_all_read(by=town.rita, at=SOON, up_to=newest)

    assert queries.unread_count(town.rita) == 1


def test_who_has_no_account_has_no_notices() -> None:
    assert queries.unread_count(ANONYMOUS) == 0
    with pytest.raises(SignInFirst):
        queries.inbox(ANONYMOUS)
    with pytest.raises(SignInFirst):
        actions.choose_preferences({}, quiet=None, by=ANONYMOUS, at=SOON)


def test_a_choice_is_kept_entered_and_can_be_changed(town: City) -> None:
    chosen = {topic: frozenset({Channel.SMS}) for topic in Topic}
    actions.choose_preferences(chosen, quiet=QuietHours(20, 8), by=town.rita, at=SOON)
    actions.choose_preferences({}, quiet=None, by=town.rita, at=SOON)
    actions.choose_preferences(chosen, quiet=QuietHours(21, 6), by=town.rita, at=SOON)

    kept = queries.preferences(town.rita)

    assert kept.quiet == QuietHours(21, 6)
    assert kept.ways(Topic.TASKS) == {Channel.SMS}
    assert Entry.objects.filter(kind="notice.preferences_chosen").count() == 3


@pytest.mark.parametrize("login", ["rita", "opal", "hugo", "lea", "seca", "henry"])
def test_the_log_is_for_administrators(town: City, login: str) -> None:
    with pytest.raises(LogNotYours):
        queries.delivery_log(town.people[login], at=SOON)


@pytest.mark.parametrize("login", ["rita", "opal", "auda", "seca"])
def test_only_the_system_administrator_sends_again(town: City, report: Report, login: str) -> None:
    told(town, report)
    first = Delivery.objects.order_by("pk")[0]

    with pytest.raises(ResendNotYours):
        actions.resend(first.pk, by=town.people[login], at=SOON)
    with pytest.raises(ResendNotYours):
        actions.resend_given_up(by=town.people[login], at=SOON)


def test_what_waits_or_is_not_there_is_not_sent_again(town: City, report: Report) -> None:
    told(town, report)
    first = Delivery.objects.order_by("pk")[0]

    with pytest.raises(StillWaiting):
        actions.resend(first.pk, by=town.sysa, at=SOON)
    with pytest.raises(DeliveryNotFound):
        actions.resend(first.pk + 999, by=town.sysa, at=SOON)


def test_the_log_is_narrowed_by_state_channel_and_person(town: City, report: Report) -> None:
    told(town, report, count=2)
    actions.deliver_due(SOON)

    everything = queries.delivery_log(town.auda, at=SOON)
    mine = queries.delivery_log(town.auda, at=SOON, narrowed=LogFilter(login="rita"))
    lost = LogFilter(state=DeliveryState.GIVEN_UP, channel=Channel.SMS)

    assert len(everything) == Delivery.objects.count()
    assert {one.login for one in mine} == {"rita"}
    assert queries.delivery_log(town.auda, at=SOON, narrowed=lost) == []
    following = queries.delivery_log(town.auda, at=SOON, after=everything[0].id)
    assert [one.id for one in following] == [one.id for one in everything[1:]]


def test_the_page_lists_marks_and_keeps_a_choice(town: City, report: Report) -> None:
    told(town, report, count=2)
    client = client_of("rita")
    newest, oldest = queries.inbox(town.rita)

    page = client.get("/notices").content.decode()
    client.post(f"/notices/{newest.id}/read")
    after_one = queries.unread_count(town.rita)
    client.post("/notices/read-all", {"up_to": newest.id})
    kept = client.post(
        "/notices/preferences",
        {"way": ["tasks:sms", "x:y"], "quiet_from": "20", "quiet_until": "6"},
    )

    assert page.count("was accepted and is to be dealt with") == 2
    assert f"/cases/{oldest.number}" in page
    assert after_one == 1
    assert queries.unread_count(town.rita) == 0
    assert kept.status_code == 302
    assert queries.preferences(town.rita).quiet == QuietHours(20, 6)
    assert "checked" in client.get("/notices").content.decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"quiet_from": "20"}, 400),
        ({"quiet_from": "99", "quiet_until": "1"}, 400),
        ({"quiet_from": "noon", "quiet_until": "1"}, 400),
        ({}, 302),
    ],
)
def test_hours_that_are_none_are_refused_by_the_form(
    town: City, given: dict[str, str], status: int
) -> None:
    assert client_of("rita").post("/notices/preferences", given).status_code == status


def test_numbers_beyond_the_database_find_nothing(town: City) -> None:
    client = client_of("rita")

    assert client.post(f"/notices/{'9' * 40}/read").status_code == 404
    assert client.get(f"/notices?after={'9' * 18}").status_code == 200


def test_the_log_page_sends_again(town: City, report: Report) -> None:
    told(town, report)
    actions.deliver_due(SOON)
    mine = Delivery.objects.filter(person_id=town.rita.person_id).get()
    client = client_of("sysa")

    page = client.get("/notices/log?login=rita").content.decode()
    answer = client.post(f"/notices/log/{mine.pk}/resend")

    mine.refresh_from_db()
    assert "Send again" in page
    assert answer.status_code == 302
    assert (mine.state, mine.tries, mine.sent_at) == ("waiting", 0, None)
    assert "Send again" not in client_of("auda").get("/notices/log").content.decode()


def test_the_page_costs_no_more_for_thirty_notices(town: City, report: Report) -> None:
    client = client_of("rita")
    told(town, report)
    client.get("/notices")
    with CaptureQueriesContext(connection) as few:
        client.get("/notices")
    told(town, report, count=10)

    with CaptureQueriesContext(connection) as many:
        client.get("/notices")

    assert len(few) == len(many) <= 12


def test_the_commands_show_the_log_and_send_again(town: City, report: Report) -> None:
    told(town, report)
    actions.deliver_due(timezone.now())
    Delivery.objects.update(
        state="given_up", error="mail.refused", next_try_at=None, sent_at=None, tries=8
    )
    one = Delivery.objects.filter(person_id=town.rita.person_id).get()
    before = translation.get_language()

    shown = CliRunner().invoke(log, ["--language", "en", "--state", "given_up", "--login", "rita"])
    again = CliRunner().invoke(resend, ["--language", "en", str(one.pk), "--given-up"])
    nothing = CliRunner().invoke(resend, ["--language", "en"])
    translation.activate(before or "en")

    assert "the mail server refused the address" in shown.output
    assert f"{one.pk}  " in shown.output
    assert f"{Delivery.objects.count()} deliveries will be sent again." in again.output
    assert nothing.exit_code == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}
    assert Notice.objects.exists()
