"""Which areas have boards, and what they are called in addresses."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView

from ..rules import WHOLE, NoSuchBoard, board_name, parts_of


@dataclass(frozen=True, slots=True)
class Place:
    """The area of a board; without one, the whole city.

    Attributes:
        name: in an address.
        path: of the area; blank for the whole city.
        area: None for the whole city.
    """

    name: str
    path: str
    area: AreaView | None


def whole_city() -> Place:
    """Return the place of the whole city."""
    return Place(WHOLE, "", None)


def place_of(area: AreaView) -> Place:
    """Return the place of an area."""
    return Place(board_name(area.layer, area.code), area.path, area)


def place_called(name: str) -> Place:
    """Return the place with this name; a bare code means the coarsest area that bears it.

    Raises:
        NoSuchBoard: there is none.
    """
    if name == WHOLE:
        return whole_city()
    layer, code = parts_of(name)
    for one in places.layers():
        if one.is_administrative and layer in {"", one.code}:
            found = places.areas_by_code(one.code).get(code)
            if found is not None:
                return place_of(found)
    # A bare code may hold a dot itself.
    if layer and (path := places.path_of_code(name)) is not None:
        return _of_path(path)
    raise NoSuchBoard(area=name[:40])


def _of_path(path: str) -> Place:
    return next(place_of(one) for one in places.the_map().areas if one.path == path)


def place_at(path: str) -> Place | None:
    """Return the place of a path; None for none."""
    if not path:
        return whole_city()
    found = (place_of(one) for one in places.the_map().areas if one.path == path)
    return next(found, None)


def places_below(path: str, *, at: datetime) -> tuple[Place, ...]:
    """Return the parts of an area: the nearest level below it that has more than one."""
    step = 5  # characters of a path for each level
    tree = places.area_tree(path, at=at)
    deepest = max((len(one.path) for one in tree), default=0)
    for length in range(len(path) + step, deepest + 1, step):
        parts = [one for one in tree if len(one.path) == length]
        if len(parts) > 1 or length == deepest:
            return tuple(place_of(one) for one in parts)
    return ()
