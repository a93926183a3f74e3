"""Fifty times SIGKILL under load: nothing acknowledged is lost, nothing is done by half."""

import http.client
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

from tests.cast import photo, point_in
from tests.site.running import ROOT, Served, gongzhi, is_running, served, until

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="/proc")]

# How often each is killed: the clock, the process that answers, the web server with its
# processes, the parent of all, all of them at the same moment.
SQLITE_KILLS = {"clock": 12, "worker": 18, "web": 10, "serve": 7, "all": 3}
POSTGRES_KILLS = {"clock": 4, "worker": 7, "web": 4, "serve": 3, "all": 2}
WRITERS = 3
RUBBISH = "E0110"
# From the state in which a case is: who does what next.
NEXT = {
    "reported": ("opal", "file", "case.filed"),
    "filed": ("dora", "dispatch", "case.dispatched"),
    "dispatched": ("henry", "accept", "case.accepted"),
    "handling": ("henry", "complete", "case.completed"),
}
TOKEN = "a" * 32  # any will do: the cookie and the header must be equal


@dataclass
class Load:
    """People who report and take steps, and remember what they were told was done."""

    port: int
    sessions: dict[str, str]
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    unsure: int = 0  # answers that never came
    strange: list[str] = field(default_factory=list)  # answers that should not be
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Begin to report and to work."""
        for number in range(WRITERS):
            thread = threading.Thread(target=self._work, args=(random.Random(number),))
            thread.start()
            self.threads.append(thread)

    def end(self) -> None:
        """Finish what is under way."""
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def _work(self, chance: random.Random) -> None:
        while not self.stop.is_set():
            case = self._report()
            while case and not self.stop.is_set():
                case = self._go_on(case, chance)

    def _report(self) -> dict[str, Any] | None:
        """Report until it is acknowledged: the same id again and again is one case."""
        case_id = str(uuid4())
        longitude, latitude = point_in(0, 0)
        body = {
            "case_id": case_id,
            "category_code": RUBBISH,
            "text": f"report {case_id}",
            "longitude": longitude,
            "latitude": latitude,
        }
        while not self.stop.is_set():
            told = self._ask("POST", "/cases", body, expect=201)
            if told:
                self._note(case_id, told, "case.reported", words=f"report {case_id}")
                return {"id": case_id, "number": told["number"], "state": told["state"]}
        return None

    def _go_on(self, case: dict[str, Any], chance: random.Random) -> dict[str, Any] | None:
        """Take the next step; when no answer comes, look where the case stands."""
        if case["state"] not in NEXT:
            return None
        login, step, kind = NEXT[case["state"]]
        if chance.random() < 0.3:
            login, step, kind = "opal", "annotate", "case.annotated"
        if step == "complete" and not self._bring_photo(case):
            return case
        words = f"note {uuid4()}" if step == "annotate" else ""
        body = {"note": words} if words else {}
        told = self._ask("POST", f"/cases/{case['number']}/steps/{step}", body, login=login)
        if told:
            self._note(case["id"], told, kind, words=words)
        else:
            told = self._ask("GET", f"/cases/{case['number']}", login="opal")
        return {**case, "state": told["state"]} if told else case

    def _bring_photo(self, case: dict[str, Any]) -> bool:
        boundary = "a-line-between"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nafter\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        content = head.encode() + photo(secrets.randbelow(256)) + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        place = f"/cases/{case['number']}/photos"
        told = self._ask("POST", place, content, login="henry", expect=201, media=kind)
        if told:
            self._note(case["id"], case, "photo")
        return bool(told)

    def _note(self, case_id: str, told: dict[str, Any], kind: str, *, words: str = "") -> None:
        one = {"case": case_id, "number": told["number"], "kind": kind, "words": words}
        self.acknowledged.append({**one, "version": told.get("version", 0)})

    def _ask(
        self,
        method: str,
        address: str,
        body: dict[str, Any] | bytes | None = None,
        *,
        login: str = "",
        expect: int = 200,
        media: str = "application/json",
    ) -> dict[str, Any] | None:
        """Return the answer, or None when there was none or the server was in trouble."""
        headers = {"Content-Type": media, "X-CSRFToken": TOKEN}
        if login:
            headers["Cookie"] = f"sessionid={self.sessions[login]}; csrftoken={TOKEN}"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asking.request(method, f"/api/v1{address}", content, headers)
            answer = asking.getresponse()
            told = answer.read()
        except ConnectionRefusedError:
            time.sleep(0.05)
            return None
        except (OSError, http.client.HTTPException):
            self.unsure += 1
            return None
        finally:
            asking.close()
        if answer.status == expect:
            return dict(json.loads(told))
        # A step whose answer was lost may have been taken: then it is out of turn now.
        if answer.status not in {409, 503}:
            self.strange.append(f"{answer.status} {address} {told[:300]!r}")
        time.sleep(0.05)
        return None


def _judge(folder: Path, more: dict[str, str], *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.processes.judge", *words],
        env={**served(folder, **more).environment, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _kill(city: Served, victim: str) -> bool:
    """Kill one of the processes, or all; a parent is started again by us.  False: not there."""
    family = city.family()
    if victim == "all":
        for pid in family.values():
            os.kill(pid, signal.SIGKILL)
    elif victim in family:
        os.kill(family[victim], signal.SIGKILL)
    else:
        return False
    if victim in {"serve", "all"}:
        assert city.process is not None
        city.process.wait(10)
        until(lambda: not any(is_running(pid) for pid in family.values()), what="the end of all")
        city.start()
    return True


@pytest.fixture
def database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Yield the environment that names a database of our own, on the engine under test."""
    address = os.environ.get("DATABASE_URL", "")
    if os.environ.get("GONGZHI_TEST_DATABASE") != "postgres":
        yield {}
        return
    name = f"gongzhi_kill_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield {
        "DATABASE_URL": urlunsplit(urlsplit(address)._replace(path=f"/{name}")),
        "GONGZHI_WEB_PROCESSES": "2",
    }
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def city(tmp_path: Path, database: dict[str, str]) -> Iterator[Served]:
    """Return the cast's city, ready to be served by real processes."""
    folder = tmp_path / "city"
    (folder / "static").mkdir(parents=True)
    done = gongzhi("migrate", folder=folder, **database)
    assert done.returncode == 0, done.stderr
    one = served(folder, **database)
    yield one
    one.end()
    shutil.rmtree(folder, ignore_errors=True)


