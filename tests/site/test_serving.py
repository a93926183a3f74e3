"""`gongzhi serve`: one command starts everything, one signal stops everything."""

import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gongzhi.site import commands

from .running import Served, gongzhi, is_running, until

pytestmark = pytest.mark.processes


def _all_there(city: Served) -> bool:
    return city.answers() and set(city.family()) == {"serve", "web", "worker", "clock"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_process(city_served: Served, number: signal.Signals) -> None:
    city_served.start()
    until(lambda: _all_there(city_served))
    family = city_served.family()

    os.kill(city_served.pid, number)

    assert city_served.process is not None
    assert city_served.process.wait(15) == 0
    assert not any(is_running(pid) for pid in family.values())


def test_nobody_is_orphaned_when_the_parent_is_killed(city_served: Served) -> None:
    city_served.start()
    until(lambda: _all_there(city_served))
    family = city_served.family()

    os.kill(city_served.pid, signal.SIGKILL)

    until(lambda: not any(is_running(pid) for pid in family.values()), seconds=15)


def test_the_address_is_told_once_the_city_answers(city_served: Served) -> None:
    city_served.start()

    until(lambda: f"http://127.0.0.1:{city_served.port}/" in city_served.told())

    assert city_served.answers()


@pytest.mark.parametrize("victim", ["web", "worker", "clock"])
def test_a_child_that_is_killed_starts_again_and_it_is_told(
    city_served: Served, victim: str
) -> None:
    city_served.start()
    until(lambda: _all_there(city_served))
    killed = city_served.family()[victim]

    os.kill(killed, signal.SIGKILL)

    until(lambda: city_served.family().get(victim) not in {None, killed})
    until(lambda: _all_there(city_served))
    assert "Unexpected exit" in city_served.told() or "ended (code -9)" in city_served.told()


def test_a_taken_port_is_told_and_no_other_is_chosen(city_served: Served) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", city_served.port))
        other.listen(1)

        done = gongzhi("serve", folder=city_served.folder, PORT=str(city_served.port))

    assert done.returncode == 1
    assert str(city_served.port) in done.stderr
    assert "choose another" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_city_without_tables_is_not_served(tmp_path: Path) -> None:
    done = gongzhi("serve", folder=tmp_path)

    assert done.returncode == 2
    assert "gongzhi migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_clock_waits_until_the_first_has_ended(city_served: Served) -> None:
    city_served.start()
    until(lambda: _all_there(city_served))

    with pytest.raises(subprocess.TimeoutExpired):
        gongzhi("worker", "--once", folder=city_served.folder, timeout=4)

    city_served.stop()
    assert gongzhi("worker", "--once", folder=city_served.folder).returncode == 0


def test_web_files_of_a_newer_version_are_gathered_before_serving(
    tmp_path: Path, settings: Any
) -> None:
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    gathered = tmp_path / "staticfiles.json"

    commands.gather_web_files()
    first = gathered.stat().st_mtime_ns
    assert (tmp_path / "gongzhi" / "gongzhi.css").is_file()
    commands.gather_web_files()
    assert gathered.stat().st_mtime_ns == first  # nothing is newer
    os.utime(gathered, (0, 0))
    commands.gather_web_files()
    assert gathered.stat().st_mtime_ns > first
