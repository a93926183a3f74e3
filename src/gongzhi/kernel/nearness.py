"""What lies near a point: index ranges to look in, and distances to drop the rest by.

The earth is taken as a sphere, which is right to half a per cent: enough to say
whether two reports may be about the same thing.
"""

import math

from .quadkeys import quadkey, tile_of, tile_range

RADIUS_M = 6_371_008.8  # mean radius of the earth, metres; source: IUGG
METRES_PER_DEGREE = math.radians(RADIUS_M)  # along a meridian
EQUATOR_M = 360 * METRES_PER_DEGREE
DEEPEST_ZOOM = 31
LEAST_SHRINK = 0.05  # beyond 87 degrees of latitude, tiles stop shrinking


def metres_between(
    longitude: float, latitude: float, other_longitude: float, other_latitude: float
) -> float:
    """Return the distance of two near points in metres.

    Args:
        longitude: degrees east, WGS 84; likewise `other_longitude`.
        latitude: degrees north, WGS 84; likewise `other_latitude`.
        other_longitude: of the other point.
        other_latitude: of the other point.
    """
    across = (other_longitude - longitude) * math.cos(math.radians((latitude + other_latitude) / 2))
    return math.hypot(across, other_latitude - latitude) * METRES_PER_DEGREE


def ranges_around(longitude: float, latitude: float, *, radius_m: float) -> list[tuple[int, int]]:
    """Return at most four ranges of quadkeys that hold everything within a radius.

    They hold more: what lies beyond is to be dropped by `metres_between`.

    Args:
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        radius_m: metres on the ground, above 0.

    Returns:
        (low, high) pairs, low inclusive and high exclusive, ascending.
    """
    shrink = max(math.cos(math.radians(latitude)), LEAST_SHRINK)
    zoom = math.floor(math.log2(EQUATOR_M * shrink / max(2 * radius_m, 1.0)))
    zoom = min(max(zoom, 0), DEEPEST_ZOOM)
    up = radius_m / METRES_PER_DEGREE
    across = up / shrink
    tiles = {
        tile_of(quadkey(x, y), zoom)
        for x in (longitude - across, longitude + across)
        for y in (latitude - up, latitude + up)
    }
    return sorted(tile_range(zoom, *tile) for tile in tiles)
