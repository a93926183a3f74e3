"""What is going on around a place: one line, figures of an area, what was mended last."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gongzhi.accounts.rules import Actor
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE, Purpose
from gongzhi.places.rules import path_range
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, visible_cases
from ..models import Case
from ..rules import State
from .lists import CaseLine, OpenFigures, lines_of

_LOOKED_THROUGH = 24  # closed cases, of which some lack a picture that can be shown


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


@dataclass(frozen=True, slots=True)
class Mended:
    """A closed case with the first picture of before and the last of after."""

    line: CaseLine
    before: FileUseView
    after: FileUseView


@steady()
def latest_mended(
    viewer: Actor, *, at: datetime, area_path: str = "", limit: int = 3
) -> tuple[Mended, ...]:
    """Return the closed cases reported last that have both pictures, newest first.

    Of the newest 24 closed cases those with both pictures; at most six statements.

    Args:
        viewer: only cases this reader may see.
        at: the moment of judgement.
        area_path: of the area; blank for the whole city.
        limit: the most to return.
    """
    rows = _within(visible_cases(viewer), area_path).filter(state=State.CLOSED.value)
    newest = list(rows.order_by("-reported_at", "-id").defer("answer")[:_LOOKED_THROUGH])
    pairs = _pairs_of(newest)
    chosen = [row for row in newest if row.pk in pairs][:limit]
    lines = lines_of(chosen, at=at) if chosen else ()
    return tuple(Mended(line, *pairs[line.id]) for line in lines)


def _pairs_of(rows: list[Case]) -> dict[UUID, tuple[FileUseView, FileUseView]]:
    keys = {f"case:{row.pk}": row.pk for row in rows}
    files = evidence.files_of_many(keys)
    found = {}
    for subject, uses in groupby(files, key=lambda use: use.subject):
        shown = [use for use in uses if use.media_type in SHOWABLE]
        before = [use for use in shown if use.purpose == Purpose.BEFORE]
        after = [use for use in shown if use.purpose == Purpose.AFTER]
        if before and after:
            found[keys[subject]] = (before[0], after[-1])
    return found


def _within(rows: "QuerySet[Case]", area_path: str) -> "QuerySet[Case]":
    if not area_path:
        return rows
    low, high = path_range(area_path)
    return rows.filter(area_path__gte=low, area_path__lt=high)
