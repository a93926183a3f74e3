"""The content of a pack as one value: to JSON and back, its digest, its book."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from gongzhi.kernel.hashing import canonical, sha256_hex
from gongzhi.kernel.worktime import Limit

from .values import (
    AreaClass,
    Book,
    CalendarSheet,
    CategoryView,
    DayRow,
    DutyRule,
    Label,
    Option,
    Options,
    PostKindRow,
    Question,
    Reason,
    SeasonRow,
    StagedLimit,
    StandardView,
)

JSON_FORM = 1
"""The number of the JSON form; raised when an older form can no longer be read."""


@dataclass(frozen=True, slots=True)
class PackContent:
    """Everything a pack says, in the order of its files.

    Attributes:
        code, version: together the name of a version (`china`, `2013.1`).
        edition: the edition of the standard it follows (`gbt30428.2-2013`).
        default_calendar: code of the calendar that limits run by.
    """

    code: str
    name: str
    name_en: str
    version: str
    edition: str
    default_calendar: str
    options: Options
    area_classes: tuple[AreaClass, ...] = ()
    calendars: tuple[CalendarSheet, ...] = ()
    categories: tuple[CategoryView, ...] = ()
    standards: tuple[StandardView, ...] = ()
    post_kinds: tuple[PostKindRow, ...] = ()
    duties: tuple[DutyRule, ...] = ()
    reasons: tuple[Reason, ...] = ()
    labels: tuple[Label, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def version_label(self) -> str:
        """The version as people read it: `china 2013.1`."""
        return f"{self.code} {self.version}"

    def as_json(self) -> dict[str, Any]:
        """Return the content as plain JSON values; `from_json` gives it back."""
        facts = {"form": JSON_FORM, **_plain(self)}
        if not self.questions:
            # Packs from before there were questions keep their digest.
            del facts["questions"]
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """Return the content that `as_json` has written."""
        return cls(
            **{name: facts[name] for name in _TEXTS},
            options=_options(facts["options"]),
            area_classes=tuple(AreaClass(**row) for row in facts["area_classes"]),
            calendars=tuple(_sheet(row) for row in facts["calendars"]),
            categories=tuple(_category(row) for row in facts["categories"]),
            standards=tuple(_standard(row) for row in facts["standards"]),
            post_kinds=tuple(_post_kind(row) for row in facts["post_kinds"]),
            duties=tuple(DutyRule(**row) for row in facts["duties"]),
            reasons=tuple(Reason(**row) for row in facts["reasons"]),
            labels=tuple(Label(**row) for row in facts["labels"]),
            questions=tuple(_question(row) for row in facts.get("questions", ())),
        )


_TEXTS = ("code", "name", "name_en", "version", "edition", "default_calendar")


def digest_of(content: PackContent) -> str:
    """Return the SHA-256 of the content; equal packs give equal digests.

    File formatting, empty lines and unused notes outside the columns do not count.
    """
    return sha256_hex(canonical(content.as_json()))


def book_of(
    content: PackContent, *, version_id: int, standard_ids: Mapping[tuple[str, str], int]
) -> Book:
    """Return the book of an installed version.

    Args:
        content: a pack without mistakes.
        version_id: the row of the version.
        standard_ids: the id of each standard row by (category code, row).

    Raises:
        KeyError: a standard row has no id, or the default calendar is missing.
    """
    calendars = {sheet.code: sheet.calendar() for sheet in content.calendars}
    return Book(
        version_id=version_id,
        pack_code=content.code,
        version_label=content.version_label,
        categories=MappingProxyType({row.code: row for row in content.categories}),
        standards=tuple(_with_id(row, standard_ids) for row in content.standards),
        calendar=calendars[content.default_calendar],
        calendars=MappingProxyType(calendars),
        options=content.options,
        reasons=MappingProxyType(_by_step(content.reasons)),
        post_kinds=content.post_kinds,
        duties=content.duties,
        labels=MappingProxyType({label.key: label for label in content.labels}),
        area_classes=content.area_classes,
        questions=content.questions,
    )


def _with_id(row: StandardView, ids: Mapping[tuple[str, str], int]) -> StandardView:
    values = {one.name: getattr(row, one.name) for one in fields(row)}
    return StandardView(**{**values, "id": ids[row.category_code, row.row]})


def _by_step(reasons: tuple[Reason, ...]) -> dict[str, tuple[Reason, ...]]:
    steps = dict.fromkeys(reason.step for reason in reasons)
    return {step: tuple(one for one in reasons if one.step == step) for step in steps}


def _plain(value: object) -> Any:
    """Return dataclasses, limits, dates and tuples as plain JSON values."""
    if isinstance(value, Limit):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _options(facts: Mapping[str, Any]) -> Options:
    limits = {name: Limit.parse(text) for name, text in facts.items() if name in LIMIT_OPTIONS}
    return Options(**{**facts, **limits, "levels": tuple(facts["levels"])})


LIMIT_OPTIONS = frozenset(one.name for one in fields(Options) if one.type in (Limit, "Limit"))


def _sheet(facts: Mapping[str, Any]) -> CalendarSheet:
    days = (
        DayRow(date.fromisoformat(row["on"]), row["kind"], row["name"]) for row in facts["days"]
    )
    nested = {
        "week": tuple(tuple((span[0], span[1]) for span in day) for day in facts["week"]),
        "seasons": tuple(SeasonRow(**row) for row in facts["seasons"]),
        "years": tuple(facts["years"]),
        "days": tuple(days),
    }
    return CalendarSheet(**{**facts, **nested})


def _category(facts: Mapping[str, Any]) -> CategoryView:
    return CategoryView(**{**facts, "aliases": tuple(facts["aliases"])})


def _standard(facts: Mapping[str, Any]) -> StandardView:
    limits = tuple(StagedLimit(row["stage"], Limit.parse(row["limit"])) for row in facts["limits"])
    return StandardView(**{**facts, "evidence": tuple(facts["evidence"]), "limits": limits})


def _question(facts: Mapping[str, Any]) -> Question:
    return Question(**{**facts, "choices": tuple(Option(**one) for one in facts["choices"])})


def _post_kind(facts: Mapping[str, Any]) -> PostKindRow:
    return PostKindRow(**{**facts, "roles": tuple(facts["roles"])})
