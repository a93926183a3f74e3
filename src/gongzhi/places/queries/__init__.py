"""Where things are and what they are called: points in areas, areas in their tree, names, codes."""

from ..rules import AreaView, LayerView, LocatedMany, Location
from ..rules.basemap import Extent
from .codes import (
    ServiceCodeView,
    plates_of_areas,
    service_code,
    service_codes,
    to_be_coded,
)
from .finding import FoundPlace, find_places
from .locating import (
    FacilityView,
    ancestors,
    area,
    area_by_code,
    area_tree,
    areas,
    areas_by_code,
    children_of,
    facilities_by_code,
    facility,
    facility_near,
    layers,
    locate,
    locate_many,
    path_of_code,
    shape_of,
    the_map,
)
from .showing import base_tag, base_tile, map_extent, outline, shown_layers

__all__ = [
    "AreaView",
    "Extent",
    "FacilityView",
    "FoundPlace",
    "LayerView",
    "LocatedMany",
    "Location",
    "ServiceCodeView",
    "ancestors",
    "area",
    "area_by_code",
    "area_tree",
    "areas",
    "areas_by_code",
    "base_tag",
    "base_tile",
    "children_of",
    "facilities_by_code",
    "facility",
    "facility_near",
    "find_places",
    "layers",
    "locate",
    "locate_many",
    "map_extent",
    "outline",
    "path_of_code",
    "plates_of_areas",
    "service_code",
    "service_codes",
    "shape_of",
    "shown_layers",
    "the_map",
    "to_be_coded",
]
