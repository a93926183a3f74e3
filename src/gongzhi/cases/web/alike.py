"""Open cases that may be the matter somebody is about to report."""

import math
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.rules import SHOWABLE, Purpose
from gongzhi.kernel.coordinates import Frame, check_position, to_wgs84
from gongzhi.webkit.pages import asked, asked_degrees

from .. import queries
from ..rules import PlaceMissing
from . import lists

MOST = 3  # shown; more would not be read before reporting


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case near the place, as the page shows it."""

    row: lists.Row
    metres: int
    photo: str  # address of a small picture; blank for none


def cases_alike(given: QueryDict, *, viewer: Actor, at: datetime) -> tuple[Alike, ...]:
    """Return open cases of the kind near the place that a form gives, the nearest first.

    None without coordinates or kind.

    Args:
        given: longitude, latitude, located and category_code of the report form.
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
    if not code:
        return ()
    frame = frame_of(given) or catalogue.book().options.source_frame
    east, north = to_wgs84(longitude, latitude, Frame(frame))
    found = queries.similar_cases(
        viewer, longitude=east, latitude=north, category_code=code, at=at, limit=MOST
    )
    return tuple(
        Alike(lists.row_of(one.line, at=at), math.ceil(one.metres), _photo(f"case:{one.line.id}"))
        for one in found
    )


def frame_of(given: QueryDict) -> str:
    """Return the frame of the coordinates of a form; blank for that of the pack."""
    return "wgs84" if given.get("located") else ""


def _photo(subject: str) -> str:
    for one in evidence.files_of(subject):
        if one.purpose == Purpose.BEFORE and one.media_type in SHOWABLE:
            return f"{reverse('file', args=[one.id])}?size=list"
    return ""
