"""Words and phrases of texts in any mix of scripts: folding, tokens, finding, likeness.

Chinese and Japanese are written without blanks between words, so nothing in a text says
where one begins.  Such a run is cut at every character: each token is a character with
the one after it, the last stands alone.  A phrase of these tokens in their order is then
exactly a part of the run, and one character is the beginning of a token.  Words of other
scripts are tokens as they stand.

Source: `docs/decisions/0012-search-by-pairs-of-characters.md`.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

BORDER = "‖"  # a token between two fields, so that no phrase reaches from one into the next
FIELD_MAX = 4000  # characters of a field that are searched; PostgreSQL counts to 16,383

# Kana, Han with all extensions, and the signs that stand for a character.
_DENSE = "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff" + (
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"(?P<dense>[{_DENSE}]+)|(?:(?![{_DENSE}])[^\W_][\u0300-\u036f]*)+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow each other.

    Attributes:
        tokens: in their order, at least one.
        is_open: whether a longer token may stand for the last one.
    """

    tokens: tuple[str, ...]
    is_open: bool


def fold(text: str) -> str:
    """Return a text in one width and case, its runs divided by single blanks.

    A run is a word, a number, or a row of characters of a script without blanks.  What is
    neither letter nor digit only divides.
    """
    return " ".join(run for run, _ in _runs(text))


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in their order."""
    found: list[str] = []
    for run, is_dense in _runs(text):
        found += _pairs(run) if is_dense else (run,)
    return found


def tokens_of_fields(fields: Iterable[str]) -> list[str]:
    """Return the tokens of several fields, a border between them.

    Args:
        fields: of each the first `FIELD_MAX` characters.
    """
    found: list[str] = []
    for field in fields:
        held = tokens(field[:FIELD_MAX])
        if held:
            found += (BORDER, *held) if found else held
    return found


def phrases(query: str) -> tuple[Phrase, ...]:
    """Return what a text must hold to be found: one phrase for each part between blanks."""
    folded = (list(_runs(part)) for part in query.split())
    return tuple(dict.fromkeys(_phrase(runs) for runs in folded if runs))


def holds(text: str, query: str) -> bool:
    """Return whether a text is found by a query: the meaning that an index must keep.

    Each part of the query between blanks must stand in the folded text; where the part
    begins with a word, at the beginning of a word.
    """
    there = f" {fold(text)} "
    return all(_stands_in(there, part) for part in query.split())


def _stands_in(there: str, part: str) -> bool:
    runs = list(_runs(part))
    sought = " ".join(run for run, _ in runs)
    return not runs or (sought if runs[0][1] else f" {sought}") in there


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are by their characters and pairs of them, 0 to 1.

    The cosine of the counts of both; 0 where one is blank.

    Source: `stack.md` section 8: of ten paraphrases the nearest was right for eight.
    """
    left, right = _grams(one), _grams(other)
    length = math.sqrt(_square(left) * _square(right))
    shared = sum(count * right[gram] for gram, count in left.items() if gram in right)
    return shared / length if length else 0.0


def _grams(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for run, is_dense in _runs(text[:FIELD_MAX]):
        if is_dense:
            found.update(run)
            found.update(first + second for first, second in pairwise(run))
        else:
            found.update((run, run))  # weighs like a character and a pair
    return found


def _square(counts: Counter[str]) -> int:
    return sum(count * count for count in counts.values())


def _runs(text: str) -> Iterable[tuple[str, bool]]:
    """Yield the runs of a text, folded, and whether each is of a script without blanks."""
    same = unicodedata.normalize("NFKC", text).casefold()
    for found in _RUN.finditer(unicodedata.normalize("NFKC", same)):
        yield found.group(), found.lastgroup == "dense"


def _pairs(run: str) -> list[str]:
    """Return each character with the one after it; the last alone."""
    return [run[place : place + 2] for place in range(len(run))]


def _phrase(runs: list[tuple[str, bool]]) -> Phrase:
    """Return the phrase of the runs of one part; its last run may go on in the text."""
    found: list[str] = []
    for run, is_dense in runs[:-1]:
        found += _pairs(run) if is_dense else (run,)
    last, is_dense = runs[-1]
    if not is_dense or len(last) == 1:
        return Phrase((*found, last), is_open=True)
    return Phrase((*found, *_pairs(last)[:-1]), is_open=False)
