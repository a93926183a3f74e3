"""Sessions: listed with their browsers, seen, ended here and everywhere."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts import actions, queries
from gongzhi.accounts.models import OpenSession
from gongzhi.accounts.rules import SessionUnknown
from gongzhi.ledger.models import Entry
from tests.cast import MORNING, PASSWORD, City

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(login: str, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    assert client.post("/sign-in", {"login": login, "password": PASSWORD}).status_code == 302
    return client


def test_a_browser_stands_in_the_list_from_signing_in_to_signing_out(city: City) -> None:
    client = signed_in("rita")

    row = OpenSession.objects.get()
    assert (row.browser, row.person_id) == ("Firefox · Linux", city.rita.person_id)
    assert "Firefox · Linux" in client.get("/account/sessions").content.decode()
    client.post("/sign-out")
    assert not OpenSession.objects.exists()


def test_one_other_session_is_ended_and_is_out_at_once(city: City) -> None:
    here, there = signed_in("rita"), signed_in("rita", "Chrome/1 Android")
    other = OpenSession.objects.get(browser="Chrome · Android")

    here.post(f"/account/sessions/{other.pk}/end")

    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    entry = Entry.objects.get(kind="person.sessions_ended")
    assert entry.facts == {"count": 1, "own": True}


def test_all_others_end_and_this_one_stays(city: City) -> None:
    here, *others = (signed_in("rita") for _one in range(3))
    stranger = signed_in("rolf")

    here.post("/account/sessions/end-others")

    assert here.get("/account").status_code == 200
    assert [one.get("/account").status_code for one in others] == [302, 302]
    assert stranger.get("/account").status_code == 200


def test_nobody_ends_another_s_session(city: City) -> None:
    signed_in("rolf")
    theirs = OpenSession.objects.get()
    client = signed_in("rita")

    answer = client.post(f"/account/sessions/{theirs.pk}/end")

    assert answer.status_code == 404
    assert OpenSession.objects.filter(pk=theirs.pk).exists()
    with pytest.raises(SessionUnknown):
        actions.end_session(theirs.pk, by=city.rita, at=MORNING)


def test_the_security_administrator_ends_all_of_a_person(city: City) -> None:
    clients = [signed_in("rita") for _one in range(2)]

    assert actions.end_sessions_of("rita", by=city.seca, at=MORNING) == 2

    assert [one.get("/account").status_code for one in clients] == [302, 302]
    entry = Entry.objects.get(kind="person.sessions_ended")
    assert entry.facts == {"count": 2, "own": False}


def test_sessions_that_ran_out_are_not_shown_and_are_swept_away(city: City) -> None:
    signed_in("rita")
    old = MORNING - timedelta(days=3)
    OpenSession.objects.update(seen_at=old, began_at=old)

    assert queries.own_sessions(city.rita, key="", at=MORNING) == ()
    actions.note_session("fresh", browser="", by=city.rita, at=MORNING)
    assert [row.key for row in OpenSession.objects.all()] == ["fresh"]


def test_being_seen_is_noted_at_most_every_few_minutes(city: City) -> None:
    client = signed_in("rita")
    cache.clear()
    client.get("/account")

    with CaptureQueriesContext(connection) as counted:
        client.get("/account")

    assert not [one for one in counted if one["sql"].startswith("UPDATE")]


def test_the_ledger_knows_no_address_and_no_browser(city: City) -> None:
    signed_in("rita")

    text = " ".join(str(entry.facts) for entry in Entry.objects.all())
    assert "127.0.0.1" not in text
    assert "Firefox" not in text
