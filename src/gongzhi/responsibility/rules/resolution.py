"""From a place, a kind and a day to the parties that answer, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from gongzhi.catalogue.rules import DutyRule

from .answers import Answer, Answerable, Because, Reason
from .refusals import NoFallback
from .shapes import AreaLike, FacilityLike, LocationLike, OrganisationLike
from .world import OFFICES, STEWARDS, DutyRow, World

MOST = 4
"""The most parties of a chain, before the fallback."""

BODIES = ("maintainer", "owner", "competent")
"""The bodies of a facility in the order in which they are asked."""


@dataclass(frozen=True)
class Question:
    """Who answers for this kind, here, on this day?

    Attributes:
        category_code: a code of the book, or "" when the kind is not known yet.
        on: the day in the city's own time zone.
        facility: the facility the matter is about, if it is known.
    """

    world: World
    category_code: str
    location: LocationLike
    on: date
    facility: FacilityLike | None = None

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The category, the nodes above it, and "" for every category.

        Raises:
            CategoryUnknown: the book has no such category.
        """
        if not self.category_code:
            return ("",)
        return (*self.world.book.ancestors(self.category_code), "")

    @cached_property
    def tree(self) -> tuple[AreaLike, ...]:
        """The administrative areas of the place, coarse to fine."""
        smallest = self.location.smallest
        if smallest is None:
            return ()
        areas = {one.id: one for one in (*self.location.areas.values(), smallest)}
        above = [one for one in areas.values() if one.path and smallest.path.startswith(one.path)]
        return tuple(sorted(above, key=lambda one: len(one.path)))

    @cached_property
    def area_of_level(self) -> dict[str, AreaLike]:
        """The area of each level that the place has."""
        return {one.level: one for one in self.tree if one.level}

    @cached_property
    def path_of_level(self) -> dict[str, str]:
        """The finest path that still belongs to each level (a grid to its community)."""
        top = self.world.levels[-1]
        found = {top: ""} if self.tree else {}
        level = top
        for area in self.tree:
            level = area.level or level
            found[level] = area.path
        return found


def resolve(question: Question, *, most: int = MOST) -> Answer:
    """Return who answers, in order, with reasons; the fallback party stands last.

    Rows of the responsibility map go first (the finest area, then the nearest
    category, then the rank), then the bodies of the facility, the rules of the pack (the
    nearest category, then the rank), the offices of the area from the nearest level up,
    and the fallback party.
    Outside every administrative area only rows of the areas found there count.

    Args:
        question: what, where, when.
        most: the longest chain before the fallback.

    Raises:
        CategoryUnknown: the book has no such category.
        NoFallback: nobody answers and the fallback party does not exist.
    """
    chain: list[Answerable] = []
    for party in parties_in_turn(question):
        if len(chain) == most:
            break
        chain.append(replace(party, rank=len(chain) + 1))
    is_fallback = not chain
    last = _fallback(question, is_alone=is_fallback)
    if last is not None and all(_key(one) != _key(last) for one in chain):
        chain.append(replace(last, rank=len(chain) + 1))
    return Answer(
        chain=tuple(chain),
        is_fallback=is_fallback,
        level=chain[0].level,
        category_code=question.category_code,
        area_ids=tuple(area.id for area in question.tree),
    )


def parties_in_turn(question: Question) -> Iterator[Answerable]:
    """Yield every party that answers, without repeats, lazily, before the fallback.

    An area's own office is asked only above what was asked before: a matter that the
    street answers for does not fall back to the community.
    """
    levels = question.world.levels
    seen: set[tuple[int, int | None]] = set()
    highest = -1
    for source in (_by_duty, _by_body, _by_rule, _by_office):
        for party in source(question):
            height = levels.index(party.level) if party.level in levels else -1
            is_below = source is _by_office and height < highest
            if _key(party) not in seen and not is_below:
                seen.add(_key(party))
                highest = max(highest, height)
                yield party


def is_answered(question: Question) -> bool:
    """Return whether anybody but the fallback party answers."""
    return next(parties_in_turn(question), None) is not None


def above(question: Question, level: str) -> Answerable | None:
    """Return who answers when a matter rises above `level`; None at the top.

    The nearest higher level with a party wins; in it, the first of the whole chain.
    The fallback party stands at the highest level.
    """
    found: dict[str, Answerable] = {}
    for party in parties_in_turn(question):
        found.setdefault(party.level, party)
    last = _fallback(question, is_alone=not found, must_exist=False)
    if last is not None:
        found.setdefault(last.level, last)
    return _nearest_above(found, level, question.world.levels)


