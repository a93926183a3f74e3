"""The documents: links lead somewhere, commands exist, both READMEs say the same."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^( *)```(\S*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.strip().replace(" ", "-")


def console_lines(page: Path) -> Iterator[str]:
    """Yield the command lines of the console blocks, joined where a backslash goes on."""
    for _, language, body in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "console":
            joined = re.sub(r"\\\n\s*", "", body)
            yield from (line.strip() for line in joined.splitlines() if line.strip())


COMMANDS = [(name_of(page), line) for page in PAGES for line in console_lines(page)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_repository_leads_to_a_file_and_a_heading(page: Path) -> None:
    lost = []
    for link in LINK.findall(prose(page)):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.exists():
            lost.append(link)
        elif parts.fragment and target.suffix == ".md":
            headings = {anchor(one) for one in HEADING.findall(prose(target))}
            if unquote(parts.fragment) not in headings:
                lost.append(link)

    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_page_of_the_docs_is_linked_from_the_index(page: Path) -> None:
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / unquote(urlsplit(link).path)).resolve()
        for link in LINK.findall(prose(index))
    }

    assert page == index or page.parent == ROOT or page.resolve() in linked


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=lambda value: str(value)[:60])
def test_every_command_of_a_page_exists_with_its_options(
    commands: click.Group, page: str, line: str
) -> None:
    words = [word for word in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", word)]

    if words[:1] == ["make"]:
        assert set(words[1:]) <= make_targets(), page
    elif words and words[0].rpartition("/")[2] == "gongzhi":
        command, rest = named_command(commands, words[1:])
        known = {option for one in command.params for option in one.opts}
        given = {word.partition("=")[0] for word in rest if word.startswith("--")}
        assert not isinstance(command, click.Group) or command.invoke_without_command, line
        assert given <= known, line


@pytest.fixture(scope="module")
def commands() -> click.Group:
    from gongzhi.site.cli import gather

    return gather()


def named_command(group: click.Group, words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = group
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def test_both_readmes_have_the_same_parts_and_commands() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    text, other = english.read_text(encoding="utf-8"), chinese.read_text(encoding="utf-8")

    assert len(HEADING.findall(prose(english))) == len(HEADING.findall(prose(chinese)))
    assert list(console_lines(english)) == list(console_lines(chinese))
    assert text.count("\n| ") == other.count("\n| ")
    assert text.count("\n- ") == other.count("\n- ")
    assert {"make run", "make test"} <= set(console_lines(english))


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.zh-CN.md")), ids=name_of)
def test_a_chinese_page_has_the_parts_of_the_english_one(page: Path) -> None:
    english = page.with_name(page.name.replace(".zh-CN.md", ".md"))

    assert len(HEADING.findall(prose(page))) == len(HEADING.findall(prose(english)))
    assert list(console_lines(page)) == [
        line.replace("--language en", "--language zh-hans").replace("=en", "=zh-hans")
        for line in console_lines(english)
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_page_names_a_place_of_somebodys_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert not re.search(r"(?<![\w.-])/(work|root|home|Users)/", text)
    assert "\t" not in text
    assert text.endswith("\n")
