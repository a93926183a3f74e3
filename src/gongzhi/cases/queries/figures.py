"""Figures over the cases a reader may see: each counts exactly what its list shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.webkit.periods import period_of
from gongzhi.webkit.revisions import steady

from ..access import visible_cases
from ..models import Case
from ..rules import State
from .lists import CaseFilter, condition_of, narrow


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What names a case: no words of anybody."""

    id: UUID
    number: str
    state: State
    category: CategoryView | None
    area: AreaView | None
    reported_at: datetime
    ended_at: datetime | None
    longitude: float | None
    latitude: float | None
    urges: int


_HEAD = (
    "id", "number", "state", "category_code", "area_id", "reported_at", "ended_at", "longitude",
    "latitude", "urges",
)  # fmt: skip


def case_counts(
    viewer: Actor,
    questions: Mapping[str, CaseFilter],
    *,
    at: datetime,
    narrowed: CaseFilter | None = None,
) -> dict[str, int]:
    """Return how many cases answer each question.

    Each count is the length of `case_list` of `narrowed` and its question together.
    One statement.

    Args:
        viewer: only cases this reader may see.
        questions: filters by name; each counts what it lets through.
        at: the moment of judgement; a case due exactly then is not yet late.
        narrowed: what all questions are narrowed to.
    """
    rows = narrow(visible_cases(viewer), narrowed or CaseFilter(), at)
    counts = {
        f"n{place}": Count("id", filter=condition_of(question, at))
        for place, question in enumerate(questions.values())
    }
    found = rows.order_by().aggregate(**counts)
    return dict(zip(questions, (found[name] for name in counts), strict=True))


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """How many cases were reported and ended in the same two periods, and what became of them.

    Attributes:
        reported, ended: how many of the marks each moment has reached; 0 for one before all
            of them, and for the end of an open case.
        counts: by question.
    """

    reported: int
    ended: int
    counts: Mapping[str, int]


def period_counts(
    viewer: Actor,
    questions: Mapping[str, CaseFilter],
    *,
    at: datetime,
    narrowed: CaseFilter,
    marks: Sequence[datetime],
) -> list[PeriodCounts]:
    """Return how many cases answer each question, by the periods of report and end.

    What was reported and ended before the first mark is left out.  One statement.

    Args:
        viewer: only cases this reader may see.
        questions: filters by name.
        at: the moment of judgement.
        narrowed: what all questions are narrowed to.
        marks: the begins of the periods, the earliest first.
    """
    rows = narrow(visible_cases(viewer), narrowed, at).filter(
        Q(ended_at=None) | Q(reported_at__gte=marks[0]) | Q(ended_at__gte=marks[0])
    )
    counts = {
        f"n{place}": Count("id", filter=condition_of(question, at))
        for place, question in enumerate(questions.values())
    }
    keys = {"begun": period_of("reported_at", marks), "done": period_of("ended_at", marks)}
    found = rows.order_by().annotate(**keys).values(*keys).annotate(**counts)
    return [
        PeriodCounts(begun, done, dict(zip(questions, told, strict=True)))
        for begun, done, *told in found.values_list(*keys, *counts)
    ]


def ended_spans(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter, limit: int
) -> list[tuple[datetime, datetime]]:
    """Return when cases were reported and when they ended, the last ended first.  One statement."""
    rows = narrow(visible_cases(viewer), narrowed, at).filter(ended_at__isnull=False)
    spans = rows.order_by("-ended_at", "-id").values_list("reported_at", "ended_at")[:limit]
    return [(begin, end) for begin, end in spans if end is not None]


@steady()
def case_heads(viewer: Actor, ids: Collection[UUID]) -> dict[UUID, CaseHead]:
    """Return what names the cases with these ids that `viewer` may see.  One statement warm."""
    rows = visible_cases(viewer).filter(pk__in=list(ids)) if ids else Case.objects.none()
    return {head.id: head for head in _heads(list(rows.values_list(*_HEAD)))}


@steady()
def latest_heads(
    viewer: Actor,
    *,
    at: datetime,
    narrowed: CaseFilter,
    limit: int,
    by: str = "ended_at",
) -> list[CaseHead]:
    """Return what names the cases that were handled or ended last.  One statement warm.

    Args:
        viewer: only cases this reader may see.
        at: the moment of judgement.
        narrowed: what they are narrowed to.
        limit: the most to return.
        by: `ended_at` or `handled_at`; cases without it are left out.
    """
    rows = narrow(visible_cases(viewer), narrowed, at).filter(**{f"{by}__isnull": False})
    return _heads(list(rows.order_by(f"-{by}", "-id").values_list(*_HEAD)[:limit]))


def _heads(rows: list[tuple[Any, ...]]) -> list[CaseHead]:
    book = catalogue.book()
    city = places.the_map()
    return [
        CaseHead(
            id=key,
            number=number,
            state=State(state),
            category=book.categories.get(category_code),
            area=city.find(area_id) if area_id is not None else None,
            reported_at=reported_at,
            ended_at=ended_at,
            longitude=longitude,
            latitude=latitude,
            urges=urges,
        )
        for (
            key, number, state, category_code, area_id, reported_at, ended_at, longitude,
            latitude, urges,
        ) in rows
    ]  # fmt: skip
