"""Tables that people send, read row by row, and the rows sent back to be mended.

One reader serves every import: CSV and TSV in any usual encoding, workbooks (XLSX), and
JSON lines. Text files are read in constant memory; a workbook's sheet is held whole.
What spoils the whole table is refused at once (`BadSheet`); what spoils one row comes with
that row (`Row.refusal`), so that one bad row does not cost the others.

Source: RFC 4180 for CSV, RFC 8259 for JSON; ECMA-376 for workbooks, read by calamine.
"""

import codecs
import csv
import io
import json
import re
import zipfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, TextIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from .refusals import Invalid

Cell = str | float | bool | date | datetime | None
"""What a field holds. A whole number is an `int`, exact; an empty field is None."""

LINE_COLUMN, REASON_COLUMN = "_line", "_reason"
OWN_COLUMNS = frozenset({LINE_COLUMN, REASON_COLUMN})

_DELIMITED = {".csv": "", ".tsv": "\t"}
_JSON_LINES = (".jsonl", ".ndjson")
_WORKBOOKS = (".xlsx", ".xlsm")
_KINDS = (*_DELIMITED, *_JSON_LINES, *_WORKBOOKS)

_SAMPLE_BYTES = 1 << 20
_FIRST_BYTES = 200
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 10_000_000  # characters; beyond it a quotation mark is surely missing
_MOST_COLUMNS = 10_000
_LARGEST_WORKBOOK_BYTES = 2 << 30  # unpacked
_EXACT_FLOAT = 2**53

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
_UNFIT = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class BadSheet(Invalid):
    """A table, or one row of it, cannot be read as it stands."""

    code = "sheet.bad"


class CannotOpen(BadSheet):
    """The file is absent, or may not be read."""

    code = "sheet.cannot_open"


class CannotWrite(BadSheet):
    """The file of refused rows cannot be written: a full disk, a folder without permission."""

    code = "sheet.cannot_write"


class UnknownKind(BadSheet):
    """The name of the file ends in none of the kinds that can be read."""

    code = "sheet.unknown_kind"


class NotText(BadSheet):
    """The file is a workbook, an archive or the like, whatever its name says."""

    code = "sheet.not_text"


class NotWorkbook(BadSheet):
    """The workbook is damaged, or is none."""

    code = "sheet.not_workbook"


class Locked(BadSheet):
    """The workbook needs a password."""

    code = "sheet.locked"


class TooLarge(BadSheet):
    """The workbook would not fit into memory; text files have no such bound."""

    code = "sheet.too_large"


class NoSuchSheet(BadSheet):
    """The workbook has no sheet of that name."""

    code = "sheet.no_such_sheet"


class UnknownEncoding(BadSheet):
    """Nobody knows an encoding of that name."""

    code = "sheet.unknown_encoding"


class BadEncoding(BadSheet):
    """A byte of the file means nothing in its encoding."""

    code = "sheet.bad_encoding"


class Empty(BadSheet):
    """There is not even a row of column names."""

    code = "sheet.empty"


class HeaderEmpty(BadSheet):
    """A column has values and no name."""

    code = "sheet.header_empty"


class HeaderTwice(BadSheet):
    """Two columns have the same name."""

    code = "sheet.header_twice"


class TooManyColumns(BadSheet):
    """The table is wider than any table is."""

    code = "sheet.too_many_columns"


class CellTooLong(BadSheet):
    """A field does not end: a quotation mark is not closed."""

    code = "sheet.cell_too_long"


class RaggedRow(BadSheet):
    """A row has more or fewer fields than there are columns."""

    code = "sheet.ragged"


class ControlCharacter(BadSheet):
    """A field holds a character that is no text."""

    code = "sheet.control_character"


