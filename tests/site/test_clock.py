"""The one clock: every job at each tick, and none that fails stops the others."""

import logging
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from gongzhi.site.clock import clock_jobs, the_only_clock, tick
from gongzhi.site.log import OneLine

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def test_every_house_with_something_to_do_in_time_is_found() -> None:
    names = " ".join(clock_jobs())

    assert "ledger" in names
    assert "commitments" in names
    assert "cases" in names


@pytest.mark.django_db
def test_one_tick_of_all_houses_fails_nowhere_in_an_empty_city() -> None:
    assert tick(clock_jobs(), at=NOON) == 0


def test_a_job_that_fails_is_told_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    done: list[tuple[str, datetime]] = []

    def breaks(at: datetime) -> None:
        raise LookupError

    failures = tick(
        {
            "first": lambda at: done.append(("first", at)),
            "second": breaks,
            "third": lambda at: done.append(("third", at)),
        },
        at=NOON,
    )

    assert failures == 1
    assert done == [("first", NOON), ("third", NOON)]
    assert "“second” failed" in caplog.text


@pytest.mark.usefixtures("_english")
def test_a_disk_in_trouble_is_told_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def full(at: datetime) -> None:
        cause = sqlite3.OperationalError("database or disk is full")
        cause.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError from cause

    tick({"one": full}, at=NOON)

    assert "There is no room left" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.fixture
def _english() -> object:
    from django.utils import translation

    with translation.override("en"):
        yield


def test_a_clock_told_to_stop_does_not_begin_the_next_job() -> None:
    stop = threading.Event()
    done: list[str] = []

    def first(at: datetime) -> None:
        done.append("first")
        stop.set()

    tick({"first": first, "second": lambda at: done.append("second")}, at=NOON, stop=stop)

    assert done == ["first"]


def test_two_clocks_do_not_run_at_once(tmp_path: Path) -> None:
    place, stop = tmp_path / "clock.lock", threading.Event()
    told: list[bool] = []

    def second() -> None:
        with the_only_clock(place, stop) as is_mine:
            told.append(is_mine)

    with the_only_clock(place, threading.Event()) as is_mine:
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.3)
        assert is_mine
        assert told == []
        stop.set()
        waiting.join(5)

    assert told == [False]


def test_a_log_record_is_one_line_even_with_a_traceback() -> None:
    try:
        raise LookupError("lost")
    except LookupError as trouble:
        where = (type(trouble), trouble, trouble.__traceback__)
    record = logging.LogRecord("a.name", logging.ERROR, __file__, 1, "It broke.", None, where)

    line = OneLine("%(levelname)s %(message)s").format(record)

    assert "\n" not in line
    assert line.startswith("ERROR It broke.")
    assert line.endswith("LookupError: lost")
