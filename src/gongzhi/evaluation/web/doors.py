"""Every figure is a door: what it says, and the address of the list that it counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from gongzhi.commitments.rules import Outcome, Rate

from ..queries import Place
from ..rules import Month, is_few, percent


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the address of its list; a number of nothing has none."""

    number: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class RateFigure:
    """Kept of due, each with its list.

    Attributes:
        percent: with one decimal where it is not whole; blank where nothing fell due.
        is_few: so little fell due that the share should not be compared.
    """

    kept: Figure
    due: Figure
    percent: str
    is_few: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What all lists of a page are narrowed to."""

    place: Place
    is_public: bool = False
    is_alone: bool = False
    organisation_id: int | None = None
    kind: str = ""

    def cases(self, count: int, **parts: str) -> Figure:
        """Return a number of cases with the address of their list."""
        narrowed = {"area": self.place.path, "public": "1" if self.is_public else "", **parts}
        return _figure("cases", count, narrowed)

    def promises(self, count: int, outcome: Outcome | None = None, **parts: str) -> Figure:
        """Return a number of promises with the address of their list."""
        narrowed = {
            "area": self.place.path,
            "alone": "1" if self.is_alone else "",
            "public": "1" if self.is_public else "",
            "party": str(self.organisation_id or ""),
            "kind": self.kind,
            "outcome": outcome.value if outcome else "",
            **parts,
        }
        return _figure("promises", count, narrowed)

    def rate(self, rate: Rate, **parts: str) -> RateFigure:
        """Return a rate with the lists of both its numbers."""
        return RateFigure(
            self.promises(rate.kept, Outcome.KEPT, **parts),
            self.promises(rate.due, Outcome.JUDGED, **parts),
            percent_words(rate.share),
            is_few(rate.due),
        )


def percent_words(share: float | None) -> str:
    """Return a share as people read it, without the sign; blank where nothing was due."""
    value = percent(share)
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def _figure(name: str, count: int, parts: dict[str, str]) -> Figure:
    if not count:
        return Figure(0)
    asked = urlencode([(key, value) for key, value in parts.items() if value])
    return Figure(count, f"{reverse(name)}?{asked}" if asked else reverse(name))


def days_of(first: Month, last: Month, prefix: str) -> dict[str, str]:
    """Return the parts of an address for whole months, such as `due_from` and `due_until`."""
    end = last.after.first_day - timedelta(days=1)
    return {f"{prefix}_from": first.first_day.isoformat(), f"{prefix}_until": end.isoformat()}


def day_begin(text: str, *, later: int = 0) -> datetime | None:
    """Return the begin of a day of an address, or of one so many days later; None for none."""
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        moment = datetime.combine(day, datetime.min.time())
        return timezone.make_aware(moment) if day.year > 1 else None
    except (ValueError, OverflowError):
        return None
