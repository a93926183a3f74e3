"""The answer to "whose is it?", as a pure function over a small city."""

import itertools
import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.catalogue.rules import CategoryUnknown, DutyRule
from gongzhi.places.rules import AreaView, Location
from gongzhi.responsibility.rules import (
    Answer,
    Answerable,
    NoFallback,
    above,
    above_in,
    distinct,
    overlaps,
    resolve,
    resolve_many,
    stewards,
    voids,
)

from .small_world import (
    AREAS,
    BUILDING,
    CITY,
    COURTYARD,
    DISTRICT,
    EAST,
    ELM,
    FRONTAGE,
    GRID,
    LEVELS,
    OAK,
    ORG,
    PARENTS,
    PINE,
    POST,
    RANKS,
    ROAD,
    SECTOR,
    STATION,
    TODAY,
    TREE,
    WEST,
    Pipe,
    Spots,
    ask,
    duty,
    place,
    world,
)

HERE = place(GRID)
NAMES = {number: code for code, number in ORG.items()}


def parties(answer: Answer) -> list[str]:
    return [NAMES[one.organisation_id] for one in answer.chain]


def codes(answer: Answer) -> list[str]:
    return [one.reason.code for one in answer.chain]


# --- rows of the responsibility map ---------------------------------------------------


@pytest.mark.parametrize(
    ("finer", "coarser"),
    [
        (finer, coarser)
        for finer, coarser in itertools.permutations(
            [CITY, DISTRICT, WEST, PINE, GRID, ROAD, COURTYARD, FRONTAGE, BUILDING, None], 2
        )
        if finer is not None and (coarser is None or RANKS[finer.layer] > RANKS[coarser.layer])
    ],
)
def test_the_finer_area_answers_before_the_coarser_whatever_the_rank_or_category(
    finer: AreaView, coarser: AreaView | None
) -> None:
    index = world(duty(1, coarser, "E0110", "crew", rank=1), duty(2, finer, "", "roads", rank=9))

    answer = resolve(ask(index, "E0110", place(GRID, ROAD, COURTYARD, FRONTAGE, BUILDING)))

    assert parties(answer)[:2] == ["roads", "crew"]


@pytest.mark.parametrize(
    ("nearer", "farther"), list(itertools.combinations(["E0110", "E01", "E", ""], 2))
)
def test_in_one_area_the_nearer_category_answers_first(nearer: str, farther: str) -> None:
    index = world(duty(1, WEST, farther, "crew"), duty(2, WEST, nearer, "roads", rank=5))

    answer = resolve(ask(index, "E0110", HERE))

    assert parties(answer)[:2] == ["roads", "crew"]
    assert answer.first.reason.facts["category_code"] == nearer


def test_in_one_area_and_category_the_rank_decides_and_then_the_older_row() -> None:
    index = world(
        duty(3, PINE, "E01", "power"),
        duty(1, PINE, "E01", "crew", rank=2),
        duty(2, PINE, "E01", "roads"),
    )

    answer = resolve(ask(index, "E0110", HERE))

    assert parties(answer)[:3] == ["roads", "power", "crew"]


def test_a_duty_for_another_category_or_another_area_does_not_count() -> None:
    index = world(duty(1, PINE, "E0111", "crew"), duty(2, EAST, "E0110", "crew"))

    assert "crew" not in parties(resolve(ask(index, "E0110", HERE)))


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(1), None, False),
        (None, TODAY - timedelta(1), False),
        (TODAY - timedelta(1), TODAY + timedelta(1), True),
    ],
)
def test_a_duty_counts_from_its_first_to_its_last_day(
    since: date | None, until: date | None, holds: bool
) -> None:
    index = world(duty(1, PINE, "E0110", "crew", since=since, until=until))

    assert ("crew" in parties(resolve(ask(index, "E0110", HERE)))) is holds


def test_a_matter_without_a_category_meets_only_the_duties_for_every_category() -> None:
    index = world(duty(1, PINE, "E0110", "crew"), duty(2, WEST, "", "roads"))

    assert parties(resolve(ask(index, "", HERE)))[0] == "roads"


def test_a_party_named_twice_stands_in_the_chain_once() -> None:
    index = world(duty(1, PINE, "E0110", "crew"), duty(2, WEST, "E01", "crew"))

    assert parties(resolve(ask(index, "E0110", HERE))).count("crew") == 1


