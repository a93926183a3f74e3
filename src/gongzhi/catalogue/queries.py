"""Every read of the house: the book in force, older books, installed and shipped packs."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gongzhi.webkit.revisions import Remembered

from . import access
from .models import PackVersion
from .rules import (
    SHIPPED,
    Book,
    Guess,
    Guesser,
    NoPackInstalled,
    PackContent,
    PackMistaken,
    PackUnknown,
    load_pack,
)

__all__ = [
    "Book",
    "NoPackInstalled",
    "VersionView",
    "book",
    "content_of",
    "find_content",
    "installed_versions",
    "shipped_packs",
    "suggest_categories",
]


@dataclass(frozen=True, slots=True)
class VersionView:
    """An installed version of a pack.

    Attributes:
        label: the version as the pack names it (`2013.1`).
        digest: SHA-256 of its content, hexadecimal.
    """

    id: int
    pack_code: str
    label: str
    digest: str
    installed_at: datetime
    is_active: bool


@dataclass
class _Shelf:
    """The books read since the catalogue last changed, by version."""

    active_id: int | None
    books: dict[int, Book]
    guessers: dict[int, Guesser] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def book(self, version_id: int) -> Book:
        found = self.books.get(version_id)
        if found is None:
            with self.lock:
                found = self.books.get(version_id)
                if found is None:
                    found = access.book_from(access.version(version_id))
                    self.books[version_id] = found
        return found


def _load() -> _Shelf:
    row = PackVersion.objects.filter(is_active=True).first()
    if row is None:
        return _Shelf(None, {})
    return _Shelf(row.pk, {row.pk: access.book_from(row)})


SHELF = Remembered("catalogue", _load)


def book(version_id: int | None = None) -> Book:
    """Return the book of a version, or the one in force.  One statement when warm.

    Args:
        version_id: the version a case was filed under; None for the one in force.

    Raises:
        NoPackInstalled: no pack is in force.
        VersionUnknown: there is no version of this number.
    """
    shelf = SHELF.get()
    wanted = shelf.active_id if version_id is None else version_id
    if wanted is None:
        raise NoPackInstalled()
    return shelf.book(wanted)


def suggest_categories(text: str, *, limit: int = 3) -> tuple[Guess, ...]:
    """Return the categories that a reporter's words may mean, the likeliest first.

    In memory; one statement when warm.  The pieces of the pack are weighed once.

    Args:
        text: a sentence in Chinese, English or both.
        limit: the most to return.

    Raises:
        NoPackInstalled: no pack is in force.
    """
    current = book()
    guessers = SHELF.get().guessers
    if current.version_id not in guessers:
        guessers[current.version_id] = Guesser(current)
    return guessers[current.version_id].guess(text, limit=limit)


def installed_versions() -> list[VersionView]:
    """Return all installed versions, the newest first.  One statement."""
    fields = ("pk", "pack_code", "label", "digest", "installed_at", "is_active")
    rows = PackVersion.objects.order_by("-pk").values_list(*fields)
    return [VersionView(*row) for row in rows]


def content_of(version_id: int) -> PackContent:
    """Return everything an installed version says.  One statement.

    Raises:
        VersionUnknown: there is no version of this number.
    """
    return PackContent.from_json(access.version(version_id).content)


def shipped_packs() -> dict[str, Path]:
    """Return the directories of the packs that come with Gongzhi, by name."""
    return {place.parent.name: place.parent for place in sorted(SHIPPED.glob("*/pack.toml"))}


def find_content(name: str) -> PackContent:
    """Return the pack that a person means: a directory, an installed version, a shipped pack.

    Args:
        name: a directory; the number of an installed version; its code and label as
            `china@2013.1`, the newest of them; `active`; or the name of a shipped pack.

    Raises:
        PackMistaken: the directory holds a pack with mistakes.
        PackUnknown: it is none of these.
        NoPackInstalled: `active` is asked for and there is none.
    """
    if name == "active":
        return PackContent.from_json(access.active_version().content)
    place = Path(name) if Path(name).is_dir() else shipped_packs().get(name)
    if place is not None:
        content, mistakes = load_pack(place)
        if mistakes:
            raise PackMistaken(place, mistakes)
        return content
    versions = installed_versions()
    for one in versions:
        if name in {str(one.id), f"{one.pack_code}@{one.label}"}:
            return content_of(one.id)
    known = [*shipped_packs(), *(f"{one.pack_code}@{one.label}" for one in versions)]
    raise PackUnknown(name=name, known=", ".join(known))
