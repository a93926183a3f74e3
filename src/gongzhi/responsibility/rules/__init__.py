"""Who answers for what, purely: values in, an explained answer out."""

from .answers import Answer, Answerable, Because, Facts, Reason
from .audit import Overlap, Void, overlaps, voids
from .drafts import COLUMNS, DutyLine, NewDuty, read_line
from .many import Spot, distinct, resolve_many
from .refusals import (
    AreaUnknown,
    BackwardPeriod,
    BadCell,
    CellMissing,
    DutyDiffers,
    DutyEnded,
    DutyUnknown,
    MapNotYours,
    NoFallback,
    PartyUnknown,
    PostElsewhere,
)
from .resolution import (
    BODIES,
    MOST,
    Question,
    above,
    above_in,
    is_answered,
    parties_in_turn,
    resolve,
    stewards,
)
from .shapes import (
    AreaLike,
    FacilityLike,
    LocatedLike,
    LocationLike,
    OrganisationLike,
    PostLike,
)
from .world import OFFICES, STEWARDS, DutyRow, Scoped, World, build_world, steward_kinds

LEDGER_KINDS = frozenset({"duty.assigned", "duty.ended"})

__all__ = [
    "BODIES",
    "COLUMNS",
    "LEDGER_KINDS",
    "MOST",
    "OFFICES",
    "STEWARDS",
    "Answer",
    "Answerable",
    "AreaLike",
    "AreaUnknown",
    "BackwardPeriod",
    "BadCell",
    "Because",
    "CellMissing",
    "DutyDiffers",
    "DutyEnded",
    "DutyLine",
    "DutyRow",
    "DutyUnknown",
    "FacilityLike",
    "Facts",
    "LocatedLike",
    "LocationLike",
    "MapNotYours",
    "NewDuty",
    "NoFallback",
    "OrganisationLike",
    "Overlap",
    "PartyUnknown",
    "PostElsewhere",
    "PostLike",
    "Question",
    "Reason",
    "Scoped",
    "Spot",
    "Void",
    "World",
    "above",
    "above_in",
    "build_world",
    "distinct",
    "is_answered",
    "overlaps",
    "parties_in_turn",
    "read_line",
    "resolve",
    "resolve_many",
    "steward_kinds",
    "stewards",
    "voids",
]
