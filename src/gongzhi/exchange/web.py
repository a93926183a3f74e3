"""The list of cases as a file, narrowed by its address as the page is, and seen alike."""

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.cases import queries
from gongzhi.cases.queries import ExportRow
from gongzhi.cases.web.lists import filter_of
from gongzhi.cases.words import STATES
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.reading import named

from .rules.writing import Cell, Feature, csv_chunks, geojson_chunks, write_workbook
from .words import EXPORT_COLUMNS

T = TypeVar("T")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@cache_control(private=True, no_store=True)
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """GET — the list as CSV, streamed."""
    header, rows = _table(request)
    return _download(csv_chunks(header, rows), "csv", "text/csv; charset=utf-8")


@require_safe
@cache_control(private=True, no_store=True)
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    """GET — the list as a workbook, by way of a temporary file."""
    header, rows = _table(request)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        write_workbook(file, header, rows)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return FileResponse(file, as_attachment=True, filename=_name("xlsx"), content_type=XLSX)


@require_safe
@cache_control(private=True, no_store=True)
def export_geojson(request: HttpRequest) -> HttpResponseBase:
    """GET — the cases of the list that have a position, as points, streamed."""
    language = get_language()
    features = (one for row in _rows(request) if (one := _feature(row, language)))
    return _download(geojson_chunks(features), "geojson", "application/geo+json")


def _table(request: HttpRequest) -> tuple[list[str], Iterator[list[Cell]]]:
    """Return the header and the rows, in the language of the reader."""
    language = get_language()
    columns = [code for code in EXPORT_COLUMNS if code != "words" or _has_words(request)]
    header = [str(EXPORT_COLUMNS[code]) for code in columns]
    return header, (_cells(row, columns, language) for row in _rows(request))


def _has_words(request: HttpRequest) -> bool:
    return queries.may_export_words(actor_of(request))


def _rows(request: HttpRequest) -> Iterator[ExportRow]:
    narrowed = filter_of(request.GET)
    return _begun(queries.export_rows(actor_of(request), at=timezone.now(), narrowed=narrowed))


def _begun(items: Iterator[T]) -> Iterator[T]:
    """Return the same items, the first fetched: a refusal must come before the answer begins."""
    return itertools.chain(list(itertools.islice(items, 1)), items)


def _download(chunks: Iterable[bytes], ending: str, content_type: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(chunks, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{_name(ending)}"'
    return answer


def _name(ending: str) -> str:
    return f"cases-{timezone.localtime():%Y%m%d-%H%M}.{ending}"


def _cells(row: ExportRow, columns: list[str], language: str | None) -> list[Cell]:
    """Return a row in words.  The stream outlives the request and with it its language."""
    with override(language):
        values = _values(row) | {
            "state": str(STATES[row.state]),
            "areas": " / ".join(named(area) for area in row.areas),
            "level": str(LEVELS.get(row.level, row.level)),
            "is_late": _("yes") if row.is_late else _("no"),
        }
    return [values[code] for code in columns]


def _feature(row: ExportRow, language: str | None) -> Feature | None:
    """Return a case as a point, with codes and JSON values for programs; None without one."""
    if row.longitude is None or row.latitude is None:
        return None
    with override(language):
        values = _values(row)
    for code in ("longitude", "latitude") if row.words is not None else _NO_PROPERTIES:
        del values[code]
    return Feature(row.number, row.longitude, row.latitude, values)


_NO_PROPERTIES = ("longitude", "latitude", "words")


def _values(row: ExportRow) -> dict[str, Any]:
    """Return the value of every column."""
    return {
        "number": row.number,
        "state": row.state.value,
        "category_code": row.category_code,
        "category": named(row.category) if row.category else None,
        "areas": [named(area) for area in row.areas],
        "organisation": named(row.organisation) if row.organisation else None,
        "level": row.level,
        "reported_at": _iso(row.reported_at),
        "filed_at": _iso(row.filed_at),
        "dispatched_at": _iso(row.dispatched_at),
        "handled_at": _iso(row.handled_at),
        "ended_at": _iso(row.ended_at),
        "due_at": _iso(row.due_at),
        "is_late": row.is_late,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "supporters": row.supporters,
        "reworks": row.reworks,
        "returns": row.returns,
        "extensions": row.extensions,
        "words": row.words,
    }


def _iso(moment: datetime | None) -> str | None:
    """Return a moment in the city's time zone."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else None


urlpatterns = [
    path("cases/export.csv", export_csv, name="export-csv"),
    path("cases/export.xlsx", export_xlsx, name="export-xlsx"),
    path("cases/export.geojson", export_geojson, name="export-geojson"),
]
