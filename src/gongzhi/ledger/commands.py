"""`gongzhi ledger verify` and `gongzhi ledger seal`."""

import sys

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from . import actions, queries


@click.command()
@click.option("--expect-root", default="", metavar="HEX", help="A root you kept earlier.")
def verify(expect_root: str) -> None:
    """Recompute every digest and every seal; exit with 1 when something was altered."""
    with click.progressbar(length=1, label=_("Verifying"), file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        try:
            verdict = queries.verify(progress, expected_root=expect_root)
        except Refusal as refusal:
            raise click.ClickException(sentence(refusal)) from refusal
    click.echo(
        _("%(entries)s entries and %(seals)s seals verified; %(unsealed)s entries not sealed yet.")
        % {"entries": verdict.entries, "seals": verdict.seals, "unsealed": verdict.unsealed}
    )
    if not verdict.is_clean:
        click.secho(verdict.what, fg="red")
        sys.exit(1)
    click.echo(_("Nothing was altered."))
    _tell_root(verdict.root)


@click.command()
def seal() -> None:
    """Seal all entries that are settled."""
    done = actions.seal(timezone.now())
    click.echo(
        _("%(entries)s entries sealed under %(seals)s seals.")
        % {"entries": done.entries, "seals": done.seals}
    )
    if done.is_waiting:
        click.echo(_("A deed is still being done; what it enters is sealed next time."))
    _tell_root(done.root)


def _tell_root(root: str) -> None:
    if root:
        click.echo(_("Newest root, to be kept outside this system: %(root)s") % {"root": root})


COMMANDS: dict[str, click.Command] = {"ledger verify": verify, "ledger seal": seal}
