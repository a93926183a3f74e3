"""The `gongzhi` command: gathers the `commands` room of every house."""

import os
from importlib import import_module
from importlib.util import find_spec

import click
import django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Gongzhi (共治): a city that governs itself together."""


def _gather() -> None:
    """Add every house's commands.

    A `commands` room has `COMMANDS`: full names ("pack check") to click commands.
    """
    from django.conf import settings  # noqa: PLC0415 - settings are ready only now

    for house in settings.HOUSES:
        room = f"{house}.commands"
        if find_spec(room):
            for name, command in import_module(room).COMMANDS.items():
                _place(name.split(), command)


def _place(words: list[str], command: click.Command) -> None:
    group: click.Group = cli
    for word in words[:-1]:
        found = group.commands.get(word)
        if not isinstance(found, click.Group):
            found = click.Group(word, help=f"Commands about {word}.")
            group.add_command(found, word)
        group = found
    group.add_command(command, words[-1])


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.site.settings")
    django.setup()
    _gather()
    cli()
