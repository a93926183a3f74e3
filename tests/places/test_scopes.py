"""An organisation chart names areas by their codes; the map turns them into paths."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.actions import import_chart
from gongzhi.accounts.rules import SYSTEM
from gongzhi.places import queries as places
from tests.cast import MORNING, City


@pytest.mark.usefixtures("city")
def test_a_chart_names_areas_by_code(tmp_path: Path) -> None:
    chart = tmp_path / "chart.csv"
    chart.write_text("code,name,kind,scope\ncrew-9,九队,roads,S2\ncrew-8,八队,roads,S9\n")

    import_chart(
        chart,
        rejects=tmp_path / "refused.csv",
        scope_of=import_string(settings.SCOPE_RESOLVER),
        by=SYSTEM,
        at=MORNING,
    )

    known = accounts.organisations_by_code()
    assert known["crew-9"].scope_path == places.area_by_code("street", "S2").path
    assert "crew-8" not in known
    assert "S9" in (tmp_path / "refused.csv").read_text()


def test_the_layers_of_the_tree_are_asked_from_coarse_to_fine(city: City) -> None:
    assert places.path_of_code("D1") == places.area_by_code("district", "D1").path
    assert places.path_of_code("nowhere") is None
