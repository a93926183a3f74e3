"""`gongzhi pack …`, as a person types and reads it."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongzhi.catalogue import queries
from gongzhi.catalogue.commands import COMMANDS

pytestmark = pytest.mark.django_db


def _run(command: str, *words: object, language: str = "en") -> Result:
    given = [*map(str, words), "--language", language]
    return CliRunner().invoke(COMMANDS[f"pack {command}"], given)


@pytest.fixture
def china(tmp_path: Path) -> Path:
    return Path(shutil.copytree(queries.shipped_packs()["china"], tmp_path / "china"))


def _edit(pack: Path, before: str, after: str) -> None:
    table = pack / "standards.csv"
    text = table.read_text(encoding="utf-8")
    assert before in text
    table.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_check_finds_nothing_wrong_with_a_shipped_pack() -> None:
    result = _run("check", "china")

    assert result.exit_code == 0, result.output
    assert "no mistakes" in result.output


def test_check_prints_place_sentence_and_remedy_of_every_mistake(china: Path) -> None:
    _edit(china, "handle=4 work_hours", "handle=4 fortnights")
    _edit(china, "handle=2 emergency_hours", "handle=none")

    result = _run("check", china)

    lines = [line for line in result.output.splitlines() if line.startswith("standards.csv:")]
    assert result.exit_code == 1
    assert len(lines) == 2
    assert all(line.split(" ")[0].endswith(":limits") and " — " in line for line in lines)


def test_check_speaks_the_language_asked_for(china: Path) -> None:
    _edit(china, "handle=4 work_hours", "handle=4 fortnights")

    assert "不是时限单位" in _run("check", china, language="zh-hans").output


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = _run("check", tmp_path / "nowhere")

    assert result.exit_code == 1
    assert "There is no directory" in result.output


def test_install_puts_a_pack_in_force_and_says_so_once(china: Path) -> None:
    first, second = _run("install", "china"), _run("install", china)

    assert "now in force" in first.output
    assert "in force already" in second.output
    assert "in force" in _run("list").output


def test_install_of_a_mistaken_pack_prints_the_mistakes_and_changes_nothing(china: Path) -> None:
    _edit(china, "handle=4 work_hours", "handle=4 fortnights")

    result = _run("install", china)

    assert result.exit_code == 1
    assert "standards.csv:" in result.output
    assert queries.installed_versions() == []


def test_diff_names_the_row_the_field_and_both_values(china: Path) -> None:
    _run("install", "china")
    _edit(china, "handle=4 work_hours", "handle=6 work_hours")

    result = _run("diff", "active", china)

    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) == 1
    assert "C0101 2, limits: handle 4 work_hours → handle 6 work_hours" in result.output
    assert "No difference." in _run("diff", "china", "active").output


def test_going_back_and_showing_a_category(china: Path) -> None:
    _run("install", "china")
    _edit(china, "handle=4 work_hours", "handle=6 work_hours")
    _run("install", china)
    first = min(one.id for one in queries.installed_versions())
    assert "handle=6 work_hours" in _run("show", "C0101").output

    result = _run("activate", first)

    assert result.exit_code == 0, result.output
    shown = _run("show", "C0101").output
    assert "handle=6 work_hours" not in shown
    assert "C0101/2" in shown


def test_show_lists_the_categories_that_have_a_part_of_a_name() -> None:
    _run("install", "china")

    lines = _run("show", "manhole").output.splitlines()
    missing = _run("show", "dragon")

    assert "C0101  Water-supply manhole cover" in lines
    assert len(lines) > 5
    assert missing.exit_code == 1
    assert "no category dragon" in missing.output


def test_show_without_a_pack_says_what_to_do() -> None:
    result = _run("show", "C0101")

    assert result.exit_code == 1
    assert "gongzhi pack install china" in result.output


def test_a_seeded_year_is_never_overwritten_unless_forced(china: Path) -> None:
    table = china / "holidays" / "work" / "2025.csv"
    table.unlink()

    written = _run("seed-year", "work", 2025, china)
    table.write_text("edited", encoding="utf-8")
    refused = _run("seed-year", "work", 2025, china)

    assert written.exit_code == 0, written.output
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert table.read_text(encoding="utf-8") == "edited"
    assert _run("seed-year", "work", 2025, china, "--force").exit_code == 0
    assert "2025-10-01,holiday" in table.read_text(encoding="utf-8")
    assert _run("check", china).exit_code == 0


def test_a_year_that_nobody_announced_is_not_guessed(china: Path) -> None:
    result = _run("seed-year", "work", 2099, china)

    assert result.exit_code == 1
    assert "none are guessed" in result.output


def test_a_calendar_that_the_pack_has_not_is_told(china: Path) -> None:
    result = _run("seed-year", "moon", 2026, china)

    assert result.exit_code == 1
    assert "work" in result.output
