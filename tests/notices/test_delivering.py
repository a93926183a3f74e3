"""Sending: at least once, outside of any deed, not at night, not too much at once."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.queries import people
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions as cases
from gongzhi.cases.models import Case
from gongzhi.ledger.models import Entry
from gongzhi.notices import actions, jobs, queries
from gongzhi.notices.actions import ChannelTrouble
from gongzhi.notices.models import Delivery, Notice, Preference
from gongzhi.notices.rules import MOST_TRIES, RETRY_AFTER, Channel, DeliveryState, QuietHours, Topic
from tests.cast import MORNING, City

from .conftest import Crash, Report, Way

pytestmark = pytest.mark.django_db
SOON = MORNING + timedelta(minutes=5)
NIGHT = MORNING + timedelta(hours=15)  # midnight in the city
Ways = dict[Channel, Way]


def told(city: City, report: Report, *, count: int = 1, at: datetime = SOON) -> None:
    """Let rita have as many notices, each to leave by mail."""
    for _ in range(count):
        one = report(at=at)
        cases.file_case(one.number, by=city.opal, at=at)
    actions.tell(at)
    Delivery.objects.exclude(person_id=city.rita.person_id).delete()


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_told_leaves_once(town: City, report: Report, ways: Ways, mail: Way) -> None:
    told(town, report)

    first = actions.deliver_due(SOON, senders=ways)
    second = actions.deliver_due(SOON + timedelta(days=1), senders=ways)

    assert (first.sent, second.is_idle) == (1, True)
    assert [login for login, _, _ in mail.taken] == ["rita"]
    assert states() == ["sent"]


def test_a_mail_speaks_the_language_of_its_reader(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    accounts.choose_language(language="en", by=town.rita, at=MORNING)
    told(town, report)
    number = Case.objects.get().number

    actions.deliver_due(SOON, senders=ways)

    letter = mail.taken[0][1]
    assert letter.text.startswith(f"Your report {number} (")
    assert "One" in letter.text
    assert f"http://localhost:8000/cases/{number}" in letter.text
    assert f"/cases/{number}" in letter.html
    assert number in letter.subject


def test_a_mail_speaks_chinese_to_who_reads_chinese(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)

    actions.deliver_due(SOON, senders=ways)

    letter = mail.taken[0][1]
    assert letter.text.startswith("您的上报 ")
    assert "一社区" in letter.text


def test_no_message_holds_words_or_names_of_people(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)

    actions.deliver_due(SOON, senders=ways)

    letter = mail.taken[0][1]
    for text in (letter.subject, letter.text, letter.html, letter.short):
        assert "秘密" not in text
        assert "Rita" not in text
        assert "Opal" not in text


def test_a_crash_before_sending_loses_nothing(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    mail.before = [Crash()]
    with pytest.raises(Crash):
        actions.deliver_due(SOON, senders=ways)
    assert states() == ["failed"]

    actions.deliver_due(SOON + RETRY_AFTER[0], senders=ways)

    assert len(mail.taken) == 1
    assert states() == ["sent"]


def test_a_crash_after_sending_sends_again_under_the_same_name(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    mail.after = [Crash()]
    with pytest.raises(Crash):
        actions.deliver_due(SOON, senders=ways)

    actions.deliver_due(SOON + RETRY_AFTER[0], senders=ways)

    assert len(mail.taken) == 2
    assert mail.taken[0][2] == mail.taken[1][2]
    assert states() == ["sent"]


def test_a_crash_between_two_messages_leaves_the_first_sent_and_the_second_due(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report, count=2)
    mail.before = [None, Crash()]
    with pytest.raises(Crash):
        actions.deliver_due(SOON, senders=ways)
    assert states() == ["sent", "failed"]

    actions.deliver_due(SOON + RETRY_AFTER[0], senders=ways)

    assert len(mail.taken) == 2
    assert states() == ["sent", "sent"]


def test_who_is_broken_off_at_every_try_is_given_up_in_the_end(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    at = SOON
    for _ in range(MOST_TRIES):
        mail.before = [Crash()]
        with pytest.raises(Crash):
            actions.deliver_due(at, senders=ways)
        at += timedelta(days=1)

    actions.deliver_due(at, senders=ways)

    one = Delivery.objects.get()
    assert (one.state, one.error, one.tries) == ("given_up", "interrupted", MOST_TRIES)
    assert mail.taken == []


def test_a_refused_address_is_given_up_at_once(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    mail.before = [ChannelTrouble("mail.refused", is_final=True)]

    done = actions.deliver_due(SOON, senders=ways)

    one = Delivery.objects.get()
    assert done.failed == 1
    assert (one.state, one.error, one.next_try_at) == ("given_up", "mail.refused", None)


def test_trouble_is_tried_again_ever_more_rarely_and_given_up(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    mail.before = [ChannelTrouble("mail.failed") for _ in range(MOST_TRIES)]
    Preference.objects.create(person_id=town.rita.person_id, quiet_from=3, quiet_until=3)
    at, pauses = SOON, []
    for _ in range(MOST_TRIES - 1):
        actions.deliver_due(at, senders=ways)
        following = Delivery.objects.get().next_try_at
        assert following is not None
        assert actions.deliver_due(following - timedelta(seconds=1), senders=ways).is_idle
        pauses.append(following - at)
        at = following

    actions.deliver_due(at, senders=ways)

    assert pauses == list(RETRY_AFTER)
    assert Delivery.objects.get().state == "given_up"
    assert mail.tried == MOST_TRIES


def test_while_the_mail_server_is_down_only_one_message_is_tried(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report, count=4)
    mail.before = [ChannelTrouble("mail.unreachable", is_down=True)]

    done = actions.deliver_due(SOON, senders=ways)

    assert (mail.tried, done.failed) == (1, 4)
    assert set(Delivery.objects.values_list("error", flat=True)) == {"mail.unreachable"}
    assert actions.deliver_due(SOON + RETRY_AFTER[0], senders=ways).sent == 4


def test_an_unforeseen_error_is_logged_without_the_address_and_others_leave(
    town: City, report: Report, ways: Ways, mail: Way, caplog: pytest.LogCaptureFixture
) -> None:
    told(town, report, count=2)
    mail.before = [LookupError("?")]

    done = actions.deliver_due(SOON, senders=ways)

    assert (done.sent, done.failed) == (1, 1)
    assert "could not be sent" in caplog.text
    assert "rita@example.org" not in caplog.text


def test_nothing_leaves_at_night(town: City, report: Report, ways: Ways, mail: Way) -> None:
    told(town, report, at=NIGHT)

    in_the_night = actions.deliver_due(NIGHT, senders=ways)
    in_the_morning = actions.deliver_due(NIGHT + timedelta(hours=7), senders=ways)

    assert in_the_night.is_idle
    assert in_the_morning.sent == 1
    assert Notice.objects.filter(person_id=town.rita.person_id, made_at=NIGHT).exists()


def test_what_was_due_in_the_day_and_is_tried_at_night_waits_for_the_morning(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)

    done = actions.deliver_due(NIGHT, senders=ways)

    assert (done.later, mail.tried) == (1, 0)
    assert Delivery.objects.get().next_try_at == NIGHT + timedelta(hours=7)


def test_an_emergency_leaves_at_night(
    town: City, report: Report, ways: Ways, mail: Way, sms: Way
) -> None:
    one = report(at=NIGHT)
    Case.objects.update(is_emergency=True)
    cases.file_case(one.number, by=town.opal, at=NIGHT)
    if Case.objects.get().state == "filed":
        cases.dispatch_case(one.number, by=town.dora, at=NIGHT)
    actions.tell(NIGHT)

    actions.deliver_due(NIGHT, senders=ways)

    assert [login for login, _, _ in sms.taken] == ["henry"]
    assert [login for login, _, _ in mail.taken] == ["henry"]


def test_quiet_hours_are_ones_own(town: City, report: Report, ways: Ways) -> None:
    actions.choose_preferences({}, quiet=QuietHours(3, 3), by=town.rita, at=MORNING)
    told(town, report, at=NIGHT)

    assert actions.deliver_due(NIGHT, senders=ways).sent == 1


def test_who_wants_no_mail_gets_none_and_still_reads_it_here(
    town: City, report: Report, ways: Ways
) -> None:
    actions.choose_preferences({Topic.REPORTS: frozenset()}, quiet=None, by=town.rita, at=MORNING)
    told(town, report)

    assert Delivery.objects.count() == 0
    assert [one.kind for one in queries.inbox(town.rita)] == ["report.filed"]


def test_what_is_more_than_the_hour_holds_comes_in_one_digest(
    town: City, report: Report, ways: Ways, mail: Way, settings: Settings
) -> None:
    settings.NOTICES_PER_HOUR = 3
    told(town, report, count=6)

    done = actions.deliver_due(SOON, senders=ways)

    assert done.sent == 3
    assert "4 条通知" in mail.taken[-1][1].subject
    assert mail.taken[-1][1].text.count("/cases/") == 4
    assert set(states()) == {"sent"}


def test_when_the_hour_is_full_they_wait_and_come_together(
    town: City, report: Report, ways: Ways, mail: Way, settings: Settings
) -> None:
    settings.NOTICES_PER_HOUR = 1
    told(town, report)
    actions.deliver_due(SOON, senders=ways)
    later = SOON + timedelta(minutes=20)
    told(town, report, count=3, at=later)

    waits = actions.deliver_due(later, senders=ways)
    comes = actions.deliver_due(SOON + timedelta(hours=1), senders=ways)

    assert (waits.sent, waits.later, comes.sent) == (0, 3, 1)
    assert "3 条通知" in mail.taken[-1][1].subject


def test_the_same_message_of_two_clocks_leaves_once(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)

    class Meanwhile(Way):
        def send(self, *given: Any, reference: str) -> None:
            assert actions.deliver_due(SOON, senders=ways).is_idle
            super().send(*given, reference=reference)

    slow = Meanwhile()
    actions.deliver_due(SOON, senders={Channel.MAIL: slow, Channel.SMS: slow})

    assert (slow.tried, mail.tried) == (1, 0)


def test_nothing_is_sent_inside_a_transaction(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report)
    depth = len(connection.savepoint_ids)
    seen: list[int] = []

    class Looks(Way):
        def send(self, *given: Any, reference: str) -> None:
            seen.append(len(connection.savepoint_ids))

    actions.deliver_due(SOON, senders={Channel.MAIL: Looks(), Channel.SMS: Looks()})

    assert seen == [depth]


def test_a_message_costs_one_statement_more(town: City, report: Report, ways: Ways) -> None:
    def cost(count: int, at: datetime) -> int:
        told(town, report, count=count, at=at)
        Delivery.objects.update(topic=Topic.EMERGENCIES.value)
        with CaptureQueriesContext(connection) as counted:
            assert actions.deliver_due(at, senders=ways).sent == count
        return len(counted)

    few, many = cost(2, SOON), cost(12, SOON + timedelta(hours=3))

    assert many - few == 10
    assert few <= 15


def test_real_mail_is_text_and_html_and_the_settings_name_the_sender(
    town: City, report: Report, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "city@example.org"
    told(town, report)

    assert actions.deliver_due(SOON).sent == 1

    (one,) = outbox.outbox
    assert (one.to, one.from_email) == (["rita@example.org"], "city@example.org")
    assert one.alternatives[0][1] == "text/html"  # type: ignore[attr-defined]
    assert one.extra_headers["Message-ID"].startswith("<notice-")


def test_mails_for_trying_are_files(
    town: City, report: Report, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "outbox" / "mail"
    told(town, report)

    actions.deliver_due(SOON)

    (kept,) = (tmp_path / "outbox" / "mail").iterdir()
    assert b"rita@example.org" in kept.read_bytes()


def test_a_mail_server_that_is_not_there_is_told_as_such(
    town: City, report: Report, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    told(town, report)

    actions.deliver_due(SOON)

    assert Delivery.objects.get().error == "mail.unreachable"


def test_short_messages_for_trying_are_lines_of_json(
    town: City, report: Report, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    actions.choose_preferences(
        {Topic.REPORTS: frozenset({Channel.SMS})}, quiet=None, by=town.rita, at=MORNING
    )
    told(town, report)

    actions.deliver_due(SOON)

    place: Path = settings.OUTBOX_DIR / "sms.jsonl"
    (line,) = [json.loads(one) for one in place.read_text(encoding="utf-8").splitlines()]
    phone = people([town.rita.person_id or 0], viewer=SYSTEM)[town.rita.person_id or 0].phone
    assert line["to"] == phone
    assert "/cases/" in line["text"]
    assert place.stat().st_mode & 0o077 == 0
    assert phone not in caplog.text
    assert "000****" in caplog.text


def test_the_system_administrator_sends_again_what_was_given_up(
    town: City, report: Report, ways: Ways, mail: Way
) -> None:
    told(town, report, count=2)
    mail.before = [ChannelTrouble("mail.refused", is_final=True) for _ in range(2)]
    actions.deliver_due(SOON, senders=ways)
    one, other = Delivery.objects.order_by("pk")

    actions.resend(one.pk, by=town.sysa, at=SOON)
    again = actions.resend_given_up(by=town.sysa, at=SOON)

    assert again == 1
    assert actions.deliver_due(SOON, senders=ways).sent == 2
    kinds = Entry.objects.filter(kind="notice.resent").values_list("facts__delivery", flat=True)
    assert list(kinds) == [one.pk, other.pk]


def test_one_tick_tells_and_sends(town: City, report: Report) -> None:
    one = report()
    cases.file_case(one.number, by=town.opal, at=SOON)

    ticked = jobs.tick(SOON)

    assert ticked.notices >= 1
    assert ticked.sent == len(outbox.outbox) >= 1
    assert jobs.tick(SOON) == jobs.Ticked(0, 0, 0, 0)


def test_old_notices_are_forgotten_with_their_deliveries(
    town: City, report: Report, ways: Ways, settings: Settings
) -> None:
    told(town, report)
    actions.deliver_due(SOON, senders=ways)
    settings.NOTICE_KEEP_DAYS = 30

    assert actions.forget_old(SOON + timedelta(days=29)) == 0
    assert actions.forget_old(SOON + timedelta(days=31)) >= 1

    assert not Delivery.objects.exists()
    assert DeliveryState.SENT.value not in states()
