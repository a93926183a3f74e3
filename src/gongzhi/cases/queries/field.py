"""What is to be done outside: near a place, and in which order to walk to it."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView
from gongzhi.kernel.nearness import metres_between
from gongzhi.kernel.walking import Point, walking_order
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.places.rules import path_range
from gongzhi.webkit.revisions import steady

from ..access import near, visible_cases
from ..models import Case
from ..rules import Step
from .lists import CaseLine, OpenFigures, case_ids, lines_of
from .page import possible_steps

FIELD_ROLES: Final = (Role.COLLECTOR, Role.STEWARD, Role.HANDLER)
# What a task outside is about; the first that is possible names the task.
TASK_STEPS: Final = (Step.VERIFY, Step.PASS_CHECK, Step.COMPLETE, Step.ACCEPT)
MOST_TASKS = 60
MOST_LOOKED_AT = 5_000  # cases around a place, of which the distance is taken
LATEST_REPORTS = 100  # of one person, from which the likely kinds are taken
LATEST_OF_ALL = 500  # likewise of everybody
FIXED = "field"  # the source of what was settled on the spot


@dataclass(frozen=True, slots=True)
class FieldCase:
    """A case with its place, as somebody outside needs it.

    Attributes:
        line: as in every list.
        version: to be given back with a step.
        longitude, latitude: degrees, WGS 84; None without a position.
        steps: what the viewer may do now.
        metres: from the viewer, or from the task before; None without a position.
        bearing: degrees clockwise from north, from the same place.
        promise: what is owed about it; None where nothing is.
    """

    line: CaseLine
    version: int
    longitude: float | None
    latitude: float | None
    steps: tuple[Step, ...]
    metres: float | None = None
    bearing: float | None = None
    promise: CommitmentView | None = None

    @property
    def step(self) -> Step | None:
        """Return the step that the task is about."""
        return next((step for step in TASK_STEPS if step in self.steps), None)


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is to be done, in walking order.

    Attributes:
        tasks: those with a position in walking order, then the others.
        metres: length of the whole way.
        is_more: there are more than could be shown.
    """

    tasks: tuple[FieldCase, ...]
    metres: float
    is_more: bool


@steady()
def cases_near(
    viewer: Actor, *, longitude: float, latitude: float, radius_m: float, at: datetime, limit: int
) -> list[FieldCase]:
    """Return open cases around a place, the nearest first.

    At most six statements, whatever the number of cases.

    Args:
        viewer: only cases this reader may see.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        radius_m: metres on the ground.
        at: when it is read.
        limit: the most to return.
    """
    around = near(longitude, latitude, radius_m=radius_m)
    found = visible_cases(viewer).filter(around, ended_at=None)
    places_of = found.values_list("pk", "longitude", "latitude")[:MOST_LOOKED_AT]
    apart = {pk: metres_between(longitude, latitude, x or 0.0, y or 0.0) for pk, x, y in places_of}
    nearest = sorted((pk for pk in apart if apart[pk] <= radius_m), key=apart.__getitem__)[:limit]
    rows = sorted(Case.objects.filter(pk__in=nearest), key=lambda row: apart[row.pk])
    return _legs(_field_cases(rows, viewer, at=at), start=(longitude, latitude))


@steady()
def tasks(
    viewer: Actor, *, at: datetime, start: Point | None = None, is_due_first: bool = True
) -> Tasks:
    """Return what the viewer owes to verify, to handle and to check, in walking order.

    At most six statements, whatever the number of cases.

    Args:
        viewer: whoever works outside; what their post or organisation promised.
        at: when it is read.
        start: where they stand; without it, at the first task.
        is_due_first: what is late or due soon comes before all others.
    """
    owed = [
        line.promise
        for line in commitments.inbox(viewer, at=at, limit=MOST_TASKS * 2)
        if line.promise.post_id in {None, viewer.post_id}
    ]
    about = {line.subject: line for line in reversed(owed)}  # of several, the one due first
    ids = case_ids(about.values())
    rows = list(visible_cases(viewer).filter(pk__in=ids, ended_at=None).order_by("due_at", "pk"))
    found = [
        replace(one, promise=about.get(f"case:{one.line.id}"))
        for one in _field_cases(rows, viewer, at=at)
        if one.step is not None
    ]
    shown = found[:MOST_TASKS]
    ordered, metres = _walked(shown, start=start, at=at, is_due_first=is_due_first)
    return Tasks(tuple(ordered), metres, len(found) > MOST_TASKS)


def _field_cases(rows: list[Case], viewer: Actor, *, at: datetime) -> list[FieldCase]:
    return [
        FieldCase(
            line, row.version, row.longitude, row.latitude, tuple(possible_steps(row, viewer))
        )
        for row, line in zip(rows, lines_of(rows, at=at), strict=True)
    ]


def _walked(
    found: Iterable[FieldCase], *, start: Point | None, at: datetime, is_due_first: bool
) -> tuple[list[FieldCase], float]:
    placed = [one for one in found if one.longitude is not None and one.latitude is not None]
    elsewhere = [one for one in found if one.longitude is None or one.latitude is None]
    points = [(one.longitude or 0.0, one.latitude or 0.0) for one in placed]
    first = [is_due_first and _is_pressing(one, at) for one in placed]
    walk = walking_order(points, start=start, first=first)
    ordered = [placed[place] for place in walk.order]
    return [*_legs(ordered, start=start, is_chain=True), *elsewhere], walk.metres


