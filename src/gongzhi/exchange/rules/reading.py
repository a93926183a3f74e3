"""From TOML to a mapping: every mistake found at once, each with its key."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from gongzhi.kernel.coordinates import Frame

from .mapping import (
    CaseMapping,
    CategoryPart,
    CodeRule,
    Fold,
    OrganisationPart,
    Part,
    PositionPart,
    StatePart,
    TimesPart,
    Unlocated,
    Unpromised,
)
from .refusals import MappingMistaken, MappingUnreadable, Mistake
from .times import EXCEL, ISO, is_format

E = TypeVar("E", bound=StrEnum)

SOURCE_MAX = 24  # characters, as cases keep it
_SECTIONS: Mapping[str, tuple[str, ...] | None] = {
    "id": ("column",),
    "category": ("columns", "values", "default"),
    "text": ("columns",),
    "address": ("columns",),
    "position": ("longitude", "latitude", "frame"),
    "times": ("reported", "due", "closed", "formats", "zone", "fold", "closed_without_due"),
    "organisation": (
        "column",
        "values",
        "rule",
        "prefix",
        "create_organisations",
        "kind",
        "name_column",
        "when_unlocated",
    ),
    "state": ("column", "open", "closed"),
    "where": None,  # any column
}
_TOP = ("source", "encoding", "sheet", *_SECTIONS)
_NEEDED = ("id", "category", "times")


def load_mapping(path: Path) -> CaseMapping:
    """Return the mapping in a file.

    Raises:
        MappingUnreadable: the file cannot be read.
        MappingMistaken: with every mistake in it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise MappingUnreadable(file=str(path), error=error.strerror or "?") from error
    except UnicodeDecodeError as error:
        raise MappingUnreadable(file=str(path), error="UTF-8") from error
    return read_mapping(text, file=path.name)


