"""A duty before it is written, and a row of an imported table before that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from .refusals import BackwardPeriod, BadCell, CellMissing

COLUMNS = (
    "layer",
    "area",
    "category",
    "rank",
    "organisation",
    "post",
    "starts_on",
    "ends_on",
    "legal_basis",
    "source",
)
"""The columns of an imported table of duties; only `organisation` must be filled."""

_WIDTHS = {"category": 48, "legal_basis": 200, "source": 80}
_HIGHEST_RANK = 32767


@dataclass(frozen=True, slots=True)
class NewDuty:
    """A duty to be assigned; see `models.Duty` for its fields.

    Raises:
        BackwardPeriod: it would end before it starts.
        BadCell: a rank below 1, or a text that is too long or holds control characters.
    """

    organisation_id: int
    area_id: int | None = None
    category_code: str = ""
    rank: int = 1
    post_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    legal_basis: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= _HIGHEST_RANK:
            raise BadCell(column="rank", value=str(self.rank))
        for column in ("legal_basis", "source"):
            text = getattr(self, column)
            if len(text) > _WIDTHS[column] or not text.isprintable():
                raise BadCell(column=column, value=f"{text[:40]}…")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise BackwardPeriod(
                starts_on=self.starts_on.isoformat(), ends_on=self.ends_on.isoformat()
            )

    @property
    def key(self) -> tuple[int | None, str, int, int | None, date | None]:
        """What two rows may not share."""
        return (
            self.area_id,
            self.category_code,
            self.organisation_id,
            self.post_id,
            self.starts_on,
        )


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A row of a table of duties, with codes instead of ids."""

    layer: str
    area: str
    category: str
    rank: int
    organisation: str
    post: str
    starts_on: date | None
    ends_on: date | None
    legal_basis: str
    source: str


def read_line(values: Mapping[str, object]) -> DutyLine:
    """Return the duty that a row of a table says.

    Raises:
        CellMissing: no organisation, or an area without its layer or the reverse.
        BadCell: a rank that is no whole number from 1, a date that is none, a text
            too long.
    """
    text = {name: _text(name, values.get(name)) for name in COLUMNS}
    for column, other in (("layer", "area"), ("area", "layer")):
        if text[other] and not text[column]:
            raise CellMissing(column=column)
    if not text["organisation"]:
        raise CellMissing(column="organisation")
    return DutyLine(
        layer=text["layer"],
        area=text["area"],
        category=text["category"],
        rank=_rank(text["rank"]),
        organisation=text["organisation"],
        post=text["post"],
        starts_on=_day("starts_on", values.get("starts_on")),
        ends_on=_day("ends_on", values.get("ends_on")),
        legal_basis=text["legal_basis"],
        source=text["source"],
    )


def _text(column: str, value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a spreadsheet's 330101.0 is the code 330101
    text = "" if value is None else str(value).strip()
    if len(text) > _WIDTHS.get(column, 120):
        raise BadCell(column=column, value=f"{text[:40]}…")
    return text


def _rank(text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _HIGHEST_RANK:
        raise BadCell(column="rank", value=text)
    return int(text)


def _day(column: str, value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = "" if value is None else str(value).strip()
    try:
        return date.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        raise BadCell(column=column, value=text) from None
