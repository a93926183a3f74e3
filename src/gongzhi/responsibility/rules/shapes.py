# ruff: noqa: D102 - what the values mean stands where they are made
"""What the rules need of areas, parties and facilities; the lower houses' views fit."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


class AreaLike(Protocol):
    """What the rules need of an area; `places.AreaView` is one."""

    @property
    def id(self) -> int: ...
    @property
    def layer(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def level(self) -> str: ...


class LocationLike(Protocol):
    """What the rules need of a located point; `places.Location` is one."""

    @property
    def areas(self) -> Mapping[str, AreaLike]: ...
    @property
    def smallest(self) -> AreaLike | None: ...


class FacilityLike(Protocol):
    """What the rules need of a facility: its three bodies."""

    @property
    def maintainer_id(self) -> int | None: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def competent_id(self) -> int | None: ...


class OrganisationLike(Protocol):
    """What the rules need of an organisation."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def scope_path(self) -> str: ...


class PostLike(Protocol):
    """What the rules need of a post; `kind` is the code of its kind."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def scope_path(self) -> str: ...


class LocatedLike(Protocol):
    """What the rules need of many located points; `places.LocatedMany` is one."""

    @property
    def area_ids(self) -> Mapping[str, Ids]: ...
    @property
    def smallest(self) -> Ids: ...
    def area(self, id: int, /) -> Any: ...


class PartyLike(Protocol):
    """An organisation or a post, as far as both are looked up by kind and scope."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def scope_path(self) -> str: ...
