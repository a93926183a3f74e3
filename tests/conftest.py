"""What every test stands on: files in the test's own folder, nothing remembered from before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from tests.cast import City, build_city

# Their tests open a database by themselves, in processes of their own.
WITH_PROCESSES = {"processes", "site", "exchange", "demo"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run on every engine what asks a database; what asks none comes out alike, and runs once."""
    if connection.vendor == "sqlite":
        return
    asking = [one for one in items if _asks_a_database(one)]
    chosen = set(asking)
    config.hook.pytest_deselected(items=[one for one in items if one not in chosen])
    items[:] = asking


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        item.get_closest_marker("django_db") is not None
        or bool(fixtures & {"db", "transactional_db", "live_server"})
        or item.path.parent.name in WITH_PROCESSES
    )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the test database; before it is dropped, send away whoever is still connected.

    A browser that keeps its connection open leaves a thread of the live server behind.
    """
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    """Keep uploaded files in the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def city(db: None) -> City:
    """Return the cast of `tests.cast`."""
    return build_city()
