"""Read `pack.toml`, `calendars.toml` and the year tables, noting every mistake."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import Any, get_args
from zoneinfo import ZoneInfo, available_timezones

from gongzhi.kernel.worktime import BadLimit, Limit, Unit

from .files import CODE, Line, TomlText, read_table, read_toml
from .mistakes import Findings, nearest
from .seeding import DAY_COLUMNS
from .values import AreaClass, CalendarSheet, DayRow, Options, SeasonRow, printed_number

PACK_FILE = "pack.toml"
CALENDARS_FILE = "calendars.toml"
HOLIDAYS = "holidays"
LEVELS = ("community", "street", "district", "city")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FRAMES = ("wgs84", "gcj02", "bd09")

_HEAD = ("code", "name_zh", "name_en", "version", "edition", "default_calendar")
_TABLES = ("options", "area_classes")
_CLASS = ("code", "name_zh", "name_en")
_CALENDAR = ("code", "name_zh", "name_en", "timezone", "needs_year_tables", "week", "seasons")
_SEASON = ("code", "name_zh", "name_en", "starts", "ends")
_LONGEST_CODE = 32
_DAY_KINDS = ("holiday", "workday")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_NUMBER_FIELD = re.compile(r"\{(?:year|month|day|sequence)(?::0?[1-9]\d?d)?\}")
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")
_YEAR_FILE = re.compile(r"(19[7-9]\d|2\d{3})\.csv")

_NOTHING = Limit(Decimal(1), Unit.DAYS)
_EMPTY: Mapping[object, Any] = {
    bool: False,
    int: 0,
    float: 0.0,
    str: "",
    Limit: _NOTHING,
    tuple[str, ...]: (),
}
"""What stands in for a setting that is missing or wrong, so that checking can go on."""

_EXAMPLES: Mapping[object, tuple[str, str]] = {
    bool: ("true or false", "true"),
    int: ("a whole number", "2"),
    float: ("a number", "0.8"),
    str: ("a text", '"words"'),
    Limit: ("a limit", '"4 work_hours"'),
    tuple[str, ...]: ("a list of texts", '["street", "city"]'),
    dict: ("a table", "[%s]"),
    list: ("a list of tables", "[[%s]]"),
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "max_extensions": (0, 100),
    "reopen_days": (0, 3_650),
    "suspend_max_days": (1, 3_650),
    "similar_metres": (0, 10_000),
    "similar_hours": (0, 8_760),
    "recurrence_days": (0, 3_650),
    "recurrence_metres": (0, 10_000),
    "due_soon_share": (0, 1),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What `pack.toml` says."""

    texts: Mapping[str, str]
    options: Options
    area_classes: tuple[AreaClass, ...]
    toml: TomlText


@dataclass(frozen=True, slots=True)
class Settings:
    """One table of a TOML file with its place; reading a setting notes what is wrong."""

    toml: TomlText
    path: tuple[str | int, ...]
    values: Mapping[str, Any]
    findings: Findings

    def tell(self, code: str, name: str, **facts: object) -> None:
        """Note a mistake at a setting."""
        path = (*self.path, *name.split("."))
        self.findings.add(code, self.toml.file, self.toml.line(*path), name, **facts)

    def get(self, name: str, kind: Any) -> Any:
        """Return a setting of a kind, or an empty stand-in."""
        if name not in self.values:
            self.tell("setting.missing", name)
            return _EMPTY.get(kind)
        value = self.values[name]
        if not _is_a(value, kind):
            wanted, example = _EXAMPLES[kind]
            said = example % name if kind in (dict, list) else f"{name} = {example}"
            told = shorten(repr(value), 60, placeholder="…")
            self.tell("setting.wrong_type", name, value=told, wanted=wanted, example=said)
            return _EMPTY.get(kind)
        return self._limit(name, value) if kind is Limit else _native(value, kind)

    def code(self, name: str = "code") -> str:
        """Return a setting that must be a code."""
        value: str = self.get(name, str)
        if value and not (CODE.fullmatch(value) and len(value) <= _LONGEST_CODE):
            self.tell("cell.not_a_code", name, value=value, longest=_LONGEST_CODE)
        return value

    def named(self, name: str) -> str:
        """Return a text that must not be empty."""
        value: str = self.get(name, str)
        if not value.strip() and isinstance(self.values.get(name), str):
            self.tell("cell.needed", name)
        return value.strip()

    def only(self, known: Sequence[str]) -> None:
        """Note the settings that nothing reads."""
        for name in self.values:
            if name not in known:
                self.tell("setting.unknown", name, near=nearest(name, known))

    def tables(self, name: str, *, needed: bool) -> list["Settings"]:
        """Return the tables of a list of tables."""
        if name not in self.values and not needed:
            return []
        if not isinstance(self.values.get(name, []), list) or name not in self.values:
            self.get(name, list)
            return []
        rows = enumerate(self.values[name])
        found = [
            Settings(self.toml, (*self.path, name, n), row, self.findings)
            for n, row in rows
            if isinstance(row, dict)
        ]
        if len(found) < len(self.values[name]):
            self.get(name, dict)
        return found

    def _limit(self, name: str, text: str) -> Limit:
        try:
            return Limit.parse(text)
        except BadLimit:
            unit = text.split()[-1] if text.split() else ""
            if len(text.split()) == 2 and unit not in list(Unit):  # noqa: PLR2004 - amount, unit
                near, allowed = nearest(unit, Unit), ", ".join(Unit)
                self.tell("limit.unit_unknown", name, value=unit, allowed=allowed, near=near)
            else:
                self.tell("limit.form", name, value=text)
            return _NOTHING