def test_a_post_and_its_organisation_are_two_parties() -> None:
    index = world(
        duty(1, PINE, "E0110", "clean-west", post="foreman"), duty(2, PINE, "E01", "clean-west")
    )

    first, second = resolve(ask(index, "E0110", HERE)).chain[:2]

    assert (first.post_id, second.post_id) == (POST["foreman"], None)


def test_the_chain_has_at_most_four_parties_and_the_fallback() -> None:
    named = ("crew", "roads", "power", "owner-ltd", "elm", "oak")
    index = world(*(duty(n, PINE, "E0110", code, rank=n) for n, code in enumerate(named, 1)))

    answer = resolve(ask(index, "E0110", HERE))

    assert parties(answer) == ["crew", "roads", "power", "owner-ltd", "command"]
    assert [one.rank for one in answer.chain] == [1, 2, 3, 4, 5]
    assert not answer.is_fallback


def test_a_duty_of_a_closed_party_passes_to_the_next() -> None:
    index = world(duty(1, PINE, "E0110", "crew"), without=["crew"])

    assert parties(resolve(ask(index, "E0110", HERE)))[0] == "pine"


@pytest.mark.parametrize(
    ("area", "organisation", "level"),
    [
        (PINE, "clean-district", "community"),
        (GRID, "roads", "community"),
        (WEST, "roads", "street"),
        (None, "crew", "city"),
        (ROAD, "roads", "district"),
        (ROAD, "crew", "street"),
        (COURTYARD, "pine", "community"),
        (ROAD, "power", "city"),
    ],
)
def test_the_level_is_the_areas_or_on_a_road_or_yard_the_partys(
    area: AreaView | None, organisation: str, level: str
) -> None:
    index = world(duty(1, area, "E0110", organisation))

    assert resolve(ask(index, "E0110", place(GRID, ROAD, COURTYARD))).level == level


# --- the pack -------------------------------------------------------------------------


def test_a_kind_is_the_party_with_the_longest_scope_that_covers_the_area_of_the_level() -> None:
    rules = [
        DutyRule("E01", "street", 1, organisation_kind="sanitation"),
        DutyRule("E01", "district", 2, organisation_kind="sanitation"),
    ]

    west = resolve(ask(world(rules=rules), "E0110", HERE))
    east = resolve(ask(world(rules=rules), "E0110", place(OAK)))

    assert parties(west)[:2] == ["clean-west", "clean-district"]
    assert parties(east)[0] == "clean-district"
    assert dict(west.first.reason.facts) == {
        "rule": 0,
        "version_id": 1,
        "category_code": "E01",
        "area_id": WEST.id,
        "level": "street",
    }


def test_the_rules_of_the_nearest_category_go_first_and_each_by_its_rank() -> None:
    rules = [
        DutyRule("E", "city", 9, organisation_kind="power_utility"),
        DutyRule("E", "street", 1, organisation_kind="street_office"),
        DutyRule("E0110", "street", 50, organisation_kind="sanitation"),
    ]

    answer = resolve(ask(world(rules=rules), "E0110", HERE))

    assert parties(answer)[:3] == ["clean-west", "office-west", "power"]
    assert codes(answer)[:3] == ["rule", "rule", "rule"]


def test_a_rule_whose_level_the_place_has_not_is_passed_over() -> None:
    rules = [DutyRule("E", "street", 1, organisation_kind="sanitation")]

    assert resolve(ask(world(rules=rules), "E0110", place(DISTRICT))).is_fallback


def test_a_party_by_code_answers_anywhere_in_the_city() -> None:
    rules = [DutyRule("E", "street", 1, organisation_code="owner-ltd")]

    assert parties(resolve(ask(world(rules=rules), "E0110", place(DISTRICT))))[0] == "owner-ltd"


def test_a_rule_with_a_kind_of_post_names_the_post_inside_the_party() -> None:
    rules = [
        DutyRule("E", "street", 1, organisation_kind="sanitation", post_kind="handler"),
    ]

    assert resolve(ask(world(rules=rules), "E0110", HERE)).first.post_id == POST["foreman"]


