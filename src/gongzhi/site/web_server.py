"""The web server of `gongzhi serve`: granian, with a fixed number of threads per process.

    python -m gongzhi.site.web_server ADDRESS PORT PROCESSES THREADS PARENT

The first process only listens and minds the others; Django is loaded in those.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from .processes import end_with_parent

TARGET = "gongzhi.site.wsgi:application"
STOP_WITHIN = 5  # seconds in which a request under way may end


def load(main_pid: int, target: str) -> Callable[..., Any]:
    """Load the application, in a process that ends when the first one does."""
    end_with_parent(main_pid, signal.SIGKILL)
    from .wsgi import application

    return application


def main(address: str, port: str, processes: str, threads: str, parent: str) -> None:
    """Serve until told to stop."""
    end_with_parent(int(parent))
    server = Server(
        TARGET,
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=int(processes),
        # Without a number granian may start hundreds of threads, each with its connection.
        blocking_threads=int(threads),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=partial(load, os.getpid()))


if __name__ == "__main__":
    main(*sys.argv[1:])