class MalformedLine(BadSheet):
    """A line of a JSON lines file is not one JSON object."""

    code = "sheet.malformed_line"


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        line: where it begins: the physical line of a text file, the row of a workbook; from 1.
        values: by column name, all columns; None where the field is empty or absent.
        refusal: why the row cannot be used as it stands, if so.
        extra: what the row holds and no column takes: surplus fields, a line that is no JSON.
    """

    line: int
    values: dict[str, Cell]
    refusal: BadSheet | None = None
    extra: tuple[str, ...] = ()

    @property
    def problem(self) -> str | None:
        """Return the code of the refusal of this row, if any."""
        return None if self.refusal is None else self.refusal.code


class Sheet(ABC):
    """A table in a file; iterate over it for its rows, as often as wanted.

    Attributes:
        path: the file.
        columns: the names of the columns, in order, without the two of a file of refused rows.
        encoding: of a text file, as found or given; blank for a workbook.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], encoding: str) -> None:
        self.path = path
        self.columns = columns
        self.encoding = encoding

    @abstractmethod
    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in their order, from the first."""

    @property
    @abstractmethod
    def share_read(self) -> float:
        """Return how much of the file the latest reading has passed; share, 0 to 1."""


def open_sheet(path: str | Path, *, encoding: str | None = None, sheet: str | None = None) -> Sheet:
    """Return the table in a file, by the ending of its name.

    - `.csv`, `.tsv`: the encoding is found by its mark, else UTF-8, UTF-16 or GB18030 (with GBK
      and GB 2312); the delimiter of CSV is the one of `, ; TAB |` that gives most columns.
    - `.jsonl`, `.ndjson`: one object a line; the columns are all names used in the file.
    - `.xlsx`, `.xlsm`: the named sheet or the first visible one; a value of merged cells stands
      in each of them; a title above the column names is passed over.

    Blank rows are passed over everywhere, and before the column names also lines that begin
    with `#`. NUL characters are dropped. Columns named `_line` and `_reason` are left out.

    Args:
        path: the file.
        encoding: of a text file, when it is known; any name Python knows.
        sheet: of a workbook, by name.

    Raises:
        BadSheet: the table cannot be read; the subclass says why. Reading on may still raise
            `BadEncoding`, `CellTooLong` and `CannotOpen`, with the line.
    """
    place = Path(path)
    kind = place.suffix.lower()
    if kind in _WORKBOOKS:
        return _WorkbookSheet(place, sheet)
    if kind in _DELIMITED:
        return _DelimitedSheet(_TextFile(place, encoding), _DELIMITED[kind])
    if kind in _JSON_LINES:
        return _JsonSheet(_TextFile(place, encoding))
    raise UnknownKind(file=place.name, kind=kind, kinds=", ".join(_KINDS))


class RejectWriter:
    """Writes refused rows to a CSV file that can be mended and imported again.

    The file has the columns of the table, then `_line` and `_reason`, in UTF-8 with a mark so
    that office programs open it rightly. It appears when the writer is closed, and only when
    something was refused; so the file being read may itself be the one to be written. When the
    import breaks off, what was refused so far stays beside it in a file ending in `.partial`.

    Cells are written as they came; nothing is escaped, since the file must read back the same.

    Attributes:
        path: the file.
        rows: how many were refused so far.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.rows = 0
        self._partial = self.path.with_name(self.path.name + ".partial")
        self._file: TextIO | None = None
        self._columns: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        with self._told():
            self._file.close()
            if kind is None:
                self._partial.replace(self.path)

    def reject(self, row: Row, reason: str) -> None:
        """Write one row with the reason, a sentence in the reader's language.

        Raises:
            CannotWrite: the disk is full or the folder cannot be written.
        """
        with self._told():
            if self._file is None:
                self._start(row)
            named = [_text(row.values.get(column)) for column in self._columns]
            self._write([*named, str(row.line), reason, *row.extra])
        self.rows += 1

    def _start(self, row: Row) -> None:
        self._columns = tuple(row.values)
        self._file = self._partial.open(
            "w", encoding="utf-8-sig", errors="backslashreplace", newline=""
        )
        self._write([*self._columns, LINE_COLUMN, REASON_COLUMN])

    def _write(self, cells: Sequence[str]) -> None:
        csv.writer(self._file).writerow(cells)  # type: ignore[arg-type]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CannotWrite(file=str(self.path), error=_told_of(error)) from error


class _Record(NamedTuple):
    """A row as it stands in the file.

    Attributes:
        line: where it begins, from 1.
        cells: its fields.
        is_title: whether it is a single value merged over several columns.
    """

    line: int
    cells: Sequence[Cell]
    is_title: bool = False


class _DelimitedSheet(Sheet):
    """A CSV or TSV file."""

    def __init__(self, file: "_TextFile", delimiter: str) -> None:
        self._file = file
        self.delimiter = delimiter or _delimiter_of(file)
        records = _records_of_text(file, self.delimiter)
        self._header = _header_of(file.path, _without_comments(records))
        super().__init__(file.path, self._header.columns, file.encoding)

    def __iter__(self) -> Iterator[Row]:
        for record in _records_of_text(self._file, self.delimiter):
            if record.line > self._header.line:
                yield self._header.row_of(record)

    @property
    def share_read(self) -> float:
        return self._file.share_read


