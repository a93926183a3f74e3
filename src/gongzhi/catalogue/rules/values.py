"""The values a pack is made of: what a case can be, and what is promised for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from gongzhi.kernel.refusals import NotFound
from gongzhi.kernel.worktime import Calendar, Limit, Season, Span, YearTable

HANDLE = "handle"
"""The stage of the main promise: the matter is dealt with."""


class CategoryUnknown(NotFound):
    """The pack has no category of this code."""

    code = "catalogue.category_unknown"


@dataclass(frozen=True, slots=True)
class CategoryView:
    """One node of the tree of categories.

    Attributes:
        code: unique in the pack (`E0110`).
        parent_code: the node above; empty for a root.
        kind: `component` (a thing, 部件), `event` (a happening, 事件) or `group`.
        standard_code: the code the standard prints (`0110`); may repeat.
        aliases: everyday words and foreign names by which it is also found.
        is_public: may residents choose it and see its cases in public?
        status: `V` (verified in a source) or `R` (recalled, to be checked).
    """

    code: str
    parent_code: str
    kind: str
    standard_code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    is_public: bool = True
    status: str = "R"


@dataclass(frozen=True, slots=True)
class StagedLimit:
    """One promise of a standard row: this stage, within this limit."""

    stage: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class StandardView:
    """One row of the standard: condition, limits, closing condition, evidence.

    `row` is unique in its category.  Rows that share the part before the first
    hyphen (`1`, `1-A`, `1-winter`) are variants of one condition for area
    classes and seasons.  `id` is 0 until the row is installed.
    """

    id: int
    category_code: str
    row: str
    condition: str
    condition_en: str
    closing: str
    closing_en: str
    evidence: tuple[str, ...]
    legal_basis: str
    area_class: str
    season: str
    limits: tuple[StagedLimit, ...]
    is_small: bool = False
    status: str = "R"
    note: str = ""

    @property
    def group(self) -> str:
        """The condition this row is a variant of."""
        return self.row.split("-", 1)[0]

    def limit(self, stage: str = HANDLE) -> Limit | None:
        """Return the limit of a stage, or None where nothing is promised for it."""
        return next((staged.limit for staged in self.limits if staged.stage == stage), None)


@dataclass(frozen=True, slots=True)
class DutyRule:
    """Who answers for a category at a level: a kind, a post, a body or a party by code.

    Attributes:
        category_code: the node it holds for, with all below it; empty for all.
        level: `community`, `street`, `district` or `city`.
        rank: the place in the chain; 1 is asked first.
        body: `competent`, `owner` or `maintainer` of the facility, or empty.
    """

    category_code: str
    level: str
    rank: int
    organisation_kind: str = ""
    post_kind: str = ""
    body: str = ""
    organisation_code: str = ""
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class PostKindRow:
    """A kind of post: what it may do, at which level, and its place in a chain.

    Attributes:
        roles: words of `accounts.rules.Role`.
        level: the level of the areas it has charge of; empty for none.
        rank: 1 stands nearest to the matter.
        chain: the chain it belongs to (`stewards`), ordered by rank; or empty.
    """

    code: str
    name: str
    name_en: str
    roles: tuple[str, ...]
    level: str
    rank: int
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason the pack offers for a step (`decline`, `return`, `suspend` …)."""

    step: str
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers a question of choice offers."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a reporter is asked besides, for a category and all below it.

    Attributes:
        code: unique in its category; answers are kept under it.
        kind: `choice`, `number`, `text` or `yes_no`.
        choices: of a `choice`; at least two.
        is_required: may a report be sent without an answer?
    """

    category_code: str
    code: str
    kind: str
    name: str
    name_en: str
    choices: tuple[Option, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A configurable word of the interface, in both languages."""

    key: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class AreaClass:
    """A class of areas with limits of its own (A: core area, the shortest)."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Options:
    """How this city runs the loop.

    Attributes:
        similar_metres: within these, two reports may be the same matter.
        similar_hours: a time between them that speaks for it in full; longer speaks for less.
        recurrence_days, recurrence_metres: within these, a matter has come back.
        raise_after: how long after a broken promise the level is raised.
        due_soon_share: share of a limit, 0 to 1, after which its owner is warned.
        number_format: of printed case numbers; see `printed_number`.
        source_frame: frame of coordinates that come without one.
        fallback_organisation: code of the party that answers when nobody else does.
        levels: from the nearest to the highest.
    """

    auto_file: bool
    auto_dispatch: bool
    auto_close: bool
    auto_ask_check: bool
    max_extensions: int
    reopen_days: int
    suspend_max_days: int
    similar_metres: float
    similar_hours: float
    recurrence_days: int
    recurrence_metres: float
    verify_limit: Limit
    check_limit: Limit
    file_limit: Limit
    dispatch_limit: Limit
    close_limit: Limit
    reply_limit: Limit
    raise_after: Limit
    due_soon_share: float
    number_format: str
    source_frame: str
    fallback_organisation: str
    levels: tuple[str, ...]


def printed_number(number_format: str, *, on: date, sequence: int) -> str:
    """Return the printed number of a case.

    Args:
        number_format: with the fields `{year}`, `{month}`, `{day}`, `{sequence}`,
            each as in Python's format strings (`{sequence:06d}`).
        on: the day the case came in, in the city's time zone.
        sequence: 1 and up.
    """
    return number_format.format(year=on.year, month=on.month, day=on.day, sequence=sequence)


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """A season of the year; both days (`MM-DD`) belong to it; it may wrap the year."""

    code: str
    name: str
    name_en: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day that differs from the weekly pattern: `holiday` or `workday` (调休)."""

    on: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """A working calendar as the pack writes it.

    Attributes:
        week: seven tuples, Monday first, of (`HH:MM`, `HH:MM`) working spans.
        needs_year_tables: True where a year without a table must be refused;
            False where the weekly pattern alone holds for ever.
        years: the years that have a table, ascending.
        days: all days of all tables, ascending.
    """

    code: str
    name: str
    name_en: str
    timezone: str
    week: tuple[tuple[tuple[str, str], ...], ...]
    seasons: tuple[SeasonRow, ...] = ()
    needs_year_tables: bool = True
    years: tuple[int, ...] = ()
    days: tuple[DayRow, ...] = ()

    def calendar(self) -> Calendar:
        """Return the calendar the clock computes with."""
        return Calendar(
            code=self.code,
            timezone=ZoneInfo(self.timezone),
            week=tuple(tuple(_span(*span) for span in day) for day in self.week),
            years=self._tables(),
            seasons={row.code: _season(row) for row in self.seasons},
            needs_year_tables=self.needs_year_tables,
        )

    def _tables(self) -> Mapping[int, YearTable]:
        return {
            year: YearTable(
                holidays=self._days(year, "holiday"), workdays=self._days(year, "workday")
            )
            for year in self.years
        }

    def _days(self, year: int, kind: str) -> frozenset[date]:
        return frozenset(day.on for day in self.days if day.on.year == year and day.kind == kind)


