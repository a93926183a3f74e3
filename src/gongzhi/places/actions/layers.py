"""Defining layers."""

from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record
from gongzhi.places import access
from gongzhi.places.models import Area, Layer
from gongzhi.places.rules import LayerInUse, LayerView, TooManyLayers
from gongzhi.places.rules.citymap import MOST_LAYERS
from gongzhi.places.rules.geojson import check_code, check_name
from gongzhi.places.rules.showing import check_look
from gongzhi.webkit.revisions import bump


@transaction.atomic
def define_layer(
    code: str,
    *,
    name: str,
    rank: int,
    is_administrative: bool,
    name_en: str = "",
    level: str = "",
    shown_as: str = "",
    shown_from: int | None = None,
    by: Actor,
    at: datetime,
) -> LayerView:
    """Define a layer of the map, or change how it is called.

    The same definition twice changes nothing.

    Args:
        code: a word: district, street, community, courtyard.
        name: what people read.
        rank: from coarse to fine: the city 0, the grid 40.
        is_administrative: its areas belong to the one tree from the city to the grid.
        name_en: the same in English; may be blank.
        level: the level of government: community, street, district, city; may be blank.
        shown_as: how maps show it, see `rules.ShownAs`; blank: by what it is.
        shown_from: the zoom from which maps show it, 0 to 22; absent: by the size of its areas.
        by: who defines it.
        at: when.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        BadName: the code or a name cannot be used.
        UnknownLook, BadZoom: maps cannot show it so.
        LayerInUse: it holds areas and its rank or its part in the tree would change.
        TooManyLayers: the map is full.
    """
    access.require_map_keeper(by)
    check_code(code)
    check_name(name)
    check_name(name_en, field="name_en", required=False)
    check_look(shown_as, shown_from)
    wanted = Layer(
        code=code,
        name=name,
        name_en=name_en,
        level=level,
        rank=rank,
        is_administrative=is_administrative,
        shown_as=shown_as,
        shown_from=shown_from,
    )
    found = Layer.objects.select_for_update().filter(code=code).first()
    if found is not None and _same(found, wanted):
        return _view(found)
    _refuse_disorder(found, wanted)
    wanted.pk = found.pk if found else None
    wanted.save()
    record(
        "layer.changed" if found else "layer.defined",
        subject=f"layer:{code}",
        by=by,
        at=at,
        facts={
            "rank": rank,
            "level": level,
            "is_administrative": is_administrative,
            "shown_as": shown_as,
            "shown_from": shown_from,
        },
    )
    bump(access.REVISION)
    return _view(wanted)


def _same(one: Layer, other: Layer) -> bool:
    return _view(one)[1:] == _view(other)[1:]


def _view(layer: Layer) -> LayerView:
    return LayerView(
        layer.pk,
        layer.code,
        layer.name,
        layer.name_en,
        layer.level,
        layer.rank,
        layer.is_administrative,
        layer.shown_as,
        layer.shown_from,
    )


def _refuse_disorder(found: Layer | None, wanted: Layer) -> None:
    if found is None:
        if Layer.objects.count() >= MOST_LAYERS:
            raise TooManyLayers(most=MOST_LAYERS)
        return
    moved = (found.rank, found.is_administrative) != (wanted.rank, wanted.is_administrative)
    if moved and Area.objects.filter(layer=found).exists():
        raise LayerInUse(layer=found.code, rank=found.rank)
