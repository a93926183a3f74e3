"""What changed between two versions of a pack, row by row and field by field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .content import PackContent

_KEYS: dict[str, tuple[str, ...]] = {
    "area_classes": ("code",),
    "calendars": ("code",),
    "categories": ("code",),
    "standards": ("category_code", "row"),
    "post_kinds": ("code",),
    "duties": (
        "category_code",
        "level",
        "rank",
        "organisation_kind",
        "post_kind",
        "body",
        "organisation_code",
    ),
    "reasons": ("step", "code"),
    "labels": ("key",),
    "questions": ("category_code", "code"),
}
_WORDS = {
    "en": {
        "added": "%(row)s: added.",
        "removed": "%(row)s: removed.",
        "changed": "%(row)s, %(field)s: %(before)s → %(after)s.",
    },
    "zh": {
        "added": "%(row)s：新增。",
        "removed": "%(row)s：删除。",
        "changed": "%(row)s，%(field)s：%(before)s → %(after)s。",
    },
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a row `added` or `removed`, or a field `changed`."""

    table: str
    key: str
    change: str
    field: str = ""
    before: str = ""
    after: str = ""

    def sentence(self, language: str = "en") -> str:
        """Return the difference in words; `language` is `en` or `zh`."""
        row = f"{self.table} {self.key}".strip()
        facts = {"row": row, "field": self.field, "before": self.before, "after": self.after}
        return _WORDS[language][self.change] % facts


def diff_packs(a: PackContent, b: PackContent) -> list[Difference]:
    """Return what turns `a` into `b`: the head, options, then table by table."""
    before, after = a.as_json(), b.as_json()
    heads = [name for name in before if isinstance(before[name], str)]
    found = list(_fields("pack", "", *(_only(one, heads) for one in (before, after))))
    found.extend(_fields("options", "", before["options"], after["options"]))
    for table, keys in _KEYS.items():
        found.extend(_rows(table, keys, before.get(table, []), after.get(table, [])))
    return found


def _only(facts: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: facts[name] for name in names}


def _rows(
    table: str, keys: tuple[str, ...], before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> Iterator[Difference]:
    old = {_key(row, keys): row for row in before}
    new = {_key(row, keys): row for row in after}
    for key in (key for key in old if key not in new):
        yield Difference(table, key, "removed")
    for key, row in new.items():
        if key in old:
            yield from _fields(table, key, old[key], row)
        else:
            yield Difference(table, key, "added")


def _fields(
    table: str, key: str, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Difference]:
    for name in before:
        if before[name] != after[name]:
            yield from _field(table, key, name, before[name], after[name])


def _field(table: str, key: str, name: str, before: Any, after: Any) -> Iterator[Difference]:
    if name != "days":
        yield Difference(table, key, "changed", name, _told(before), _told(after))
        return
    for day in _rows("holidays", ("on", "kind"), before, after):
        yield Difference(
            day.table, f"{key} {day.key}", day.change, day.field, day.before, day.after
        )


def _key(row: dict[str, Any], keys: tuple[str, ...]) -> str:
    return " ".join(str(row[name]) for name in keys if row[name] != "")


def _told(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_told(item) for item in value)
    if isinstance(value, dict):
        return " ".join(_told(item) for item in value.values())
    return str(value)
