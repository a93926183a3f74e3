"""What is known of a matter before it is reported: like cases, its kind by its words, its place."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.rules import SHOWABLE, Purpose
from gongzhi.kernel.coordinates import Frame, check_position, to_wgs84
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import queries as places
from gongzhi.webkit.pages import asked, asked_degrees
from gongzhi.webkit.reading import named

from .. import queries
from ..rules import PlaceMissing
from . import lists

MOST = 3  # shown; more would not be read before reporting
LONGEST = 2000  # characters that are compared
CONSIDERED = 6  # kinds that the words may mean, before the place is asked
BESIDE_M = 30.0  # metres within which a facility speaks for its kind


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case near the place, as the page shows it."""

    row: lists.Row
    metres: int
    photo: str  # address of a small picture; blank for none


def cases_alike(given: QueryDict, *, viewer: Actor, at: datetime) -> tuple[Alike, ...]:
    """Return open cases near the place that a form gives, the likeliest first.

    None without coordinates, or without both kind and words.  Where no kind was chosen, those
    that the words may mean stand in.

    Args:
        given: longitude, latitude, located, category_code and text of the report form.
        viewer: only cases this reader may see.
        at: the time of the new report.

    Raises:
        PlaceMissing: neither coordinates nor an address.
        BadPosition: the coordinates cannot be right.
    """
    longitude, latitude = asked_degrees(given, "longitude"), asked_degrees(given, "latitude")
    code = asked(given, "category_code")
    if longitude is None or latitude is None:
        if not asked(given, "address"):
            raise PlaceMissing
        return ()
    check_position(longitude, latitude)
    text = given.get("text", "")[:LONGEST]
    if not code and not text.strip():
        return ()
    east, north = in_wgs84(longitude, latitude, frame_of(given))
    found = queries.similar_cases(
        viewer,
        longitude=east,
        latitude=north,
        kinds=(code,) if code else _kinds_in(text),
        text=text,
        at=at,
        limit=MOST,
    )
    photos = _photos(f"case:{one.line.id}" for one in found)
    return tuple(
        Alike(
            lists.row_of(one.line, at=at),
            math.ceil(one.metres),
            photos.get(f"case:{one.line.id}", ""),
        )
        for one in found
    )


def _kinds_in(text: str) -> tuple[str, ...]:
    return tuple(one.category.code for one in catalogue.suggest_categories(text, limit=MOST))


def in_wgs84(longitude: float, latitude: float, frame: str) -> tuple[float, float]:
    """Return a position as it is kept.

    Args:
        longitude: degrees east in `frame`.
        latitude: degrees north in `frame`.
        frame: blank for that of the pack.

    Raises:
        BadPosition: it cannot be right.
    """
    check_position(longitude, latitude)
    known = Frame(frame or catalogue.book().options.source_frame)
    east, north = to_wgs84(longitude, latitude, known)
    return float(east), float(north)


def suggested(
    text: str, longitude: float | None, latitude: float | None, *, at: datetime
) -> tuple[CategoryView, ...]:
    """Return the kinds that words may mean, the likeliest first.

    A kind of which a facility stands beside the place goes first.

    Args:
        text: the reporter's words.
        longitude: degrees east, WGS 84; None where the place is not known yet.
        latitude: degrees north, WGS 84.
        at: when it is asked.
    """
    found = [one.category for one in catalogue.suggest_categories(text, limit=CONSIDERED)]
    if longitude is None or latitude is None:
        return tuple(found[:MOST])

    def is_far(category: CategoryView) -> bool:
        return category.kind != "component" or not places.facility_near(
            longitude, latitude, category_code=category.code, within_m=BESIDE_M, at=at
        )

    return tuple(sorted(found, key=is_far)[:MOST])


def place_of_code(code: str, *, at: datetime) -> dict[str, str] | None:
    """Return the fields of the place whose plate bears a code; None when none does.

    Args:
        code: as on the plate, or as typed.
        at: when it is read.
    """
    try:
        found = places.service_code(code, at=at)
    except Refusal:
        return None
    return {
        "longitude": f"{found.longitude:.6f}",
        "latitude": f"{found.latitude:.6f}",
        "address": named(found),
    }


def frame_of(given: QueryDict) -> str:
    """Return the frame of the coordinates of a form; blank for that of the pack."""
    return "wgs84" if given.get("located") else ""


def _photos(subjects: Iterable[str]) -> dict[str, str]:
    """Return the address of the first photograph before, by subject.  One statement."""
    found: dict[str, str] = {}
    for one in evidence.files_of_many(subjects):
        if one.purpose == Purpose.BEFORE and one.media_type in SHOWABLE:
            found.setdefault(one.subject, f"{reverse('file', args=[one.id])}?size=list")
    return found
