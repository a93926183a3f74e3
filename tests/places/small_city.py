"""A small city of squares: two streets in one district, and the shapes to build more."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import shapely

from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import actions

NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "../shared/data"


def square(west: float, south: float, side: float = 1.0) -> shapely.Polygon:
    """Return a square in hundredths of a degree east and north of 120 E, 36 N."""
    return shapely.box(
        120 + west / 100,
        36 + south / 100,
        120 + (west + side) / 100,
        36 + (south + side) / 100,
    )


def spot(x: float, y: float) -> tuple[float, float]:
    """Return a position in the measure of `square`."""
    return 120 + x / 100, 36 + y / 100


@dataclass(frozen=True)
class Town:
    """Keys of the areas of the small city."""

    district: int
    west_street: int
    east_street: int


def define(code: str, rank: int, *, administrative: bool = True) -> None:
    """Define a layer of the small city."""
    actions.define_layer(
        code, name=code, rank=rank, is_administrative=administrative, by=SYSTEM, at=NOON
    )
