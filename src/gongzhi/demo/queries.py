"""What can be asked about a demonstration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.cases import queries as cases
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import Rate
from gongzhi.places import queries as places

from . import access
from .rules.running import Begun, EndInFuture, Wish


def begun() -> Begun | None:
    """Return the demonstration that the database holds, or None."""
    return access.begun()


def end_of_history(*, now: datetime, wanted: datetime | None = None) -> datetime:
    """Return when a history shall end: as wanted, or at the last full hour.

    Raises:
        EndInFuture: of the wanted end.
    """
    if wanted is None:
        return now.replace(minute=0, second=0, microsecond=0)
    if wanted > now:
        raise EndInFuture(until=wanted.isoformat())
    return wanted


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
