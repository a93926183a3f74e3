"""Suggestions on the page for blacking out: who sees them, taking them, leaving them."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.accounts.rules import ANONYMOUS
from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport
from gongzhi.evidence import actions, rules
from gongzhi.evidence import queries as evidence
from tests.cases.test_api import client_of
from tests.cast import City, point_in

from . import faces
from .conftest import Hand

pytest.importorskip("cv2", reason="the extra `privacy` is not installed")


@pytest.fixture
def kept(city: City) -> dict[str, Any]:
    """Return a photograph with two faces and a plate, of a case in street 1."""
    longitude, latitude = point_in(0, 0)
    report = NewReport(
        category_code="E0110", text="车挡住了路", longitude=longitude, latitude=latitude
    )
    told = cases.report(report, by=ANONYMOUS, at=timezone.now())
    use = actions.keep_file(
        faces.street(),
        name="a.jpg",
        purpose="before",
        subject=f"case:{told.case_id}",
        by=Hand(),
        at=timezone.now(),
    )
    return {"use": use, "address": f"/files/{use.id}/blackout", "number": told.number}


def test_opening_the_page_searches_the_photograph_once(city: City, kept: dict[str, Any]) -> None:
    desk = client_of(city, "opal")

    first = desk.get(kept["address"]).content.decode()
    with CaptureQueriesContext(connection) as statements:
        second = desk.get(kept["address"]).content.decode()

    assert first.count('name="take"') == second.count('name="take"') == 3
    assert second.count("可能有人脸") == 2
    assert second.count("可能有车牌") == 1
    assert "checked" not in second
    assert len(statements) <= 10


def test_what_is_ticked_becomes_black_and_the_rest_stays(city: City, kept: dict[str, Any]) -> None:
    desk = client_of(city, "opal")
    desk.get(kept["address"])
    suggested = evidence.suggested_parts(kept["use"])
    assert suggested is not None

    answer = desk.post(kept["address"], {"reason": "a face", "take": ["1", "99", "x"]})

    assert answer.status_code == 302
    assert evidence.hidden_parts(kept["use"]).own == rules.checked_boxes([suggested[1].box])
    page = desk.get(kept["address"]).content.decode()
    assert 'name="take"' not in page


def test_a_refusal_keeps_what_was_ticked(city: City, kept: dict[str, Any]) -> None:
    desk = client_of(city, "opal")
    desk.get(kept["address"])

    answer = desk.post(kept["address"], {"reason": " ", "take": "2"})

    assert answer.status_code == 400
    assert re.findall(r'value="(\d)"\s+checked', answer.content.decode()) == ["2"]
    assert evidence.use_of(kept["use"].id).likenesses == ("face", "plate")


def test_all_are_ticked_without_script(city: City, kept: dict[str, Any]) -> None:
    page = client_of(city, "opal").get(f"{kept['address']}?all=1").content.decode()

    assert len(re.findall(r'value="\d"\s+checked', page)) == 3


def test_leaving_it_as_it_is_needs_no_reason(city: City, kept: dict[str, Any]) -> None:
    desk = client_of(city, "opal")
    desk.get(kept["address"])

    answer = desk.post(kept["address"], {"leave": "1"}, follow=True)

    assert "未遮盖任何部分" in answer.content.decode()
    assert 'name="take"' not in desk.get(kept["address"]).content.decode()
    assert evidence.hidden_parts(kept["use"]).own == ()


def test_the_case_tells_of_a_likeness_to_whoever_may_black_out(
    city: City, kept: dict[str, Any]
) -> None:
    logins = ("", "rita", "henry", "lea", "opal", "colin")
    address = f"/cases/{kept['number']}"
    readers = {login: client_of(city, login) for login in logins}
    before = {login: len(_statements(readers[login], address)) for login in logins}

    actions.search_file(kept["use"].sha256, at=timezone.now())

    pages = {login: readers[login].get(address).content.decode() for login in logins}
    told = {login for login, page in pages.items() if "可能有人脸和车牌" in page}
    after = {login: len(_statements(readers[login], address)) for login in logins}
    assert told == {"opal", "colin"}
    assert before == after


def _statements(reader: Client, address: str) -> CaptureQueriesContext:
    with CaptureQueriesContext(connection) as statements:
        reader.get(address)
    return statements


def test_without_the_library_the_page_says_nothing(
    city: City, kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "can_suggest", lambda: False)

    answer = client_of(city, "opal").get(kept["address"])

    assert answer.status_code == 200
    assert "data-suggestion" not in answer.content.decode()
