"""Real processes of Gongzhi for tests: started, asked, killed, and looked for afterwards."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = "from gongzhi.site.cli import main; main()"


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a city whose files are in `folder`; SQLite unless said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "GONGZHI_DATA": str(folder),
        "GONGZHI_LANGUAGE": "en",
        "GONGZHI_CLOCK_SECONDS": "1",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def gongzhi(
    *words: str, folder: Path, timeout: float = 120, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        env=environment(folder, **more),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def until(holds: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Wait until something holds."""
    latest = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < latest, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Tell whether a process lives; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children_of(pid: int) -> list[tuple[int, str]]:
    """Return the process ids and command lines of the children of a process."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                stat = (place / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if int(stat[1]) == pid and stat[0] != "Z":
                found.append((int(place.name), line))
    return found


@dataclass
class Served:
    """A city served by `gongzhi serve`."""

    folder: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its words go to a file."""
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", COMMAND, "serve"],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self.process is not None
        return self.process.pid

    def family(self) -> dict[str, int]:
        """Return the process ids by name: serve, web, worker (of the web server), clock."""
        found = {"serve": self.pid}
        for pid, line in children_of(self.pid):
            found["web" if "web_server" in line else "clock"] = pid
        if "web" in found:
            inner = [pid for pid, line in children_of(found["web"]) if "web_server" in line]
            found |= dict.fromkeys(["worker"] if inner else [], inner[0] if inner else 0)
        return found

    def answers(self) -> bool:
        """Tell whether it answers."""
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asking.request("GET", "/health")
            return asking.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def told(self) -> str:
        """Return what it has told."""
        return (self.folder / "serve.log").read_text(encoding="utf-8")

    def stop(self) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self.process is not None and self.process.poll() is None:
            pids = list(self.family().values())
            self.process.kill()
            self.process.wait(30)
            until(lambda: not any(is_running(pid) for pid in pids), what="the end of all")


def served(folder: Path, **more: str) -> Served:
    """Return a city ready to be served."""
    port = free_port()
    return Served(folder, port, environment(folder, PORT=str(port), **more))
