"""What every test stands on: files in the test's own folder, nothing remembered from before."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.cast import City, build_city


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    """Keep uploaded files in the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def city(db: None) -> City:
    """Return the cast of `tests.cast`."""
    return build_city()