def test_whatever_is_killed_no_acknowledged_deed_is_lost_and_none_is_done_by_half(
    city: Served, database: dict[str, str], tmp_path: Path
) -> None:
    seed = int(os.environ.get("GONGZHI_KILL_SEED") or secrets.randbelow(10**6))
    print(f"seed {seed}; again: GONGZHI_KILL_SEED={seed}")
    chance = random.Random(seed)
    kills = POSTGRES_KILLS if database else SQLITE_KILLS
    victims = [victim for victim, times in kills.items() for _ in range(times)]
    chance.shuffle(victims)
    load = Load(city.port, _judge(city.folder, database, "found"))

    city.start()
    load.begin()
    try:
        for victim in victims:
            until(city.answers, seconds=60, what="an answer after the kill")
            time.sleep(chance.uniform(0.02, 0.5))
            until(lambda one=victim: _kill(city, one), what=f"the kill of {victim}")
        until(city.answers, seconds=60, what="an answer after the last kill")
        time.sleep(1)
    finally:
        load.end()
        city.stop()
    (tmp_path / "acknowledged.json").write_text(json.dumps(load.acknowledged), encoding="utf-8")
    wrong = _judge(city.folder, database, "judge", str(tmp_path / "acknowledged.json"))

    told = Counter(one["kind"] for one in load.acknowledged)
    print(f"{len(victims)} kills; acknowledged {dict(told)}; {load.unsure} answers never came")
    assert wrong == []
    assert load.strange == [], [line for line in city.told().splitlines() if "Error" in line]
    assert load.unsure > 0, "no kill ever hit a deed under way: the load was too small"
    assert {"case.reported", "case.filed", "case.completed", "case.annotated", "photo"} <= set(told)
    assert gongzhi("ledger", "verify", folder=city.folder, **database).returncode == 0
    assert gongzhi("evidence", "verify", folder=city.folder, **database).returncode == 0
