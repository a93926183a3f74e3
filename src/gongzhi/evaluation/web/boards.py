"""The public board: how promises are kept in an area, for everybody alike."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.cases.queries.pairs import SolvedPair
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.rules import Outcome
from gongzhi.commitments.web import PromiseLine, promise_line
from gongzhi.commitments.words import kind_label
from gongzhi.kernel.worktime import Calendar
from gongzhi.places import queries as places
from gongzhi.webkit.pages import address_with, asked
from gongzhi.webkit.reading import full_moment, locale, named, span_words

from .. import queries
from ..queries import Board, KindLine, MonthLine, OverdueLine, PartLine, PartyLine, Place
from ..rules import FEW, Month
from .doors import Figure, RateFigure, Scope, days_of

WORKING_DAY = 28_800  # seconds
MOST_PARTIES = 15  # lines, unless all are asked for


@dataclass(frozen=True, slots=True)
class Branch:
    """An area in the list of boards."""

    place: Place
    name: str
    depth: int
    children: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month, or several, as the page shows it."""

    label: str
    code: str
    reported: Figure
    closed: Figure
    reopened: Figure
    rate: RateFigure


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of promise as the page shows it.

    Attributes:
        address: of the same board, its parties narrowed to this kind.
    """

    name: str
    address: str
    is_chosen: bool
    late: Figure
    month: RateFigure
    year: RateFigure


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party as the page shows it."""

    name: str
    month: RateFigure
    year: RateFigure
    late: Figure
    owed: Figure


@dataclass(frozen=True, slots=True)
class PartRow(PartyRow):
    """A part of the area as the page shows it; `board` is blank where it has none."""

    board: str


@dataclass(frozen=True, slots=True)
class OwedRow:
    """A promise that is owed, as a line."""

    promise: PromiseLine
    party: str
    number: str
    title: str
    area: str
    may_urge: bool = False
    urges: int = 0


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A case and what is broken of it; blank where the reader may not know of the case."""

    number: str
    title: str
    area: str
    urges: int
    may_urge: bool
    promises: tuple[OwedRow, ...]


@dataclass(frozen=True, slots=True)
class PairRow:
    """A closed case in two pictures."""

    number: str
    title: str
    area: str
    ended: str
    before: str
    after: str


def name_of(place: Place) -> str:
    """Return what a place is called by people."""
    return named(place.area) if place.area else _("Whole city")


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """GET — every area with a board, as a tree of three levels."""
    at = timezone.now()
    branches = tuple(_branch(one, 0, at=at) for one in queries.places_below("", at=at))
    return render(request, "evaluation/boards.html", {"branches": branches})


DEEPEST = 2  # levels below the first


def _branch(place: Place, depth: int, *, at: datetime) -> Branch:
    below = queries.places_below(place.path, at=at) if depth < DEEPEST else ()
    children = tuple(_branch(one, depth + 1, at=at) for one in below)
    return Branch(place, name_of(place), depth, children)


@require_safe
def board(request: HttpRequest, area: str) -> HttpResponse:
    """GET — the board of an area; a bare code leads to the full name."""
    place = queries.place_called(area)
    if place.name != area:
        return HttpResponseRedirect(reverse("board", args=[place.name]))
    at = timezone.now()
    found = queries.board(place, at=at, zone=zone(), kind=asked(request.GET, "kind"))
    calendars = catalogue.book().calendars
    scope = Scope(place, is_public=True)
    months = tuple(_month_row(one, scope) for one in _begun(found.months))
    most = len(found.parties) if request.GET.get("all") == "1" else MOST_PARTIES
    shown = {
        "at": at,
        "place": place,
        "name": name_of(place),
        "above": _above(place),
        "below": [(one, name_of(one)) for one in queries.places_below(place.path, at=at)],
        "open": scope.cases(found.open, open="1"),
        "late": scope.cases(found.late, late="1"),
        "month": months[-1],
        "year": _year_row(found, scope),
        "months": months,
        "median": median_words(found),
        "timed": scope.cases(found.timed, state="closed", **_ended(found.month.month)),
        "parts": [_part_row(one, found) for one in found.parts],
        "kinds": [_kind_row(one, found, place) for one in found.kinds],
        "kind": kind_label(found.kind) if found.kind else "",
        "everybody": address_with(request, all="1"),
        "parties": [_party_row(one, found, place) for one in found.parties[:most]],
        "parties_beyond": max(len(found.parties) - most, 0),
        "overdue": broken_rows(found.overdue, at=at, calendars=calendars),
        "overdue_in_all": scope.promises(found.overdue_in_all, Outcome.LATE),
        "pairs": [pair_row(one) for one in found.pairs],
        "few": FEW,
    }
    return render(request, "evaluation/board.html", shown)


def zone() -> ZoneInfo:
    """Return the city's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def _above(place: Place) -> list[tuple[Place, str]]:
    """Return the places above one, the whole city first."""
    if place.area is None:
        return []
    chain = places.ancestors(place.area.id)[1:]
    above = [queries.place_of(one) for one in reversed(chain)]
    return [(one, name_of(one)) for one in (queries.whole_city(), *above)]


def _begun(months: Sequence[MonthLine]) -> Sequence[MonthLine]:
    """Return the months since the first in which anything happened, at least the present one."""
    empty = itertools.takewhile(
        lambda one: not (one.reported or one.closed or one.rate.due), months[:-1]
    )
    return months[len(list(empty)) :]


