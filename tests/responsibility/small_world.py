"""A small city as plain values: one district, two streets, three communities, a road."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import numpy as np

from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.catalogue.rules import (
    Book,
    CalendarSheet,
    CategoryView,
    DutyRule,
    Options,
    PostKindRow,
)
from gongzhi.kernel.worktime import Limit, Unit
from gongzhi.places.rules import AreaView, Location
from gongzhi.responsibility.rules import DutyRow, Question, World, build_world

TODAY = date(2026, 3, 2)
LEVELS = ("community", "street", "district", "city")
RANKS = {
    "city": 0,
    "district": 10,
    "street": 20,
    "community": 30,
    "grid": 40,
    "sector": 32,
    "station": 31,
    "road": 50,
    "courtyard": 60,
    "frontage": 65,
    "building": 70,
}


def _area(number: int, layer: str, parent: AreaView | None) -> AreaView:
    path = (parent.path if parent else "") + f"{number:05d}"
    level = layer if layer in LEVELS else ""
    return AreaView(
        number,
        layer,
        f"{layer}-{number}",
        f"{layer}{number}",
        "",
        parent.id if parent else None,
        path,
        "",
        level,
    )


CITY = _area(1, "city", None)
DISTRICT = _area(2, "district", CITY)
WEST = _area(3, "street", DISTRICT)
EAST = _area(4, "street", DISTRICT)
PINE = _area(5, "community", WEST)
ELM = _area(6, "community", WEST)
OAK = _area(7, "community", EAST)
GRID = _area(8, "grid", PINE)
ROAD = _area(20, "road", DISTRICT)
COURTYARD = _area(21, "courtyard", PINE)
BUILDING = _area(22, "building", PINE)
FRONTAGE = _area(23, "frontage", WEST)
SECTOR = _area(24, "sector", PINE)
STATION = _area(25, "station", WEST)
AREAS = {
    one.id: one
    for one in (
        *(CITY, DISTRICT, WEST, EAST, PINE, ELM, OAK, GRID),
        *(ROAD, COURTYARD, BUILDING, FRONTAGE, SECTOR, STATION),
    )
}
TREE = (CITY, DISTRICT, WEST, EAST, PINE, ELM, OAK, GRID)


def place(smallest: AreaView | None, *others: AreaView) -> Location:
    """A point in an administrative area with all above it, and in other layers."""
    areas = {one.layer: one for one in others}
    step = smallest
    while step is not None:
        areas[step.layer] = step
        step = AREAS[step.parent_id] if step.parent_id else None
    return Location(areas, smallest, "", () if areas else ("outside",))


ORGANISATIONS = {
    code: OrganisationView(number, code, code, "", kind, None, scope)
    for number, code, kind, scope in (
        (1, "command", "city_centre", ""),
        (2, "power", "power_utility", ""),
        (3, "clean-district", "sanitation", DISTRICT.path),
        (4, "clean-west", "sanitation", WEST.path),
        (5, "office-west", "street_office", WEST.path),
        (6, "office-east", "street_office", EAST.path),
        (7, "pine", "community", PINE.path),
        (8, "elm", "community", ELM.path),
        (9, "oak", "community", OAK.path),
        (10, "roads", "roads", DISTRICT.path),
        (11, "owner-ltd", "company", ""),
        (12, "crew", "contractor", WEST.path),
    )
}
ORG = {code: one.id for code, one in ORGANISATIONS.items()}
POSTS = {
    code: PostView(number, code, kind, ORG[organisation], code, "", scope)
    for number, code, kind, organisation, scope in (
        (1, "building-head", "building_steward", "pine", PINE.path),
        (2, "yard-head", "courtyard_steward", "pine", PINE.path),
        (3, "lane-head", "lane_steward", "office-west", WEST.path),
        (4, "sector-head", "sector_steward", "pine", PINE.path),
        (5, "station-head", "station_head", "office-west", WEST.path),
        (6, "foreman", "handler", "clean-west", WEST.path),
        (7, "lane-other", "lane_steward", "office-east", EAST.path),
    )
}
POST = {code: one.id for code, one in POSTS.items()}
PARENTS = {"E": "", "E01": "E", "E0110": "E01", "E0111": "E01", "C": "", "C0105": "C"}
_WEEK = ((("09:00", "17:00"),),) * 5 + ((), ())


def options(fallback: str = "command") -> Options:
    hours = Limit(Decimal(4), Unit.WORK_HOURS)
    limits = ("verify", "check", "file", "dispatch", "close", "reply")
    return Options(
        auto_file=False,
        auto_dispatch=False,
        auto_close=False,
        auto_ask_check=False,
        max_extensions=2,
        reopen_days=15,
        suspend_max_days=365,
        similar_metres=50,
        similar_hours=24,
        recurrence_days=30,
        recurrence_metres=30,
        **{f"{name}_limit": hours for name in limits},
        raise_after=hours,
        due_soon_share=0.8,
        number_format="{sequence}",
        source_frame="wgs84",
        fallback_organisation=fallback,
        levels=LEVELS,
    )


def book(*rules: DutyRule, fallback: str = "command") -> Book:
    sheet = CalendarSheet("work", "", "", "Asia/Shanghai", _WEEK, needs_year_tables=False)
    return Book(
        version_id=1,
        pack_code="small",
        version_label="small 1",
        categories={
            code: CategoryView(code, parent, "event", code, f"n{code}", f"name {code}")
            for code, parent in PARENTS.items()
        },
        standards=(),
        calendar=sheet.calendar(),
        calendars=MappingProxyType({"work": sheet.calendar()}),
        options=options(fallback),
        post_kinds=(PostKindRow("lane_steward", "", "", ("steward",), "community", 1, "stewards"),),
        duties=rules,
    )


def duty(
    number: int,
    area: AreaView | None,
    category: str,
    organisation: str,
    *,
    rank: int = 1,
    post: str = "",
    since: date | None = None,
    until: date | None = None,
) -> DutyRow:
    return DutyRow(
        id=number,
        area_id=area.id if area else None,
        layer=area.layer if area else "",
        layer_rank=RANKS[area.layer] if area else 0,
        path=area.path if area else "",
        category_code=category,
        rank=rank,
        organisation_id=ORG[organisation],
        post_id=POST[post] if post else None,
        starts_on=since,
        ends_on=until,
    )


def world(
    *duties: DutyRow,
    rules: Sequence[DutyRule] = (),
    without: Iterable[str] = (),
    fallback: str = "command",
) -> World:
    """The index of the small city; `without` leaves organisations out."""
    gone = set(without)
    return build_world(
        duties,
        organisations=[one for code, one in ORGANISATIONS.items() if code not in gone],
        posts=POSTS.values(),
        book=book(*rules, fallback=fallback),
    )


def ask(
    index: World, category: str, location: Location, *, on: date = TODAY, facility: object = None
) -> Question:
    return Question(index, category, location, on, facility)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Pipe:
    """A facility with its three bodies."""

    maintainer_id: int | None = None
    owner_id: int | None = None
    competent_id: int | None = None


@dataclass(frozen=True)
class Spots:
    """Many locations in columns, as `places.LocatedMany` gives them."""

    locations: Sequence[Location]
    area_ids: Mapping[str, np.ndarray] = field(init=False)
    smallest: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        def column(ids: Iterable[int]) -> np.ndarray:
            return np.fromiter(ids, np.int64, len(self.locations))

        ids = {
            layer: column(
                one.areas[layer].id if layer in one.areas else -1 for one in self.locations
            )
            for layer in RANKS
        }
        smallest = column(one.smallest.id if one.smallest else -1 for one in self.locations)
        object.__setattr__(self, "area_ids", ids)
        object.__setattr__(self, "smallest", smallest)

    def area(self, area_id: int, /) -> AreaView:
        return AREAS[area_id]