def _is_pressing(one: FieldCase, at: datetime) -> bool:
    """Return whether what is owed is late, or so near that a warning was given."""
    promise = one.promise
    if promise is None:
        return one.line.is_late
    return promise.due_at < at or (promise.warn_at is not None and promise.warn_at <= at)


def _legs(
    found: list[FieldCase], *, start: Point | None, is_chain: bool = False
) -> list[FieldCase]:
    """Return the cases with the way to each: from the start, or from the one before."""
    here, told = start, []
    for one in found:
        there = (one.longitude or 0.0, one.latitude or 0.0)
        metres = metres_between(*here, *there) if here else None
        turn = bearing(here, there) if here else None
        told.append(replace(one, metres=metres, bearing=turn))
        here = there if is_chain else here
    return told


def bearing(here: Point, there: Point) -> float:
    """Return the direction from one near point to another, degrees clockwise from north."""
    across = (there[0] - here[0]) * math.cos(math.radians((here[1] + there[1]) / 2))
    return math.degrees(math.atan2(across, there[1] - here[1])) % 360


@dataclass(frozen=True, slots=True)
class OwnArea:
    """An area of the viewer's post.

    Attributes:
        area: the area; None for the whole city.
        path: its materialised path.
        middle: longitude and latitude of its middle, degrees, WGS 84; None without a map.
    """

    area: AreaView | None
    path: str
    middle: Point | None


def own_areas(viewer: Actor, *, at: datetime) -> tuple[OwnArea, ...]:
    """Return the areas that the viewer's post covers.  No statement when warm."""
    found = []
    for path in viewer.scopes:
        area = _area_at(path)
        root = area or next(iter(places.children_of(None, at=at)), None)
        found.append(OwnArea(area, path, _middle(root)))
    return tuple(found)


def _area_at(path: str) -> AreaView | None:
    """Return the area with a materialised path: its last five signs are its key, base 36."""
    if not path:
        return None
    key = int(path[-5:], 36)
    return places.areas([key]).get(key)


def _middle(area: AreaView | None) -> Point | None:
    if area is None:
        return None
    point = places.shape_of(area.id).representative_point()
    return float(point.x), float(point.y)


@dataclass(frozen=True, slots=True)
class PartFigures:
    """What is open in a part of an area."""

    area: AreaView
    figures: OpenFigures


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """What is open in an area, and in those of its parts where anything is: late ones first."""

    whole: OpenFigures
    parts: tuple[PartFigures, ...]


def figures_by_part(
    viewer: Actor, parts: Iterable[AreaView], *, area_path: str, at: datetime
) -> AreaFigures:
    """Return how many open cases of an area the viewer may see, and how many are late.

    One statement.

    Args:
        viewer: only cases this reader may see.
        parts: areas within the area.
        area_path: of the area; blank for the whole city.
        at: the moment of judgement.
    """
    rows = visible_cases(viewer).filter(ended_at=None)
    if area_path:
        low, high = path_range(area_path)
        rows = rows.filter(area_path__gte=low, area_path__lt=high)
    late = Count("id", filter=Q(due_at__lt=at))
    by_path = rows.order_by().values("area_path").annotate(all=Count("id"), late=late)
    counts = list(by_path.values_list("area_path", "all", "late"))
    found = [PartFigures(part, _sum_below(part.path, counts)) for part in parts]
    found = [one for one in found if one.figures.open]
    found.sort(key=lambda one: (-one.figures.late, -one.figures.open))
    return AreaFigures(_sum_below(area_path, counts), tuple(found))


def _sum_below(path: str, counts: Iterable[tuple[str, int, int]]) -> OpenFigures:
    below = [(open_, late) for at_path, open_, late in counts if at_path.startswith(path)]
    return OpenFigures(sum(one for one, _late in below), sum(late for _one, late in below))


@steady()
def small_kinds(viewer: Actor) -> tuple[CategoryView, ...]:
    """Return the kinds that may be fixed on the spot, those the viewer reported most first.

    After them come those that everybody reports most.  Three statements.
    """
    book = catalogue.book()
    small = [
        row
        for row in book.categories.values()
        if row.kind != "group" and any(one.is_small for one in book.standards_of(row.code))
    ]
    latest = Case.objects.filter(reporter_id=viewer.person_id).order_by("-reported_at")
    own = Counter(latest.values_list("category_code", flat=True)[:LATEST_REPORTS])
    newest = Case.objects.order_by("-reported_at", "-id")
    all_of_us = Counter(newest.values_list("category_code", flat=True)[:LATEST_OF_ALL])
    return tuple(sorted(small, key=lambda row: (-own[row.code], -all_of_us[row.code])))


@dataclass(frozen=True, slots=True)
class OwnFixes:
    """What somebody has settled on the spot.

    Attributes:
        latest: the newest cases.
        since: how many since the moment that was asked for.
    """

    latest: tuple[CaseLine, ...]
    since: int


@steady()
def own_fixes(viewer: Actor, *, since: datetime, at: datetime, limit: int = 3) -> OwnFixes:
    """Return what the viewer has settled on the spot lately.  At most six statements.

    Args:
        viewer: who settled it.
        since: from when on they are counted.
        at: the moment of judgement.
        limit: the most lines to return.
    """
    if viewer.person_id is None:
        return OwnFixes((), 0)
    rows = Case.objects.filter(reporter_id=viewer.person_id, source=FIXED)
    latest = list(rows.order_by("-reported_at")[:limit])
    if not latest:
        return OwnFixes((), 0)
    return OwnFixes(lines_of(latest, at=at), rows.filter(reported_at__gte=since).count())
