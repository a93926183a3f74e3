"""What every test stands on: files in the test's own folder, nothing remembered from before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker, Settings

from tests.cast import City, build_city
from tests.ground import Ground, copy_of, forget_the_remembered

# How quickly examples are drawn tells of the machine's other work, not of the code.
settings.register_profile("busy machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")

# Their tests open a database by themselves, in processes of their own.
WITH_PROCESSES = {"processes", "site", "exchange", "demo"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run on every engine what asks a database; what asks none comes out alike, and runs once.

    Those who share a ground come first, those who write for good last: it is laid once.
    """
    items.sort(key=_turn)
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


def _turn(item: pytest.Item) -> int:
    fixtures = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    is_for_good = marker is not None and marker.kwargs.get("transaction", False)
    if is_for_good or fixtures & {"transactional_db", "live_server"}:
        return 2
    return 0 if "founded" in fixtures else 1


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


@pytest.fixture(scope="session")
def ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """Yield the one ground of this process."""
    one = Ground()
    yield one
    with django_db_blocker.unblock():
        one.clear()


@pytest.fixture
def founded() -> None:
    """Ask for a database in which the cast lives already."""


@pytest.fixture
def _on_ground(
    request: pytest.FixtureRequest, ground: Ground, django_db_blocker: DjangoDbBlocker
) -> None:
    """Lay the ground for who asks for it, clear it for everybody else."""
    is_asked = "founded" in request.fixturenames and _turn(request.node) == 0
    with django_db_blocker.unblock():
        ground.lay() if is_asked else ground.clear()


@pytest.fixture
def _django_db_helper(_on_ground: None, _django_db_helper: None) -> None:
    """Let a test's transaction begin on its ground."""


@pytest.fixture
def city(db: None, founded: None, ground: Ground) -> City:
    """Return the cast of `tests.cast`, untouched by the tests before."""
    if ground.city is None:
        return build_city()
    forget_the_remembered()
    return copy_of(ground.city)
