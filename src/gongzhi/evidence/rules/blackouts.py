"""Blacking out faces and number plates by hand: boxes, and who may draw and lift them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gongzhi.accounts.rules import Actor, Role
from gongzhi.kernel.refusals import Conflict, Invalid, NotPermitted

MOST_BOXES = 100  # on one picture
_LEAST_SHARE = 0.001  # of an edge; a smaller box is a slip of the hand

# Who may know a place as it is.  A contractor's handler is not among them, and sees what the
# public sees, larger or not.
_PLACE_ROLES = frozenset(
    {
        Role.OPERATOR, Role.DISPATCHER, Role.DUTY_HEAD, Role.SUPERVISOR, Role.COLLECTOR,
        Role.STEWARD,
    }
)  # fmt: skip
# The handler may not: nobody hides parts of the proof of his own work.
_MAY_BLACK_OUT = _PLACE_ROLES | {Role.SYSTEM}
_MAY_SHOW_AGAIN = frozenset({Role.DUTY_HEAD, Role.SUPERVISOR, Role.SYSTEM})


class BadBoxes(Invalid):
    """The boxes are none, too many, or not inside the picture."""

    code = "evidence.bad_boxes"


class NotYours(NotPermitted):
    """Drawing boxes, or lifting them, belongs to other roles."""

    code = "evidence.not_yours"


class NotBlackedOut(Conflict):
    """There is nothing to show again."""

    code = "evidence.not_blacked_out"


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A part of the upright picture; each number is a share of its width or height, 0 to 1."""

    x: float  # of the left edge, from the left
    y: float  # of the upper edge, from above
    width: float
    height: float


def may_see_original(viewer: Actor, *, area_path: str) -> bool:
    """Return whether `viewer` may see a file as it was brought, with all it says.

    Args:
        viewer: staff of the place, its checkers (collectors, stewards) and supervisors may.
        area_path: the materialised path of the area where the subject is.
    """
    if viewer.has(Role.SYSTEM):
        return True
    return viewer.has(*_PLACE_ROLES) and viewer.covers(area_path)


def need_to_black_out(by: Actor) -> None:
    """Refuse whoever may not draw boxes.

    Raises:
        NotYours: as its name says.
    """
    if not by.has(*_MAY_BLACK_OUT):
        raise NotYours


def need_to_show_again(by: Actor) -> None:
    """Refuse whoever may not lift boxes.

    Raises:
        NotYours: as its name says.
    """
    if not by.has(*_MAY_SHOW_AGAIN):
        raise NotYours


def checked_boxes(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Return boxes in order, each once, cut off at the edges of the picture.

    Raises:
        BadBoxes: none or too many; a number that is none; a box outside or too thin to see.
    """
    found = sorted({_cut(box) for box in boxes})
    if not 0 < len(found) <= MOST_BOXES:
        raise BadBoxes(most=MOST_BOXES)
    return tuple(found)


def _cut(box: Box) -> Box:
    if not all(math.isfinite(one) for one in (box.x, box.y, box.width, box.height)):
        raise BadBoxes(most=MOST_BOXES)
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right, bottom = min(box.x + box.width, 1.0), min(box.y + box.height, 1.0)
    if min(right - left, bottom - top) < _LEAST_SHARE:
        raise BadBoxes(most=MOST_BOXES)
    return Box(*(round(one, 6) for one in (left, top, right - left, bottom - top)))


def as_numbers(boxes: Sequence[Box]) -> list[list[float]]:
    """Return boxes as they are stored and entered in the ledger."""
    return [[box.x, box.y, box.width, box.height] for box in boxes]


def from_numbers(stored: Iterable[Sequence[float]]) -> tuple[Box, ...]:
    """Return boxes from the way they are stored."""
    return tuple(Box(*one) for one in stored)
