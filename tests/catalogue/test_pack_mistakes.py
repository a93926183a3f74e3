"""Checking a pack: every mistake is found, with its file, line, column and remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gongzhi.catalogue.rules import SENTENCES, Mistake, load_pack

SOUND: dict[str, str] = {
    "pack.toml": """\
code = "tiny"
name_zh = "小包"
name_en = "Tiny"
version = "1"
edition = "test"
default_calendar = "work"

[options]
levels = ["community", "street", "district", "city"]
fallback_organisation = "city-command"
number_format = "{year}-{sequence:06d}"
source_frame = "wgs84"
auto_file = false
auto_dispatch = false
auto_ask_check = true
auto_close = false
verify_limit = "24 emergency_hours"
file_limit = "0.5 work_hours"
dispatch_limit = "1.5 work_hours"
check_limit = "2 work_hours"
close_limit = "2 work_hours"
reply_limit = "3 work_days"
raise_after = "4 work_hours"
due_soon_share = 0.8
max_extensions = 2
reopen_days = 15
suspend_max_days = 365
similar_metres = 50
similar_hours = 24.0
recurrence_days = 30
recurrence_metres = 30.0

[[area_classes]]
code = "A"
name_zh = "核心区"
name_en = "Core"
""",
    "calendars.toml": """\
[[calendar]]
code = "work"
name_zh = "工作日历"
name_en = "Office hours"
timezone = "Asia/Shanghai"
needs_year_tables = true

[calendar.week]
monday = ["08:00-12:00", "14:00-18:00"]
tuesday = ["08:00-12:00"]
wednesday = []
thursday = []
friday = []
saturday = []
sunday = []

[[calendar.seasons]]
code = "planting"
name_zh = "种植季节"
name_en = "Planting"
starts = "03-01"
ends = "04-30"
""",
    "holidays/work/2026.csv": "date,kind,name\n2026-01-01,holiday,元旦\n2026-01-04,workday,元旦\n",
    "categories.csv": """\
code,parent,kind,standard_code,name_zh,name_en,aliases,public,status
E,,group,,事件,Events,,yes,V
E01,E,group,01,市容,Appearance,,yes,V
E0110,E01,event,0110,暴露垃圾,Exposed refuse,垃圾没人收;垃圾成堆,yes,V
E0112,E01,event,0112,道路不洁,Unclean road,,否,R
""",
    "standards.csv": """\
code,row,condition_zh,condition_en,closing_zh,closing_en,limits,area_class,season,evidence,small,legal_basis,status,note
E0110,1,垃圾暴露,Refuse lies open,清走,Removed,handle=4 work_hours,,,before;after,yes,,V,
E0110,1-A,垃圾暴露,Refuse lies open,清走,Removed,handle=2 work_hours,A,,before;after,yes,,R,
E0112,1,路面脏,Road dirty,干净,Clean,make_safe=1 emergency_hours; handle=2 work_hours,,,,no,,V,
""",
    "post_kinds.csv": """\
code,name_zh,name_en,roles,level,rank,chain
operator,受理员,Operator,operator,city,1,desk
lane_steward,街巷长,Lane steward,steward,community,3,stewards
""",
    "duties.csv": """\
category,level,rank,organisation_kind,post_kind,body,organisation_code,legal_basis
E01,street,1,sanitation,,,,
E,community,2,,lane_steward,,,
,city,9,,,,city-command,
""",
    "reasons.csv": """\
step,code,zh,en
decline,not_found,没有,Not found
return,not_ours,不是,Not ours
""",
    "labels.csv": """\
