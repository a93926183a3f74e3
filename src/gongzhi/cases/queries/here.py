"""What is open at a place, and which stewards look after it."""

from dataclasses import dataclass
from datetime import datetime

import shapely
from django.db.models import Q, QuerySet

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.nearness import metres_between
from gongzhi.places import queries as places
from gongzhi.responsibility import queries as responsibility
from gongzhi.webkit.revisions import steady

from ..access import near, visible_cases
from ..models import Case
from .lists import CaseLine, lines_of

NEAR_M = 50.0  # metres about a point that is no area
SHOWN = 5
_MOST = 200  # open cases looked at


@dataclass(frozen=True, slots=True)
class CasesHere:
    """The newest open cases of a place, and whether there are more."""

    lines: tuple[CaseLine, ...]
    has_more: bool


@steady()
def cases_here(
    viewer: Actor,
    *,
    longitude: float,
    latitude: float,
    area_id: int | None = None,
    at: datetime,
) -> CasesHere:
    """Return the open cases in an area or near a point that `viewer` may see, newest first.

    At most six statements.

    Args:
        viewer: the reader.
        longitude: degrees east, WGS 84; latitude likewise.
        latitude: degrees north, WGS 84.
        area_id: an area of any layer; None: within fifty metres of the point.
        at: the moment of judgement.
    """
    rows = visible_cases(viewer).filter(ended_at=None)
    found = _within(rows, longitude, latitude) if area_id is None else _inside(rows, area_id)
    shown = found[:SHOWN]
    return CasesHere(lines_of(shown, at=at), len(found) > len(shown))


def _within(rows: "QuerySet[Case]", longitude: float, latitude: float) -> list[Case]:
    here = rows.filter(near(longitude, latitude, radius_m=NEAR_M)).defer("answer")
    return [
        row
        for row in here.order_by("-reported_at")[:_MOST]
        if metres_between(longitude, latitude, row.longitude or 0.0, row.latitude or 0.0) <= NEAR_M
    ]


def _inside(rows: "QuerySet[Case]", area_id: int) -> list[Case]:
    """Return the cases in an area: its box by the index of places, then its shape."""
    shape = places.shape_of(area_id)
    west, south, east, north = shape.bounds
    middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
    radius = metres_between(middle_lon, middle_lat, east, north)
    box = Q(longitude__gte=west, longitude__lte=east, latitude__gte=south, latitude__lte=north)
    here = rows.filter(near(middle_lon, middle_lat, radius_m=max(radius, 1.0)), box)
    return [
        row
        for row in here.defer("answer").order_by("-reported_at")[:_MOST]
        if shapely.intersects_xy(shape, row.longitude or 0.0, row.latitude or 0.0)
    ]


@steady()
def stewards_here(longitude: float, latitude: float, *, at: datetime) -> tuple[str, ...]:
    """Return in sentences which stewards look after a place, by post and never by name.

    At most four statements.
    """
    found = responsibility.stewards_of(places.locate(longitude, latitude, at=at), at=at)
    return tuple(responsibility.explanation_of_stewards(found))
