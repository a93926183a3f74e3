"""What is going on around a place: the line of one case, the figures of an area."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from gongzhi.accounts.rules import Actor
from gongzhi.places.rules import path_range
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, visible_cases
from ..models import Case
from .lists import CaseLine, OpenFigures, lines_of


@steady()
def case_line(number: str, *, viewer: Actor, at: datetime, claim_code: str = "") -> CaseLine:
    """Return the line of one case.  At most six statements.

    Raises:
        CaseNotFound: none, or hidden.
    """
    return lines_of([case_in_view(viewer, number, claim_code=claim_code)], at=at)[0]


def figures_in(viewer: Actor, *, at: datetime, area_path: str = "") -> OpenFigures:
    """Return the figures of the open cases in an area that `viewer` may see.  One statement.

    Args:
        viewer: only cases this reader may see.
        at: the moment of judgement.
        area_path: of the area; blank for the whole city.
    """
    rows = _within(visible_cases(viewer), area_path).filter(ended_at=None)
    counts = rows.aggregate(open=Count("id"), late=Count("id", filter=Q(due_at__lt=at)))
    return OpenFigures(**counts)


def _within(rows: "QuerySet[Case]", area_path: str) -> "QuerySet[Case]":
    if not area_path:
        return rows
    low, high = path_range(area_path)
    return rows.filter(area_path__gte=low, area_path__lt=high)