key,zh,en
organisation_kind.sanitation,环卫,Sanitation
stage.make_safe,维护,Make safe
""",
}
Alteration = Callable[[Path], object]


def write(root: Path, files: dict[str, str] = SOUND) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def put(file: str, old: str, new: str) -> Alteration:
    """Return an alteration of one place of a file."""

    def alter(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return alter


def add(file: str, line: str) -> Alteration:
    """Return an alteration that adds a line at the end of a file, or makes the file."""

    def alter(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        with (root / file).open("a", encoding="utf-8") as end:
            end.write(line + "\n")

    return alter


def as_gbk(root: Path) -> None:
    path = root / "labels.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))


def as_directory(root: Path) -> None:
    (root / "labels.csv").unlink()
    (root / "labels.csv").mkdir()


QUESTIONS = "questions.csv"


def question(kind: str, choices: str) -> Alteration:
    head = "category,code,kind,label_zh,label_en,choices,required\n"
    return add(QUESTIONS, f"{head}E0110,size,{kind},多大,Size,{choices},no\n")


STANDARD = "E0110,2,甲,A,乙,B,{limits},{area},{season},{evidence},{small},,{status},"


def standard(**cells: str) -> Alteration:
    usual = {"limits": "handle=1 days", "area": "", "season": "", "evidence": ""}
    usual |= {"small": "", "status": "R"}
    return add("standards.csv", STANDARD.format(**(usual | cells)))


TOML, CAL, CAT, STD = "pack.toml", "calendars.toml", "categories.csv", "standards.csv"
DUTY, POST, WHY, LABEL = "duties.csv", "post_kinds.csv", "reasons.csv", "labels.csv"
DAYS = "holidays/work/2026.csv"
E0113 = "E0113,E01,event,,坏,Bad,,,R"

MISTAKES: list[tuple[Alteration, str, int, str, str]] = [
    # whole files
    (lambda root: (root / WHY).unlink(), WHY, 0, "", "file.missing"),
    (lambda root: (root / TOML).unlink(), TOML, 0, "", "file.missing"),
    (add("standarts.csv", "x"), "standarts.csv", 0, "", "file.unknown"),
    (as_directory, LABEL, 0, "", "file.unreadable"),
    (as_gbk, LABEL, 2, "", "file.not_utf8"),
    (lambda root: (root / WHY).write_text("\n \n"), WHY, 0, "", "file.empty"),
    # headers and rows
    (put(LABEL, "key,zh,en", "key,zh"), LABEL, 1, "en", "table.column_missing"),
    (put(LABEL, "key,zh,en", "key,zh,en,fr"), LABEL, 1, "fr", "table.column_unknown"),
    (put(LABEL, "key,zh,en", "key,zh,en,zh"), LABEL, 1, "zh", "table.column_twice"),
    (put(LABEL, "环卫,", '"环卫,'), LABEL, 2, "", "table.broken"),
    (put(LABEL, ",Make safe", ",Make safe,now"), LABEL, 3, "", "row.too_long"),
    # cells
    (put(LABEL, "Make safe", "Make\x07safe"), LABEL, 3, "en", "cell.control_character"),
    (put(POST, "Operator", '"Ope\nrator"'), POST, 2, "name_en", "cell.control_character"),
    (put(WHY, "没有,Not found", ","), WHY, 2, "zh", "cell.needed"),
    (put(WHY, "Not found", ""), WHY, 2, "en", "cell.translation_missing"),
    (put(CAT, "道路不洁", ""), CAT, 5, "name_zh", "cell.translation_missing"),
    (put(POST, "Lane steward", "L" * 61), POST, 3, "name_en", "cell.too_long"),
    (put(WHY, "not_found", "not found"), WHY, 2, "code", "cell.not_a_code"),
    (put(POST, "operator,受", "o" * 33 + ",受"), POST, 2, "code", "cell.not_a_code"),
    (put(DUTY, "street,1", "street,first"), DUTY, 2, "rank", "cell.not_a_whole_number"),
    (put(DUTY, "street,1", "street,0"), DUTY, 2, "rank", "cell.not_a_whole_number"),
    (put(DUTY, "street,1", "street," + "9" * 30), DUTY, 2, "rank", "cell.not_a_whole_number"),
    (put(CAT, "否", "maybe"), CAT, 5, "public", "cell.not_yes_or_no"),
    (put(CAT, "event,0112", "evnt,0112"), CAT, 5, "kind", "cell.not_one_of"),
    (put(CAT, "否,R", "否,X"), CAT, 5, "status", "cell.not_one_of"),
    (put(POST, "operator,city", "operater,city"), POST, 2, "roles", "cell.not_one_of"),
    (put(POST, "operator,city", "system,city"), POST, 2, "roles", "cell.not_one_of"),
    (put(POST, ",city,", ",town,"), POST, 2, "level", "cell.not_one_of"),
    (put(POST, "operator,city", ",city"), POST, 2, "roles", "cell.needed"),
    (put(DUTY, "E01,street", "E01,village"), DUTY, 2, "level", "cell.not_one_of"),
    (put(DUTY, "sanitation,,", "sanitation,,landlord"), DUTY, 2, "body", "cell.not_one_of"),
    (put(WHY, "decline", "refuse"), WHY, 2, "step", "cell.not_one_of"),
    (standard(evidence="before;selfie"), STD, 5, "evidence", "cell.not_one_of"),
    (put(DAYS, "holiday", "free"), DAYS, 2, "kind", "cell.not_one_of"),
    (
        put(POST, "operator,city", "system_admin;audit_admin,city"),
        POST,
        2,
        "roles",
        "post_kind.administrators_together",
    ),
    # codes and references
    (add(CAT, "E0110,E01,event,,又,Again,,,R"), CAT, 6, "code", "code.twice"),
    (add(LABEL, "stage.make_safe,甲,A"), LABEL, 4, "key", "code.twice"),
    (add(WHY, "decline,not_found,甲,A"), WHY, 4, "code", "code.twice"),
    (add(POST, "operator,甲,A,handler,,1,"), POST, 4, "code", "code.twice"),
    (add(DUTY, "E01,street,1,sanitation,,,,x"), DUTY, 5, "category", "code.twice"),
    (put(STD, "E0110,1-A", "E0110,1"), STD, 3, "row", "code.twice"),
    (add(DAYS, "2026-01-01,workday,x"), DAYS, 4, "date", "code.twice"),
    (
        add(TOML, '[[area_classes]]\ncode="A"\nname_zh="甲"\nname_en="A"'),
        TOML,
        38,
        "code",
        "code.twice",
    ),
    (put(CAT, "Unclean road,", "Unclean road,垃圾成堆"), CAT, 5, "aliases", "alias.twice"),
    (put(CAT, "E0112,E01", "E0112,E1"), CAT, 5, "parent", "reference.unknown"),
    (put(STD, "E0112,1", "E0199,1"), STD, 4, "code", "reference.unknown"),
    (put(STD, "make_safe=", "make_save="), STD, 4, "limits", "reference.unknown"),
    (put(STD, ",A,,", ",D,,"), STD, 3, "area_class", "reference.unknown"),
    (standard(season="monsoon"), STD, 5, "season", "reference.unknown"),
    (put(DUTY, "E01,", "E02,"), DUTY, 2, "category", "reference.unknown"),
    (put(DUTY, "sanitation", "sanitaton"), DUTY, 2, "organisation_kind", "reference.unknown"),
    (put(DUTY, "lane_steward", "street_king"), DUTY, 3, "post_kind", "reference.unknown"),
    (put(TOML, '"work"', '"wrok"'), TOML, 6, "default_calendar", "reference.unknown"),
    (add("holidays/wrok/2026.csv", "date,kind,name"), "holidays/wrok", 0, "", "reference.unknown"),
    (put(CAT, "E01,E,", "E01,E0112,"), CAT, 3, "parent", "category.cycle"),
    (put(CAT, "E,,", "E,E,"), CAT, 2, "parent", "category.cycle"),
    # standards and duties
    (standard(area="A"), STD, 5, "row", "standard.no_plain_row"),
    (standard(season="planting"), STD, 5, "row", "standard.no_plain_row"),
    (standard(limits="4 work_hours"), STD, 5, "limits", "limit.form"),
    (standard(limits="handle=4 work_ours"), STD, 5, "limits", "limit.unit_unknown"),
    (standard(limits="handle=-4 work_hours"), STD, 5, "limits", "limit.amount"),
    (standard(limits="handle=0 work_hours"), STD, 5, "limits", "limit.amount"),
    (standard(limits="handle=NaN work_hours"), STD, 5, "limits", "limit.amount"),
    (standard(limits="handle=1e99 work_hours"), STD, 5, "limits", "limit.amount"),
    (standard(limits="handle=1 days; handle=2 days"), STD, 5, "limits", "limit.stage_twice"),
    (standard(limits="make_safe=1 days"), STD, 5, "limits", "limit.no_handle"),
    (standard(limits=""), STD, 5, "limits", "limit.no_handle"),
    (add(DUTY, "E01,street,3,,,,,"), DUTY, 5, "", "duty.nobody"),
    # settings
    (put(TOML, '"Tiny"', '"Tiny'), TOML, 3, "", "toml.syntax"),
    (put(TOML, "auto_file = false\n", ""), TOML, 8, "auto_file", "setting.missing"),
    (put(TOML, "[options]", "[opt]"), TOML, 0, "options", "setting.missing"),
    (put(TOML, "auto_file", "auto_fiel"), TOML, 13, "auto_fiel", "setting.unknown"),
    (put(TOML, "edition =", 'colour = "red"\nedition ='), TOML, 5, "colour", "setting.unknown"),
    (put(TOML, "auto_file = false", "auto_file = 0"), TOML, 13, "auto_file", "setting.wrong_type"),
    (
        put(TOML, "max_extensions = 2", "max_extensions = true"),
        TOML,
        25,
        "max_extensions",
        "setting.wrong_type",
    ),
    (
        put(TOML, "due_soon_share = 0.8", 'due_soon_share = "80%"'),
        TOML,
        24,
        "due_soon_share",
        "setting.wrong_type",
    ),
    (put(TOML, 'code = "tiny"', "code = 5"), TOML, 1, "code", "setting.wrong_type"),
    (put(TOML, "0.8", "1.5"), TOML, 24, "due_soon_share", "setting.out_of_range"),
    (
        put(TOML, "max_extensions = 2", "max_extensions = -1"),
        TOML,
        25,
        "max_extensions",
        "setting.out_of_range",
    ),
    (
        put(TOML, "{year}-{sequence:06d}", "{year}-{seq}"),
        TOML,
        11,
        "number_format",
        "setting.number_format",
    ),
    (
        put(TOML, "{year}-{sequence:06d}", "{year}"),
        TOML,
        11,
        "number_format",
        "setting.number_format",
    ),
    (
        put(TOML, "{sequence:06d}", "{sequence:999999999999d}"),
        TOML,
        11,
        "number_format",
        "setting.number_format",
    ),
    (
        put(TOML, "{sequence:06d}", "{sequence.__class__}"),
        TOML,
        11,
        "number_format",
        "setting.number_format",
    ),
    (put(TOML, '"wgs84"', '"gps"'), TOML, 12, "source_frame", "cell.not_one_of"),
    (
        put(TOML, '"community", "street"', '"street", "community"'),
        TOML,
        9,
        "levels",
        "cell.not_one_of",
    ),
    (put(TOML, "24 emergency_hours", "24 hours"), TOML, 17, "verify_limit", "limit.unit_unknown"),
    (put(TOML, "24 emergency_hours", "soon"), TOML, 17, "verify_limit", "limit.form"),
    # calendars and years
    (put(CAL, "Asia/Shanghai", "Asia/Shangai"), CAL, 5, "timezone", "calendar.timezone_unknown"),
    (put(CAL, "14:00-18:00", "18:00-14:00"), CAL, 9, "monday", "calendar.span"),
    (put(CAL, "14:00-18:00", "2pm-6pm"), CAL, 9, "monday", "calendar.span"),
    (put(CAL, "14:00-18:00", "11:00-18:00"), CAL, 9, "monday", "calendar.spans_overlap"),
    (put(CAL, "sunday = []\n", ""), CAL, 8, "sunday", "setting.missing"),
    (
        lambda root: (
            put(CAL, '["08:00-12:00", "14:00-18:00"]', "[]")(root),
            put(CAL, '["08:00-12:00"]', "[]")(root),
        ),
        CAL,
        8,
        "week",
        "calendar.no_hours",
    ),
    (put(CAL, "04-30", "04-31"), CAL, 22, "ends", "calendar.month_day"),
    (lambda root: (root / DAYS).unlink(), CAL, 6, "needs_year_tables", "calendar.no_years"),
    (add("holidays/work/next.csv", "x"), "holidays/work/next.csv", 0, "", "year.file_name"),
    (put(DAYS, "2026-01-04", "4 January"), DAYS, 3, "date", "day.not_a_date"),
    (put(DAYS, "2026-01-04", "2027-01-04"), DAYS, 3, "date", "day.other_year"),
    # questions
    (question("choice", "a=一|A; b"), QUESTIONS, 2, "choices", "question.choice_form"),
    (question("choice", "a=一|A; a=二|B"), QUESTIONS, 2, "choices", "question.choice_twice"),
    (question("choice", "a=一|A"), QUESTIONS, 2, "choices", "question.choices_missing"),
    (question("text", "a=一|A; b=二|B"), QUESTIONS, 2, "choices", "question.choices_unwanted"),
]


def test_a_sound_pack_has_no_mistakes(tmp_path: Path) -> None:
    content, mistakes = load_pack(write(tmp_path))

    assert mistakes == []
    assert content.version_label == "tiny 1"


@pytest.mark.parametrize(
    ("alter", "file", "line", "column", "code"),
    MISTAKES,
    ids=[f"{code}-{file}-{n}" for n, (_, file, _, _, code) in enumerate(MISTAKES)],
)
def test_a_mistake_is_told_with_its_place(  # noqa: PLR0917
    tmp_path: Path, alter: Alteration, file: str, line: int, column: str, code: str
) -> None:
    alter(write(tmp_path))

    _, mistakes = load_pack(tmp_path)

    assert (file, line, column, code) in [
        (one.file, one.line, one.column, one.code) for one in mistakes
    ], "\n".join(map(str, mistakes))
    for one in mistakes:
        for language in ("en", "zh"):
            assert "%(" not in one.sentence(language) + one.remedy(language)
            assert one.sentence(language).rstrip("”")[-1] in ".?。？"


def test_every_kind_of_mistake_is_tried_here() -> None:
    tried = {code for *_, code in MISTAKES} | {"pack.no_directory"}

    assert tried == set(SENTENCES)


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    _, mistakes = load_pack(tmp_path / "nowhere")

    assert [one.code for one in mistakes] == ["pack.no_directory"]


def test_checking_goes_on_after_the_first_mistake(tmp_path: Path) -> None:
    root = write(tmp_path)
    put(TOML, '"Tiny"', '"Tiny')(root)
    put(CAT, "event,0112", "evnt,0112")(root)
    put(DAYS, "holiday", "free")(root)
    standard(limits="handle=4 work_ours; make_safe=-1 days")(root)

    _, mistakes = load_pack(root)

    codes = {one.code for one in mistakes}
    assert {"toml.syntax", "cell.not_one_of", "limit.unit_unknown", "limit.amount"} <= codes


def test_a_line_is_counted_as_an_editor_counts_when_cells_hold_line_breaks(tmp_path: Path) -> None:
    root = write(tmp_path)
    put(STD, "垃圾暴露,", '"垃圾\n暴露",')(root)
    put(STD, ",A,,", ",D,,")(root)

    _, mistakes = load_pack(root)

    assert [(one.line, one.column) for one in mistakes] == [(4, "area_class")]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    root = write(tmp_path)
    expected, _ = load_pack(root)
    for name in SOUND:
        path = root / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    content, mistakes = load_pack(root)

    assert mistakes == []
    assert content == expected


def test_a_near_word_is_proposed_in_both_languages(tmp_path: Path) -> None:
    root = write(tmp_path)
    put(DUTY, "sanitation", "sanitaton")(root)

    (mistake,) = load_pack(root)[1]

    assert "Did you mean “sanitation”?" in str(mistake)
    assert "是否应为“sanitation”？" in mistake.sentence("zh")
    assert str(mistake).startswith("duties.csv:2 [organisation_kind] ")


def test_an_ill_coded_file_is_still_checked_further(tmp_path: Path) -> None:
    root = write(tmp_path)
    as_gbk(root)

    _, mistakes = load_pack(root)

    assert [one.code for one in mistakes] == ["file.not_utf8"]


def test_a_mistake_is_a_plain_value() -> None:
    one = Mistake("labels.csv", 0, "", "file.missing")

    assert one.sentence("zh") == "业务包缺少文件 labels.csv。"


@pytest.mark.parametrize("file", ["categories.csv", "pack.toml", "calendars.toml", "labels.csv"])
def test_a_missing_file_is_one_mistake_and_not_one_for_every_reference(
    tmp_path: Path, file: str
) -> None:
    root = write(tmp_path)
    standard(area="A", season="planting")(root)
    put(STD, "E0110,2,", "E0110,1-planting,")(root)
    (root / file).unlink()

    _, mistakes = load_pack(root)

    assert [(one.file, one.code) for one in mistakes] == [(file, "file.missing")]