def _span(start: str, end: str) -> Span:
    """Return a span; the kernel writes the end of the day (`24:00`) as midnight."""
    last = time(0) if end == "24:00" else time.fromisoformat(end)
    return Span(start=time.fromisoformat(start), end=last)


def _season(row: SeasonRow) -> Season:
    return Season(code=row.code, starts=_month_day(row.starts), ends=_month_day(row.ends))


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = text.partition("-")
    return int(month), int(day)


@dataclass(frozen=True)
class Book:
    """The installed pack, ready for questions; it asks no database.

    Everything is computed once; a question costs a few dictionary look-ups.
    """

    version_id: int
    pack_code: str
    version_label: str
    categories: Mapping[str, CategoryView]
    standards: tuple[StandardView, ...]
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    options: Options
    reasons: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    post_kinds: tuple[PostKindRow, ...] = ()
    duties: tuple[DutyRule, ...] = ()
    labels: Mapping[str, Label] = field(default_factory=dict)
    area_classes: tuple[AreaClass, ...] = ()
    questions: tuple[Question, ...] = ()

    def category(self, code: str) -> CategoryView:
        """Return the category of a code.

        Raises:
            CategoryUnknown: the pack has none.
        """
        found = self.categories.get(code)
        if found is None:
            raise CategoryUnknown(category=code)
        return found

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes from the category itself up to its root.

        Raises:
            CategoryUnknown: the pack has none.
        """
        found = self._ancestors.get(code)
        if found is None:
            raise CategoryUnknown(category=code)
        return found

    def standards_of(self, category_code: str) -> tuple[StandardView, ...]:
        """Return the rows of exactly this category, in the order of the pack."""
        return self._by_category.get(category_code, ())

    def standard(self, standard_id: int) -> StandardView | None:
        """Return the row of this id, or None when it belongs to another version."""
        return self._by_id.get(standard_id)

    def standard_for(
        self,
        category_code: str,
        *,
        area_class: str = "",
        season: frozenset[str] = frozenset(),
        condition: str = "",
    ) -> StandardView | None:
        """Return the row that promises something for a matter, or None.

        The category's own rows are asked first, then those of the nodes above.
        Within one condition the exact area class goes before the blank one and a
        present season before the blank one.  Without `condition` (a row code or
        its group) the first condition of the pack answers.

        Raises:
            CategoryUnknown: the pack has no such category.
        """
        wanted = condition.split("-", 1)[0]
        for code in self.ancestors(category_code):
            found = _best(self.standards_of(code), wanted, area_class, season)
            if found is not None:
                return found
        return None

    def questions_for(self, category_code: str) -> tuple[Question, ...]:
        """Return what is asked for a matter: the category's own questions, then those above.

        A question of the same code nearer to the category stands in for the one above;
        none for a category the pack does not have.
        """
        found: dict[str, Question] = {}
        for code in self._ancestors.get(category_code, ()):
            for question in self.questions:
                if question.category_code == code:
                    found.setdefault(question.code, question)
        return tuple(found.values())

    def by_alias(self, words: str) -> CategoryView | None:
        """Return the category that has `words` as its code, an alias or a name, in this order.

        An exact match goes before one that differs in case or spaces (a city may have
        both `ELEVATOR` and `Elevator`); of several, the first in the pack.
        """
        return self._by_alias.get(words.strip()) or self._by_alias.get(fold(words))

    @cached_property
    def _by_alias(self) -> Mapping[str, CategoryView]:
        found: dict[str, CategoryView] = {}
        for spelt in (str.strip, fold):
            for names in (_code, _aliases, _names):
                for category in self.categories.values():
                    for name in names(category):
                        found.setdefault(spelt(name), category)
        return MappingProxyType(found)

    @cached_property
    def _ancestors(self) -> Mapping[str, tuple[str, ...]]:
        return {code: _climb(code, self.categories) for code in self.categories}

    @cached_property
    def _by_category(self) -> Mapping[str, tuple[StandardView, ...]]:
        found: dict[str, list[StandardView]] = {}
        for row in self.standards:
            found.setdefault(row.category_code, []).append(row)
        return {code: tuple(rows) for code, rows in found.items()}

    @cached_property
    def _by_id(self) -> Mapping[int, StandardView]:
        return {row.id: row for row in self.standards}


def fold(words: str) -> str:
    """Return words as they are compared: without case and doubled spaces."""
    return " ".join(words.casefold().split())


def _code(category: CategoryView) -> tuple[str, ...]:
    return (category.code,)


def _aliases(category: CategoryView) -> tuple[str, ...]:
    return category.aliases


def _names(category: CategoryView) -> tuple[str, ...]:
    return (category.name, category.name_en)


def _climb(code: str, categories: Mapping[str, CategoryView]) -> tuple[str, ...]:
    steps: list[str] = []
    while code in categories and code not in steps:
        steps.append(code)
        code = categories[code].parent_code
    return tuple(steps)


def _best(
    rows: tuple[StandardView, ...], wanted: str, area_class: str, season: frozenset[str]
) -> StandardView | None:
    """Return the best fitting variant of the wanted, or of the first, condition."""
    fitting = [
        row
        for row in rows
        if wanted in ("", row.group)
        and row.area_class in ("", area_class)
        and (not row.season or row.season in season)
    ]
    variants = [row for row in fitting if row.group == fitting[0].group]
    return max(variants, key=lambda row: (row.area_class != "", row.season != ""), default=None)
