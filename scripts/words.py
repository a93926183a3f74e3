"""Compile the translations, and find sentences without one.

    python scripts/words.py compile    .po to .mo, only where the .po is newer
    python scripts/words.py check      every sentence has its translation, none is left over
    python scripts/words.py missing    print what is missing, as an entry of a .po file

Sentences are found in Python files and templates of each house; the source is English.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HOUSES = Path(__file__).parents[1] / "src" / "gongzhi"
LOCALE = "zh_Hans"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}|(%[sd])")
# A call in what Django makes of a template.
CALL = re.compile(
    r"""\b(?:_|n?p?gettext)\((?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*\)""", re.DOTALL
)


@dataclass(frozen=True)
class Sentence:
    """A marked sentence: its context, its text, its plural ("" without one)."""

    context: str
    text: str
    plural: str


def main(deed: str) -> int:
    """Do one of the deeds and return the exit code."""
    if deed == "compile":
        for source in HOUSES.glob("*/locale/*/LC_MESSAGES/*.po"):
            compile_one(source)
        return 0
    troubles = [
        trouble for house in houses() for trouble in look_at(house, as_po=deed == "missing")
    ]
    print("\n".join(troubles), end="\n" if troubles else "")
    return 1 if troubles else 0


def houses() -> list[Path]:
    """Return the folders of the houses."""
    return sorted(path.parent for path in HOUSES.glob("*/__init__.py"))


def compile_one(source: Path) -> None:
    """Compile a .po file unless its .mo is newer; another process never reads half of it."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return
    buffer = BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file, locale=LOCALE))
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    draft.write_bytes(buffer.getvalue())
    draft.replace(target)


def look_at(house: Path, *, as_po: bool = False) -> Iterator[str]:
    """Yield what is wrong with the words of a house."""
    marked = dict(sentences_of(house))
    known = translations_of(house)
    for sentence, place in marked.items():
        said = known.get(sentence)
        if not said:
            yield (
                entry(sentence, place)
                if as_po
                else f"{place}: no {LOCALE} words for {sentence.text!r}"
            )
        elif not as_po and placeholders(said) != placeholders(sentence.text, sentence.plural):
            yield f"{place}: other placeholders in the {LOCALE} words for {sentence.text!r}"
    if not as_po:
        for sentence in known.keys() - marked.keys():
            yield f"{house.name}: {LOCALE} words for {sentence.text!r}, which nobody says"


def placeholders(*texts: str) -> set[str]:
    """Return the names of the placeholders in some texts."""
    return {name for text in texts for found in PLACEHOLDER.findall(text) for name in found if name}


def sentences_of(house: Path) -> Iterator[tuple[Sentence, str]]:
    """Yield the marked sentences of a house with the place of each."""
    for path in sorted(house.rglob("*.py")):
        yield from _marked(path, path.read_bytes())
    for path in sorted([*house.rglob("templates/**/*.html"), *house.rglob("templates/**/*.txt")]):
        yield from _marked(path, "\n".join(_calls(path)).encode())


def _calls(path: Path) -> list[str]:
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    return CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path)))


def _marked(path: Path, content: bytes) -> Iterator[tuple[Sentence, str]]:
    for line, text, _, context in extract("python", BytesIO(content), keywords=KEYWORDS):
        words = text if isinstance(text, tuple) else (text, "")
        words = tuple(word for word in words if word != context or not context)
        singular, plural = (*words, "")[:2]
        if singular:
            place = path.relative_to(HOUSES.parents[1])
            where = f"{place}:{line}" if path.suffix == ".py" else str(place)
            yield Sentence(context or "", singular, plural or ""), where


def translations_of(house: Path) -> dict[Sentence, str]:
    """Return the translations that count: not fuzzy, not obsolete; "" for an empty one."""
    path = house / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=LOCALE)
    found = {}
    for message in catalog:
        if message.id:
            text, plural = message.id if isinstance(message.id, tuple) else (message.id, "")
            said = message.string if isinstance(message.string, str) else "".join(message.string)
            found[Sentence(message.context or "", text, plural)] = "" if message.fuzzy else said
    return found


def entry(sentence: Sentence, place: str) -> str:
    """Return an empty entry of a .po file."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    lines = [f"#: {place}"]
    if sentence.context:
        lines.append(f"msgctxt {quoted(sentence.context)}")
    lines.append(f"msgid {quoted(sentence.text)}")
    if sentence.plural:
        lines.append(f"msgid_plural {quoted(sentence.plural)}")
    lines.append('msgstr[0] ""' if sentence.plural else 'msgstr ""')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["check"]))
