"""Taking over cases: what goes in, what comes back with a reason, and nothing twice."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
import xlsxwriter
from django.db import connection, transaction
from django.utils import translation

from gongzhi.accounts.queries import organisations_by_code
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases.models import Case, Statement
from gongzhi.cases.queries import discrepancies
from gongzhi.commitments.models import Commitment
from gongzhi.exchange.actions import BrokenOff, import_cases, rehearse_import
from gongzhi.exchange.queries import party_records
from gongzhi.exchange.rules.refusals import (
    MappingMistaken,
    RejectsOverInput,
    TooManyOrganisations,
)
from gongzhi.kernel.sheets import Empty
from gongzhi.ledger.queries import verify
from gongzhi.places import queries as places
from gongzhi.places.actions import draw_areas
from gongzhi.places.rules import NewArea
from gongzhi.responsibility.queries import explanation
from gongzhi.responsibility.rules import NoFallback
from gongzhi.webkit.words import sentence

from .conftest import COLUMNS, NOON, ROW, Take, Write, install, mapping_with, reasons

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def test_a_case_has_its_place_party_explanation_and_promise(write: Write, take: Take) -> None:
    tally = take(write({}))

    case, said, promise = Case.objects.get(), Statement.objects.get(), Commitment.objects.get()
    assert (tally.read, tally.new, tally.located) == (1, 1, 1)
    assert places.area(case.area_id or 0).code == "D1"
    assert (case.source, case.source_id, case.state) == ("hotline", "1", "closed")
    assert case.reported_at == datetime(2025, 6, 2, 14, 0, tzinfo=UTC)
    assert (said.text, said.address) == ("Loud music", "1 Main Street")
    assert promise.due_at == datetime(2025, 6, 3, 14, 0, tzinfo=UTC)
    assert promise.kept_at == datetime(2025, 6, 2, 22, 0, tzinfo=UTC)
    assert promise.organisation_id == organisations_by_code()["dep"].id
    assert "Department of Environmental Protection answers" in explanation(case.answer)[1]
    assert list(discrepancies()) == []


def test_the_party_of_the_file_goes_first_and_says_so(write: Write, take: Take) -> None:
    take(write({"party": "DOT"}))

    case = Case.objects.get()
    assert case.organisation_id == organisations_by_code()["dot"].id
    told = explanation(case.answer)
    assert "the system the case comes from (hotline) held it answerable" in told[1]
    assert case.answer["is_fallback"] is False


def test_the_same_import_again_changes_nothing(write: Write, take: Take) -> None:
    path = write({}, {}, {"lon": ""})
    take(path)
    before = list(Case.objects.order_by("pk").values())

    again = take(path)

    assert (again.read, again.known, again.new, again.refused) == (3, 3, 0, 0)
    assert list(Case.objects.order_by("pk").values()) == before
    assert verify().first_altered is None


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_an_id_that_stands_twice_is_known_the_second_time(
    write: Write, take: Take, batch: int
) -> None:
    tally = take(write({"no": "7"}, {"no": "8"}, {"no": "7", "words": "again"}), batch=batch)

    assert (tally.read, tally.new, tally.known, tally.refused) == (3, 2, 1, 0)
    assert not Statement.objects.filter(text="again").exists()


def test_the_numbers_add_up(write: Write, take: Take) -> None:
    rows = [
        {},
        {"closed": "2025-06-05T10:00:00"},
        {"closed": "", "lon": "", "lat": ""},
        {"lon": "0", "lat": "0.0"},
        {"lon": "119", "lat": "36"},
        {"kind": "no such thing"},
        {"place": "elsewhere"},
    ]
    filtered = ("[position]", '[where]\nplace = ["1 Main Street"]\n[position]')

    tally = take(write(*rows), filtered)

    assert (tally.read, tally.new, tally.known, tally.filtered, tally.refused) == (7, 5, 0, 1, 1)
    assert (tally.located, tally.without_position, tally.outside) == (2, 2, 1)
    ends = tally.ends
    assert (ends.in_time, ends.late, ends.unjudged, ends.open) == (3, 1, 0, 1)
    assert ends.total == tally.new == tally.located + tally.unlocated
    assert [(one.code, one.in_time, one.late) for one in party_records()] == [("dep", 3, 1)]


def test_an_unlocated_case_goes_to_the_fallback_party_where_the_mapping_says_so(
    write: Write, take: Take
) -> None:
    change = ('kind = "agency"', 'kind = "agency"\nwhen_unlocated = "fallback"')

    take(write({}, {"lon": "", "lat": ""}, {"lon": "NaN"}), change)

    parties = {one.id: code for code, one in organisations_by_code().items()}
    named = [parties[case.organisation_id or 0] for case in Case.objects.order_by("source_id")]
    assert named == ["dep", "call-centre", "call-centre"]


def test_a_closed_case_without_a_deadline_is_judged_only_where_the_mapping_says_so(
    write: Write, take: Take
) -> None:
    by_standard = take(write({"due": ""}))
    none = ('zone = "America', 'closed_without_due = "none"\nzone = "America')
    unjudged = take(write({"no": "2", "due": ""}, {"no": "3", "due": "", "closed": ""}), none)

    assert by_standard.ends.in_time == 1
    assert (unjudged.ends.unjudged, unjudged.ends.open) == (1, 1)
    assert Commitment.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"no": ""}, "“no” is empty"),
        ({"no": "x" * 81}, "has 81 characters"),
        ({"kind": "Witchcraft"}, "“Witchcraft” in the column “kind” is no category"),
        ({"kind": ""}, "kind is empty"),
        ({"kind": "g-noise"}, "only a heading"),
        ({"reported": ""}, "“reported” is missing"),
        ({"reported": "yesterday"}, "“yesterday” in the column “reported” is no time"),
        ({"reported": "2027-01-01"}, "lies in the future"),
        ({"reported": "1969-12-31T12:00:00"}, "before 1970"),
        ({"reported": "0001-01-01"}, "before 1970"),
        ({"closed": "2027-01-01"}, "lies in the future"),
        ({"due": "2199-01-01"}, "a hundred years ahead"),
        ({"due": "9999-12-31T23:00:00"}, "is no time"),
        ({"closed": "2025-06-02T09:00:00"}, "closed (2025-06-02T13:00:00+00:00) before"),
        ({"due": "2025-06-01"}, "It was due"),
        ({"lon": "36.5", "lat": "120.5"}, "Longitude 36.5 and latitude 120.5 are no place"),
        ({"lon": "200", "lat": "36.5"}, "are no place"),
        ({"lon": "inf", "lat": "36.5"}, "are no place"),
        ({"lon": "somewhere"}, "“somewhere” in the column “lon” is no number"),
        ({"words": "a" * 100_000}, "has 100000 characters"),
        ({"words": "be\x07ll"}, "“words” of line 2 holds the character U+0007"),
        ({"words": "be\x85ll"}, "at position 3 the control character U+0085"),
        ({"party": "Bürger Büro!"}, "makes no code"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(
    write: Write, take: Take, row: dict[str, str], reason: str
) -> None:
    tally = take(write(row, {}))

    assert (tally.read, tally.new, tally.refused) == (2, 1, 1)
    assert reason in reasons(tally)[0]


def test_coordinates_that_fit_the_map_only_when_exchanged_are_refused(
    write: Write, take: Take
) -> None:
    square = shapely.box(40, 36, 41, 37)
    draw_areas([NewArea("district", "D2", "西区", square)], by=SYSTEM, at=NOON)

    tally = take(write({"lon": "36.5", "lat": "40.5"}, {"lon": "40.5", "lat": "36.5"}))

    assert (tally.located, tally.outside, tally.refused) == (1, 0, 1)
    assert "(longitude 36.5, latitude 40.5), but with the two exchanged" in reasons(tally)[0]


def test_refused_rows_can_be_mended_and_imported(write: Write, take: Take) -> None:
    path = write({}, {"kind": "Nonsense"}, {"reported": "?"})
    first = take(path)
    assert first.rejects is not None
    text = first.rejects.read_text(encoding="utf-8-sig")

    first.rejects.write_text(text.replace("Nonsense", "Noise"), encoding="utf-8-sig")
    second = take(first.rejects)

    assert (second.read, second.new, second.refused) == (2, 1, 1)
    assert second.rejects is not None
    assert second.rejects.name == "cases.refused-2.csv"
    assert "Nonsense" not in first.rejects.read_text(encoding="utf-8-sig")


def test_no_file_of_refused_rows_is_written_over(write: Write, take: Take) -> None:
    path = write({"kind": "?"})
    first, second = take(path), take(path)

    assert first.rejects != second.rejects
    with pytest.raises(RejectsOverInput):
        take(path, rejects=path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_chinese_tables_are_read_in_their_encodings(
    write: Write, take: Take, encoding: str
) -> None:
    take(write({"words": "路灯不亮，已经三天了", "place": "解放路１２号"}, encoding=encoding))

    said = Statement.objects.get()
    assert (said.text, said.address) == ("路灯不亮，已经三天了", "解放路１２号")


def test_a_workbook_with_merged_cells_and_real_dates_is_read(tmp_path: Path, take: Take) -> None:
    path = tmp_path / "cases.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, "Calls of the hotline")
        sheet.write_row(1, 0, COLUMNS)
        for line in (2, 3):
            for column, name in enumerate(COLUMNS):
                sheet.write(line, column, ROW[name])
            sheet.write_number(line, 0, line)
            moment = datetime(2025, 6, 2, 10, 0)  # noqa: DTZ001 - workbooks have no zones
            sheet.write_datetime(line, COLUMNS.index("reported"), moment, style)
        sheet.merge_range(2, 1, 3, 1, "Noise")

    tally = take(path)

    assert (tally.read, tally.new) == (2, 2)
    cases = list(Case.objects.order_by("source_id"))
    assert [case.source_id for case in cases] == ["2", "3"]
    assert {case.reported_at for case in cases} == {datetime(2025, 6, 2, 14, 0, tzinfo=UTC)}


def test_json_lines_are_read(tmp_path: Path, take: Take) -> None:
    path = tmp_path / "cases.jsonl"
    row = {**ROW, "lon": 120.5, "lat": 36.5, "no": 17}
    path.write_text(json.dumps(row) + "\n{broken\n", encoding="utf-8")

    tally = take(path)

    assert (tally.new, tally.refused) == (1, 1)
    assert Case.objects.get().source_id == "17"


def test_positions_come_in_their_frame(write: Write, take: Take) -> None:
    change = ('latitude = "lat"', 'latitude = "lat"\nframe = "gcj02"')

    take(write({"lon": "120.50567568355486", "lat": "36.5"}), change)

    case = Case.objects.get()
    assert case.source_frame == "gcj02"
    assert case.longitude is not None
    assert 0.003 < 120.50567568355486 - case.longitude < 0.008


def test_hours_that_clocks_leave_out_or_show_twice_are_told(write: Write, take: Take) -> None:
    rows = [
        {"reported": "2025-03-09T02:30:00", "due": "", "closed": ""},
        {"reported": "2025-11-02T01:50:00", "due": "", "closed": "2025-11-02T01:10:00"},
    ]

    tally = take(write(*rows))

    assert (tally.moved, tally.twice, tally.refused) == (1, 2, 0)
    spring, autumn = Case.objects.order_by("source_id")
    assert spring.reported_at == datetime(2025, 3, 9, 7, 30, tzinfo=UTC)  # 03:30 on the clock
    assert autumn.reported_at == datetime(2025, 11, 2, 5, 50, tzinfo=UTC)
    assert autumn.ended_at == datetime(2025, 11, 2, 6, 10, tzinfo=UTC)


def test_several_formats_and_excel_numbers_are_read(write: Write, take: Take) -> None:
    change = ('formats = ["iso"', 'formats = ["iso", "excel"')
    rows = [
        {"reported": "2025/06/02 10:00"},
        {"reported": "45810.416666666664"},
        {"reported": "2025-06-02T10:00:00-04:00"},
    ]

    take(write(*rows), change)

    assert {case.reported_at.replace(microsecond=0) for case in Case.objects.all()} == {
        datetime(2025, 6, 2, 14, 0, tzinfo=UTC)
    }


def test_states_must_agree_with_the_time_of_closing(write: Write, take: Take) -> None:
    state = '[state]\ncolumn = "place"\nopen = ["open"]\nclosed = ["done"]\n[position]'
    rows = [
        {"place": "done"},
        {"place": "open", "closed": ""},
        {"place": "done", "closed": ""},
        {"place": "open"},
        {"place": "lost"},
    ]

    tally = take(write(*rows), ("[position]", state))

    assert (tally.new, tally.refused) == (2, 3)
    assert [reason.split(".")[0] for reason in reasons(tally)] == [
        "The column “place” says “done”, but there is no time of closing",
        "The column “place” says “open”, but there is a time of closing"
        " (2025-06-02 22:00:00+00:00)",
        "The mapping does not know the state “lost” in the column “place”; it knows done, open",
    ]


def test_an_unknown_party_is_refused_unless_the_mapping_founds_it(write: Write, take: Take) -> None:
    keep = ('create_organisations = true\nkind = "agency"', "")

    tally = take(write({"party": "XYZ"}, {"party": ""}), keep)

    assert (tally.new, tally.refused) == (1, 1)
    assert "There is no organisation with the code “xyz”" in reasons(tally)[0]
    assert "xyz" not in organisations_by_code()


def test_parties_are_founded_under_the_names_of_the_pack(write: Write, take: Take) -> None:
    tally = take(write({"party": "HPD"}, {"party": "New Body"}), ('"lower"', '"slug"'))

    there = organisations_by_code()
    assert tally.founded == ("hpd", "new-body")
    assert there["hpd"].name_en == "Department of Housing Preservation and Development"
    assert there["new-body"].name == "New Body"


def test_no_party_is_founded_for_a_refused_row(write: Write, take: Take) -> None:
    take(write({"party": "HPD", "reported": "never"}, {}))

    assert "hpd" not in organisations_by_code()


def test_a_wrong_organisation_column_founds_no_crowd(write: Write, take: Take) -> None:
    with pytest.raises(TooManyOrganisations):
        take(write(*({"party": f"p{number}"} for number in range(600))))

    assert Case.objects.count() == 0


def test_a_rehearsal_keeps_nothing_and_tells_the_same(write: Write, city: None) -> None:
    path = write({}, {"party": "DOT"}, {"kind": "?"})
    mapping = mapping_with()

    told = rehearse_import(path, mapping=mapping, by=SYSTEM, at=NOON, batch=1)

    assert Case.objects.count() == 0
    assert set(organisations_by_code()) == {"call-centre"}
    done = import_cases(path, mapping=mapping, by=SYSTEM, at=NOON, batch=1)
    assert (told.new, told.refused, told.founded) == (done.new, done.refused, done.founded)
    assert told.by_party() == done.by_party()


def test_nothing_is_read_when_the_mapping_does_not_fit(write: Write, take: Take) -> None:
    with pytest.raises(MappingMistaken) as refused:
        take(write({}), ('column = "no"', 'column = "number"'), ('"lon"', '"Lon"'))

    assert [one.key for one in refused.value.mistakes] == ["id.column", "position.longitude"]
    assert Case.objects.count() == 0


def test_an_empty_file_and_a_header_alone_are_told(write: Write, take: Take) -> None:
    path = write()
    assert take(path).read == 0

    path.write_text("")
    with pytest.raises(Empty):
        take(path)


def test_without_a_fallback_party_nothing_begins(write: Write, db: None) -> None:
    install()
    mapping = mapping_with([('create_organisations = true\nkind = "agency"', "")])

    with pytest.raises(NoFallback):
        import_cases(write({}), mapping=mapping, by=SYSTEM, at=NOON)


def test_the_command_prints_sums_parties_and_mistakes(
    write: Write, city: None, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from gongzhi.exchange.commands import COMMANDS

    from .conftest import MAPPING

    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(MAPPING, encoding="utf-8")
    bad.write_text(MAPPING.replace("[times]", "[tmes]"), encoding="utf-8")
    path = str(write({}, {"kind": "?"}))
    run = CliRunner().invoke

    mistaken = run(COMMANDS["cases import"], [path, "--mapping", str(bad)])
    dry = run(COMMANDS["cases import"], [path, "--mapping", str(good), "--dry-run"])
    done = run(COMMANDS["cases import"], [path, "--mapping", str(good)])

    assert mistaken.exit_code == 1
    assert "bad.toml: tmes: There is no key “tmes” here. Did you mean “times”?" in mistaken.output
    assert "nothing of this was kept" in dry.output
    assert "Rows read: 2 = imported 1 + already known 0 + filtered out 0 + refused 1" in done.output
    assert "Imported: 1 = located 1 + unlocated 0" in done.output
    assert "cases.refused-2.csv" in done.output
    assert Case.objects.count() == 1


def test_the_ledger_tells_every_row_of_the_cases(write: Write, take: Take) -> None:
    take(write({}, {"lon": ""}, {"closed": ""}))

    assert verify().first_altered is None
    assert list(discrepancies()) == []


def test_a_byte_that_is_no_text_breaks_off_and_what_was_taken_over_stays(
    write: Write, take: Take
) -> None:
    path = write(*({"words": "a" * 9_000} for _ in range(4)))
    path.write_bytes(path.read_bytes() + b'"9","Noise","\xff\xff')
    keep = ('create_organisations = true\nkind = "agency"', 'values = {DEP = "call-centre"}')
    change = ("[id]", 'encoding = "utf-8"\n[id]')

    with pytest.raises(BrokenOff) as broken:
        take(path, keep, change, batch=1)

    assert broken.value.tally.new == Case.objects.count() > 0
    assert "run the same command again" in sentence(broken.value)


def test_refused_rows_that_cannot_be_written_break_off_with_a_sentence(
    write: Write, take: Take, tmp_path: Path
) -> None:
    path = write({}, {}, {"kind": "?"}, {})

    with pytest.raises(BrokenOff) as broken:
        take(path, batch=2, rejects=tmp_path / "absent" / "refused.csv")

    tally = broken.value.tally
    assert tally.new == Case.objects.count() == 2
    assert tally.read == tally.new + tally.known + tally.filtered + tally.refused
    told = sentence(broken.value)
    assert told.startswith("Broken off at line 4: The file of refused rows")
    assert take(path).new == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the way SQLite is made read-only")
def test_a_database_that_may_only_be_read_is_told(write: Write, take: Take) -> None:
    path = write({}, {"kind": "?"})
    take(write({"no": "9"}, name="first.csv"))

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        try:
            with pytest.raises(BrokenOff) as broken, transaction.atomic():
                take(path)
        finally:
            cursor.execute("PRAGMA query_only = OFF")

    assert "may only be read" in sentence(broken.value)
    assert broken.value.tally.new == 0
    assert path.with_name("cases.refused.csv.partial").exists()
