"""Steps over the API with a key: sent twice by a weak connection, done once."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.ExifTags import IFD

from gongzhi.cases.models import Case
from gongzhi.cases.queries import discrepancies
from gongzhi.evidence.models import FileUse
from gongzhi.ledger.models import Entry
from tests.cast import City, photo, point_in

from .test_api import a_report, client_of, post

SMALL = "E0110"  # may be fixed on the spot
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


def uploaded(client: Client, purpose: str, shade: int) -> str:
    content = photo(shade)
    upload_id = str(uuid4())
    body = {"id": upload_id, "name": "a.jpg", "purpose": purpose, "size": len(content)}
    assert post(client, "/uploads", body).status_code == 201
    client.patch(
        f"/api/v1/uploads/{upload_id}",
        content,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": "0"},
    )
    return upload_id


def test_a_verification_with_its_photograph_is_one_call(city: City, number: str) -> None:
    post(client_of(city, "opal"), f"/cases/{number}/steps/ask_verification")
    colin = client_of(city, "colin")
    body = {"is_true": True, "finding": "在", "upload_ids": [uploaded(colin, "verify", 90)]}

    answer = post(colin, f"/cases/{number}/steps/verify", body, **KEY)

    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "reported"
    assert [one["purpose"] for one in answer.json()["photos"]] == ["verify"]


def test_a_refused_step_keeps_none_of_its_photographs(city: City, number: str) -> None:
    post(client_of(city, "opal"), f"/cases/{number}/steps/ask_verification")
    colin = client_of(city, "colin")
    body = {"is_true": True, "finding": " ", "upload_ids": [uploaded(colin, "verify", 90)]}

    answer = post(colin, f"/cases/{number}/steps/verify", body, **KEY)

    assert answer.json()["code"] == "case.finding_missing"
    assert not FileUse.objects.exists()


def fixed(client: Client, **given: object) -> Any:
    longitude, latitude = point_in(0, 0)
    uploads = [uploaded(client, "before", 40), uploaded(client, "after", 200)]
    body = {"category_code": SMALL, "longitude": longitude, "latitude": latitude}
    return post(client, "/fixes", body | {"upload_ids": uploads} | given, **KEY)


def test_a_small_matter_is_reported_and_settled_in_one_call(city: City) -> None:
    answer = fixed(client_of(city, "colin"))

    assert answer.status_code == 201, answer.content
    case = Case.objects.get(number=answer.json()["number"])
    assert case.state in {"checked", "closed"}
    assert case.handled_by_id == city.colin.person_id
    kinds = Entry.objects.filter(subject=f"case:{case.pk}").order_by("pk")
    assert [one.kind for one in kinds if one.kind.startswith("case.")][:2] == [
        "case.reported",
        "case.fixed_on_spot",
    ]
    assert list(discrepancies()) == []


@pytest.mark.parametrize(
    ("login", "given", "code"),
    [
        ("colin", {"category_code": "E0101"}, "case.not_small"),
        ("colin", {"upload_ids": []}, "case.photo_missing"),
        ("cora", {}, "case.place_outside_your_area"),
        ("rita", {}, "case.step_not_yours"),
        ("", {}, "case.step_not_yours"),
        ("colin", {"longitude": None, "latitude": None}, "case.place_missing"),
    ],
)
def test_what_may_not_be_settled_on_the_spot_is_not_reported_either(
    city: City, login: str, given: dict[str, object], code: str
) -> None:
    answer = fixed(client_of(city, login), **given)

    assert answer.json()["code"] == code
    assert not Case.objects.exists()


def test_a_fix_sent_twice_is_one_case(city: City) -> None:
    colin = client_of(city, "colin")
    given = {"case_id": str(uuid4())}

    first, second = (fixed(colin, **given).json()["number"] for _ in range(2))

    assert first == second
    assert Case.objects.count() == 1


def with_position(shade: int, longitude: float, latitude: float) -> bytes:
    """Return a photograph whose camera says where it was taken."""
    exif = Image.Exif()
    gps = {1: "N", 2: _sexagesimal(latitude), 3: "E", 4: _sexagesimal(longitude)}
    exif.get_ifd(IFD.GPSInfo).update(gps)
    buffer = BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(degrees * 3600, 60)
    return (minutes // 60, minutes % 60, seconds)


def test_without_a_position_that_of_the_photograph_counts(city: City) -> None:
    colin, place = client_of(city, "colin"), point_in(0, 0)
    given = {
        "category_code": SMALL,
        "photo_before": SimpleUploadedFile("a.jpg", with_position(40, *place), "image/jpeg"),
        "photo_after": SimpleUploadedFile("b.jpg", photo(200), "image/jpeg"),
    }

    answer = colin.post("/field/fix", given)

    assert answer.status_code == 302, answer.content.decode()[:1500]
    case = Case.objects.get()
    assert (case.longitude, case.latitude) == pytest.approx(place, abs=1e-5)
