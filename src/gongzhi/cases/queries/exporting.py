"""The whole of a list, streamed: for files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.webkit.revisions import steady

from ..access import (
    AREA_ROLES,
    visible_cases,
)
from ..models import Case, Statement
from ..rules import (
    State,
)
from .lists import CaseFilter, below, cursor_of, is_late, narrow

EXPORT_PAGE = 1000  # rows held at once while a list is exported


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One case of an export: no personal data.

    Attributes:
        areas: the names it lies under, the widest first.
        ended_at: when it was closed, or ended in another way.
        is_late: open, and its present deadline has passed.
        longitude, latitude: degrees, WGS 84; both None without a position.
        words: the reporter's; None where the viewer may not export them.
    """

    number: str
    state: State
    category_code: str
    category: CategoryView | None
    areas: tuple[AreaView, ...]
    organisation: OrganisationView | None
    level: str
    reported_at: datetime
    filed_at: datetime | None
    dispatched_at: datetime | None
    handled_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    is_late: bool
    longitude: float | None
    latitude: float | None
    supporters: int
    reworks: int
    returns: int
    extensions: int
    words: str | None


_EXPORTED_AS_IT_IS = (
    "number", "category_code", "level", "reported_at", "filed_at", "dispatched_at", "handled_at",
    "ended_at", "due_at", "longitude", "latitude", "supporters", "reworks", "returns", "extensions",
)  # fmt: skip


def may_export_words(viewer: Actor) -> bool:
    """Return whether `viewer` may export reporters' words, of the cases in the areas of a post."""
    return viewer.has(*AREA_ROLES)


def export_rows(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter | None = None
) -> Iterator[ExportRow]:
    """Yield every case that all pages of `case_list` show together, in the same order.

    Holds `EXPORT_PAGE` cases at once; at most six statements for each such page.

    Args:
        viewer: the reader.
        at: the moment of judgement; a case due exactly then is not yet late.
        narrowed: what the list is narrowed to.
    """
    cursor = ""
    while True:
        page, cursor = _export_page(viewer, at=at, narrowed=narrowed or CaseFilter(), after=cursor)
        yield from page
        if not cursor:
            return


@steady()
def _export_page(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter, after: str
) -> tuple[list[ExportRow], str]:
    rows = below(narrow(visible_cases(viewer), narrowed, at), after)
    found = list(rows.order_by("-reported_at", "-id").defer("answer")[: EXPORT_PAGE + 1])
    page = found[:EXPORT_PAGE]
    cursor = cursor_of(page[-1]) if len(found) > EXPORT_PAGE else ""
    return _export_rows_of(page, viewer, at=at), cursor


def _export_rows_of(page: list[Case], viewer: Actor, *, at: datetime) -> list[ExportRow]:
    book = catalogue.book()
    area_ids = {row.area_id for row in page if row.area_id is not None}
    areas = {key: tuple(reversed(places.ancestors(key))) for key in area_ids}
    parties = accounts.organisations(
        {row.organisation_id for row in page if row.organisation_id is not None}
    )
    may_read = may_export_words(viewer)
    readable = [row.pk for row in page if may_read and viewer.covers(row.area_path)]
    said = _whole_reports_of(readable)
    return [
        ExportRow(
            state=State(row.state),
            category=book.categories.get(row.category_code),
            areas=areas[row.area_id] if row.area_id is not None else (),
            organisation=parties.get(row.organisation_id) if row.organisation_id else None,
            is_late=is_late(row, at),
            words=said.get(row.pk),
            **{name: getattr(row, name) for name in _EXPORTED_AS_IT_IS},
        )
        for row in page
    ]


def _whole_reports_of(ids: list[UUID]) -> dict[UUID, str]:
    """Return the reporter's words by case; blank without any.  At most one statement."""
    if not ids:
        return {}
    rows = Statement.objects.filter(case__in=ids, kind="report").values_list("case_id", "text")
    return dict.fromkeys(ids, "") | dict(rows)
