"""The watch of a supervisor: what is owed, what is broken, what goes in circles.

Counted over what the reader may see in the areas of their post.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.cases import queries as cases
from gongzhi.cases.queries import CaseFilter, CaseHead
from gongzhi.cases.queries.lists import AGES
from gongzhi.cases.rules import STEPS, State, Step
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.queries import Tally
from gongzhi.commitments.rules import Outcome, PromiseFilter, Rate
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import StandingPoint
from gongzhi.evidence.rules import Flag
from gongzhi.webkit.revisions import steady

from ..rules import Month, NotYourWatch
from .areas import Place, place_at, places_below
from .board import OverdueLine, on_the_road, overdue_lines, rate_of

WATCHERS = (Role.SUPERVISOR, Role.LEADER, Role.DUTY_HEAD)
LOOKED_AT = 60  # cases handled last, whose photographs are compared
OVERDUE = 15  # lines
SOON = 3  # days after today
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What one party, or one part of the area, owes and has kept.

    Attributes:
        place: the part; None in a line of a party.
        is_alone: only what lies in the place itself, in none of its parts.
        late: broken now and still owed.
        today: due later today.
        soon: due on the three days after today.
        owed: all that is still owed.
        rate: of what fell due this month.
    """

    organisation: OrganisationView | None
    place: Place | None
    late: int
    today: int
    soon: int
    owed: int
    rate: Rate
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class FlaggedCase:
    """A case handled lately whose photographs should be looked at."""

    head: CaseHead
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of the promises in an area at a moment.

    Attributes:
        kinds: every kind of promise, in the order of the road, and how it stands.
        fresh: broken now, and due since yesterday's midnight.
        counts: of cases: open, late, reopened, returned, raised, urged, suspended, and
            the ages.
        flagged: of the `looked_at` cases handled last.
        numbers: printed numbers of cases that flags name, by subject.
    """

    place: Place
    at: datetime
    today: datetime
    month: Month
    total: Standing
    parties: tuple[Standing, ...]
    areas: tuple[Standing, ...]
    kinds: tuple[tuple[str, Standing], ...]
    fresh: int
    counts: Mapping[str, int]
    overdue: tuple[OverdueLine, ...]
    flagged: tuple[FlaggedCase, ...]
    looked_at: int
    numbers: Mapping[str, str]


def check_may_watch(viewer: Actor, place: Place) -> None:
    """Refuse the watch to whom it is not for.

    Raises:
        NotYourWatch: by role, or by area.
    """
    if not viewer.has(*WATCHERS) or not viewer.covers(place.path):
        raise NotYourWatch(area=place.name)


def home_of(viewer: Actor) -> Place | None:
    """Return the area of the reader's post; None where the watch is not for them."""
    if not viewer.has(*WATCHERS) or not viewer.scopes:
        return None
    return place_at(viewer.scopes[0])


def may_urge(viewer: Actor, area_path: str) -> bool:
    """Return whether the reader may urge whoever owes something in this area."""
    roles = STEPS[Step.URGE].roles - {Role.RESIDENT}
    return viewer.has(*roles) and viewer.covers(area_path)


@steady()
def watch(viewer: Actor, place: Place, *, at: datetime, zone: ZoneInfo) -> Watch:
    """Return what a supervisor watches in an area.

    At most nine statements, whatever the number of cases.

    Args:
        viewer: the reader; whatever they may see is counted.
        place: the area.
        at: the moment of judgement.
        zone: the city's time zone; days begin at its midnight.

    Raises:
        NotYourWatch: it is not for this reader.
    """
    check_may_watch(viewer, place)
    local = at.astimezone(zone)
    today, month = datetime.combine(local.date(), time.min, zone), Month(local.year, local.month)
    parts = places_below(place.path, at=at)
    found = _tallies(viewer, place, parts, at=at, today=today, zone=zone)
    handled, flags = _flags(viewer, place, at=at)
    late = PromiseFilter(Outcome.LATE, area_path=place.path)
    promises = commitments.promise_list(viewer, at=at, narrowed=late, limit=OVERDUE).promises
    named = (flag.facts.get("subject") for rows in flags.values() for flag in rows)
    others = {key for one in named if one and (key := cases.case_id_of(str(one))) is not None}
    wanted = cases.case_ids(promises) | others
    heads = cases.case_heads(viewer, wanted)
    return Watch(
        place=place,
        at=at,
        today=today,
        month=month,
        total=_standing(_summed(found), None, None),
        parties=_by_party(found),
        areas=_by_area(found, place, parts),
        kinds=_by_kind(found),
        fresh=_summed(found)["fresh"],
        counts=_case_counts(viewer, place, at=at),
        overdue=overdue_lines(promises, heads),
        flagged=tuple(
            FlaggedCase(head, tuple(flags[f"case:{head.id}"]))
            for head in handled
            if flags.get(f"case:{head.id}")
        ),
        looked_at=len(handled),
        numbers={f"case:{key}": head.number for key, head in heads.items()},
    )


