"""Tables and maps written as a stream: CSV, a workbook, GeoJSON.  Never all rows at once."""

import csv
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import IO, Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Cell = str | int | float | None

CHUNK = 500  # rows written at once
SHEET_ROWS = 1_048_575  # what a sheet holds below its header
CELL_SIGNS = 32_767  # what a cell of a workbook holds
# A cell that begins so is a formula to spreadsheet programs, also after a quotation mark.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Feature:
    """A point of a map with what is known of it.

    Attributes:
        longitude, latitude: degrees, WGS 84.
        properties: what JSON can hold.
    """

    id: str
    longitude: float
    latitude: float
    properties: Mapping[str, Any]


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet program takes for a formula.

    A text that begins like one gets an apostrophe before it; numbers stay numbers, also
    negative ones.

    Source: OWASP, CSV Injection.
    """
    is_risky = isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS)
    return f"'{cell}" if is_risky else cell


def csv_chunks(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8 with a byte order mark, `CHUNK` rows at a time.

    Source: RFC 4180; without the mark Excel does not read it as UTF-8.
    """
    yield b"\xef\xbb\xbf" + _csv([header])
    left = iter(rows)
    while chunk := list(itertools.islice(left, CHUNK)):
        yield _csv(chunk)


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    buffer = StringIO()
    csv.writer(buffer).writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()


def write_workbook(
    file: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet_rows: int = SHEET_ROWS,
) -> None:
    """Write an XLSX file; one row is held in memory, what is written lies in temporary files.

    A text is written as text, whatever it begins with, so no formula of it ever runs.

    Args:
        file: where to; open for writing.
        header: the names of the columns, on each sheet.
        rows: as many cells each as the header.
        sheet_rows: after as many another sheet is begun.
    """
    with Workbook(file, {"constant_memory": True}) as book:
        sheet = _new_sheet(book, header)
        for place, cells in enumerate(rows):
            line = place % sheet_rows
            if place and line == 0:
                sheet = _new_sheet(book, header)
            _write_cells(sheet, line + 1, cells)


def _new_sheet(book: Workbook, header: Sequence[str]) -> Worksheet:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    _write_cells(sheet, 0, header)
    return sheet


def _write_cells(sheet: Worksheet, line: int, cells: Sequence[Cell]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(line, column, cell[:CELL_SIGNS])
        elif cell is not None:
            sheet.write_number(line, column, cell)


def geojson_chunks(features: Iterable[Feature]) -> Iterator[bytes]:
    """Yield a collection of points, `CHUNK` at a time; cut off, it is no JSON.

    Source: RFC 7946.
    """
    yield b'{"type":"FeatureCollection","features":['
    left, between = iter(features), "\n"
    while chunk := list(itertools.islice(left, CHUNK)):
        yield (between + ",\n".join(_geojson(one) for one in chunk)).encode()
        between = ",\n"
    yield b"\n]}\n"


def _geojson(one: Feature) -> str:
    point = {"type": "Point", "coordinates": [one.longitude, one.latitude]}
    whole = {"type": "Feature", "id": one.id, "geometry": point, "properties": {**one.properties}}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
