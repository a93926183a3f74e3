"""Importing a layer from GeoJSON."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import shapely
from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.coordinates import Frame
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import access
from gongzhi.places.rules import (
    CannotOpen,
    CodeTwice,
    ImportReport,
    NewArea,
    NoSuchLayer,
    OutsideParent,
    Remark,
)
from gongzhi.places.rules.geojson import (
    Feature,
    check_class,
    check_code,
    check_name,
    read_features,
    text_of,
)
from gongzhi.places.rules.shapes import (
    MANY_VERTICES,
    OUTSIDE_MOST,
    OUTSIDE_SHARE,
    find_overlaps,
    read_shape,
)
from gongzhi.webkit.words import sentence

from .areas import draw_areas
from .board import Board
from .layers import define_layer

REASON = "_reason"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the features of a file become areas: which property means what.

    Attributes:
        layer: the layer they are drawn in.
        name_field: the property that holds the name.
        code_field: the property that holds the code.
        name_en_field: the English name; blank: none.
        class_field: the area class; blank: none.
        parent_field: the code of the parent; blank: parents are found by containment.
        parent_layer: where parents are looked for; blank: the next coarser layer.
        where: only features with these property values are read.
        frame: the coordinate system of the file.
        mend: close open rings and repair self-crossings instead of refusing them.
        valid_from: the first day of all; absent: always.
    """

    layer: str
    name_field: str
    code_field: str
    name_en_field: str = ""
    class_field: str = ""
    parent_field: str = ""
    parent_layer: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    frame: Frame = Frame.WGS84
    mend: bool = False
    valid_from: date | None = None


