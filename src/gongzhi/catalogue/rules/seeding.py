"""Seed the editable year tables of a calendar from maintained libraries."""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from gongzhi.kernel.refusals import Invalid

from .values import DayRow

DAY_COLUMNS = ("date", "kind", "name")
_SATURDAY = 5


class YearNotSeeded(Invalid):
    """No library knows the official holidays of this year, and none are guessed."""

    code = "catalogue.year_not_seeded"


def seed_year(year: int, *, country: str = "CN") -> tuple[DayRow, ...]:
    """Return the days of a year that differ from the working week, ascending.

    Args:
        year: of the common era.
        country: `CN` (with shifted working days, 调休) or `US` (federal holidays).

    Raises:
        YearNotSeeded: the holidays of the year are not announced in the library,
            or the country is another one.
    """
    # Both libraries are slow to import and seldom needed: a server must not wait for them.
    if country == "US":
        import holidays

        named = holidays.country_holidays("US", years=year)
        return tuple(DayRow(on, "holiday", named[on]) for on in sorted(named) if on.year == year)
    if country != "CN":
        raise YearNotSeeded(year=year, country=country)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    try:
        return tuple(row for on in days if (row := _chinese_day(on)))
    except NotImplementedError as error:
        raise YearNotSeeded(year=year, country=country) from error


def _chinese_day(on: date) -> DayRow | None:
    """Return a named holiday or a shifted working day; None for an ordinary day."""
    import chinese_calendar

    is_holiday, name = chinese_calendar.get_holiday_detail(on)
    if name is None:
        return None
    chinese = chinese_calendar.Holiday(name).chinese
    if is_holiday:
        return DayRow(on, "holiday", chinese)
    return DayRow(on, "workday", chinese) if on.weekday() >= _SATURDAY else None


def year_table_text(rows: Iterable[DayRow]) -> str:
    """Return rows as the text of a year table, ready to be saved as UTF-8."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(DAY_COLUMNS)
    writer.writerows((row.on.isoformat(), row.kind, row.name) for row in rows)
    return target.getvalue()
