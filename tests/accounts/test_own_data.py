"""My data: taken away whole, and erased without breaking a seal."""

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from gongzhi.accounts.models import OpenSession, Person
from gongzhi.cases import actions as cases
from gongzhi.cases.models import Case, Statement
from gongzhi.cases.rules import NewReport
from gongzhi.ledger.actions import seal
from gongzhi.ledger.models import Entry
from gongzhi.ledger.queries import verify
from gongzhi.notices import actions as notices
from gongzhi.notices.models import Notice
from gongzhi.site.own_data import COLUMNS, collectors, everything_about
from tests.cast import MORNING, PASSWORD, City, point_in

pytestmark = pytest.mark.django_db
KEEPERS = ("accounts", "cases", "evidence", "notices", "patrols")


def signed_in(login: str) -> Client:
    client = Client()
    assert client.post("/sign-in", {"login": login, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture
def reported(city: City) -> str:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code="E0110",
        text="the heap behind my door",
        address="house 7",
        longitude=longitude,
        latitude=latitude,
        contact_name="Rita Example",
        contact_phone="13800001111",
    )
    number = cases.report(new, by=city.rita, at=MORNING).number
    other = NewReport(category_code="E0110", text="of rolf", longitude=longitude, latitude=latitude)
    cases.report(other, by=city.rolf, at=MORNING)
    cases.file_case(number, by=city.opal, at=MORNING)
    notices.tell(MORNING)
    return number


def test_every_house_that_keeps_something_about_people_has_its_part() -> None:
    houses = {house for house, _ask in collectors()}

    assert {f"gongzhi.{one}" for one in KEEPERS} <= houses


def test_the_export_holds_everything_of_mine_and_nothing_of_others(
    city: City, reported: str
) -> None:
    told: Any = signed_in("rita").post("/account/export.json").json()["houses"]

    assert told["accounts"]["account"][0]["login"] == "rita"
    assert [one["number"] for one in told["cases"]["reports"]] == [reported]
    assert told["cases"]["reports"][0]["words"] == "the heap behind my door"
    assert told["cases"]["reports"][0]["contact_phone"] == "13800001111"
    assert {one["number"] for one in told["notices"]["notices"]} == {reported}
    assert len(told["accounts"]["sessions"]) == 1
    assert "of rolf" not in json.dumps(told)
    assert "password" not in json.dumps(told)
    assert Entry.objects.filter(kind="person.data_exported").count() == 1


def test_every_part_and_column_of_the_export_has_a_name(city: City, reported: str) -> None:
    told = everything_about(city.rita.person_id or 0)

    nameless = {
        column
        for parts in told.values()
        for rows in parts.values()
        for row in rows
        for column in row
        if column not in COLUMNS
    }
    assert nameless == set()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_archive_has_a_page_to_read_and_the_same_for_programs(
    city: City, reported: str, language: str
) -> None:
    client = signed_in("rita")
    client.cookies["django_language"] = language

    answer = client.post("/account/export.zip")

    archive = zipfile.ZipFile(BytesIO(answer.content))
    page = archive.read("index.html").decode()
    assert archive.namelist() == ["index.html", "data.json"]
    assert "the heap behind my door" in page
    assert ("我的上报" if language == "zh-hans" else "What I reported") in page
    assert json.loads(archive.read("data.json"))["houses"]["cases"]["reports"]


def test_the_page_says_what_goes_and_asks_for_the_password(city: City, reported: str) -> None:
    client = signed_in("rita")

    page = client.get("/account/erase").content.decode()
    wrong = client.post("/account/erase", {"old_password": "wrong"})

    assert "account/export.zip" in page
    assert wrong.status_code == 403
    assert Person.objects.filter(login="rita").exists()


@pytest.mark.parametrize("with_texts", [True, False])
def test_erasing_myself_leaves_the_facts_and_an_unbroken_ledger(
    city: City, reported: str, with_texts: bool
) -> None:
    seal(MORNING)
    client, elsewhere = signed_in("rita"), signed_in("rita")
    told = {"old_password": PASSWORD} | ({"with_texts": "yes"} if with_texts else {})

    answer = client.post("/account/erase", told)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/account").status_code == elsewhere.get("/account").status_code == 302
    assert not Person.objects.filter(login="rita").exists()
    assert not OpenSession.objects.exists()
    assert not Notice.objects.filter(person_id=city.rita.person_id).exists()
    said = Statement.objects.get(case__number=reported, kind="report")
    assert (said.contact_name, said.contact_phone) == ("", "")
    assert (said.text, said.address) == (
        ("", "") if with_texts else ("the heap behind my door", "house 7")
    )
    assert Statement.objects.filter(text="of rolf").exists()
    assert Case.objects.get(number=reported).category_code == "E0110"
    assert verify().is_clean
    facts = " ".join(str(entry.facts) for entry in Entry.objects.all())
    assert "Rita Example" not in facts
    assert "13800001111" not in facts
