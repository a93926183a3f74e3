"""A round: on duty, the way, off duty; by the clock; seen, counted, erased, on record."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.accounts.models import Person
from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport
from gongzhi.ledger.models import Entry
from gongzhi.patrols import actions, jobs, queries
from gongzhi.patrols.models import Patrol, TrackPiece
from gongzhi.patrols.rules import (
    AlreadyOnPatrol,
    CallNotYours,
    NotOnPatrol,
    PatrolNotFound,
    TrackPoint,
)
from tests.cast import MORNING, City, point_in

ROUND = UUID("01990000-0000-7000-8000-000000000001")
HOUR = timedelta(hours=1)


def walked(minutes: int = 10, count: int = 5) -> list[TrackPoint]:
    """Return points 100 m apart, a minute each."""
    longitude, latitude = point_in(0, 0)
    return [
        TrackPoint(
            MORNING + timedelta(minutes=minutes + step), longitude, latitude + step * 0.0009, 5
        )
        for step in range(count)
    ]


@pytest.fixture
def on_duty(city: City) -> City:
    actions.start_patrol(ROUND, by=city.colin, at=MORNING)
    return city


def test_a_round_keeps_its_way_and_enters_how_much_but_never_where(on_duty: City) -> None:
    colin = on_duty.colin
    added = actions.add_track(ROUND, uuid4(), walked(), by=colin, at=MORNING + HOUR)

    actions.end_patrol(ROUND, by=colin, at=MORNING + HOUR)

    page = queries.patrol_page(ROUND, viewer=colin)
    assert (added.kept, len(page.track)) == (5, 5)
    assert page.patrol.metres == pytest.approx(400, rel=0.01)
    told = [one.facts for one in Entry.objects.filter(kind__startswith="patrol.").order_by("pk")]
    assert told[1] == {
        "patrol": str(ROUND), "seconds": 3600, "metres": round(page.patrol.metres), "deeds": 0,
        "by_clock": False,
    }  # fmt: skip
    assert "123.0" not in json.dumps(told)


def test_who_is_on_duty_stands_first_among_those_to_call(on_duty: City) -> None:
    found = queries.contacts(on_duty.stella, at=MORNING)

    assert [one.on_duty_since for one in found][:2] == [MORNING, None]


def test_a_round_begun_without_a_network_begins_when_the_phone_says(city: City) -> None:
    actions.start_patrol(ROUND, by=city.colin, at=MORNING + HOUR, begun_at=MORNING)

    assert Patrol.objects.get().begun_at == MORNING


def test_deeds_on_cases_during_the_round_are_counted(on_duty: City) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", longitude=longitude, latitude=latitude)
    cases.report(new, by=on_duty.colin, at=MORNING + HOUR / 2)
    cases.report(new, by=on_duty.cora, at=MORNING + HOUR / 2)

    actions.end_patrol(ROUND, by=on_duty.colin, at=MORNING + HOUR)

    assert Patrol.objects.get().deeds == 1


def test_the_same_start_and_the_same_batch_sent_twice_count_once(on_duty: City) -> None:
    colin, batch = on_duty.colin, uuid4()
    actions.start_patrol(ROUND, by=colin, at=MORNING + HOUR)

    for _ in range(2):
        actions.add_track(ROUND, batch, walked(), by=colin, at=MORNING + HOUR)

    assert (Patrol.objects.count(), TrackPiece.objects.count()) == (1, 1)
    assert Entry.objects.filter(kind="patrol.started").count() == 1


def test_points_outside_the_round_are_refused_and_told_also_when_they_come_late(
    on_duty: City,
) -> None:
    colin = on_duty.colin
    actions.end_patrol(ROUND, by=colin, at=MORNING + timedelta(minutes=12))

    added = actions.add_track(ROUND, uuid4(), walked(), by=colin, at=MORNING + HOUR)

    assert (added.kept, added.refused) == (3, 2)
    assert Patrol.objects.get().metres == pytest.approx(200, rel=0.01)


def test_a_second_round_must_wait_until_the_first_has_ended(on_duty: City) -> None:
    with pytest.raises(AlreadyOnPatrol):
        actions.start_patrol(uuid4(), by=on_duty.colin, at=MORNING + HOUR)

    assert Entry.objects.filter(kind="patrol.started").count() == 1


@pytest.mark.parametrize("login", ["opal", "lea", "rita", "sysa"])
def test_only_who_works_outside_goes_on_duty(city: City, login: str) -> None:
    with pytest.raises(NotOnPatrol):
        actions.start_patrol(ROUND, by=city.people[login], at=MORNING)


def test_a_forgotten_round_is_ended_by_the_clock_after_the_set_hours(
    on_duty: City, settings: Any
) -> None:
    settings.PATROL_HOURS = 8

    early = jobs.tick(MORNING + 8 * HOUR - timedelta(seconds=1))
    late = jobs.tick(MORNING + 20 * HOUR)

    patrol = Patrol.objects.get()
    assert (early, late) == (0, 1)
    assert (patrol.ended_at, patrol.is_ended_by_clock) == (MORNING + 8 * HOUR, True)


def test_the_way_is_erased_after_the_set_days_and_its_length_stays(
    on_duty: City, settings: Any
) -> None:
    settings.TRACK_KEEP_DAYS = 30
    colin = on_duty.colin
    actions.add_track(ROUND, uuid4(), walked(), by=colin, at=MORNING + HOUR)
    actions.end_patrol(ROUND, by=colin, at=MORNING + HOUR)

    jobs.tick(MORNING + HOUR + timedelta(days=30))
    kept = TrackPiece.objects.count()
    jobs.tick(MORNING + HOUR + timedelta(days=30, seconds=1))

    page = queries.patrol_page(ROUND, viewer=colin)
    assert (kept, TrackPiece.objects.count(), page.track) == (1, 0, ())
    assert page.patrol.is_erased
    assert page.patrol.metres > 300
    late = actions.add_track(ROUND, uuid4(), walked(), by=colin, at=MORNING + timedelta(days=31))
    assert late.refused == 5


def test_the_way_is_hidden_from_all_but_the_person_and_the_overseers(on_duty: City) -> None:
    for login, person in on_duty.people.items():
        sees = [one.id for one in queries.patrols_in_view(person)]
        assert sees == ([ROUND] if login in {"colin", "lea"} else []), login
    with pytest.raises(PatrolNotFound):
        queries.patrol_page(ROUND, viewer=on_duty.cora)
    with pytest.raises(PatrolNotFound):
        actions.end_patrol(ROUND, by=on_duty.lea, at=MORNING + HOUR)


def test_a_number_is_masked_until_it_is_asked_for_and_asking_is_on_record(city: City) -> None:
    Person.objects.filter(login="stella").update(phone="13812345678")
    stella = next(
        one
        for one in queries.contacts(city.colin, at=MORNING)
        if one.post.id == city.stella.post_id
    )

    told = actions.show_contact(stella.post.id, by=city.colin, at=MORNING)

    assert (stella.name, stella.phone) == ("S*****", "138****5678")
    assert told.phone == "13812345678"
    entry = Entry.objects.get(kind="contact.shown")
    assert (entry.subject, entry.facts) == (
        f"post:{stella.post.id}", {"person": city.stella.person_id}
    )  # fmt: skip
    for stranger in (city.cora, city.opal, city.rita):
        with pytest.raises(CallNotYours):
            actions.show_contact(stella.post.id, by=stranger, at=MORNING)
    assert Entry.objects.filter(kind="contact.shown").count() == 1


def client_of(login: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(login=login))
    return client


def post(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1{address}", json.dumps(body), content_type="application/json")


def test_a_round_goes_over_the_api(city: City) -> None:
    colin = client_of("colin")
    begun = post(colin, "/patrols", {"id": str(ROUND)})
    longitude, latitude = point_in(0, 0)
    here = {"longitude": longitude, "latitude": latitude, "accuracy_m": 5}
    points = [here | {"at": timezone.now().isoformat()}, here | {"at": "2020-01-01T00:00:00Z"}]
    track = {"batch_id": str(uuid4()), "points": points}

    tracked = post(colin, f"/patrols/{ROUND}/track", track)
    ended = post(colin, f"/patrols/{ROUND}/end", {})

    assert begun.status_code == 201
    assert tracked.json() == {"kept": 1, "thinned": 0, "refused": 1}
    assert ended.json()["ended_at"]
    assert len(colin.get(f"/api/v1/patrols/{ROUND}").json()["track"]) == 1
    assert client_of("cora").get(f"/api/v1/patrols/{ROUND}").status_code == 404
    bad = [{"batch_id": "x", "points": []}, {"batch_id": str(uuid4()), "points": [{}]}]
    assert [post(colin, f"/patrols/{ROUND}/track", one).status_code for one in bad] == [400, 400]
    naive = post(colin, f"/patrols/{ROUND}/end", {"ended_at": "2026-03-10T10:00:00"})
    assert naive.status_code == 400


@pytest.mark.parametrize("address", ["/field/me", "/field/area", "/patrols", f"/patrols/{ROUND}"])
def test_pages_cost_at_most_ten_statements(on_duty: City, address: str) -> None:
    colin = client_of("colin")
    colin.get(address)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = colin.get(address)

    assert answer.status_code == 200
    assert len(asked) <= 10, [one["sql"][:90] for one in asked]


def test_duty_is_gone_on_and_off_by_the_page(city: City) -> None:
    colin = client_of("colin")

    colin.post("/field/duty", {"patrol": str(ROUND), "deed": "start"})
    colin.post("/field/duty", {"patrol": str(ROUND), "deed": "end"})
    nonsense = colin.post("/field/duty", {"patrol": "x"})

    assert Patrol.objects.get().ended_at is not None
    assert nonsense.status_code == 302
