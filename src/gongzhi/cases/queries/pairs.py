"""Before and after: which two photographs are set beside each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import CategoryView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE, Purpose
from gongzhi.kernel.nearness import metres_between
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.places.rules import path_range
from gongzhi.webkit.revisions import steady

from ..access import IN_PUBLIC, visible_cases
from ..rules import State

_LOOKED_AT = 12  # times as many cases as wanted are looked at for both photographs
_BEFORE = (Purpose.BEFORE, Purpose.VERIFY)
_AFTER = (Purpose.AFTER, Purpose.CHECK)


@dataclass(frozen=True, slots=True)
class PicturePair:
    """Two photographs of one place, and how far apart they say they were taken."""

    before: FileUseView
    after: FileUseView
    metres: int | None  # None where one of them does not say


@dataclass(frozen=True, slots=True)
class SolvedPair:
    """A case that was closed lately, with its two photographs."""

    number: str
    category: CategoryView | None
    area: AreaView | None
    reported_at: datetime
    ended_at: datetime
    pair: PicturePair


def pair_of(files: Iterable[FileUseView]) -> PicturePair | None:
    """Return the last photograph after the work and the last one before it.

    A photograph of the check stands in where there is none after; one of the verification
    where there is none before.

    Args:
        files: of one case, oldest first.
    """
    shown = [one for one in files if one.media_type in SHOWABLE]
    after = _last(shown, _AFTER)
    if after is None:
        return None
    earlier = [one for one in shown if one.brought_at <= after.brought_at]
    before = _last(earlier, _BEFORE) or _last(shown, _BEFORE)
    return PicturePair(before, after, _metres(before, after)) if before else None


def _last(files: Iterable[FileUseView], purposes: tuple[Purpose, ...]) -> FileUseView | None:
    """Return the newest file of the first purpose of which there is one."""
    newest = {one.purpose: one for one in files}
    return next((newest[purpose] for purpose in purposes if purpose in newest), None)


def _metres(one: FileUseView, other: FileUseView) -> int | None:
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return None
    here = (one.longitude or 0.0, one.latitude or 0.0)
    there = (other.longitude or 0.0, other.latitude or 0.0)
    return round(metres_between(*here, *there))


@steady()
def latest_pairs(
    viewer: Actor, *, at: datetime, area_path: str = "", limit: int = 4
) -> tuple[SolvedPair, ...]:
    """Return public cases closed lately of which there is a photograph before and after.

    Three statements.  Looked for among the cases closed last, in the order of their index,
    so that a city's whole past need not be sorted.

    Args:
        viewer: the reader.
        at: what ended later is left out.
        area_path: prefix of the areas; blank for the whole city.
        limit: the most to return.
    """
    rows = visible_cases(viewer).filter(
        IN_PUBLIC, state=State.CLOSED.value, is_forced=False, ended_at__lte=at
    )
    if area_path:
        low, high = path_range(area_path)
        rows = rows.filter(area_path__gte=low, area_path__lt=high)
    fields = ("id", "number", "category_code", "area_id", "reported_at", "ended_at")
    found = list(rows.order_by("-ended_at", "-id").values(*fields)[: limit * _LOOKED_AT])
    files = evidence.files_of_many(f"case:{row['id']}" for row in found)
    pairs = {
        subject: pair_of(some) for subject, some in groupby(files, key=lambda one: one.subject)
    }
    areas = places.areas({row["area_id"] for row in found if row["area_id"] is not None})
    categories = catalogue.book().categories
    solved = [
        SolvedPair(
            number=row["number"],
            category=categories.get(row["category_code"]),
            area=areas.get(row["area_id"]),
            reported_at=row["reported_at"],
            ended_at=row["ended_at"],
            pair=pair,
        )
        for row in found
        if (pair := pairs.get(f"case:{row['id']}"))
    ]
    return tuple(sorted(solved, key=lambda one: one.ended_at, reverse=True)[:limit])
