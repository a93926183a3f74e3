"""Blacking out parts of a photograph on its page: who may, by which fields, with which result."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from gongzhi.cases import queries
from gongzhi.evidence import queries as evidence
from gongzhi.ledger import queries as ledger
from tests.cases.test_api import a_report, bring, client_of, post
from tests.cast import City

WHOLE = {"x": "0", "y": "0", "width": "100", "height": "100"}


@pytest.fixture
def kept(city: City) -> dict[str, Any]:
    """Return a photograph of a case in street 1."""
    told = post(Client(), "/cases", a_report()).json()
    claim = {"X-Claim-Code": told["claim_code"]}
    answer: dict[str, Any] = bring(Client(), told["number"], "before", **claim).json()
    return answer | {"number": told["number"]}


def black_out(city: City, kept: dict[str, Any], login: str = "opal", **fields: Any) -> Any:
    form = {"reason": "a face", **WHOLE} | fields
    return client_of(city, login).post(f"/files/{kept['id']}/blackout", form)


def brightest(kept: dict[str, Any]) -> int:
    content = Client().get(kept["address"]).content
    with Image.open(io.BytesIO(content)) as picture:
        return int(max(high for _, high in picture.getextrema()))  # type: ignore[misc]


def test_who_may_open_the_page(city: City, kept: dict[str, Any]) -> None:
    logins = ("", "rita", "henry", "cora", "lea", "opal", "colin", "hugo")
    met = {
        login: client_of(city, login).get(f"/files/{kept['id']}/blackout").status_code
        for login in logins
    }

    may = {"opal", "colin", "hugo"}
    assert met == {login: 200 if login in may else 403 for login in logins}


def test_four_numbers_black_out_a_part_for_everybody(city: City, kept: dict[str, Any]) -> None:
    before = brightest(kept)

    answer = black_out(city, kept)

    assert answer.status_code == 302
    assert (before > 100, brightest(kept) < 20) == (True, True)


def test_the_boxes_drawn_stand_in_the_fields_again(city: City, kept: dict[str, Any]) -> None:
    black_out(city, kept, x="12.5", y="0", width="10", height="33.33")

    answer = client_of(city, "opal").get(f"/files/{kept['id']}/blackout")

    page = " ".join(answer.content.decode().split())
    assert 'name="x" value="12.5"' in page
    assert 'name="height" value="33.33"' in page


def test_the_reason_stands_in_the_story_for_staff_alone(city: City, kept: dict[str, Any]) -> None:
    black_out(city, kept, reason="the face of a child")

    number = kept["number"]
    shown = {
        login: client_of(city, login).get(f"/cases/{number}").content.decode()
        for login in ("", "rita", "opal")
    }

    said = {login: "the face of a child" in page for login, page in shown.items()}
    assert said == {"": False, "rita": False, "opal": True}
    assert all("遮盖了照片的部分内容" in page for page in shown.values())
    entries = [one.kind for one in ledger.history(evidence.use_of(kept["id"]).subject)]
    assert entries[-2:] == ["evidence.blacked_out", "case.photo_hidden"]
    assert list(queries.discrepancies()) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": " "},
        {"x": "", "y": "", "width": "", "height": ""},
        {"width": "wide"},
        {"width": "0"},
        {"x": "200"},
        {"height": ""},
        {"x": ["1"] * 101, "y": ["1"] * 101, "width": ["9"] * 101, "height": ["0"] * 101},
    ],
)
def test_what_will_not_do_is_refused_and_nothing_typed_is_lost(
    city: City, kept: dict[str, Any], fields: dict[str, Any]
) -> None:
    answer = black_out(city, kept, **fields)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in page
    assert str(fields.get("width", "100")) in page or "width" in fields
    assert brightest(kept) > 100


def test_only_a_duty_head_shows_it_again(city: City, kept: dict[str, Any]) -> None:
    black_out(city, kept)
    address = f"/files/{kept['id']}/show-again"

    met = {
        login: client_of(city, login).post(address, {"reason": "drawn by mistake"}).status_code
        for login in ("", "rita", "henry", "opal", "hugo")
    }

    assert met == {"": 403, "rita": 403, "henry": 403, "opal": 403, "hugo": 302}
    assert brightest(kept) > 100


def test_showing_again_what_is_not_hidden_is_told(city: City, kept: dict[str, Any]) -> None:
    address = f"/files/{kept['id']}/show-again"

    answer = client_of(city, "hugo").post(address, {"reason": "x"})

    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


def test_a_photograph_of_a_hidden_case_is_as_if_it_were_not(
    city: City, kept: dict[str, Any]
) -> None:
    reason = {"reason_code": "too_vague"}
    post(client_of(city, "opal"), f"/cases/{kept['number']}/steps/decline", reason)

    assert client_of(city, "rita").get(f"/files/{kept['id']}/blackout").status_code == 404
