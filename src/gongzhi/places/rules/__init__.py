"""The pure part of places: paths, refusals, the city map, shapes and how they are read."""

from .citymap import (
    NOWHERE,
    AreaView,
    CityMap,
    LayerView,
    LocatedMany,
    Location,
    MapOfDay,
)
from .paths import PATH_WIDTH, path_of, path_range
from .refusals import (
    AreaHasParts,
    AreaTooSmall,
    BadDates,
    BadName,
    BadShape,
    BadSource,
    LayerInUse,
    NoSuchArea,
    NoSuchFacility,
    NoSuchLayer,
    NotMapKeeper,
    OutsideParent,
    TooManyLayers,
)

LEDGER_KINDS = frozenset(
    {
        "layer.defined",
        "layer.changed",
        "area.drawn",
        "area.redrawn",
        "area.renamed",
        "area.moved",
        "area.classified",
        "area.retired",
        "facility.placed",
        "facility.changed",
    }
)

__all__ = [
    "LEDGER_KINDS",
    "NOWHERE",
    "PATH_WIDTH",
    "AreaHasParts",
    "AreaTooSmall",
    "AreaView",
    "BadDates",
    "BadName",
    "BadShape",
    "BadSource",
    "CityMap",
    "LayerInUse",
    "LayerView",
    "LocatedMany",
    "Location",
    "MapOfDay",
    "NoSuchArea",
    "NoSuchFacility",
    "NoSuchLayer",
    "NotMapKeeper",
    "OutsideParent",
    "TooManyLayers",
    "path_of",
    "path_range",
]
