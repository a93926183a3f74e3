"""The command line of the register of people and parties."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from . import actions
from .rules import SYSTEM

P = ParamSpec("P")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])


def _told(command: Callable[P, None]) -> Callable[P, None]:
    """Print a refusal as its sentence and end with 1."""

    @wraps(command)
    def telling(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Refusal as refusal:
            raise click.ClickException(sentence(refusal)) from None

    return telling


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _print_summary(summary: actions.ImportSummary) -> None:
    click.echo(
        _(
            "%(rows)s rows: %(added)s added, %(changed)s changed, %(unchanged)s unchanged,"
            " %(refused)s refused."
        )
        % vars(summary)
    )
    if summary.ignored:
        click.echo(_("Columns not used: %(columns)s.") % {"columns": ", ".join(summary.ignored)})
    if summary.rejects is not None:
        told = _("The refused rows with their reasons are in %(file)s; mend and import that file.")
        click.echo(told % {"file": summary.rejects})


@click.command("import-chart")
@click.argument("file", type=FILE)
@click.option("--rejects", type=click.Path(path_type=Path), help="Where refused rows go.")
@_told
def import_chart(file: Path, rejects: Path | None) -> None:
    """Found and change organisations by a table (CSV, XLSX, JSON lines)."""
    # The map lies above this house; whoever wires the houses may name a function that knows it.
    named = getattr(settings, "SCOPE_RESOLVER", "")
    scope_of = import_string(named) if named else None
    _print_summary(
        actions.import_chart(file, rejects=rejects, scope_of=scope_of, by=SYSTEM, at=timezone.now())
    )


@click.command("import-roster")
@click.argument("file", type=FILE)
@click.option("--rejects", type=click.Path(path_type=Path), help="Where refused rows go.")
@_told
def import_roster(file: Path, rejects: Path | None) -> None:
    """Enrol people and put them into posts by a table (CSV, XLSX, JSON lines)."""
    _print_summary(actions.import_roster(file, rejects=rejects, by=SYSTEM, at=timezone.now()))


@click.command("add-person")
@click.argument("login")
@click.option("--name", default="", help="Name, as colleagues read it.")
@click.option("--phone", default="")
@click.option("--email", default="")
@click.option("--language", default="zh-hans", show_default=True)
@click.option("--ask-password", is_flag=True, help="Ask for a password; without one, no sign-in.")
@_told
def add_person(
    *, login: str, name: str, phone: str, email: str, language: str, ask_password: bool
) -> None:
    """Enrol a person, or change the one with this LOGIN."""
    password = (
        click.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
        if ask_password
        else None
    )
    actions.enrol_person(
        login,
        name=name,
        phone=phone,
        email=email,
        password=password,
        language=language,
        by=SYSTEM,
        at=timezone.now(),
    )
    click.echo(_("“%(login)s” is enrolled.") % {"login": login})


@click.command("choose-password")
@click.argument("login")
@click.password_option()
@_told
def choose_password(login: str, password: str) -> None:
    """Give the person with this LOGIN a new password, and lift a lock."""
    actions.choose_password(login, password=password, by=SYSTEM, at=timezone.now())
    click.echo(_("“%(login)s” has a new password.") % {"login": login})


@click.command("appoint")
@click.argument("login")
@click.argument("post")
@click.option("--from", "starts", type=DAY, help="First day; today if absent.")
@click.option("--until", "ends", type=DAY, help="Last day; until further notice if absent.")
@click.option("--letter", default="", help="Number of the letter of appointment.")
@click.option("--capacity", default="", help="Party member, resident, grid worker …")
@_told
def appoint(
    *,
    login: str,
    post: str,
    starts: datetime | None,
    ends: datetime | None,
    letter: str,
    capacity: str,
) -> None:
    """Put the person with this LOGIN into a POST (by code)."""
    now = timezone.now()
    actions.appoint(
        login,
        post_code=post,
        starts_on=_day(starts) or timezone.localdate(now),
        ends_on=_day(ends),
        letter_number=letter,
        capacity=capacity,
        by=SYSTEM,
        at=now,
    )
    click.echo(_("“%(login)s” holds “%(post)s”.") % {"login": login, "post": post})


@click.command("reset-second-factor")
@click.argument("login")
@_told
def reset_second_factor(login: str) -> None:
    """Take off the second factor of the person with this LOGIN, who lost telephone and codes."""
    actions.reset_second_factor(login, by=SYSTEM, at=timezone.now())
    click.echo(_("“%(login)s” signs in with the password alone now.") % {"login": login})


@click.command("lock")
@click.argument("login")
@_told
def lock(login: str) -> None:
    """Lock the account with this LOGIN and end its sessions."""
    actions.bar_person(login, by=SYSTEM, at=timezone.now())
    click.echo(_("“%(login)s” is locked.") % {"login": login})


@click.command("unlock")
@click.argument("login")
@_told
def unlock(login: str) -> None:
    """Open a locked account again, and forget failed tries with its LOGIN."""
    actions.readmit_person(login, by=SYSTEM, at=timezone.now())
    click.echo(_("“%(login)s” is open again.") % {"login": login})


@click.command("password-link")
@click.argument("login")
@_told
def password_link(login: str) -> None:
    """Make a link by which the person with this LOGIN chooses a password, once, in three days."""
    number, token = actions.make_password_link(login, by=SYSTEM, at=timezone.now())
    click.echo(f"{settings.PUBLIC_ADDRESS}{reverse('choose-password', args=[number, token])}")


@click.command("erase-person")
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_told
def erase_person(login: str, yes: bool) -> None:
    """Erase everything known of the person with this LOGIN; deeds keep a bare number."""
    if not yes:
        question = _("Erase everything known of “%(login)s”? This cannot be taken back.")
        click.confirm(question % {"login": login}, abort=True)
    actions.erase_person(login, by=SYSTEM, at=timezone.now())
    click.echo(_("“%(login)s” is erased.") % {"login": login})


COMMANDS: dict[str, click.Command] = {
    "accounts import-chart": import_chart,
    "accounts import-roster": import_roster,
    "accounts add-person": add_person,
    "accounts choose-password": choose_password,
    "accounts appoint": appoint,
    "accounts reset-second-factor": reset_second_factor,
    "accounts lock": lock,
    "accounts unlock": unlock,
    "accounts password-link": password_link,
    "accounts erase-person": erase_person,
}
