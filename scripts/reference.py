"""Write, or check, the reference pages that come from the code.

    python scripts/reference.py write           all pages
    python scripts/reference.py write errors    one page
    python scripts/reference.py check           fails when a page or a link is out of date

The pages stand in `docs/reference/` and are checked in; a test compares them too.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from urllib.parse import unquote

import click
import django
from django.conf import settings
from django.utils import translation

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "reference"
LANGUAGES = ("en", "zh-hans")
NOTE = "*This page is written by `make docs` from the code; do not edit it.*"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def both(words: object) -> tuple[str, str]:
    """Return a sentence in English and in Chinese; its facts in angle brackets."""
    told = []
    for language in LANGUAGES:
        with translation.override(language):
            told.append(re.sub(r"%\((\w+)\)[a-z]", r"‹\1›", str(words)).replace("%%", "%"))
    return told[0], told[1]


def cell(text: str) -> str:
    """Return text that fits a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(*header: str, rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield "| " + " | ".join(cell(one) for one in row) + " |"


def modules() -> Iterator[object]:
    """Yield every module of the houses but migrations."""
    package = import_module("gongzhi")
    for info in walk_packages(package.__path__, "gongzhi."):
        if ".migrations" not in info.name and not info.name.endswith((".__main__", ".wsgi")):
            try:
                yield import_module(info.name)
            except ImportError as trouble:
                print(f"{info.name} is left out: {trouble}", file=sys.stderr)


def refusals() -> list[type]:
    """Return every class of refusal that has a code of its own, in the order of the codes."""
    from gongzhi.kernel.refusals import Refusal

    list(modules())
    found: dict[str, type] = {}
    waiting: list[type[Refusal]] = [Refusal]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if "code" in vars(one) and one.__module__.startswith("gongzhi."):
            found.setdefault(one.code, one)
    return [found[code] for code in sorted(found)]


def sentences_by_code() -> dict[str, object]:
    """Return the marked sentence of every code of refusal."""
    rooms = ["gongzhi.webkit.kernel_words", *(f"{house}.words" for house in settings.HOUSES)]
    found: dict[str, object] = {}
    for room in rooms:
        if room != "gongzhi.webkit.words" and find_spec(room):
            found.update(getattr(import_module(room), "REFUSALS", {}))
    return found


def errors_page() -> Iterator[str]:
    """Every answer of *no*: code, HTTP status, what it means, what people read."""
    yield "# Refusals"
    yield "Every *no* has a stable code, named values (in ‹angle brackets›) and a sentence that"
    yield "says what is wrong and what to do. Programs receive it as RFC 9457 problem details."
    house, sentences = "", sentences_by_code()
    rows: list[tuple[str, ...]] = []
    for one in [*refusals(), None]:
        begins = one.code.partition(".")[0] if one else ""
        if begins != house:
            if rows:
                yield f"## {house}"
                yield from table("code", "status", "meaning", "English", "中文", rows=rows)
            house, rows = begins, []
        if one is not None:
            meaning = (one.__doc__ or "").strip().splitlines()[0]
            rows.append(
                (f"`{one.code}`", str(one.status), meaning, *both(sentences.get(one.code, "–")))
            )


def kinds_page() -> Iterator[str]:
    """Every kind of ledger entry."""
    from gongzhi.ledger.access import known_kinds

    yield "# Kinds of ledger entries"
    yield "The registry is closed: an entry of another kind is refused. Facts are ids, codes,"
    yield "hashes, times and numbers; never personal data, never free text."
    words = _words_of_kinds()
    rows = [(f"`{kind}`", *both(words.get(kind, "–"))) for kind in sorted(known_kinds())]
    yield from table("kind", "English", "中文", rows=rows)


def _words_of_kinds() -> dict[str, object]:
    found: dict[str, object] = {}
    for house in settings.HOUSES:
        if not find_spec(f"{house}.words"):
            continue
        words = import_module(f"{house}.words")
        for name in ("LEDGER", "DEEDS", "KINDS"):
            known = getattr(words, name, None)
            if isinstance(known, Mapping):
                found.update({str(key): said for key, said in known.items() if "." in str(key)})
    return found


def commands_page() -> Iterator[str]:
    """Every command of the command line."""
    from gongzhi.site.cli import gather

    yield "# Commands"
    yield "All commands tell what went wrong in a sentence on the error output. Exit codes: 0 done,"
    yield "1 the answer is no, 2 refused or wrongly called, 130 interrupted."
    for name, command in sorted(_commands(gather(), "gongzhi")):
        context = click.Context(command, info_name=name)
        yield f"## `{name}`"
        yield _paragraphs(command.help or "")
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        yield f"```text\n{usage}\n```"
        rows = [row for row in (_option(one, context) for one in command.params) if row]
        if rows:
            yield from table("option", "meaning", rows=rows)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.replace("\b", "").split("\n\n"))


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from _commands(inner, f"{name} {word}")


