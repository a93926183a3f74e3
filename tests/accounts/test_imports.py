"""Charts and rosters from tables: good rows go in, bad rows come back with reasons."""

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from gongzhi.accounts import actions, commands, queries, rules
from gongzhi.accounts.actions import ImportSummary
from gongzhi.accounts.models import Appointment, Organisation, Person, Post
from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.ledger.models import Entry

from .conftest import NOON, Office, kinds

pytestmark = pytest.mark.django_db

CHART = (
    "code,name,name_en,kind,parent,scope_path,credit_code\n"
    "east-1,东一社区,East 1,community,east,,\n"
    "east,东街道,East,street_office,city,00001,\n"
    "city,市城管,City,department,,,91350100M000100Y43\n"
)


def counts(summary: ImportSummary) -> tuple[int, int, int, int, int]:
    assert summary.rows == (summary.added + summary.changed + summary.unchanged + summary.refused)
    return (
        summary.rows,
        summary.added,
        summary.changed,
        summary.unchanged,
        summary.refused,
    )


def refused(summary: ImportSummary) -> dict[str, str]:
    assert summary.rejects is not None
    with summary.rejects.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == summary.refused
    key = next(iter(rows[0]))
    return {f"{row['_line']} {row[key]}": row["_reason"] for row in rows}


def chart(path: Path) -> ImportSummary:
    return actions.import_chart(path, by=SYSTEM, at=NOON)


def roster(path: Path) -> ImportSummary:
    return actions.import_roster(path, by=SYSTEM, at=NOON)


def test_a_chart_goes_in_once_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    table = tmp_path / "chart.csv"
    table.write_text(CHART, encoding="utf-8")

    assert counts(chart(table)) == (3, 3, 0, 0, 0)
    assert counts(chart(table)) == (3, 0, 0, 3, 0)

    assert Entry.objects.count() == 3
    assert list(tmp_path.iterdir()) == [table]
    by_code = queries.organisations_by_code()
    assert by_code["east-1"].parent_id == by_code["east"].id
    assert by_code["city"].credit_code == "91350100M000100Y43"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig", "utf-16"])
