"""Open cases that may be the same matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.kernel.nearness import metres_between
from gongzhi.webkit.revisions import steady

from ..access import (
    near,
    visible_cases,
)
from .lists import CaseLine, lines_of


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """An open case that may be the same matter."""

    line: CaseLine
    metres: float


@steady()
def similar_cases(
    viewer: Actor,
    *,
    longitude: float,
    latitude: float,
    category_code: str,
    at: datetime,
    limit: int = 5,
) -> list[SimilarCase]:
    """Return open cases of the class near a place and time, the nearest first.

    Source: `standards.md` section 3: within 50 m and 24 h in the same class, as settings.

    Args:
        viewer: only cases this reader may see.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        category_code: exactly this category.
        at: the time of the new report.
        limit: the most to return.
    """
    options = catalogue.book().options
    rows = visible_cases(viewer).filter(
        near(longitude, latitude, radius_m=options.similar_metres),
        category_code=category_code,
        ended_at=None,
        reported_at__gte=at - timedelta(hours=options.similar_hours),
    )
    apart = {
        row: metres_between(longitude, latitude, row.longitude or 0.0, row.latitude or 0.0)
        for row in rows.order_by("-reported_at")[:100]
    }
    within = sorted(
        (row for row in apart if apart[row] <= options.similar_metres), key=apart.__getitem__
    )[:limit]
    lines = lines_of(within, at=at)
    return [SimilarCase(line, apart[row]) for row, line in zip(within, lines, strict=True)]
