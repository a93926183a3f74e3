"""What can be asked about a demonstration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongzhi.accounts import queries as accounts
from gongzhi.cases import queries as cases
from gongzhi.catalogue.rules import SHIPPED, load_pack
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import Rate
from gongzhi.places import queries as places

from . import access
from .rules.history import TIMEZONE
from .rules.running import Begun, EndInFuture, Wish, YearUncovered

PACK = SHIPPED / "china"


def begun() -> Begun | None:
    """Return the demonstration that the database holds, or None."""
    return access.begun()


def end_of_history(*, now: datetime, wanted: datetime | None = None) -> datetime:
    """Return when a history shall end: as wanted, or at the last full hour.

    Where the pack knows no holidays of the present year, nothing could be promised in
    it; then the history ends a month before the last year that is known runs out.

    Raises:
        EndInFuture, YearUncovered: of the wanted end.
    """
    (sheet, *_) = load_pack(PACK)[0].calendars
    years = sheet.calendar().years
    if wanted is not None:
        if wanted > now:
            raise EndInFuture(until=wanted.isoformat())
        if wanted.astimezone(TIMEZONE).year not in years:
            raise YearUncovered(year=wanted.year, known=", ".join(map(str, sorted(years))))
        return wanted
    hour = now.replace(minute=0, second=0, microsecond=0)
    if hour.astimezone(TIMEZONE).year in years:
        return hour
    return datetime(max(years), 12, 1, tzinfo=TIMEZONE) - timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands in the database: counts, and how the city keeps its word."""

    areas: Mapping[str, int]
    organisations: int
    posts: int
    cases: int
    rate: Rate


def summary() -> Summary:
    """Return the counts of the city.  A fixed number of statements."""
    counts = {layer.code: len(places.areas_by_code(layer.code)) for layer in places.layers()}
    return Summary(
        areas=counts,
        organisations=len(accounts.all_organisations()),
        posts=len(accounts.all_posts()),
        cases=cases.count_cases(),
        rate=commitments.keeping_rate(),
    )


def check_room(wish: Wish) -> None:
    """Refuse a database that holds something else.

    Raises:
        NotEmpty, AnotherCity: see `access.require_room`.
    """
    access.require_room(wish)
