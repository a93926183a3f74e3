"""Packs as values: the shipped ones, their books, digests, differences and seeds."""

import csv
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from gongzhi.catalogue.rules import (
    SENTENCES,
    SHIPPED,
    Book,
    CategoryUnknown,
    Options,
    PackContent,
    YearNotSeeded,
    book_of,
    diff_packs,
    digest_of,
    load_pack,
    printed_number,
    seed_year,
    year_table_text,
)
from gongzhi.catalogue.rules.tables import COLUMNS, REASON_STEPS
from gongzhi.kernel.worktime import Limit, YearUnknown

PACKS = ("china", "us311")
DATA = Path(__file__).parents[2] / "../shared/data"


@cache
def content_of(pack: str) -> PackContent:
    return load_pack(SHIPPED / pack)[0]


@cache
def book(pack: str) -> Book:
    content = content_of(pack)
    keys = ((row.category_code, row.row) for row in content.standards)
    ids = {key: number for number, key in enumerate(keys, start=1)}
    return book_of(content, version_id=7, standard_ids=ids)


@pytest.mark.parametrize("pack", PACKS)
def test_a_shipped_pack_has_no_mistakes(pack: str) -> None:
    _, mistakes = load_pack(SHIPPED / pack)

    assert [str(one) for one in mistakes] == []


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_comes_back_from_json_as_it_was(pack: str) -> None:
    content = content_of(pack)

    again = PackContent.from_json(content.as_json())

    assert again == content
    assert digest_of(again) == digest_of(content)


@pytest.mark.parametrize("pack", PACKS)
def test_every_name_is_there_in_both_languages(pack: str) -> None:
    content = content_of(pack)
    named = (*content.categories, *content.post_kinds, *content.reasons, *content.labels)

    assert all(one.name and one.name_en for one in named)
    assert all(row.condition and row.condition_en for row in content.standards)
    assert all(row.closing and row.closing_en for row in content.standards)


def test_at_least_eighty_chinese_classes_have_limits_of_their_own() -> None:
    content = content_of("china")
    classes = {one.code for one in content.categories if one.kind != "group"}

    limited = {row.category_code for row in content.standards} & classes

    assert len(limited) >= 80


def test_at_least_ten_chinese_classes_are_shortest_in_the_core_area() -> None:
    chinese = book("china")
    calendar, start = chinese.calendar, datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    varied = {row.category_code for row in chinese.standards if row.area_class == "A"}

    for code in varied:
        rows = [chinese.standard_for(code, area_class=one) for one in ("A", "B", "C")]
        dues = [calendar.add(start, row.limit()) for row in rows if row and (row.limit())]
        assert len(dues) == 3
        assert dues == sorted(dues)
        assert dues[0] < dues[2]

    assert len(varied) >= 10


@pytest.mark.parametrize(
    ("code", "row", "limit"),
    [
        ("C0102", "1", "2 emergency_hours"),
        ("C0102", "2", "4 work_hours"),
        ("C0102", "3", "2 work_days"),
        ("C0102", "4", "5 work_days"),
        ("C0104", "2", "1 work_days"),
        ("E0110", "1", "4 work_hours"),
        ("E0112", "1", "2 work_hours"),
        ("E0405", "1", "2 emergency_hours"),
        ("E0113", "1", "5 work_days"),
        ("E0101", "1", "2 emergency_days"),
        ("E0101", "2", "15 work_days"),
        ("E0501", "1", "8 emergency_hours"),
    ],
)
def test_the_verified_limits_are_as_in_their_source(code: str, row: str, limit: str) -> None:
    found = book("china").standard_for(code, condition=row)

    assert found is not None
    assert found.limit() == Limit.parse(limit)
    assert found.status == "V"


def test_a_burst_water_pipe_has_four_promises() -> None:
    found = book("china").standard_for("E0501")

    assert found is not None
    assert {one.stage: str(one.limit) for one in found.limits} == {
        "dispatch": "1.5 work_hours",
        "make_safe": "3 emergency_hours",
        "handle": "8 emergency_hours",
        "surface": "5 work_days",
    }


def test_a_missing_street_tree_waits_for_the_planting_season() -> None:
    chinese = book("china")

    inside = chinese.standard_for("C0402", season=frozenset({"planting"}))
    outside = chinese.standard_for("C0402")

    assert inside is not None
    assert str(inside.limit()) == "15 work_days"
    assert outside is not None
    assert outside.row == "1"
    assert outside.limit("make_safe") is not None


def test_an_area_class_goes_before_the_row_for_all() -> None:
    chinese = book("china")

    assert str(chinese.standard_for("E0110", area_class="A").limit()) == "2 work_hours"  # type: ignore[union-attr]
    assert str(chinese.standard_for("E0110", area_class="Z").limit()) == "4 work_hours"  # type: ignore[union-attr]


def test_a_class_without_rows_takes_those_of_the_node_above() -> None:
    found = book("china").standard_for("E0407")

    assert found is not None
    assert found.category_code == "E"


def test_a_book_knows_its_tree_and_refuses_strange_codes() -> None:
    chinese = book("china")

    assert chinese.ancestors("E0110") == ("E0110", "E01", "E")
    assert chinese.category("E0110").standard_code == "0110"
    with pytest.raises(CategoryUnknown):
        chinese.category("E0199")
    with pytest.raises(CategoryUnknown):
        chinese.standard_for("E0199")


def test_everyday_words_find_their_category() -> None:
    chinese = book("china")

    found = {
        words: chinese.by_alias(words) for words in ("井盖坏了", "路灯不亮", "小广告", "乱停车")
    }

    assert {words: one.code for words, one in found.items() if one} == {
        "井盖坏了": "C0123",
        "路灯不亮": "C0137",
        "小广告": "E0201",
        "乱停车": "E0409",
    }