@dataclass(slots=True)
class _Sorting:
    """What became of the features so far."""

    good: list[tuple[Feature, NewArea]] = field(default_factory=list)
    refused: list[tuple[Feature, Refusal]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    skipped: int = 0

    def remark(self, what: str, /, **facts: object) -> None:
        """Note something to look at."""
        self.remarks.append(Remark(what, facts))


def import_geojson(
    path: str | Path,
    *,
    layer: str,
    name_field: str,
    code_field: str,
    name_en_field: str = "",
    class_field: str = "",
    parent_field: str = "",
    parent_layer: str = "",
    where: Mapping[str, str] | None = None,
    frame: Frame = Frame.WGS84,
    mend: bool = False,
    valid_from: date | None = None,
    rank: int | None = None,
    level: str = "",
    administrative: bool = False,
    layer_name: str = "",
    shown_as: str = "",
    shown_from: int | None = None,
    by: Actor,
    at: datetime,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Draw the features of a GeoJSON file as areas of a layer.

    All good features are drawn in one transaction; the others are written beside the file
    with a `_reason` each, to be mended and imported again. The same file twice changes
    nothing; a feature whose shape has changed draws the same area anew.

    Args:
        path: the file.
        layer: the code of the layer; defined first when `rank` is given.
        name_field: the property that holds the name.
        code_field: the property that holds the code.
        name_en_field: the property with the English name; blank: none.
        class_field: the property with the area class; blank: none.
        parent_field: the property with the code of the parent; blank: by containment.
        parent_layer: where parents are looked for; blank: the next coarser layer.
        where: only features with these property values are read.
        frame: the coordinate system of the file.
        mend: close open rings and repair self-crossings instead of refusing them.
        valid_from: the first day of all; absent: always.
        rank: the rank of a layer that may not exist yet; coarse to fine.
        level: its level of government.
        administrative: whether it belongs to the one tree.
        layer_name: its name; blank: its code.
        shown_as: how maps show it; blank: by what it is.
        shown_from: the zoom from which maps show it; absent: by the size of its areas.
        by: who imports.
        at: when.
        progress: called with the number of each feature read.

    Raises:
        NotMapKeeper: `by` may not draw on the map.
        BadSource: the file cannot be read at all.
        NoSuchLayer, ParentNotCoarser: the layers do not fit.
    """
    access.require_map_keeper(by)
    reading = Reading(
        layer,
        name_field,
        code_field,
        name_en_field,
        class_field,
        parent_field,
        parent_layer,
        where or {},
        frame,
        mend,
        valid_from,
    )
    source = Path(path)
    sorting = _sorted(_content(source), reading, progress)
    with transaction.atomic():
        if rank is not None and layer not in {one.code for one in access.load_layers()}:
            define_layer(
                layer,
                name=layer_name or layer,
                rank=rank,
                level=level,
                is_administrative=administrative,
                shown_as=shown_as,
                shown_from=shown_from,
                by=by,
                at=at,
            )
        board = Board(by=by, at=at)
        board.layer(layer)
        _find_parents(sorting, reading, board)
        drawn = draw_areas((new for _, new in sorting.good), by=by, at=at)
        if drawn.fresh or drawn.redrawn:
            _remark_overlaps(sorting, Board(by=by, at=at), layer)
    return ImportReport(
        read=len(sorting.good) + len(sorting.refused) + sorting.skipped,
        skipped=sorting.skipped,
        drawn=drawn.fresh,
        redrawn=drawn.redrawn,
        changed=drawn.changed,
        unchanged=drawn.unchanged,
        refused=len(sorting.refused),
        refused_path=_write_refused(source, sorting.refused),
        remarks=tuple(sorting.remarks),
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise CannotOpen(file=path.name, detail=trouble.strerror or "") from None


def _sorted(content: bytes, reading: Reading, progress: Callable[[int], None] | None) -> _Sorting:
    """Read every feature: good, refused, or left out."""
    sorting = _Sorting()
    seen: set[str] = set()
    for feature in read_features(content):
        if progress is not None:
            progress(feature.number)
        wanted = reading.where.items()
        if any(text_of(feature.properties, name) != value for name, value in wanted):
            sorting.skipped += 1
            continue
        try:
            new = _area_of(feature, reading, sorting)
            if new.code in seen:
                raise CodeTwice(field=reading.code_field, text=new.code)
        except Refusal as refusal:
            sorting.refused.append((feature, refusal))
            continue
        seen.add(new.code)
        sorting.good.append((feature, new))
    return sorting


def _area_of(feature: Feature, reading: Reading, sorting: _Sorting) -> NewArea:
    """Return the area of a feature; refuse what cannot be drawn."""
    told = feature.properties
    code, name = text_of(told, reading.code_field), text_of(told, reading.name_field)
    name_en, area_class = text_of(told, reading.name_en_field), text_of(told, reading.class_field)
    check_code(code, field=reading.code_field)
    check_name(name, field=reading.name_field)
    check_name(name_en, field=reading.name_en_field, required=False)
    check_class(area_class, field=reading.class_field)
    shape, repair = read_shape(feature.geometry, frame=reading.frame, mend=reading.mend)
    if repair is not None:
        lon, lat = f"{repair.longitude:.6f}", f"{repair.latitude:.6f}"
        change = repair.told_change
        sorting.remark("repaired", code=code, longitude=lon, latitude=lat, change=change)
    vertices = int(shapely.get_num_coordinates(shape))
    if vertices > MANY_VERTICES:
        sorting.remark("many_vertices", code=code, vertices=vertices)
    parent_code = text_of(told, reading.parent_field) if reading.parent_field else None
    return NewArea(
        reading.layer,
        code,
        name,
        shape,
        name_en,
        parent_code,
        reading.parent_layer,
        area_class,
        reading.valid_from,
    )


def _find_parents(sorting: _Sorting, reading: Reading, board: Board) -> None:
    """Give every good area its parent; refuse those that lie outside of all."""
    if reading.parent_field:
        _keep(sorting, lambda new: _known_parent(new, board))
        return
    if not sorting.good or not board.has_parents(reading.layer, reading.parent_layer):
        _keep(sorting, lambda new: _under(new, "", ""))
        return
    shapes = np.empty(len(sorting.good), object)
    shapes[:] = [new.geometry for _, new in sorting.good]
    found = board.parents_around(reading.layer, shapes, reading.parent_layer)
    answers = iter(found)
    by_id = {layer.id: layer.code for layer in board.layers.values()}
    must = board.layer(reading.layer).is_administrative or bool(reading.parent_layer)

    def place(new: NewArea) -> NewArea:
        parent, share = next(answers)
        if must and share < OUTSIDE_MOST:
            raise OutsideParent(code=new.code, share=f"{1 - share:.0%}")
        if parent is None:
            return _under(new, "", "")
        if 1 - share > OUTSIDE_SHARE:
            outside = f"{1 - share:.1%}"
            sorting.remark("sticks_out", code=new.code, parent=parent.code, share=outside)
        return _under(new, parent.code, by_id[parent.layer_id])

    _keep(sorting, place)


def _known_parent(new: NewArea, board: Board) -> NewArea:
    """Return the area if its parent's code is known or blank."""
    if new.parent_code:
        board.find_parent(new.layer, new.parent_code, new.parent_layer)
    return new


def _under(new: NewArea, parent_code: str, parent_layer: str) -> NewArea:
    return NewArea(
        new.layer,
        new.code,
        new.name,
        new.geometry,
        new.name_en,
        parent_code,
        parent_layer,
        new.area_class,
        new.valid_from,
    )


def _keep(sorting: _Sorting, place: Callable[[NewArea], NewArea]) -> None:
    """Put every good area through `place`; what it refuses is refused."""
    kept = []
    for feature, new in sorting.good:
        try:
            kept.append((feature, place(new)))
        except Refusal as refusal:
            if isinstance(refusal, NoSuchLayer):
                raise
            sorting.refused.append((feature, refusal))
    sorting.good = kept


def _remark_overlaps(sorting: _Sorting, board: Board, layer: str) -> None:
    """Remark on the areas just drawn that overlap others of their layer."""
    codes, shapes = board.shapes_in_force(layer)
    drawn = {new.code for _, new in sorting.good}
    fresh = np.array([code in drawn for code in codes], np.bool_)
    for overlap in find_overlaps(shapes, fresh):
        sorting.remark(
            "overlap",
            code=codes[overlap.place],
            other=codes[overlap.other],
            share=f"{overlap.share:.1%}",
        )


def _write_refused(source: Path, refused: Sequence[tuple[Feature, Refusal]]) -> str:
    """Write the refused features beside the file; return where, or a blank."""
    if not refused:
        return ""
    features = [
        {**feature.raw, "properties": {**feature.properties, REASON: sentence(refusal)}}
        for feature, refusal in refused
    ]
    target = source.with_name(f"{source.name.removesuffix('.geojson')}.refused.geojson")
    whole = {"type": "FeatureCollection", "features": features}
    try:
        target.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError as trouble:
        raise CannotOpen(file=target.name, detail=trouble.strerror or "") from None
    return str(target)
