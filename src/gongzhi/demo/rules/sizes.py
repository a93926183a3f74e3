"""How big a demonstration may be: counts of everything, for four sizes."""

# ruff: noqa: E501 - a table is read by its rows.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from gongzhi.kernel.refusals import Invalid

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class UnknownSize(Invalid):
    """There is no demonstration city of that size."""

    code = "demo.unknown_size"


@dataclass(frozen=True, slots=True)
class Size:
    """The counts that a city of one size keeps exactly, whatever the seed.

    Attributes:
        code: `tiny` (for trials), `small`, `medium` or `large`.
        lots: contract lots (标段); each lies in one district and holds whole streets.
        stations: governance service stations (治理服务站), one or two in a community.
        station_heads: posts of 站长; stations beyond that share a neighbour's head.
        lane_stewards: posts of 街巷长; each keeps one or more roads of its street.
        built_share: share of courtyards whose buildings are drawn one by one, 0 to 1.
        area_km2: land and river inside the coast, square kilometres.
        river_m: width of the river, metres.
        days: length of the history that is lived, natural days.
        cases: reports in that history, about.
        residents: people with an account and without a post.
    """

    code: str
    districts: int
    lots: int
    streets: int
    communities: int
    stations: int
    sectors: int
    grids: int
    blocks: int
    courtyards: int
    station_heads: int
    lane_stewards: int
    built_share: float
    frontages: int
    facilities: int
    area_km2: float
    river_m: float
    days: int
    cases: int
    residents: int


_FIGURES = (
    Size("tiny", 2, 2, 2, 4, 5, 6, 14, 56, 36, 4, 12, 0.3, 24, 240, 2.0, 40, 12, 60, 6),
    Size("small", 2, 4, 6, 30, 36, 54, 150, 620, 420, 34, 106, 0.7, 260, 1_500, 13.0, 70, 60, 1_200, 24),
    Size("medium", 4, 10, 24, 200, 243, 361, 1_010, 4_100, 2_790, 228, 706, 0.2, 1_600, 12_000, 100.0, 140, 90, 8_000, 80),
    # The proportions of a large coastal city.  Source: standards.md 6.2.
    Size("large", 10, 33, 93, 947, 1_152, 1_708, 4_780, 19_200, 13_200, 1_080, 3_345, 0.05, 7_000, 50_000, 560.0, 260, 120, 40_000, 300),
)  # fmt: skip
SIZES: Mapping[str, Size] = MappingProxyType({size.code: size for size in _FIGURES})


def size_of(code: str) -> Size:
    """Return the size called `code`.

    Raises:
        UnknownSize: there is none of that name.
    """
    if code not in SIZES:
        raise UnknownSize(size=code, known=", ".join(SIZES))
    return SIZES[code]


def apportion(total: int, weights: Sequence[float] | Floats, *, at_least: int = 1) -> list[int]:
    """Return whole shares of `total` in proportion to `weights`, none below `at_least`.

    The largest remainders are rounded up, so the sum is `total` exactly.

    Args:
        total: at least `at_least` times the number of weights.
        weights: positive numbers, one for each share.
        at_least: what each share gets before the rest is divided.
    """
    scale = np.asarray(weights, dtype=np.float64)
    rest = total - at_least * len(scale)
    exact = scale / scale.sum() * rest
    shares = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[: rest - int(shares.sum())]] += 1
    return [int(share) + at_least for share in shares]
