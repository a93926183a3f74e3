"""When the database or the disk says no: what it means in words a person can act on."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from gongzhi.kernel.refusals import Refusal

UNAVAILABLE = 503
_ROOM = 100_000  # bytes; less is no room for SQLite's helper files


class StorageTrouble(Refusal):
    """What was asked for could not be read or written; nothing of it was kept."""

    code = "storage.unavailable"
    status = UNAVAILABLE


class StorageReadOnly(StorageTrouble):
    """The database or a folder may not be written."""

    code = "storage.read_only"


class StorageFull(StorageTrouble):
    """There is no room left on the disk."""

    code = "storage.full"


class StorageBusy(StorageTrouble):
    """Somebody else kept the database for too long."""

    code = "storage.busy"


class StorageUnreachable(StorageTrouble):
    """The database does not answer or its file cannot be opened."""

    code = "storage.unreachable"


class StorageDamaged(StorageTrouble):
    """The file is no sound database."""

    code = "storage.damaged"


class StorageNotSetUp(StorageTrouble):
    """The database has not the tables of this version."""

    code = "storage.not_set_up"


_OF_SQLITE: dict[str, type[StorageTrouble]] = {
    "SQLITE_READONLY": StorageReadOnly,
    "SQLITE_FULL": StorageFull,
    "SQLITE_BUSY": StorageBusy,
    "SQLITE_LOCKED": StorageBusy,
    "SQLITE_CANTOPEN": StorageUnreachable,
    "SQLITE_IOERR": StorageUnreachable,
    "SQLITE_CORRUPT": StorageDamaged,
    "SQLITE_NOTADB": StorageDamaged,
}
# Source: PostgreSQL documentation, appendix A, error codes; a code or the class it begins with.
_OF_POSTGRESQL: dict[str, type[StorageTrouble]] = {
    "25006": StorageReadOnly,
    "53100": StorageFull,
    "53": StorageBusy,
    "55P03": StorageBusy,
    "57P": StorageUnreachable,
    "58": StorageUnreachable,
    "08": StorageUnreachable,
    "28": StorageUnreachable,
    "3D000": StorageUnreachable,
    "XX00": StorageDamaged,
    "42P01": StorageNotSetUp,
    "42703": StorageNotSetUp,
}
_OF_SYSTEM: dict[int, type[StorageTrouble]] = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EROFS: StorageReadOnly,
    errno.EACCES: StorageReadOnly,
    errno.EPERM: StorageReadOnly,
}


def trouble_of(error: BaseException, *, where: str = "") -> StorageTrouble | None:
    """Return what `error` means when the database or the disk is its cause, else None.

    Args:
        error: what was raised, with its causes.
        where: what to name as the place; blank: the file or the database itself.
    """
    for cause in _causes(error):
        if isinstance(cause, StorageTrouble):
            return cause
        kind = _of_database(cause)
        if kind is not None:
            return kind(where=where or database_name())
        if isinstance(cause, OSError) and cause.errno in _OF_SYSTEM:
            return _OF_SYSTEM[cause.errno](where=where or str(cause.filename or "?"))
    return None


def database_name() -> str:
    """Return the name of the database, for the people who run it; never its password."""
    told = connection.settings_dict
    return "/".join(str(part) for part in (told["HOST"], told["NAME"]) if part)


def _reason_of_file() -> type[StorageTrouble] | None:
    """Return why SQLite cannot open its files, which it does not tell itself."""
    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not file.exists():
        return None
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return StorageReadOnly
    is_full = shutil.disk_usage(file.parent).free < _ROOM
    return StorageFull if is_full else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: BaseException | None = error
    while waiting is not None and id(waiting) not in seen:
        seen.add(id(waiting))
        yield waiting
        waiting = waiting.__cause__ or waiting.__context__


def _of_database(cause: BaseException) -> type[StorageTrouble] | None:
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    state = getattr(cause, "sqlstate", None)
    if state:
        begins = (state[:length] for length in (5, 4, 3, 2))
        return next((_OF_POSTGRESQL[one] for one in begins if one in _OF_POSTGRESQL), None)
    # The driver of PostgreSQL gives no state when there was no answer at all.
    is_silent = type(cause).__module__.startswith("psycopg") and hasattr(cause, "sqlstate")
    is_lost = is_silent and type(cause).__name__ in {"OperationalError", "ConnectionTimeout"}
    return StorageUnreachable if is_lost else None


def _of_sqlite(cause: sqlite3.Error) -> type[StorageTrouble] | None:
    name = getattr(cause, "sqlite_errorname", "") or ""
    for known, kind in _OF_SQLITE.items():
        if name.startswith(known):
            return _reason_of_file() or kind if kind is StorageUnreachable else kind
    is_bare = str(cause).startswith(("no such table", "no such column"))
    return StorageNotSetUp if is_bare else None
