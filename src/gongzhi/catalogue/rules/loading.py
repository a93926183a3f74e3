"""Read a directory of plain files into a pack and the list of its mistakes."""

from pathlib import Path

from .content import PackContent
from .mistakes import Mistake


def load_pack(directory: Path) -> tuple[PackContent, list[Mistake]]:
    """Return the pack of a directory with every mistake in it; an empty list means sound."""
    raise NotImplementedError
