"""Remembering big tables in process, and knowing when they have changed."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from django.db import connection

from .models import Revision

T = TypeVar("T")


# The numbers as one deed or one page sees them; None outside `steady`.
_seen: ContextVar[dict[str, int] | None] = ContextVar("revisions_seen", default=None)


@contextmanager
def steady() -> Iterator[None]:
    """Let one deed or page see the same revisions from its first look to its end.

    All numbers are read with one statement at the first look; without this each look
    costs one.  As a decorator, put it outside `transaction.atomic`.
    """
    if _seen.get() is not None:
        yield
        return
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def current(name: str) -> int:
    """Return the revision number of `name`; 0 when it never changed.

    One statement, or none after the first look within `steady`.
    """
    seen = _seen.get()
    if seen is None:
        return _all().get(name, 0)
    if not seen:
        seen.update({"": 0} | _all())
    return seen.get(name, 0)


def _all() -> dict[str, int]:
    return dict(Revision.objects.values_list("name", "number"))


def bump(name: str) -> None:
    """Tell every process that what it remembers of `name` is out of date.

    The new number is drawn by chance, not counted: after a rolled-back change the
    next one must not bear the number under which somebody remembered the first.
    """
    Revision.objects.update_or_create(name=name, defaults={"number": secrets.randbits(62) + 1})
    seen = _seen.get()
    if seen:
        seen.clear()


class Remembered(Generic[T]):
    """A value loaded from tables, kept in this process until a revision changes.

    Args:
        names: the bodies of data it is made of, divided by blanks.
        load: reads it; called once a revision.
    """

    def __init__(self, names: str, load: Callable[[], T]) -> None:
        self._names = names.split()
        self._load = load
        self._lock = threading.Lock()
        self._kept: tuple[tuple[object, ...], T] | None = None

    def get(self) -> T:
        """Return the value as of the newest revisions; one statement when it is unchanged."""
        with steady():
            key = (connection.settings_dict["NAME"], *map(current, self._names))
            kept = self._kept
            if kept is not None and kept[0] == key:
                return kept[1]
            with self._lock:
                kept = self._kept
                if kept is None or kept[0] != key:
                    kept = self._kept = (key, self._load())
            return kept[1]
