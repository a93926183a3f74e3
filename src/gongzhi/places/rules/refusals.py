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


class NotMapKeeper(NotPermitted):
    """Only the keepers of the map draw on it."""

    code = "places.not_map_keeper"


class BadShape(Invalid):
    """The geometry is no sound polygon; `reason` is a key of `words.REASONS`."""

    code = "places.bad_shape"


class AreaTooSmall(Invalid):
    """The shape has no extent."""

    code = "places.area_too_small"


class BadName(Invalid):
    """A code or a name is missing, too long or holds control characters."""

    code = "places.bad_name"


class BadDates(Invalid):
    """The last day lies before the first."""

    code = "places.bad_dates"


class BadSource(Invalid):
    """The file is no GeoJSON that can be read; `reason` is a key of `words.REASONS`."""

    code = "places.bad_source"


class OutsideParent(Invalid):
    """Most of the area lies outside every area of the parent layer."""

    code = "places.outside_parent"


class AreaHasParts(Conflict):
    """Areas under this one are still valid."""

    code = "places.area_has_parts"


class LayerInUse(Conflict):
    """A layer that holds areas cannot change its rank or leave the administrative tree."""

    code = "places.layer_in_use"


class TooManyLayers(Conflict):
    """The map holds as many layers as it can."""

    code = "places.too_many_layers"
