"""What is about to be drawn or placed, and what an import tells."""

from dataclasses import dataclass
from datetime import date

import shapely

from .geojson import check_class, check_code, check_name
from .refusals import BadDates
from .shapes import check_shape


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area about to be drawn.

    Attributes:
        layer: the code of its layer.
        code: unique in the layer.
        geometry: polygon or multipolygon, degrees, WGS 84.
        parent_code: blank for a root; absent: found by containment.
        parent_layer: the layer of the parent; blank: the finest coarser layer that has it.
        area_class: blank: as its nearest ancestor.
        valid_from: the first day; absent: always.
        valid_to: the last day; absent: until further notice.
    """

    layer: str
    code: str
    name: str
    geometry: shapely.Geometry
    name_en: str = ""
    parent_code: str | None = None
    parent_layer: str = ""
    area_class: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def check(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            BadName, BadShape, BadDates: what is wrong with it.
        """
        check_code(self.code)
        check_name(self.name)
        check_name(self.name_en, field="name_en", required=False)
        check_class(self.area_class)
        check_dates(self.valid_from, self.valid_to)
        check_shape(self.geometry)


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A facility about to be placed.

    Attributes:
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        competent_id: the organisation competent for it (主管).
        owner_id: the organisation that owns it (权属).
        maintainer_id: the organisation that maintains it (养护).
    """

    code: str
    category_code: str
    longitude: float
    latitude: float
    name: str = ""
    name_en: str = ""
    competent_id: int | None = None
    owner_id: int | None = None
    maintainer_id: int | None = None
    condition: str = "intact"
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """What drawing has done: keys by layer and code, and how many areas were what."""

    ids: dict[tuple[str, str], int]
    fresh: int = 0
    redrawn: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """What placing has done: keys by code, and how many facilities were what."""

    ids: dict[str, int]
    fresh: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Placed") -> "Placed":
        return Placed(
            self.ids | other.ids,
            self.fresh + other.fresh,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in an import: a key of `words.REMARKS` and its facts."""

    code: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        read: features in the file.
        skipped: features that `where` left out.
        drawn: new areas.
        redrawn: areas with another shape than before.
        changed: areas with another name, class or parent but the same shape.
        unchanged: areas that were exactly so already.
        refused: features written to `refused_path`.
        refused_path: where they are; blank when there are none.
        remarks: what was repaired and what looks odd.
    """

    read: int
    skipped: int
    drawn: int
    redrawn: int
    changed: int
    unchanged: int
    refused: int
    refused_path: str
    remarks: tuple[Remark, ...] = ()


def check_dates(first: date | None, last: date | None) -> None:
    """Refuse a validity that ends before it begins.

    Raises:
        BadDates: with both days.
    """
    if first is not None and last is not None and last < first:
        raise BadDates(starts_on=first.isoformat(), ends_on=last.isoformat())
