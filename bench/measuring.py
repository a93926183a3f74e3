"""What the measuring programs share: a database of their own, and the median of some runs."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def median(deed: Callable[[], object], runs: int) -> float:
    """Return the median seconds of some runs, after a first one that is not counted."""
    deed()
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        deed()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


@contextmanager
def new_tables() -> Iterator[None]:
    """Make the tables in the database of the settings; on a server in a test database."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    old_name = connection.settings_dict["NAME"]
    is_file = connection.vendor == "sqlite"
    if is_file:
        call_command("migrate", verbosity=0)
    else:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        if not is_file:
            connection.creation.destroy_test_db(old_name, verbosity=0)


@contextmanager
def new_folder() -> Iterator[None]:
    """Set Gongzhi up with empty SQLite tables in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "GONGZHI_DATA": folder,
            "DATABASE_URL": "sqlite:",
            "DJANGO_SETTINGS_MODULE": "gongzhi.site.settings",
        }
        with new_tables():
            yield


def fresh_file() -> None:
    """Put a new database with empty tables in the place of the SQLite one in use."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    place = Path(connection.settings_dict["NAME"])
    for one in place.parent.glob(f"{place.name}*"):
        one.unlink()
    call_command("migrate", verbosity=0)
