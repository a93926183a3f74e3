"""Open cases that may be the same matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.phrases import likeness
from gongzhi.webkit.revisions import steady

from ..access import (
    near,
    visible_cases,
)
from ..models import Statement
from .lists import CaseLine, lines_of

SUMMARY = 120  # characters of a report in a list
MOST_COMPARED = 100  # cases near enough, the newest; their words are compared


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """An open case that may be the same matter.

    Attributes:
        metres: between the two.
        likeness: of the words, 0 to 1; 0 where there are none to compare.
    """

    line: CaseLine
    metres: float
    likeness: float = 0.0


@steady()
def similar_cases(
    viewer: Actor,
    *,
    longitude: float,
    latitude: float,
    category_code: str,
    at: datetime,
    text: str = "",
    but: UUID | None = None,
    limit: int = 5,
) -> list[SimilarCase]:
    """Return open cases of the class near a place and time, the likeliest first.

    Place, time and class decide whether a case is named at all; the order is by the share
    of the distance that is left, and by how alike the words are.  One statement besides
    the revisions.

    Source: `standards.md` section 3: within 50 m and 24 h in the same class, as settings.

    Args:
        viewer: only cases this reader may see.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        category_code: exactly this category.
        at: the time of the report that is compared.
        text: its words; blank: only distance counts.
        but: a case that is not named: itself.
        limit: the most to return.
    """
    options = catalogue.book().options
    span = timedelta(hours=options.similar_hours)
    rows = visible_cases(viewer).filter(
        near(longitude, latitude, radius_m=options.similar_metres),
        category_code=category_code,
        ended_at=None,
        reported_at__gte=at - span,
        reported_at__lte=at + span,
    )
    said = Statement.objects.filter(case=OuterRef("pk"), kind="report").values("text")[:1]
    newest = rows.annotate(said=Subquery(said)).order_by("-reported_at")
    found = [
        (row, metres_between(longitude, latitude, row.longitude or 0.0, row.latitude or 0.0))
        for row in newest.defer("answer")[:MOST_COMPARED]
        if row.pk != but
    ]
    within = [(row, metres) for row, metres in found if metres <= options.similar_metres]
    return _ranked(within, text, reach=options.similar_metres, at=at)[:limit]


def _ranked(
    within: list[tuple[Any, float]], text: str, *, reach: float, at: datetime
) -> list[SimilarCase]:
    """Return cases by the share of the reach that lies between, less the likeness of words."""
    said = {row.pk: row.said or "" for row, _ in within}
    lines = lines_of([row for row, _ in within], at=at, said=_shortened(said))
    similar = [
        SimilarCase(line, metres, likeness(text, said.get(line.id, "")) if text else 0.0)
        for line, (_, metres) in zip(lines, within, strict=True)
    ]
    return sorted(similar, key=lambda one: one.metres / (reach or 1.0) - one.likeness)


def _shortened(said: dict[UUID, str]) -> dict[UUID, str]:
    return {key: text[:SUMMARY] for key, text in said.items()}
