"""Read the plain files of a pack, keeping the line of everything."""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .mistakes import Findings, nearest

_YES = {"yes": True, "true": True, "1": True, "是": True}
_NO = {"no": False, "false": False, "0": False, "否": False}
YES_AND_NO = {**_YES, **_NO}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_LONGEST_NAME = 120  # longer texts may have several lines
_WHOLE = re.compile(r"[0-9]{1,9}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_LINE_OF_TOML_ERROR = re.compile(r"\(at line (\d+), column \d+\)")
_LINE_IN_TOML_ERROR = re.compile(r"\s*\(at [^)]*\)")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table with its place; reading a cell notes what is wrong with it."""

    file: str
    line: int
    cells: dict[str, str]
    findings: Findings

    def tell(self, code: str, column: str = "", **facts: object) -> None:
        """Note a mistake at a column of this row."""
        self.findings.add(code, self.file, self.line, column, **facts)

    def text(self, column: str, *, needed: bool = False) -> str:
        """Return the text of a cell, without spaces around it."""
        value = self.cells.get(column, "").strip()
        if _CONTROL.search(value):
            self.tell("cell.control_character", column)
            return _CONTROL.sub("", value)
        if needed and not value:
            self.tell("cell.needed", column)
        return value

    def both(self, zh: str, en: str, *, longest: int = 1_000) -> tuple[str, str]:
        """Return a text that must be there in both languages."""
        values = self.text(zh), self.text(en)
        for column, value, other in ((zh, *values), (en, *reversed(values))):
            if not value:
                self.tell("cell.translation_missing" if other else "cell.needed", column)
            elif len(value) > longest:
                self.tell("cell.too_long", column, length=len(value), longest=longest)
            elif "\n" in value and longest <= _LONGEST_NAME:
                self.tell("cell.control_character", column)
        return values

    def code(self, column: str, *, needed: bool = True, longest: int = 32) -> str:
        """Return a cell that must be a code of at most `longest` characters."""
        value = self.text(column, needed=needed)
        if value and not (CODE.fullmatch(value) and len(value) <= longest):
            self.tell("cell.not_a_code", column, value=value, longest=longest)
        return value

    def one_of(self, column: str, allowed: Sequence[str], *, default: str | None = None) -> str:
        """Return a cell that must be one of a few words; empty gives the default."""
        value = self.text(column, needed=default is None)
        if not value:
            return default or ""
        self.known(column, value, allowed)
        return value

    def known(self, column: str, value: str, allowed: Sequence[str]) -> None:
        """Note a word that is not among the allowed ones."""
        if value not in allowed:
            listed = ", ".join(allowed)
            near = nearest(value, allowed)
            self.tell("cell.not_one_of", column, value=value, allowed=listed, near=near)

    def refers(self, column: str, value: str, known: Iterable[str], *, defined_in: str) -> None:
        """Note a reference to something that another file does not define."""
        names = list(known)
        if value and value not in names:
            near = nearest(value, names)
            self.tell("reference.unknown", column, value=value, defined_in=defined_in, near=near)

    def whole(self, column: str, *, low: int, high: int = 9_999) -> int:
        """Return a cell that must be a whole number from `low` to `high`."""
        value = self.text(column, needed=True)
        if _WHOLE.fullmatch(value) and low <= int(value) <= high:
            return int(value)
        if value:
            self.tell("cell.not_a_whole_number", column, value=value, low=low, high=high)
        return low

    def yes(self, column: str, *, default: bool) -> bool:
        """Return a cell of yes or no; empty gives the default."""
        value = self.text(column).casefold()
        if value and value not in YES_AND_NO:
            self.tell("cell.not_yes_or_no", column, value=value)
        return YES_AND_NO.get(value, default)

    def several(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell between semicolons, also full-width ones."""
        return split(self.text(column))


def split(text: str) -> tuple[str, ...]:
    """Return the parts between semicolons, also full-width ones, without empty ones."""
    parts = (part.strip() for part in text.replace("；", ";").split(";"))
    return tuple(part for part in parts if part)


def read_text(root: Path, file: str, findings: Findings) -> str:
    """Return the text of a file; noted and read as well as possible when not UTF-8."""
    try:
        content = (root / file).read_bytes()
    except FileNotFoundError:
        findings.add("file.missing", file)
        return ""
    except OSError as error:
        findings.add("file.unreadable", file, reason=error.strerror or type(error).__name__)
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.add("file.not_utf8", file, content.count(b"\n", 0, error.start) + 1)
        return content.decode("gb18030", errors="replace")


def read_table(
    root: Path, file: str, columns: Sequence[str], findings: Findings
) -> tuple[Line, ...]:
    """Return the rows of a CSV file that are not blank.

    Args:
        root: the pack's directory.
        file: its path below the directory.
        columns: the columns it must have; no others are known.
        findings: takes the mistakes.
    """
    text = read_text(root, file, findings)
    if not (root / file).is_file():
        return ()
    rows = _csv_rows(text, file, findings)
    line, header = next(rows, (0, []))
    if not header:
        findings.add("file.empty", file, columns=",".join(columns))
        return ()
    names = [name.strip() for name in header]
    _check_header(names, columns, file, line, findings)
    return tuple(_lines(rows, names, file, findings))


def _csv_rows(text: str, file: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line and the cells of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        findings.add("table.broken", file, before + 1, reason=str(error))


def _check_header(
    names: Sequence[str], columns: Sequence[str], file: str, line: int, findings: Findings
) -> None:
    for name in columns:
        if name not in names:
            findings.add("table.column_missing", file, line, name)
    for position, name in enumerate(names):
        if name not in columns:
            findings.add("table.column_unknown", file, line, name, near=nearest(name, columns))
        elif name in names[:position]:
            findings.add("table.column_twice", file, line, name)


def _lines(
    rows: Iterable[tuple[int, list[str]]], names: Sequence[str], file: str, findings: Findings
) -> Iterator[Line]:
    for line, row in rows:
        if any(cell.strip() for cell in row[len(names) :]):
            findings.add("row.too_long", file, line, cells=len(row), columns=len(names))
        yield Line(file, line, dict(zip(names, row, strict=False)), findings)


@dataclass(frozen=True, slots=True)
class TomlText:
    """A TOML file with the lines of its settings."""

    file: str
    values: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    def line(self, *path: str | int) -> int:
        """Return the line of a setting, else of the table around it, else 0."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 0


def read_toml(root: Path, file: str, findings: Findings) -> TomlText:
    """Return the values of a TOML file; empty, and noted, when it is not TOML."""
    text = read_text(root, file, findings)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE_OF_TOML_ERROR.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        reason = _LINE_IN_TOML_ERROR.sub("", str(error))
        findings.add("toml.syntax", file, line, reason=reason)
        return TomlText(file, {}, {})
    return TomlText(file, values, _lines_of(text))


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\- ]+?)\s*\]\]?\s*(?:#.*)?$")
_SETTING = re.compile(r"\s*([\w.\-]+)\s*=")


def _lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line of every table and setting that stands on a line of its own."""
    lines: dict[tuple[str | int, ...], int] = {}
    counts: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table_path(header[2], is_list=header[1] == "[[", counts=counts)
            lines.setdefault(table, number)
        elif setting := _SETTING.match(line):
            lines.setdefault((*table, *setting[1].split(".")), number)
    return lines


def _table_path(
    name: str, *, is_list: bool, counts: dict[tuple[str | int, ...], int]
) -> tuple[str | int, ...]:
    parts = [part.strip() for part in name.split(".")]
    path: tuple[str | int, ...] = ()
    for position, part in enumerate(parts):
        path = (*path, part)
        if is_list and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
