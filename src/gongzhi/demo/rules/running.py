"""Running a demonstration: which city, until when, and why it may be refused."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypeVar

from gongzhi.kernel.refusals import Conflict, Invalid

from .history import TIMEZONE
from .sizes import size_of

T = TypeVar("T")

SUBJECT = "demo:city"
"""What the entries of the demonstration are about."""

PASSWORD = "tinglan-demo"  # noqa: S105 - documented, and the same for everybody
"""The password of every person of a demonstration, unless another is given."""

FOUNDED_DAYS = 30
"""How long before its history the city was founded, natural days."""


class NotEmpty(Conflict):
    """The database holds a city that is not a demonstration."""

    code = "demo.not_empty"


class AnotherCity(Conflict):
    """The database holds another demonstration."""

    code = "demo.another_city"


class EndInFuture(Invalid):
    """A history ends now at the latest."""

    code = "demo.end_in_future"


@dataclass(frozen=True, slots=True)
class Wish:
    """The demonstration that somebody asks for.

    Attributes:
        until: the end of the history; an aware datetime.
    """

    size: str
    seed: int
    until: datetime

    def founded_at(self) -> datetime:
        """Return when the city was founded: before anything happened in it."""
        end = self.until.astimezone(TIMEZONE)
        midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=size_of(self.size).days + FOUNDED_DAYS)


@dataclass(frozen=True, slots=True)
class Begun:
    """The demonstration that the database holds, and how far it was lived.

    Attributes:
        lived_until: everything up to here has happened; absent before the first day.
    """

    wish: Wish
    lived_until: datetime | None

    @property
    def is_done(self) -> bool:
        """Return whether its whole history was lived."""
        return self.lived_until is not None and self.lived_until >= self.wish.until


def chance(topic: str, key: str, size: int = 8) -> bytes:
    """Return `size` bytes that look like chance and are the same for the same arguments."""
    return blake2b(f"{topic}:{key}".encode(), digest_size=size).digest()


def pick(topic: str, key: str, among: int) -> int:
    """Return a number from 0 below `among`, the same for the same arguments."""
    return int.from_bytes(chance(topic, key), "big") % among


def in_batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the things in order, at most `size` at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]