def test_words_that_differ_only_in_case_are_kept_apart() -> None:
    american = book("us311")

    found = [american.by_alias(words) for words in ("ELEVATOR", "Elevator", " illegal  parking ")]

    assert [one.code for one in found if one] == [
        "housing-elevator",
        "building-elevator",
        "illegal-parking",
    ]


@pytest.mark.parametrize("pack", PACKS)
def test_every_alias_leads_to_its_own_category(pack: str) -> None:
    told = book(pack)

    wrong = [
        (alias, one.code)
        for one in told.categories.values()
        for alias in one.aliases
        if told.by_alias(alias) != one
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("file", "column", "agency", "prefix"),
    [
        ("nyc/calls_2016.csv", "complaint_type", "agency", ""),
        ("nyc/requests_2024.csv", "complaint_type", "agency", ""),
        ("baltimore311/requests_2014_2016.csv", "SRType", "Agency", "baltimore-"),
    ],
)
def test_every_type_and_agency_of_the_open_data_is_in_the_american_pack(
    file: str, column: str, agency: str, prefix: str
) -> None:
    if not (DATA / file).is_file():
        pytest.skip("the shared data are not beside this checkout")
    american = book("us311")
    parties = {(duty.category_code, duty.organisation_code) for duty in american.duties}
    with (DATA / file).open(encoding="utf-8-sig", newline="") as text:
        pairs = {(row[column], row[agency]) for row in csv.DictReader(text)}

    unknown = {kind for kind, _ in pairs if american.by_alias(kind) is None}
    without = {
        (kind, party)
        for kind, party in pairs
        if (one := american.by_alias(kind)) and (one.code, prefix + slug(party)) not in parties
    }

    assert unknown == set()
    assert without == set()


def slug(text: str) -> str:
    letters = "".join(letter if letter.isalnum() else " " for letter in text.lower())
    return "-".join(letters.split())


@pytest.mark.parametrize("pack", PACKS)
def test_somebody_answers_for_every_category_at_the_highest_level(pack: str) -> None:
    told = book(pack)
    named = {duty.category_code for duty in told.duties if duty.level == "city"}

    without = [code for code in told.categories if not {*told.ancestors(code), ""} & named]

    assert without == []


def test_the_stewards_form_a_chain_from_the_house_to_the_station() -> None:
    kinds = [one for one in content_of("china").post_kinds if one.chain == "stewards"]

    assert [one.code for one in sorted(kinds, key=lambda one: one.rank)] == [
        "building_steward",
        "courtyard_steward",
        "lane_steward",
        "sector_steward",
        "station_head",
    ]


def test_a_shifted_working_saturday_counts_and_an_unknown_year_is_refused() -> None:
    calendar = book("china").calendar

    assert calendar.is_working_day(date(2026, 2, 14))
    assert not calendar.is_working_day(date(2026, 2, 17))
    with pytest.raises(YearUnknown):
        calendar.is_working_day(date(2027, 3, 1))


def test_the_always_open_calendar_needs_no_tables() -> None:
    always = book("us311").calendars["always"]
    start = datetime(2030, 12, 31, 20, tzinfo=UTC)

    due = always.add(start, Limit.parse("12 work_hours"))

    assert due == datetime(2031, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_shipped_chinese_years_are_the_seeded_ones(year: int) -> None:
    path = SHIPPED / "china/holidays/work" / f"{year}.csv"

    assert path.read_text(encoding="utf-8") == year_table_text(seed_year(year))


def test_a_year_nobody_has_announced_is_not_guessed() -> None:
    with pytest.raises(YearNotSeeded):
        seed_year(2099)
    with pytest.raises(YearNotSeeded):
        seed_year(2026, country="XX")


def test_a_changed_limit_is_one_difference() -> None:
    before = content_of("china")
    first = next(row for row in before.standards if (row.category_code, row.row) == ("E0110", "1"))
    shorter = replace(first, limits=(replace(first.limits[0], limit=Limit.parse("3 work_hours")),))
    rows = tuple(shorter if row is first else row for row in before.standards)
    after = replace(before, version="2", standards=rows)

    differences = [one.sentence() for one in diff_packs(before, after)]

    assert differences == [
        "pack, version: 2013.1 → 2.",
        "standards E0110 1, limits: handle 4 work_hours → handle 3 work_hours.",
    ]
    assert digest_of(before) != digest_of(after)


def test_added_and_removed_rows_and_holidays_are_told() -> None:
    before = content_of("china")
    work = before.calendars[0]
    fewer = replace(work, days=work.days[1:])
    after = replace(before, labels=before.labels[1:], calendars=(fewer, *before.calendars[1:]))

    assert [one.sentence("zh") for one in diff_packs(before, after)] == [
        "holidays work 2024-01-01 holiday：删除。",
        "labels component：删除。",
    ]
    assert [one.change for one in diff_packs(after, before)] == ["added", "added"]


def test_a_pack_does_not_differ_from_itself() -> None:
    assert diff_packs(content_of("us311"), content_of("us311")) == []


def test_a_printed_number_shows_the_day_and_the_count() -> None:
    told = printed_number(
        "{year}{month:02d}{day:02d}{sequence:06d}", on=date(2026, 2, 3), sequence=9
    )

    assert told == "20260203000009"


def test_the_reference_page_names_every_file_column_option_and_mistake() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/packs.md").read_text(encoding="utf-8")
    words = [*COLUMNS, *(column for columns in COLUMNS.values() for column in columns)]
    words += [one.name for one in fields(Options)] + list(SENTENCES) + list(REASON_STEPS)

    assert [word for word in words if f"`{word}`" not in page] == []
