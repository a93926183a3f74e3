"""Whose is it here, before anything is reported: the areas, the chain, the promise."""

from dataclasses import dataclass
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView, StandardView
from gongzhi.kernel.coordinates import check_position
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView, FacilityView
from gongzhi.responsibility import queries as responsibility
from gongzhi.webkit.revisions import steady

_FACILITY_WITHIN = 30  # metres, as when a case is reported


@dataclass(frozen=True, slots=True)
class PartyHere:
    """A party of the chain: the first answers, the next when it cannot."""

    organisation: OrganisationView
    level: str


@dataclass(frozen=True, slots=True)
class WhoseHere:
    """Who answers for a kind of matter at a place, and what is promised.

    Attributes:
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        category: what was asked for; None for anything.
        areas: the administrative areas of the place, coarse to fine; empty: outside the map.
        parties: in the order in which they answer.
        explanation: whole sentences in the reader's language.
        standard: the row that promises something; None where no kind was asked for.
    """

    longitude: float
    latitude: float
    category: CategoryView | None
    areas: tuple[AreaView, ...]
    parties: tuple[PartyHere, ...]
    explanation: tuple[str, ...]
    standard: StandardView | None


@steady()
def whose_is_it(
    longitude: float, latitude: float, *, category_code: str = "", at: datetime
) -> WhoseHere:
    """Return who would answer for a matter reported here and now.  At most eight statements.

    The same answer as `actions.report` would store with the case.

    Args:
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        category_code: of the active pack; blank, and any code it does not know, asks for
            anything.
        at: the moment; an aware datetime.

    Raises:
        BadPosition: the position cannot be right.
        NoPackInstalled: nothing can be promised yet.
        NoFallback: nobody answers and the fallback party does not exist.
    """
    check_position(longitude, latitude)
    book = catalogue.book()
    category = book.categories.get(category_code)
    code = category.code if category else ""
    location = places.locate(longitude, latitude, at=at)
    answer = responsibility.who_answers(
        code,
        location=location,
        at=at,
        facility=_facility(category, longitude, latitude, at=at),
    )
    known = accounts.organisations({one.organisation_id for one in answer.chain})
    areas = places.areas(answer.area_ids)
    season = frozenset(book.calendar.season_at(at))
    return WhoseHere(
        longitude=longitude,
        latitude=latitude,
        category=category,
        areas=tuple(areas[key] for key in answer.area_ids if key in areas),
        parties=tuple(
            PartyHere(known[one.organisation_id], one.level)
            for one in answer.chain
            if one.organisation_id in known
        ),
        explanation=tuple(responsibility.explanation(answer.as_facts())),
        standard=book.standard_for(code, area_class=location.area_class, season=season)
        if code
        else None,
    )


def _facility(
    category: CategoryView | None, longitude: float, latitude: float, *, at: datetime
) -> FacilityView | None:
    """Return the facility that a question about a component is about; events have none."""
    if category is None or category.kind != "component":
        return None
    return places.facility_near(
        longitude, latitude, category_code=category.code, within_m=_FACILITY_WITHIN, at=at
    )
