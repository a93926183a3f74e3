"""The responsibility map in its table: assigned, ended, imported, asked, audited, told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polib
import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import trans_real

import gongzhi.responsibility
from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.catalogue.rules import CategoryUnknown
from gongzhi.ledger.queries import history
from gongzhi.places import queries as places
from gongzhi.responsibility import actions, queries
from gongzhi.responsibility.commands import COMMANDS
from gongzhi.responsibility.models import Duty
from gongzhi.responsibility.rules import (
    AreaUnknown,
    BackwardPeriod,
    BadCell,
    DutyDiffers,
    DutyEnded,
    DutyUnknown,
    MapNotYours,
    NewDuty,
    PartyUnknown,
    PostElsewhere,
)

from .conftest import NOON, Town

PLACE = (120.005, 36.01)  # grid 03, off the road
ON_THE_ROAD = (120.005, 36.001)
HOUSE = Path(gongzhi.responsibility.__file__).parent
PO = HOUSE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.fixture
def chinese(tmp_path: Path, settings: object) -> Iterator[None]:
    """Speak Chinese, from the catalogue as it stands in the source."""
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    polib.pofile(str(PO)).save_as_mofile(str(folder / "django.mo"))
    settings.LOCALE_PATHS = [tmp_path]  # type: ignore[attr-defined]
    trans_real._translations.clear()
    with translation.override("zh-hans"):
        yield
    trans_real._translations.clear()


def for_garbage(town: Town) -> NewDuty:
    return NewDuty(
        organisation_id=town.organisations["crew"],
        area_id=town.areas["P"],
        category_code="E0110",
        legal_basis="《城市市容和环境卫生管理条例》",
    )


def first_at(place: tuple[float, float], category: str) -> int:
    location = places.locate(*place, at=NOON)
    return queries.who_answers(category, location=location, at=NOON).first.organisation_id


# --- assigning ------------------------------------------------------------------------


def test_a_duty_answers_from_the_moment_it_is_assigned(town: Town) -> None:
    before = first_at(PLACE, "E0110")

    duty_id = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    assert before == town.organisations["clean-w"]
    assert first_at(PLACE, "E0110") == town.organisations["crew"]
    (entry,) = history(f"duty:{duty_id}")
    assert entry.kind == "duty.assigned"
    assert "legal_basis" not in entry.facts


def test_a_duty_assigned_twice_is_one_duty_with_one_entry(town: Town) -> None:
    first = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    again = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    assert again == first
    assert len(history(f"duty:{first}")) == 1


def test_the_same_duty_with_another_rank_is_refused(town: Town) -> None:
    duty_id = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    with pytest.raises(DutyDiffers) as refusal:
        actions.assign_duty(replace(for_garbage(town), rank=2), by=SYSTEM, at=NOON)

    assert refusal.value.facts == {"duty": duty_id}


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"category_code": "E-none"}, CategoryUnknown),
        ({"area_id": 999_999}, AreaUnknown),
        ({"organisation_id": 999_999}, PartyUnknown),
        ({"post_id": 999_999}, PartyUnknown),
    ],
)
def test_a_duty_that_names_what_is_not_there_leaves_no_trace(
    town: Town, change: dict[str, object], refused: type[Exception]
) -> None:
    draft = replace(for_garbage(town), **change)  # type: ignore[arg-type]

    with pytest.raises(refused):
        actions.assign_duty(draft, by=SYSTEM, at=NOON)

    assert not Duty.objects.exists()


def test_a_post_of_another_organisation_is_refused(town: Town) -> None:
    draft = replace(for_garbage(town), post_id=town.posts["lane-w"])

    with pytest.raises(PostElsewhere):
        actions.assign_duty(draft, by=SYSTEM, at=NOON)


def test_a_duty_that_ends_before_it_starts_cannot_be_said() -> None:
    with pytest.raises(BackwardPeriod):
        NewDuty(1, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))


@pytest.mark.parametrize(
    "change", [{"rank": 0}, {"rank": 99_999}, {"legal_basis": "x" * 201}, {"source": "a\x07b"}]
)
def test_a_rank_or_text_the_table_cannot_hold_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadCell):
        NewDuty(1, **change)  # type: ignore[arg-type]


def test_the_map_is_changed_by_its_keepers_in_their_own_area(town: Town) -> None:
    views = places.areas(town.areas.values())
    keeper = Actor(roles=frozenset({Role.MAP_KEEPER}), scopes=(views[town.areas["E"]].path,))
    handler = Actor(roles=frozenset({Role.HANDLER}), scopes=("",))

    for actor in (keeper, handler):
        with pytest.raises(MapNotYours):
            actions.assign_duty(for_garbage(town), by=actor, at=NOON)

    elsewhere = replace(for_garbage(town), area_id=town.areas["E"])
    assert actions.assign_duty(elsewhere, by=keeper, at=NOON)


def test_the_table_itself_refuses_a_row_twice_even_with_absent_values(town: Town) -> None:
    fields = {"organisation_id": town.organisations["crew"], "category_code": "E0110"}
    Duty.objects.create(**fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(**fields)


def test_a_duty_ends_after_its_last_day(town: Town) -> None:
    duty_id = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    actions.end_duty(duty_id, on=date(2026, 3, 1), by=SYSTEM, at=NOON)

    assert first_at(PLACE, "E0110") == town.organisations["clean-w"]
    assert [one.kind for one in history(f"duty:{duty_id}")] == ["duty.assigned", "duty.ended"]
    with pytest.raises(DutyEnded):
        actions.end_duty(duty_id, on=date(2026, 3, 1), by=SYSTEM, at=NOON)


def test_ending_is_refused_for_no_duty_and_before_its_first_day(town: Town) -> None:
    draft = replace(for_garbage(town), starts_on=date(2026, 3, 1))
    duty_id = actions.assign_duty(draft, by=SYSTEM, at=NOON)

    with pytest.raises(DutyUnknown):
        actions.end_duty(duty_id + 1, on=date(2026, 3, 1), by=SYSTEM, at=NOON)
    with pytest.raises(BackwardPeriod):
        actions.end_duty(duty_id, on=date(2026, 2, 1), by=SYSTEM, at=NOON)


def test_many_duties_cost_as_many_statements_as_two(town: Town) -> None:
    drafts = [replace(for_garbage(town), category_code=f"E01{n:02d}") for n in range(1, 29)]
    costs = []

    for part in (drafts[:2], [*drafts[2:], drafts[2]]):
        with CaptureQueriesContext(connection) as statements:
            ids = actions.assign_duties(part, by=SYSTEM, at=NOON)
        costs.append(len(statements))

    assert costs[1] <= costs[0]
    assert len(ids) == 26
    assert actions.assign_duties(drafts, by=SYSTEM, at=NOON) == []


def test_many_duties_are_all_assigned_or_none(town: Town) -> None:
    drafts = [for_garbage(town), replace(for_garbage(town), category_code="E-none")]

    with pytest.raises(CategoryUnknown):
        actions.assign_duties(drafts, by=SYSTEM, at=NOON)

    assert not Duty.objects.exists()


# --- asking ---------------------------------------------------------------------------


def test_an_answer_costs_one_statement_when_warm(
    town: Town, django_assert_num_queries: object
) -> None:
    location = places.locate(*PLACE, at=NOON)
    queries.who_answers("E0110", location=location, at=NOON)

    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.who_answers("E0110", location=location, at=NOON)
    with django_assert_num_queries(1):  # type: ignore[operator]
        queries.next_level_at("E0110", location=location, level="street", at=NOON)


def test_many_answers_cost_one_statement_and_agree_with_one(
    town: Town, django_assert_num_queries: object
) -> None:
    actions.assign_duty(replace(for_garbage(town), area_id=town.areas["R"]), by=SYSTEM, at=NOON)
    lon = np.array([PLACE[0], ON_THE_ROAD[0], 120.07, 119.0, 120.04])
    lat = np.array([PLACE[1], ON_THE_ROAD[1], 36.01, 35.0, 36.03])
    located = places.locate_many(lon, lat, at=NOON)
    queries.who_answers_many(["E0110"], places.locate_many(lon[:1], lat[:1], at=NOON), at=NOON)

    with django_assert_num_queries(1):  # type: ignore[operator]
        together = queries.who_answers_many(["E0110"] * 5, located, at=NOON)

    alone = [
        queries.who_answers("E0110", location=places.locate(x, y, at=NOON), at=NOON)
        for x, y in zip(lon, lat, strict=True)
    ]
    assert [one.as_facts() for one in together] == [one.as_facts() for one in alone]


def test_what_a_road_leads_through_is_walked_by_its_lane_steward(town: Town) -> None:
    walk = NewDuty(
        organisation_id=town.organisations["office-w"],
        post_id=town.posts["lane-w"],
        area_id=town.areas["R"],
    )
    actions.assign_duty(walk, by=SYSTEM, at=NOON)

    found = queries.first_steward(places.locate(*ON_THE_ROAD, at=NOON), at=NOON)

    assert found is not None
    assert found.post_id == town.posts["lane-w"]
    assert queries.first_steward(places.locate(*PLACE, at=NOON), at=NOON) is None


def test_the_fallback_party_is_the_one_the_pack_names(town: Town) -> None:
    location = places.locate(119, 35, at=NOON)

    answer = queries.who_answers("E0110", location=location, at=NOON)

    assert answer.is_fallback
    assert answer.first.organisation_id == town.organisations["city-command"]


def test_duties_are_listed_by_party_post_and_area(town: Town) -> None:
    duty_id = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)

    (found,) = queries.duties_of(organisation_id=town.organisations["crew"], at=NOON)

    assert found.id == duty_id
    assert [one.id for one in queries.duties_of(area_id=town.areas["P"], at=NOON)] == [duty_id]
    assert queries.duties_of(post_id=town.posts["foreman"], at=NOON) == []


def test_the_audit_tells_voids_and_overlaps(town: Town) -> None:
    actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)
    rival = replace(for_garbage(town), organisation_id=town.organisations["clean-d"])
    actions.assign_duty(rival, by=SYSTEM, at=NOON)

    voids = queries.voids(at=NOON, level="district", category_codes=["E0110", "E0125"])
    (overlap,) = queries.overlaps(at=NOON)

    assert ("E0125" in {one.category_code for one in voids}, overlap.category_code) == (
        False,
        "E0110",
    )
    assert queries.voids(at=NOON) == []


# --- in words -------------------------------------------------------------------------


def test_the_answer_is_explained_in_whole_chinese_sentences(town: Town, chinese: None) -> None:
    location = places.locate(*PLACE, at=NOON)

    told = queries.explanation(queries.who_answers("E0110", location=location, at=NOON).as_facts())

    assert told == [
        "此处属振华路街道 · 松柏路社区 · 03 网格。",
        "暴露垃圾由街道环卫所负责：街道级层面，这类事归其管理。",
        "其次为区环卫处：区级层面，这类事归其管理。",
        "其次为振华路街道办事处：街道级层面，这类事归其管理。",
        "其次为指挥中心：市级层面，这类事归其管理。",
    ]


def test_the_answer_is_explained_in_english_with_its_legal_basis(town: Town) -> None:
    duty_id = actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)
    location = places.locate(*PLACE, at=NOON)
    answer = queries.who_answers("E0110", location=location, at=NOON)

    with translation.override("en"):
        told = queries.explanation(answer.as_facts())

    assert told[0] == "This place lies in Zhenhua Road Street · Pine Community · Grid 03."
    assert "Crew One answers; the responsibility map says so for" in told[1]
    assert str(duty_id) not in told[1]  # the row is for staff: `words.trace`
    assert told[2] == "Legal basis: 《城市市容和环境卫生管理条例》."


def test_a_fallback_says_why_nobody_else_answers(town: Town, chinese: None) -> None:
    location = places.locate(119, 35, at=NOON)

    told = queries.explanation(queries.who_answers("E0110", location=location, at=NOON).as_facts())

    assert told == [
        "此处不在地图的任何行政区域内。",
        "没有所在区域，无法按地点确定责任主体，由指挥中心兜底，不会遗漏。",
    ]


def test_an_explanation_costs_at_most_six_statements(
    town: Town, django_assert_max_num_queries: object
) -> None:
    actions.assign_duty(for_garbage(town), by=SYSTEM, at=NOON)
    location = places.locate(*PLACE, at=NOON)
    facts = queries.who_answers("E0110", location=location, at=NOON).as_facts()
    queries.explanation(facts)

    with django_assert_max_num_queries(6):  # type: ignore[operator]
        queries.explanation(facts)


# --- importing ------------------------------------------------------------------------

TABLE = """layer,area,category,rank,organisation,post,starts_on,ends_on,legal_basis,source
community,P,E0110,1,crew,foreman,2026-01-01,,,2026 list
road,R,,,office-w,lane-w,,,,
,,E0125,2,clean-d,,,,,
community,Q,E0110,1,crew,,,,,
community,P,E-none,1,crew,,,,,
community,P,E0110,0,crew,,,,,
community,P,E0110,1,,,,,,
community,P,E0110,1,clean-w,foreman,,,,
,,E0111,1,crew,,2026-02-01,2026-01-01,,
community,P,E0110,3,crew,foreman,2026-01-01,,,
community,P,E0110,1,crew,foreman,2026-01-01,,,
"""


def test_a_table_is_imported_and_its_refused_rows_come_back_with_reasons(
    town: Town, tmp_path: Path
) -> None:
    table = tmp_path / "duties.csv"
    table.write_text(TABLE, encoding="utf-8")

    told = actions.import_duties(table, by=SYSTEM, at=NOON)

    assert (told.assigned, told.unchanged, told.refused) == (3, 1, 7)
    assert told.rejects is not None
    reasons = told.rejects.read_text(encoding="utf-8-sig")
    assert "Q" in reasons
    assert "_reason" in reasons


def test_a_table_imported_twice_changes_nothing(town: Town, tmp_path: Path) -> None:
    table = tmp_path / "duties.csv"
    table.write_text("\n".join(TABLE.splitlines()[:4]), encoding="gb18030")
    actions.import_duties(table, by=SYSTEM, at=NOON)

    told = actions.import_duties(table, by=SYSTEM, at=NOON)

    assert (told.assigned, told.unchanged, told.refused, told.rejects) == (0, 3, 0, None)


def test_a_mended_file_of_refused_rows_can_be_imported(town: Town, tmp_path: Path) -> None:
    table = tmp_path / "duties.csv"
    table.write_text("\n".join(TABLE.splitlines()[:1] + TABLE.splitlines()[4:5]), encoding="utf-8")
    told = actions.import_duties(table, by=SYSTEM, at=NOON)
    assert told.rejects is not None
    mended = tmp_path / "mended.csv"
    mended.write_text(told.rejects.read_text(encoding="utf-8-sig").replace(",Q,", ",P,"), "utf-8")

    again = actions.import_duties(mended, by=SYSTEM, at=NOON)

    assert (again.assigned, again.refused) == (1, 0)


def test_only_a_keeper_imports(town: Town, tmp_path: Path) -> None:
    table = tmp_path / "duties.csv"
    table.write_text(TABLE, encoding="utf-8")

    with pytest.raises(MapNotYours):
        actions.import_duties(table, by=Actor(roles=frozenset({Role.HANDLER})), at=NOON)


# --- the command line -----------------------------------------------------------------


def test_the_command_line_tells_who_answers_and_why(town: Town) -> None:
    command = COMMANDS["responsibility who"]

    told = CliRunner().invoke(command, ["120.005", "36.01", "E0110", "--language", "en"])

    assert told.exit_code == 0
    assert "Street Sanitation answers; at street level, matters of this kind" in told.output


def test_the_command_line_tells_a_refusal_as_a_sentence(town: Town) -> None:
    command = COMMANDS["responsibility who"]

    told = CliRunner().invoke(command, ["120.005", "36.01", "E-none", "--language", "en"])

    assert told.exit_code == 1
    assert "E-none" in told.output
    assert "Traceback" not in told.output


def test_the_command_line_imports_and_audits(town: Town, tmp_path: Path) -> None:
    table = tmp_path / "duties.csv"
    table.write_text(TABLE, encoding="utf-8")
    language = ["--language", "en"]

    imported = CliRunner().invoke(COMMANDS["responsibility import"], [str(table), *language])
    audited = CliRunner().invoke(COMMANDS["responsibility audit"], ["--level", "city", *language])

    assert "3 duties assigned, 1 unchanged, 7 rows refused." in imported.output
    assert "Voids: " in audited.output
    assert "Overlaps: 0." in audited.output
