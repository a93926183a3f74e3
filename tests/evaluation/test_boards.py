"""The public board: the same for all, without natural persons, without empty shares."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from gongzhi.cases import actions
from gongzhi.cases.rules import NewReport
from gongzhi.evaluation import queries
from tests.cast import MORNING, City, point_in, show

ATOM = "{http://www.w3.org/2005/Atom}"
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)


def reported(city: City, category: str = "E0110") -> str:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code=category, text="我是张三，电话 13900000000", longitude=longitude,
        latitude=latitude,
    )  # fmt: skip
    return actions.report(new, by=city.rita, at=MORNING).number


def closed(city: City, *, at: datetime = MORNING) -> str:
    """Let one case go its whole way within an hour."""
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude)
    told = actions.report(new, by=city.rita, at=at)
    show(told.case_id, "before", by=city.colin, at=at, shade=90)
    actions.file_case(told.number, by=city.opal, at=at)
    actions.dispatch_case(told.number, by=city.dora, at=at)
    actions.accept_case(told.number, by=city.henry, at=at)
    show(told.case_id, "after", by=city.henry, at=at, shade=200)
    actions.complete_case(told.number, by=city.henry, at=at)
    show(told.case_id, "check", by=city.colin, at=at, shade=210)
    actions.pass_check(told.number, finding="干净", by=city.colin, at=at)
    actions.close_case(told.number, by=city.hugo, at=at + HOUR)
    return told.number


def test_where_nothing_was_due_there_is_no_share(city: City) -> None:
    page = Client(headers={"accept-language": "en"}).get("/board/all").content.decode()

    assert "no promise fell due this month yet" in page
    assert "0%" not in page
    assert "100%" not in page


def test_a_case_that_residents_do_not_see_is_in_no_figure_of_the_board(city: City) -> None:
    reported(city, "E0403")
    at = MORNING + 30 * timedelta(days=1)

    found = queries.board(queries.whole_city(), at=at, zone=ZONE)

    assert (found.open, found.late, found.overdue_in_all) == (0, 0, 0)
    assert found.year.reported == 0
    assert found.parties == ()


def test_a_case_is_counted_where_it_lies_and_above_only(city: City) -> None:
    reported(city)

    counts = {
        name: queries.board(queries.place_called(name), at=MORNING, zone=ZONE).open
        for name in ("all", "district.D1", "street.S1", "community.C11", "street.S2")
    }

    assert counts == {
        "all": 1, "district.D1": 1, "street.S1": 1, "community.C11": 1, "street.S2": 0,
    }  # fmt: skip


def test_a_closed_case_is_timed_in_working_hours_and_shown_in_two_pictures(city: City) -> None:
    number = closed(city)

    found = queries.board(queries.place_called("street.S1"), at=MORNING + 2 * HOUR, zone=ZONE)

    assert (found.median, found.timed) == (3600, 1)
    assert [pair.number for pair in found.pairs] == [number]
    assert (found.month.reported, found.month.closed) == (1, 1)


def test_a_promise_kept_before_it_is_due_counts_when_it_falls_due(city: City) -> None:
    closed(city)
    place = queries.whole_city()

    now = queries.board(place, at=MORNING + 2 * HOUR, zone=ZONE).month.rate
    later = queries.board(place, at=MORNING + timedelta(days=10), zone=ZONE).month.rate

    assert now.due < later.due
    assert later.kept == later.due


def test_what_is_late_is_broken_before_the_clock_has_noted_it(city: City) -> None:
    reported(city)

    found = queries.board(queries.whole_city(), at=MORNING + timedelta(days=10), zone=ZONE)

    assert found.late == 1
    assert found.overdue_in_all == 1
    assert found.month.rate.broken == 1
    assert found.overdue[0].promise.broken_at is None


@pytest.mark.parametrize("login", ["", "henry"])
def test_a_board_names_organisations_and_no_natural_person(lived: City, login: str) -> None:
    client = Client()
    if login:
        client.force_login(get_user_model().objects.get(login="rita"))
    answer: Any = client.get("/board/all")
    page = answer.content.decode().partition("<main")[2]

    assert "东环卫所" in page
    for name in ("Henry", "Rita", "Colin", "crew-1", "collector-1"):
        assert name not in page


def test_a_bare_code_leads_to_the_full_name_and_an_unknown_one_is_told(city: City) -> None:
    client = Client(headers={"accept-language": "en"})

    bare, unknown = client.get("/board/S1"), client.get("/board/nowhere.X")

    assert (bare.status_code, bare["Location"]) == (302, "/board/street.S1")
    assert unknown.status_code == 404
    assert "no board called" in unknown.content.decode()


def test_the_feed_tells_closed_cases_and_broken_promises_without_words_of_people(
    city: City,
) -> None:
    number = closed(city)
    late = reported(city)
    hidden = reported(city, "E0403")

    answer = Client().get("/board/street.S1/feed")
    page = answer.content.decode()

    assert answer["Content-Type"].startswith("application/atom+xml")
    entries = ET.fromstring(page).findall(f"{ATOM}entry")
    links = [entry.find(f"{ATOM}link").attrib["href"] for entry in entries]  # type: ignore[union-attr]
    assert any(link.endswith(number) for link in links)
    assert not any(link.endswith(hidden) for link in links)
    assert "13900000000" not in page
    assert late not in page, "not broken by the clock yet"


def test_the_feed_speaks_the_language_of_the_page_that_named_it(city: City) -> None:
    closed(city)
    chinese = Client(headers={"accept-language": "zh-hans"})

    page = chinese.get("/board/all").content.decode()
    told = {
        language: ET.fromstring(
            chinese.get(f"/board/all/feed?language={language}").content.decode()
        )
        for language in ("zh-hans", "en")
    }

    assert "/board/all/feed?language=zh-hans" in page
    titles = {language: feed.findtext(f"{ATOM}title") for language, feed in told.items()}
    assert titles == {
        "zh-hans": "全市：承诺兑现情况",
        "en": "Whole city: how promises are kept",
    }
    for feed in told.values():
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        links = [link.attrib["href"] for link in feed.iter(f"{ATOM}link")]
        assert all(link.startswith("http://") for link in links)


def test_the_steps_add_up_to_the_month_and_parties_are_compared_in_one_alone(lived: City) -> None:
    place, at = queries.whole_city(), timezone.now()

    found = queries.board(place, at=at, zone=ZONE)
    alone = queries.board(place, at=at, zone=ZONE, kind="case.handle")

    handled = next(one for one in found.kinds if one.kind == "case.handle")
    assert sum(one.month.due for one in found.kinds) == found.month.rate.due
    assert sum(one.late for one in found.kinds) == found.overdue_in_all
    assert sum(one.year.due for one in alone.parties) == handled.year.due
    assert alone.year == found.year, "only the parties are narrowed"
    assert queries.board(place, at=at, zone=ZONE, kind="nonsense").kind == ""


def test_the_parts_of_an_area_add_up_and_stand_in_their_usual_order(lived: City) -> None:
    at = timezone.now()

    city = queries.board(queries.whole_city(), at=at, zone=ZONE)
    street = queries.board(queries.place_called("street.S1"), at=at, zone=ZONE)

    parts = {one.place.name: one for one in city.parts}
    assert list(parts) == ["street.S1", "street.S2"]
    assert sum(one.month.due for one in city.parts) == city.month.rate.due
    assert parts["street.S1"].year == street.year.rate
    assert parts["street.S1"].late == street.overdue_in_all


def test_a_case_stands_once_among_what_is_overdue_with_all_its_broken_promises(
    lived: City,
) -> None:
    found = queries.board(queries.whole_city(), at=timezone.now(), zone=ZONE)
    page = Client().get("/board/all").content.decode()

    told = page.partition('<ol class="owed broken-cases">')[2].partition("</ol>")[0]
    numbers = [one.head.number for one in found.overdue if one.head]
    assert told.count("<ul>") == len(set(numbers))
    assert told.count('class="clock"') == len(found.overdue)


def test_a_promise_of_a_hidden_case_is_listed_without_it(city: City) -> None:
    number = reported(city)
    actions.decline_case(number, reason_code="not_found", by=city.opal, at=timezone.now())

    public = Client(headers={"accept-language": "en"}).get("/promises?public=1").content.decode()

    assert number not in public
    assert "A case that is not public" in public


def test_programs_read_the_same_figures(lived: City) -> None:
    told = Client().get("/api/v1/board/street.S1").json()
    found = queries.board(queries.place_called("street.S1"), at=timezone.now(), zone=ZONE)

    assert told["open"] == found.open
    assert told["months"][-1]["reported"] == found.month.reported
    assert len(told["months"]) == 12
    assert {row["code"] for row in told["parties"]} == {
        line.organisation.code for line in found.parties
    }
    assert Client().get("/api/v1/board/x.y").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/promises?party=99999999999999999999&outcome=x&due_from=2026-13-45&due_until=9999-12-31",
        "/promises?area=zzzzz&alone=1&after=2026-03-10T01:00:00~7",
        "/promises?area=%E5%8C%BA&after=2026-03-10T01:00:00%2B00:00~99999999999999999999",
        "/cases/?age=x&course=y&reported_from=0000-00-00&ended_until=9999-12-31&public=2",
        "/cases/sheets.pdf?area=%00&state=nothing&number=%27",
        "/board/all?all=%C3%28",
    ],
)
def test_nonsense_in_an_address_narrows_nothing_and_breaks_nothing(
    city: City, address: str
) -> None:
    assert Client().get(address).status_code == 200
