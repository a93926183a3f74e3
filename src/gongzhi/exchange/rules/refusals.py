"""Every *no* of the house: a mapping that cannot be used, a row that cannot be taken over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gongzhi.kernel.refusals import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a mapping.

    Attributes:
        key: where it stands, as written in TOML: `times.zone`; blank for the whole file.
        code: a word of `words.MISTAKES`.
        facts: named values of its sentence.
    """

    key: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class MappingMistaken(Invalid):
    """The mapping cannot be used as it stands; nothing was read or written.

    Attributes:
        mistakes: all of them.
        columns: of the file, where one of them is that it lacks a column.
    """

    code = "exchange.mapping_mistaken"

    def __init__(self, file: str, mistakes: list[Mistake], columns: tuple[str, ...] = ()) -> None:
        self.mistakes = tuple(mistakes)
        self.columns = columns
        super().__init__(file=file, count=len(mistakes))


class MappingUnreadable(Invalid):
    """The file of the mapping is absent, may not be read, or is no UTF-8 text."""

    code = "exchange.mapping_unreadable"


class TooManyOrganisations(Conflict):
    """The organisation column holds more parties than any city has: surely the wrong column."""

    code = "exchange.too_many_organisations"


class RejectsOverInput(Invalid):
    """The refused rows would be written over something that is not theirs."""

    code = "exchange.rejects_not_ours"


class RowRefused(Invalid):
    """A row cannot be taken over as it stands."""

    code = "exchange.row"


class IdMissing(RowRefused):
    """The foreign system's own id is empty."""

    code = "exchange.id_missing"


class IdTooLong(RowRefused):
    """The foreign system's own id is longer than can be kept."""

    code = "exchange.id_too_long"


class CategoryMissing(RowRefused):
    """No category column of the row holds anything, and the mapping has no default."""

    code = "exchange.category_missing"


class CategoryNotKnown(RowRefused):
    """Nothing in the pack has this code, alias or name."""

    code = "exchange.category_not_known"


class CategoryIsGroup(RowRefused):
    """A heading of the pack; cases stand under the categories below it."""

    code = "exchange.category_is_group"


class TimeMissing(RowRefused):
    """A time that every case needs is empty."""

    code = "exchange.time_missing"


class TimeUnreadable(RowRefused):
    """No format of the mapping reads this time."""

    code = "exchange.time_unreadable"


class TimeInFuture(RowRefused):
    """Something is said to have happened that cannot have happened yet."""

    code = "exchange.time_in_future"


class TimeTooOld(RowRefused):
    """A time before 1970: no case of a living city, but an empty field of some program."""

    code = "exchange.time_too_old"


class DueTooFar(RowRefused):
    """A deadline more than a hundred years ahead."""

    code = "exchange.due_too_far"


class NotNumber(RowRefused):
    """A coordinate is no number."""

    code = "exchange.not_number"


class PositionSwapped(RowRefused):
    """Longitude and latitude stand in each other's place."""

    code = "exchange.position_swapped"


class TextTooLong(RowRefused):
    """The words are longer than a case can keep."""

    code = "exchange.text_too_long"


class ControlSign(RowRefused):
    """The words hold a control character."""

    code = "exchange.control_sign"


class OrganisationNotKnown(RowRefused):
    """No organisation has this code, and the mapping does not let the import found any."""

    code = "exchange.organisation_not_known"


class OrganisationNameless(RowRefused):
    """What stands in the organisation column makes no code."""

    code = "exchange.organisation_nameless"


class StateNotKnown(RowRefused):
    """The mapping says neither that this state is open nor that it is closed."""

    code = "exchange.state_not_known"


class ClosedWithoutTime(RowRefused):
    """Closed by its state, but nobody says when."""

    code = "exchange.closed_without_time"


class OpenWithTime(RowRefused):
    """Open by its state, but with a time of closing."""

    code = "exchange.open_with_time"
