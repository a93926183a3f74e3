"""The same answer for many places at once: one resolution for each distinct key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from .answers import Answer
from .resolution import Question, resolve
from .shapes import AreaLike, Ids, LocatedLike
from .world import World


@dataclass(frozen=True, slots=True)
class Spot:
    """One of many points, as a location."""

    areas: Mapping[str, AreaLike]
    smallest: AreaLike | None


def resolve_many(
    world: World, category_codes: Sequence[str], located: LocatedLike, *, on: date
) -> list[Answer]:
    """Return who answers for each row; equal keys share one answer.

    A key is the category, the smallest administrative area, and the areas of the
    layers that have a level or a duty.

    Args:
        world: the index.
        category_codes: (n,) codes of the book, or "".
        located: n points.
        on: the day, for all rows.

    Raises:
        CategoryUnknown: the book has no category of some row.
        NoFallback: nobody answers for some row and the fallback party does not exist.
    """
    if not len(category_codes):
        return []
    columns = [_numbered(category_codes), located.smallest]
    columns += [ids for layer, ids in located.area_ids.items() if _counts(world, located, layer)]
    first, inverse = distinct(columns)
    answers = [
        resolve(Question(world, category_codes[row], _spot(located, row), on))
        for row in first.tolist()
    ]
    return [answers[key] for key in inverse.tolist()]


def distinct(columns: Sequence[Ids]) -> tuple[Ids, Ids]:
    """Return the first row of each distinct combination, and each row's combination.

    Args:
        columns: at least one array, all of one length n.

    Returns:
        (k,) rows, and (n,) numbers from 0 to k - 1.
    """
    key = np.zeros(len(columns[0]), dtype=np.int64)
    first = key[:1]
    for column in columns:
        values, numbers = np.unique(column, return_inverse=True)
        if len(values) > 1:
            _, first, key = np.unique(
                key * len(values) + numbers, return_index=True, return_inverse=True
            )
    return first, key


def _numbered(codes: Sequence[str]) -> Ids:
    numbers: dict[str, int] = {}
    found = (numbers.setdefault(code, len(numbers)) for code in codes)
    return np.fromiter(found, dtype=np.int64, count=len(codes))


def _counts(world: World, located: LocatedLike, layer: str) -> bool:
    if layer in world.duty_layers:
        return True
    ids = located.area_ids[layer]
    here = ids[ids >= 0]
    return bool(len(here)) and bool(located.area(int(here[0])).level)


def _spot(located: LocatedLike, row: int) -> Spot:
    found = {layer: int(ids[row]) for layer, ids in located.area_ids.items()}
    smallest = int(located.smallest[row])
    return Spot(
        areas={layer: located.area(id) for layer, id in found.items() if id >= 0},
        smallest=located.area(smallest) if smallest >= 0 else None,
    )
