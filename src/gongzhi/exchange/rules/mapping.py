"""The mapping: how the columns of a foreign table become a case.  Frozen values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from gongzhi.kernel.coordinates import Frame


class CodeRule(StrEnum):
    """How a value of the organisation column becomes a code."""

    SAME = "same"
    LOWER = "lower"
    SLUG = "slug"


class Fold(StrEnum):
    """Which of the two moments is meant by a time that occurs twice in autumn."""

    EARLIER = "earlier"
    LATER = "later"


class Unlocated(StrEnum):
    """Who has a case without an area: the party the file names, or the pack's fallback party."""

    KEEP = "keep"
    FALLBACK = "fallback"


class Unpromised(StrEnum):
    """Whether a closed case without a deadline in the file is judged by the pack's standard."""

    STANDARD = "standard"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """A column that goes into a text, with the label before it; blank for none."""

    column: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class CategoryPart:
    """How the category is found.

    Attributes:
        columns: asked in turn; the first whose value names a category decides.
        values: from a value to a category's code; goes before the aliases of the pack.
        default: the code when no column names one; blank: the row is refused.
    """

    columns: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    default: str = ""


@dataclass(frozen=True, slots=True)
class PositionPart:
    """Where the position stands, and in which frame it is."""

    longitude: str
    latitude: str
    frame: Frame = Frame.WGS84


@dataclass(frozen=True, slots=True)
class TimesPart:
    """Where the times stand and how they are read.

    Attributes:
        reported, due, closed: columns; blank when the file has none.
        formats: tried in turn: patterns of `strptime`, `iso` (ISO 8601) and `excel` (day numbers).
        zone: of times that name no offset themselves.
        fold: of times that occur twice.
        closed_without_due: see `Unpromised`.
    """

    reported: str
    due: str = ""
    closed: str = ""
    formats: tuple[str, ...] = ("iso",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    fold: Fold = Fold.EARLIER
    closed_without_due: Unpromised = Unpromised.STANDARD


@dataclass(frozen=True, slots=True)
class OrganisationPart:
    """Whom the foreign system held answerable.

    Attributes:
        column: holds the party; an empty field leaves it to the map.
        values: from a value to an organisation's code; goes before the rule.
        rule, prefix: make a code of any other value.
        create: found organisations that do not exist, and the pack's fallback party.
        kind: of those founded.
        name_column: holds the name of those founded; blank: the value itself.
        unlocated: see `Unlocated`.
    """

    column: str
    values: Mapping[str, str] = field(default_factory=dict)
    rule: CodeRule = CodeRule.SAME
    prefix: str = ""
    create: bool = False
    kind: str = ""
    name_column: str = ""
    unlocated: Unlocated = Unlocated.KEEP


@dataclass(frozen=True, slots=True)
class StatePart:
    """What the foreign system's states mean; then closing times must agree with them."""

    column: str
    open: frozenset[str]
    closed: frozenset[str]


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """How the columns of a foreign table become a case.

    Attributes:
        source: the name of the foreign system; with the id it makes a case known again.
        id_column: holds the foreign system's own id.
        text, address: columns joined into the words and the place in words.
        where: only rows with one of these values in these columns are taken.
        encoding, sheet: of the file; blank: found.
    """

    source: str
    id_column: str
    category: CategoryPart
    times: TimesPart
    text: tuple[Part, ...] = ()
    address: tuple[Part, ...] = ()
    position: PositionPart | None = None
    organisation: OrganisationPart | None = None
    state: StatePart | None = None
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)
    encoding: str = ""
    sheet: str = ""

    def columns(self) -> Iterator[tuple[str, str]]:
        """Yield every column the file must have, after the key that names it."""
        times = self.times
        yield "id.column", self.id_column
        yield from (("category.columns", column) for column in self.category.columns)
        yield from (("text.columns", part.column) for part in self.text)
        yield from (("address.columns", part.column) for part in self.address)
        for key in ("reported", "due", "closed"):
            yield f"times.{key}", getattr(times, key)
        if self.position:
            yield "position.longitude", self.position.longitude
            yield "position.latitude", self.position.latitude
        if self.organisation:
            yield "organisation.column", self.organisation.column
            yield "organisation.name_column", self.organisation.name_column
        if self.state:
            yield "state.column", self.state.column
        yield from ((f"where.{column}", column) for column in self.where)