def test_a_rule_for_a_steward_names_the_one_who_walks_here() -> None:
    walk = duty(1, ROAD, "", "office-east", post="lane-other")
    rules = [DutyRule("E0110", "community", 1, post_kind="lane_steward")]

    walked = resolve(ask(world(walk, rules=rules), "E0110", place(GRID, ROAD)))
    elsewhere = resolve(ask(world(walk, rules=rules), "E0110", HERE))

    assert walked.first.post_id == POST["lane-other"]
    assert elsewhere.first.post_id == POST["lane-head"]


@pytest.mark.parametrize(
    "named", list(itertools.permutations(["owner", "maintainer", "competent"]))
)
def test_the_bodies_of_a_facility_answer_maintainer_first_after_rows_and_before_rules(
    named: tuple[str, ...],
) -> None:
    rules = [
        *(DutyRule("C", "district", 1, body=body) for body in named),
        DutyRule("C0105", "city", 1, organisation_kind="power_utility"),
    ]
    pipe = Pipe(ORG["crew"], ORG["owner-ltd"], ORG["roads"])
    index = world(duty(1, PINE, "C0105", "clean-west"), rules=rules)

    answer = resolve(ask(index, "C0105", HERE, facility=pipe))

    assert parties(answer) == ["clean-west", "crew", "owner-ltd", "roads", "command"]
    assert codes(answer) == ["duty", "body", "body", "body", "fallback"]


def test_without_a_facility_or_its_body_the_rules_answer() -> None:
    rules = [
        DutyRule("C", "district", 1, body="owner"),
        DutyRule("C", "city", 2, organisation_kind="power_utility"),
    ]

    for facility in (None, Pipe(maintainer_id=ORG["crew"])):
        answer = resolve(ask(world(rules=rules), "C0105", HERE, facility=facility))

        assert parties(answer)[0] == "power"


def test_where_nobody_is_named_the_offices_answer_from_the_nearest_level_up() -> None:
    answer = resolve(ask(world(), "E0110", HERE))

    assert parties(answer) == ["pine", "office-west", "command"]
    assert codes(answer) == ["office", "office", "fallback"]
    assert answer.level == "community"


def test_the_packs_rules_for_every_category_name_the_offices() -> None:
    rules = [DutyRule("", "street", 1, organisation_kind="sanitation")]

    answer = resolve(ask(world(rules=rules), "E0110", HERE))

    assert parties(answer)[:2] == ["pine", "clean-west"]
    assert codes(answer)[:2] == ["office", "office"]


# --- nobody ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "rules", "why"),
    [
        (place(None), (), "outside"),
        (place(None), [DutyRule("E", "city", 1, organisation_code="power")], "outside"),
        (place(DISTRICT), (), "no_rule"),
        (place(DISTRICT), [DutyRule("E", "city", 1, organisation_code="nobody")], "no_party"),
    ],
)
def test_the_fallback_party_says_why_nobody_else_answers(
    location: Location, rules: list[DutyRule], why: str
) -> None:
    answer = resolve(ask(world(rules=rules), "E0110", location))

    assert answer.is_fallback
    assert parties(answer) == ["command"]
    assert answer.level == "city"
    assert answer.first.reason.facts["why"] == why


def test_outside_the_city_the_duty_of_a_lot_still_counts_but_one_of_the_whole_city_does_not() -> (
    None
):
    index = world(duty(1, None, "E0110", "roads"), duty(2, FRONTAGE, "E0110", "crew"))

    assert parties(resolve(ask(index, "E0110", place(None, FRONTAGE)))) == ["crew", "command"]
    assert parties(resolve(ask(index, "E0110", place(None)))) == ["command"]


def test_without_even_a_fallback_party_the_answer_is_refused() -> None:
    with pytest.raises(NoFallback) as refusal:
        resolve(ask(world(fallback="nobody"), "E0110", place(None)))

    assert refusal.value.facts == {"organisation": "nobody", "category": "E0110"}


def test_a_missing_fallback_party_does_not_hurt_where_somebody_answers() -> None:
    answer = resolve(ask(world(fallback="nobody"), "E0110", HERE))

    assert parties(answer) == ["pine", "office-west"]


