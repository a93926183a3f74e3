"""The watch: for whom, over what, and a leader's urge."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import queries as parties
from gongzhi.accounts.actions import NewAppointment, NewPerson, NewPost
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions
from gongzhi.cases.models import Case, Follower
from gongzhi.cases.rules import NewReport
from gongzhi.evaluation import queries
from gongzhi.evaluation.rules import NotYourWatch
from gongzhi.places import queries as places
from tests.cast import FOUNDED, City, point_in, show

from .test_boards import ZONE, closed

HOUR = timedelta(hours=1)


def client_of(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(get_user_model().objects.get(login=login))
    return client


@pytest.fixture
def sven(city: City) -> str:
    """Return the login of a supervisor of street 1."""
    path = places.area_by_code("street", "S1").path
    accounts.create_posts(
        [NewPost("watch-1", "supervisor", "street-1", "watch-1", "watch-1", path)],
        by=SYSTEM, at=FOUNDED,
    )  # fmt: skip
    accounts.enrol_people([NewPerson("sven", "Sven")], by=SYSTEM, at=FOUNDED)
    accounts.appoint_many(
        [NewAppointment("sven", "watch-1", FOUNDED.date())], by=SYSTEM, at=FOUNDED
    )
    return "sven"


def late_case(*, x: int = 0) -> str:
    longitude, latitude = point_in(x, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    return actions.report(new, by=SYSTEM, at=timezone.now() - timedelta(days=6)).number


def handled(city: City, *, at: datetime) -> str:
    """Let a case be dealt with; its photograph is always the same."""
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    told = actions.report(new, by=city.rita, at=at)
    actions.file_case(told.number, by=city.opal, at=at)
    actions.dispatch_case(told.number, by=city.dora, at=at)
    actions.accept_case(told.number, by=city.henry, at=at)
    show(told.case_id, "after", by=city.henry, at=at, shade=77)
    actions.complete_case(told.number, by=city.henry, at=at)
    return told.number


def test_a_supervisor_watches_the_areas_of_the_post_and_no_others(city: City, sven: str) -> None:
    at = timezone.now()
    here, there = late_case(x=0), late_case(x=1)
    viewer = parties.actor_for_login(sven, at=at)

    page = client_of(sven).get("/watch").content.decode()

    assert here in page
    assert there not in page
    assert client_of(sven).get("/watch?area=community.C11").status_code == 200
    assert client_of(sven).get("/watch?area=street.S2").status_code == 403
    with pytest.raises(NotYourWatch):
        queries.watch(viewer, queries.whole_city(), at=at, zone=ZONE)


def test_a_leader_urges_from_a_line_and_comes_back_with_a_sentence(city: City) -> None:
    number = late_case()
    client = client_of("lea")

    answer: Any = client.post(
        f"/watch/urge/{number}",
        {"reason": "今天必须清完", "next": "/watch?area=street.S1"},
        follow=True,
    )

    assert answer.redirect_chain == [("/watch?area=street.S1", 302)]
    page = answer.content.decode()
    assert f"Case {number} is urged." in page
    assert "urged once" in page
    assert Case.objects.get(number=number).urges == 1


def test_whoever_urges_is_told_what_becomes_of_it_unless_they_do_not_care(city: City) -> None:
    cared, not_cared = late_case(), late_case()
    client = client_of("lea")
    for _time in range(2):
        client.post(f"/watch/urge/{cared}", {"reason": "快", "follow": "1"})
    client.post(f"/watch/urge/{not_cared}", {"reason": "快"})

    followed = Follower.objects.filter(person_id=city.lea.person_id)

    assert [one.case.number for one in followed] == [cared]
    assert "urged at least once" in client.get("/watch").content.decode()


def test_a_leader_reads_the_doubt_on_the_case_that_the_watch_leads_to(city: City) -> None:
    at = timezone.now() - HOUR
    for _time in range(2):
        number = handled(city, at=at)

    page = client_of("lea").get(f"/cases/{number}").content.decode()
    public = Client(headers={"accept-language": "en"}).get(f"/cases/{number}").content.decode()

    assert "is the same file as a photo of case" in page
    assert "is the same file as a photo of case" not in public


def test_an_urge_without_words_keeps_the_way_back_and_counts_nothing(city: City) -> None:
    number = late_case()

    answer = client_of("lea").post(f"/watch/urge/{number}", {"reason": " ", "next": "/watch"})

    assert answer.status_code == 400
    assert 'value="/watch"' in answer.content.decode()
    assert Case.objects.get(number=number).urges == 0


def test_an_urge_that_comes_too_late_leads_to_the_case_and_offers_no_form(city: City) -> None:
    number = closed(city)

    answer = client_of("lea").post(f"/watch/urge/{number}", {"reason": "快", "next": "/watch"})

    page = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    assert answer.status_code == 409
    assert f'href="/cases/{number}"' in page
    assert "<form" not in page


def test_who_may_not_urge_sees_no_form_and_is_refused(city: City) -> None:
    number = late_case()

    page = client_of("henry").get("/promises?outcome=late").content.decode()
    answer = client_of("henry").post(f"/watch/urge/{number}", {"reason": "x"})

    assert number in page
    assert "/watch/urge/" not in page
    assert answer.status_code == 403


def test_the_way_back_after_an_urge_stays_on_this_site(city: City) -> None:
    number = late_case()

    answer = client_of("lea").post(
        f"/watch/urge/{number}", {"reason": "快", "next": "https://elsewhere.example/"}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_what_lies_in_no_part_of_the_area_has_a_line_of_its_own(city: City) -> None:
    actions.report(
        NewReport(category_code="E0110", text="x", address="无处"),
        by=SYSTEM,
        at=timezone.now() - timedelta(days=6),
    )
    late_case()

    found = queries.watch(city.lea, queries.whole_city(), at=timezone.now(), zone=ZONE)

    lines = {(one.place.name if one.place else "", one.is_alone): one.late for one in found.areas}
    assert lines == {("street.S1", False): 1, ("street.S2", False): 0, ("all", True): 1}
    assert found.total.late == 2


def test_a_photograph_used_twice_stands_among_those_to_look_at(city: City) -> None:
    at = timezone.now() - HOUR
    numbers = [handled(city, at=at) for _time in range(2)]

    found = queries.watch(city.lea, queries.whole_city(), at=timezone.now(), zone=ZONE)
    page = client_of("lea").get("/watch").content.decode()

    assert {one.head.number for one in found.flagged} == set(numbers)
    assert {flag.code for one in found.flagged for flag in one.flags} == {"used_elsewhere"}
    assert f"is the same file as a photo of case {numbers[0]}" in page


def test_ages_add_up_to_what_is_open(lived: City) -> None:
    found = queries.watch(lived.lea, queries.whole_city(), at=timezone.now(), zone=ZONE)

    ages = [count for name, count in found.counts.items() if name.startswith("age_")]
    assert sum(ages) == found.counts["open"] > 0
    assert found.counts["reopened"] == 2


def test_the_wall_refreshes_itself_and_shows_no_navigation(lived: City) -> None:
    page = client_of("lea").get("/watch?wall=1").content.decode()

    assert '<meta http-equiv="refresh" content="60">' in page
    assert "<nav" not in page
    assert "<form" not in page
