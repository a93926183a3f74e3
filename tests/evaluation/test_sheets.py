"""Two pictures and one list: the page, the PDF, and who may print what."""

import io
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions
from gongzhi.cases.queries.sheets import case_sheet
from gongzhi.cases.rules import NewReport
from gongzhi.evaluation import rules
from gongzhi.evaluation.web import printing, sheets
from gongzhi.evidence.actions import black_out
from gongzhi.evidence.rules import Box
from tests.cast import MORNING, City, point_in

from .conftest import adopt
from .test_boards import closed

HOSTILE = (
    '#eval("1+1") #read("data.json") [未闭 $x$ \\ *粗* _斜_ `码` <标签> @引 // 注 /* 注 */ "引"'
)


def client_of(login: str, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    return client


def pdf(client: Client, address: str) -> pypdf.PdfReader:
    answer: Any = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return pypdf.PdfReader(io.BytesIO(answer.content))


def bare(text: str) -> str:
    return "".join(text.split())


def test_a_closed_case_is_printed_with_both_pictures_and_its_row(city: City) -> None:
    number = closed(city)

    printed = pdf(client_of(""), f"/cases/{number}/sheet.pdf")

    text = bare(printed.pages[0].extract_text())
    assert len(printed.pages) == 1
    assert len(printed.pages[0].images) == 2
    for told in (number, "暴露垃圾", "东环卫所", "一社区", "垃圾", "干净", "已结案"):
        assert told in text, told


def test_the_sheet_speaks_the_language_of_its_reader(city: City) -> None:
    number = closed(city)

    english = bare(pdf(client_of("", "en"), f"/cases/{number}/sheet.pdf").pages[0].extract_text())

    assert "Whatwasdone" in english
    assert "Eastcrew" in english


def test_what_people_wrote_is_printed_as_it_stands_and_never_carried_out(city: City) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code="E0110", text=HOSTILE, address=HOSTILE, longitude=longitude, latitude=latitude
    )
    number = actions.report(new, by=city.rita, at=MORNING).number

    page = client_of("").get(f"/cases/{number}/sheet").content.decode()
    printed = pdf(client_of(""), f"/cases/{number}/sheet.pdf")

    text = bare(printed.pages[0].extract_text())
    assert text.count(bare(HOSTILE)) == 2
    assert "<标签>" not in page


def test_the_same_case_at_the_same_moment_gives_the_same_bytes(city: City) -> None:
    number = closed(city)
    found = case_sheet(number, viewer=SYSTEM, at=MORNING)
    uses = [use for use in (found.before, found.after) if use]

    first, second = (
        printing.pdf([sheets.printed(found, at=MORNING)], uses, at=MORNING, title=number)
        for _ in range(2)
    )

    assert first == second


def test_a_hidden_case_has_no_sheet_like_a_missing_one(city: City) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0403", text="x", longitude=longitude, latitude=latitude)
    number = actions.report(new, by=city.rita, at=MORNING).number

    for ending in ("sheet", "sheet.pdf"):
        assert client_of("").get(f"/cases/{number}/{ending}").status_code == 404
        assert client_of("").get(f"/cases/nothing/{ending}").status_code == 404
        assert client_of("rita").get(f"/cases/{number}/{ending}").status_code == 200
        assert client_of("lea").get(f"/cases/{number}/{ending}").status_code == 200


@pytest.mark.parametrize("login", ["", "lea"])
def test_a_sheet_holds_no_contact_and_no_inner_note(city: City, login: str) -> None:
    longitude, latitude = point_in(0, 0)
    new = NewReport(
        category_code="E0110", text="垃圾", longitude=longitude, latitude=latitude,
        contact_name="张三丰", contact_phone="13900000000",
    )  # fmt: skip
    number = actions.report(new, by=city.rita, at=MORNING).number
    actions.annotate_case(number, note="内部意见勿外传", by=city.opal, at=MORNING)

    page = client_of(login).get(f"/cases/{number}/sheet").content.decode()
    text = bare(pdf(client_of(login), f"/cases/{number}/sheet.pdf").pages[0].extract_text())

    for told in (page, text):
        for secret in ("张三丰", "13900000000", "内部意见勿外传", "Rita"):
            assert secret not in told


def test_a_narrowed_list_is_printed_with_an_index_and_a_page_for_each(city: City) -> None:
    numbers = [closed(city), closed(city, at=MORNING + timedelta(days=1))]
    longitude, latitude = point_in(1, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    other = actions.report(new, by=city.rita, at=MORNING).number

    printed = pdf(client_of(""), "/cases/sheets.pdf?state=closed")

    index = bare(printed.pages[0].extract_text())
    assert len(printed.pages) == 3
    assert all(number in index for number in numbers)
    assert other not in index
    assert [len(page.images) for page in printed.pages] == [0, 2, 2]


def test_an_empty_list_is_printed_as_one_page_that_says_so(city: City) -> None:
    printed = pdf(client_of("", "en"), "/cases/sheets.pdf?state=closed")

    assert len(printed.pages) == 1
    assert "No case fits these filters." in printed.pages[0].extract_text()


def test_more_than_can_be_printed_at_once_is_told(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopt(6)
    monkeypatch.setattr("gongzhi.evaluation.web.sheets.MOST_SHEETS", 4)

    printed = pdf(client_of("lea", "en"), "/cases/sheets.pdf")

    assert len(printed.pages) == 5
    assert "the newest 4 are printed" in printed.pages[0].extract_text()
    assert rules.MOST_SHEETS == 200


def test_a_print_asks_the_database_as_often_for_many_as_for_few(city: City) -> None:
    adopt(3)
    client = client_of("lea")

    def statements() -> int:
        client.get("/cases/sheets.pdf")
        with CaptureQueriesContext(connection) as counted:
            client.get("/cases/sheets.pdf")
        return len(counted)

    few = statements()
    adopt(30, first=3)

    assert statements() == few <= 12


def test_what_was_blacked_out_is_black_in_print(city: City) -> None:
    number = closed(city)
    found = case_sheet(number, viewer=SYSTEM, at=MORNING)
    assert found.before is not None
    black_out(found.before.id, [Box(0.0, 0.0, 0.5, 1.0)], by=city.opal, at=MORNING)

    image = pdf(client_of(""), f"/cases/{number}/sheet.pdf").pages[0].images[0].image

    assert image is not None
    left, right = (image.convert("L").getpixel((x, 24)) for x in (10, 60))
    assert (left < 20, right > 60) == (True, True)  # type: ignore[operator]
