"""Who answers for what, as frozen values; the map audited; the answer in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from gongzhi.accounts import queries as accounts
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book
from gongzhi.places import queries as places

from . import access, rules, words
from .rules import (
    Answer,
    Answerable,
    FacilityLike,
    Facts,
    LocatedLike,
    LocationLike,
    NoFallback,
    Overlap,
    Question,
    Void,
)


def who_answers(
    category_code: str,
    *,
    location: LocationLike,
    at: datetime,
    facility: FacilityLike | None = None,
) -> Answer:
    """Return who answers for this kind, at this place, on this day, in order, with reasons.

    One statement when the index is warm.

    Args:
        category_code: a code of the active pack, or "" when it is not known yet.
        location: as `places.queries.locate` has found it.
        at: the moment; an aware datetime; the city's calendar day counts.
        facility: the facility the matter is about, if it is known.

    Raises:
        CategoryUnknown: the pack has no such category.
        NoFallback: nobody answers and the fallback party does not exist.
    """
    return rules.resolve(_question(category_code, location, at, facility))


def who_answers_many(
    category_codes: Sequence[str], located: LocatedLike, *, at: datetime
) -> list[Answer]:
    """Return who answers for each of many places; one statement when the index is warm.

    Args:
        category_codes: (n,) codes of the active pack, or "".
        located: n points, as `places.queries.locate_many` has found them.
        at: the moment, for all rows.

    Raises:
        CategoryUnknown: the pack has no category of some row.
        NoFallback: nobody answers for some row and the fallback party does not exist.
    """
    return rules.resolve_many(access.WORLD.get(), category_codes, located, on=access.day_of(at))


def next_level(answer: Answer, level: str) -> Answerable | None:
    """Return who takes over when a matter with this answer rises above `level`.

    Only the stored chain is asked; `next_level_at` asks the whole map.  None at the top.
    """
    return rules.above_in(answer, level, levels=access.WORLD.get().levels)


def next_level_at(
    category_code: str,
    *,
    location: LocationLike,
    level: str,
    at: datetime,
    facility: FacilityLike | None = None,
) -> Answerable | None:
    """Return who takes over when a matter at this place rises above `level`; None at the top.

    The nearest higher level with a party wins; the fallback party stands at the top.
    One statement when the index is warm.
    """
    return rules.above(_question(category_code, location, at, facility), level)


def fallback_party(book: Book) -> int:
    """Return the organisation that answers when nobody else does.

    One statement when the index is warm.

    Raises:
        NoFallback: the pack names a party that does not exist.
    """
    code = book.options.fallback_organisation
    found = access.WORLD.get().by_code.get(code)
    if found is None:
        raise NoFallback(organisation=code, category="")
    return found.id


def stewards_of(location: LocationLike, *, at: datetime) -> tuple[Answerable, ...]:
    """Return the stewards of a place in the order in which they are asked.

    Building (楼长), courtyard (楼院长), road (街巷长), sector (区片长), station (站长).
    One statement when the index is warm.
    """
    return rules.stewards(_question("", location, at, None))


def first_steward(location: LocationLike, *, at: datetime) -> Answerable | None:
    """Return the steward a small matter goes to, with the reason, or None where none walks.

    Inside a building its steward, inside a courtyard the courtyard's, outside the
    lane's; where that one is missing, the sector's, then the station's head.
    """
    return next(iter(stewards_of(location, at=at)), None)


def _question(
    category_code: str,
    location: LocationLike,
    at: datetime,
    facility: FacilityLike | None,
) -> Question:
    return Question(access.WORLD.get(), category_code, location, access.day_of(at), facility)


# --- the map itself -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DutyView:
    """One row of the responsibility map."""

    id: int
    area_id: int | None  # None: the whole city
    category_code: str  # "": every category
    rank: int
    organisation_id: int
    post_id: int | None
    starts_on: date | None
    ends_on: date | None
    legal_basis: str
    source: str


def duties_of(
    *,
    at: datetime,
    organisation_id: int | None = None,
    post_id: int | None = None,
    area_id: int | None = None,
) -> list[DutyView]:
    """Return the duties in force that fit all that is given; one statement.

    Args:
        at: the moment; an aware datetime.
        organisation_id: of the party; absent: any.
        post_id: of the party; absent: any.
        area_id: exactly this area, not those below it; absent: any.
    """
    given = {"organisation_id": organisation_id, "post_id": post_id, "area_id": area_id}
    rows = access.duties_on(access.day_of(at)).filter(
        **{name: value for name, value in given.items() if value is not None}
    )
    fields = tuple(DutyView.__dataclass_fields__)
    ordered = rows.order_by("area_id", "category_code", "rank", "id")
    return [DutyView(*row) for row in ordered.values_list(*fields)]


def voids(*, at: datetime, level: str = "", category_codes: Sequence[str] = ()) -> list[Void]:
    """Return where only the fallback party answers: administrative areas by categories.

    Two statements when the index is warm.

    Args:
        at: the moment; an aware datetime.
        level: of the areas asked; "": the finest level the map has.
        category_codes: absent: all of the active pack but its groups.
    """
    world, city = access.WORLD.get(), places.the_map()
    tree = [
        area
        for area in city.as_of(access.day_of(at)).areas
        if area.level and city.layers_by_code[area.layer].is_administrative
    ]
    present = {area.level for area in tree}
    wanted = level or next((one for one in world.levels if one in present), "")
    lines = (city.ancestors(area.id) for area in tree if area.level == wanted)
    codes = category_codes or _leaves(world.book)
    return list(rules.voids(world, lines, category_codes=codes, on=access.day_of(at)))


def overlaps(*, at: datetime) -> list[Overlap]:
    """Return where two parties answer first for the same area and category.

    One statement when the index is warm.
    """
    return rules.overlaps(access.WORLD.get(), on=access.day_of(at))


def _leaves(book: Book) -> tuple[str, ...]:
    return tuple(one.code for one in book.categories.values() if one.kind != "group")


# --- in words -------------------------------------------------------------------------


def explanation(facts: Facts) -> list[str]:
    """Return the sentences that explain a stored answer, in the reader's language.

    At most six statements, whatever the length of the chain.

    Args:
        facts: as `Answer.as_facts` has written them.
    """
    return words.explain(facts, names=names_in(facts)) if facts else []


def explanation_of_stewards(stewards: Sequence[Answerable]) -> list[str]:
    """Return a sentence for each steward of a place, in the reader's language."""
    if not stewards:
        return []
    facts = Answer(tuple(stewards), is_fallback=False, level="").as_facts()
    names = names_in(facts)
    return [words.explain_party(one, category="", names=names) for one in facts["chain"]]


