"""An empty city with its tables, copied for each test that runs real processes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import Served, gongzhi, served


@pytest.fixture(scope="session")
def bare_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database that has tables and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    done = gongzhi("migrate", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(bare_city: Path, tmp_path: Path) -> Path:
    """Return a copy of the bare city."""
    place = tmp_path / "city"
    shutil.copytree(bare_city, place)
    (place / "static").mkdir(exist_ok=True)
    gathered = {"paths": {}, "version": "1.1", "hash": ""}  # so that none wait for web files
    (place / "static" / "staticfiles.json").write_text(json.dumps(gathered))
    return place


@pytest.fixture
def city_served(folder: Path) -> Iterator[Served]:
    """Return a bare city, ready to be served; nothing of it is left afterwards."""
    one = served(folder)
    yield one
    one.end()
