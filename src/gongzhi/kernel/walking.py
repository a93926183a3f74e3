"""In which order to walk to some places: never longer than always taking the nearest next.

Distances are as the crow flies, on a sphere: streets are not asked, so the order is a
proposal.  The same places give the same order.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from .nearness import metres_between

Point = tuple[float, float]
MOST_IMPROVED = 60  # places; more are walked nearest first, which costs no more than a list
LONGEST_MOVED = 3  # places moved together
_LEAST_GAIN = 1e-6  # metres; below this the arithmetic alone may differ


@dataclass(frozen=True, slots=True)
class Walk:
    """An order of places, and how far it is.

    Attributes:
        order: places of `points`, each once.
        legs: metres to each place from the one before, or from the start; without a start
            the first is 0.
    """

    order: tuple[int, ...]
    legs: tuple[float, ...]

    @property
    def metres(self) -> float:
        """Return the length of the whole way; the way home is not in it."""
        return sum(self.legs)


def walking_order(
    points: Sequence[Point], *, start: Point | None = None, first: Sequence[bool] = ()
) -> Walk:
    """Return in which order to walk: the nearest next, then improved.

    The way is improved by turning parts of it round (2-opt) and by moving up to three
    places elsewhere (or-opt), as long as it becomes shorter.

    Args:
        points: longitude and latitude, degrees, WGS 84.
        start: where the walk begins; without one, at the first point.
        first: for each point whether it comes before all others, such as what is late;
            empty: none.

    Source: Croes (1958), 2-opt; Or (1976), moves of up to three.
    """
    wanted = list(first) if len(first) else [False] * len(points)
    order: list[int] = []
    here = start
    for is_first in (True, False):
        group = [place for place, one in enumerate(wanted) if one is is_first]
        walked = _walk(points, group, here)
        order += walked
        here = points[walked[-1]] if walked else here
    return Walk(tuple(order), _legs(points, order, start))


def _walk(points: Sequence[Point], group: list[int], start: Point | None) -> list[int]:
    """Return the order of one group, from where the walker stands."""
    if not group:
        return []
    known = [start if start is not None else points[group[0]], *(points[place] for place in group)]
    apart = [[metres_between(*one, *other) for other in known] for one in known]
    way = _nearest_first(apart)
    if len(group) <= MOST_IMPROVED:
        while _turn_round(way, apart) or _move(way, apart):
            pass
    return [group[place - 1] for place in way[1:]]


def _nearest_first(apart: list[list[float]]) -> list[int]:
    """Return 0 and then always the nearest that is left; the lower number of equals."""
    way, left = [0], list(range(1, len(apart)))
    while left:
        here = apart[way[-1]]
        way.append(min(left, key=lambda place: (here[place], place)))
        left.remove(way[-1])
    return way


def _length(way: Sequence[int], apart: list[list[float]]) -> float:
    return sum(apart[one][other] for one, other in itertools.pairwise(way))


def _turn_round(way: list[int], apart: list[list[float]]) -> bool:
    """Turn the first part round that makes the way shorter; tell whether there was one."""
    last = len(way) - 1
    for begin in range(1, last):
        for end in range(begin + 1, last + 1):
            before, one, other = way[begin - 1], way[begin], way[end]
            gain = apart[before][one] - apart[before][other]
            if end < last:
                gain += apart[other][way[end + 1]] - apart[one][way[end + 1]]
            if gain > _LEAST_GAIN:
                way[begin : end + 1] = way[begin : end + 1][::-1]
                return True
    return False


def _move(way: list[int], apart: list[list[float]]) -> bool:
    """Move the first few places elsewhere that makes the way shorter; tell whether it was so."""
    before = _length(way, apart)
    for size in range(1, min(LONGEST_MOVED, len(way) - 1) + 1):
        for begin in range(1, len(way) - size + 1):
            part, rest = way[begin : begin + size], way[:begin] + way[begin + size :]
            for place in range(1, len(rest) + 1):
                for moved in (part, part[::-1]):
                    new = rest[:place] + moved + rest[place:]
                    if before - _length(new, apart) > _LEAST_GAIN:
                        way[:] = new
                        return True
    return False


def _legs(points: Sequence[Point], order: Sequence[int], start: Point | None) -> tuple[float, ...]:
    here = start
    legs = []
    for place in order:
        legs.append(metres_between(*here, *points[place]) if here is not None else 0.0)
        here = points[place]
    return tuple(legs)
