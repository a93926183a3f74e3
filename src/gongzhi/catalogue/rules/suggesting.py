"""From a person's words to the categories they may mean; deterministic, in memory, explained.

Chinese is cut into single characters and pairs of neighbours, everything else into words
without their endings.  A piece that few categories have counts for more (inverse document
frequency); a name or alias counts for more than the text of a condition; and a category
whose name is mostly covered by the words goes before one of which only a part is.

Source: Spärck Jones (1972) for the weight of rare pieces; the rest is measured by
`tests/catalogue/test_suggesting.py`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from .values import Book, CategoryView

NAME, ALIAS, CONDITION = 1.0, 1.0, 0.3  # how much the source of a piece counts
SINGLE = 0.35  # a single Chinese character, against a pair
LEAST = 0.12  # of the best possible; below it nothing is suggested
LONGEST = 2_000  # characters that are read

_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z]+")
_SMALL_WORDS = """
    a an and are as at be by for from has have he i in is it its me my near next no not of on or our
    out over she so some that the their them there they this to too up us very was we were what when
    where which who will with you your please since been all again days day week weeks
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_EMPTY = frozenset(
    "的了着过在是有我们你您他她它这那个很也都就和与及被把给到从上下里这里那里请麻烦谢"
)
_ENDINGS = ("ings", "ing", "edly", "ed", "ies", "es", "s", "ly")
_STEM = 3  # letters that must remain


@dataclass(frozen=True, slots=True)
class Guess:
    """A category that the words may mean.

    Attributes:
        score: 0 to 1; how much of what the words say is in the category.
    """

    category: CategoryView
    score: float


class Guesser:
    """The pieces of every category that residents may choose, weighed once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._choosable = [
            row for row in book.categories.values() if row.kind != "group" and row.is_public
        ]

    def guess(self, text: str, *, limit: int = 3) -> tuple[Guess, ...]:
        """Return the categories that the words may mean, the likeliest first.

        Args:
            text: a sentence in Chinese, English or both.
            limit: the most to return.
        """
        said = dict(_pieces(text[:LONGEST]))
        most = sum(weight * self._rarity(piece) for piece, weight in said.items())
        if not most:
            return ()
        found = [
            Guess(row, self._score(sources, said) / most) for row, sources in self._sources.items()
        ]
        likely = [one for one in found if one.score >= LEAST]
        # The order of the pack decides between equals, so that the answer is always the same.
        return tuple(sorted(likely, key=lambda one: -one.score)[:limit])

    def _score(
        self, sources: tuple[tuple[float, Mapping[str, float]], ...], said: Mapping[str, float]
    ) -> float:
        """Return what the best single source gives, and a tenth of what the others add."""
        scores = sorted((self._of_source(weight, has, said) for weight, has in sources))
        return scores[-1] + 0.1 * sum(scores[-4:-1]) if scores else 0.0

    def _of_source(
        self, weight: float, has: Mapping[str, float], said: Mapping[str, float]
    ) -> float:
        shared = sum(said[piece] * self._rarity(piece) for piece in has.keys() & said.keys())
        if not shared:
            return 0.0
        whole = sum(amount * self._rarity(piece) for piece, amount in has.items())
        return weight * shared * (0.4 + 0.6 * min(shared / whole, 1.0))

    def _rarity(self, piece: str) -> float:
        return self._rarities.get(piece, 0.0)

    @cached_property
    def _sources(self) -> Mapping[CategoryView, tuple[tuple[float, Mapping[str, float]], ...]]:
        return {row: tuple(self._told_of(row)) for row in self._choosable}

    def _told_of(self, row: CategoryView) -> Iterator[tuple[float, Mapping[str, float]]]:
        for text in (row.name, row.name_en):
            yield NAME, dict(_pieces(text))
        for alias in row.aliases:
            yield ALIAS, dict(_pieces(alias))
        for standard in self._book.standards_of(row.code):
            for text in (standard.condition, standard.condition_en):
                yield CONDITION, dict(_pieces(text))

    @cached_property
    def _rarities(self) -> Mapping[str, float]:
        """Return the weight of each piece: the logarithm of how few categories have it."""
        counts: dict[str, int] = {}
        for sources in self._sources.values():
            for piece in {piece for _, has in sources for piece in has}:
                counts[piece] = counts.get(piece, 0) + 1
        total = len(self._sources)
        return {piece: math.log(1 + total / count) for piece, count in counts.items()}


def _pieces(text: str) -> Iterator[tuple[str, float]]:
    """Yield the pieces of a text with their weights; each piece once."""
    seen: set[str] = set()
    lowered = text.casefold()
    for piece, weight in (*_of_chinese(lowered), *_of_latin(lowered)):
        if piece not in seen:
            seen.add(piece)
            yield piece, weight


def _of_chinese(text: str) -> Iterable[tuple[str, float]]:
    for run in _CHINESE.findall(text):
        yield from ((run[at : at + 2], 1.0) for at in range(len(run) - 1))
        yield from ((sign, SINGLE) for sign in run if sign not in _EMPTY)


def _of_latin(text: str) -> Iterable[tuple[str, float]]:
    yield from ((_stem(word), 1.0) for word in _LATIN.findall(text) if word not in _SMALL)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word
