"""What people read about the map."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongzhi.accounts.words import ROLES

REFUSALS: Mapping[str, Promise] = {
    "places.no_such_layer": _(
        "The map has no layer %(layer)s. Define it first, or use one of these: %(known)s."
    ),
    "places.unknown_look": _(
        "Maps cannot show a layer as “%(look)s”. Use one of these: %(known)s; or nothing, then it"
        " is shown by what it is."
    ),
    "places.bad_zoom": _(
        "%(zoom)s is no zoom of the map. Use a whole number from 0, the world, to %(most)s."
    ),
    "places.no_such_area": _(
        "The layer %(layer)s has no area %(code)s. Draw it first, or check the code."
    ),
    "places.no_such_facility": _("There is no facility %(code)s. Check the code."),
    "places.no_such_code": _(
        "No plate bears the service code %(code)s. Check it, letter by letter; 0, 1, I, L and O"
        " never occur. You can also report without it."
    ),
    "places.code_retired": _(
        "The plate with the service code %(code)s is no longer in use. You can report without it."
    ),
    "places.code_taken": _(
        "The service code %(code)s stands for something else already. Retire that one first, or"
        " leave the code out to get a new one."
    ),
    "places.code_for_nothing": _(
        "A service code stands for one thing: name a facility, or an area, or a point."
    ),
    "places.bad_service_code": _("“%(code)s” is no service code. Leave it out to get a new one."),
    "places.no_such_body": _(
        "The column %(column)s names the organisation %(code)s, which does not exist."
        " Import the organisation chart first, or check the code."
    ),
    "places.not_map_keeper": _(
        "Drawing on the map is for the keepers of the map; you act as %(role)s."
        " Ask a keeper of the map, or the system administrator."
    ),
    "places.bad_shape": _("The shape is no sound area. Draw it anew."),
    "places.no_geometry": _("The feature has no geometry. Draw its outline."),
    "places.wrong_type": _(
        "An area must be a Polygon or a MultiPolygon; this is a %(kind)s. Draw an outline instead."
    ),
    "places.no_rings": _("The polygon holds no rings of positions. Draw its outline anew."),
    "places.open_ring": _(
        "Ring %(ring)s is not closed: it stops at %(longitude)s, %(latitude)s and does not return"
        " to its first position. Repeat the first position at its end, or import with --repair."
    ),
    "places.short_ring": _(
        "Ring %(ring)s has too few positions. A ring needs at least four, the last like the first."
    ),
    "places.not_numbers": _(
        "Ring %(ring)s holds something that is no pair of numbers. Write longitude and latitude"
        " in degrees."
    ),
    "places.zero_position": _(
        "%(count)s positions are 0, 0, an empty field rather than a place. Remove or correct them."
    ),
    "places.swapped_positions": _(
        "Longitude and latitude seem to be swapped, as in %(longitude)s, %(latitude)s."
        " Write the longitude first."
    ),
    "places.off_the_globe": _(
        "%(longitude)s, %(latitude)s are no degrees of longitude and latitude; perhaps metres of"
        " a projection. Convert the file to WGS 84 (EPSG:4326)."
    ),
    "places.frame_elsewhere": _(
        "The coordinate system %(frame)s is used in China only, but %(longitude)s, %(latitude)s"
        " lies elsewhere. Import with --frame wgs84, or check the positions."
    ),
    "places.unknown_frame": _(
        "“%(frame)s” is no known coordinate system. Use one of these: %(known)s."
    ),
    "places.too_many_vertices": _(
        "The outline has more than %(most)s positions. Simplify it, or split the area."
    ),
    "places.not_valid": _(
        "The rings do not bound an area; look near %(longitude)s, %(latitude)s. Mend them, or"
        " import with --repair (the size would change by %(change)s)."
    ),
    "places.self_crossing": _(
        "A ring crosses or touches itself at %(longitude)s, %(latitude)s. Mend it there, or import"
        " with --repair (the size would change by %(change)s)."
    ),
    "places.hole_outside": _(
        "A hole at %(longitude)s, %(latitude)s lies outside its outline. Remove or move it, or"
        " import with --repair (the size would change by %(change)s)."
    ),
    "places.nested_rings": _(
        "Rings lie inside each other or cut the area apart at %(longitude)s, %(latitude)s."
        " Mend them, or import with --repair (the size would change by %(change)s)."
    ),
    "places.area_too_small": _("The outline encloses nothing. Draw it anew."),
    "places.bad_name": _("The code or name cannot be used. Choose another."),
    "places.name_missing": _("“%(field)s” is blank or missing. Fill it in."),
    "places.name_too_long": _(
        "“%(field)s” has %(length)s characters; at most %(most)s fit. Shorten it."
    ),
    "places.name_unreadable": _(
        "“%(field)s” holds characters that cannot be shown, or a blank inside a code. Remove them."
    ),
    "places.code_twice": _(
        "The code %(text)s (“%(field)s”) stands more than once. Give each its own code, or join"
        " the parts into one."
    ),
    "places.bad_dates": _(
        "The last day %(ends_on)s lies before the first day %(starts_on)s. Correct one of them."
    ),
    "places.bad_source": _("The file cannot be read as GeoJSON. Export it anew."),
    "places.cannot_open": _("The file %(file)s cannot be opened or written: %(detail)s."),
    "places.not_text": _("The file is no text in UTF-8 or GB18030. Export it as GeoJSON in UTF-8."),
    "places.not_json": _(
        "The file stops being JSON at line %(line)s, column %(column)s: %(detail)s."
        " Mend it there, or export it anew."
    ),
    "places.not_collection": _(
        "The file holds a %(kind)s, not a FeatureCollection. Export a layer as GeoJSON."
    ),
    "places.projected": _(
        "The file says that its positions are given in %(crs)s. Convert it to WGS 84 (EPSG:4326)."
    ),
    "places.outside_parent": _(
        "%(share)s of %(code)s lies outside every area of the layer above. Check its positions"
        " (swapped? another coordinate system?), or import the missing area above first."
    ),
    "places.parent_not_coarser": _(
        "The layer %(parent_layer)s is not coarser than %(layer)s, so its areas cannot hold those."
        " Choose a layer with a smaller rank."
    ),
    "places.tree_too_deep": _(
        "More than %(most)s areas would lie in each other. Leave out a layer of the tree."
    ),
    "places.area_has_parts": _(
        "%(count)s areas under %(code)s stay valid after %(ends_on)s. Retire or move them first."
    ),
    "places.layer_in_use": _(
        "The layer %(layer)s (rank %(rank)s) holds areas, so its rank and its part in the tree"
        " cannot change. Define another layer instead."
    ),
    "places.too_many_layers": _(
        "The map holds %(most)s layers already, as many as it can. Use one of them."
    ),
}

REMARKS: Mapping[str, Promise] = {
    "repaired": _(
        "%(code)s was repaired at %(longitude)s, %(latitude)s; its size changed by %(change)s."
    ),
    "many_vertices": _(
        "%(code)s has %(vertices)s positions. It is drawn; a simpler outline would be quicker."
    ),
    "sticks_out": _("%(share)s of %(code)s lies outside %(parent)s, the area it belongs to."),
    "overlap": _("%(code)s and %(other)s overlap: %(share)s of the smaller one."),
}

FLAGS: Mapping[str, Promise] = {
    "no_position": _("no usable position"),
    "outside": _("outside all areas"),
    "gap": _("no area of the layer %(layer)s here"),
    "overlap": _("several areas of the layer %(layer)s here"),
}


def remark(code: str, facts: Mapping[str, object]) -> str:
    """Return the sentence of a remark of an import."""
    return str(REMARKS[code]) % facts


def flag_label(flag: str) -> str:
    """Return what a flag of a location means, in the reader's language."""
    kind, _colon, layer = flag.partition(":")
    return str(FLAGS[kind]) % {"layer": layer}


LEDGER: Mapping[str, Promise] = {
    "layer.defined": _("Layer of the map defined"),
    "layer.changed": _("Layer of the map changed"),
    "area.drawn": _("Area drawn"),
    "area.redrawn": _("Area given another shape"),
    "area.renamed": _("Area renamed"),
    "area.moved": _("Area moved under another"),
    "area.classified": _("Area given a class"),
    "area.retired": _("Area retired"),
    "facility.placed": _("Facility placed"),
    "facility.changed": _("Facility changed"),
    "code.made": _("Service code made"),
    "code.retired": _("Service code retired"),
}
FACTS: Mapping[str, Mapping[str, object]] = {
    "role": {role.value: label for role, label in ROLES.items()},
    "field": {
        "name": _("the name"),
        "name_en": _("the English name"),
        "class": _("the class"),
        "code": _("the code"),
    },
}
