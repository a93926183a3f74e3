"""Where a case lies, what standard holds there, and who answers for it."""

from datetime import datetime, timedelta
from functools import reduce
from itertools import chain
from operator import or_
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateTimeField, Q, QuerySet

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, CategoryView, Options, StandardView
from gongzhi.kernel.coordinates import Frame, check_position, to_wgs84
from gongzhi.kernel.nearness import metres_between, ranges_around
from gongzhi.kernel.quadkeys import quadkey
from gongzhi.kernel.worktime import Unit
from gongzhi.places import queries as places
from gongzhi.places.rules import Location
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility.rules import Answer
from gongzhi.webkit.prepared import Given, Prepared

from ..models import Case
from ..rules import CategoryUnknown, StandardUnknown, State

NOWHERE = Location(areas={}, smallest=None, area_class="", flags=("no_position",))


def category_of(book: Book, code: str) -> CategoryView:
    """Return a category under which a case can be filed.

    Raises:
        CategoryUnknown: not in the pack, or a group.
    """
    category = book.categories.get(code)
    if category is None or category.kind == "group":
        raise CategoryUnknown(category=code, pack=book.pack_code)
    return category


def put_on_map(
    case: Case,
    longitude: float | None,
    latitude: float | None,
    frame: str,
    *,
    at: datetime,
) -> Location:
    """Set the case's position and areas, and return where it lies in every layer.

    Args:
        case: changed, not saved.
        longitude: degrees east in `frame`; absent when only the address is known.
        latitude: degrees north in `frame`.
        frame: of the coordinates as they came; what is kept is WGS 84.
        at: the map of this day.

    Raises:
        BadPosition: the position cannot be right.
    """
    location = NOWHERE
    if longitude is not None and latitude is not None:
        check_position(longitude, latitude)
        case.longitude, case.latitude = to_wgs84(longitude, latitude, Frame(frame))
        case.source_frame = frame
        case.quadkey = quadkey(case.longitude, case.latitude)
        location = places.locate(case.longitude, case.latitude, at=at)
    case.place_flags = list(location.flags)
    case.area_class = location.area_class
    case.area_id = location.smallest.id if location.smallest else None
    case.area_path = location.smallest.path if location.smallest else ""
    return location


def set_standard(case: Case, book: Book, *, row: str = "", at: datetime) -> StandardView | None:
    """Set the standard row that holds for the case: as named, or the first that fits.

    Raises:
        StandardUnknown: the category has no such row.
    """
    standard = (
        book.standard_for(
            case.category_code,
            area_class=case.area_class,
            season=frozenset(book.calendar.season_at(at)),
            condition=row,
        )
        if case.category_code
        else None
    )
    if row and standard is None:
        raise StandardUnknown(row=row, category=case.category_code)
    limit = standard.limit() if standard else None
    case.standard_id = standard.id if standard else None
    case.is_emergency = limit is not None and limit.unit in {
        Unit.EMERGENCY_HOURS,
        Unit.EMERGENCY_DAYS,
    }
    return standard


def set_answer(case: Case, location: Location, *, at: datetime) -> Answer:
    """Set who answers for the case, with the explanation, and the level it starts at."""
    answer = responsibility.who_answers(
        case.category_code, location=location, at=at, facility=_facility(case, at=at)
    )
    case.answer = answer.as_facts()
    case.level = answer.level
    case.organisation_id = answer.first.organisation_id
    case.handler_post_id = answer.first.post_id
    return answer


def _facility(case: Case, *, at: datetime) -> places.FacilityView | None:
    """Return the facility that a report of a component is about; events have none."""
    category = catalogue.book(case.pack_version_id).categories.get(case.category_code)
    if category is None or category.kind != "component":
        return None
    if case.longitude is None or case.latitude is None:
        return None
    return places.facility_near(
        case.longitude, case.latitude, category_code=case.category_code, within_m=30, at=at
    )


def recurrence_of(case: Case, options: Options, *, at: datetime) -> UUID | None:
    """Return the id of the newest ended case of the same class at the same place within the window.

    Source: the clean-and-return cycle (清理-回潮), `inventory.md` 35.  One statement.
    """
    if case.longitude is None or case.latitude is None or not case.category_code:
        return None
    since = at - timedelta(days=options.recurrence_days)
    radius = options.recurrence_metres
    tiles = ranges_around(case.longitude, case.latitude, radius_m=radius)
    # Always four ranges, so that the query is always the same; the empty ones hold nothing.
    ends = dict(zip(_ENDS, chain.from_iterable([*tiles, *[(0, 0)] * 4]), strict=False))
    for former in _closed_near(category_code=case.category_code, since=since, **ends):
        there = (former.longitude or 0.0, former.latitude or 0.0)
        if metres_between(case.longitude, case.latitude, *there) <= radius:
            return former.pk
    return None


_TILES = [("low_1", "high_1"), ("low_2", "high_2"), ("low_3", "high_3"), ("low_4", "high_4")]
_ENDS = list(chain.from_iterable(_TILES))


@Prepared
def _closed_near() -> QuerySet[Case]:
    ranges = [
        Q(
            quadkey__gte=Given(low, BigIntegerField()),
            quadkey__lt=Given(high, BigIntegerField()),
        )
        for low, high in _TILES
    ]
    closed = Case.objects.filter(
        reduce(or_, ranges),
        category_code=Given("category_code", CharField()),
        state=State.CLOSED.value,
        ended_at__gte=Given("since", DateTimeField()),
    )
    return closed.order_by("-ended_at").only("longitude", "latitude")[:50]
