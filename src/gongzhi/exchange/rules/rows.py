"""From one row of a foreign table to an old case, or to the reason why not."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gongzhi.cases.rules import TEXT_MAX, OldCase
from gongzhi.catalogue.rules import CategoryView
from gongzhi.kernel.coordinates import check_position, to_wgs84
from gongzhi.kernel.sheets import Cell, Row

from .mapping import CaseMapping, CodeRule, OrganisationPart, Part, StatePart, Unpromised
from .refusals import (
    CategoryIsGroup,
    CategoryMissing,
    CategoryNotKnown,
    ClosedWithoutTime,
    ControlSign,
    IdMissing,
    IdTooLong,
    NotNumber,
    OpenWithTime,
    OrganisationNameless,
    OrganisationNotKnown,
    StateNotKnown,
    TextTooLong,
)
from .times import Moment, check_due, check_past, moment_of, needed

Values = Mapping[str, Cell]
ByAlias = Callable[[str], CategoryView | None]

ID_MAX = 80  # characters, as cases keep it
CODE_MAX = 48  # characters, as accounts keep it
_MISSING = frozenset({"", "nan", "null", "none", "n/a", "na", "-"})
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that reads well, before the party it names is looked up.

    Attributes:
        row: as read.
        source_id: the foreign system's own id.
        category_code: of the pack in force.
        text, address: the words and the place in words.
        position: longitude and latitude in degrees, WGS 84; None when unknown.
        reported_at, due_at, closed_at: aware datetimes, UTC.
        organisation: code of the party it names; blank for none.
        organisation_name: how a party founded for it is called.
        moved, twice: times that the wall clock never or doubly showed.
    """

    row: Row
    source_id: str
    category_code: str
    text: str
    address: str
    position: tuple[float, float] | None
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    organisation: str = ""
    organisation_name: str = ""
    moved: int = 0
    twice: int = 0


@dataclass(frozen=True)
class RowReader:
    """Reads rows by a mapping.

    Attributes:
        mapping: what the columns mean.
        by_alias: finds a category of the pack by its code, alias or name.
        categories: of the pack, by code.
        at: the moment of the import; nothing can have happened after it.
    """

    mapping: CaseMapping
    by_alias: ByAlias
    categories: Mapping[str, CategoryView]
    at: datetime

    def is_wanted(self, row: Row) -> bool:
        """Return whether a row passes the filters."""
        return all(
            text_of(row.values[column]) in values for column, values in self.mapping.where.items()
        )

    def candidate(self, row: Row) -> Candidate:
        """Return what a row tells.

        Raises:
            BadSheet: the row cannot be read.
            RowRefused: something in it cannot be.
        """
        if row.refusal is not None:
            raise row.refusal
        values = row.values
        reported, due, closed = self._times(values)
        organisation = self.mapping.organisation
        code = organisation_code(values, organisation) if organisation else ""
        return Candidate(
            row=row,
            source_id=_source_id(values, self.mapping.id_column),
            category_code=self._category(values),
            text=_joined(values, self.mapping.text, "\n", field="text.columns"),
            address=_joined(values, self.mapping.address, ", ", field="address.columns"),
            position=self._position(values),
            reported_at=needed(
                check_past(reported, column=self.mapping.times.reported, at=self.at),
                column=self.mapping.times.reported,
            ),
            due_at=check_due(due, column=self.mapping.times.due, at=self.at),
            closed_at=check_past(closed, column=self.mapping.times.closed, at=self.at),
            organisation=code,
            organisation_name=_name(values, organisation) if organisation else "",
            moved=sum(one.is_moved for one in (reported, due, closed) if one),
            twice=sum(one.is_twice for one in (reported, due, closed) if one),
        )

    def old_case(self, candidate: Candidate, *, organisation_id: int | None) -> OldCase:
        """Return a candidate as an old case.

        Raises:
            ClosedBeforeReported, DueBeforeReported: its times contradict each other.
        """
        longitude, latitude = candidate.position or (None, None)
        times, part = self.mapping.times, self.mapping.position
        is_unpromised = times.closed_without_due is Unpromised.NONE
        return OldCase(
            source=self.mapping.source,
            source_id=candidate.source_id,
            category_code=candidate.category_code,
            reported_at=candidate.reported_at,
            text=candidate.text,
            address=candidate.address,
            longitude=longitude,
            latitude=latitude,
            frame=part.frame.value if part else "wgs84",
            due_at=candidate.due_at,
            closed_at=candidate.closed_at,
            organisation_id=organisation_id,
            by_standard=not (is_unpromised and candidate.closed_at is not None),
        )

    def _category(self, values: Values) -> str:
        part = self.mapping.category
        told = [(column, text_of(values[column])) for column in part.columns]
        for _column, words in told:
            code = part.values.get(words, "")
            found = self.categories.get(code) if code else self.by_alias(words) if words else None
            if found is not None and found.kind != "group":
                return found.code
            if found is not None and not part.default:
                raise CategoryIsGroup(column=_column, value=words[:60], category=found.code)
        if part.default:
            return part.default
        filled = [(column, words) for column, words in told if words]
        if not filled:
            raise CategoryMissing(column=", ".join(part.columns))
        raise CategoryNotKnown(column=filled[0][0], value=filled[0][1][:60])

    def _position(self, values: Values) -> tuple[float, float] | None:
        """Return the position in WGS 84; None where it is missing or zero, as often in such data.

        Raises:
            NotNumber: a coordinate is no number.
            BadPosition: swapped, or beyond the earth.
        """
        part = self.mapping.position
        if part is None:
            return None
        lon, lat = (_number(values, column) for column in (part.longitude, part.latitude))
        if lon is None or lat is None or (lon == 0 and lat == 0):
            return None
        check_position(lon, lat)
        return to_wgs84(lon, lat, part.frame)

    def _times(self, values: Values) -> tuple[Moment | None, Moment | None, Moment | None]:
        times = self.mapping.times
        reported, due, closed = (
            moment_of(values[column], times, column=column) if column else None
            for column in (times.reported, times.due, times.closed)
        )
        if self.mapping.state:
            _check_state(values, self.mapping.state, closed)
        if reported is not None:
            due, closed = _not_before(due, reported), _not_before(closed, reported)
        return reported, due, closed


