"""Holidays of years whose official notice is not in the pack yet.

The product never guesses a year table.  The demonstration city is invented, and so may
its holidays be: it keeps the days that fall on the same date every year, and shifts none.
"""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

# Month and day; source: the national rules on holidays, their days of the solar calendar.
SAME_EVERY_YEAR = (
    ("01-01", "元旦"),
    ("05-01", "劳动节"),
    ("05-02", "劳动节"),
    ("10-01", "国庆节"),
    ("10-02", "国庆节"),
    ("10-03", "国庆节"),
)


def years_needed(*, since: datetime, until: datetime) -> range:
    """Return the years through which promises of a history can run: one more than it has."""
    return range(since.year, until.year + 2)


def invented_year(year: int) -> str:
    """Return the year table of an invented city, in the form of the pack."""
    days = [f"{year}-{day},holiday,{name}" for day, name in SAME_EVERY_YEAR]
    return "\n".join(["date,kind,name", *days]) + "\n"


def copy_with_years(pack: Path, target: Path, *, years: Iterable[int]) -> tuple[int, ...]:
    """Copy a pack and give every calendar in it the year tables it lacks.

    Returns:
        The years that were invented, ascending.
    """
    shutil.copytree(pack, target)
    invented = set()
    for calendar in sorted((target / "holidays").iterdir()):
        for year in years:
            table = calendar / f"{year}.csv"
            if not table.exists():
                table.write_text(invented_year(year), encoding="utf-8")
                invented.add(year)
    return tuple(sorted(invented))
