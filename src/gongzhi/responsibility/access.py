"""The index in this process, and fetching duties for change.

The responsibility map names posts and organisations, never people: everybody may
read it, and its keepers may change the part that lies in their scopes.
"""

import sys
from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.places import queries as places
from gongzhi.webkit.revisions import Remembered

from .models import Duty
from .rules import (
    AreaUnknown,
    DutyRow,
    DutyUnknown,
    MapNotYours,
    NewDuty,
    World,
    build_world,
)

REVISION = "responsibility"
KEEPERS = (Role.MAP_KEEPER, Role.SYSTEM_ADMIN, Role.SYSTEM)
_ROW_FIELDS = (
    "id",
    "area_id",
    "area__layer__code",
    "area__layer__rank",
    "area__path",
    "category_code",
    "rank",
    "organisation_id",
    "post_id",
    "starts_on",
    "ends_on",
)


def day_of(at: datetime) -> date:
    """Return the city's calendar day of a moment."""
    return timezone.localtime(at).date()


def load_world() -> World:
    """Read all duties and parties and the book; nothing is kept of what was before."""
    rows = Duty.objects.order_by("id").values_list(*_ROW_FIELDS)
    return build_world(
        (_row(*row) for row in rows.iterator(chunk_size=5000)),
        organisations=accounts.all_organisations(),
        posts=accounts.all_posts(),
        book=catalogue.book(),
    )


def _row(
    duty_id: int,
    area_id: int | None,
    layer: str | None,
    layer_rank: int | None,
    path: str | None,
    *rest: object,
) -> DutyRow:
    return DutyRow(duty_id, area_id, layer or "", layer_rank or 0, path or "", *rest)  # type: ignore[arg-type]


def load_bases() -> dict[int, str]:
    """Return what law or document each duty stands on, where one is named."""
    rows = Duty.objects.exclude(legal_basis="").values_list("id", "legal_basis")
    return {duty_id: sys.intern(basis) for duty_id, basis in rows}


BASES = Remembered(REVISION, load_bases)
WORLD = Remembered(f"{REVISION} parties catalogue places", load_world)


def require_keeper(by: Actor, area_ids: Iterable[int | None]) -> None:
    """Refuse whoever may not change the map in one of these areas.

    Args:
        by: who would change it.
        area_ids: of the duties; None for the whole city.

    Raises:
        AreaUnknown: there is no such area.
        MapNotYours: `by` does not keep the map, or not there.
    """
    if not by.has(*KEEPERS):
        raise MapNotYours(area="", role=by.role)
    city = places.the_map()
    for area_id in dict.fromkeys(area_ids):
        area = None if area_id is None else city.find(area_id)
        if area is None and area_id is not None:
            raise AreaUnknown(area=area_id)
        if not by.covers(area.path if area else "") and not by.has(Role.SYSTEM):
            raise MapNotYours(area=area.code if area else "", role=by.role)


def duty_for_change(duty_id: int) -> Duty:
    """Return a duty, locked until the transaction ends.

    Raises:
        DutyUnknown: there is none.
    """
    found = Duty.objects.select_for_update().filter(pk=duty_id).first()
    if found is None:
        raise DutyUnknown(duty=duty_id)
    return found


def duties_on(day: date) -> QuerySet[Duty]:
    """Return the duties in force on a day."""
    return Duty.objects.filter(
        Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day)
    )


def written(drafts: Collection[NewDuty]) -> dict[tuple[object, ...], Duty]:
    """Return the rows that could be one of these drafts, by `NewDuty.key`.  One statement."""
    area_ids = {draft.area_id for draft in drafts}
    here = Q(area_id__in=area_ids - {None})
    if None in area_ids:
        here |= Q(area_id=None)
    rows = Duty.objects.filter(
        here, organisation_id__in={draft.organisation_id for draft in drafts}
    )
    return {
        (row.area_id, row.category_code, row.organisation_id, row.post_id, row.starts_on): row
        for row in rows
    }
