"""The command line of the loop."""

import sys

import click

from . import actions, queries


@click.command()
@click.option("--restore", is_flag=True, help="Write rows that differ anew from the ledger.")
def replay(restore: bool) -> None:
    """Compare every case with what the ledger tells, and name what differs."""
    total = queries.count_cases()
    with click.progressbar(length=total, label="Replaying", file=sys.stderr) as bar:
        found = list(queries.discrepancies(bar.update))
    for one in found[:100]:
        click.echo(
            f"{one.number}: {one.column} is {one.in_row!r}; the ledger tells {one.in_ledger!r}"
        )
    wrong = sorted({one.case_id for one in found})
    if restore and wrong:
        for start in range(0, len(wrong), queries.BATCH):
            actions.restore_cases(wrong[start : start + queries.BATCH])
    click.echo(f"{total} cases replayed, {len(wrong)} differ{', restored' * restore}.")
    sys.exit(1 if wrong and not restore else 0)


COMMANDS = {"cases replay": replay}
