"""Read a directory of plain files into a pack and the list of its mistakes."""

from pathlib import Path

from .content import PackContent
from .files import Line, read_table
from .mistakes import Findings, Mistake, nearest
from .questions import read_questions
from .settings import CALENDARS_FILE, HOLIDAYS, LEVELS, PACK_FILE, Head, read_calendars, read_head
from .tables import (
    COLUMNS,
    OPTIONAL,
    Names,
    read_categories,
    read_duties,
    read_labels,
    read_post_kinds,
    read_reasons,
    read_standards,
)
from .values import CalendarSheet

_FREE = ("README.md", "README.zh-CN.md", "CHANGES.md", "LICENSE", "NOTICE")
"""Files a pack may carry for people; nothing reads them."""


def load_pack(directory: Path) -> tuple[PackContent, list[Mistake]]:
    """Return the pack of a directory with every mistake in it; an empty list means sound.

    Checking never stops at a mistake: what cannot be read is stood in for, so the
    content is of use only when there are none.  Reads files, changes nothing.

    Args:
        directory: holds `pack.toml` and its tables; see `docs/reference/packs.md`.
    """
    findings = Findings()
    if not directory.is_dir():
        findings.add("pack.no_directory", str(directory))
        # Reading on is harmless: it only gives an empty content to return.
        return _read(directory, Findings()), findings.in_order()
    content = _read(directory, findings)
    _check_files(directory, findings)
    return content, findings.in_order()


def _read(root: Path, findings: Findings) -> PackContent:
    head = read_head(root, findings)
    calendars = read_calendars(root, findings)
    _check_default_calendar(head, calendars, findings)
    there = {file: columns for file, columns in OPTIONAL.items() if (root / file).exists()}
    rows = {
        file: read_table(root, file, columns, findings)
        for file, columns in {**COLUMNS, **there}.items()
    }
    return _content(head, calendars, rows)


def _content(
    head: Head, calendars: tuple[CalendarSheet, ...], rows: dict[str, tuple[Line, ...]]
) -> PackContent:
    labels = tuple(read_labels(rows["labels.csv"]))
    categories = read_categories(rows["categories.csv"])
    known = Names(
        area_classes=tuple(one.code for one in head.area_classes),
        seasons=_seasons(head, calendars),
        levels=head.options.levels or LEVELS,
        labels=frozenset(label.key for label in labels),
        categories=tuple(category.code for category in categories),
    )
    post_kinds = tuple(read_post_kinds(rows["post_kinds.csv"], known))
    names = Names(
        area_classes=known.area_classes,
        seasons=known.seasons,
        levels=known.levels,
        labels=known.labels,
        categories=known.categories,
        post_kinds=tuple(kind.code for kind in post_kinds),
    )
    return PackContent(
        code=head.texts["code"],
        name=head.texts["name_zh"],
        name_en=head.texts["name_en"],
        version=head.texts["version"],
        edition=head.texts["edition"],
        default_calendar=head.texts["default_calendar"],
        options=head.options,
        area_classes=head.area_classes,
        calendars=calendars,
        categories=categories,
        standards=read_standards(rows["standards.csv"], names),
        post_kinds=post_kinds,
        duties=tuple(read_duties(rows["duties.csv"], names)),
        reasons=tuple(read_reasons(rows["reasons.csv"])),
        labels=labels,
        questions=tuple(read_questions(rows.get("questions.csv", ()), names.categories)),
    )


def _seasons(head: Head, calendars: tuple[CalendarSheet, ...]) -> tuple[str, ...]:
    """Return the seasons of the calendar by which limits run; of all where it is not known."""
    default = head.texts["default_calendar"]
    chosen = [sheet for sheet in calendars if sheet.code == default] or calendars
    return tuple(season.code for sheet in chosen for season in sheet.seasons)


def _check_default_calendar(
    head: Head, calendars: tuple[CalendarSheet, ...], findings: Findings
) -> None:
    codes = [sheet.code for sheet in calendars]
    default = head.texts["default_calendar"]
    if default and default not in codes:
        findings.add(
            "reference.unknown",
            PACK_FILE,
            head.toml.line("default_calendar"),
            "default_calendar",
            value=default,
            defined_in=CALENDARS_FILE,
            near=nearest(default, codes),
        )


def _check_files(root: Path, findings: Findings) -> None:
    """Note files that nothing reads; a misspelt name would otherwise pass in silence."""
    known = (PACK_FILE, CALENDARS_FILE, HOLIDAYS, *COLUMNS, *OPTIONAL)
    for path in sorted(root.iterdir()):
        if path.name not in (*known, *_FREE) and not path.name.startswith((".", "~")):
            findings.add("file.unknown", path.name, near=nearest(path.name, known))
