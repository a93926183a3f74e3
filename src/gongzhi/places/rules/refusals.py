"""What places refuses; the sentences stand in `words`."""

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted


class NoSuchLayer(NotFound):
    """There is no layer of this code."""

    code = "places.no_such_layer"


class NoSuchArea(NotFound):
    """There is no area of this code in the layer."""

    code = "places.no_such_area"


class NoSuchFacility(NotFound):
    """There is no facility of this code."""

    code = "places.no_such_facility"


class NoSuchBody(NotFound):
    """There is no organisation of this code to be a body of a facility."""

    code = "places.no_such_body"


class NotMapKeeper(NotPermitted):
    """Only the keepers of the map draw on it."""

    code = "places.not_map_keeper"


class BadShape(Invalid):
    """The geometry is no sound area; subclasses say why."""

    code = "places.bad_shape"


class NoGeometry(BadShape):
    """The feature has no geometry."""

    code = "places.no_geometry"


class WrongType(BadShape):
    """The geometry is neither a polygon nor a multipolygon."""

    code = "places.wrong_type"


class NoRings(BadShape):
    """The polygon has no rings, or they are no lists of positions."""

    code = "places.no_rings"


class OpenRing(BadShape):
    """A ring does not end where it begins."""

    code = "places.open_ring"


class ShortRing(BadShape):
    """A ring has fewer than four positions."""

    code = "places.short_ring"


class NotNumbers(BadShape):
    """A position is not made of finite numbers."""

    code = "places.not_numbers"


class ZeroPosition(BadShape):
    """A position is 0, 0: an empty field, not a place."""

    code = "places.zero_position"


class SwappedPositions(BadShape):
    """Longitude and latitude stand in each other's place."""

    code = "places.swapped_positions"


class OffTheGlobe(BadShape):
    """Positions are no degrees; often metres of a projection."""

    code = "places.off_the_globe"


class FrameElsewhere(BadShape):
    """GCJ-02 and BD-09 are said to be used where they are not."""

    code = "places.frame_elsewhere"


class UnknownFrame(Invalid):
    """The coordinate system named is none of the known ones."""

    code = "places.unknown_frame"


class TooManyVertices(BadShape):
    """The shape has more positions than the map holds."""

    code = "places.too_many_vertices"


class NotValid(BadShape):
    """The rings do not bound an area, in some other way than the subclasses name."""

    code = "places.not_valid"


class SelfCrossing(NotValid):
    """A ring crosses or touches itself."""

    code = "places.self_crossing"


class HoleOutside(NotValid):
    """A hole lies outside its ring."""

    code = "places.hole_outside"


class NestedRings(NotValid):
    """Rings lie inside each other, or the inside falls into pieces."""

    code = "places.nested_rings"


class AreaTooSmall(BadShape):
    """The shape has no extent."""

    code = "places.area_too_small"


class BadName(Invalid):
    """A code or a name cannot be used; subclasses say why."""

    code = "places.bad_name"


class NameMissing(BadName):
    """The property that should hold it is blank or absent."""

    code = "places.name_missing"


class NameTooLong(BadName):
    """It is longer than its column."""

    code = "places.name_too_long"


class NameUnreadable(BadName):
    """It holds control characters, or a code holds a blank."""

    code = "places.name_unreadable"


class CodeTwice(BadName):
    """An earlier feature of the file has the same code."""

    code = "places.code_twice"


class BadDates(Invalid):
    """The last day lies before the first."""

    code = "places.bad_dates"


class BadSource(Invalid):
    """The file is no GeoJSON that can be read; subclasses say why."""

    code = "places.bad_source"


class CannotOpen(BadSource):
    """The file cannot be opened."""

    code = "places.cannot_open"


class NotText(BadSource):
    """The bytes are no text in a known encoding."""

    code = "places.not_text"


class NotJson(BadSource):
    """The text stops being JSON at a line and column."""

    code = "places.not_json"


class NotCollection(BadSource):
    """It is JSON, but no feature collection."""

    code = "places.not_collection"


class Projected(BadSource):
    """The file says that its positions are not in degrees."""

    code = "places.projected"


class OutsideParent(Invalid):
    """Most of the area lies outside every area of the parent layer."""

    code = "places.outside_parent"


class ParentNotCoarser(Invalid):
    """The parent's layer is not coarser than the layer of the area."""

    code = "places.parent_not_coarser"


class TreeTooDeep(Invalid):
    """More areas lie in each other than a path can tell."""

    code = "places.tree_too_deep"


class AreaHasParts(Conflict):
    """Areas under this one are still valid."""

    code = "places.area_has_parts"


class LayerInUse(Conflict):
    """A layer that holds areas cannot change its rank or its part in the administrative tree."""

    code = "places.layer_in_use"


class TooManyLayers(Conflict):
    """The map holds as many layers as it can."""

    code = "places.too_many_layers"


class UnknownLook(Invalid):
    """Maps know no such way of showing a layer."""

    code = "places.unknown_look"


class BadZoom(Invalid):
    """A number is no zoom of the map."""

    code = "places.bad_zoom"


class NoSuchCode(NotFound):
    """No plate bears this service code, or it was mistyped."""

    code = "places.no_such_code"


class CodeRetired(NotFound):
    """A plate with this service code is no longer in use."""

    code = "places.code_retired"


class CodeTaken(Conflict):
    """Another thing bears this service code already."""

    code = "places.code_taken"


class CodeForNothing(Invalid):
    """A service code stands for exactly one thing: a facility, an area or a point."""

    code = "places.code_for_nothing"


class BadServiceCode(Invalid):
    """What a plate is said to bear is no service code."""

    code = "places.bad_service_code"