def above_in(answer: Answer, level: str, *, levels: tuple[str, ...]) -> Answerable | None:
    """Return the party of a stored chain at the nearest level above `level`, or None."""
    found: dict[str, Answerable] = {}
    for party in answer.chain:
        found.setdefault(party.level, party)
    return _nearest_above(found, level, levels)


def _nearest_above(
    found: dict[str, Answerable], level: str, levels: tuple[str, ...]
) -> Answerable | None:
    higher = levels[levels.index(level) + 1 :] if level in levels else levels
    return next((found[one] for one in higher if one in found), None)


def stewards(question: Question) -> tuple[Answerable, ...]:
    """Return the stewards of a place in the order in which they are asked.

    Inside a building its steward, inside a courtyard the courtyard's (楼院长), outside
    the lane's (街巷长), then those of the sector (区片长) and the station (站长).
    """
    world, found = question.world, list[Answerable]()
    for layer, kinds in STEWARDS.items():
        area = question.location.areas.get(layer)
        rows = () if area is None else world.stewards.get(area.id, ())
        for kind in kinds:
            for row in rows:
                if row.holds_on(question.on) and _kind_of(world, row) == kind:
                    found.append(_steward(question, row, kind, rank=len(found) + 1))
    return tuple(found)


def _kind_of(world: World, row: DutyRow) -> str:
    return world.posts[row.post_id].kind if row.post_id is not None else ""


def _steward(question: Question, row: DutyRow, kind: str, *, rank: int) -> Answerable:
    facts = {"duty_id": row.id, "area_id": row.area_id, "layer": row.layer, "post_kind": kind}
    level = _level_of_party(question, row)
    return Answerable(rank, level, row.organisation_id, row.post_id, Reason(Because.STEWARD, facts))


def _key(party: Answerable) -> tuple[int, int | None]:
    return party.organisation_id, party.post_id


# --- rows of the responsibility map -------------------------------------------------


def _by_duty(question: Question) -> Iterator[Answerable]:
    rows = [row for row in _rows_here(question) if row.holds_on(question.on)]
    depth = {code: number for number, code in enumerate(question.codes)}
    named = [row for row in rows if row.category_code in depth]
    named.sort(
        key=lambda row: (
            -_fineness(row)[0],
            -_fineness(row)[1],
            depth[row.category_code],
            row.rank,
            row.id,
        )
    )
    for row in named:
        yield _from_row(question, row)


def _rows_here(question: Question) -> Iterator[DutyRow]:
    duties = question.world.duties
    for area in {one.id: one for one in question.location.areas.values()}:
        yield from duties.get(area, ())
    if question.tree:
        yield from duties.get(None, ())


def _fineness(row: DutyRow) -> tuple[int, int]:
    return (-1, 0) if row.area_id is None else (row.layer_rank, len(row.path))


def _from_row(question: Question, row: DutyRow) -> Answerable:
    level = _level_of_row(question, row)
    facts = {
        "duty_id": row.id,
        "area_id": row.area_id,
        "layer": row.layer,
        "category_code": row.category_code,
        "level": level,
    }
    return Answerable(0, level, row.organisation_id, row.post_id, Reason(Because.DUTY, facts))


def _level_of_row(question: Question, row: DutyRow) -> str:
    """Return the level of the row's area; of a road or a lot, that of its party."""
    if row.area_id is None:
        return question.world.levels[-1]
    level = ""
    for area in question.tree:
        level = area.level or level
        if area.id == row.area_id:
            return level or question.world.levels[-1]
    return _level_of_party(question, row)


def _level_of_party(question: Question, row: DutyRow) -> str:
    """Return the finest level whose area covers the scope of the row's party."""
    world = question.world
    scope = world.organisations[row.organisation_id].scope_path
    if row.post_id is not None:
        scope = world.posts[row.post_id].scope_path or scope
    level = world.levels[-1]
    for area in question.tree:
        if area.level and scope.startswith(area.path):
            level = area.level
    return level


# --- the pack: bodies of the facility, rules, offices ---------------------------------


def _by_body(question: Question) -> Iterator[Answerable]:
    if question.facility is None:
        return
    for code in question.codes:
        named = [one for one in question.world.rules.get(code, ()) if one[1].body in BODIES]
        named.sort(key=lambda one: (one[1].rank, BODIES.index(one[1].body)))
        found = [party for one in named if (party := _body(question, *one)) is not None]
        if found:
            yield from found
            return


