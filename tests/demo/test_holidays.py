"""A city that nobody has, with holidays that nobody has announced."""

from datetime import UTC, date, datetime
from pathlib import Path

from gongzhi.catalogue.rules import SHIPPED, load_pack
from gongzhi.demo.rules.holidays import copy_with_years, years_needed


def test_years_without_a_table_get_one_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    years = years_needed(
        since=datetime(2026, 9, 1, tzinfo=UTC), until=datetime(2030, 1, 1, tzinfo=UTC)
    )

    invented = copy_with_years(SHIPPED / "china", tmp_path / "china", years=years)

    content, mistakes = load_pack(tmp_path / "china")
    (work,) = [sheet for sheet in content.calendars if sheet.code == "work"]
    (shipped,) = [s for s in load_pack(SHIPPED / "china")[0].calendars if s.code == "work"]
    assert mistakes == []
    assert invented == (2027, 2028, 2029, 2030, 2031)
    assert [d for d in work.days if d.on.year == 2026] == [
        d for d in shipped.days if d.on.year == 2026
    ]
    assert date(2031, 10, 1) in {day.on for day in work.days}
