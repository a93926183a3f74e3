"""Open cases that may be the same matter."""

from collections.abc import Collection, Sequence
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
from ..rules import SAME_ENOUGH, sameness
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
    kinds: Collection[str],
    at: datetime,
    text: str = "",
    but: UUID | None = None,
    limit: int = 5,
) -> list[SimilarCase]:
    """Return open cases near a place that may be the same matter, the likeliest first.

    Only cases within the reach of the pack are compared: by distance, kind, time and words
    (`sameness`).  One statement besides the revisions.

    Args:
        viewer: only cases this reader may see.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        kinds: the category, or those it may be; none: words and place decide.
        at: the time of the report that is compared.
        text: its words; blank: they do not count.
        but: a case that is not named: itself.
        limit: the most to return.
    """
    options = catalogue.book().options
    reach = options.similar_metres
    said = Statement.objects.filter(case=OuterRef("pk"), kind="report").values("text")[:1]
    rows = visible_cases(viewer).filter(near(longitude, latitude, radius_m=reach), ended_at=None)
    newest = rows.annotate(said=Subquery(said)).order_by("-reported_at").defer("answer")
    compared = _Compared(longitude, latitude, kinds, text, at)
    found = (compared.to(row) for row in newest[:MOST_COMPARED] if row.pk != but)
    likely = [one for one in found if one.metres <= reach and one.sameness >= SAME_ENOUGH]
    likely.sort(key=lambda one: one.sameness, reverse=True)
    return _as_lines(likely[:limit], at=at)


@dataclass(frozen=True, slots=True)
class _Likely:
    """A row beside the report."""

    row: Any
    metres: float
    likeness: float
    sameness: float


@dataclass(frozen=True, slots=True)
class _Compared:
    """The report to which rows are compared."""

    longitude: float
    latitude: float
    kinds: Collection[str]
    text: str
    at: datetime

    def to(self, row: Any) -> _Likely:
        """Return how near and how alike a case is."""
        options = catalogue.book().options
        metres = metres_between(self.longitude, self.latitude, row.longitude, row.latitude)
        words = likeness(self.text, row.said or "")
        hours = abs(self.at - row.reported_at) / timedelta(hours=1)
        same = sameness(
            distance=metres / (options.similar_metres or 1.0),
            kinship=max((_kinship(kind, row.category_code) for kind in self.kinds), default=0.0),
            age=hours / (options.similar_hours or 1.0),
            likeness=words,
        )
        return _Likely(row, metres, words, same)


def _kinship(one: str, other: str) -> float:
    """Return 1 for the same category, a half for another of its group, 0 for a stranger."""
    if one == other:
        return 1.0
    known = catalogue.book().categories
    left, right = known.get(one), known.get(other)
    return 0.5 if left and right and left.parent_code == right.parent_code else 0.0


def _as_lines(likely: Sequence[_Likely], *, at: datetime) -> list[SimilarCase]:
    said = {one.row.pk: (one.row.said or "")[:SUMMARY] for one in likely}
    lines = lines_of([one.row for one in likely], at=at, said=said)
    pairs = zip(lines, likely, strict=True)
    return [SimilarCase(line, one.metres, one.likeness) for line, one in pairs]
