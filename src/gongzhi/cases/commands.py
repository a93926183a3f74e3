"""The command line of the loop."""

import sys

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongzhi.accounts.rules import SYSTEM

from . import actions, queries
from .actions.searching import reindex_cases

SHOWN = 100  # differences printed


@click.command()
@click.option("--restore", is_flag=True, help="Write rows that differ anew from the ledger.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def replay(restore: bool, language: str | None) -> None:
    """Compare every case with what the ledger tells, and name what differs."""
    translation.activate(language or settings.LANGUAGE_CODE)
    total = queries.count_cases()
    with click.progressbar(length=total, label=_("Replaying"), file=sys.stderr) as bar:
        found = list(queries.discrepancies(bar.update))
    for one in found[:SHOWN]:
        told = {"number": one.number, "column": one.column, "row": one.in_row}
        told["ledger"] = one.in_ledger
        click.echo(_("%(number)s: %(column)s is %(row)r; the ledger tells %(ledger)r.") % told)
    wrong = sorted({one.case_id for one in found})
    click.echo(
        _("%(total)d cases replayed, %(wrong)d differ from the ledger.")
        % {"total": total, "wrong": len(wrong)}
    )
    if restore and wrong:
        for start in range(0, len(wrong), queries.BATCH):
            actions.restore_cases(wrong[start : start + queries.BATCH])
        click.echo(_("They were written anew from the ledger."))
    elif wrong:
        click.echo(
            _("Run “gongzhi ledger verify”; when it is clean, “gongzhi cases replay --restore”.")
        )
        sys.exit(1)


@click.command("erase-words")
@click.argument("number")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def erase_words(number: str, language: str | None) -> None:
    """Erase every word, address and contact of a case; its history stays."""
    translation.activate(language or settings.LANGUAGE_CODE)
    count = actions.erase_words(number, by=SYSTEM, at=timezone.now())
    click.echo(
        _("%(count)d statements of case %(number)s were erased.")
        % {"count": count, "number": number}
    )


@click.command()
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def reindex(language: str | None) -> None:
    """Write anew what every case is found by: after names of kinds or areas changed."""
    translation.activate(language or settings.LANGUAGE_CODE)
    total = queries.count_cases()
    with click.progressbar(length=total, label=_("Indexing"), file=sys.stderr) as bar:
        count = reindex_cases(bar.update)
    click.echo(_("%(count)d cases can be searched by their present names.") % {"count": count})


COMMANDS = {
    "cases erase-words": erase_words,
    "cases reindex": reindex,
    "cases replay": replay,
}