class _JsonSheet(Sheet):
    """A file with one JSON object a line."""

    def __init__(self, file: "_TextFile") -> None:
        self._file = file
        super().__init__(file.path, _all_names(file), file.encoding)

    def __iter__(self) -> Iterator[Row]:
        for line, text in enumerate(self._file.lines(), start=1):
            if text.strip():
                yield self._row_of(line, text)

    @property
    def share_read(self) -> float:
        return self._file.share_read

    def _row_of(self, line: int, text: str) -> Row:
        found = _object_of(text)
        if found is None:
            refusal = MalformedLine(file=self.path.name, line=line, text=text.strip()[:80])
            return Row(line, dict.fromkeys(self.columns), refusal, (text.strip("\r\n"),))
        values = {name: _cell_of_json(found.get(name)) for name in self.columns}
        return Row(line, values, _unfit(self.path, line, values))


class _WorkbookSheet(Sheet):
    """One sheet of a workbook."""

    def __init__(self, path: Path, name: str | None) -> None:
        self._sheet = _sheet_of(path, name)
        self._passed = 0
        records = (each for each in _records_of_workbook(self._sheet) if not each.is_title)
        self._header = _header_of(path, records)
        super().__init__(path, self._header.columns, "")

    def __iter__(self) -> Iterator[Row]:
        for record in _records_of_workbook(self._sheet):
            self._passed = record.line
            if record.line > self._header.line:
                yield self._header.row_of(record)
        self._passed = self._sheet.height

    @property
    def share_read(self) -> float:
        return min(1.0, self._passed / max(1, self._sheet.height))


@dataclass(frozen=True)
class _Header:
    """The row of column names, and how a row is read by it.

    Attributes:
        line: where it stands.
        names: of all columns, `_line` and `_reason` included.
        columns: those that a row's values have.
    """

    path: Path
    line: int
    names: tuple[str, ...]
    columns: tuple[str, ...]

    def row_of(self, record: _Record) -> Row:
        """Return a record as a row; surplus blank fields are nothing."""
        line, cells = record.line, record.cells
        pairs = zip(self.names, cells, strict=False)
        fields = {name: None if cell == "" else cell for name, cell in pairs}
        values = {name: fields.get(name) for name in self.columns}
        surplus = cells[len(self.names) :]
        if len(cells) >= len(self.names) and _is_blank(surplus):
            return Row(line, values, _unfit(self.path, line, values))
        refusal = RaggedRow(
            file=self.path.name, line=line, fields=len(cells), columns=len(self.names)
        )
        return Row(line, values, refusal, tuple(map(_text, surplus)))


def _header_of(path: Path, records: Iterator[_Record]) -> _Header:
    """Return the first record as the header.

    Nameless columns at the right end are dropped, unless the next row has something there.
    """
    first = next(records, None)
    if first is None:
        raise Empty(file=path.name)
    names = [_text(cell).strip() for cell in first.cells]
    below = next(records, first).cells
    while names and not names[-1] and _is_blank(below[len(names) - 1 : len(names)]):
        names.pop()
    _refuse_bad_names(path, first.line, names)
    columns = tuple(name for name in names if name not in OWN_COLUMNS)
    return _Header(path, first.line, tuple(names), columns)


def _refuse_bad_names(path: Path, line: int, names: Sequence[str]) -> None:
    nameless = [str(number) for number, name in enumerate(names, start=1) if not name]
    if nameless:
        raise HeaderEmpty(file=path.name, line=line, columns=", ".join(nameless))
    if len(names) > _MOST_COLUMNS:
        raise TooManyColumns(file=path.name, most=_MOST_COLUMNS)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise HeaderTwice(file=path.name, line=line, names=", ".join(twice))


def _unfit(path: Path, line: int, values: Mapping[str, Cell]) -> BadSheet | None:
    """Return a refusal when a field holds what is no text."""
    for name, value in values.items():
        if isinstance(value, str) and not value.isprintable():
            found = _UNFIT.search(value)
            if found is not None:
                mark = f"U+{ord(found[0]):04X}"
                return ControlCharacter(file=path.name, line=line, column=name, character=mark)
    return None


