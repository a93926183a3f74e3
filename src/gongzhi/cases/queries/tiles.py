"""The cases of a map tile: one range of the index, gathered where they lie close together.

Far off, cases are counted by cells of the tile; near by, a case alone in its cell is told
by number; nearer still every case stands for itself. Whatever the zoom, one statement.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Value

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.quadkeys import DEPTH, tile_of
from gongzhi.kernel.tiles import EXTENT, PIXEL, Tile, prefix_shift

from ..access import visible_cases
from ..models import Case
from ..rules import ENDS, State
from .lists import CaseFilter, narrow

SINGLE_FROM = 14
"""From this zoom a case alone in its cell is told by itself."""

EACH_FROM = 17
"""From this zoom every case is told by itself, up to `MOST_POINTS` in a tile."""

MOST_POINTS = 2_000
FEW = 4
"""So many cases of one disc are told by themselves, if they lie apart."""

CLUSTERS = 3
"""A tile is halved so often for its clusters: 64 discs on 512 pixels."""

FINER = 2
"""Counting is by cells finer by so many halves, so that a disc lies where its cases lie."""

DISC = 40 * PIXEL
"""So far apart, in units of the tile, the middles of two discs lie."""

SOON = timedelta(hours=24)
CLOSED_DAYS = 30
WORST = ("broken", "soon", "running", "paused", "kept", "released")
"""Marks, the one that most wants attention first."""


class CasePoint(NamedTuple):
    """One case on the map.

    Attributes:
        x, y: units of the tile.
        mark: kept, running, soon, broken, paused or released.
        due_at: of the stage it is in; None for none.
    """

    x: int
    y: int
    number: str
    state: State
    mark: str
    category_code: str
    is_late: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseCluster:
    """Cases that lie close together.

    Attributes:
        x, y: units of the tile: where they lie on the average.
        count: how many.
        late: how many of them are open past their deadline.
        mark: the worst mark among them.
    """

    x: int
    y: int
    count: int
    late: int
    mark: str


@dataclass(frozen=True, slots=True)
class CasesInTile:
    """What a reader sees of the cases in one tile."""

    points: tuple[CasePoint, ...]
    clusters: tuple[CaseCluster, ...]


class _Cell(NamedTuple):
    """What is counted of one cell; the last five are of its case, if it holds but one."""

    cell: int
    cases: int
    late: int
    paused: int
    soon: int
    kept: int
    released: int
    number: str = ""
    state: str = ""
    category_code: str = ""
    due_at: datetime | None = None
    quadkey: int = -1


def tile_cases(
    viewer: Actor,
    z: int,
    x: int,
    y: int,
    *,
    at: datetime,
    narrowed: CaseFilter | None = None,
    with_closed: bool = False,
) -> CasesInTile:
    """Return the cases of a tile that `viewer` may see: those of the list, no others.

    One statement over one range of keys, and one more for what has ended. A tile of zoom 17 or
    more that holds more than 2,000 cases counts them after all, with as many statements again.

    Args:
        viewer: the reader.
        z: zoom; x: column; y: row of the tile.
        x: column, from 0 in the west.
        y: row, from 0 in the north.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        with_closed: also what ended within the last 30 days, as when the filter names a state
            in which a case has ended; otherwise only open cases.

    Raises:
        BadTile: there is no such tile.
    """
    tile = Tile(z, x, y)
    by = narrowed or CaseFilter()
    parts = {False: _open(viewer, tile, by, at)}
    if with_closed or ENDS.intersection(by.states):
        parts[True] = _ended(viewer, tile, by, at)
    if z >= EACH_FROM:
        points = tuple(one for rows in parts.values() for one in _each(rows, tile, at))
        if len(points) <= MOST_POINTS:
            return CasesInTile(points, ())
    return _gathered(parts, tile, at)


def _open(viewer: Actor, tile: Tile, by: CaseFilter, at: datetime) -> "QuerySet[Case]":
    low, high = tile.keys
    rows = visible_cases(viewer).filter(ended_at=None, quadkey__gte=low, quadkey__lt=high)
    return narrow(rows, by, at)


def _ended(viewer: Actor, tile: Tile, by: CaseFilter, at: datetime) -> "QuerySet[Case]":
    """Return what ended of late in a tile.

    Far off that is less than ever happened there, near by it is more: the sum keeps SQLite
    from looking for the place first.
    """
    low, high = tile.keys
    rows = visible_cases(viewer).filter(ended_at__gte=at - timedelta(days=CLOSED_DAYS))
    if tile.z < SINGLE_FROM:
        place = ExpressionWrapper(F("quadkey") + 0, BigIntegerField())
        rows = rows.alias(place=place).filter(place__gte=low, place__lt=high)
    else:
        rows = rows.filter(quadkey__gte=low, quadkey__lt=high)
    return narrow(rows, by, at)


def mark_of(state: str, due_at: datetime | None, *, is_open: bool, at: datetime) -> str:
    """Return the mark of a case: kept, running, soon, broken, paused or released."""
    if not is_open:
        return "kept" if state == State.CLOSED else "released"
    if due_at is not None and due_at < at:
        return "broken"
    if state == State.SUSPENDED:
        return "paused"
    return "soon" if due_at is not None and due_at < at + SOON else "running"


_ONE = ("number", "state", "category_code", "due_at", "quadkey")


def _each(rows: "QuerySet[Case]", tile: Tile, at: datetime) -> tuple[CasePoint, ...]:
    """Return every case, and one more than are shown where there are too many."""
    found = rows.order_by("quadkey").values_list(*_ONE, "ended_at")[: MOST_POINTS + 1]
    return tuple(_point(tile, row[:-1], row[-1] is None, at) for row in found)


def _point(tile: Tile, row: tuple[Any, ...], is_open: bool, at: datetime) -> CasePoint:
    number, state, category, due_at, key = row
    x, y = _units(tile, key, DEPTH)
    mark = mark_of(state, due_at, is_open=is_open, at=at)
    return CasePoint(x, y, number, State(state), mark, category, mark == "broken", due_at)


def _units(tile: Tile, key: int, depth: int) -> tuple[int, int]:
    """Return where in a tile the middle of a cell lies, in whole units."""
    column, row = tile_of(key, depth)
    side = EXTENT / (1 << depth - tile.z)
    across, down = column - (tile.x << depth - tile.z), row - (tile.y << depth - tile.z)
    return int((across + 0.5) * side), int((down + 0.5) * side)


def _gathered(parts: "dict[bool, QuerySet[Case]]", tile: Tile, at: datetime) -> CasesInTile:
    """Return the cases by the cells of a tile, those that lie apart by themselves.

    Args:
        parts: the cases, by whether they have ended.
        tile: the tile.
        at: the moment of judgement.
    """
    depth = min(tile.z + CLUSTERS + FINER, DEPTH)
    is_near = tile.z >= SINGLE_FROM
    counted = [
        cell
        for ended, rows in parts.items()
        for cell in _counted(rows, depth, at, are_ended=ended, with_one=is_near)
    ]
    where = _middles(tile, [cell.cell for cell in counted], depth)
    discs: dict[int, list[_Cell]] = defaultdict(list)
    for cell in counted:
        discs[cell.cell >> 2 * FINER].append(cell)
    points: list[CasePoint] = []
    clusters: list[list[_Cell]] = []
    for cells in discs.values():
        if is_near and len(cells) <= FEW and all(one.cases == 1 for one in cells):
            points += (_single(tile, one, at) for one in cells)
        else:
            clusters.append(cells)
    return CasesInTile(tuple(points), _apart(clusters, where))


def _middles(tile: Tile, cells: list[int], depth: int) -> dict[int, tuple[int, int]]:
    """Return where in a tile the middles of cells lie, in whole units, by cell; all at once."""
    keys = np.array(cells, np.int64)
    column, row = tile_of(keys << prefix_shift(depth), depth)
    side, below = EXTENT / (1 << depth - tile.z), depth - tile.z
    x = ((column - (tile.x << below) + 0.5) * side).astype(np.int64)
    y = ((row - (tile.y << below) + 0.5) * side).astype(np.int64)
    return dict(zip(cells, zip(x.tolist(), y.tolist(), strict=True), strict=True))


def _apart(groups: list[list[_Cell]], where: dict[int, tuple[int, int]]) -> tuple[CaseCluster, ...]:
    """Return the discs of groups of cells; where two would overlap, the larger takes both."""
    kept: list[tuple[CaseCluster, list[_Cell]]] = []
    first = sorted(groups, key=lambda cells: -sum(one.cases for one in cells))
    for cells in first:
        disc = _cluster(cells, where)
        for place, (other, theirs) in enumerate(kept):
            if math.hypot(disc.x - other.x, disc.y - other.y) < DISC:
                both = [*theirs, *cells]
                kept[place] = _cluster(both, where), both
                break
        else:
            kept.append((disc, cells))
    return tuple(disc for disc, _ in kept)


def _open_figures(at: datetime) -> dict[str, Any]:
    """Return what is counted of open cases: the marks are those of `mark_of`, said in SQL.

    The column `ended_at` must not occur: the index of open cases does not hold it.
    """
    held = Q(state=State.SUSPENDED.value)
    in_time = Q(due_at=None) | Q(due_at__gte=at)
    return {
        "cases": Count("quadkey"),
        "late": Count("quadkey", filter=Q(due_at__lt=at)),
        "paused": Count("quadkey", filter=held & in_time),
        "soon": Count("quadkey", filter=~held & Q(due_at__gte=at, due_at__lt=at + SOON)),
        "kept": Value(0),
        "released": Value(0),
    }


_ENDED_FIGURES: Mapping[str, Any] = {
    "cases": Count("quadkey"),
    "late": Value(0),
    "paused": Value(0),
    "soon": Value(0),
    "kept": Count("quadkey", filter=Q(state=State.CLOSED.value)),
    "released": Count("quadkey", filter=~Q(state=State.CLOSED.value)),
}


def _counted(
    rows: "QuerySet[Case]", depth: int, at: datetime, *, are_ended: bool, with_one: bool
) -> list[_Cell]:
    """Return what is counted of each cell of a depth.  One statement.

    Without `with_one` all that is asked for stands in the index.
    """
    figures = _ENDED_FIGURES if are_ended else _open_figures(at)
    # Of one case the greatest is its own.
    ones = {f"the_{name}": Max(name) for name in _ONE} if with_one else {}
    cells = rows.annotate(cell=F("quadkey").bitrightshift(prefix_shift(depth)))
    counted = cells.order_by().values("cell").annotate(**figures, **ones)
    return [_Cell(*row) for row in counted.values_list("cell", *figures, *ones)]


def _single(tile: Tile, cell: _Cell, at: datetime) -> CasePoint:
    row = (cell.number, cell.state, cell.category_code, cell.due_at, cell.quadkey)
    return _point(tile, row, not (cell.kept or cell.released), at)


def _cluster(cells: list[_Cell], where: dict[int, tuple[int, int]]) -> CaseCluster:
    """Return the disc of some cells, where their cases lie on the average."""
    count = sum(one.cases for one in cells)
    x = sum(where[one.cell][0] * one.cases for one in cells) // count
    y = sum(where[one.cell][1] * one.cases for one in cells) // count
    return CaseCluster(x, y, count, sum(one.late for one in cells), _worst(cells))


def _worst(cells: list[_Cell]) -> str:
    """Return the mark that most wants attention among the cases of some cells."""
    total = [sum(figures) for figures in zip(*(one[1:7] for one in cells), strict=True)]
    count, late, paused, soon, kept, released = total
    running = count - late - paused - soon - kept - released
    marks = zip(WORST, (late, soon, running, paused, kept, released), strict=True)
    return next(mark for mark, many in marks if many)
