"""`gongzhi migrate`, `setup`, `serve` and `worker`: from an empty folder to a served city."""

import contextlib
import http.client
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from gongzhi.accounts.queries import all_organisations
from gongzhi.demo.queries import begun as demo_begun
from gongzhi.demo.rules.running import PASSWORD
from gongzhi.webkit.storage import StorageNotSetUp, database_name

from .clock import clock_jobs, the_only_clock, tick
from .processes import Child, Family, end_with_parent

log = logging.getLogger(__name__)

_DEMO = ["--size", "small", "--seed", "1", "--yes", "--untold"]
OUTWARD = {"": "localhost", "0.0.0.0": "localhost", "::": "localhost"}  # noqa: S104 - told, not bound


@click.command()
def migrate() -> None:
    """Bring the tables of the database to this version."""
    waiting = missing_migrations()
    with _room_for_the_database():
        call_command("migrate", interactive=False, verbosity=0)
    if waiting:
        click.echo(
            _("%(count)s changes of tables made in %(where)s.")
            % {"count": waiting, "where": database_name()}
        )
    else:
        click.echo(_("The tables of %(where)s are up to date.") % {"where": database_name()})


@click.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with a small invented city.")
@click.pass_context
def setup(context: click.Context, *, demo: bool) -> None:
    """Make everything ready for `gongzhi serve`; what is ready already is left alone."""
    context.invoke(migrate)
    if demo:
        _build_demo(context)
    gather_web_files()


def gather_web_files() -> None:
    """Copy what browsers load to where it is served from, if any of it is newer than there."""
    list_of_files = Path(settings.STATIC_ROOT) / "staticfiles.json"
    since = list_of_files.stat().st_mtime if list_of_files.is_file() else 0.0
    own = (storage.path(name) for finder in get_finders() for name, storage in finder.list([]))
    if any(Path(one).stat().st_mtime >= since for one in own):
        call_command("collectstatic", interactive=False, verbosity=0)


def _build_demo(context: click.Context) -> None:
    """Found the invented city in an empty database, or go on where that was interrupted."""
    begun = demo_begun()
    if begun.is_done if begun else all_organisations():
        return
    command = _command_at(context, "demo")
    if command is not None:
        click.echo(_("Building a small invented city; this is done once."))
        command.main(_DEMO, prog_name="gongzhi demo", standalone_mode=False)


def _command_at(context: click.Context, *words: str) -> click.Command | None:
    found: click.Command | None = context.find_root().command
    for word in words:
        found = found.commands.get(word) if isinstance(found, click.Group) else None
    return found


@contextlib.contextmanager
def _room_for_the_database() -> Iterator[None]:
    if connection.vendor == "sqlite":
        Path(str(settings.DATABASES["default"]["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    yield


def missing_migrations() -> int:
    """Return how many changes of tables this version has and the database has not."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.argument("parent", type=int, required=False)
def worker(*, once: bool, parent: int | None) -> None:
    """Watch the deadlines: the one clock of the city, until told to stop.

    PARENT is given by `gongzhi serve`: the process with which this one ends.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if parent is not None:
        end_with_parent(parent)
    _refuse_missing_tables()
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with the_only_clock(settings.DATA_DIR / "clock.lock", stop) as is_mine:
        failures = 0
        jobs = clock_jobs()
        while is_mine and not stop.is_set():
            close_old_connections()  # one that broke is made anew
            failures = tick(jobs, at=timezone.now(), stop=stop)
            if once:
                break
            stop.wait(settings.CLOCK_SECONDS)
    connection.close()
    if once and failures:
        sys.exit(1)


@click.command()
@click.pass_context
def serve(context: click.Context) -> None:
    """Serve the city: the web server and the clock, until Ctrl-C."""
    _refuse_missing_tables()
    _refuse_taken_port()
    gather_web_files()
    connection.close()
    web = [settings.ADDRESS, settings.PORT, _web_processes(), settings.WEB_THREADS]
    greet = _Greeting(context)
    family = Family(
        [
            Child(
                "web",
                ["-m", "gongzhi.site.web_server", *(str(one) for one in web)],
                is_vital=True,
                is_well=_answers,
                when_well=greet.once,
            ),
            Child("clock", ["-c", _MAIN, "worker"]),
        ],
        tell=_tell_end,
    )
    sys.exit(family.run())


_MAIN = "from gongzhi.site.cli import main; main()"


def _web_processes() -> int:
    """Return how many: one for SQLite, whose writers queue best inside one process."""
    if settings.WEB_PROCESSES:
        return int(settings.WEB_PROCESSES)
    return 1 if connection.vendor == "sqlite" else min(4, os.cpu_count() or 1)


def _refuse_missing_tables() -> None:
    if missing_migrations():
        raise StorageNotSetUp(where=database_name())


def _refuse_taken_port() -> None:
    family = socket.AF_INET6 if ":" in settings.ADDRESS else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.ADDRESS, settings.PORT))
            trial.listen(1)
        except OSError as trouble:
            facts = {
                "address": settings.ADDRESS,
                "port": settings.PORT,
                "error": trouble.strerror or str(trouble),
            }
            raise click.ClickException(
                _(
                    "Nothing can be served at %(address)s, port %(port)s: %(error)s. Stop what "
                    "uses it, or choose another: PORT=8001 make run."
                )
                % facts
            ) from trouble


def _tell_end(name: str, code: int, pause: float) -> None:
    facts = {"name": name, "code": code, "pause": f"{pause:.1f}"}
    if pause < 0:
        log.error("The process “%(name)s” cannot be started (code %(code)s); giving up.", facts)
    else:
        log.error(
            "The process “%(name)s” ended (code %(code)s); it starts again in %(pause)s s.", facts
        )


class _Greeting:
    """Tells the address and the sign-ins once, as soon as the city answers."""

    def __init__(self, context: click.Context) -> None:
        self._context = context
        self._is_told = False

    def once(self) -> None:
        if not self._is_told:
            self._is_told = True
            host = OUTWARD.get(settings.ADDRESS, settings.ADDRESS)
            host = f"[{host}]" if ":" in host else host
            click.echo(f"\n共治 Gongzhi: http://{host}:{settings.PORT}/")
            self._tell_sign_ins()
            click.echo(_("Ctrl-C stops everything."))

    def _tell_sign_ins(self) -> None:
        command = _command_at(self._context, "demo", "sign-ins")
        try:
            if command is None or not demo_begun():
                return
            command.main([], prog_name="gongzhi demo sign-ins", standalone_mode=False)
            click.echo(
                _("Password of everybody, unless you chose another: %(password)s")
                % {"password": PASSWORD}
            )
        except Exception:  # the greeting must not stop the server
            log.exception("The sign-ins of the demonstration city cannot be told.")
        finally:
            connection.close()


def _answers() -> bool:
    host = OUTWARD.get(settings.ADDRESS, settings.ADDRESS)
    asking = http.client.HTTPConnection(host, settings.PORT, timeout=2)
    try:
        asking.request("GET", "/health", headers={"Host": "localhost"})
        return asking.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


COMMANDS: dict[str, click.Command] = {
    "migrate": migrate,
    "setup": setup,
    "serve": serve,
    "worker": worker,
}
