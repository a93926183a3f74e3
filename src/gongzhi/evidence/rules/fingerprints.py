"""Perceptual fingerprints: numbers that stay nearly the same when a picture is saved anew.

Rule version 1; worked numbers: `docs/explanation/photos.md`.

Source: the difference hash ("dHash") as described by N. Krawetz, "Kind of Like That", The
Hacker Factor Blog, 2013; written anew.  Looking up by equal parts: the pigeonhole
principle, as in G. S. Manku, A. Jain, A. Das Sarma, "Detecting Near-Duplicates for Web
Crawling", WWW 2007.
"""

from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .pictures import upright

NEAR_BITS = 3  # of 64 that may differ; below the number of bands, so that none is missed
NEAR_COLOUR = 40  # of 255 by which each mean colour may differ
BANDS = 4
_BAND_BITS = 16
_BITS = 64
_ROWS, _COLUMNS = 8, 9
_EDGE = 144  # pixels to which a picture is made small first
_LEAST_STEP = 3  # of 255 from a mean to the next; else saving anew decides in even parts
_PLAIN_CONTRAST = 12  # of 255; below it noise decides the bits
_FEWEST_BITS = 4  # set, or not set; a mere gradient has fewer


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a picture looks like, in 64 bits and a mean colour."""

    bits: int  # 0 to 2**64 - 1; the upper left comparison is the highest bit
    colour: int  # 0xRRGGBB

    @property
    def signed(self) -> int:
        """Return the bits as databases keep them, in two's complement."""
        return self.bits - (self.bits >> (_BITS - 1) << _BITS)

    @property
    def bands(self) -> tuple[int, int, int, int]:
        """Return the four quarters of the bits, lowest first, each minus 32,768."""
        first, second, third, fourth = (
            (self.bits >> (_BAND_BITS * place) & 0xFFFF) - 0x8000 for place in range(BANDS)
        )
        return first, second, third, fourth


def from_signed(signed: int, colour: int) -> Fingerprint:
    """Return a fingerprint from the way databases keep it."""
    return Fingerprint(signed & (1 << _BITS) - 1, colour)


def fingerprint(stream: IO[bytes]) -> Fingerprint | None:
    """Return the fingerprint of a picture; None when it shows too little to be told apart.

    Raises:
        NoPreview: it cannot be decoded.
    """
    return fingerprint_of(upright(stream, edge=_EDGE))


def fingerprint_of(picture: Image.Image) -> Fingerprint | None:
    """Return the fingerprint of pixels (RGB, upright).

    The picture becomes 9 by 8 means of grey; each bit says whether a mean is brighter by
    at least three greys than its neighbour to the left, row by row from above.
    """
    grey = np.asarray(picture.convert("L"), dtype=np.float64)
    means = _means(grey)
    differences = means[:, 1:] - means[:, :-1] >= _LEAST_STEP
    if np.ptp(means) < _PLAIN_CONTRAST:
        return None
    if not _FEWEST_BITS < int(differences.sum()) < _BITS - _FEWEST_BITS:
        return None
    bits = int.from_bytes(np.packbits(differences).tobytes(), "big")
    red, green, blue = np.asarray(picture).reshape(-1, 3).mean(axis=0).round().astype(int)
    return Fingerprint(bits, int(red) << 16 | int(green) << 8 | int(blue))


def _means(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 8 rows of 9 means of equal parts; a part smaller than a pixel takes its share.

    Sums up to each edge are interpolated, so that every pixel weighs the same.
    """
    down = _shares(grey, _ROWS)
    return _shares(down.T, _COLUMNS).T


def _shares(grey: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    length = grey.shape[0]
    sums = np.vstack([np.zeros(grey.shape[1]), np.cumsum(grey, axis=0)])
    edges = np.linspace(0, length, parts + 1)
    low = np.minimum(edges.astype(int), length - 1)
    at_edges = sums[low] + (edges - low)[:, None] * grey[low]
    means: NDArray[np.float64] = np.diff(at_edges, axis=0) * parts / length
    return means


def distance(one: Fingerprint, other: Fingerprint) -> int:
    """Return how many of the 64 bits differ."""
    return (one.bits ^ other.bits).bit_count()


def are_near(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether two pictures look the same: few bits differ, and the colours little."""
    if distance(one, other) > NEAR_BITS:
        return False
    return all(
        abs((one.colour >> shift & 255) - (other.colour >> shift & 255)) <= NEAR_COLOUR
        for shift in (16, 8, 0)
    )
