"""A full disk, a read-only database, a lost one: one clear sentence, and nothing is kept."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test import Client, RequestFactory
from django.utils import translation

from gongzhi.cases.queries import count_cases
from gongzhi.kernel.refusals import Refusal
from gongzhi.site import web
from gongzhi.webkit.storage import (
    StorageBusy,
    StorageDamaged,
    StorageFull,
    StorageNotSetUp,
    StorageReadOnly,
    StorageTrouble,
    StorageUnreachable,
    trouble_of,
)
from gongzhi.webkit.words import sentence

from .running import COMMAND, environment, gongzhi


def _read_only(place: Path) -> None:
    with sqlite3.connect(place) as made:
        made.execute("CREATE TABLE one (number INTEGER)")
    sqlite3.connect(f"file:{place}?mode=ro", uri=True).execute("INSERT INTO one VALUES (1)")


def _full(place: Path) -> None:
    made = sqlite3.connect(place)
    made.execute("CREATE TABLE one (number TEXT)")
    made.execute("PRAGMA max_page_count = 4")
    made.execute("INSERT INTO one VALUES (?)", ["x" * 100_000])


def _busy(place: Path) -> None:
    first = sqlite3.connect(place, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    try:
        sqlite3.connect(place, timeout=0.1, isolation_level=None).execute("BEGIN IMMEDIATE")
    finally:
        first.close()


def _lost(place: Path) -> None:
    sqlite3.connect(place / "nowhere" / "file")


def _damaged(place: Path) -> None:
    place.write_bytes(b"this is no database, however long one looks at it" * 100)
    sqlite3.connect(place).execute("SELECT * FROM sqlite_master")


def _empty(place: Path) -> None:
    sqlite3.connect(place).execute("SELECT * FROM cases_case")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (_read_only, StorageReadOnly),
        (_full, StorageFull),
        (_busy, StorageBusy),
        (_lost, StorageUnreachable),
        (_damaged, StorageDamaged),
        (_empty, StorageNotSetUp),
    ],
)
def test_what_sqlite_says_becomes_a_reason(
    happens: Callable[[Path], None], kind: type[StorageTrouble], tmp_path: Path
) -> None:
    with pytest.raises(sqlite3.Error) as raised:
        happens(tmp_path / "city.sqlite3")

    wrapped = OperationalError("as Django raises it")
    wrapped.__cause__ = raised.value
    trouble = trouble_of(wrapped)

    assert type(trouble) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.ReadOnlySqlTransaction(), StorageReadOnly),
        (psycopg.errors.DiskFull(), StorageFull),
        (psycopg.errors.LockNotAvailable(), StorageBusy),
        (psycopg.errors.TooManyConnections(), StorageBusy),
        (psycopg.errors.AdminShutdown(), StorageUnreachable),
        (psycopg.errors.InvalidPassword(), StorageUnreachable),
        (psycopg.errors.UndefinedTable(), StorageNotSetUp),
        (psycopg.OperationalError("connection failed"), StorageUnreachable),
        (OSError(28, "No space left on device", "photo.jpg"), StorageFull),
        (OSError(30, "Read-only file system", "photo.jpg"), StorageReadOnly),
    ],
)
def test_what_postgresql_and_the_system_say_becomes_a_reason(
    error: Exception, kind: type[StorageTrouble]
) -> None:
    assert type(trouble_of(error)) is kind


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        psycopg.errors.UniqueViolation(),
        FileNotFoundError(2, "no", "x"),
        Refusal(),
    ],
)
def test_other_errors_are_not_taken_for_trouble_with_the_disk(error: Exception) -> None:
    assert trouble_of(error) is None


@contextlib.contextmanager
def _read_only_database() -> Iterator[None]:
    """Let nothing be written, as far as the end of a savepoint."""
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")
        try:
            yield
        finally:
            if is_sqlite:
                cursor.execute("PRAGMA query_only = OFF")
            transaction.set_rollback(True)


@pytest.mark.usefixtures("city")
def test_a_report_to_a_read_only_database_is_not_acknowledged(client: Client) -> None:
    body = {"text": "A lamp is dark", "address": "Pier 1"}

    with _read_only_database():
        answer = client.post(
            "/api/v1/cases", json.dumps(body), "application/json", headers={"accept-language": "en"}
        )

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"]
    told = answer.json()
    assert told["code"] == "storage.read_only"
    assert told["detail"].startswith("The database of this server may only be read")
    assert str(connection.settings_dict["NAME"]) not in json.dumps(told)
    assert count_cases() == 0


def test_a_page_says_the_sentence_without_the_database(rf: RequestFactory) -> None:
    request = rf.get("/")
    try:
        raise OSError(28, "No space left on device", "/somewhere/photo.jpg")
    except OSError:
        with translation.override("en"):
            answer = web.failed(request)

    assert answer.status_code == 503
    assert "There is no room left" in answer.content.decode()
    assert "/somewhere" not in answer.content.decode()


@pytest.mark.parametrize(
    "kind",
    [one for one in StorageTrouble.__subclasses__() if one.__module__ == StorageTrouble.__module__],
)
def test_a_sentence_says_what_where_and_what_to_do(kind: type[StorageTrouble]) -> None:
    with translation.override("en"):
        told = sentence(kind(where="/data/city.sqlite3"))

    assert "/data/city.sqlite3" in told
    assert "must" in told or "Try again" in told


def _in_small_disk(folder: Path, script: str, *, size: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script with a disk of its own size mounted at $DISK, seen by nobody else."""
    disk = folder / "disk"
    disk.mkdir()
    inside = f'mount -t tmpfs -o size={size} none "$DISK" && {script}'
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside],
        env=environment(
            disk,
            DISK=str(disk),
            BARE=str(folder / "city"),
            PYTHON=sys.executable,
            COMMAND=COMMAND,
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def place_for_disks(folder: Path) -> Path:
    """Return the folder above a bare city, where a disk of its own may be mounted."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare on this system")
    trial = folder.parent / "trial"
    trial.mkdir()
    done = _in_small_disk(trial, "true", size="1m")
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    return folder.parent


RUN = '"$PYTHON" -c "$COMMAND" pack install us311'


@pytest.mark.processes
def test_a_command_on_a_full_disk_says_so_in_a_sentence(place_for_disks: Path) -> None:
    taken = (place_for_disks / "city" / "gongzhi.sqlite3").stat().st_size

    done = _in_small_disk(
        place_for_disks, f'cp "$BARE"/* "$DISK"/ 2>/dev/null; {RUN}', size=str(taken + 150_000)
    )

    assert done.returncode != 0
    assert "There is no room left for" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.processes
def test_a_command_on_a_read_only_disk_says_so_in_a_sentence(place_for_disks: Path) -> None:
    done = _in_small_disk(
        place_for_disks,
        f'cp "$BARE"/* "$DISK"/ 2>/dev/null; mount -o remount,ro "$DISK" && {RUN}',
        size="20m",
    )

    assert done.returncode != 0
    assert "may only be read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.processes
@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "eighty", "PORT='eighty' is not a whole number from 1 to 65535."),
        ("GONGZHI_DEBUG", "perhaps", "GONGZHI_DEBUG='perhaps' is neither yes nor no."),
        ("DATABASE_URL", "mysql://x", "must begin with sqlite or postgresql"),
        ("GONGZHI_LOG_LEVEL", "LOUD", "GONGZHI_LOG_LEVEL='LOUD' is none of"),
        ("SECRET_KEY_FILE", "/no/such/file", "SECRET_KEY_FILE='/no/such/file' cannot be read"),
        ("GONGZHI_DATA", "/proc/nowhere", "GONGZHI_DATA"),
    ],
)
def test_a_setting_without_sense_is_refused_by_name(
    variable: str, value: str, told: str, tmp_path: Path
) -> None:
    done = gongzhi("worker", "--once", folder=tmp_path, **{variable: value})

    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
