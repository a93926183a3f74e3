"""Pages of the loop without a browser: what is shown to whom, and what survives a refusal."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gongzhi.accounts.rules import Actor, Role
from gongzhi.evidence.actions import black_out
from gongzhi.evidence.rules import Box
from tests.cast import City, photo, point_in

from .test_api import a_report, bring, client_of, post


def a_form(**given: Any) -> dict[str, Any]:
    longitude, latitude = point_in(0, 0)
    return {
        "text": "路灯不亮",
        "category_code": "E0110",
        "longitude": longitude,
        "latitude": latitude,
    } | given


def a_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo(), "image/jpeg")


def hidden_value(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


@pytest.fixture
def told(city: City) -> dict[str, Any]:
    answer: dict[str, Any] = post(Client(), "/cases", a_report()).json()
    return answer


def test_a_report_by_form_shows_its_number_code_and_promise(city: City) -> None:
    client = Client()
    client.post("/report", a_form(photos=[a_photo()]))

    done = client.get("/report/done").content.decode()

    assert "data-number" in done
    assert "data-claim" in done
    assert "promises" in done


def test_the_same_form_sent_twice_is_one_case(city: City) -> None:
    client = Client()
    page = client.get("/report")
    form = a_form(
        case_id=hidden_value(page, "case_id"), claim_code=hidden_value(page, "claim_code")
    )

    for _ in range(2):
        client.post("/report", form)

    assert client.get("/cases/").content.decode().count('class="cell-matter"') == 1
    assert form["claim_code"] in client.get("/report/done").content.decode()


def test_a_refused_report_keeps_what_was_typed_and_makes_no_case(city: City) -> None:
    client = Client()
    broken = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")

    answer = client.post("/report", a_form(address="海滨路 8 号", photos=[broken]))

    assert answer.status_code == 400
    assert "海滨路 8 号" in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert 'class="cell-matter"' not in client.get("/cases/").content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"longitude": "east", "latitude": "north"},
        {"longitude": "0", "latitude": "0"},
        {"longitude": "1e400", "latitude": "31"},
        {"longitude": "", "latitude": ""},
        {"text": "", "category_code": ""},
        {"category_code": "E"},
        {"text": "a\x00b"},
        {"text": "x" * 20_001},
    ],
)
def test_nonsense_in_the_form_is_refused_with_a_sentence(city: City, given: dict[str, str]) -> None:
    answer = Client().post("/report", a_form(**given))

    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_claim_code_opens_its_case_and_no_other(city: City, told: dict[str, Any]) -> None:
    client = Client()

    wrong = client.post("/claim", {"number": told["number"], "claim_code": "AAAA-AAAA-AAAA"})
    right = client.post("/claim", {"number": told["number"], "claim_code": told["claim_code"]})
    page = client.get(f"/cases/{told['number']}").content.decode()

    assert wrong.status_code == 404
    assert right.status_code == 302
    assert "step-urge" in page


def test_a_photograph_is_shown_upright_without_what_the_camera_wrote(
    city: City, told: dict[str, Any]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "a camera"
    buffer = BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "JPEG", exif=exif)
    file = SimpleUploadedFile("a.jpg", buffer.getvalue())
    kept = Client().post(
        f"/api/v1/cases/{told['number']}/photos",
        {"purpose": "before", "file": file},
        headers={"X-Claim-Code": told["claim_code"]},
    )

    shown = Client().get(kept.json()["address"])

    with Image.open(BytesIO(shown.content)) as picture:
        assert picture.size == (48, 64)
        assert not picture.getexif()


def test_the_original_is_for_staff_of_the_place_and_not_for_the_handler(
    city: City, told: dict[str, Any]
) -> None:
    address = bring(
        Client(), told["number"], "before", **{"X-Claim-Code": told["claim_code"]}
    ).json()["address"]

    met = {
        login: client_of(city, login).get(f"{address}?size=original").status_code
        for login in ("", "rita", "hanna", "opal", "colin", "henry")
    }

    assert met == {"": 404, "rita": 404, "hanna": 404, "opal": 200, "colin": 200, "henry": 404}


def test_a_photograph_unchanged_is_not_sent_again_and_one_blacked_out_is(
    city: City, told: dict[str, Any]
) -> None:
    claim = {"X-Claim-Code": told["claim_code"]}
    kept = bring(Client(), told["number"], "before", **claim).json()
    first = Client().get(kept["address"])
    known = {"If-None-Match": first["ETag"]}
    again = Client().get(kept["address"], headers=known)
    by = Actor(person_id=1, roles=frozenset({Role.OPERATOR}))

    black_out(UUID(kept["id"]), [Box(0, 0, 1, 1)], by=by, at=datetime.now(UTC))
    after = Client().get(kept["address"], headers=known)

    assert (first.status_code, again.status_code, after.status_code) == (200, 304, 200)
    with Image.open(BytesIO(after.content)) as picture:
        assert max(high for _, high in picture.getextrema()) < 20  # type: ignore[misc]


def test_the_photographs_of_a_hidden_case_are_hidden(city: City, told: dict[str, Any]) -> None:
    claim = {"X-Claim-Code": told["claim_code"]}
    address = bring(Client(), told["number"], "before", **claim).json()["address"]
    post(
        client_of(city, "opal"),
        f"/cases/{told['number']}/steps/decline",
        {"reason_code": "too_vague"},
    )
    reporter = Client()
    reporter.post("/claim", {"number": told["number"], "claim_code": told["claim_code"]})

    met = [client.get(address).status_code for client in (Client(), reporter)]

    assert met == [404, 200]


def test_contact_data_is_for_those_who_work_on_the_case(city: City) -> None:
    Client().post("/report", a_form(contact_name="王女士", contact_phone="13800000000"))
    number = hidden = post(Client(), "/cases", a_report()).json()["number"]
    number = f"{int(hidden) - 1}"

    met = {
        login: "13800000000" in client_of(city, login).get(f"/cases/{number}").content.decode()
        for login in ("", "rita", "henry", "opal", "cora")
    }

    assert met == {"": False, "rita": False, "henry": False, "opal": True, "cora": False}


def test_every_page_forbids_foreign_scripts(city: City) -> None:
    for address in ("/", "/nothing", "/cases/none", "/api/v1/cases"):
        policy = Client().get(address)["Content-Security-Policy"]

        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_found_says_what_to_do_next(city: City, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get("/cases/none")

    assert answer.status_code == 404
    assert f'lang="{language}"' in answer.content.decode()
    assert 'href="/cases/"' in answer.content.decode()


def test_words_of_reporters_are_shown_as_words(city: City) -> None:
    number = post(Client(), "/cases", a_report(text="<script>alert(1)</script>")).json()["number"]

    for address in ("/", "/cases/", f"/cases/{number}"):
        assert "<script>alert" not in Client().get(address).content.decode()