def organisation_code(values: Values, part: OrganisationPart) -> str:
    """Return the code of the party a row names; blank when it names none.

    Raises:
        OrganisationNameless: what is there makes no code.
    """
    words = text_of(values[part.column])
    if not words:
        return ""
    if words in part.values:
        return part.values[words]
    code = part.prefix + _by_rule(words, part.rule)
    is_fit = all(sign.isalnum() or sign in "._-:@/" for sign in code)
    if code == part.prefix or len(code) > CODE_MAX or not is_fit:
        raise OrganisationNameless(column=part.column, value=words[:60], code=code[:60])
    return code


def unknown_organisation(candidate: Candidate, part: OrganisationPart) -> OrganisationNotKnown:
    """Return the refusal of a row whose party does not exist."""
    value = text_of(candidate.row.values[part.column])[:60]
    return OrganisationNotKnown(column=part.column, value=value, code=candidate.organisation)


def text_of(value: Cell) -> str:
    """Return a field as text, without blanks around it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _by_rule(words: str, rule: CodeRule) -> str:
    if rule is CodeRule.LOWER:
        return words.lower()
    return _NOT_SLUG.sub("-", words.lower()).strip("-") if rule is CodeRule.SLUG else words


def _name(values: Values, part: OrganisationPart) -> str:
    named = text_of(values[part.name_column]) if part.name_column else ""
    return named or text_of(values[part.column])


def _not_before(moment: Moment | None, reported: Moment) -> Moment | None:
    """Return the later of two moments of the wall clock when only that one makes sense."""
    if moment is None or moment.later is None or moment.at >= reported.at:
        return moment
    return Moment(moment.later, is_twice=True)


def _check_state(values: Values, part: StatePart, closed: Moment | None) -> None:
    state = text_of(values[part.column])
    if state not in part.open and state not in part.closed:
        known = ", ".join(sorted(part.open | part.closed))
        raise StateNotKnown(column=part.column, value=state[:60], known=known)
    if state in part.closed and closed is None:
        raise ClosedWithoutTime(column=part.column, value=state)
    if state in part.open and closed is not None:
        raise OpenWithTime(
            column=part.column, value=state, closed_at=closed.at.isoformat(" ", "seconds")
        )


def _source_id(values: Values, column: str) -> str:
    source_id = text_of(values[column])
    if not source_id:
        raise IdMissing(column=column)
    if len(source_id) > ID_MAX:
        raise IdTooLong(column=column, length=len(source_id), most=ID_MAX)
    return source_id


def _number(values: Values, column: str) -> float | None:
    value = values[column]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return None if math.isnan(value) else float(value)
    words = text_of(value)
    if words.casefold() in _MISSING:
        return None
    try:
        return float(words)
    except ValueError:
        raise NotNumber(column=column, value=words[:60]) from None


def _joined(values: Values, parts: tuple[Part, ...], between: str, *, field: str) -> str:
    told = []
    for part in parts:
        words = text_of(values[part.column])
        if words:
            _check_signs(words, part.column)
            told.append(f"{part.label}: {words}" if part.label else words)
    joined = between.join(told).replace("\r\n", "\n")
    if len(joined) > TEXT_MAX:
        columns = ", ".join(part.column for part in parts)
        raise TextTooLong(field=field, column=columns, length=len(joined), most=TEXT_MAX)
    return joined


def _check_signs(words: str, column: str) -> None:
    if words.isprintable():
        return
    for position, sign in enumerate(words, start=1):
        if unicodedata.category(sign) == "Cc" and sign not in "\n\r\t":
            raise ControlSign(column=column, position=position, sign=f"U+{ord(sign):04X}")
