"""The queue in front of SQLite's write lock: one deed at a time, nobody starves."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import close_old_connections, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from gongzhi.site.settings import _database

ALIAS = "file_of_the_test"


@pytest.fixture
def counter(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """Return a database file of our own, opened as the settings say, with a counter at 0."""
    place = tmp_path / "counter.sqlite3"
    told = connections.configure_settings(
        {"default": _database(f"sqlite:///{place}", tmp_path), ALIAS: {}}
    )
    told["default"]["OPTIONS"]["timeout"] = 5
    connections.settings[ALIAS] = told["default"]
    with django_db_blocker.unblock():
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("CREATE TABLE counter (number INTEGER NOT NULL)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        yield place
        connections[ALIAS].close()
    del connections.settings[ALIAS]
    del connections[ALIAS]


def _read() -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT number FROM counter")
        return int(cursor.fetchone()[0])


def _count() -> None:
    """Read, then write what was read plus one: lost when two do it at once."""
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT number FROM counter")
        number = cursor.fetchone()[0]
        cursor.execute("UPDATE counter SET number = %s", [number + 1])


def _in_threads(deed: Callable[[], None], count: int) -> list[BaseException]:
    troubles: list[BaseException] = []

    def run() -> None:
        try:
            deed()
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connections[ALIAS].close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return troubles


@pytest.mark.usefixtures("counter")
def test_eight_threads_lose_no_count_and_are_never_refused() -> None:
    troubles = _in_threads(lambda: [_count() for _ in range(25)] and None, 8)

    assert troubles == []
    assert _read() == 200


@pytest.mark.usefixtures("counter")
def test_a_second_deed_begins_only_when_the_first_has_ended() -> None:
    order: list[str] = []
    tries, done = threading.Event(), threading.Event()

    def second() -> None:
        tries.set()
        _count()
        order.append("second")
        connections[ALIAS].close()
        done.set()

    with transaction.atomic(using=ALIAS):
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("UPDATE counter SET number = 41")
        thread = threading.Thread(target=second)
        thread.start()
        assert tries.wait(5)
        assert not done.wait(0.3)
        order.append("first")
    thread.join(10)

    assert order == ["first", "second"]
    assert _read() == 42


@pytest.mark.usefixtures("counter")
def test_threads_take_turns_in_the_order_of_asking() -> None:
    order: list[int] = []
    threads = []
    with transaction.atomic(using=ALIAS):
        for number in range(6):

            def deed(mine: int = number) -> None:
                with transaction.atomic(using=ALIAS):
                    order.append(mine)
                connections[ALIAS].close()

            thread = threading.Thread(target=deed)
            thread.start()
            threads.append(thread)
            time.sleep(0.1)  # so that the asking has an order
    for thread in threads:
        thread.join(10)

    assert order == [0, 1, 2, 3, 4, 5]


@pytest.mark.usefixtures("counter")
def test_a_busy_writer_starves_nobody() -> None:
    enough = threading.Event()
    waits: list[float] = []

    def busy() -> None:
        while not enough.is_set():
            _count()

    def patient() -> None:
        for _ in range(20):
            began = time.monotonic()
            _count()
            waits.append(time.monotonic() - began)
            time.sleep(0.002)

    greedy = threading.Thread(target=lambda: _in_threads(busy, 3))
    greedy.start()
    troubles = _in_threads(patient, 1)
    enough.set()
    greedy.join(20)

    assert troubles == []
    assert len(waits) == 20
    assert max(waits) < 1.0


@pytest.mark.usefixtures("counter")
@pytest.mark.parametrize("way", ["an exception", "a lost connection"])
def test_a_deed_that_fails_lets_the_next_one_in(way: str) -> None:
    def failing() -> None:
        with transaction.atomic(using=ALIAS):
            if way == "an exception":
                raise LookupError
            connections[ALIAS].close()

    first = _in_threads(failing, 1)
    second = _in_threads(_count, 1)

    assert len(first) <= 1
    assert second == []
    assert _read() == 1


COUNT_FIFTY = """
import sys
from django.conf import settings
settings.configure(DATABASES={"default": eval(sys.argv[1])})
import django
django.setup()
from django.db import connection, transaction
for _ in range(50):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT number FROM counter")
        number = cursor.fetchone()[0]
        cursor.execute("UPDATE counter SET number = %s", [number + 1])
"""


@pytest.mark.processes
def test_two_processes_lose_no_count(counter: Path) -> None:
    told = repr(_database(f"sqlite:///{counter}", counter.parent))
    both = [
        subprocess.Popen([sys.executable, "-c", COUNT_FIFTY, told], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    outcomes = [one.communicate(timeout=60)[1].decode() for one in both]

    assert outcomes == ["", ""]
    assert _read() == 100
    close_old_connections()
