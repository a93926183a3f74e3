"""A table of cells over one layer, so that most points need no geometry at all."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]

NOTHING = -1
ASK = -2  # a border runs through the cell, or areas overlap there: ask the geometry
CELLS_PER_AREA = 256
FEWEST, MOST = 4_096, 4_194_304
_PAD = 1e-6  # of a cell; far above rounding, far below a metre


@dataclass(frozen=True, slots=True)
class CellTable:
    """Which area covers a whole cell of a regular grid over the box of a layer.

    Attributes:
        west: degrees east of the grid's left edge.
        south: degrees north of its lower edge.
        columns: cells from west to east.
        rows: cells from south to north.
        per_degree: cells in a degree, eastward and northward.
        labels: (rows * columns,) position of the area, `NOTHING` or `ASK`.
    """

    west: float
    south: float
    columns: int
    rows: int
    per_degree: tuple[float, float]
    labels: NDArray[np.int32]

    def look_up(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """Return the label of each point's cell; `NOTHING` beyond the grid."""
        across = (lon - self.west) * self.per_degree[0]
        up = (lat - self.south) * self.per_degree[1]
        inside = (across >= 0) & (across < self.columns) & (up >= 0) & (up < self.rows)
        if inside.all():
            cells = up.astype(np.int32) * np.int32(self.columns) + across.astype(np.int32)
            return self.labels.take(cells)
        found = np.full(lon.size, NOTHING, np.int32)
        cells = up[inside].astype(np.int32) * self.columns + across[inside].astype(np.int32)
        found[inside] = self.labels[cells]
        return found


def cell_table(shapes: Shapes, tree: shapely.STRtree) -> CellTable:
    """Build the table of one layer.

    Borders are drawn into the grid; between two borders of a row all cells lie in
    the same areas, so one question to the geometry answers the whole run.

    Args:
        shapes: the prepared areas of the layer, longitude and latitude in degrees.
        tree: the search tree over them.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    columns, rows = _size(len(shapes), east - west, north - south, (south + north) / 2)
    margin = 1e-9 + 1e-7 * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    per_degree = columns / (east - west), rows / (north - south)
    border = _border_cells(shapes, (west, south), per_degree, (rows, columns))
    labels = np.full(rows * columns, ASK, np.int32)
    starts = ~border
    starts[:, 1:] &= border[:, :-1]
    first_row, first_column = np.nonzero(starts)
    lon = west + (first_column + 0.5) / per_degree[0]
    lat = south + (first_row + 0.5) / per_degree[1]
    run_labels = _labels_of(shapes, tree, lon, lat)
    free = ~border.ravel()
    labels[free] = run_labels[np.cumsum(starts.ravel(), dtype=np.int32)[free] - 1]
    return CellTable(float(west), float(south), columns, rows, per_degree, labels)


def hits(shapes: Shapes, tree: shapely.STRtree, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
    """Return pairs (point, area) of every area that a point lies in or on, by point, then area.

    Args:
        shapes: prepared areas.
        tree: the search tree over them.
        lon: degrees east.
        lat: degrees north.
    """
    point, area = tree.query(shapely.points(lon, lat))
    kept = shapely.intersects_xy(shapes[area], lon[point], lat[point])
    point, area = point[kept], area[kept]
    order = np.lexsort((area, point))
    return point[order], area[order]


def _labels_of(shapes: Shapes, tree: shapely.STRtree, lon: Floats, lat: Floats) -> Ints:
    labels = np.full(lon.size, NOTHING, np.int64)
    point, area = hits(shapes, tree, lon, lat)
    labels[point] = area
    labels[np.bincount(point, minlength=lon.size) > 1] = ASK
    return labels


def _size(areas: int, width: float, height: float, latitude: float) -> tuple[int, int]:
    """Return (columns, rows) of about square cells, some hundred to an area."""
    cells = min(max(areas * CELLS_PER_AREA, FEWEST), MOST)
    width = max(width * math.cos(math.radians(latitude)), 1e-9)
    ratio = min(max(width / max(height, 1e-9), 1 / 64), 64)
    columns = max(1, round(math.sqrt(cells * ratio)))
    return columns, max(1, cells // columns)


def _border_cells(
    shapes: Shapes,
    corner: tuple[float, float],
    per_degree: tuple[float, float],
    size: tuple[int, int],
) -> NDArray[np.bool_]:
    """Return (rows, columns) marks of every cell that a ring touches."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    points = (points - np.array(corner)) * np.array(per_degree)
    joined = ring[1:] == ring[:-1]
    begin, end = points[:-1][joined], points[1:][joined]
    backward = begin[:, 0] > end[:, 0]
    begin[backward], end[backward] = end[backward], begin[backward].copy()
    marks = np.zeros(size, np.bool_)
    for part in range(0, len(begin), 200_000):
        _mark(marks, begin[part : part + 200_000], end[part : part + 200_000])
    return marks


def _mark(marks: NDArray[np.bool_], begin: Floats, end: Floats) -> None:
    """Mark the cells of segments that run eastward, column by column, generously."""
    rows, columns = marks.shape
    segment, column = _spread(begin[:, 0], end[:, 0], columns)
    x0, y0, x1, y1 = begin[segment, 0], begin[segment, 1], end[segment, 0], end[segment, 1]
    run = x1 - x0
    slope = np.divide(y1 - y0, run, out=np.zeros_like(run), where=run > 0)
    enter = y0 + slope * (np.clip(column - _PAD, x0, x1) - x0)
    leave = np.where(run > 0, y0 + slope * (np.clip(column + 1 + _PAD, x0, x1) - x0), y1)
    which, row = _spread(np.minimum(enter, leave), np.maximum(enter, leave), rows)
    marks[row, column[which]] = True


def _spread(low: Floats, high: Floats, most: int) -> tuple[Ints, Ints]:
    """Return (index, cell) for every cell that each interval low..high touches."""
    first = np.clip(np.floor(low - _PAD), 0, most - 1).astype(np.int64)
    last = np.clip(np.floor(high + _PAD), 0, most - 1).astype(np.int64)
    counts = last - first + 1
    index = np.repeat(np.arange(len(first)), counts)
    offset = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)
    return index, first[index] + offset
