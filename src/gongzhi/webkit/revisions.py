"""Remembering big tables in process, and knowing when they have changed."""

import secrets
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import connection

from .models import Revision

T = TypeVar("T")


def current(name: str) -> int:
    """Return the revision number of `name`; 0 when it never changed.  One statement."""
    number = Revision.objects.filter(name=name).values_list("number", flat=True).first()
    return number or 0


def bump(name: str) -> None:
    """Tell every process that what it remembers of `name` is out of date.

    The new number is drawn by chance, not counted: after a rolled-back change the
    next one must not bear the number under which somebody remembered the first.
    """
    Revision.objects.update_or_create(name=name, defaults={"number": secrets.randbits(62) + 1})


class Remembered(Generic[T]):
    """A value loaded from tables, kept in this process until its revision changes."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        self._name = name
        self._load = load
        self._lock = threading.Lock()
        self._kept: tuple[tuple[str, int], T] | None = None

    def get(self) -> T:
        """Return the value as of the newest revision; one statement when it is unchanged."""
        key = (str(connection.settings_dict["NAME"]), current(self._name))
        kept = self._kept
        if kept is not None and kept[0] == key:
            return kept[1]
        with self._lock:
            kept = self._kept
            if kept is None or kept[0] != key:
                kept = self._kept = (key, self._load())
        return kept[1]
