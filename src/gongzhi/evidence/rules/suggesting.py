"""What is suggested to be blacked out: where a face or a number plate may be in a picture.

A suggestion hides nothing.  Whoever may black out takes or leaves it.
"""

import enum
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .blackouts import Box

MOST_SUGGESTIONS = 20  # for one picture; more is a crowd, or a pattern that looks like one
_SAME = 0.5  # share of the smaller of two boxes that the other covers: one thing found twice


class Likeness(enum.StrEnum):
    """What a part of a picture looks like."""

    FACE = "face"
    PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A part of the upright picture that may have to be blacked out."""

    likeness: Likeness
    box: Box


def can_suggest() -> bool:
    """Return whether the library that looks for likenesses is installed (extra `privacy`)."""
    return importlib.util.find_spec("cv2") is not None


def distinct(found: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Return what was found, each thing once, cut off at the edges, from left to right.

    Of two boxes around one thing the one found first stays; of too many, the largest.
    """
    kept: list[Suggestion] = []
    for one in found:
        cut = Suggestion(one.likeness, _inside(one.box))
        if not any(_is_same(cut.box, other.box) for other in kept):
            kept.append(cut)
    largest = sorted(kept, key=lambda one: one.box.width * one.box.height, reverse=True)
    return tuple(sorted(largest[:MOST_SUGGESTIONS], key=lambda one: one.box))


def _inside(box: Box) -> Box:
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.width, 1.0), min(box.y + box.height, 1.0)
    return Box(*(round(edge, 4) for edge in (left, top, right - left, bottom - top)))


def _is_same(one: Box, other: Box) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    least = min(one.width * one.height, other.width * other.height)
    return across > 0 and down > 0 and across * down > _SAME * least


def as_words_and_numbers(found: Sequence[Suggestion]) -> list[list[str | float]]:
    """Return suggestions as they are stored."""
    return [
        [one.likeness.value, one.box.x, one.box.y, one.box.width, one.box.height] for one in found
    ]


def from_words_and_numbers(stored: Iterable[Sequence[str | float]] | None) -> list[Suggestion]:
    """Return suggestions from the way they are stored."""
    return [
        Suggestion(Likeness(str(word)), Box(*(float(number) for number in numbers)))
        for word, *numbers in stored or ()
    ]
