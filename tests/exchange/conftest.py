"""A small city ready to take over cases: the us311 pack, one square district, a fallback party."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely

from gongzhi.accounts.actions import found_organisation
from gongzhi.accounts.rules import SYSTEM
from gongzhi.catalogue.actions import install_pack
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.exchange.actions import import_cases
from gongzhi.exchange.rules.reading import read_mapping
from gongzhi.exchange.rules.tally import Tally
from gongzhi.places.actions import define_layer, draw_areas
from gongzhi.places.rules import NewArea

DATA = Path(__file__).parents[2] / "../shared/data"
MAPPINGS = Path(__file__).parents[2] / "docs/how-to/mappings"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WEST, SOUTH = 120.0, 36.0  # degrees; the district is a square of one degree

MAPPING = """
source = "hotline"

[id]
column = "no"

[category]
columns = ["kind"]

[text]
columns = ["words"]

[address]
columns = ["place"]

[position]
longitude = "lon"
latitude = "lat"

[times]
reported = "reported"
due = "due"
closed = "closed"
formats = ["iso", "%Y/%m/%d %H:%M"]
zone = "America/New_York"

[organisation]
column = "party"
rule = "lower"
create_organisations = true
kind = "agency"
"""
COLUMNS = ("no", "kind", "words", "place", "lon", "lat", "reported", "due", "closed", "party")
ROW = {
    "no": "1",
    "kind": "Noise",
    "words": "Loud music",
    "place": "1 Main Street",
    "lon": "120.5",
    "lat": "36.5",
    "reported": "2025-06-02T10:00:00",
    "due": "2025-06-03T10:00:00",
    "closed": "2025-06-02T18:00:00",
    "party": "DEP",
}

Write = Callable[..., Path]
Take = Callable[..., Tally]


def install(at: datetime = NOON) -> None:
    """Install the us311 pack."""
    install_pack(SHIPPED / "us311", by=SYSTEM, at=at)


@pytest.fixture
def city(db: None) -> None:
    """Install the pack, draw a district, found the fallback party."""
    install()
    define_layer(
        "district", name="区", rank=10, level="district", is_administrative=True, by=SYSTEM, at=NOON
    )
    square = shapely.box(WEST, SOUTH, WEST + 1, SOUTH + 1)
    draw_areas([NewArea("district", "D1", "东区", square)], by=SYSTEM, at=NOON)
    found_organisation("call-centre", name="呼叫中心", kind="agency", by=SYSTEM, at=NOON)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a writer of CSV files: each row is `ROW` with some fields changed."""

    def writing(*rows: dict[str, Any], name: str = "cases.csv", encoding: str = "utf-8") -> Path:
        lines = [",".join(COLUMNS)]
        for number, row in enumerate(rows, start=1):
            values = {**ROW, "no": str(number), **row}
            quoted = (str(values[name]).replace('"', '""') for name in COLUMNS)
            lines.append(",".join(f'"{one}"' for one in quoted))
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return writing


@pytest.fixture
def take(city: None) -> Take:
    """Return the import with the small mapping, some of its text replaced."""

    def taking(path: Path, *changes: tuple[str, str], at: datetime = NOON, **given: Any) -> Tally:
        return import_cases(path, mapping=mapping_with(changes), by=SYSTEM, at=at, **given)

    return taking


def mapping_with(changes: Sequence[tuple[str, str]] = ()) -> Any:
    """Return the small mapping with some of its text replaced."""
    text = MAPPING
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_mapping(text, file="small.toml")


def reasons(tally: Tally) -> list[str]:
    """Return the reasons in the file of refused rows."""
    import csv

    assert tally.rejects is not None
    with tally.rejects.open(encoding="utf-8-sig", newline="") as file:
        return [row["_reason"] for row in csv.DictReader(file)]