def test_a_fallback_party_that_already_answers_is_not_repeated() -> None:
    answer = resolve(ask(world(duty(1, PINE, "E", "command")), "E0110", HERE))

    assert parties(answer).count("command") == 1
    assert not answer.is_fallback


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(CategoryUnknown):
        resolve(ask(world(), "E9999", HERE))


# --- stewards and levels --------------------------------------------------------------

WALKS = (
    duty(1, BUILDING, "", "pine", post="building-head"),
    duty(2, COURTYARD, "", "pine", post="yard-head"),
    duty(3, ROAD, "", "office-west", post="lane-head"),
    duty(4, SECTOR, "", "pine", post="sector-head"),
    duty(5, STATION, "", "office-west", post="station-head"),
)


@pytest.mark.parametrize(
    ("layers", "heads"),
    [
        (
            (BUILDING, COURTYARD, SECTOR, STATION),
            "building-head yard-head sector-head station-head",
        ),
        ((COURTYARD, ROAD, SECTOR), "yard-head lane-head sector-head"),
        ((ROAD, SECTOR, STATION), "lane-head sector-head station-head"),
        ((SECTOR, STATION), "sector-head station-head"),
        ((STATION,), "station-head"),
        ((), ""),
    ],
)
def test_a_steward_is_asked_from_the_building_out_to_the_station(
    layers: tuple[AreaView, ...], heads: str
) -> None:
    found = stewards(ask(world(*WALKS), "", place(GRID, *layers)))

    assert [one.post_id for one in found] == [POST[code] for code in heads.split()]
    assert [one.rank for one in found] == list(range(1, len(found) + 1))


def test_a_building_without_its_own_steward_has_the_courtyards_who_walks_it() -> None:
    walk = duty(1, BUILDING, "", "pine", post="yard-head")

    (found,) = stewards(ask(world(walk), "", place(GRID, BUILDING)))

    assert found.reason.facts["layer"] == "building"


def test_a_stewards_walk_never_answers_for_handling() -> None:
    answer = resolve(ask(world(*WALKS), "E0110", place(GRID, BUILDING, COURTYARD, ROAD)))

    assert all(one.post_id is None for one in answer.chain)


def test_a_steward_named_for_a_category_does_answer_for_it() -> None:
    index = world(duty(1, ROAD, "E0110", "office-west", post="lane-head"))

    assert resolve(ask(index, "E0110", place(GRID, ROAD))).first.post_id == POST["lane-head"]


RISES = [
    DutyRule("E01", "street", 1, organisation_kind="sanitation"),
    DutyRule("E01", "district", 2, organisation_kind="sanitation"),
]


@pytest.mark.parametrize(
    ("level", "party"),
    [("community", "clean-west"), ("street", "clean-district"), ("district", "command")],
)
def test_a_matter_rises_to_the_next_level_that_has_a_party(level: str, party: str) -> None:
    question = ask(world(rules=RISES), "E0110", HERE)

    risen = above(question, level)
    stored = above_in(resolve(question), level, levels=LEVELS)

    assert risen is not None
    assert NAMES[risen.organisation_id] == party
    assert stored is not None
    assert stored.organisation_id == risen.organisation_id


def test_above_the_highest_level_there_is_nobody() -> None:
    question = ask(world(rules=RISES), "E0110", HERE)

    assert above(question, "city") is None
    assert above_in(resolve(question), "city", levels=LEVELS) is None


def test_a_level_without_a_party_is_skipped_when_a_matter_rises() -> None:
    risen = above(ask(world(without=["office-west"]), "E0110", HERE), "community")

    assert risen is not None
    assert (NAMES[risen.organisation_id], risen.level) == ("command", "city")


# --- stored and asked in bulk ---------------------------------------------------------


def test_an_answer_comes_back_from_its_facts_as_it_was() -> None:
    answer = resolve(ask(world(*WALKS, rules=RISES), "E0110", place(GRID, ROAD)))

    again = Answer.from_facts(answer.as_facts())

    assert again.as_facts() == answer.as_facts()
    assert isinstance(again.first, Answerable)
    assert again.area_ids == (CITY.id, DISTRICT.id, WEST.id, PINE.id, GRID.id)


