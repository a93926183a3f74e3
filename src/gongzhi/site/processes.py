"""Processes that belong together: a parent that minds its children, children that end with it.

Nothing here knows Django or the city.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

PATIENCE = 10.0  # seconds in which a child must end after it was asked to
LONG_ENOUGH = 10.0  # seconds after which a child counts as having worked
LONGEST_PAUSE = 30.0  # seconds between two starts of a child that keeps failing
LOOK = 0.1  # seconds between two looks at the children
_PR_SET_PDEATHSIG = 1


def end_with_parent(parent_pid: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Have this process receive a signal as soon as its parent is gone, however it went.

    The kernel does it where it can (Linux); elsewhere a thread looks twice a second.

    Args:
        parent_pid: the parent as it was at the start; it may be gone already.
        number: the signal; the usual handler then ends the process.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    else:
        threading.Thread(target=_mind, args=(parent_pid, number), daemon=True).start()
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), number)


def _mind(parent_pid: int, number: signal.Signals) -> None:
    while os.getppid() == parent_pid:
        time.sleep(0.5)
    os.kill(os.getpid(), number)


@dataclass
class Child:
    """A process to be kept running.

    Attributes:
        name: what people call it.
        arguments: of the Python interpreter; the parent's process id is appended.
        is_vital: when it cannot be started at all, everything stops.
    """

    name: str
    arguments: Sequence[str]
    is_vital: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0  # seconds of the monotonic clock
    next_start_at: float = 0.0  # likewise
    failures: int = 0  # in a row, without having worked
    has_worked: bool = False

    def start(self) -> None:
        """Start it, in a process group of its own: only the parent hears Ctrl-C."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, *self.arguments, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


@dataclass
class Family:
    """Children kept running until the parent is told to stop."""

    children: Sequence[Child]
    tell: Callable[[str, int, float], None]  # name, exit code, seconds until the next start
    while_running: Callable[[], None] = lambda: None
    failures_allowed: int = 3  # of a vital child that never worked
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> int:
        """Start the children, start again those that end, until a signal; return the exit code.

        The start is done by the main thread only: the kernel takes the end of the
        starting thread for the end of the parent.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            return self._keep_running()
        finally:
            self._end_all()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _keep_running(self) -> int:
        while not self._stop.wait(LOOK):
            for child in self.children:
                if not self._keep(child):
                    return 1
            self.while_running()
        return 0

    def _keep(self, child: Child) -> bool:
        """See to one child; return False when everything must stop."""
        now = time.monotonic()
        if child.process is None:
            if now >= child.next_start_at:
                child.start()
            return True
        code = child.process.poll()
        if code is None:
            child.has_worked |= now - child.started_at > LONG_ENOUGH
            return True
        has_lasted = now - child.started_at > LONG_ENOUGH
        child.process, child.failures = None, 0 if has_lasted else child.failures + 1
        gives_up = child.is_vital and not child.has_worked
        if gives_up and child.failures >= self.failures_allowed:
            self.tell(child.name, code, -1)
            return False
        pause = 0.0 if child.failures < 2 else min(LONGEST_PAUSE, 0.25 * 2**child.failures)  # noqa: PLR2004
        child.next_start_at = now + pause
        self.tell(child.name, code, pause)
        return True

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
        latest = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.0, latest - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
