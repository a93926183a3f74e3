"""Following: being told of a case without having the same problem, and leaving off."""

from typing import Any

import pytest
from django.test import Client

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.rules import (
    FollowsNot,
    NewReport,
    NotYourReport,
    SupportedAlready,
    SupportNeedsAccount,
)
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger import queries as ledger
from tests.cast import MORNING, PASSWORD, City, point_in


@pytest.fixture
def number(city: City) -> str:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    return actions.report(new, by=city.rita, at=MORNING).number


def row(number: str) -> Case:
    return Case.objects.get(number=number)


def told(number: str) -> tuple[int, ...]:
    case = row(number)
    return queries.concerns([case.pk])[case.pk].followers


def test_a_follower_is_told_and_not_counted(city: City, number: str) -> None:
    version = row(number).version

    actions.follow_case(number, by=city.rolf, at=MORNING)

    assert told(number) == (city.rita.person_id, city.rolf.person_id)
    assert row(number).supporters == 0
    assert row(number).version == version  # nobody at work on it need look again
    assert ledger.history(f"case:{row(number).pk}")[-1].kind == "case.followed"


def test_whoever_follows_can_still_say_mine_too_and_is_counted_once(
    city: City, number: str
) -> None:
    actions.follow_case(number, by=city.rolf, at=MORNING)

    counted = actions.support_case(number, by=city.rolf, at=MORNING)

    assert counted == 1
    with pytest.raises(SupportedAlready):
        actions.support_case(number, by=city.rolf, at=MORNING)
    assert len(told(number)) == 2


@pytest.mark.parametrize("way", [actions.follow_case, actions.support_case])
def test_leaving_off_undoes_either_way_of_following(city: City, number: str, way: Any) -> None:
    way(number, by=city.rolf, at=MORNING)

    actions.unfollow_case(number, by=city.rolf, at=MORNING)

    assert told(number) == (city.rita.person_id,)
    assert row(number).supporters == 0
    assert list(queries.discrepancies()) == []


def test_following_needs_an_account_and_is_done_once(city: City, number: str) -> None:
    actions.follow_case(number, by=city.rolf, at=MORNING)
    refused: list[type[Refusal]] = []
    for by in (city.rolf, city.rita, ANONYMOUS):
        with pytest.raises(Refusal) as refusal:
            actions.follow_case(number, by=by, at=MORNING)
        refused.append(refusal.type)

    assert refused == [SupportedAlready, SupportedAlready, SupportNeedsAccount]


@pytest.mark.parametrize("login", ["rita", "rolf", "opal"])
def test_only_whoever_follows_can_leave_off(city: City, number: str, login: str) -> None:
    with pytest.raises(FollowsNot):
        actions.unfollow_case(number, by=city.people[login], at=MORNING)

    assert told(number) == (city.rita.person_id,)


def test_followers_go_along_when_a_case_is_joined_and_are_not_counted(
    city: City, number: str
) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="y", longitude=longitude, latitude=latitude)
    other = actions.report(new, by=city.lea, at=MORNING).number
    actions.follow_case(number, by=city.rolf, at=MORNING)

    actions.merge_case(number, into=other, by=city.opal, at=MORNING)

    assert set(told(other)) == {city.lea.person_id, city.rita.person_id, city.rolf.person_id}
    assert row(other).supporters == 1  # the reporter of the joined one


CODE = "ABCD-EFGH-JKMN"


@pytest.fixture
def with_code(city: City) -> str:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code="E0110",
        text="x",
        longitude=longitude,
        latitude=latitude,
        claim_code=CODE,
    )
    return actions.report(new, by=ANONYMOUS, at=MORNING).number


def test_a_report_with_a_claim_code_is_kept_in_an_account_and_its_reporter_is_told(
    city: City, with_code: str
) -> None:
    actions.follow_case(with_code, by=city.rolf, at=MORNING)

    actions.keep_report(with_code, by=city.rolf, at=MORNING, claim_code="abcd efgh jkmn")

    case = row(with_code)
    assert case.reporter_id == city.rolf.person_id
    assert told(with_code) == (city.rolf.person_id,)
    mine = queries.my_cases(city.rolf, at=MORNING).lines
    assert [line.number for line in mine] == [with_code]
    assert queries.claim_opens(with_code, CODE)
    assert ledger.history(f"case:{case.pk}")[-1].kind == "case.report_kept"
    before = case.version
    actions.keep_report(with_code, by=city.rolf, at=MORNING, claim_code=CODE)
    assert row(with_code).version == before


def test_only_who_holds_the_code_keeps_a_report_and_only_where_nobody_has_it(
    city: City, with_code: str, number: str
) -> None:
    with pytest.raises(NotYourReport):
        actions.keep_report(with_code, by=city.rolf, at=MORNING, claim_code="WRNG-WRNG-WRNG")
    with pytest.raises(NotYourReport):
        actions.keep_report(number, by=city.rolf, at=MORNING, claim_code="")
    with pytest.raises(SupportNeedsAccount):
        actions.keep_report(with_code, by=ANONYMOUS, at=MORNING, claim_code=CODE)

    actions.keep_report(with_code, by=city.rita, at=MORNING, claim_code=CODE)

    with pytest.raises(NotYourReport):
        actions.keep_report(with_code, by=city.rolf, at=MORNING, claim_code=CODE)
    assert row(with_code).reporter_id == city.rita.person_id


def test_who_signed_in_after_reporting_keeps_the_report_by_one_button(
    city: City, with_code: str, client: Client
) -> None:
    client.post("/claim", {"number": with_code, "claim_code": "abcdefghjkmn"})
    assert b"/keep" not in client.get(f"/cases/{with_code}").content
    client.login(username="rolf", password=PASSWORD)

    page = client.get(f"/cases/{with_code}").content.decode()
    assert f'action="/cases/{with_code}/keep"' in page
    assert f'action="/cases/{with_code}/support"' not in page  # it is their own
    assert client.post(f"/cases/{with_code}/keep").status_code == 302

    assert row(with_code).reporter_id == city.rolf.person_id
    page = client.get(f"/cases/{with_code}").content.decode()
    assert f'action="/cases/{with_code}/keep"' not in page
