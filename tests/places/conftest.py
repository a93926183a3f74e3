"""A small city of squares: two streets in one district."""

import pytest

from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import actions

from .small_city import NOON, Town, define, square


@pytest.fixture
def town(db: None) -> Town:
    """Draw a district 4 by 4 with streets on its west and east, a strip between left free."""
    define("district", 10)
    define("street", 20)
    define("road", 50, administrative=False)
    done = actions.draw_areas(
        [
            actions.NewArea("district", "D", "D", square(0, 0, 4), area_class="B"),
            actions.NewArea("street", "W", "W", square(0, 0, 1.5), parent_code="D"),
            actions.NewArea("street", "E", "E", square(2, 0, 1.5), area_class="A"),
        ],
        by=SYSTEM,
        at=NOON,
    )
    return Town(done.ids["district", "D"], done.ids["street", "W"], done.ids["street", "E"])
