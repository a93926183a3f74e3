"""Points located per second, against `geopandas.sjoin` on the same data in the same run."""

import gc
import json
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date

import geopandas
import numpy as np
import shapely

from gongzhi.places.rules import AreaView, CityMap, LayerView
from gongzhi.places.rules.citymap import FOREVER

SIDE = 100  # areas in a row and in a column
POINTS = 1_000_000
SINGLE = 20_000
RUNS = 3
DAY = date(2026, 1, 1)


def run(points: int = POINTS, side: int = SIDE, runs: int = RUNS) -> dict[str, float]:
    """Return the figures: seconds are medians, memory is the process's peak in megabytes."""
    shapes, lon, lat = areas(side), *positions(points)
    wkb = shapely.to_wkb(shapes)
    start_peak = peak_mb()
    cold = median(lambda: city_of(wkb).locate_many(lon, lat, on=DAY), runs)
    city = city_of(wkb)
    located = city.locate_many(lon, lat, on=DAY)
    warm = median(lambda: city.locate_many(lon, lat, on=DAY), runs)
    day = city.as_of(DAY)
    pairs = list(zip(lon[:SINGLE].tolist(), lat[:SINGLE].tolist(), strict=True))
    single = median(lambda: [day.locate(x, y) for x, y in pairs], runs) / len(pairs)
    own_peak = peak_mb()
    frame = geopandas.GeoDataFrame({"area": np.arange(len(shapes))}, geometry=shapes)
    spots = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(lon, lat))
    joined = {
        predicate: median(lambda p=predicate: join(spots, frame, p), runs)
        for predicate in ("intersects", "within")
    }
    join_peak = peak_mb()
    best = min(joined.values())
    return {
        "areas": len(shapes),
        "points": points,
        "sjoin intersects, s": joined["intersects"],
        "sjoin within, s": joined["within"],
        "locate_many with its first table, s": cold,
        "locate_many, s": warm,
        "sjoin, points/s": points / best,
        "locate_many with its first table, points/s": points / cold,
        "locate_many, points/s": points / warm,
        "times faster, first": best / cold,
        "times faster": best / warm,
        "locate, microseconds": single * 1e6,
        "points that agree, share": agreement(located.smallest, spots, frame),
        "peak before, MB": start_peak,
        "peak after locating, MB": own_peak,
        "peak after sjoin, MB": join_peak,
    }


def areas(side: int) -> np.ndarray:
    """Return side * side quadrangles with jittered corners, all valid."""
    rng = np.random.default_rng(20)
    x, y = np.meshgrid(np.linspace(120, 120.5, side + 1), np.linspace(36, 36.4, side + 1))
    shake = rng.uniform(-0.3, 0.3, (2, side + 1, side + 1))
    corners = np.stack([x + shake[0] * 0.5 / side, y + shake[1] * 0.4 / side], axis=-1)
    rings = np.stack(
        [corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2
    )
    return shapely.make_valid(shapely.polygons(rings.reshape(-1, 4, 2)))


def positions(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points over the city and a little beyond it."""
    rng = np.random.default_rng(21)
    return rng.uniform(119.99, 120.51, count), rng.uniform(35.99, 36.41, count)


def city_of(wkb: np.ndarray) -> CityMap:
    """Return a map of one layer, read as from the table."""
    shapes = shapely.from_wkb(wkb)
    layer = LayerView(1, "grid", "grid", "", "", 40, True)
    views = [
        AreaView(place + 1, "grid", f"{place:06}", "", "", None, "", "", "")
        for place in range(len(shapes))
    ]
    starts, ends = np.zeros(len(shapes), np.int64), np.full(len(shapes), FOREVER)
    return CityMap([layer], views, shapes, starts, ends)


def join(spots: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame, predicate: str) -> object:
    """Join as a program with geopandas would, with no index left from an earlier run."""
    fresh = geopandas.GeoDataFrame(geometry=spots.geometry.array.copy())
    against = geopandas.GeoDataFrame({"area": frame["area"]}, geometry=frame.geometry.array.copy())
    return geopandas.sjoin(fresh, against, how="left", predicate=predicate)


def agreement(
    found: np.ndarray, spots: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame
) -> float:
    """Return the share of points for which the join names the same area."""
    joined = geopandas.sjoin(spots, frame, how="left", predicate="intersects")
    first = joined.groupby(level=0)["area"].min().to_numpy()
    return float((np.where(np.isnan(first), -1, first + 1) == found).mean())


def median(deed: Callable[[], object], runs: int) -> float:
    """Return the median seconds of some runs."""
    seconds = []
    for _ in range(runs):
        gc.collect()
        began = time.perf_counter()
        deed()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def peak_mb() -> float:
    """Return the process's peak memory in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
