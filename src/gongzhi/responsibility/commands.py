"""The command line of the house: ask who answers, import duties, audit the map."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone, translation

from gongzhi.accounts.rules import SYSTEM
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import queries as places
from gongzhi.webkit.words import sentence

from . import actions, queries, words
from .rules import Overlap, Void

_LANGUAGES = [code for code, _ in settings.LANGUAGES]
_SHOWN = 20  # lines of a list, before it is only counted


@contextmanager
def _spoken(language: str | None) -> Iterator[None]:
    """Speak a language, and tell a refusal as a sentence."""
    with translation.override(language or settings.LANGUAGE_CODE):
        try:
            yield
        except Refusal as refusal:
            raise click.ClickException(sentence(refusal)) from refusal


def _noon(day: datetime | None) -> datetime:
    return timezone.now() if day is None else timezone.make_aware(day.replace(hour=12))


_language = click.option("--language", type=click.Choice(_LANGUAGES), help="Of the sentences.")
_at = click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), help="A day; else today.")


@click.command()
@click.argument("longitude", type=float)
@click.argument("latitude", type=float)
@click.argument("category")
@_at
@_language
def who(
    longitude: float, latitude: float, category: str, day: datetime | None, language: str | None
) -> None:
    """Print who answers for CATEGORY at LONGITUDE LATITUDE (WGS 84), and why."""
    with _spoken(language):
        at = _noon(day)
        location = places.locate(longitude, latitude, at=at)
        answer = queries.who_answers(category, location=location, at=at)
        for line in queries.explanation(answer.as_facts()):
            click.echo(line)
        for line in queries.explanation_of_stewards(queries.stewards_of(location, at=at)):
            click.echo(line)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="File for them.")
@_language
def import_file(file: Path, rejects: Path | None, language: str | None) -> None:
    """Assign the duties of a table; refused rows go to a file with their reasons."""
    with _spoken(language), click.progressbar(length=1000, label=file.name) as bar:
        told = actions.import_duties(
            file,
            by=SYSTEM,
            at=timezone.now(),
            rejects=rejects,
            progress=lambda share: bar.update(round(share * 1000) - bar.pos),
        )
    with _spoken(language):
        click.echo(words.IMPORTED % vars(told))
        if told.rejects:
            click.echo(words.REJECTS % {"file": told.rejects})


@click.command()
@click.option("--level", default="", help="Of the areas asked; else the finest on the map.")
@_at
@_language
def audit(level: str, day: datetime | None, language: str | None) -> None:
    """Print for what nobody answers but the fallback party, and which duties contradict."""
    with _spoken(language):
        at = _noon(day)
        voids, overlaps = queries.voids(at=at, level=level), queries.overlaps(at=at)
        for line in (*_told_voids(voids), *_told_overlaps(overlaps)):
            click.echo(line)


def _told_voids(voids: Sequence[Void]) -> Iterator[str]:
    by_area = Counter(void.area_id for void in voids)
    names = queries.area_names(by_area)
    yield words.VOIDS % {"voids": len(voids), "areas": len(by_area)}
    for area_id, many in by_area.most_common(_SHOWN):
        yield words.VOIDS_HERE % {"area": names.get(area_id, f"#{area_id}"), "voids": many}


def _told_overlaps(overlaps: Sequence[Overlap]) -> Iterator[str]:
    names = queries.area_names(one.area_id for one in overlaps)
    yield words.OVERLAPS % {"overlaps": len(overlaps)}
    for one in overlaps[:_SHOWN]:
        yield words.OVERLAP_HERE % {
            "area": words.WHOLE_CITY if one.area_id is None else names.get(one.area_id, ""),
            "category": one.category_code or words.ALL_CATEGORIES,
            "duties": ", ".join(str(duty_id) for duty_id in one.duty_ids),
        }


COMMANDS: dict[str, click.Command] = {
    "responsibility who": who,
    "responsibility import": import_file,
    "responsibility audit": audit,
}
