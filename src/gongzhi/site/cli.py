"""The `gongzhi` command: gathers the `commands` room of every house."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec

import click
import django
from django.core.exceptions import ImproperlyConfigured

INTERRUPTED = 130  # as a shell says it
REFUSED = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Gongzhi (共治): a city that governs itself together."""


def gather() -> click.Group:
    """Add every house's commands and return the whole.

    A `commands` room has `COMMANDS`: full names ("pack check") to click commands.
    """
    from django.conf import settings

    for house in settings.HOUSES:
        room = f"{house}.commands"
        if find_spec(room):
            for name, command in import_module(room).COMMANDS.items():
                _place(name.split(), command)
    return cli


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
    """Run the command line: whatever goes wrong is told in a sentence on stderr.

    Exit codes: 0 done; 1 the command says no; 2 refused; 130 interrupted.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.site.settings")
    try:
        django.setup()
        sys.exit(run(gather()))
    except ImproperlyConfigured as trouble:
        click.echo(str(trouble), err=True)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def run(group: click.Group) -> int:
    """Run a group of commands on the arguments of the process and return the exit code."""
    try:
        outcome = group.main(prog_name="gongzhi", standalone_mode=False)
    except click.UsageError as trouble:
        trouble.show()
        return trouble.exit_code
    except click.ClickException as trouble:
        click.echo(trouble.format_message(), err=True)
        return trouble.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has left, as `head` does; say nothing to nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        click.echo(told, err=True)
        return REFUSED
    return outcome if isinstance(outcome, int) else 0


def _told(error: Exception) -> str | None:
    """Return the sentence of a refusal or of trouble with the database or the disk."""
    from gongzhi.kernel.refusals import Refusal
    from gongzhi.webkit.storage import trouble_of
    from gongzhi.webkit.words import sentence

    refusal = error if isinstance(error, Refusal) else trouble_of(error)
    return None if refusal is None else sentence(refusal)
