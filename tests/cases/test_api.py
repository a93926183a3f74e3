"""The loop for programs: the whole life of a case over HTTP, and every refusal as a problem."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.cast import City, photo, point_in

RUBBISH = "E0110"


def client_of(city: City, login: str, *, checks: bool = False) -> Client:
    client = Client(enforce_csrf_checks=checks)
    if login:
        from django.contrib.auth import get_user_model

        client.force_login(get_user_model().objects.get(login=login))
    return client


def post(client: Client, address: str, body: dict[str, Any] | None = None, **extra: str) -> Any:
    return client.post(
        f"/api/v1{address}", json.dumps(body or {}), content_type="application/json", headers=extra
    )


def a_report(**given: Any) -> dict[str, Any]:
    longitude, latitude = point_in(0, 0)
    return {
        "category_code": RUBBISH,
        "text": "路边堆着垃圾",
        "longitude": longitude,
        "latitude": latitude,
    } | given


def bring(client: Client, number: str, purpose: str, **extra: str) -> Any:
    file = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
    return client.post(
        f"/api/v1/cases/{number}/photos", {"purpose": purpose, "file": file}, headers=extra
    )


@pytest.fixture
def reported(city: City) -> dict[str, Any]:
    answer = post(Client(), "/cases", a_report())
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_a_report_without_an_account_gets_a_number_and_a_claim_code(
    reported: dict[str, Any],
) -> None:
    assert reported["number"]
    assert len(reported["claim_code"]) == 14


def test_the_same_report_sent_twice_is_one_case(city: City) -> None:
    body = a_report(case_id=str(uuid4()))

    first, second = (post(Client(), "/cases", body).json() for _ in range(2))

    assert first["number"] == second["number"]
    assert second["claim_code"] == ""


def test_a_case_goes_its_whole_way_over_the_api(city: City, reported: dict[str, Any]) -> None:
    number, claim = reported["number"], {"X-Claim-Code": reported["claim_code"]}
    steps: list[tuple[str, str, str, dict[str, Any]]] = [
        ("opal", "", "file", {}),
        ("dora", "", "dispatch", {}),
        ("henry", "", "accept", {}),
        ("henry", "after", "complete", {"note": "已清运"}),
        ("colin", "check", "pass_check", {"finding": "干净了"}),
        ("hugo", "", "close", {}),
    ]
    assert bring(Client(), number, "before", **claim).status_code == 201

    for login, purpose, step, body in steps:
        client = client_of(city, login)
        if purpose:
            assert bring(client, number, purpose).status_code == 201
        answer = post(client, f"/cases/{number}/steps/{step}", body)
        assert answer.status_code == 200, (step, answer.content.decode())
    rated = post(
        Client(), f"/cases/{number}/steps/rate", {"is_solved": True, "satisfaction": 3}, **claim
    )

    assert rated.json()["state"] == "closed"
    assert rated.json()["satisfaction"] == 3
    told = [one["kind"] for one in rated.json()["happenings"]]
    assert told[0] == "case.reported"
    assert told[-1] == "case.rated"


@pytest.mark.parametrize(
    ("login", "address", "body", "status", "code"),
    [
        ("", "/cases", {}, 400, "case.nothing_to_report"),
        ("", "/cases", {"text": "哪里?"}, 400, "case.place_missing"),
        ("", "/cases", {"text": "x", "longitude": "west"}, 400, "web.wrong_shape"),
        ("", "/cases", a_report(longitude=0, latitude=0), 400, "place.bad_position"),
        ("", "/cases", a_report(category_code="nonsense"), 400, "case.category_unknown"),
        ("", "/cases", a_report(text="a\u0000b"), 400, "case.text_unreadable"),
        ("", "/cases", a_report(contact_name="a\u0000b"), 400, "web.wrong_shape"),
        ("", "/cases/{number}/steps/file", {}, 403, "case.step_not_yours"),
        ("", "/cases/{number}/steps/rate", {}, 400, "web.wrong_shape"),
        ("", "/cases/{number}/steps/urge", {"reason": "x"}, 403, "case.not_your_report"),
        ("opal", "/cases/none/steps/file", {}, 404, "case.not_found"),
        ("opal", "/cases/{number}/steps/file", {"version": 99}, 409, "case.changed_meanwhile"),
        ("opal", "/cases/{number}/steps/close", {}, 403, "case.step_not_yours"),
        ("hugo", "/cases/{number}/steps/close", {}, 409, "case.step_out_of_turn"),
        ("opal", "/cases/{number}/steps/fly", {}, 404, "web.no_such_address"),
    ],
)
def test_every_refusal_is_a_problem(  # noqa: PLR0917 - a row of the table above
    city: City,
    reported: dict[str, Any],
    login: str,
    address: str,
    body: dict[str, Any],
    status: int,
    code: str,
) -> None:
    client = client_of(city, login)

    answer = post(client, address.format(number=reported["number"]), body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].strip()[-1] in ".。"


def test_what_is_no_json_is_a_problem(city: City) -> None:
    answer = Client().post("/api/v1/cases", "{", content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] == "web.unreadable"


def test_a_photograph_is_taken_only_from_who_may_take_a_step_with_it(
    city: City, reported: dict[str, Any]
) -> None:
    number = reported["number"]

    answers = {
        "stranger": bring(Client(), number, "before"),
        "another crew": bring(client_of(city, "hanna"), number, "after"),
        "desk": bring(client_of(city, "opal"), number, "before"),
    }

    assert {who: answer.status_code for who, answer in answers.items()} == {
        "stranger": 403,
        "another crew": 409,
        "desk": 201,
    }


def test_a_browser_with_a_session_needs_its_token(city: City) -> None:
    client = client_of(city, "rita", checks=True)

    refused = post(client, "/cases", a_report())
    client.cookies["csrftoken"] = token = "a" * 32
    accepted = post(client, "/cases", a_report(), **{"X-CSRFToken": token})

    assert refused.status_code == 403
    assert refused.json()["code"] == "web.foreign_form"
    assert accepted.status_code == 201


def test_the_desk_alone_names_the_source(city: City) -> None:
    body = a_report(source="hotline", source_id="12345-1")

    for login in ("", "opal"):
        assert post(client_of(city, login), "/cases", body).status_code == 201
    again = post(client_of(city, "opal"), "/cases", body)

    assert again.status_code == 409
    assert again.json()["code"] == "case.source_id_taken"


def test_the_inbox_is_due_first_and_names_the_case(city: City, reported: dict[str, Any]) -> None:
    answer = client_of(city, "opal").get("/api/v1/inbox")
    stranger = Client().get("/api/v1/inbox")

    assert [line["case"]["number"] for line in answer.json()["lines"]] == [reported["number"]]
    assert stranger.status_code == 401
    assert stranger["Content-Type"] == "application/problem+json"


def test_a_note_of_the_desk_is_for_those_who_work_on_the_case(
    city: City, reported: dict[str, Any]
) -> None:
    number = reported["number"]
    noted = post(client_of(city, "opal"), f"/cases/{number}/steps/annotate", {"note": "内部"})

    seen = Client().get(f"/api/v1/cases/{number}").json()

    assert "内部" in [one["words"] for one in noted.json()["happenings"]]
    assert "case.annotated" not in [one["kind"] for one in seen["happenings"]]


def test_the_list_pages_and_narrows(city: City) -> None:
    for _ in range(3):
        post(Client(), "/cases", a_report())

    first = Client().get("/api/v1/cases?limit=2").json()
    second = Client().get("/api/v1/cases", {"limit": 2, "after": first["next_cursor"]}).json()
    none = Client().get("/api/v1/cases?state=closed").json()
    wrong = Client().get("/api/v1/cases?state=lost")

    assert [len(one["cases"]) for one in (first, second, none)] == [2, 1, 0]
    assert second["next_cursor"] == ""
    assert wrong.status_code == 400


def test_every_operation_tells_its_status_codes(city: City) -> None:
    described = Client().get("/api/v1/openapi.json").json()

    for address, operations in described["paths"].items():
        for method, operation in operations.items():
            codes = set(operation["responses"])
            assert codes & {"200", "201", "204"}, (method, address)
            assert {"400", "403", "404", "409"} <= codes, (method, address)


def test_a_suspension_takes_a_date(city: City, reported: dict[str, Any]) -> None:
    number = reported["number"]
    post(client_of(city, "opal"), f"/cases/{number}/steps/file")
    day = (timezone.now() + timedelta(days=3)).date().isoformat()

    answer = post(
        client_of(city, "dora"),
        f"/cases/{number}/steps/suspend",
        {"reason_code": "project", "resume_on": day},
    )

    assert answer.json()["state"] == "suspended"
