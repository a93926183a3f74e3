"""Placing facilities: lamps, manholes, bins, with their three bodies."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
from django.db import transaction

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor
from gongzhi.kernel.coordinates import Frame, check_position, to_wgs84
from gongzhi.kernel.quadkeys import quadkeys
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.sheets import RejectWriter, Row, open_sheet
from gongzhi.ledger.actions import record_many
from gongzhi.ledger.rules import NewEntry
from gongzhi.places import access
from gongzhi.places.models import Facility
from gongzhi.places.rules import CodeTwice, NewFacility, NoSuchBody, Placed
from gongzhi.places.rules.drawing import check_dates
from gongzhi.places.rules.geojson import check_code, check_name
from gongzhi.places.rules.refusals import UnknownFrame
from gongzhi.webkit.revisions import bump
from gongzhi.webkit.words import sentence

BATCH = 1_000
_FIELDS = (
    "category_code",
    "name",
    "name_en",
    "longitude",
    "latitude",
    "quadkey",
    "area_id",
    "competent_id",
    "owner_id",
    "maintainer_id",
    "condition",
    "starts_on",
    "ends_on",
)
_BODIES = ("competent", "owner", "maintainer")


def place_facility(new: NewFacility, *, by: Actor, at: datetime) -> int:
    """Place one facility, or bring the one of this code up to date; return its key.

    Raises:
        As `place_facilities`.
    """
    return place_facilities([new], by=by, at=at).ids[new.code]


@transaction.atomic
def place_facilities(new: Iterable[NewFacility], *, by: Actor, at: datetime) -> Placed:
    """Place many facilities, all or none; what is there already and equal stays untouched.

    Each one belongs to the smallest administrative area around it.

    Args:
        new: in any order, each code once.
        by: who places them.
        at: when.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        BadPosition, BadName, BadDates: a facility cannot be placed.
        CodeTwice: two of them have one code.
    """
    access.require_map_keeper(by)
    placed = Placed({})
    coming = iter(new)
    while batch := list(islice(coming, BATCH)):
        part = _place_batch(batch, by=by, at=at)
        for code in part.ids.keys() & placed.ids.keys():
            raise CodeTwice(field="code", text=code)
        placed += part
    return placed


def _place_batch(batch: Sequence[NewFacility], *, by: Actor, at: datetime) -> Placed:
    for one in batch:
        _check(one)
    wanted = _rows(batch, at)
    if len(wanted) < len(batch):
        codes = [one.code for one in batch]
        raise CodeTwice(field="code", text=next(code for code in codes if codes.count(code) > 1))
    rows = Facility.objects.select_for_update().filter(code__in=list(wanted))
    known = {row.code: row for row in rows}
    fresh = [row for code, row in wanted.items() if code not in known]
    changed = []
    for code, row in known.items():
        if _values(row) != _values(wanted[code]):
            wanted[code].pk = row.pk
            changed.append(wanted[code])
    Facility.objects.bulk_create(fresh, batch_size=BATCH)
    Facility.objects.bulk_update(changed, _FIELDS, batch_size=50)
    record_many(
        [_entry("facility.placed", row, by, at) for row in fresh]
        + [_entry("facility.changed", row, by, at) for row in changed]
    )
    if fresh or changed:
        bump(access.FACILITIES)
    ids = {row.code: row.pk for row in [*known.values(), *fresh]}
    return Placed(ids, len(fresh), len(changed), len(known) - len(changed))


def _check(one: NewFacility) -> None:
    check_code(one.code)
    check_code(one.category_code, field="category")
    check_name(one.name, required=False)
    check_name(one.name_en, field="name_en", required=False)
    check_position(one.longitude, one.latitude)
    check_dates(one.valid_from, one.valid_to)


def _rows(batch: Sequence[NewFacility], at: datetime) -> dict[str, Facility]:
    lon = np.array([one.longitude for one in batch], np.float64)
    lat = np.array([one.latitude for one in batch], np.float64)
    smallest = access.THE_MAP.get().locate_many(lon, lat, on=access.day_of(at)).smallest.tolist()
    keys = quadkeys(lon, lat).tolist()
    return {
        one.code: Facility(
            code=one.code,
            category_code=one.category_code,
            name=one.name,
            name_en=one.name_en,
            longitude=one.longitude,
            latitude=one.latitude,
            quadkey=key,
            area_id=area_id if area_id >= 0 else None,
            competent_id=one.competent_id,
            owner_id=one.owner_id,
            maintainer_id=one.maintainer_id,
            condition=one.condition,
            starts_on=one.valid_from,
            ends_on=one.valid_to,
        )
        for one, key, area_id in zip(batch, keys, smallest, strict=True)
    }


def _values(row: Facility) -> tuple[object, ...]:
    return tuple(getattr(row, field) for field in _FIELDS)


def _entry(kind: str, row: Facility, by: Actor, at: datetime) -> NewEntry:
    facts = {
        "code": row.code,
        "category": row.category_code,
        "longitude": row.longitude,
        "latitude": row.latitude,
        "area_id": row.area_id,
        "competent_id": row.competent_id,
        "owner_id": row.owner_id,
        "maintainer_id": row.maintainer_id,
        "condition": row.condition,
    }
    return NewEntry(kind, f"facility:{row.pk}", by, at, facts)


def import_facilities(
    path: Path, *, frame: Frame = Frame.WGS84, refused: Path, by: Actor, at: datetime
) -> tuple[Placed, int]:
    """Place the facilities of a table; rows that cannot be placed go to a file with reasons.

    Columns: code, category, longitude, latitude; and if wanted name, name_en, frame, condition,
    competent, owner, maintainer (codes of organisations).

    Args:
        path: the table: CSV, TSV, XLSX or JSON lines.
        frame: the coordinate system of rows that name none.
        refused: where the refused rows go; made only when there are any.
        by: who imports.
        at: when.

    Returns:
        What was placed, and how many rows were refused.  Batches of a thousand stand on
        their own, so that a file that breaks off can be imported again.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        BadSheet: the table cannot be read.
    """
    access.require_map_keeper(by)
    bodies = {code: view.id for code, view in accounts.organisations_by_code().items()}
    placed = Placed({})
    with RejectWriter(refused) as writer:
        good = _good_rows(open_sheet(path), bodies, frame, writer)
        while batch := list(islice(good, BATCH)):
            placed += place_facilities(batch, by=by, at=at)
        return placed, writer.rows


def _good_rows(
    rows: Iterable[Row], bodies: Mapping[str, int], frame: Frame, writer: RejectWriter
) -> Iterator[NewFacility]:
    seen = set()
    for row in rows:
        try:
            if row.refusal is not None:
                raise row.refusal
            new = _facility_of(row, bodies, frame)
            if new.code in seen:
                raise CodeTwice(field="code", text=new.code)
        except Refusal as refusal:
            writer.reject(row, sentence(refusal))
            continue
        seen.add(new.code)
        yield new


def _facility_of(row: Row, bodies: Mapping[str, int], frame: Frame) -> NewFacility:
    """Return the facility of a row in WGS 84; refuse what cannot be placed."""
    told = {name: _text(value) for name, value in row.values.items()}
    lon, lat = _degrees(told, "longitude"), _degrees(told, "latitude")
    check_position(lon, lat)
    lon, lat = to_wgs84(lon, lat, _frame(told.get("frame", ""), frame))
    for column in _BODIES:
        if told.get(column) and told[column] not in bodies:
            raise NoSuchBody(column=column, code=told[column])
    new = NewFacility(
        code=told.get("code", ""),
        category_code=told.get("category", ""),
        longitude=lon,
        latitude=lat,
        name=told.get("name", ""),
        name_en=told.get("name_en", ""),
        competent_id=bodies.get(told.get("competent", "")),
        owner_id=bodies.get(told.get("owner", "")),
        maintainer_id=bodies.get(told.get("maintainer", "")),
        condition=told.get("condition") or "intact",
    )
    _check(new)
    return new


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _degrees(told: Mapping[str, str], column: str) -> float:
    try:
        return float(told.get(column, "") or math.nan)
    except ValueError:
        return math.nan


def _frame(named: str, usual: Frame) -> Frame:
    if not named:
        return usual
    try:
        return Frame(named.lower())
    except ValueError:
        raise UnknownFrame(frame=named[:20], known=", ".join(Frame)) from None
