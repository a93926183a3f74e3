"""`gongzhi evidence verify`."""

import sys

import click
from django.utils.translation import gettext as _

from . import queries, words


@click.command()
def verify() -> None:
    """Recompute the fingerprint of every stored file; exit with 1 when one is not as it was."""
    with click.progressbar(length=1, label=_("Verifying"), file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        verdict = queries.verify_files(progress)
    for trouble in verdict.troubles:
        click.echo(
            _("File %(sha256)s is %(what)s; it is proof of: %(subjects)s.")
            % {
                "sha256": trouble.sha256,
                "what": words.TROUBLES[trouble.what],
                "subjects": ", ".join(trouble.subjects) or "–",
            }
        )
    facts = {"files": verdict.files, "troubles": len(verdict.troubles)}
    click.echo(_("%(files)s files verified, %(troubles)s not as they were.") % facts)
    if verdict.troubles:
        sys.exit(1)


COMMANDS: dict[str, click.Command] = {"evidence verify": verify}
