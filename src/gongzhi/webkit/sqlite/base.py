"""A fair queue in front of SQLite's single write lock.

SQLite's own busy handler sleeps and retries, and lets a thread starve for seconds.
Threads of one process therefore queue for a lock before they begin a transaction,
and release it when the outermost transaction ends.  Other processes still meet in
SQLite's lock, with its timeout.
"""

import threading
from typing import Any

from django.db.backends.sqlite3 import base

_writers: dict[str, threading.Lock] = {}
_registry = threading.Lock()


def _writer_lock(name: str) -> threading.Lock:
    with _registry:
        return _writers.setdefault(name, threading.Lock())


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds its process's write lock while a transaction is open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: threading.Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        lock = _writer_lock(str(self.settings_dict["NAME"]))
        lock.acquire()
        self._held = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def _commit(self) -> None:
        # A commit that fails is followed by Django's rollback, which lets go.
        super()._commit()  # type: ignore[misc]
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._let_go()