def read_mapping(text: str, *, file: str) -> CaseMapping:
    """Return the mapping that a text in TOML describes.

    Raises:
        MappingMistaken: with every mistake in it.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingMistaken(file, [Mistake("", "toml", {"error": str(error)})]) from None
    reader = _Reader(told)
    mapping = reader.mapping()
    if reader.mistakes:
        raise MappingMistaken(file, reader.mistakes)
    return mapping


def near(word: str, known: Iterable[str]) -> str:
    """Return the word among `known` that was probably meant, or blank."""
    by_folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


class _Reader:
    """A mapping being read; mistakes are gathered, not raised."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.mistakes: list[Mistake] = []
        self._told = told

    def mapping(self) -> CaseMapping:
        """Return the mapping; it is right only when there are no mistakes."""
        self._check_keys()
        return CaseMapping(
            source=self._source(),
            id_column=self._word("id.column", needed=True),
            category=self._category(),
            times=self._times(),
            text=self._parts("text.columns"),
            address=self._parts("address.columns"),
            position=self._position() if "position" in self._told else None,
            organisation=self._organisation() if "organisation" in self._told else None,
            state=self._state() if "state" in self._told else None,
            where=self._where(),
            encoding=self._word("encoding"),
            sheet=self._word("sheet"),
        )

    def _mistake(self, key: str, code: str, **facts: object) -> None:
        self.mistakes.append(Mistake(key, code, facts))

    def _check_keys(self) -> None:
        for key in self._told:
            if key not in _TOP:
                self._unknown(key, key, _TOP)
        for section, keys in _SECTIONS.items():
            if section in self._told:
                self._check_section(section, keys)
            elif section in _NEEDED:
                self._mistake(section, "missing_section", section=section)

    def _check_section(self, section: str, keys: tuple[str, ...] | None) -> None:
        told = self._told[section]
        if not isinstance(told, dict):
            self._mistake(section, "not_table")
            return
        for key in told if keys else ():
            if keys and key not in keys:
                self._unknown(f"{section}.{key}", key, keys)

    def _unknown(self, key: str, word: str, known: Iterable[str]) -> None:
        meant = near(word, known)
        known_words = ", ".join(known)
        if meant:
            self._mistake(key, "unknown_key_near", word=word, near=meant)
        else:
            self._mistake(key, "unknown_key", word=word, known=known_words)

    def _value(self, key: str) -> Any:
        """Return what stands at a dotted key; None when it or its section is absent."""
        section, _, name = key.rpartition(".")
        told = self._told if not section else self._told.get(section)
        return told.get(name) if isinstance(told, dict) else None

    def _word(self, key: str, *, needed: bool = False) -> str:
        value = self._value(key)
        if value is None:
            section = key.rpartition(".")[0]
            if needed and (not section or isinstance(self._told.get(section), dict)):
                self._mistake(key, "missing")
            return ""
        if not isinstance(value, str) or not value.strip():
            self._mistake(key, "not_text")
            return ""
        return value

    def _source(self) -> str:
        source = self._word("source", needed=True)
        if len(source) > SOURCE_MAX or any(not (c.isalnum() or c in "-_.") for c in source):
            self._mistake("source", "bad_source", most=SOURCE_MAX)
        return source

    def _words(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        value = self._value(key)
        if value is None and not needed:
            return ()
        if isinstance(value, str) and value.strip():
            return (value,)
        if not isinstance(value, list) or not value or not all(map(_is_word, value)):
            self._mistake(key, "missing" if value is None else "not_texts")
            return ()
        return tuple(value)

    def _table(self, key: str) -> dict[str, str]:
        value = self._value(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(map(_is_word, value.values())):
            self._mistake(key, "not_words")
            return {}
        return {name.strip(): code for name, code in value.items()}

    def _choice(self, key: str, kind: type[E], default: E) -> E:
        word = self._word(key)
        if not word:
            return default
        known = [one.value for one in kind]
        if word not in known:
            self._mistake(key, "bad_choice", word=word, known=", ".join(known))
            return default
        return kind(word)

    def _flag(self, key: str) -> bool:
        value = self._value(key)
        if value is not None and not isinstance(value, bool):
            self._mistake(key, "not_flag")
        return value is True

    def _parts(self, key: str) -> tuple[Part, ...]:
        value = self._value(key)
        if value is None:
            if key.partition(".")[0] in self._told:
                self._mistake(key, "missing")
            return ()
        told = value if isinstance(value, list) else [value]
        parts = [_part(one) for one in told]
        if not told or None in parts:
            self._mistake(key, "not_parts")
        return tuple(part for part in parts if part is not None)

    def _category(self) -> CategoryPart:
        columns = self._words("category.columns")
        default = self._word("category.default")
        is_there = isinstance(self._told.get("category"), dict)
        if is_there and not default and self._value("category.columns") is None:
            self._mistake("category.columns", "missing")
        return CategoryPart(columns, self._table("category.values"), default)

    def _position(self) -> PositionPart:
        return PositionPart(
            self._word("position.longitude", needed=True),
            self._word("position.latitude", needed=True),
            self._choice("position.frame", Frame, Frame.WGS84),
        )

    def _times(self) -> TimesPart:
        return TimesPart(
            reported=self._word("times.reported", needed=True),
            due=self._word("times.due"),
            closed=self._word("times.closed"),
            formats=self._formats(),
            zone=self._zone(),
            fold=self._choice("times.fold", Fold, Fold.EARLIER),
            closed_without_due=self._choice(
                "times.closed_without_due", Unpromised, Unpromised.STANDARD
            ),
        )

    def _formats(self) -> tuple[str, ...]:
        formats = self._words("times.formats") or (ISO,)
        for one in formats:
            if one not in (ISO, EXCEL) and not is_format(one):
                self._mistake("times.formats", "bad_format", format=one)
        return formats

    def _zone(self) -> ZoneInfo:
        name = self._word("times.zone", needed=True)
        try:
            return ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            meant = near(name, available_timezones())
            self._mistake("times.zone", "bad_zone", zone=name, near=meant or "Asia/Shanghai")
            return ZoneInfo("UTC")

    def _organisation(self) -> OrganisationPart:
        create = self._flag("organisation.create_organisations")
        return OrganisationPart(
            column=self._word("organisation.column", needed=True),
            values=self._table("organisation.values"),
            rule=self._choice("organisation.rule", CodeRule, CodeRule.SAME),
            prefix=self._word("organisation.prefix"),
            create=create,
            kind=self._word("organisation.kind", needed=create),
            name_column=self._word("organisation.name_column"),
            unlocated=self._choice("organisation.when_unlocated", Unlocated, Unlocated.KEEP),
        )

    def _state(self) -> StatePart:
        opened = frozenset(self._words("state.open", needed=True))
        closed = frozenset(self._words("state.closed", needed=True))
        for both in sorted(opened & closed):
            self._mistake("state", "state_twice", word=both)
        return StatePart(self._word("state.column", needed=True), opened, closed)

    def _where(self) -> dict[str, frozenset[str]]:
        told = self._told.get("where")
        names: Iterable[str] = told if isinstance(told, dict) else ()
        return {name: frozenset(self._where_words(name)) for name in names}

    def _where_words(self, name: str) -> tuple[str, ...]:
        value = self._told["where"][name]
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(one, str) for one in values):
            self._mistake(f"where.{name}", "not_texts")
            return ()
        return tuple(one.strip() for one in values)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _part(told: object) -> Part | None:
    """Return a column of a text: its name, or a table with `column` and `label`."""
    if isinstance(told, str) and told.strip():
        return Part(told)
    if not isinstance(told, dict) or not set(told) <= {"column", "label"}:
        return None
    if not _is_word(told.get("column")) or not isinstance(told.get("label", ""), str):
        return None
    return Part(told["column"], told.get("label", ""))


Known = Callable[[str], bool]


def columns_missing(mapping: CaseMapping, columns: tuple[str, ...]) -> list[Mistake]:
    """Return a mistake for every column the mapping names and the file lacks."""
    mistakes = []
    for key, column in mapping.columns():
        if column and column not in columns:
            meant = near(column, columns)
            code = "column_missing_near" if meant else "column_missing"
            mistakes.append(Mistake(key, code, {"column": column, "near": meant}))
    return mistakes


def codes_unknown(
    mapping: CaseMapping, *, categories: Iterable[str], organisations: Iterable[str]
) -> list[Mistake]:
    """Return a mistake for every code in the mapping that names nothing.

    Args:
        mapping: what is looked at.
        categories: codes under which a case can stand.
        organisations: codes of those that exist.
    """
    told = {f"category.values.{name}": code for name, code in mapping.category.values.items()}
    if mapping.category.default:
        told["category.default"] = mapping.category.default
    mistakes = _unknown_among(told, sorted(categories), "category_unknown")
    party = mapping.organisation
    if party is not None and not party.create:
        told = {f"organisation.values.{name}": code for name, code in party.values.items()}
        mistakes += _unknown_among(told, sorted(organisations), "organisation_unknown")
    return mistakes


def _unknown_among(told: Mapping[str, str], known: list[str], code: str) -> list[Mistake]:
    wrong = {key: word for key, word in told.items() if word not in known}
    mistakes = []
    for key, word in wrong.items():
        meant = near(word, known)
        mistakes.append(
            Mistake(key, f"{code}_near" if meant else code, {"word": word, "near": meant})
        )
    return mistakes
