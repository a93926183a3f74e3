"""The refusals of the house; their sentences are in `words`."""

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted


class NoFallback(Conflict):
    """Nobody answers, and the fallback party of the pack does not exist (organisation)."""

    code = "responsibility.no_fallback"


class DutyUnknown(NotFound):
    """There is no such duty (duty)."""

    code = "responsibility.duty_unknown"


class PartyUnknown(NotFound):
    """There is no such organisation or post (party)."""

    code = "responsibility.party_unknown"


class AreaUnknown(NotFound):
    """There is no such area (area)."""

    code = "responsibility.area_unknown"


class PostElsewhere(Invalid):
    """The post belongs to another organisation (post, organisation)."""

    code = "responsibility.post_elsewhere"


class BackwardPeriod(Invalid):
    """The duty would end before it starts (starts_on, ends_on)."""

    code = "responsibility.backward_period"


class BadCell(Invalid):
    """A cell of an imported row cannot be read (column, value)."""

    code = "responsibility.bad_cell"


class CellMissing(Invalid):
    """A column that every row needs is empty (column)."""

    code = "responsibility.cell_missing"


class DutyDiffers(Conflict):
    """The same party has this duty since the same day, with another rank or end (duty)."""

    code = "responsibility.duty_differs"


class DutyEnded(Conflict):
    """The duty has already ended (duty, ends_on)."""

    code = "responsibility.duty_ended"


class MapNotYours(NotPermitted):
    """The actor does not keep the responsibility map here (area)."""

    code = "responsibility.map_not_yours"
