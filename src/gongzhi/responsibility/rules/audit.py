"""The audit of the map: places for which nobody answers, and rows that contradict."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from .many import Spot
from .resolution import Question, is_answered
from .shapes import AreaLike
from .world import DutyRow, World


@dataclass(frozen=True, slots=True)
class Void:
    """For this category nobody but the fallback party answers in this area."""

    area_id: int
    category_code: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Several parties answer first for one category in one area.

    Attributes:
        area_id: None for the whole city.
        duty_ids: ascending; at least two.
    """

    area_id: int | None
    category_code: str
    duty_ids: tuple[int, ...]


def voids(
    world: World,
    lines: Iterable[Sequence[AreaLike]],
    *,
    category_codes: Sequence[str],
    on: date,
) -> Iterator[Void]:
    """Yield the categories that only the fallback party answers for, area by area.

    Where a party answers for every category nothing else is asked, so a map
    without voids costs one resolution for each area.

    Args:
        world: the index.
        lines: for each area itself and the areas above it, self first.
        category_codes: categories to ask for.
        on: the day.
    """
    for line in lines:
        spot = Spot({area.layer: area for area in line}, line[0])
        if is_answered(Question(world, "", spot, on)):
            continue
        for code in category_codes:
            if not is_answered(Question(world, code, spot, on)):
                yield Void(line[0].id, code)


def overlaps(world: World, *, on: date) -> list[Overlap]:
    """Return where two rows of rank 1 hold for the same area and category on a day."""
    found: defaultdict[tuple[int | None, str], list[DutyRow]] = defaultdict(list)
    for row in chain.from_iterable(world.duties.values()):
        if row.rank == 1 and row.holds_on(on):
            found[row.area_id, row.category_code].append(row)
    return [
        Overlap(area_id, code, tuple(sorted(row.id for row in rows)))
        for (area_id, code), rows in found.items()
        if len({(row.organisation_id, row.post_id) for row in rows}) > 1
    ]