def _is_blank(cells: Iterable[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _text(cell: Cell) -> str:
    """Return a cell as it is written into a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


# Text files.


class _TextFile:
    """A text file, read line by line, as often as wanted.

    Attributes:
        path: the file.
        encoding: the name of its encoding; found when none is given.
    """

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.path = path
        with _opened(path) as file:
            self.encoding = _known_encoding(path, encoding) or _encoding_of(path, file)
            self._bytes = max(1, file.seek(0, io.SEEK_END))
        self._passed = 0

    @property
    def share_read(self) -> float:
        """Return how much of the file the latest reading has passed; share, 0 to 1."""
        return min(1.0, self._passed / self._bytes)

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends, without a byte order mark.

        Raises:
            BadEncoding, CellTooLong, CannotOpen: on reaching the line.
        """
        number = 0
        with _opened(self.path) as file:
            text = io.TextIOWrapper(file, encoding=self.encoding, newline="")
            try:
                for line in iter(lambda: text.readline(_LONGEST_CELL), ""):
                    number += 1
                    if len(line) == _LONGEST_CELL:
                        raise CellTooLong(file=self.path.name, line=number, most=_LONGEST_CELL)
                    self._passed = file.tell() if number % 256 == 0 else self._passed
                    yield line.lstrip("\ufeff") if number == 1 else line
            except UnicodeDecodeError:
                raise self._bad_byte() from None
        self._passed = self._bytes

    def _bad_byte(self) -> BadEncoding:
        with _opened(self.path) as file:
            read = _decoded(self.encoding, iter(lambda: file.read(_SAMPLE_BYTES), b""))
        shown = self.encoding.removesuffix("-sig").upper()
        return BadEncoding(file=self.path.name, line=read.lines + 1, encoding=shown)


class _Decoded(NamedTuple):
    """How far a trial of an encoding came."""

    is_whole: bool
    lines: int


def _decoded(encoding: str, chunks: Iterator[bytes], *, to_the_end: bool = True) -> _Decoded:
    """Try to decode chunks of bytes, which reach to the end of the file or not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    try:
        for chunk in chunks:
            lines += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=to_the_end)
    except UnicodeDecodeError as error:
        readable = error.object[: error.start].decode(encoding, "ignore")
        return _Decoded(is_whole=False, lines=lines + readable.count("\n"))
    return _Decoded(is_whole=True, lines=lines)


def _known_encoding(path: Path, name: str | None) -> str:
    """Return the encoding a person named, in the form that passes over a mark."""
    if name is None:
        return ""
    try:
        found = codecs.lookup(name)
        found.incrementaldecoder().decode(b"")
    except (LookupError, TypeError, ValueError):
        raise UnknownEncoding(file=path.name, encoding=name) from None
    if not getattr(found, "_is_text_encoding", True):
        raise UnknownEncoding(file=path.name, encoding=name)
    return "utf-8-sig" if found.name == "utf-8" else found.name


def _encoding_of(path: Path, file: BinaryIO) -> str:
    """Return the encoding by the mark, else by trying the first megabyte that is not ASCII."""
    chunk = file.read(_SAMPLE_BYTES)
    if chunk.startswith(_PACKED):
        raise NotText(file=path.name)
    for mark, encoding in _MARKS:
        if chunk.startswith(mark):
            return encoding
    if unmarked := _unmarked_utf16(chunk[:_FIRST_BYTES]):
        return unmarked
    lines = 0
    while chunk.isascii():
        lines += chunk.count(b"\n")
        chunk = file.read(_SAMPLE_BYTES)
        if not chunk:
            return "utf-8-sig"
    return _tried_encoding(path, chunk, is_end=not file.peek(1), above=lines)  # type: ignore[attr-defined]


def _unmarked_utf16(start: bytes) -> str:
    """Return the kind of UTF-16 in which every other byte of delimiters and digits is 0."""
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) * 8 > len(zeros):
            return encoding
    return ""


def _tried_encoding(path: Path, chunk: bytes, *, is_end: bool, above: int) -> str:
    furthest = 0
    for encoding in ("utf-8", "gb18030"):
        read = _decoded(encoding, iter([chunk]), to_the_end=is_end)
        if read.is_whole:
            return "utf-8-sig" if encoding == "utf-8" else encoding
        furthest = max(furthest, read.lines)
    raise BadEncoding(file=path.name, line=above + furthest + 1, encoding="UTF-8, GB18030")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CannotOpen(file=str(path), error=_told_of(error)) from error


def _told_of(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _records_of_text(file: _TextFile, delimiter: str) -> Iterator[_Record]:
    """Yield the records of a delimited file that are not blank."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = (line.replace("\0", "") for line in file.lines())
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise CellTooLong(file=file.path.name, line=line, most=_LONGEST_CELL) from None
        if cells is None:
            return
        if not _is_blank(cells):
            yield _Record(line, cells)


def _delimiter_of(file: _TextFile) -> str:
    """Return the delimiter that cuts the header into most columns; the comma when none does."""
    widths = {_DELIMITERS[0]: 1}
    for delimiter in _DELIMITERS:
        header = next(_without_comments(_records_of_text(file, delimiter)), None)
        if header is not None and len(header.cells) > 1:
            widths[delimiter] = len(header.cells)
    return max(widths, key=lambda delimiter: widths[delimiter])


def _without_comments(records: Iterator[_Record]) -> Iterator[_Record]:
    """Pass over what stands above the header behind a `#`."""
    for record in records:
        first = _text(record.cells[0]).lstrip()
        is_comment = first.startswith("# ") or (
            first.startswith("#") and _is_blank(record.cells[1:]) and len(first) > 1
        )
        if not is_comment:
            return chain([record], records)
    return iter(())


# JSON lines.


def _all_names(file: _TextFile) -> tuple[str, ...]:
    """Return every name used in any line, in the order of their first use; reads the file."""
    names: dict[str, None] = {}
    for number, text in enumerate(file.lines(), start=1):
        found = _object_of(text) or {}
        names.update(dict.fromkeys(found))
        if any(not name.strip() for name in found):
            raise HeaderEmpty(file=file.path.name, line=number, columns="1")
        if len(names) > _MOST_COLUMNS:
            raise TooManyColumns(file=file.path.name, most=_MOST_COLUMNS)
    if not names:
        raise Empty(file=file.path.name)
    return tuple(name for name in names if name not in OWN_COLUMNS)


def _object_of(text: str) -> dict[str, object] | None:
    """Return the object a line holds, or None when it does not hold exactly one."""
    try:
        found = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_refused_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refused_constant(name: str) -> float:
    raise ValueError(name)


def _cell_of_json(value: object) -> Cell:
    """Return a value as a field; lists and objects as their JSON text."""
    if isinstance(value, str):
        return value.replace("\0", "") or None
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return json.dumps(value, ensure_ascii=False)


# Workbooks.


class _Merged(NamedTuple):
    """A range of cells shown as one; columns counted from the first of the sheet."""

    last_row: int
    columns: range
    value: Cell


def _sheet_of(path: Path, name: str | None) -> CalamineSheet:
    with _opened(path) as file:
        _refuse_bad_packing(path, file)
    try:
        with load_workbook(str(path)) as book:
            visible = [
                each.name
                for each in book.sheets_metadata
                if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
            ]
            if name is None and not visible:
                raise Empty(file=path.name)
            if name is not None and name not in book.sheet_names:
                names = ", ".join(book.sheet_names)
                raise NoSuchSheet(file=path.name, sheet=name, sheets=names)
            return book.get_sheet_by_name(visible[0] if name is None else name)
    except PasswordError:
        raise Locked(file=path.name) from None
    except CalamineError as error:
        raise NotWorkbook(file=path.name, error=str(error)) from None


def _refuse_bad_packing(path: Path, file: BinaryIO) -> None:
    """Look at the parts before they are unpacked: a small file may hold terabytes."""
    if file.read(8).startswith(b"\xd0\xcf\x11\xe0"):
        raise Locked(file=path.name)  # an encrypted workbook is wrapped in the older format
    try:
        with zipfile.ZipFile(file) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NotWorkbook(file=path.name, error=str(error)) from None
    if unpacked > _LARGEST_WORKBOOK_BYTES:
        raise TooLarge(file=path.name, most_mb=_LARGEST_WORKBOOK_BYTES >> 20)


def _records_of_workbook(sheet: CalamineSheet) -> Iterator[_Record]:
    """Yield the rows that are not blank, a merged value in each cell it covers."""
    left = sheet.start[1] if sheet.start else 0
    waiting = sorted(sheet.merged_cell_ranges or (), reverse=True)
    covering: list[_Merged] = []
    for number, raw in enumerate(sheet.iter_rows()):
        cells = [_cell_of_workbook(value) for value in raw]
        shown = sum(cell is not None for cell in cells)
        covering = [each for each in covering if each.last_row >= number]
        while waiting and waiting[-1][0][0] == number:
            (_, first), (last_row, last) = waiting.pop()
            columns = range(first - left, min(last - left + 1, len(cells)))
            if columns:
                covering.append(_Merged(last_row, columns, cells[columns[0]]))
        for each in covering:
            cells[each.columns.start : each.columns.stop] = [each.value] * len(each.columns)
        if shown:
            filled = sum(cell is not None for cell in cells)
            yield _Record(number + 1, cells, is_title=shown == 1 < filled)


def _cell_of_workbook(value: object) -> Cell:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT_FLOAT else value
    if isinstance(value, str):
        text = value.replace("\0", "")
        return text if text.strip() else None
    if isinstance(value, (bool, int, date)):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)
