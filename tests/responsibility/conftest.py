"""A small city of squares with the shipped pack: one district, two streets, a road."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import shapely

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.rules import SYSTEM
from gongzhi.catalogue.actions import install_pack
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.places import actions as places
from gongzhi.places import queries as where

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LAYERS = (
    ("city", "city", 0),
    ("district", "district", 10),
    ("street", "street", 20),
    ("community", "community", 30),
    ("grid", "", 40),
)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in hundredths of a degree east and north of 120 E, 36 N."""
    return shapely.box(120 + west / 100, 36 + south / 100, 120 + east / 100, 36 + north / 100)


@dataclass(frozen=True)
class Town:
    """Ids by code."""

    areas: dict[str, int]
    organisations: dict[str, int]
    posts: dict[str, int]


def _draw() -> dict[str, int]:
    for code, level, rank in LAYERS:
        places.define_layer(
            code, name=code, level=level, rank=rank, is_administrative=True, by=SYSTEM, at=NOON
        )
    places.define_layer("road", name="道路", rank=50, is_administrative=False, by=SYSTEM, at=NOON)
    new = places.NewArea
    done = places.draw_areas(
        [
            new("city", "C", "城", box(0, 0, 8, 4), name_en="City", parent_code=""),
            new("district", "D", "新区", box(0, 0, 6, 4), name_en="New District"),
            new("street", "W", "振华路街道", box(0, 0, 3, 4), name_en="Zhenhua Road Street"),
            new("street", "E", "东街道", box(3, 0, 6, 4), name_en="East Street"),
            new("community", "P", "松柏路社区", box(0, 0, 3, 2), name_en="Pine Community"),
            new("grid", "03", "03 网格", box(0, 0, 1, 2), name_en="Grid 03"),
            new("road", "R", "松柏路", box(0, 0, 6, 0.2), name_en="Pine Road"),
        ],
        by=SYSTEM,
        at=NOON,
    )
    return {code: key for (_, code), key in done.ids.items()}


@pytest.fixture
def town(db: None) -> Town:
    """Build the city by the real actions."""
    install_pack(SHIPPED / "china", by=SYSTEM, at=NOON)
    areas = _draw()
    paths = {code: where.area(key).path for code, key in areas.items()}
    organisations = {
        code: accounts.found_organisation(
            code, name=name, name_en=english, kind=kind, scope_path=scope, by=SYSTEM, at=NOON
        ).pk
        for code, name, english, kind, scope in (
            ("city-command", "指挥中心", "City Command", "city_centre", ""),
            ("clean-w", "街道环卫所", "Street Sanitation", "sanitation", paths["W"]),
            ("clean-d", "区环卫处", "District Sanitation", "sanitation", paths["D"]),
            ("office-w", "振华路街道办事处", "Zhenhua Road Office", "street_office", paths["W"]),
            ("crew", "市政一队", "Crew One", "contractor", paths["W"]),
        )
    }
    posts = {
        code: accounts.create_post(
            code, kind_code=kind, organisation_code=organisation, name=name, by=SYSTEM, at=NOON
        ).pk
        for code, kind, organisation, name in (
            ("lane-w", "lane_steward", "office-w", "松柏路街巷长"),
            ("foreman", "handler", "crew", "班长"),
        )
    }
    return Town(areas, organisations, posts)
