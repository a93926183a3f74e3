"""A report with answers and uploaded photographs, over the interface for programs."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case, Statement
from gongzhi.catalogue import queries as catalogue
from gongzhi.evidence.queries import files_of
from gongzhi.ledger.models import Entry
from tests.cast import City, photo, point_in


def post(client: Client, address: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(
        f"/api/v1{address}", json.dumps(body), content_type="application/json", headers=headers
    )


def a_report(**given: Any) -> dict[str, Any]:
    longitude, latitude = point_in(0, 0)
    return {
        "case_id": str(uuid4()),
        "category_code": "C0137",
        "text": "路灯不亮",
        "longitude": longitude,
        "latitude": latitude,
    } | given


def uploaded(client: Client, content: bytes, *, size: int | None = None) -> str:
    begun = post(client, "/uploads", {"name": "a.jpg", "size": size or len(content)}).json()
    client.patch(
        f"/api/v1/uploads/{begun['id']}",
        content,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": "0"},
    )
    return str(begun["id"])


def test_answers_stand_with_the_words_and_never_in_the_ledger(city: City) -> None:
    told = post(Client(), "/cases", a_report(answers={"lamps": "3", "pole": "K-77"})).json()

    said = Statement.objects.get(kind="report")
    assert said.answers == {"lamps": "3", "pole": "K-77"}
    assert "K-77" not in json.dumps(list(Entry.objects.values_list("facts", flat=True)))
    page = queries.case_page(told["number"], viewer=city.opal, at=timezone.now())
    assert [(one.name_en, one.value) for one in page.answers] == [
        ("How many lamps are out?", "3"),
        ("Number on the pole (if there is one)", "K-77"),
    ]


def test_the_answers_are_shown_on_the_page_of_the_case(city: City) -> None:
    body = a_report(category_code="E0110", answers={"amount": "heap"})
    number = post(Client(), "/cases", body).json()["number"]

    shown = Client().get(f"/cases/{number}", headers={"Accept-Language": "en"}).content.decode()

    assert "About how much refuse is there?" in shown
    assert "A small heap" in shown
    told = Client().get(f"/api/v1/cases/{number}").json()["answers"]
    assert [(one["name_en"], one["value_en"]) for one in told] == [
        ("About how much refuse is there?", "A small heap")
    ]


def test_erasing_the_words_erases_the_answers(city: City) -> None:
    number = post(Client(), "/cases", a_report(answers={"pole": "K-77"})).json()["number"]

    actions.erase_words(number, by=city.seca, at=timezone.now())

    assert Statement.objects.get(kind="report").answers == {}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"lamps": "many"}, "catalogue.answer_wrong"),
        ({"colour": "red"}, "catalogue.no_such_question"),
        ({"x" * 201: "1"}, "web.wrong_shape"),
        ({"lamps": 3}, "web.wrong_shape"),
    ],
)
def test_a_wrong_answer_refuses_the_report(city: City, answers: dict[str, Any], code: str) -> None:
    refused = post(Client(), "/cases", a_report(answers=answers))

    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert not Case.objects.exists()


def test_who_was_asked_must_answer_what_is_required_and_who_was_not_need_not(city: City) -> None:
    asked = post(Client(), "/cases", a_report(category_code="C0123", answers={}))
    by_telephone = post(Client(), "/cases", a_report(category_code="C0123"))

    assert asked.json()["code"] == "catalogue.answer_missing"
    assert by_telephone.status_code == 201


def test_a_report_brings_its_uploads_as_photographs_before(city: City) -> None:
    client = Client()
    ids = [uploaded(client, photo(90)), uploaded(client, photo(200))]

    told = post(client, "/cases", a_report(upload_ids=ids)).json()

    kept = files_of(f"case:{told['case_id']}")
    assert [one.purpose for one in kept] == ["before", "before"]


def test_a_report_sent_twice_is_one_case_with_its_photographs_once(city: City) -> None:
    client = Client()
    body = a_report(claim_code="ABCD-EFGH-JKMN", upload_ids=[uploaded(client, photo())])
    first = post(client, "/cases", body)

    second = post(client, "/cases", body)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["number"] == second.json()["number"]
    assert Case.objects.count() == 1
    assert len(files_of(f"case:{body['case_id']}")) == 1


def test_an_upload_that_is_not_whole_keeps_the_report_from_being_made(city: City) -> None:
    client = Client()
    half = uploaded(client, photo()[:50], size=len(photo()))

    refused = post(client, "/cases", a_report(upload_ids=[half]))

    assert (refused.status_code, refused.json()["code"]) == (409, "evidence.upload_incomplete")
    assert not Case.objects.exists()


def test_an_upload_nobody_knows_is_told(city: City) -> None:
    refused = post(Client(), "/cases", a_report(upload_ids=[str(uuid4())]))

    assert (refused.status_code, refused.json()["code"]) == (404, "evidence.no_such_upload")
    assert not Case.objects.exists()


def test_a_move_to_another_category_keeps_the_answers_in_sight(city: City) -> None:
    number = post(Client(), "/cases", a_report(answers={"lamps": "2"})).json()["number"]

    actions.recategorise_case(
        number, category_code="E0110", reason="x", by=city.opal, at=timezone.now()
    )

    page = queries.case_page(number, viewer=city.opal, at=timezone.now())
    assert catalogue.book().questions_for("E0110")[0].code == "amount"
    assert [one.value for one in page.answers] == ["2"]