def test_a_chart_is_read_in_the_encodings_offices_send(tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "chart.csv"
    table.write_text(CHART, encoding=encoding)

    assert counts(chart(table)) == (3, 3, 0, 0, 0)
    assert queries.organisations_by_code()["east"].name == "东街道"


def test_a_chart_is_read_from_a_workbook_with_chinese_heads(tmp_path: Path) -> None:
    table = tmp_path / "chart.xlsx"
    with xlsxwriter.Workbook(str(table)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编码", "名称", "类型", "上级", "备注"])
        sheet.write_row(1, 0, [370202, "市南", "district", ""])
        sheet.write_row(2, 0, ["a", "甲", "street_office", 370202, "旧"])

    summary = chart(table)

    assert counts(summary) == (2, 2, 0, 0, 0)
    assert summary.ignored == ("备注",)
    by_code = queries.organisations_by_code()
    assert by_code["a"].parent_id == by_code["370202"].id


def test_what_a_chart_does_not_say_stays_as_it_was(tmp_path: Path) -> None:
    table, short = tmp_path / "chart.csv", tmp_path / "short.csv"
    table.write_text(CHART, encoding="utf-8")
    short.write_text("code,name,kind\neast,新东街道,street_office\n", encoding="utf-8")
    chart(table)

    assert counts(chart(short)) == (1, 0, 1, 0, 0)

    east = queries.organisations_by_code()["east"]
    assert (east.name, east.name_en, east.scope_path) == ("新东街道", "East", "00001")
    assert east.parent_id is not None


def test_bad_rows_of_a_chart_come_back_and_go_in_when_mended(tmp_path: Path) -> None:
    table = tmp_path / "chart.csv"
    table.write_text(
        "code,name,kind,parent,credit_code,scope_path\n"
        "top,Top,dept,,,\n"
        "a,A,dept,b,,\n"
        "b,B,dept,c,,\n"
        "c,C,dept,a,,\n"
        "below-a,X,dept,a,,\n"
        "orphan,O,dept,nowhere,,\n"
        "child,O,dept,orphan,,\n"
        ",nameless,dept,,,\n"
        "bad code,X,dept,,,\n"
        "u,U,dept,,91350100M000100Y44,\n"
        "s,S,dept,,,12\n"
        "top,Other,dept,,,\n"
        "top,Top,dept,,,\n"
        "self,S,dept,self,,\n"
        f"long,{'x' * 100_000},dept,,,\n",
        encoding="utf-8",
    )

    summary = chart(table)

    assert counts(summary) == (15, 1, 0, 1, 13)
    why = refused(summary)
    for line in ("3 a", "4 b", "5 c"):
        assert "a → b → c → a" in why[line]
    assert "self → self" in why["15 self"]
    assert "nowhere" in why["7 orphan"]
    assert "orphan" in why["8 child"]
    assert set(Organisation.objects.values_list("code", flat=True)) == {"top"}
    mended = tmp_path / "mended.csv"
    assert summary.rejects is not None
    text = summary.rejects.read_text(encoding="utf-8-sig").replace("c,C,dept,a", "c,C,dept,top")
    mended.write_text(text.replace("nowhere", "top"), encoding="utf-8")
    assert counts(chart(mended))[1] == 6


def test_a_circle_through_what_is_known_already_is_refused(tmp_path: Path) -> None:
    table, worse = tmp_path / "chart.csv", tmp_path / "worse.csv"
    table.write_text(CHART, encoding="utf-8")
    worse.write_text(
        "code,name,kind,parent\ncity,市城管,department,east-1\nnew,N,dept,city\n", encoding="utf-8"
    )
    chart(table)

    summary = chart(worse)

    assert counts(summary) == (2, 1, 0, 0, 1)
    assert "city → east-1 → east → city" in refused(summary)["2 city"]


def test_a_scope_by_area_code_needs_a_map(tmp_path: Path) -> None:
    table = tmp_path / "chart.csv"
    table.write_text("code,name,kind,scope\na,A,k,370202\nb,B,k,\nc,C,k,9\n", encoding="utf-8")

    without = chart(table)
    summary = actions.import_chart(table, scope_of={"370202": "00001"}.get, by=SYSTEM, at=NOON)

    assert counts(without) == (3, 1, 0, 0, 2)
    assert counts(summary) == (3, 1, 0, 1, 1)
    assert queries.organisations_by_code()["a"].scope_path == "00001"


def test_a_chart_without_its_columns_is_refused_as_a_whole(tmp_path: Path) -> None:
    table = tmp_path / "chart.csv"
    table.write_text("code,title\na,A\n", encoding="utf-8")

    with pytest.raises(rules.ColumnsMissing) as refusal:
        chart(table)

    assert refusal.value.facts["columns"] == "name, kind"


def test_only_whoever_may_imports(tmp_path: Path) -> None:
    table = tmp_path / "any.csv"
    table.write_text("login,code,name,kind\nx,x,X,k\n", encoding="utf-8")
    security = Actor(roles=frozenset({Role.SECURITY_ADMIN}))
    audit = Actor(roles=frozenset({Role.AUDIT_ADMIN}))

    with pytest.raises(rules.NotYours):
        actions.import_chart(table, by=security, at=NOON)
    with pytest.raises(rules.NotYours):
        actions.import_roster(table, by=audit, at=NOON)


ROSTER = (
    "login,name,phone,email,post,starts_on,ends_on,letter_number,capacity\n"
    "zhao,赵一,13800000001,z@example.org,lane-7,2026-01-01,2028/12/31,聘1号,党员\n"
    "qian,钱二,,,east-desk,2026年2月1日,,,\n"
    "qian,,13800000002,,lane-7,20260201,,,\n"
    "sun,孙三,,,,,,,\n"
)


def test_a_roster_goes_in_once(office: Office, tmp_path: Path) -> None:
    table = tmp_path / "roster.csv"
    table.write_text(ROSTER, encoding="gb18030")
    before = Entry.objects.count()

    assert counts(roster(table)) == (4, 4, 0, 0, 0)
    entered = Entry.objects.count()
    assert entered - before == 3 + 3
    assert counts(roster(table)) == (4, 0, 0, 4, 0)

    assert Entry.objects.count() == entered
    qian = Person.objects.get(login="qian")
    assert (qian.name, qian.phone) == ("钱二", "13800000002")
    assert not qian.has_usable_password()
    term = Appointment.objects.get(person__login="zhao")
    assert (term.starts_on, term.ends_on) == (date(2026, 1, 1), date(2028, 12, 31))
    assert (term.letter_number, term.capacity) == ("聘1号", "党员")
    assert queries.actor_for_login("qian", at=NOON).has(Role.DISPATCHER)


def test_a_roster_is_read_from_a_workbook_with_dates_and_numbers(
    office: Office, tmp_path: Path
) -> None:
    table = tmp_path / "roster.xlsx"
    with xlsxwriter.Workbook(str(table)) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["登录名", "姓名", "手机号", "岗位", "任期开始"])
        sheet.write_row(1, 0, [1001, "李四", 13800000003, "lane-7"])
        sheet.write_datetime(1, 4, date(2026, 1, 5), day)

    assert counts(roster(table)) == (1, 1, 0, 0, 0)

    term = Appointment.objects.get(person__login="1001")
    assert term.starts_on == date(2026, 1, 5)
    assert term.person.phone == "13800000003"


def test_bad_rows_of_a_roster_come_back_with_reasons(office: Office, tmp_path: Path) -> None:
    table = tmp_path / "roster.csv"
    table.write_text(
        "login,name,post,starts_on,ends_on\n"
        "ok,Good,lane-7,2026-01-01,\n"
        "ok,Another,east-desk,2026-01-01,\n"
        "a,A,nowhere,2026-01-01,\n"
        "b,B,lane-7,,\n"
        "c,C,lane-7,soon,\n"
        "d,D,lane-7,2026-02-01,2026-01-01\n"
        "e,E,lane-7,1950-01-01,\n"
        "f,F,lane-7,2200-01-01,\n"
        "wang,,lane-7,2026-02-01,\n"
        "g,G,sys,2026-01-01,\n"
        "g,G,aud,2026-01-01,\n"
        "h h,H,,,\n"
        ",I,,,\n"
        "erased-3,J,,,\n",
        encoding="utf-8",
    )

    summary = roster(table)

    assert counts(summary) == (14, 2, 0, 0, 12)
    why = refused(summary)
    assert "2026-01-01" in why["10 wang"]  # holds it since
    assert "system_admin" in why["12 g"]
    new = set(Person.objects.values_list("login", flat=True)) - {"wang", "li"}
    assert new == {"ok", "g"}  # a refused row enrols nobody


def test_a_row_refused_for_its_appointment_enrols_nobody(office: Office, tmp_path: Path) -> None:
    table = tmp_path / "roster.csv"
    long = "聘" * 49
    table.write_text(
        f"login,name,post,starts_on,letter_number\nnew,N,lane-7,2026-01-01,{long}\n",
        encoding="utf-8",
    )

    assert counts(roster(table)) == (1, 0, 0, 0, 1)
    assert not Person.objects.filter(login="new").exists()


def test_a_roster_creates_posts_whose_kind_and_organisation_it_names(tmp_path: Path) -> None:
    kinds()
    actions.found_organisation("east", name="东", kind="street_office", by=SYSTEM, at=NOON)
    table = tmp_path / "roster.csv"
    table.write_text(
        "login,name,post,post_kind,post_name,organisation,starts_on\n"
        "a,A,lane-1,lane_steward,Lane 1,east,2026-01-01\n"
        "b,B,lane-1,lane_steward,Lane 1,east,2026-01-01\n"
        "c,C,lane-2,emperor,Lane 2,east,2026-01-01\n"
        "d,D,lane-3,lane_steward,Lane 3,west,2026-01-01\n",
        encoding="utf-8",
    )

    assert counts(roster(table)) == (4, 2, 0, 0, 2)
    assert counts(roster(table)) == (4, 0, 0, 2, 2)

    assert Post.objects.get().name == "Lane 1"
    assert Entry.objects.filter(kind="post.created").count() == 1


def test_a_table_without_a_row_adds_up_to_nothing(office: Office, tmp_path: Path) -> None:
    table = tmp_path / "roster.csv"
    table.write_text("login,name\n", encoding="utf-8")

    assert counts(roster(table)) == (0, 0, 0, 0, 0)


def test_the_commands_import_and_tell_what_became_of_the_rows(
    office: Office, tmp_path: Path
) -> None:
    table = tmp_path / "chart.csv"
    table.write_text(CHART + "x,,k,,,,\n", encoding="utf-8")
    people = tmp_path / "roster.csv"
    people.write_text(ROSTER, encoding="utf-8")

    told = CliRunner().invoke(commands.import_chart, [str(table)])
    also = CliRunner().invoke(commands.import_roster, [str(people)])

    assert told.exit_code == 0, told.output
    assert "chart.refused.csv" in told.output
    assert also.exit_code == 0, also.output


def test_the_commands_enrol_appoint_and_erase(office: Office) -> None:
    run = CliRunner().invoke

    steps = [
        run(commands.add_person, ["zhou", "--name", "周"]),
        run(commands.choose_password, ["zhou", "--password", "a long enough one"]),
        run(commands.appoint, ["zhou", "lane-7", "--from", "2026-01-01", "--capacity", "党员"]),
        run(commands.erase_person, ["zhou", "--yes"]),
    ]

    assert [step.exit_code for step in steps] == [0, 0, 0, 0], [s.output for s in steps]
    again = run(commands.erase_person, ["zhou", "--yes"])
    assert again.exit_code == 1
    assert "zhou" in again.output
    assert "Traceback" not in again.output
