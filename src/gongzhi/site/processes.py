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
LONG_ENOUGH = 5.0  # seconds after which a child is taken to be well
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
        is_well: whether it does its work; without it a child is well after a while.
        when_well: called each time it has become well.
    """

    name: str
    arguments: Sequence[str]
    is_vital: bool = False
    is_well: Callable[[], bool] | None = None
    when_well: Callable[[], None] = lambda: None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0  # seconds of the monotonic clock
    next_start_at: float = 0.0  # likewise
    failures: int = 0  # in a row, without having been well
    was_well: bool = False  # since its last start
    was_ever_well: bool = False

    def start(self) -> None:
        """Start it, in a process group of its own: only the parent hears Ctrl-C."""
        self.started_at = time.monotonic()
        self.was_well = False
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, *self.arguments, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def look(self) -> None:
        """See whether it has become well."""
        if self.was_well:
            return
        lasts = time.monotonic() - self.started_at > LONG_ENOUGH
        if self.is_well() if self.is_well is not None else lasts:
            self.was_well = self.was_ever_well = True
            self.when_well()

    def has_ended(self) -> float:
        """Note its end and return in how many seconds it is to start again.

        One that had been well starts at once; one that never gets so far, later and later.
        """
        self.process = None
        self.failures = 0 if self.was_well else self.failures + 1
        is_hasty = self.failures < 2  # noqa: PLR2004 - one failure may be chance
        pause = 0.0 if is_hasty else min(LONGEST_PAUSE, 0.25 * 2**self.failures)
        self.next_start_at = time.monotonic() + pause
        return pause


@dataclass
class Family:
    """Children kept running until the parent is told to stop."""

    children: Sequence[Child]
    tell: Callable[[str, int, float], None]  # name, exit code, seconds until the next start
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
        return 0

    def _keep(self, child: Child) -> bool:
        """See to one child; return False when everything must stop."""
        if child.process is None:
            if time.monotonic() >= child.next_start_at:
                child.start()
            return True
        code = child.process.poll()
        if code is None:
            child.look()
            return True
        pause = child.has_ended()
        gives_up = child.is_vital and not child.was_ever_well
        gives_up &= child.failures >= self.failures_allowed
        self.tell(child.name, code, -1 if gives_up else pause)
        return not gives_up

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
