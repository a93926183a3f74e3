"""A list as a file: exactly what the list shows, nothing personal, no formula, little memory."""

import copy
import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM, Actor
from gongzhi.cases import queries
from gongzhi.cases.actions import decline_case, report
from gongzhi.cases.models import Case
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.rules import NewReport
from gongzhi.exchange.rules import writing
from gongzhi.kernel.ids import uuid7
from tests.cast import MORNING, POSTS, RESIDENTS, City, build_city, point_in

EVERYBODY = ("", *POSTS, *RESIDENTS)
FORMULA = '=HYPERLINK("x")'
FILTERS = {
    "": CaseFilter(),
    "open=1": CaseFilter(is_open=True),
    "late=1": CaseFilter(is_late=True),
    "category=E0110": CaseFilter(category_code="E0110"),
}


@pytest.fixture
def city(db: None) -> City:
    """Return the cast with cases in every community, one outside, one declined."""
    city = build_city()
    for place, (x, y) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1), (9, 9), (0, 0)]):
        longitude, latitude = point_in(x, y)
        new = NewReport(
            category_code="E0110" if place % 2 else "E0101",
            text=FORMULA,
            address="海滨路 8 号",
            contact_name="Rita Real",
            contact_phone="13900000000",
            longitude=longitude,
            latitude=latitude,
        )
        told = report(new, by=city.rita, at=MORNING + timedelta(minutes=place))
    report(NewReport(text="某处", address="桥下"), by=city.rolf, at=MORNING)
    decline_case(told.number, reason_code="not_found", reason="x", by=city.opal, at=MORNING)
    return city


def viewer_of(city: City, login: str) -> Actor:
    return city.people[login] if login else ANONYMOUS


