"""`gongzhi demo` and `gongzhi demo sign-ins`."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from gongzhi.places import queries as places

from . import actions, queries, words
from .rules.city import City, make_city
from .rules.history import TIMEZONE, write_history
from .rules.people import SIGN_INS
from .rules.running import PASSWORD, Wish
from .rules.sizes import SIZES


@contextmanager
def _bar(stage: str, length: int) -> Iterator[Callable[[int], object]]:
    label = str(words.STAGES[stage])
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield bar.update


class _Moment(click.ParamType[datetime]):
    """A time in ISO 8601; without an offset it is the city's own."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(_("“%(time)s” is not a time such as 2026-05-01T18:00.") % {"time": value})
        return moment if moment.tzinfo else moment.replace(tzinfo=TIMEZONE)


@click.group(invoke_without_command=True)
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--until", type=_Moment(), metavar="TIME", help="The end of its history; now.")
@click.option("--password", default=PASSWORD, show_default=True, help="Everybody's password.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
@click.option("--untold", is_flag=True, help="Leave out the sign-ins; “demo sign-ins” has them.")
@click.pass_context
def demo(  # noqa: PLR0917 - the options of the command line
    context: click.Context,
    size: str,
    seed: int,
    until: datetime | None,
    password: str,
    yes: bool,
    language: str | None,
    untold: bool,
) -> None:
    """Found an invented city in an empty database and live its recent history."""
    if context.invoked_subcommand is not None:
        return
    translation.activate(language or settings.LANGUAGE_CODE)
    _run(size, seed, until, password, is_sure=yes)
    if not untold:
        _tell_sign_ins()
        click.echo(_("Password of everybody: %(password)s") % {"password": password})
        click.echo(_("This city is for trying out. Do not open it to the internet."))


def _run(size: str, seed: int, until: datetime | None, password: str, *, is_sure: bool) -> None:
    there = queries.begun()
    end = there.wish.until if there and until is None else None
    wish = Wish(size, seed, end or queries.end_of_history(now=timezone.now(), wanted=until))
    queries.check_room(wish)
    if there and there.is_done:
        click.echo(_("This demonstration city is here already; nothing was changed."))
        _tell_city()
        return
    facts = {"size": size, "database": settings.DATABASES["default"]["NAME"]}
    if not is_sure:
        question = _("Write a demonstration city (%(size)s) into the database %(database)s?")
        click.confirm(question % facts, abort=True)
    started = perf_counter()
    with _bar("plan", 1) as done:
        city = make_city(size, seed)
        done(1)
    _build(city, wish, password)
    click.echo(_("It took %(seconds).0f seconds.") % {"seconds": perf_counter() - started})
    _tell_city()


def _build(city: City, wish: Wish, password: str) -> None:
    actions.found_city(city, wish, password=password, show=_bar)
    history = write_history(city, until=wish.until)
    lived = actions.live_history(city, history, wish, show=_bar)
    milliseconds = 1000 * lived.seconds / max(lived.deeds, 1)
    facts = {"deeds": lived.deeds, "ms": milliseconds, "entries": lived.entries}
    click.echo(
        _("%(deeds)s deeds at %(ms).1f ms; %(entries)s entries sealed in the ledger.") % facts
    )
    _tell_counts(_("Cases"), {str(words.STATES[k]): n for k, n in lived.states.items()})
    _tell_counts(_("Deeds refused by the rules"), lived.refused)
    _tell_counts(
        _("Deeds left out"), {str(words.LEFT_OUT[k]): n for k, n in lived.left_out.items()}
    )


def _tell_counts(title: str, counts: Mapping[str, int]) -> None:
    rows = sorted(counts.items(), key=lambda row: -row[1])
    told = _(", ").join(f"{name} {count}" for name, count in rows) or _("none")
    click.echo(_("%(title)s: %(told)s.") % {"title": title, "told": told})


def _tell_city() -> None:
    found = queries.summary()
    is_chinese = _is_chinese()
    names = {one.code: one.name if is_chinese else one.name_en for one in places.layers()}
    _tell_counts(_("Areas"), {names[code] or code: count for code, count in found.areas.items()})
    facts = {"bodies": found.organisations, "posts": found.posts, "cases": found.cases}
    click.echo(_("%(bodies)s organisations, %(posts)s posts, %(cases)s cases.") % facts)
    rate = {"kept": found.rate.kept, "broken": found.rate.broken}
    click.echo(_("Promises kept: %(kept)s; broken: %(broken)s.") % rate)


def _is_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


def _tell_sign_ins() -> None:
    click.echo(_("Sign in as:"))
    for one in SIGN_INS:
        click.echo(f"  {one.login:<14} {one.name if _is_chinese() else one.name_en}")
    click.echo(_("Everybody else signs in with the code of their post."))


@click.command()
@click.option("--language", type=click.Choice(["zh-hans", "en"]), help="Of the answer.")
def sign_ins(language: str | None) -> None:
    """List the sign-ins of a demonstration city."""
    translation.activate(language or settings.LANGUAGE_CODE)
    _tell_sign_ins()


COMMANDS: dict[str, click.Command] = {"demo": demo, "demo sign-ins": sign_ins}
