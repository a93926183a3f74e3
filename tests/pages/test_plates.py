"""A plate scanned and a place searched in a real browser: both lead to a report with its place."""

from typing import Any

import pytest

from gongzhi.places import actions as map_actions
from gongzhi.places.actions import NewCode, NewFacility
from tests.cast import MORNING, City, point_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shelter(town: City) -> str:
    """Place a bus shelter with a service code."""
    lon, lat = point_in(0, 0)
    new = NewFacility(
        "B1", "C0204", lon, lat, name="青湾路公交站亭", name_en="Qingwan Road shelter"
    )
    map_actions.place_facility(new, by=town.kim, at=MORNING)
    return map_actions.make_code(NewCode(facility="B1"), by=town.kim, at=MORNING)


@pytest.mark.parametrize(
    ("width", "language", "name"),
    [("phone", "zh", "青湾路公交站亭"), ("desk", "en", "Qingwan Road shelter")],
)
def test_who_scans_a_plate_or_searches_a_place_reports_with_the_place_filled_in(
    visits: Any, town: City, width: str, language: str, name: str
) -> None:
    code = shelter(town)

    with visits(width, language) as passer:
        passer.open(f"/at/{code}")
        heading = passer.page.inner_text("h1")
        passer.press(".at-place .button.main")
        scanned = passer.page.input_value("#address")
        passer.open(f"/places/search?q={name[:4]}")
        passer.press(".places-found a")
        searched = passer.page.input_value("#address")

    assert heading == scanned == searched == name
