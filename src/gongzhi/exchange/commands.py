"""The command line of foreign files."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from gongzhi.accounts.rules import SYSTEM
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from . import actions, queries, words
from .rules.reading import load_mapping
from .rules.refusals import MappingMistaken
from .rules.tally import Ends, Tally

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

STEPS = 1000  # of the progress bar
FILE = click.Path(path_type=Path)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--mapping", type=FILE, required=True, help="TOML file: what the columns mean.")
@click.option("--rejects", type=FILE, help="Where refused rows go; beside FILE if absent.")
@click.option("--dry-run", is_flag=True, help="Do everything, keep nothing.")
@click.option(
    "--batch",
    type=click.IntRange(1, 5000),
    default=actions.BATCH,
    show_default=True,
    help="Cases of one transaction.",
)
def import_(*, file: Path, mapping: Path, rejects: Path | None, dry_run: bool, batch: int) -> None:
    """Take over the cases of another system from FILE (CSV, TSV, XLSX, JSON lines).

    A case that is there already stays as it is, so the same command can be run again.
    """
    deed = actions.rehearse_import if dry_run else actions.import_cases
    with _told(mapping), _bar() as bar:
        tally = deed(
            file,
            mapping=load_mapping(mapping),
            by=SYSTEM,
            at=timezone.now(),
            rejects=rejects,
            batch=batch,
            progress=bar,
        )
    if dry_run:
        click.echo(_("A rehearsal: nothing of this was kept."))
    _print(tally)


@contextmanager
def _told(mapping: Path) -> Iterator[None]:
    """Print a refusal as its sentence, with all that is known, and end with 1."""
    try:
        yield
    except MappingMistaken as refusal:
        for one in refusal.mistakes:
            click.echo(f"{mapping.name}: {words.mistake(one)}", err=True)
        if refusal.columns:
            told = _("The columns of the file are: %(columns)s.")
            click.echo(told % {"columns": ", ".join(refusal.columns)}, err=True)
        raise click.ClickException(sentence(refusal)) from None
    except actions.BrokenOff as broken:
        _print(broken.tally)
        raise click.ClickException(sentence(broken)) from None
    except Refusal as refusal:
        raise click.ClickException(sentence(refusal)) from None


@contextmanager
def _bar() -> Iterator[actions.Progress]:
    """Show a progress bar on the standard error, from the first news on; only to people."""
    with ExitStack() as stack:
        bars: list[ProgressBar[int]] = []

        def show(share: float) -> None:
            if not sys.stderr.isatty():
                return
            if not bars:
                bar = click.progressbar(length=STEPS, label=_("Importing"), file=sys.stderr)
                bars.append(stack.enter_context(bar))
            bars[0].update(int(share * STEPS) - bars[0].pos)

        yield show


def _print(tally: Tally) -> None:
    for told in _summary(tally):
        click.echo(told)
    if tally.new:
        click.echo("")
        _print_parties(tally)
    if tally.rejects is not None:
        click.echo("")
        told = _("The refused rows with their reasons are in %(file)s: mend and import that file.")
        click.echo(told % {"file": tally.rejects})


def _summary(tally: Tally) -> Iterator[str]:
    """Yield the numbers, line by line; each line adds up."""
    ends = tally.ends
    yield _(
        "Rows read: %(read)s = imported %(new)s + already known %(known)s + filtered out "
        "%(filtered)s + refused %(refused)s"
    ) % vars(tally)
    if tally.founded:
        yield _("Organisations founded: %(codes)s") % {"codes": ", ".join(tally.founded)}
    if not tally.new:
        yield _("Nothing new was imported.")
        return
    yield _(
        "Imported: %(new)s = located %(located)s + unlocated %(unlocated)s (without a position "
        "%(nowhere)s, outside of all areas %(outside)s)"
    ) % {
        "new": tally.new,
        "located": tally.located,
        "unlocated": tally.unlocated,
        "nowhere": tally.without_position,
        "outside": tally.outside,
    }
    yield _(
        "Imported: %(new)s = closed in time %(in_time)s + closed late %(late)s + closed without a "
        "deadline %(unjudged)s + open %(open)s"
    ) % {
        "new": tally.new,
        "in_time": ends.in_time,
        "late": ends.late,
        "unjudged": ends.unjudged,
        "open": ends.open,
    }
    yield from _remarks(tally)


def _remarks(tally: Tally) -> Iterator[str]:
    if tally.fallback:
        told = _("Nobody is named, so the fallback party answers: %(count)s")
        yield told % {"count": tally.fallback}
    if not tally.located:
        yield _("None lies in an area: see “gongzhi places layers” whether the map is there.")
    if tally.moved:
        yield _(
            "Times that no clock showed (the hour left out in spring), taken an hour later: "
            "%(count)s"
        ) % {"count": tally.moved}
    if tally.twice:
        yield _(
            "Times that clocks showed twice (the hour repeated in autumn), taken as times.fold "
            "says: %(count)s"
        ) % {"count": tally.twice}


def _print_parties(tally: Tally) -> None:
    """Print a table: one line an organisation, and their sum."""
    lines = queries.party_lines(tally.by_party())
    head = [_("Organisation"), _("in time"), _("late"), _("no deadline"), _("open"), _("all")]
    rows = [[line.code or "-", *_numbers(line.ends)] for line in lines]
    rows.append([_("Sum"), *_numbers(tally.ends)])
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    names = ["", *(line.name for line in lines), ""]
    for cells, name in zip([head, *rows], names, strict=True):
        first = cells[0] + " " * (widths[0] - _width(cells[0]))
        others = (
            " " * (width - _width(cell)) + cell
            for cell, width in zip(cells[1:], widths[1:], strict=True)
        )
        click.echo("  ".join([first, *others, name]).rstrip())


def _numbers(ends: Ends) -> list[str]:
    return [str(n) for n in (ends.in_time, ends.late, ends.unjudged, ends.open, ends.total)]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


COMMANDS: dict[str, click.Command] = {"cases import": import_}
