"""`gongzhi pack …`: check, install, compare and show packs; seed their holidays."""

import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongzhi.accounts.rules import SYSTEM
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from . import actions, queries
from .rules import (
    Book,
    CalendarUnknown,
    CategoryView,
    Mistake,
    PackMistaken,
    StandardView,
    YearTableExists,
    diff_packs,
    load_pack,
    seed_year,
    year_table_text,
)
from .words import KINDS, named, reading

_SHOWN_DIGEST = 12


def _spoken(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--language`, and let its refusals be read."""

    @click.option(
        "--language",
        type=click.Choice(["zh-hans", "en"]),
        default=lambda: settings.LANGUAGE_CODE,
        help="The language of the answer.",
    )
    @functools.wraps(command)
    def spoken(*, language: str, **given: Any) -> None:
        with translation.override(language):
            try:
                command(**given)
            except PackMistaken as refusal:
                _tell(refusal.mistakes)
                raise click.ClickException(sentence(refusal)) from refusal
            except Refusal as refusal:
                raise click.ClickException(sentence(refusal)) from refusal

    return spoken


def _tell(mistakes: tuple[Mistake, ...] | list[Mistake]) -> None:
    """Print mistakes as an editor jumps to them: file:line:column sentence — remedy."""
    for one in mistakes:
        place = ":".join(str(part) for part in (one.file, one.line or "", one.column) if part)
        click.echo(f"{place} {one.sentence(reading())} — {one.remedy(reading())}")


@click.command()
@click.argument("directory")
@_spoken
def check(directory: str) -> None:
    """Print every mistake in the pack DIRECTORY; exit with 1 when there is one."""
    place = queries.shipped_packs().get(directory, Path(directory))
    place = Path(directory) if Path(directory).is_dir() else place
    content, mistakes = load_pack(place)
    _tell(mistakes)
    if mistakes:
        click.echo(_("Mistakes: %(mistakes)s.") % {"mistakes": len(mistakes)}, err=True)
        sys.exit(1)
    click.echo(
        _("%(pack)s has no mistakes: %(categories)s categories, %(standards)s standard rows.")
        % {
            "pack": content.version_label,
            "categories": len(content.categories),
            "standards": len(content.standards),
        }
    )


@click.command()
@click.argument("pack", metavar="DIR|NAME")
@_spoken
def install(pack: str) -> None:
    """Install the pack in a directory, or a shipped one by its name, and put it in force."""
    before = {one.id for one in queries.installed_versions() if one.is_active}
    place = queries.shipped_packs().get(pack, Path(pack))
    place = Path(pack) if Path(pack).is_dir() else place
    row = actions.install_pack(place, by=SYSTEM, at=timezone.now())
    facts = {"pack": f"{row.pack_code} {row.label}", "version": row.pk}
    if row.pk in before:
        click.echo(_("%(pack)s is in force already (version %(version)s).") % facts)
    else:
        click.echo(_("%(pack)s is now in force (version %(version)s).") % facts)


@click.command()
@click.argument("version", type=int)
@_spoken
def activate(version: int) -> None:
    """Put an installed VERSION back in force; `pack list` shows their numbers."""
    row = actions.activate_version(version, by=SYSTEM, at=timezone.now())
    facts = {"pack": f"{row.pack_code} {row.label}", "version": row.pk}
    click.echo(_("%(pack)s is now in force (version %(version)s).") % facts)


@click.command()
@click.argument("a")
@click.argument("b")
@_spoken
def diff(a: str, b: str) -> None:
    """Print what differs from pack A to pack B.

    Each is a directory, a shipped pack, the number of an installed version,
    CODE@LABEL, or `active`.
    """
    before, after = queries.find_content(a), queries.find_content(b)
    found = diff_packs(before, after)
    for one in found:
        click.echo(one.sentence(reading()))
    if not found:
        click.echo(_("No difference."))


@click.command("list")
@_spoken
def list_packs() -> None:
    """List the installed versions, the newest first, and the shipped packs."""
    for one in queries.installed_versions():
        mark = _("in force") if one.is_active else ""
        day = timezone.localtime(one.installed_at).date().isoformat()
        told = (str(one.id), f"{one.pack_code}@{one.label}", one.digest[:_SHOWN_DIGEST], day, mark)
        click.echo("  ".join(told).rstrip())
    for name in queries.shipped_packs():
        click.echo(_("shipped: %(name)s") % {"name": name})


@click.command()
@click.argument("category")
@_spoken
def show(category: str) -> None:
    """Show one CATEGORY of the pack in force, by code, name or alias, with its standards.

    A part of a name lists the categories that have it.
    """
    book = queries.book()
    found = book.by_alias(category)
    near = [] if found else list(_having(book, category))
    for one in near:
        click.echo(f"{one.code}  {named(one.name, one.name_en)}")
    if not near:
        found = found or book.category(category)
        for line in (*_category_lines(book, found), *_standard_lines(book, found)):
            click.echo(line)


def _having(book: Book, part: str) -> Iterator[CategoryView]:
    """Return the categories with `part` in their code, a name or an alias."""
    wanted = part.strip().casefold()
    for one in book.categories.values():
        words = (one.code, one.name, one.name_en, *one.aliases)
        if wanted and any(wanted in word.casefold() for word in words):
            yield one


def _category_lines(book: Book, found: CategoryView) -> Iterator[str]:
    yield f"{found.code}  {named(found.name, found.name_en)}"
    yield _("Kind: %(kind)s. Code in the standard: %(code)s. Status: %(status)s.") % {
        "kind": KINDS.get(found.kind, found.kind),
        "code": found.standard_code or "–",
        "status": found.status,
    }
    above = [book.category(code) for code in book.ancestors(found.code)[1:]]
    if above:
        names = " < ".join(f"{one.code} {named(one.name, one.name_en)}" for one in above)
        yield _("Below: %(names)s") % {"names": names}
    if found.aliases:
        yield _("Also called: %(names)s") % {"names": "; ".join(found.aliases)}


def _standard_lines(book: Book, found: CategoryView) -> Iterator[str]:
    """Return the category's own rows, or those of the nearest node above that has some."""
    for code in book.ancestors(found.code):
        rows = book.standards_of(code)
        for row in rows:
            yield from _row_lines(row)
        if rows:
            return
    yield _("No standard row: nothing is promised for it.")


def _row_lines(row: StandardView) -> Iterator[str]:
    scope = " ".join(part for part in (row.area_class, row.season) if part)
    yield f"{row.category_code}/{row.row} [{scope or '*'}] {named(row.condition, row.condition_en)}"
    limits = "; ".join(f"{one.stage}={one.limit}" for one in row.limits)
    yield "    " + _("Limits: %(limits)s") % {"limits": limits}
    closing = named(row.closing, row.closing_en)
    yield "    " + _("Closes when: %(closing)s") % {"closing": closing}


@click.command("seed-year")
@click.argument("calendar")
@click.argument("year", type=click.IntRange(1970, 2199))
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--country", type=click.Choice(["CN", "US"]), default="CN", show_default=True)
@click.option("--force", is_flag=True, help="Replace a table that exists.")
@_spoken
def seed(calendar: str, year: int, directory: Path, country: str, force: bool) -> None:
    """Write the holidays of YEAR for a CALENDAR of the pack DIRECTORY, to be edited."""
    content, mistakes = load_pack(directory)
    known = [sheet.code for sheet in content.calendars]
    if calendar not in known:
        _tell(mistakes)
        raise CalendarUnknown(calendar=calendar, known=", ".join(known))
    place = directory / "holidays" / calendar / f"{year}.csv"
    if place.exists() and not force:
        raise YearTableExists(file=str(place))
    rows = seed_year(year, country=country)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(year_table_text(rows), encoding="utf-8")
    click.echo(
        _("%(file)s: %(days)s days written. Compare them with the official notice.")
        % {"file": place, "days": len(rows)}
    )


COMMANDS: dict[str, click.Command] = {
    "pack check": check,
    "pack install": install,
    "pack activate": activate,
    "pack diff": diff,
    "pack list": list_packs,
    "pack show": show,
    "pack seed-year": seed,
}
