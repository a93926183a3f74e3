"""Finding places by name: any part of it, in either language, however it is typed.

All names stand in one long array of letters; a question is compared with all of them at once.
That is quick for one Chinese sign, where an index of words would be of no use.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gongzhi.kernel.nearness import METRES_PER_DEGREE

LONGEST = 60  # letters of a question; what follows is not looked at
EXACT, PREFIX, INSIDE = 0, 1, 2
_BREAK = "\n"  # between two names; no question holds it
_PLANE = 0xFFFF  # letters beyond the basic plane are held as one
_FAR = 1e9  # more than any distance in metres
_SORTED = 8  # times as many as are wanted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def folded(text: str) -> str:
    """Return a name as it is compared: without blanks, width and case.

    Full-width letters and figures are the usual ones, capital letters small.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(plain.split())


@dataclass(frozen=True, slots=True)
class Hits:
    """Which entries were found, the best first.

    Attributes:
        places: positions of entries.
        tiers: 0 the whole name, 1 its beginning, 2 within it.
        metres: distances to where was asked, 0 without.
    """

    places: Ints
    tiers: Ints
    metres: Floats


class NameIndex:
    """Names and where they are.

    Args:
        names: for each entry all names it is known by.
        longitude: (n,) degrees east, WGS 84.
        latitude: (n,) degrees north, WGS 84.
        order: (n,) the lower the sooner, before distance.
        starts: (n,) first days as proleptic ordinals.
        ends: (n,) last days.
    """

    def __init__(
        self,
        names: Sequence[Sequence[str]],
        *,
        longitude: Floats,
        latitude: Floats,
        order: Ints,
        starts: Ints,
        ends: Ints,
    ) -> None:
        known = [(place, folded(name)) for place, all_ in enumerate(names) for name in all_ if name]
        self._letters = _letters(_BREAK.join(["", *(name for _, name in known), ""]))
        self._starts = np.flatnonzero(self._letters == ord(_BREAK))[:-1] + 1
        self._entry = np.array([place for place, _ in known], np.int64)
        self._lengths = np.array([len(name) for _, name in known], np.int64)
        self._longitude, self._latitude = longitude, latitude
        self._order, self._first, self._last = order, starts, ends

    def __len__(self) -> int:
        return len(self._order)

    def find(
        self, text: str, *, day: int, near: tuple[float, float] | None = None, limit: int = 10
    ) -> Hits:
        """Return the entries in whose names a text stands, the best first.

        Whole names before beginnings before the rest; of these by `order`, then the nearer, or
        without a position the shorter.

        Args:
            text: as typed; blank finds nothing.
            day: proleptic ordinal of the day on which the entry must stand.
            near: degrees east and north, WGS 84.
            limit: the most to return.
        """
        wanted = _letters(folded(text)[:LONGEST])
        found = self._starts_of(wanted)
        names = np.searchsorted(self._starts, found, side="right") - 1
        places = self._entry[names]
        standing = (self._first[places] <= day) & (day <= self._last[places])
        found, names, places = found[standing], names[standing], places[standing]
        begins = found == self._starts[names]
        lengths = self._lengths[names]
        tiers = np.where(begins, np.where(lengths == len(wanted), EXACT, PREFIX), INSIDE)
        metres = self._metres(places, near)
        second = lengths if near is None else metres
        score = (tiers * (self._order.max(initial=0) + 1) + self._order[places]) * _FAR + second
        best = _best(score, lengths, places, limit)
        return Hits(places[best], tiers[best], metres[best])

    def _starts_of(self, wanted: NDArray[np.uint16]) -> Ints:
        """Return every position at which the letters stand one after the other."""
        if not len(wanted) or not len(self._letters):
            return np.zeros(0, np.int64)
        found: Ints = np.flatnonzero(self._letters == wanted[0])
        for shift, letter in enumerate(wanted[1:], start=1):
            found = found[found + shift < len(self._letters)]
            found = found[self._letters[found + shift] == letter]
        return found

    def _metres(self, places: Ints, near: tuple[float, float] | None) -> Floats:
        if near is None:
            return np.zeros(len(places))
        across = (self._longitude[places] - near[0]) * math.cos(math.radians(near[1]))
        distance: Floats = np.hypot(across, self._latitude[places] - near[1]) * METRES_PER_DEGREE
        return distance


def _letters(text: str) -> NDArray[np.uint16]:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return np.minimum(codes, _PLANE).astype(np.uint16)


def _best(score: Floats, lengths: Ints, places: Ints, limit: int) -> Ints:
    """Return the positions of the lowest scores, one of each place, the lowest first.

    Only as many are sorted as are needed: one sign may stand in every name.
    """
    most = _SORTED * limit
    while True:
        if most < len(score):
            some: Ints = np.argpartition(score, most)[:most]
        else:
            some = np.arange(len(score))
        some = some[np.lexsort((places[some], lengths[some], score[some]))]
        _, first = np.unique(places[some], return_index=True)
        if len(first) >= limit or most >= len(score):
            return some[np.sort(first)][:limit]
        most *= _SORTED
