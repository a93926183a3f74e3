"""What people read: every refusal has words in both languages, every page fits the code."""

import re
from pathlib import Path

import click
import pytest
from scripts import reference, words

from gongzhi.site.cli import gather

ROOT = Path(__file__).parents[2]
CODES = [one.code for one in reference.refusals()]  # type: ignore[attr-defined]
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
# A full stop, a quoted fact, or a command to be copied as it stands.
ENDING = re.compile(r"(?:\.|›|: gongzhi [a-z ]+)$")
SETTING = re.compile(r"""_(?:text|flag|number|choice|map_style)\(\s*"([A-Z_]+)\"""")


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_has_a_sentence_in_both_languages(code: str) -> None:
    english, chinese = reference.both(reference.sentences_by_code()[code])

    assert CODE.fullmatch(code)
    assert ENDING.search(english)
    assert re.search(r"[\u4e00-\u9fff]", chinese), f"no Chinese words for {code}"


def test_every_sentence_belongs_to_a_refusal() -> None:
    assert set(reference.sentences_by_code()) == set(CODES)


@pytest.mark.parametrize("house", words.houses(), ids=lambda house: house.name)
def test_every_marked_sentence_has_its_translation_and_none_is_left_over(house: Path) -> None:
    assert list(words.look_at(house)) == []


@pytest.mark.parametrize("name", list(reference.GENERATED))
def test_a_generated_page_is_as_the_code_says(name: str) -> None:
    written = (reference.PAGES / f"{name}.md").read_text(encoding="utf-8")

    assert written == reference.page(name), "out of date; run: make docs"


def test_a_page_names_every_refusal() -> None:
    page = (reference.PAGES / "errors.md").read_text(encoding="utf-8")

    assert [code for code in CODES if f"`{code}`" not in page] == []


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    source = (ROOT / "src/gongzhi/site/settings.py").read_text(encoding="utf-8")
    page = (reference.PAGES / "settings.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == set(SETTING.findall(source))


def _commands(group: click.Group, name: str = "") -> list[tuple[str, click.Command]]:
    found = []
    for word, command in group.commands.items():
        found.append((f"{name} {word}".strip(), command))
        if isinstance(command, click.Group):
            found += _commands(command, f"{name} {word}".strip())
    return found


@pytest.mark.parametrize(("name", "command"), _commands(gather()))
def test_a_command_says_what_it_is_for(name: str, command: click.Command) -> None:
    assert (command.help or "").strip()
