"""Reading the tables that people send, and sending back the rows that cannot be used."""

import datetime as dt
import json
import resource
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.kernel import sheets
from gongzhi.kernel.sheets import (
    BadEncoding,
    BadSheet,
    CannotOpen,
    CannotWrite,
    CellTooLong,
    Empty,
    HeaderEmpty,
    HeaderTwice,
    Locked,
    NoSuchSheet,
    NotText,
    NotWorkbook,
    RejectWriter,
    Row,
    TooLarge,
    TooManyColumns,
    UnknownEncoding,
    UnknownKind,
    open_sheet,
)

SHARED = Path(__file__).parents[2] / "../shared/data"

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def values_of(rows: Iterable[Row]) -> list[list[object]]:
    return [list(row.values.values()) for row in rows]


class TestDelimited:
    def test_a_plain_table_is_read_with_its_lines(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", "id,text\n1,灯\n2,\n"))

        assert sheet.columns == ("id", "text")
        assert list(sheet) == [
            Row(2, {"id": "1", "text": "灯"}),
            Row(3, {"id": "2", "text": None}),
        ]

    def test_a_table_can_be_read_twice(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", "a,b\n1,2\n"))

        assert list(sheet) == list(sheet)
        assert sheet.share_read == 1.0

    def test_a_field_of_several_lines_counts_from_its_first(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", 'a,b\r\n1,"x\r\n,  \r\ny"\r\n2,z\r\n'))

        assert [(row.line, row.values["b"]) for row in sheet] == [(2, "x\r\n,  \r\ny"), (5, "z")]

    def test_blank_lines_and_comments_are_passed_over(self, write: Write) -> None:
        text = "\n , \n# exported by hand, twice\n#note\nid,#\n1,2\n\n,  \n"

        sheet = open_sheet(write("a.csv", text))

        assert sheet.columns == ("id", "#")
        assert [row.line for row in sheet] == [6]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_the_one_that_cuts_the_header(
        self, write: Write, delimiter: str
    ) -> None:
        text = f"name{delimiter}amount\nlamp{delimiter}1\n"

        assert values_of(open_sheet(write("a.csv", text))) == [["lamp", "1"]]

    def test_a_tsv_is_cut_at_tabs_alone(self, write: Write) -> None:
        sheet = open_sheet(write("a.TSV", "a, b, c\td\n1\t2\n"))

        assert sheet.columns == ("a, b, c", "d")

    def test_a_single_column_needs_no_delimiter(self, write: Write) -> None:
        assert values_of(open_sheet(write("a.csv", "text\nlamp\n"))) == [["lamp"]]

    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030", "gb2312"],
    )
    def test_usual_encodings_are_found(self, write: Write, encoding: str) -> None:
        text = "编号,内容\n1,井盖缺失\n2,路灯不亮\n"

        sheet = open_sheet(write("a.csv", text.encode(encoding)))

        assert sheet.columns == ("编号", "内容")
        assert values_of(sheet) == [["1", "井盖缺失"], ["2", "路灯不亮"]]

    def test_chinese_that_begins_after_megabytes_is_still_found(self, write: Write) -> None:
        plain = "id,text\n" + "1,plain words\n" * 200_000

        sheet = open_sheet(write("a.csv", (plain + "2,井盖\n").encode("gbk")))

        assert sheet.encoding == "gb18030"

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_a_character_cut_by_the_end_of_the_sample_is_no_bad_byte(
        self, write: Write, encoding: str
    ) -> None:
        text = "编号\n" + "井盖\n" * 220_000
        with pytest.raises(UnicodeDecodeError):
            text.encode(encoding)[: 1 << 20].decode(encoding)

        sheet = open_sheet(write("a.csv", text.encode(encoding)))

        assert sheet.encoding.removesuffix("-sig") == encoding

    def test_a_named_encoding_is_believed(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", "a,b\n1,café\n".encode("cp1252")), encoding="cp1252")

        assert values_of(sheet) == [["1", "café"]]

    @pytest.mark.parametrize("name", ["utf-9", "rot13", "a\0b", ""])
    def test_an_encoding_nobody_knows_is_refused(self, write: Write, name: str) -> None:
        with pytest.raises(UnknownEncoding):
            open_sheet(write("a.csv", "a\n1\n"), encoding=name)

    def test_a_bad_byte_is_refused_with_its_line(self, write: Write) -> None:
        path = write("a.csv", "编号\n一\n二\n".encode() + b"\xff\n")

        with pytest.raises(BadEncoding) as refusal:
            open_sheet(path)

        assert refusal.value.facts["line"] == 4

    def test_a_bad_byte_far_down_is_refused_on_reaching_it(self, write: Write) -> None:
        start = "编号,b\n".encode() + b"1,2\n" * 300_000
        sheet = open_sheet(write("a.csv", start + b"\xff\xff\n"))
        lines: list[int] = []

        with pytest.raises(BadEncoding) as refusal:
            lines.extend(row.line for row in sheet)

        assert len(lines) > 200_000
        assert refusal.value.facts == {"file": "a.csv", "line": 300_002, "encoding": "UTF-8"}

    @pytest.mark.parametrize(("extra", "fields"), [("1,2,3", 3), ("1", 1)])
    def test_a_ragged_row_is_told_with_its_numbers(
        self, write: Write, extra: str, fields: int
    ) -> None:
        sheet = open_sheet(write("a.csv", f"a,b\n{extra}\n4,5\n"))

        bad, good = sheet

        assert bad.problem == "sheet.ragged"
        assert bad.refusal is not None
        assert bad.refusal.facts == {"file": "a.csv", "line": 2, "fields": fields, "columns": 2}
        assert bad.extra == (("3",) if fields == 3 else ())
        assert good.problem is None

    def test_surplus_blank_fields_are_nothing(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", "a,b,\n1,2,\n3,4,, ,\n"))

        assert sheet.columns == ("a", "b")
        assert [row.problem for row in sheet] == [None, None]

    @pytest.mark.parametrize(
        ("text", "columns"),
        [("a,,b\n1,2,3\n", "2"), ("a,b,\n1,2,3\n", "3"), (",,c\n1,,\n", "1, 2")],
    )
    def test_a_column_without_a_name_is_refused(
        self, write: Write, text: str, columns: str
    ) -> None:
        with pytest.raises(HeaderEmpty) as refusal:
            open_sheet(write("a.csv", text))

        assert refusal.value.facts == {"file": "a.csv", "line": 1, "columns": columns}

    def test_two_columns_of_one_name_are_refused_by_name(self, write: Write) -> None:
        with pytest.raises(HeaderTwice) as refusal:
            open_sheet(write("a.csv", "a, b,b ,c,c\n1,2,3,4,5\n"))

        assert refusal.value.facts["names"] == "b, c"

    def test_a_table_wider_than_any_is_refused(self, write: Write) -> None:
        with pytest.raises(TooManyColumns):
            open_sheet(write("a.csv", ",".join(f"c{number}" for number in range(10_001))))

    @pytest.mark.parametrize("text", ["", "\n\n", ",,\n", "\ufeff"])
    def test_a_table_without_columns_is_refused(self, write: Write, text: str) -> None:
        with pytest.raises(Empty):
            open_sheet(write("a.csv", text))

    def test_a_field_of_a_hundred_thousand_characters_is_read(self, write: Write) -> None:
        long = "长" * 200_000

        assert values_of(open_sheet(write("a.csv", f"a,b\n1,{long}\n"))) == [["1", long]]

    @pytest.mark.parametrize(("end", "line"), [(",", 4), ("\n", 3)])
    def test_a_field_that_never_ends_is_refused_with_its_line(
        self, write: Write, end: str, line: int
    ) -> None:
        path = write("a.csv", 'a,b\n1,2\n3,"open\n' + ("x" * 99 + end) * 110_000)

        with pytest.raises(CellTooLong) as refusal:
            list(open_sheet(path))

        assert refusal.value.facts["line"] == line

    def test_nul_is_dropped_and_other_control_characters_are_told(self, write: Write) -> None:
        sheet = open_sheet(write("a.csv", "a,b\nx\0y,tab\there\n1,be\x07ll\n"))

        good, bad = sheet

        assert good == Row(2, {"a": "xy", "b": "tab\there"})
        assert bad.problem == "sheet.control_character"
        assert bad.refusal is not None
        assert bad.refusal.facts["column"] == "b"
        assert bad.refusal.facts["character"] == "U+0007"
        assert bad.values["b"] == "be\x07ll"

    def test_memory_does_not_grow_with_the_file(self, write: Write) -> None:
        path = write("a.csv", "a,b\n" + "1234567890,abcdefghij\n" * 100_000)
        sheet = open_sheet(path)

        tracemalloc.start()
        count = sum(1 for _ in sheet)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert count == 100_000
        assert peak < 600_000


class TestJsonLines:
    def test_the_columns_are_all_names_used(self, write: Write) -> None:
        sheet = open_sheet(write("a.jsonl", '{"a": 1}\n\n{"b": "x", "a": null}\n'))

        assert sheet.columns == ("a", "b")
        assert list(sheet) == [Row(1, {"a": 1, "b": None}), Row(3, {"a": None, "b": "x"})]

    def test_numbers_stay_exact_and_lists_stay_json(self, write: Write) -> None:
        line = json.dumps({"id": 2**60 + 1, "share": 0.5, "yes": True, "at": [120.1, "东"]})

        (row,) = open_sheet(write("a.ndjson", line))

        assert row.values == {"id": 2**60 + 1, "share": 0.5, "yes": True, "at": '[120.1, "东"]'}

    @pytest.mark.parametrize(
        "line", ['{"a": 1', "[1]", "7", "null", '{"a": NaN}', '{"a":1,"a":2}', "{" * 3, "[" * 9999]
    )
    def test_a_line_that_is_no_object_does_not_end_the_import(
        self, write: Write, line: str
    ) -> None:
        sheet = open_sheet(write("a.jsonl", f'{{"a": 1}}\n{line}\n{{"a": 2}}\n'))

        first, bad, last = sheet

        assert (first.values["a"], last.values["a"]) == (1, 2)
        assert (bad.line, bad.problem, bad.extra) == (2, "sheet.malformed_line", (line,))

    def test_a_lone_half_of_a_character_is_told(self, write: Write) -> None:
        (row,) = open_sheet(write("a.jsonl", '{"a": "\\ud83d"}'))

        assert row.problem == "sheet.control_character"

    @pytest.mark.parametrize(
        ("text", "kind"), [("", Empty), ("[1]\n", Empty), ('{"": 1}\n', HeaderEmpty)]
    )
    def test_a_file_without_names_is_refused(
        self, write: Write, text: str, kind: type[BadSheet]
    ) -> None:
        with pytest.raises(kind):
            open_sheet(write("a.jsonl", text))


class TestWorkbooks:
    @pytest.fixture
    def book(self, tmp_path: Path) -> Path:
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            cover = book.add_worksheet("hidden")
            page = book.add_worksheet("案件")
            page.activate()
            page.set_first_sheet()
            cover.hide()
            page.merge_range("B2:E2", "全市案件表")
            page.write_row("B3", ["id", "street", "at", "done"])
            page.write_row("B4", [32482532, "一街"])
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            page.write_datetime("D4", dt.datetime(2026, 3, 2, 8, 30), moment)  # noqa: DTZ001
            page.write_boolean("E4", True)
            page.write_number("B6", 1.5)
            page.merge_range("C6:C8", "merged")
            page.write_datetime("D6", dt.date(2026, 3, 2), day)
            page.write_string("B7", "0012")
            page.write_string("B9", "bell\x07")
        return path

    def test_cells_come_with_their_kinds_and_lines(self, book: Path) -> None:
        sheet = open_sheet(book)

        assert sheet.columns == ("id", "street", "at", "done")
        rows = [(row.line, *row.values.values()) for row in sheet]
        assert rows[:3] == [
            (4, 32482532, "一街", dt.datetime(2026, 3, 2, 8, 30), True),  # noqa: DTZ001
            (6, 1.5, "merged", dt.date(2026, 3, 2), None),
            (7, "0012", "merged", None, None),
        ]
        assert isinstance(rows[0][1], int)
        assert sheet.share_read == 1.0

    def test_a_row_that_only_a_merged_value_reaches_is_blank(self, book: Path) -> None:
        assert 8 not in {row.line for row in open_sheet(book)}

    def test_a_control_character_is_told_here_too(self, book: Path) -> None:
        assert list(open_sheet(book))[-1].problem == "sheet.control_character"

    def test_a_sheet_is_found_by_name_or_refused_with_the_names(self, book: Path) -> None:
        assert open_sheet(book, sheet="案件").columns == open_sheet(book).columns
        with pytest.raises(NoSuchSheet) as refusal:
            open_sheet(book, sheet="Sheet1")

        assert refusal.value.facts["sheets"] == "hidden, 案件"

    def test_a_blank_sheet_is_refused(self, book: Path) -> None:
        with pytest.raises(Empty):
            open_sheet(book, sheet="hidden")

    def test_a_merged_name_of_two_columns_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet()
            page.write_row("A1", ["id", None, None])
            page.merge_range("B1:C1", "place")
            page.write_row("A2", [1, 2, 3])

        with pytest.raises(HeaderTwice) as refusal:
            open_sheet(path)

        assert refusal.value.facts["names"] == "place"

    def test_values_beyond_the_named_columns_are_told(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            page = book.add_worksheet()
            page.write_row("A1", ["a", "b"])
            page.write_row("A2", [1, 2])
            page.write_row("A3", [1, 2, 3])

        fine, ragged = open_sheet(path)

        assert (fine.problem, ragged.problem, ragged.extra) == (None, "sheet.ragged", ("3",))

    @pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04broken"])
    def test_a_damaged_workbook_is_refused(self, write: Write, content: bytes) -> None:
        with pytest.raises(NotWorkbook):
            open_sheet(write("a.xlsx", content))

    def test_an_archive_that_is_no_workbook_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as parts:
            parts.writestr("hello.txt", "hello")

        with pytest.raises(NotWorkbook):
            open_sheet(path)

    def test_a_locked_workbook_is_refused(self, write: Write) -> None:
        with pytest.raises(Locked):
            open_sheet(write("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))

    def test_a_workbook_that_would_fill_the_memory_is_refused(
        self, book: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sheets, "_LARGEST_WORKBOOK_BYTES", 100)

        with pytest.raises(TooLarge):
            open_sheet(book)


class TestFiles:
    def test_an_absent_file_is_refused_by_name(self, tmp_path: Path) -> None:
        with pytest.raises(CannotOpen) as refusal:
            open_sheet(tmp_path / "absent.csv")

        assert str(refusal.value.facts["file"]).endswith("absent.csv")

    @pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx"])
    def test_a_folder_is_no_table(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).mkdir()

        with pytest.raises(CannotOpen):
            open_sheet(tmp_path / name)

    @pytest.mark.parametrize("name", ["a.pdf", "a", "a.xls"])
    def test_another_kind_is_refused_with_the_known_ones(self, write: Write, name: str) -> None:
        with pytest.raises(UnknownKind) as refusal:
            open_sheet(write(name, "a,b\n"))

        assert ".xlsx" in str(refusal.value.facts["kinds"])

    def test_a_workbook_named_csv_is_refused(self, write: Write) -> None:
        with pytest.raises(NotText):
            open_sheet(write("a.csv", b"PK\x03\x04rest"))

    @pytest.mark.parametrize(
        ("name", "columns", "rows"),
        [
            ("baltimore311/requests_2014_2016.csv", 26, 5_638),
            ("nyc/calls_2016.csv", 10, 8_000),
            ("nyc/requests_2024.csv", 41, 1_000),
            ("messages_zh/messages.csv", 6, 495),
            ("messages_zh/taxonomy.csv", 3, 517),
        ],
    )
    def test_real_files_are_read_whole(self, name: str, columns: int, rows: int) -> None:
        if not (SHARED / name).exists():
            pytest.skip("the shared data is not beside this checkout")

        sheet = open_sheet(SHARED / name)

        assert len(sheet.columns) == columns
        assert Counter(row.problem for row in sheet) == {None: rows}


class TestRejects:
    def test_refused_rows_read_back_as_they_were(self, write: Write, tmp_path: Path) -> None:
        text = 'a,b\n1,"=SUM(A1)\r\n""quoted"""\n2,\n3, spaced \n'
        rows = list(open_sheet(write("a.csv", text)))

        with RejectWriter(tmp_path / "rejects.csv") as writer:
            for row in rows:
                writer.reject(row, "类别不明, nothing fits")
        back = open_sheet(writer.path)

        assert writer.rows == 3
        assert back.columns == ("a", "b")
        assert [row.values for row in back] == [row.values for row in rows]

    def test_the_file_tells_line_and_reason_to_office_programs(
        self, write: Write, tmp_path: Path
    ) -> None:
        (row,) = open_sheet(write("a.csv", "a\n1\n"))

        with RejectWriter(tmp_path / "rejects.csv") as writer:
            writer.reject(row, "无此类别")

        content = writer.path.read_bytes()
        assert content == b"\xef\xbb\xbf" + "a,_line,_reason\r\n1,2,无此类别\r\n".encode()

    def test_no_file_appears_when_nothing_is_refused(self, tmp_path: Path) -> None:
        with RejectWriter(tmp_path / "rejects.csv") as writer:
            pass

        assert not writer.rows
        assert list(tmp_path.iterdir()) == []

    def test_what_no_column_takes_is_kept_and_refused_again(
        self, write: Write, tmp_path: Path
    ) -> None:
        sheet = open_sheet(write("a.jsonl", '{"a": 1}\n{"a": 2\n'))
        bad = list(sheet)[1]

        with RejectWriter(tmp_path / "rejects.csv") as writer:
            writer.reject(bad, "broken")
        (back,) = open_sheet(writer.path)

        assert back.problem == "sheet.ragged"
        assert back.extra == ('{"a": 2',)

    def test_the_file_being_read_may_be_the_one_written(self, tmp_path: Path) -> None:
        path = tmp_path / "rejects.csv"
        path.write_text("a,_line,_reason\n1,5,old\n2,6,old\n")

        with RejectWriter(path) as writer:
            for row in open_sheet(path):
                if row.values["a"] == "2":
                    writer.reject(row, "still")

        assert values_of(open_sheet(path)) == [["2"]]

    def test_an_import_that_breaks_off_spoils_no_earlier_file(
        self, write: Write, tmp_path: Path
    ) -> None:
        path = write("rejects.csv", "a,_line,_reason\n1,5,old\n")
        (row,) = open_sheet(path)

        def refuse_and_break_off() -> None:
            with RejectWriter(path) as writer:
                writer.reject(row, "new")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            refuse_and_break_off()

        assert "old" in path.read_text()
        assert "new" in (tmp_path / "rejects.csv.partial").read_text()

    def test_a_folder_that_cannot_be_written_is_told(self, write: Write, tmp_path: Path) -> None:
        (row,) = open_sheet(write("a.csv", "a\n1\n"))

        with (
            pytest.raises(CannotWrite) as refusal,
            RejectWriter(tmp_path / "absent" / "r.csv") as writer,
        ):
            writer.reject(row, "why")

        assert str(refusal.value.facts["file"]).endswith("r.csv")
        assert refusal.value.facts["error"] == "No such file or directory"

    def test_a_full_disk_is_told(self, write: Write, tmp_path: Path) -> None:
        (row,) = open_sheet(write("a.csv", f"a\n{'x' * 50_000}\n"))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def refuse_more_than_fits() -> None:
            with RejectWriter(tmp_path / "r.csv") as writer:
                for _ in range(5):
                    writer.reject(row, "why")

        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
        try:
            with pytest.raises(CannotWrite):
                refuse_more_than_fits()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

        assert not (tmp_path / "r.csv").exists()


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\t\r\n"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_any_text_survives_being_refused(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    rows = [Row(9, {"a": one or None, "b": other or None}) for one, other in cells]

    with RejectWriter(tmp_path / "r.csv") as writer:
        for row in rows:
            writer.reject(row, "why")

    assert [row.values for row in open_sheet(writer.path)] == [row.values for row in rows]
