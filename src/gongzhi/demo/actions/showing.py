"""How a long deed tells how far it is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Show = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]
"""Begins a stage (its code, its length) and yields what is called with the steps done."""


@contextmanager
def silently(stage: str, length: int) -> Iterator[Callable[[int], object]]:
    """Tell nobody."""
    yield lambda steps: None
