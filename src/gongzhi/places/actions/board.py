"""The drawing board: the rows of the map as a deed changes them, parents found on the way."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import numpy as np
import shapely

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger.rules import NewEntry
from gongzhi.places import access
from gongzhi.places.models import Area
from gongzhi.places.rules import (
    Drawn,
    LayerView,
    NewArea,
    NoSuchArea,
    NoSuchLayer,
    OutsideParent,
    ParentNotCoarser,
)
from gongzhi.places.rules.cells import Shapes
from gongzhi.places.rules.shapes import OUTSIDE_MOST, OUTSIDE_SHARE, choose_parents, wkb_of

BATCH = 500


class Board:
    """One deed's view of the tables, and the entries it will leave.

    Args:
        by: who draws.
        at: when.
    """

    def __init__(self, *, by: Actor, at: datetime) -> None:
        self.by, self.at, self.day = by, at, access.day_of(at)
        self.layers = {layer.code: layer for layer in access.load_layers()}
        self.entries: list[NewEntry] = []
        self._rows: dict[str, dict[str, Area]] = {}

    def layer(self, code: str) -> LayerView:
        """Return a layer.

        Raises:
            NoSuchLayer: there is none of this code.
        """
        if code not in self.layers:
            raise NoSuchLayer(layer=code, known=", ".join(self.layers))
        return self.layers[code]

    def rows(self, layer: str) -> dict[str, Area]:
        """Return the rows of a layer by code, read once."""
        found = self._rows.get(layer)
        if found is None:
            rows = Area.objects.filter(layer_id=self.layer(layer).id).order_by("code")
            found = self._rows[layer] = {row.code: row for row in rows}
        return found

    def find_parent(self, layer: str, code: str, parent_layer: str) -> Area:
        """Return the parent of this code, from `parent_layer` or the finest coarser layer.

        Raises:
            NoSuchArea: no such parent.
            ParentNotCoarser: the layer given is not coarser.
        """
        rank = self.layer(layer).rank
        if parent_layer and self.layer(parent_layer).rank >= rank:
            raise ParentNotCoarser(layer=layer, parent_layer=parent_layer)
        coarser = [one.code for one in reversed(self.layers.values()) if one.rank < rank]
        for one in [parent_layer] if parent_layer else coarser:
            if code in self.rows(one):
                return self.rows(one)[code]
        raise NoSuchArea(layer=parent_layer or ", ".join(coarser), code=code)

    def parents_around(
        self, layer: str, shapes: Shapes, parent_layer: str = ""
    ) -> list[tuple[Area | None, float]]:
        """Return for each shape the area it lies in and the share of it that does.

        An administrative area belongs to the next coarser administrative layer that has
        any areas; another area to the finest administrative area that holds all of it.

        Args:
            layer: the layer of the shapes.
            shapes: polygons, degrees, WGS 84.
            parent_layer: the layer to look in, instead.
        """
        around = self._layers_around(layer, parent_layer)
        tree = self.layer(layer).is_administrative or bool(parent_layer)
        found: list[tuple[Area | None, float]] = [(None, 0.0)] * len(shapes)
        open_ones = np.arange(len(shapes))
        for one in around[:1] if tree else around:
            candidates = self._in_force(one)
            choices = choose_parents(shapes[open_ones], _shapes_of(candidates))
            for place, choice in zip(open_ones.tolist(), choices, strict=True):
                if choice.place >= 0:
                    found[place] = (candidates[choice.place], choice.share)
            whole = [choice.share >= 1 - OUTSIDE_SHARE for choice in choices]
            open_ones = open_ones[~np.array(whole, np.bool_)]
            if not open_ones.size:
                break
        return found

    def shapes_in_force(self, layer: str) -> tuple[list[str], Shapes]:
        """Return the codes and prepared shapes of a layer's areas on the day of the deed."""
        rows = self._in_force(layer)
        return [row.code for row in rows], _shapes_of(rows)

    def has_parents(self, layer: str, parent_layer: str = "") -> bool:
        """Return whether there is any area that one of this layer could lie in."""
        return bool(self._layers_around(layer, parent_layer))

    def draw(self, layer: str, new: Sequence[NewArea]) -> Drawn:
        """Draw areas of one layer: new ones, other shapes, other names; the rest stays.

        Raises:
            NoSuchArea, OutsideParent, ParentNotCoarser: a parent cannot be found.
        """
        parents = self._parents(layer, new)
        fresh: list[Area] = []
        counts = {"redrawn": 0, "changed": 0, "unchanged": 0}
        for one, parent in zip(new, parents, strict=True):
            wanted = self._row(one, parent)
            known = self.rows(layer).get(one.code)
            if known is None:
                fresh.append(wanted)
            else:
                counts[self._amend(known, wanted)] += 1
        Area.objects.bulk_create(fresh, batch_size=BATCH)
        for row in fresh:
            self.rows(layer)[row.code] = row
            self.enter(
                "area.drawn", row, shape=sha256_hex(bytes(row.shape)), parent_id=row.parent_id
            )
        ids = {(layer, one.code): self.rows(layer)[one.code].pk for one in new}
        return Drawn(ids, fresh=len(fresh), **counts)

    def enter(self, kind: str, row: Area, **facts: object) -> None:
        """Note an entry of the ledger about an area."""
        layer = next(one.code for one in self.layers.values() if one.id == row.layer_id)
        whole = {"layer": layer, "code": row.code, **facts}
        self.entries.append(NewEntry(kind, f"area:{row.pk}", self.by, self.at, whole))

    def _layers_around(self, layer: str, parent_layer: str) -> list[str]:
        """Return the layers with areas that may hold those of `layer`, the finest first."""
        rank = self.layer(layer).rank
        if parent_layer:
            if self.layer(parent_layer).rank >= rank:
                raise ParentNotCoarser(layer=layer, parent_layer=parent_layer)
            return [parent_layer] if self._in_force(parent_layer) else []
        coarser = (
            one.code
            for one in reversed(self.layers.values())
            if one.is_administrative and one.rank < rank
        )
        return [one for one in coarser if self._in_force(one)]

    def _in_force(self, layer: str) -> list[Area]:
        return [row for row in self.rows(layer).values() if _is_valid(row, self.day)]

    def _parents(self, layer: str, new: Sequence[NewArea]) -> list[Area | None]:
        """Return the parents, by code where one is given and by containment where not."""
        parents: list[Area | None] = [
            self.find_parent(layer, one.parent_code, one.parent_layer) if one.parent_code else None
            for one in new
        ]
        asking = [place for place, one in enumerate(new) if one.parent_code is None]
        if not asking or not self.has_parents(layer):
            return parents
        shapes = _array([new[place].geometry for place in asking])
        for place, (parent, share) in zip(asking, self.parents_around(layer, shapes), strict=True):
            if self.layer(layer).is_administrative and share < OUTSIDE_MOST:
                raise OutsideParent(code=new[place].code, share=f"{1 - share:.0%}")
            parents[place] = parent
        return parents

    def _row(self, new: NewArea, parent: Area | None) -> Area:
        west, south, east, north = new.geometry.bounds
        return Area(
            layer_id=self.layer(new.layer).id,
            code=new.code,
            name=new.name,
            name_en=new.name_en,
            parent_id=parent.pk if parent else None,
            path="",
            area_class=new.area_class,
            starts_on=new.valid_from,
            ends_on=new.valid_to,
            shape=wkb_of(new.geometry),
            west=west,
            south=south,
            east=east,
            north=north,
        )

    def _amend(self, known: Area, wanted: Area) -> str:
        """Bring a row to what is wanted; return which count it belongs to."""
        before = bytes(known.shape)
        deeds = _differences(known, wanted)
        if not deeds:
            return "unchanged"
        facts: dict[str, dict[str, object]] = {
            "area.redrawn": {
                "shape_before": sha256_hex(before),
                "shape_after": sha256_hex(bytes(wanted.shape)),
            },
            "area.moved": {"parent_before": known.parent_id, "parent_after": wanted.parent_id},
            "area.classified": {"before": known.area_class, "after": wanted.area_class},
        }
        wanted.pk, wanted.path = known.pk, known.path
        wanted.save(force_update=True)
        self._rows[self._code_of(wanted)][wanted.code] = wanted
        for kind in deeds:
            self.enter(kind, wanted, **facts.get(kind, {}))
        return "redrawn" if "area.redrawn" in deeds else "changed"

    def _code_of(self, row: Area) -> str:
        return next(one.code for one in self.layers.values() if one.id == row.layer_id)


def _differences(known: Area, wanted: Area) -> list[str]:
    """Return the kinds of the deeds that lead from one row to the other."""
    deeds = []
    if bytes(known.shape) != wanted.shape:
        deeds.append("area.redrawn")
    if known.parent_id != wanted.parent_id:
        deeds.append("area.moved")
    if known.area_class != wanted.area_class:
        deeds.append("area.classified")
    named = (known.name, known.name_en, known.starts_on, known.ends_on)
    if named != (wanted.name, wanted.name_en, wanted.starts_on, wanted.ends_on):
        deeds.append("area.renamed")
    return deeds


def _is_valid(row: Area, day: date) -> bool:
    return (row.starts_on is None or row.starts_on <= day) and (
        row.ends_on is None or day <= row.ends_on
    )


def _shapes_of(rows: Iterable[Area]) -> Shapes:
    shapes: Shapes = shapely.from_wkb(_array([bytes(row.shape) for row in rows]))
    shapely.prepare(shapes)
    return shapes


def _array(things: Sequence[object]) -> Shapes:
    array = np.empty(len(things), object)
    array[:] = things
    return array
