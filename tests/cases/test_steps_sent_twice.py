"""Steps over the API with a key: sent twice by a weak connection, done once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongzhi.evidence.models import FileUse
from gongzhi.ledger.models import Entry
from tests.cast import City, photo

from .test_api import a_report, client_of, post

KEY = {"Idempotency-Key": "b7a1c0de-0000-4000-8000-000000000001"}


@pytest.fixture
def number(city: City) -> str:
    return str(post(Client(), "/cases", a_report()).json()["number"])


def test_a_step_sent_twice_is_taken_once_and_answered_alike(city: City, number: str) -> None:
    opal = client_of(city, "opal")

    first, second = (post(opal, f"/cases/{number}/steps/file", **KEY) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Entry.objects.filter(kind="case.filed").count() == 1


def test_without_a_key_the_second_step_is_out_of_turn(city: City, number: str) -> None:
    opal = client_of(city, "opal")

    first, second = (post(opal, f"/cases/{number}/steps/file") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 409)


def test_a_key_sent_with_another_body_is_refused_and_changes_nothing(
    city: City, number: str
) -> None:
    opal = client_of(city, "opal")
    note = f"/cases/{number}/steps/annotate"
    post(opal, note, {"note": "一"}, **KEY)

    answer = post(opal, note, {"note": "二"}, **KEY)

    assert answer.status_code == 409
    assert answer.json()["code"] == "request.key_used_otherwise"
    assert Entry.objects.filter(kind="case.annotated").count() == 1


def test_a_refused_step_leaves_no_trace_and_can_be_sent_again(city: City, number: str) -> None:
    dora, opal = client_of(city, "dora"), client_of(city, "opal")
    dispatch = f"/cases/{number}/steps/dispatch"
    refused = post(dora, dispatch, **KEY)
    post(opal, f"/cases/{number}/steps/file")

    again = post(dora, dispatch, **KEY)

    assert (refused.status_code, again.status_code) == (409, 200)
    assert Entry.objects.filter(kind="case.dispatched").count() == 1


def test_a_photograph_sent_twice_is_one_also_when_the_case_went_on(city: City, number: str) -> None:
    colin, opal = client_of(city, "colin"), client_of(city, "opal")

    def bring() -> Any:
        file = SimpleUploadedFile("a.jpg", photo(), "image/jpeg")
        given = {"purpose": "before", "file": file}
        return colin.post(f"/api/v1/cases/{number}/photos", given, headers=KEY)

    first = bring()
    post(client_of(city, "hugo"), f"/cases/{number}/steps/cancel", {"reason_code": "duplicate"})
    post(opal, f"/cases/{number}/steps/file")
    second = bring()

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert FileUse.objects.count() == 1


def test_an_outdated_version_is_answered_with_the_present_state(city: City, number: str) -> None:
    opal = client_of(city, "opal")
    post(opal, f"/cases/{number}/steps/file")

    answer = post(opal, f"/cases/{number}/steps/annotate", {"note": "x", "version": 1}, **KEY)

    told = answer.json()
    assert answer.status_code == 409
    assert (told["code"], told["facts"]["state"]) == ("case.changed_meanwhile", "filed")