def _body(question: Question, number: int, rule: DutyRule) -> Answerable | None:
    organisation_id: int | None = getattr(question.facility, f"{rule.body}_id")
    if organisation_id is None or organisation_id not in question.world.organisations:
        return None
    facts = _rule_facts(question, number, rule) | {"body": rule.body}
    return Answerable(0, rule.level, organisation_id, None, Reason(Because.BODY, facts))


def _by_rule(question: Question) -> Iterator[Answerable]:
    """Yield by the pack's rules: those of the nearest category first, each by its rank."""
    for code in question.codes[:-1]:
        for number, rule in question.world.rules.get(code, ()):
            party = _by_kind(question, number, rule, Because.RULE)
            if party is not None:
                yield party


def _by_office(question: Question) -> Iterator[Answerable]:
    general = question.world.rules.get("", ())
    for level in question.world.levels:
        rules = [one for one in general if one[1].level == level]
        for number, rule in rules:
            party = _by_kind(question, number, rule, Because.OFFICE)
            if party is not None:
                yield party
        if not rules and (own := _own_office(question, level)) is not None:
            yield own


def _own_office(question: Question, level: str) -> Answerable | None:
    area = question.area_of_level.get(level)
    if area is None:
        return None
    for kind in OFFICES.get(level, ()):
        scoped = question.world.by_kind.get(kind)
        office = None if scoped is None else scoped.exactly(area.path)
        if office is not None:
            facts = {"area_id": area.id, "level": level}
            return Answerable(0, level, office.id, None, Reason(Because.OFFICE, facts))
    return None


def _by_kind(
    question: Question, number: int, rule: DutyRule, because: Because
) -> Answerable | None:
    path = question.path_of_level.get(rule.level)
    if path is None and not (rule.organisation_code and question.tree):
        return None
    party = _party(question, rule, path or "")
    if party is None:
        return None
    area = question.area_of_level.get(rule.level)
    facts = _rule_facts(question, number, rule) | {"area_id": None if area is None else area.id}
    return Answerable(0, rule.level, *party, Reason(because, facts))


def _party(question: Question, rule: DutyRule, path: str) -> tuple[int, int | None] | None:
    """Return organisation and post of a rule for a path, or None where there is none."""
    world = question.world
    office: OrganisationLike | None = None
    if rule.organisation_code:
        office = world.by_code.get(rule.organisation_code)
    elif rule.organisation_kind:
        scoped = world.by_kind.get(rule.organisation_kind)
        office = None if scoped is None else scoped.covering(path)
    elif rule.post_kind:
        return _seat(question, rule.post_kind, path)
    if office is None:
        return None
    inside = world.posts_inside.get((office.id, rule.post_kind))
    seat = None if inside is None else inside.covering(path)
    return office.id, None if seat is None else seat.id


def _seat(question: Question, kind: str, path: str) -> tuple[int, int | None] | None:
    """Return the post of a kind for a path; a steward's is the one who walks here."""
    if kind in question.world.walking:
        for steward in stewards(question):
            if steward.reason.facts["post_kind"] == kind:
                return steward.organisation_id, steward.post_id
    seats = question.world.posts_by_kind.get(kind)
    seat = None if seats is None else seats.covering(path)
    return None if seat is None else (seat.organisation_id, seat.id)


def _rule_facts(question: Question, number: int, rule: DutyRule) -> dict[str, object]:
    return {
        "rule": number,
        "version_id": question.world.book.version_id,
        "category_code": rule.category_code,
        "level": rule.level,
    }


# --- the fallback ---------------------------------------------------------------------


def _fallback(question: Question, *, is_alone: bool, must_exist: bool = True) -> Answerable | None:
    world = question.world
    code = world.book.options.fallback_organisation
    office = world.by_code.get(code)
    if office is None:
        if is_alone and must_exist:
            raise NoFallback(organisation=code, category=question.category_code)
        return None
    level = world.levels[-1]
    facts = {"why": _why_nobody(question) if is_alone else "last", "level": level}
    return Answerable(0, level, office.id, None, Reason(Because.FALLBACK, facts))


def _why_nobody(question: Question) -> str:
    if not question.tree:
        return "outside"
    has_rule = any(question.world.rules.get(code) for code in question.codes)
    return "no_party" if has_rule else "no_rule"