def _ended(month: Month) -> dict[str, str]:
    return days_of(month, month, "ended")


def _month_row(line: MonthLine, scope: Scope) -> MonthRow:
    label = format_skeleton("yMMM", line.month.first_day, locale=locale())
    return _row(line, scope, first=line.month, last=line.month, label=str(label))


def _year_row(found: Board, scope: Scope) -> MonthRow:
    return _row(
        found.year,
        scope,
        first=found.months[0].month,
        last=found.months[-1].month,
        label=_("The last 12 months"),
    )


def _row(line: MonthLine, scope: Scope, *, first: Month, last: Month, label: str) -> MonthRow:
    reported = days_of(first, last, "reported")
    return MonthRow(
        label=label,
        code=str(line.month),
        reported=scope.cases(line.reported, **reported),
        closed=scope.cases(line.closed, state="closed", **days_of(first, last, "ended")),
        reopened=scope.cases(line.reopened, course="reopened", **reported),
        rate=scope.rate(line.rate, **days_of(first, last, "due")),
    )


def _part_row(line: PartLine, found: Board) -> PartRow:
    scope = Scope(line.place, is_public=True, is_alone=line.is_alone)
    first, last = found.months[0].month, found.months[-1].month
    name = name_of(line.place)
    return PartRow(
        name=_("%(area)s, in no part of it") % {"area": name} if line.is_alone else name,
        board="" if line.is_alone else line.place.name,
        month=scope.rate(line.month, **days_of(last, last, "due")),
        year=scope.rate(line.year, **days_of(first, last, "due")),
        late=scope.promises(line.late, Outcome.LATE),
        owed=scope.promises(line.owed, Outcome.OWED),
    )


def _kind_row(line: KindLine, found: Board, place: Place) -> KindRow:
    scope = Scope(place, is_public=True, kind=line.kind)
    first, last = found.months[0].month, found.months[-1].month
    address = reverse("board", args=[place.name])
    return KindRow(
        name=kind_label(line.kind),
        address=f"{address}?{urlencode({'kind': line.kind})}#parties-head",
        is_chosen=line.kind == found.kind,
        late=scope.promises(line.late, Outcome.LATE),
        month=scope.rate(line.month, **days_of(last, last, "due")),
        year=scope.rate(line.year, **days_of(first, last, "due")),
    )


def _party_row(line: PartyLine, found: Board, place: Place) -> PartyRow:
    scope = Scope(place, is_public=True, organisation_id=line.organisation.id, kind=found.kind)
    first, last = found.months[0].month, found.months[-1].month
    return PartyRow(
        name=named(line.organisation),
        month=scope.rate(line.month, **days_of(last, last, "due")),
        year=scope.rate(line.year, **days_of(first, last, "due")),
        late=scope.promises(line.late, Outcome.LATE),
        owed=scope.promises(line.owed, Outcome.OWED),
    )


def owed_row(
    line: OverdueLine, *, at: datetime, calendars: Mapping[str, Calendar], may_urge: bool = False
) -> OwedRow:
    """Return a promise as a line; without a case that the reader may see it names none."""
    head = line.head
    return OwedRow(
        promise=promise_line(line.promise, at=at, calendars=calendars),
        party=named(line.organisation) if line.organisation else "",
        number=head.number if head else "",
        title=(named(head.category) if head.category else head.number) if head else "",
        area=named(head.area) if head and head.area else "",
        may_urge=may_urge and head is not None and head.ended_at is None,
        urges=head.urges if head else 0,
    )


def broken_rows(
    lines: Iterable[OverdueLine],
    *,
    at: datetime,
    calendars: Mapping[str, Calendar],
    may_urge: Callable[[str], bool] = lambda _path: False,
) -> list[BrokenRow]:
    """Return broken promises by the case they are about, the oldest first.

    A case of which the reader may not know stands for itself.

    Args:
        lines: the promises.
        at: when they are read.
        calendars: of the pack, by code.
        may_urge: whether the reader may urge in the area of a path.
    """
    grouped: dict[object, list[OwedRow]] = {}
    for line in lines:
        may = may_urge(line.promise.area_path)
        row = owed_row(line, at=at, calendars=calendars, may_urge=may)
        grouped.setdefault(row.number or line.promise.id, []).append(row)
    return [_broken_row(rows) for rows in grouped.values()]


def _broken_row(rows: Sequence[OwedRow]) -> BrokenRow:
    first = rows[0]
    return BrokenRow(
        number=first.number,
        title=first.title,
        area=first.area,
        urges=first.urges,
        may_urge=first.may_urge,
        promises=tuple(rows),
    )


def pair_row(solved: SolvedPair) -> PairRow:
    """Return a closed case in two pictures as the page shows it."""
    return PairRow(
        number=solved.number,
        title=named(solved.category) if solved.category else solved.number,
        area=named(solved.area) if solved.area else "",
        ended=full_moment(solved.ended_at),
        before=reverse("file", args=[solved.pair.before.id]),
        after=reverse("file", args=[solved.pair.after.id]),
    )


def median_words(found: Board) -> str:
    """Return the median time to close in words; blank where there is none."""
    if found.median is None:
        return ""
    return span_words(found.median, day_seconds=WORKING_DAY)
