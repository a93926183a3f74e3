"""Every change of the map: layers, areas, facilities, and their import."""

from gongzhi.places.rules.codes import NewCode
from gongzhi.places.rules.drawing import Drawn, ImportReport, NewArea, NewFacility, Placed

from .areas import classify_area, draw_area, draw_areas, rename_area, retire_area
from .codes import make_code, make_codes, retire_code
from .facilities import import_facilities, place_facilities, place_facility
from .importing import import_geojson
from .layers import define_layer

__all__ = [
    "Drawn",
    "ImportReport",
    "NewArea",
    "NewCode",
    "NewFacility",
    "Placed",
    "classify_area",
    "define_layer",
    "draw_area",
    "draw_areas",
    "import_facilities",
    "import_geojson",
    "make_code",
    "make_codes",
    "place_facilities",
    "place_facility",
    "rename_area",
    "retire_area",
    "retire_code",
]
