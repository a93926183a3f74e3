"""Everything the answer depends on, in dictionaries: duties, parties, the book."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from gongzhi.catalogue.rules import Book, DutyRule

from .shapes import OrganisationLike, PartyLike, PostLike

T = TypeVar("T")

STEWARDS: Mapping[str, tuple[str, ...]] = {
    "building": ("building_steward", "courtyard_steward"),  # 楼内找楼长、楼院长
    "courtyard": ("courtyard_steward",),  # 院内找楼院长
    "road": ("lane_steward",),  # 院外找街巷长
    "sector": ("sector_steward",),  # 区片长
    "station": ("station_head",),  # 站长
}
"""Who walks which layer: layer to kinds of post, in the order in which they are asked."""

OFFICES: Mapping[str, tuple[str, ...]] = {
    "community": ("community", "community_committee"),
    "street": ("street_office",),
    "district": ("district_government", "district_office"),
}
"""Kinds of an area's own office, where the pack has no rule for every category."""


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One row of the responsibility map.

    Attributes:
        area_id: None for the whole city.
        layer, layer_rank, path: of the area; a higher rank is a finer layer.
        category_code: the node it holds for, with all below it; "" for every category.
        starts_on, ends_on: the first and the last day; None: open.
    """

    id: int
    area_id: int | None
    layer: str
    layer_rank: int
    path: str
    category_code: str
    rank: int
    organisation_id: int
    post_id: int | None
    starts_on: date | None = None
    ends_on: date | None = None

    def holds_on(self, on: date) -> bool:
        """Return whether the duty is in force on a day."""
        return (self.starts_on is None or self.starts_on <= on) and (
            self.ends_on is None or on <= self.ends_on
        )


class Scoped(Generic[T]):
    """Things with a scope (a path prefix), found by the longest scope that covers a path."""

    def __init__(self) -> None:
        self._found: dict[str, T] = {}
        self._lengths: list[int] = []

    def place(self, scope: str, thing: T) -> None:
        """Keep a thing under its scope; of two with one scope the first stays."""
        self._found.setdefault(scope, thing)
        if len(scope) not in self._lengths:
            self._lengths = sorted([*self._lengths, len(scope)], reverse=True)

    def exactly(self, scope: str) -> T | None:
        """Return the thing of exactly this scope."""
        return self._found.get(scope)

    def covering(self, path: str) -> T | None:
        """Return the thing whose scope is the longest prefix of `path`."""
        for length in self._lengths:
            if length <= len(path) and (thing := self._found.get(path[:length])) is not None:
                return thing
        return None


@dataclass(frozen=True)
class World:
    """The index of one revision; it asks no database.

    Attributes:
        duties: rows that answer for handling, by area (None: the whole city).
        stewards: rows of the stewards, by area.
        duty_layers: layers in which some row of `duties` lies, and those that stewards
            walk where the pack lets a steward answer for a category.
        rules: rows of the pack by category, each with its place in `book.duties`.
        walking: the kinds of post that are stewards.
    """

    book: Book
    duties: Mapping[int | None, tuple[DutyRow, ...]]
    stewards: Mapping[int | None, tuple[DutyRow, ...]]
    duty_layers: frozenset[str]
    rules: Mapping[str, tuple[tuple[int, DutyRule], ...]]
    walking: frozenset[str]
    organisations: Mapping[int, OrganisationLike]
    posts: Mapping[int, PostLike]
    by_code: Mapping[str, OrganisationLike]
    by_kind: Mapping[str, Scoped[OrganisationLike]]
    posts_by_kind: Mapping[str, Scoped[PostLike]]
    posts_inside: Mapping[tuple[int, str], Scoped[PostLike]]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels from the nearest to the highest."""
        return self.book.options.levels


def build_world(
    duties: Iterable[DutyRow],
    *,
    organisations: Iterable[OrganisationLike],
    posts: Iterable[PostLike],
    book: Book,
) -> World:
    """Return the index of these duties and parties under this pack.

    A steward's row without a category is a walk, not an answer for handling; a
    row of a party that is not given (closed) answers no more.
    """
    offices = {one.id: one for one in organisations}
    seats = {one.id: one for one in posts}
    walking = steward_kinds(book)
    walks, answers = _parted(duties, offices, seats, walking)
    do_stewards_answer = any(rule.post_kind in walking for rule in book.duties)
    return World(
        book=book,
        duties=_by_area(answers),
        stewards=_by_area(walks),
        duty_layers=frozenset(row.layer for row in answers if row.area_id is not None)
        | (frozenset(STEWARDS) if do_stewards_answer else frozenset()),
        rules=_by_category(book),
        walking=walking,
        organisations=offices,
        posts=seats,
        by_code={one.code: one for one in offices.values()},
        by_kind=_scoped(offices.values()),
        posts_by_kind=_scoped(seats.values()),
        posts_inside=_inside(seats.values()),
    )


def steward_kinds(book: Book) -> frozenset[str]:
    """Return the kinds of post that walk: those of `STEWARDS` and of the pack's chain."""
    usual = {kind for kinds in STEWARDS.values() for kind in kinds}
    return frozenset(usual | {row.code for row in book.post_kinds if row.chain == "stewards"})


def _parted(
    duties: Iterable[DutyRow],
    offices: Mapping[int, OrganisationLike],
    seats: Mapping[int, PostLike],
    walking: frozenset[str],
) -> tuple[list[DutyRow], list[DutyRow]]:
    walks: list[DutyRow] = []
    answers: list[DutyRow] = []
    for row in duties:
        post = None if row.post_id is None else seats.get(row.post_id)
        if row.organisation_id not in offices or (post is None and row.post_id is not None):
            continue
        is_walk = post is not None and post.kind in walking and not row.category_code
        (walks if is_walk else answers).append(row)
    return walks, answers


def _by_area(rows: Iterable[DutyRow]) -> Mapping[int | None, tuple[DutyRow, ...]]:
    found: defaultdict[int | None, list[DutyRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.rank, row.id)):
        found[row.area_id].append(row)
    return {area_id: tuple(rows) for area_id, rows in found.items()}


def _by_category(book: Book) -> Mapping[str, tuple[tuple[int, DutyRule], ...]]:
    found: defaultdict[str, list[tuple[int, DutyRule]]] = defaultdict(list)
    for number, rule in enumerate(book.duties):
        found[rule.category_code].append((number, rule))
    height = {level: number for number, level in enumerate(book.options.levels)}

    def turn(numbered: tuple[int, DutyRule]) -> tuple[int, int, int]:
        number, rule = numbered
        return rule.rank, height.get(rule.level, len(height)), number

    return {code: tuple(sorted(rules, key=turn)) for code, rules in found.items()}


P = TypeVar("P", bound=PartyLike)


def _scoped(things: Iterable[P]) -> Mapping[str, Scoped[P]]:
    found: defaultdict[str, Scoped[P]] = defaultdict(Scoped)
    for thing in sorted(things, key=lambda thing: thing.id):
        found[thing.kind].place(thing.scope_path, thing)
    return dict(found)


def _inside(posts: Iterable[PostLike]) -> Mapping[tuple[int, str], Scoped[PostLike]]:
    found: defaultdict[tuple[int, str], Scoped[PostLike]] = defaultdict(Scoped)
    for post in sorted(posts, key=lambda post: post.id):
        found[post.organisation_id, post.kind].place(post.scope_path, post)
    return dict(found)
