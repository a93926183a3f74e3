"""What installing a pack can be refused for, and the deeds it enters in the ledger."""

from collections.abc import Sequence
from pathlib import Path

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound

from .mistakes import Mistake

LEDGER_KINDS: frozenset[str] = frozenset({"catalogue.installed", "catalogue.activated"})


class NoPackInstalled(Conflict):
    """Nothing can be filed or promised before a pack is installed."""

    code = "catalogue.no_pack"


class PackMistaken(Invalid):
    """The pack has mistakes; the installed one stays as it is.

    Attributes:
        mistakes: all of them, by file and line.
    """

    code = "catalogue.pack_mistaken"

    def __init__(self, directory: Path, mistakes: Sequence[Mistake]) -> None:
        super().__init__(directory=str(directory), mistakes=len(mistakes), first=str(mistakes[0]))
        self.mistakes = tuple(mistakes)


class VersionUnknown(NotFound):
    """No version of this number was ever installed."""

    code = "catalogue.version_unknown"


class PackUnknown(NotFound):
    """The name is neither a directory, nor a shipped pack, nor an installed version."""

    code = "catalogue.pack_unknown"


class CalendarUnknown(NotFound):
    """The pack has no calendar of this code."""

    code = "catalogue.calendar_unknown"


class YearTableExists(Conflict):
    """There is a table for this year already, and it may have been edited."""

    code = "catalogue.year_table_exists"
