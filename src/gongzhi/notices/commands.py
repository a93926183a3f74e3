"""`gongzhi notices log` and `gongzhi notices resend`."""

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongzhi.accounts.rules import SYSTEM
from gongzhi.webkit.reading import full_moment

from . import actions, queries, words
from .queries import LogFilter, LogLine
from .rules import Channel, DeliveryState


@click.command()
@click.option(
    "--state", type=click.Choice([one.value for one in DeliveryState]), help="Only these."
)
@click.option("--channel", type=click.Choice([one.value for one in Channel]), help="Only these.")
@click.option("--login", default="", help="Only what goes to this person.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def log(
    state: str | None, channel: str | None, login: str, limit: int, language: str | None
) -> None:
    """Show what left by mail and short message and what did not, newest first."""
    translation.activate(language or settings.LANGUAGE_CODE)
    narrowed = LogFilter(
        DeliveryState(state) if state else None, Channel(channel) if channel else None, login
    )
    lines = queries.delivery_log(SYSTEM, at=timezone.now(), narrowed=narrowed, limit=limit)
    for line in lines:
        click.echo(_line(line))
    if not lines:
        click.echo(_("Nothing has left by mail or short message that fits."))


def _line(line: LogLine) -> str:
    error = f" ({words.ERRORS.get(line.error, line.error)})" if line.error else ""
    moment = full_moment(line.sent_at or line.next_try_at or line.made_at)
    return "  ".join(
        (
            f"{line.id}",
            moment,
            f"{words.CHANNELS[line.channel]}",
            f"{words.STATES[line.state]}{error}",
            line.login or "–",
            line.number,
            line.kind,
        )
    )


@click.command()
@click.argument("delivery", type=int, nargs=-1)
@click.option("--given-up", is_flag=True, help="Everything that was given up, oldest first.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def resend(delivery: tuple[int, ...], *, given_up: bool, language: str | None) -> None:
    """Send deliveries again, by their numbers in the log; the clock does it at its next look."""
    translation.activate(language or settings.LANGUAGE_CODE)
    if not delivery and not given_up:
        raise click.UsageError(_("Name deliveries by their numbers, or say --given-up."))
    at = timezone.now()
    for number in delivery:
        actions.resend(number, by=SYSTEM, at=at)
    count = len(delivery) + (actions.resend_given_up(by=SYSTEM, at=at) if given_up else 0)
    click.echo(_("%(count)s deliveries will be sent again.") % {"count": count})


@click.command("push-keys")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def push_keys(*, language: str | None) -> None:
    """Make the city's key for web push unless there is one, and show its public half."""
    translation.activate(language or settings.LANGUAGE_CODE)
    place = actions.push_key()
    click.echo(
        _("The private key is in %(file)s; keep it with the backups. The public key:")
        % {"file": place}
    )
    click.echo(actions.public_push_key())


COMMANDS: dict[str, click.Command] = {
    "notices log": log,
    "notices resend": resend,
    "notices push-keys": push_keys,
}
