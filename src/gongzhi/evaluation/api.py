"""Figures for programs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from gongzhi.commitments.rules import Rate
from gongzhi.webkit.api import PROBLEMS

from . import queries
from .queries import Board, KindLine, MonthLine, PartyLine
from .rules import MOST_TIMED

router = Router(tags=["figures"])


class RateOut(Schema):
    """Promises kept on time, of those that fell due; no share where nothing fell due."""

    kept: int
    due: int
    share: float | None = Field(description="0 to 1")


class MonthOut(Schema):
    """The figures of a month, `2026-03`."""

    month: str
    reported: int
    closed: int
    reopened: int = Field(description="of the reported, reopened at least once since")
    promises: RateOut


class PartyOut(Schema):
    """How an organisation keeps its word."""

    code: str
    name: str
    name_en: str
    broken_now: int
    owed: int
    this_month: RateOut
    twelve_months: RateOut


class KindOut(Schema):
    """How a kind of promise is kept, whoever owes it."""

    kind: str
    broken_now: int
    this_month: RateOut
    twelve_months: RateOut


class MedianOut(Schema):
    """The middle time from report to close, of the cases closed this month."""

    seconds: int | None = Field(description="working time; a working day has 28,800")
    cases: int = Field(description=f"of how many cases, the last {MOST_TIMED} at most")


class BoardOut(Schema):
    """The public board of an area.  Times in ISO 8601, UTC."""

    area: str
    at: datetime
    open: int
    late: int
    broken_promises: int
    time_to_close: MedianOut
    months: list[MonthOut] = Field(description="twelve, the oldest first; the last is the present")
    kinds: list[KindOut] = Field(description="of promises, in the order of the road")
    parties: list[PartyOut]


@router.get(
    "/board/{area}",
    response={200: BoardOut, **PROBLEMS},
    url_name="board",
    summary="The public figures of an area",
)
def board(request: HttpRequest, area: str) -> BoardOut:
    """Return what the board of an area shows; `all` is the whole city.

    Counted over what everybody may know of, the same for every reader.
    """
    place = queries.place_called(area)
    return _told(queries.board(place, at=timezone.now(), zone=ZoneInfo(settings.TIME_ZONE)))


def _told(found: Board) -> BoardOut:
    return BoardOut(
        area=found.place.name,
        at=found.at,
        open=found.open,
        late=found.late,
        broken_promises=found.overdue_in_all,
        time_to_close=MedianOut(seconds=found.median, cases=found.timed),
        months=[_month(line) for line in found.months],
        kinds=[_kind(line) for line in found.kinds],
        parties=[_party(line) for line in found.parties],
    )


def _month(line: MonthLine) -> MonthOut:
    return MonthOut(
        month=str(line.month),
        reported=line.reported,
        closed=line.closed,
        reopened=line.reopened,
        promises=_rate(line.rate),
    )


def _kind(line: KindLine) -> KindOut:
    return KindOut(
        kind=line.kind,
        broken_now=line.late,
        this_month=_rate(line.month),
        twelve_months=_rate(line.year),
    )


def _party(line: PartyLine) -> PartyOut:
    return PartyOut(
        code=line.organisation.code,
        name=line.organisation.name,
        name_en=line.organisation.name_en,
        broken_now=line.late,
        owed=line.owed,
        this_month=_rate(line.month),
        twelve_months=_rate(line.year),
    )


def _rate(rate: Rate) -> RateOut:
    return RateOut(kept=rate.kept, due=rate.due, share=rate.share)