def area_names(area_ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of areas in the reader's language; one statement."""
    return _named(places.areas(key for key in area_ids if key is not None))


def names_in(facts: Facts) -> words.Names:
    """Return the names of everything an answer tells of, in the reader's language."""
    chain = facts["chain"]
    reasons = [party["reason"]["facts"] for party in chain]
    area_ids = {*facts["area_ids"], *(one["area_id"] for one in reasons if one.get("area_id"))}
    post_ids = {party["post_id"] for party in chain if party["post_id"] is not None}
    duty_ids = {one["duty_id"] for one in reasons if "duty_id" in one}
    code = facts["category_code"]
    book = catalogue.book()
    return words.Names(
        organisations=_named(accounts.organisations({one["organisation_id"] for one in chain})),
        posts=_named(accounts.posts(post_ids)) if post_ids else {},
        areas=_named(places.areas(area_ids)) if area_ids else {},
        categories={code: _name(book.categories[code])} if code in book.categories else {},
        duty_bases=_duty_bases(duty_ids),
        rule_bases=dict(_rule_bases(reasons, book)),
    )


def _named(views: Mapping[int, object]) -> dict[int, str]:
    return {key: _name(view) for key, view in views.items()}


def _name(view: object) -> str:
    """Return the name in the reader's language; Chinese where there is no English one."""
    name = str(getattr(view, "name", ""))
    in_english = str(getattr(view, "name_en", ""))
    is_chinese = (get_language() or "").startswith("zh")
    return (name or in_english) if is_chinese else (in_english or name)


def _duty_bases(duty_ids: set[int]) -> dict[int, str]:
    if not duty_ids:
        return {}
    known = access.BASES.get()
    return {duty_id: known[duty_id] for duty_id in duty_ids if duty_id in known}


def _rule_bases(reasons: Sequence[Facts], book: Book) -> Iterator[tuple[tuple[int, int], str]]:
    for facts in reasons:
        if "rule" not in facts:
            continue
        version, row = facts["version_id"], facts["rule"]
        of_then = book if version == book.version_id else catalogue.book(version)
        if row < len(of_then.duties):
            yield (version, row), of_then.duties[row].legal_basis