def _is_a(value: object, kind: Any) -> bool:
    if kind is Limit:
        return isinstance(value, str)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if get_args(kind):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind)


def _native(value: Any, kind: Any) -> Any:
    if kind is float:
        return float(value)
    return tuple(value) if get_args(kind) else value


def read_head(root: Path, findings: Findings) -> Head:
    """Return what `pack.toml` says."""
    toml = read_toml(root, PACK_FILE, findings)
    top = Settings(toml, (), toml.values, findings)
    if not toml.values:
        return Head(dict.fromkeys(_HEAD, ""), _read_options({}, top, silent=True), (), toml)
    top.only((*_HEAD, *_TABLES))
    texts = {name: top.named(name) for name in _HEAD}
    for name in ("code", "version", "edition", "default_calendar"):
        if texts[name]:
            top.code(name)
    options = top.values.get("options")
    if not isinstance(options, dict):
        top.get("options", dict)
    classes = _read_classes(top)
    return Head(texts, _read_options(options or {}, top, silent=options is None), classes, toml)


def _read_classes(top: Settings) -> tuple[AreaClass, ...]:
    found: dict[str, AreaClass] = {}
    places: dict[str, int] = {}
    for row in top.tables("area_classes", needed=False):
        row.only(_CLASS)
        code = row.code()
        _once(row, code, places)
        found[code] = AreaClass(code, row.named("name_zh"), row.named("name_en"))
    return tuple(found.values())


def _once(row: Settings, code: str, places: dict[str, int]) -> None:
    """Note a code that was already used, and remember the line of a new one."""
    if code in places:
        row.tell("code.twice", "code", value=code, first=places[code])
    places.setdefault(code, row.toml.line(*row.path, "code"))


def _read_options(values: Any, top: Settings, *, silent: bool) -> Options:
    findings = Findings() if silent or not isinstance(values, dict) else top.findings
    table = Settings(top.toml, ("options",), values if isinstance(values, dict) else {}, findings)
    table.only([one.name for one in fields(Options)])
    read = {one.name: table.get(one.name, one.type) for one in fields(Options)}
    options = Options(**read)
    if findings is top.findings:
        _check_options(options, table)
    return options


def _check_options(options: Options, table: Settings) -> None:
    for name, (low, high) in _RANGES.items():
        value = getattr(options, name)
        if name in table.values and not low <= value <= high and _is_a(table.values[name], float):
            table.tell("setting.out_of_range", name, value=value, low=low, high=high)
    for level in options.levels:
        _known(table, "levels", level, LEVELS)
    if options.levels != tuple(level for level in LEVELS if level in options.levels):
        table.tell(
            "cell.not_one_of",
            "levels",
            value=", ".join(options.levels),
            allowed=", ".join(LEVELS),
            near="",
        )
    if options.source_frame:
        _known(table, "source_frame", options.source_frame, FRAMES)
    if options.fallback_organisation:
        table.code("fallback_organisation")
    if options.number_format:
        _check_number_format(options.number_format, table)