def _tallies(
    viewer: Actor,
    place: Place,
    parts: tuple[Place, ...],
    *,
    at: datetime,
    today: datetime,
    zone: ZoneInfo,
) -> list[Tally]:
    begin = Month(today.year, today.month)
    month = {"due_from": begin.begin(zone), "due_before": begin.after.begin(zone)}
    morrow = today + DAY
    questions = {
        "late": PromiseFilter(Outcome.LATE),
        "fresh": PromiseFilter(Outcome.LATE, due_from=today - DAY),
        "today": PromiseFilter(Outcome.AHEAD, due_before=morrow),
        "soon": PromiseFilter(
            Outcome.AHEAD, due_from=morrow, due_before=morrow + timedelta(days=SOON)
        ),
        "owed": PromiseFilter(Outcome.OWED),
        "kept": PromiseFilter(Outcome.KEPT, **month),  # type: ignore[arg-type]
        "due": PromiseFilter(Outcome.JUDGED, **month),  # type: ignore[arg-type]
    }
    return commitments.tallies(
        viewer,
        questions,
        at=at,
        narrowed=PromiseFilter(area_path=place.path),
        since=begin.begin(zone),
        path_length=len(parts[0].path) if parts else 0,
    )


def _summed(found: Iterable[Tally]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in found:
        sums.update(one.counts)
    return sums


def _standing(
    sums: Mapping[str, int],
    organisation: OrganisationView | None,
    place: Place | None,
    *,
    is_alone: bool = False,
) -> Standing:
    told = Counter(sums)
    return Standing(
        organisation,
        place,
        late=told["late"],
        today=told["today"],
        soon=told["soon"],
        owed=told["owed"],
        rate=rate_of(told["kept"], told["due"]),
        is_alone=is_alone,
    )


def _by_party(found: Iterable[Tally]) -> tuple[Standing, ...]:
    grouped: dict[int, list[Tally]] = {}
    for one in found:
        grouped.setdefault(one.organisation_id, []).append(one)
    chart = accounts.organisations(grouped)
    lines = [_standing(_summed(rows), chart[key], None) for key, rows in grouped.items()]
    return _sorted(lines, lambda one: one.organisation.code if one.organisation else "")


def _by_kind(found: Iterable[Tally]) -> tuple[tuple[str, Standing], ...]:
    grouped: dict[str, list[Tally]] = {}
    for one in found:
        grouped.setdefault(one.kind, []).append(one)
    lines = {kind: _standing(_summed(rows), None, None) for kind, rows in grouped.items()}
    told = [(kind, one) for kind, one in lines.items() if one.late or one.rate.due]
    return tuple(sorted(told, key=lambda line: on_the_road(line[0])))


def _by_area(
    found: Iterable[Tally], place: Place, parts: tuple[Place, ...]
) -> tuple[Standing, ...]:
    """Return the parts in their order, and what lies in none of them."""
    if not parts:
        return ()
    grouped: dict[str, list[Tally]] = {}
    for one in found:
        grouped.setdefault(one.area_path, []).append(one)
    lines = [_standing(_summed(grouped.pop(one.path, ())), None, one) for one in parts]
    beside = [
        _standing(_summed(rows), None, there, is_alone=True)
        for path, rows in sorted(grouped.items())
        if (there := place_at(path)) is not None
    ]
    return (*lines, *(one for one in beside if one.owed or one.rate.due))


def _sorted(lines: list[Standing], last: object) -> tuple[Standing, ...]:
    told = [one for one in lines if one.owed or one.rate.due]
    return tuple(
        sorted(told, key=lambda one: (-one.late, -one.today, -one.owed, last(one)))  # type: ignore[operator]
    )


def _case_counts(viewer: Actor, place: Place, *, at: datetime) -> dict[str, int]:
    questions = {
        "open": CaseFilter(),
        "late": CaseFilter(is_late=True),
        "reopened": CaseFilter(course="reopened"),
        "returned": CaseFilter(course="returned"),
        "raised": CaseFilter(course="raised"),
        "urged": CaseFilter(course="urged"),
        "suspended": CaseFilter(states=(State.SUSPENDED,)),
    } | {
        f"age_{code}": CaseFilter(age_from=begin, age_before=end)
        for code, (begin, end) in AGES.items()
    }
    narrowed = CaseFilter(is_open=True, area_path=place.path)
    return cases.case_counts(viewer, questions, at=at, narrowed=narrowed)


def _flags(
    viewer: Actor, place: Place, *, at: datetime
) -> tuple[list[CaseHead], dict[str, list[Flag]]]:
    """Return the cases handled last that lie somewhere, and what their pictures raise."""
    narrowed = CaseFilter(area_path=place.path)
    handled = cases.latest_heads(viewer, at=at, narrowed=narrowed, limit=LOOKED_AT, by="handled_at")
    points = {
        f"case:{one.id}": StandingPoint(one.longitude, one.latitude, one.reported_at)
        for one in handled
        if one.longitude is not None and one.latitude is not None
    }
    return handled, evidence.flags_of_many(points)