rows = st.builds(
    lambda area, category, organisation, post, rank: (area, category, organisation, post, rank),
    st.sampled_from([None, *AREAS.values()]),
    st.sampled_from(["", *PARENTS]),
    st.sampled_from(sorted(ORG)),
    st.sampled_from(["", *POST]),
    st.integers(1, 3),
)
spots = st.builds(
    place,
    st.sampled_from([None, *TREE]),
    st.sampled_from([ROAD, STATION]),
    st.sampled_from([COURTYARD, FRONTAGE, SECTOR]),
)
pack_rules = st.builds(
    DutyRule,
    category_code=st.sampled_from(["", *PARENTS]),
    level=st.sampled_from(LEVELS),
    rank=st.integers(1, 3),
    organisation_kind=st.sampled_from(["", "sanitation", "roads", "street_office"]),
    post_kind=st.sampled_from(["", "lane_steward", "handler"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(rows, max_size=12),
    st.lists(pack_rules, max_size=4),
    st.lists(st.tuples(spots, st.sampled_from(["", *PARENTS])), min_size=1, max_size=12),
)
def test_many_at_once_get_the_answers_each_would_get_alone(
    drawn: list[tuple[AreaView | None, str, str, str, int]],
    rules: list[DutyRule],
    asked: list[tuple[Location, str]],
) -> None:
    duties = [
        duty(number, area, category, organisation, post=post, rank=rank)
        for number, (area, category, organisation, post, rank) in enumerate(drawn, 1)
    ]
    index = world(*duties, rules=rules)
    locations = [location for location, _ in asked]
    categories = [category for _, category in asked]

    together = resolve_many(index, categories, Spots(locations), on=TODAY)

    alone = [resolve(ask(index, category, location)) for location, category in asked]
    assert [one.as_facts() for one in together] == [one.as_facts() for one in alone]


def test_nothing_asked_is_nothing_answered() -> None:
    assert resolve_many(world(), [], Spots([]), on=TODAY) == []


def test_ten_thousand_rows_with_fifty_keys_take_milliseconds() -> None:
    index = world(*WALKS, rules=RISES)
    keys = [(place(area, ROAD), code) for area in (PINE, ELM, OAK, GRID) for code in PARENTS]
    asked = list(itertools.islice(itertools.cycle(keys), 10_000))
    located = Spots([location for location, _ in asked])
    categories = [code for _, code in asked]

    started = time.perf_counter()
    answers = resolve_many(index, categories, located, on=TODAY)
    passed = time.perf_counter() - started

    assert len(answers) == 10_000
    assert len({id(answer) for answer in answers}) == len(keys)
    assert passed < 0.5  # milliseconds on a quiet machine


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 2), st.integers(-5, 5)), min_size=1))
def test_distinct_rows_are_told_apart_by_every_column(triples: list[tuple[int, int, int]]) -> None:
    columns = [np.array([triple[number] for triple in triples]) for number in range(3)]

    first, inverse = distinct(columns)

    assert [triples[first[key]] for key in inverse] == triples
    assert len(first) == len(set(triples))


# --- the audit ------------------------------------------------------------------------


def _line(area: AreaView) -> list[AreaView]:
    line = [area]
    while line[-1].parent_id:
        line.append(AREAS[line[-1].parent_id])
    return line


def test_the_voids_are_the_categories_that_only_the_fallback_answers_for() -> None:
    offices = ["pine", "elm", "oak", "office-west", "office-east"]
    index = world(duty(1, WEST, "E01", "crew"), duty(2, OAK, "", "roads"), without=offices)

    found = voids(index, [_line(PINE), _line(OAK)], category_codes=["E0110", "C0105"], on=TODAY)

    assert [(one.area_id, one.category_code) for one in found] == [(PINE.id, "C0105")]


def test_two_parties_that_answer_first_for_the_same_are_an_overlap() -> None:
    index = world(
        duty(1, PINE, "E01", "crew"),
        duty(2, PINE, "E01", "roads"),
        duty(3, PINE, "E01", "power", rank=2),
        duty(4, PINE, "E0110", "power"),
        duty(5, WEST, "E", "crew", until=TODAY - timedelta(1)),
        duty(6, WEST, "E", "roads", since=TODAY),
    )

    (found,) = overlaps(index, on=TODAY)

    assert (found.area_id, found.category_code, found.duty_ids) == (PINE.id, "E01", (1, 2))
