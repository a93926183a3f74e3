"""Drawing, retiring and classing areas."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import shapely
from django.db import transaction
from django.db.models import Q

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record, record_many
from gongzhi.places import access
from gongzhi.places.models import Area
from gongzhi.places.rules import AreaHasParts, CodeTwice, Drawn, NewArea, TreeTooDeep, path_of
from gongzhi.places.rules.drawing import check_dates
from gongzhi.places.rules.geojson import check_class, check_name
from gongzhi.webkit.revisions import bump

from .board import Board

PATH_LONGEST = 64


def draw_area(
    layer_code: str,
    code: str,
    *,
    name: str,
    geometry: shapely.Geometry,
    name_en: str = "",
    parent_code: str | None = None,
    parent_layer: str = "",
    area_class: str = "",
    valid_from: date | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Draw one area, or draw it anew if the layer has one of this code.

    Args:
        layer_code: the layer.
        code: unique in the layer.
        name: what people read.
        geometry: polygon or multipolygon, degrees, WGS 84.
        name_en: the same in English; may be blank.
        parent_code: the area it lies in; blank for a root; absent: found by containment.
        parent_layer: the layer of the parent; blank: the finest coarser layer that has it.
        area_class: A, B or C; blank: as its nearest ancestor.
        valid_from: its first day; absent: always.
        by: who draws.
        at: when.

    Returns:
        The primary key.

    Raises:
        As `draw_areas`.
    """
    new = NewArea(
        layer_code,
        code,
        name,
        geometry,
        name_en=name_en,
        parent_code=parent_code,
        parent_layer=parent_layer,
        area_class=area_class,
        valid_from=valid_from,
    )
    return draw_areas([new], by=by, at=at).ids[layer_code, code]


@transaction.atomic
def draw_areas(new: Iterable[NewArea], *, by: Actor, at: datetime) -> Drawn:
    """Draw many areas of any layers, all or none; parents may be among them.

    What is there already and equal stays untouched, without an entry; an area of the
    same code with another shape is drawn anew and remains the same area.

    Args:
        new: in any order.
        by: who draws.
        at: when.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        NoSuchLayer, NoSuchArea, ParentNotCoarser, OutsideParent: where an area belongs
            cannot be told.
        BadName, BadShape, BadDates: an area cannot be drawn.
        CodeTwice: two of them have one code.
        TreeTooDeep: more than twelve areas would lie in each other.
    """
    access.require_map_keeper(by)
    board = Board(by=by, at=at)
    by_layer = _by_layer(new, board)
    done = [board.draw(layer, by_layer[layer]) for layer in board.layers if layer in by_layer]
    if board.entries:
        _refresh_paths()
        record_many(board.entries)
        bump(access.REVISION)
    return Drawn(
        {key: area_id for part in done for key, area_id in part.ids.items()},
        fresh=sum(part.fresh for part in done),
        redrawn=sum(part.redrawn for part in done),
        changed=sum(part.changed for part in done),
        unchanged=sum(part.unchanged for part in done),
    )


@transaction.atomic
def retire_area(layer_code: str, code: str, *, ends_on: date, by: Actor, at: datetime) -> None:
    """End an area on a day; questions about earlier days still find it.

    Args:
        layer_code: the layer.
        code: the area.
        ends_on: its last day.
        by: who retires it.
        at: when.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        NoSuchArea: there is no such area.
        AreaHasParts: areas under it stay valid after that day.
        BadDates: the day lies before its first.
    """
    access.require_map_keeper(by)
    area = access.area_for_change(layer_code, code)
    check_dates(area.starts_on, ends_on)
    if area.ends_on == ends_on:
        return
    parts = Area.objects.filter(parent=area).filter(Q(ends_on=None) | Q(ends_on__gt=ends_on))
    count = parts.count()
    if count:
        raise AreaHasParts(code=code, count=count, ends_on=ends_on.isoformat())
    area.ends_on = ends_on
    area.save(update_fields=["ends_on"])
    facts = {"layer": layer_code, "code": code, "ends_on": ends_on.isoformat()}
    record("area.retired", subject=f"area:{area.pk}", by=by, at=at, facts=facts)
    bump(access.REVISION)


@transaction.atomic
def classify_area(layer_code: str, code: str, *, area_class: str, by: Actor, at: datetime) -> None:
    """Give an area its class (A: shortest limits); blank: the class of what it lies in.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        NoSuchArea: there is no such area.
        BadName: the class has more than four characters.
    """
    access.require_map_keeper(by)
    check_class(area_class)
    area = access.area_for_change(layer_code, code)
    before = area.area_class
    if before == area_class:
        return
    area.area_class = area_class
    area.save(update_fields=["area_class"])
    facts = {"layer": layer_code, "code": code, "before": before, "after": area_class}
    record("area.classified", subject=f"area:{area.pk}", by=by, at=at, facts=facts)
    bump(access.REVISION)


@transaction.atomic
def rename_area(
    layer_code: str, code: str, *, name: str, name_en: str = "", by: Actor, at: datetime
) -> None:
    """Give an area another name; its shape, its class and its days stay.

    Args:
        layer_code: the layer.
        code: the area.
        name: what people read.
        name_en: the same in English; may be blank.
        by: who renames it.
        at: when.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        NoSuchArea: there is no such area.
        BadName: a name is missing, too long or not printable.
    """
    access.require_map_keeper(by)
    check_name(name)
    check_name(name_en, field="name_en", required=False)
    area = access.area_for_change(layer_code, code)
    if (area.name, area.name_en) == (name, name_en):
        return
    area.name, area.name_en = name, name_en
    area.save(update_fields=["name", "name_en"])
    facts = {"layer": layer_code, "code": code}
    record("area.renamed", subject=f"area:{area.pk}", by=by, at=at, facts=facts)
    bump(access.REVISION)


def _by_layer(new: Iterable[NewArea], board: Board) -> dict[str, list[NewArea]]:
    """Return the checked areas by layer.

    Raises:
        BadName, BadShape, BadDates, CodeTwice, NoSuchLayer: see `draw_areas`.
    """
    found: dict[str, list[NewArea]] = defaultdict(list)
    seen = set()
    for one in new:
        board.layer(one.layer)
        one.check()
        if (one.layer, one.code) in seen:
            raise CodeTwice(field="code", text=one.code)
        seen.add((one.layer, one.code))
        found[one.layer].append(one)
    return found


def _refresh_paths() -> None:
    """Bring every path up to date with the parents; two statements."""
    rows = {key: (parent, path) for key, parent, path in access.parents_and_paths()}
    paths: dict[int, str] = {}

    def path(key: int) -> str:
        if key not in paths:
            parent = rows[key][0]
            paths[key] = path_of(key, path(parent) if parent is not None else "")
        return paths[key]

    stale = {key: path(key) for key, (_, kept) in rows.items() if path(key) != kept}
    if any(len(one) > PATH_LONGEST for one in stale.values()):
        raise TreeTooDeep(most=PATH_LONGEST // 5)
    access.set_paths(stale)