def _known(table: Settings, name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        near = nearest(value, allowed)
        table.tell("cell.not_one_of", name, value=value, allowed=", ".join(allowed), near=near)


def _check_number_format(text: str, table: Settings) -> None:
    """Note a format that names an unknown field, lacks the sequence or is too long."""
    rest = _NUMBER_FIELD.sub("", text)
    if "{" in rest or "}" in rest:
        reason = rest
    elif "{sequence" not in text:
        reason = "{sequence}?"
    elif len(printed_number(text, on=date(2026, 12, 31), sequence=1)) > _LONGEST_CODE:
        reason = f"> {_LONGEST_CODE}"
    else:
        return
    table.tell("setting.number_format", "number_format", value=text, reason=reason)


def read_calendars(root: Path, findings: Findings) -> tuple[CalendarSheet, ...]:
    """Return the calendars with their year tables."""
    toml = read_toml(root, CALENDARS_FILE, findings)
    top = Settings(toml, (), toml.values, findings)
    if not toml.values:
        return ()
    top.only(("calendar",))
    found: dict[str, CalendarSheet] = {}
    places: dict[str, int] = {}
    for row in top.tables("calendar", needed=True):
        row.only(_CALENDAR)
        code = row.code()
        _once(row, code, places)
        found[code] = _read_calendar(root, code, row)
    _check_year_directories(root, list(found), findings)
    return tuple(found.values())


def _read_calendar(root: Path, code: str, row: Settings) -> CalendarSheet:
    timezone = row.named("timezone")
    if timezone and timezone not in available_timezones():
        row.tell("calendar.timezone_unknown", "timezone", value=timezone)
        timezone = ""
    years, days = _read_years(root, code, row.findings)
    sheet = CalendarSheet(
        code=code,
        name=row.named("name_zh"),
        name_en=row.named("name_en"),
        timezone=ZoneInfo(timezone or "UTC").key,
        week=_read_week(code, row),
        seasons=_read_seasons(row),
        needs_year_tables=row.get("needs_year_tables", bool),
        years=years,
        days=days,
    )
    if sheet.needs_year_tables and not years:
        row.tell("calendar.no_years", "needs_year_tables", value=code)
    return sheet


def _read_week(code: str, row: Settings) -> tuple[tuple[tuple[str, str], ...], ...]:
    days = row.get("week", dict) or {}
    table = Settings(row.toml, (*row.path, "week"), days, row.findings)
    table.only(WEEK)
    week = tuple(_read_spans(table, day) for day in WEEK if day in days)
    missing = [day for day in WEEK if day not in days] if days else []
    for day in missing:
        table.tell("setting.missing", day)
    if days and not missing and not any(days.values()):
        row.tell("calendar.no_hours", "week", value=code)
    return week if len(week) == len(WEEK) else ((),) * len(WEEK)


def _read_spans(table: Settings, day: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for text in table.get(day, tuple[str, ...]):
        start, _, end = text.partition("-")
        if not _SPAN.fullmatch(text) or start >= end:
            table.tell("calendar.span", day, value=text)
        else:
            found.append((start, end))
    if any(earlier[1] > later[0] for earlier, later in pairwise(found)):
        table.tell("calendar.spans_overlap", day)
    return tuple(found)


def _read_seasons(row: Settings) -> tuple[SeasonRow, ...]:
    found: dict[str, SeasonRow] = {}
    places: dict[str, int] = {}
    for table in row.tables("seasons", needed=False):
        table.only(_SEASON)
        code = table.code()
        _once(table, code, places)
        found[code] = SeasonRow(
            code=code,
            name=table.named("name_zh"),
            name_en=table.named("name_en"),
            starts=_month_day(table, "starts"),
            ends=_month_day(table, "ends"),
        )
    return tuple(found.values())


def _month_day(table: Settings, name: str) -> str:
    text = table.named(name)
    found = _MONTH_DAY.fullmatch(text)
    try:
        date(2024, *(int(part) for part in found.groups()) if found else (0, 0))
    except ValueError:
        if text:
            table.tell("calendar.month_day", name, value=text)
        return "01-01"
    return text


def _read_years(
    root: Path, calendar: str, findings: Findings
) -> tuple[tuple[int, ...], tuple[DayRow, ...]]:
    years: list[int] = []
    days: list[DayRow] = []
    folder = root / HOLIDAYS / calendar
    for path in sorted(folder.iterdir()) if CODE.fullmatch(calendar) and folder.is_dir() else ():
        file = f"{HOLIDAYS}/{calendar}/{path.name}"
        if path.name.startswith("."):
            continue
        if not _YEAR_FILE.fullmatch(path.name):
            findings.add("year.file_name", file)
            continue
        years.append(int(path.stem))
        days.extend(_read_days(read_table(root, file, DAY_COLUMNS, findings), int(path.stem)))
    return tuple(years), tuple(sorted(days, key=lambda day: day.on))


def _read_days(rows: Iterable[Line], year: int) -> list[DayRow]:
    found: dict[date, tuple[int, DayRow]] = {}
    for row in rows:
        text = row.text("date", needed=True)
        kind = row.one_of("kind", _DAY_KINDS)
        name = row.text("name", needed=True)
        try:
            on = date.fromisoformat(text)
        except ValueError:
            if text:
                row.tell("day.not_a_date", "date", value=text)
            continue
        if on.year != year:
            row.tell("day.other_year", "date", value=text, year=year)
        elif on in found:
            row.tell("code.twice", "date", value=text, first=found[on][0])
        else:
            found[on] = row.line, DayRow(on, kind, name)
    return [day for _, day in found.values()]


def _check_year_directories(root: Path, calendars: Sequence[str], findings: Findings) -> None:
    folder = root / HOLIDAYS
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in calendars and not path.name.startswith("."):
            findings.add(
                "reference.unknown",
                f"{HOLIDAYS}/{path.name}",
                value=path.name,
                defined_in=CALENDARS_FILE,
                near=nearest(path.name, calendars),
            )
