"""Making and retiring service codes."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record, record_many
from gongzhi.ledger.rules import NewEntry
from gongzhi.places import access
from gongzhi.places.models import Area, Facility, ServiceCode
from gongzhi.places.rules import CodeTaken, NewCode, NoSuchArea, NoSuchFacility
from gongzhi.places.rules.codes import CHANCE, made_code

BATCH = 500

Thing = tuple[str, object]


def make_code(new: NewCode, *, by: Actor, at: datetime) -> str:
    """Make one service code, or return the one that the thing bears already.

    Raises:
        As `make_codes`.
    """
    return make_codes([new], by=by, at=at)[0]


@transaction.atomic
def make_codes(new: Iterable[NewCode], *, by: Actor, at: datetime) -> tuple[str, ...]:
    """Make many service codes, all or none; what bears one already keeps it, without an entry.

    Args:
        new: for what, in any order.
        by: who makes them.
        at: when.

    Returns:
        The codes in the order of `new`.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        CodeForNothing, BadServiceCode, BadName, BadPosition: a plate cannot stand for that.
        NoSuchFacility, NoSuchArea: what it should stand for is not there.
        CodeTaken: another thing bears that code.
    """
    access.require_map_keeper(by)
    wanted = list(new)
    for one in wanted:
        one.check()
    made: list[str] = []
    for start in range(0, len(wanted), BATCH):
        made += _make_batch(wanted[start : start + BATCH], by=by, at=at)
    return tuple(made)


def _make_batch(batch: Sequence[NewCode], *, by: Actor, at: datetime) -> list[str]:
    rows = _rows(batch, at)
    borne = _borne(rows)
    fresh: dict[Thing, ServiceCode] = {}
    for row in rows:
        thing = _thing(row)
        if thing not in borne:
            fresh.setdefault(thing, row)
    _refuse_taken([row.code for row in fresh.values()])
    ServiceCode.objects.bulk_create(fresh.values())
    record_many([_entry("code.made", row, by, at) for row in fresh.values()])
    known = borne | {thing: row.code for thing, row in fresh.items()}
    return [known[_thing(row)] for row in rows]


def _rows(batch: Sequence[NewCode], at: datetime) -> list[ServiceCode]:
    facilities = dict(
        Facility.objects.filter(
            code__in={one.facility for one in batch if one.facility}
        ).values_list("code", "pk")
    )
    areas = {
        (area.layer.code, area.code): area.pk
        for area in Area.objects.filter(code__in={one.area for one in batch if one.area})
        .select_related("layer")
        .defer("shape")
    }
    rows = []
    for one in batch:
        if one.facility and one.facility not in facilities:
            raise NoSuchFacility(code=one.facility)
        if one.area and (one.layer, one.area) not in areas:
            raise NoSuchArea(layer=one.layer, code=one.area)
        rows.append(
            ServiceCode(
                code=one.code or made_code(os.urandom(CHANCE)),
                facility_id=facilities.get(one.facility),
                area_id=areas.get((one.layer, one.area)),
                name=one.name,
                name_en=one.name_en,
                longitude=one.longitude,
                latitude=one.latitude,
                made_at=at,
            )
        )
    return rows


def _thing(row: ServiceCode) -> Thing:
    if row.facility_id is not None:
        return "facility", row.facility_id
    if row.area_id is not None:
        return "area", row.area_id
    return "point", (row.name, row.longitude, row.latitude)


def _borne(rows: Sequence[ServiceCode]) -> dict[Thing, str]:
    """Return the codes that these things bear already; three statements."""
    standing = ServiceCode.objects.filter(retired_at=None)
    found = [
        *standing.filter(facility_id__in=[row.facility_id for row in rows if row.facility_id]),
        *standing.filter(area_id__in=[row.area_id for row in rows if row.area_id]),
        *standing.filter(name__in=[row.name for row in rows if row.name], area=None, facility=None),
    ]
    return {_thing(row): row.code for row in found}


def _refuse_taken(codes: Sequence[str]) -> None:
    taken = set(ServiceCode.objects.filter(code__in=codes).values_list("code", flat=True))
    twice = {code for code in codes if codes.count(code) > 1}
    for code in sorted(taken | twice):
        raise CodeTaken(code=code)


@transaction.atomic
def retire_code(code: str, *, by: Actor, at: datetime) -> None:
    """Retire a service code: its plate is gone, and no other thing gets the same code.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        NoSuchCode: no plate in use bears it.
    """
    access.require_map_keeper(by)
    row = access.code_for_change(code)
    row.retired_at = at
    row.save(update_fields=["retired_at"])
    entry = _entry("code.retired", row, by, at)
    record(entry.kind, subject=entry.subject, by=by, at=at, facts=entry.facts)


def _entry(kind: str, row: ServiceCode, by: Actor, at: datetime) -> NewEntry:
    facts = {
        "code": row.code,
        "facility_id": row.facility_id,
        "area_id": row.area_id,
        "longitude": row.longitude,
        "latitude": row.latitude,
    }
    return NewEntry(kind, f"code:{row.pk}", by, at, facts)