def client_of(login: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    return client


def fetched(login: str, address: str, *, language: str = "en") -> bytes:
    answer: Any = client_of(login, language).get(f"/cases/export.{address}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # at its end the client closes it


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheets(content: bytes) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def all_pages(viewer: Actor, narrowed: CaseFilter, at: datetime) -> list[str]:
    numbers, after = [], ""
    while True:
        page = queries.case_list(viewer, at=at, narrowed=narrowed, after=after, limit=2)
        numbers += [line.number for line in page.lines]
        after = page.next_cursor
        if not after:
            return numbers


@pytest.mark.parametrize("address", FILTERS)
def test_an_export_holds_exactly_all_pages_of_the_list_of_its_reader(
    city: City, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.exporting, "EXPORT_PAGE", 3)
    lengths = set()
    for login in EVERYBODY:
        listed = all_pages(viewer_of(city, login), FILTERS[address], timezone.now())

        as_csv = [row[0] for row in table(fetched(login, f"csv?{address}"))[1:]]
        as_xlsx = [row[0] for row in sheets(fetched(login, f"xlsx?{address}"))[0][1:]]
        points = json.loads(fetched(login, f"geojson?{address}"))["features"]

        located = set(Case.objects.exclude(longitude=None).values_list("number", flat=True))
        assert as_csv == as_xlsx == listed, login
        assert [one["id"] for one in points] == [one for one in listed if one in located], login
        lengths.add(len(listed))

    assert len(lengths) > 1 or address == "category=E0110"


def test_nothing_personal_leaves_and_words_only_for_who_sees_the_area(city: City) -> None:
    for login in EVERYBODY:
        whole = b"".join(fetched(login, ending) for ending in ("csv", "geojson")).decode()
        for personal in ("Rita Real", "13900000000", "海滨路", "桥下"):
            assert personal not in whole, (login, personal)

    header, *rows = table(fetched("colin", "csv"))
    street = {
        row[header.index("Case number")]: row[header.index("Words of the report")] for row in rows
    }
    scope = city.colin.scopes[0]
    for case in Case.objects.filter(number__in=street):
        assert bool(street[case.number]) == case.area_path.startswith(scope)
    assert len(set(street.values())) == 2
    for login in ("", "henry", "rita", "kim", "sysa"):
        assert "Words of the report" not in table(fetched(login, "csv"))[0]
        points = json.loads(fetched(login, "geojson"))["features"]
        assert points
        assert all("words" not in one["properties"] for one in points)


def test_a_text_like_a_formula_is_harmless_in_a_table_and_text_in_a_workbook(city: City) -> None:
    as_csv = table(fetched("opal", "csv"))
    content = fetched("opal", "xlsx")

    assert f"'{FORMULA}" in {row[-1] for row in as_csv}
    assert FORMULA in {row[-1] for row in sheets(content)[0]}
    assert b"<f>" not in unpacked(content)


def unpacked(content: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return b"".join(file.read(name) for name in file.namelist() if "sheet" in name)


def test_a_table_is_in_the_language_of_its_reader_and_the_time_of_the_city(city: City) -> None:
    content = fetched("", "csv", language="zh-hans")
    header, first, *_ = table(content)
    row = dict(zip(header, first, strict=True))

    assert content.startswith(b"\xef\xbb\xbf")
    assert row["案卷号"]
    assert row["区域"].startswith("海市 / 甲区") or not row["区域"]
    assert row["上报时间"].endswith("+08:00")
    assert table(fetched("", "csv", language="en"))[0][0] == "Case number"


def test_a_point_tells_codes_and_json_values(city: City) -> None:
    point = json.loads(fetched("opal", "geojson"))["features"][-1]

    assert point["geometry"] == {"type": "Point", "coordinates": list(point_in(0, 0))}
    assert point["properties"]["category_code"] == "E0101"
    assert point["properties"]["areas"] == ["Seacity", "Alpha", "East Street", "One"]
    assert point["properties"]["is_late"] in {True, False}
    assert "longitude" not in point["properties"]


def test_the_list_links_to_its_files_with_its_filter_but_not_its_page(city: City) -> None:
    cursor = queries.case_list(city.opal, at=MORNING, limit=1).next_cursor

    page = client_of("opal").get("/cases/", {"category": "E0110", "after": cursor})

    assert 'href="export.geojson?category=E0110"' in page.content.decode()
    assert 'href="export.csv"' in client_of("opal").get("/cases/").content.decode()


def test_a_city_without_a_pack_refuses_before_the_file_begins(db: None) -> None:
    assert Client().get("/cases/export.csv").status_code == 409


def copies(numbers: range) -> None:
    """Make copies of one case."""
    one = Case.objects.get(number=queries.case_list(SYSTEM, at=MORNING).lines[0].number)
    start = int(MORNING.timestamp() * 1000)
    rows = []
    for place in numbers:
        row = copy.copy(one)
        row.pk, row.number = uuid7(at_ms=start + place), f"X{place:09}"
        row.reported_at = MORNING - timedelta(seconds=place // 3)
        rows.append(row)
    Case.objects.bulk_create(rows)


def drained(chunks: Iterator[bytes]) -> tuple[int, int]:
    """Return the bytes in all, and the most memory used on the way."""
    tracemalloc.start()
    size = sum(len(chunk) for chunk in chunks)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size, peak


@pytest.mark.parametrize("ending", ["csv", "geojson"])
def test_memory_does_not_grow_and_statements_only_with_pages(city: City, ending: str) -> None:
    costs = []
    for numbers in (range(2_000), range(2_000, 4_000)):
        copies(numbers)
        client = client_of("opal")
        with CaptureQueriesContext(connection) as statements:
            answer: Any = client.get(f"/cases/export.{ending}")
            size, peak = drained(answer.streaming_content)
        costs.append((size, peak, len(statements)))

    (small, low, few), (large, high, more) = costs
    assert large > 1.8 * small
    assert high < 1.25 * low
    assert more - few <= 2 * 4  # two more pages: revisions, cases, words


def test_a_workbook_of_many_rows_takes_little_memory_and_more_sheets() -> None:
    peaks = []
    for number in (2_000, 8_000):
        file = io.BytesIO()
        rows = ((f"=1+{place}", -1.5, None, place) for place in range(number))
        tracemalloc.start()
        writing.write_workbook(file, ["a", "b", "c", "d"], rows, sheet_rows=1_500)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    found = sheets(file.getvalue())
    assert [len(rows) for rows in found] == [1501] * 5 + [501]
    assert found[1][0] == ["a", "b", "c", "d"]
    assert found[1][1] == ["=1+1500", -1.5, "", 1500.0]
    assert peaks[1] < 2 * peaks[0] + 500_000  # the file itself is in memory here


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\n=1"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert writing.harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["", "a=1", -1.5, 0, None, "'x"])
def test_other_cells_stay_as_they_are(cell: writing.Cell) -> None:
    assert writing.harmless(cell) == cell


def test_an_export_of_nothing_is_a_whole_file() -> None:
    assert json.loads(b"".join(writing.geojson_chunks([])))["features"] == []
    assert b"".join(writing.csv_chunks(["a"], [])) == b"\xef\xbb\xbfa\r\n"