def _option(option: click.Parameter, context: click.Context) -> tuple[str, ...] | None:
    told = option.get_help_record(context)
    return (f"`{told[0]}`", told[1]) if told else None


def steps_page() -> Iterator[str]:
    """The step table of the loop: diagram, rows, and who may take which step."""
    from gongzhi.cases.rules import STEPS
    from gongzhi.cases.words import NEEDS, STATES
    from gongzhi.cases.words import STEPS as NAMES

    yield "# The steps of the loop"
    yield "One table says from which states a step is possible, where it leads, who may take it and"
    yield "what it needs. Page, interface and clock all ask this table."
    yield "## Diagram"
    yield from _diagram()
    yield "## Steps"
    rows = []
    for step, rule in STEPS.items():
        sources = ", ".join(f"`{one}`" for one in sorted(rule.sources)) or "–"
        needs = [both(NEEDS.get(need, need)) for need in rule.needs]
        target = f"`{rule.target}`" if rule.target else "the same or the remembered one"
        told = "; ".join(f"{english} {chinese}" for english, chinese in needs) or "–"
        rows.append((f"`{step}`", *both(NAMES[step]), sources, target, told))
    yield from table("step", "English", "中文", "from", "to", "needs", rows=rows)
    yield "## States"
    yield from table(
        "state", "English", "中文", rows=[(f"`{one}`", *both(said)) for one, said in STATES.items()]
    )
    yield "## Who may take which step"
    yield from _matrix()


def _diagram() -> Iterator[str]:
    """Yield the diagram of the steps that lead to another state.

    Steps open to nearly every state (cancel, close by force …) would hide the rest.
    """
    from gongzhi.cases.rules import STEPS
    from gongzhi.cases.words import STATES

    most = 4
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {one}: {both(said)[1]} {both(said)[0]}" for one, said in STATES.items()]
    for step, rule in STEPS.items():
        if rule.target and not rule.sources:
            lines.append(f"    [*] --> {rule.target}: {step}")
        if rule.target and len(rule.sources) <= most:
            lines += [f"    {one} --> {rule.target}: {step}" for one in sorted(rule.sources)]
    yield "\n".join([*lines, "```"])
    wide = [f"`{step}`" for step, rule in STEPS.items() if rule.target and len(rule.sources) > most]
    if wide:
        yield f"Not drawn, because possible from nearly every open state: {', '.join(wide)}."


def _matrix() -> Iterator[str]:
    from gongzhi.accounts.rules import Role
    from gongzhi.accounts.words import ROLES
    from gongzhi.cases.rules import STEPS
    from gongzhi.cases.words import STEPS as NAMES

    roles = [role for role in Role if any(role in rule.roles for rule in STEPS.values())]
    header = [f"{both(ROLES[role])[1]}<br>{both(ROLES[role])[0]}" for role in roles]
    rows = [
        (
            f"{both(NAMES[step])[1]}<br>{both(NAMES[step])[0]}",
            *("●" if role in rule.roles else "" for role in roles),
        )
        for step, rule in STEPS.items()
    ]
    yield from table("步骤<br>Step", *header, rows=rows)


GENERATED: Mapping[str, Callable[[], Iterator[str]]] = {
    "errors": errors_page,
    "ledger-kinds": kinds_page,
    "commands": commands_page,
    "steps": steps_page,
}


def page(name: str) -> str:
    """Return the text of a generated page."""
    blocks: list[str] = []
    with translation.override("en"):
        for line in GENERATED[name]():
            # Rows of a table and lines of a paragraph belong together; all else stands apart.
            is_row = line.startswith("|") and blocks and blocks[-1].startswith("|")
            is_text = line[:1].isalnum() and blocks and blocks[-1][:1].isalnum()
            if is_row or is_text:
                blocks[-1] += f"\n{line}"
            else:
                blocks.append(line)
    return "\n\n".join([blocks[0], NOTE, *blocks[1:]]) + "\n"


def broken_links() -> Iterator[str]:
    """Yield the links of the documents that lead to no file of the repository."""
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for match in LINK.finditer(text):
            target = unquote((match[1] or match[2]).partition("#")[0])
            if target and ":" not in target and not (path.parent / target).exists():
                yield f"{path.relative_to(ROOT)}: nothing at {target}"


def main(deed: str = "check", only: str = "") -> int:
    """Write or check the pages; return the exit code."""
    troubles = list(broken_links()) if deed == "check" else []
    for name in [only] if only else GENERATED:
        path, text = PAGES / f"{name}.md", page(name)
        if deed == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            troubles.append(f"{path.relative_to(ROOT)} is out of date; run: make docs")
    print("\n".join(troubles), end="\n" if troubles else "")
    return 1 if troubles else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.site.settings")
    django.setup()
    sys.exit(main(*sys.argv[1:]))
