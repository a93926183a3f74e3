"""The table of the loop, tried for every state, step and role."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.accounts.rules import Role
from gongzhi.cases import rules, words
from gongzhi.cases.rules import (
    ENDS,
    LEDGER_KIND_OF,
    OPEN,
    STEPS,
    ExtensionTooLate,
    ReopenedTooLate,
    State,
    Step,
    StepNotYours,
    StepOutOfTurn,
    TextTooLong,
    TextUnreadable,
    TooManyExtensions,
    TopLevelReached,
    take_step,
)
from gongzhi.kernel.refusals import Refusal

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("step", list(Step))
def test_a_step_is_taken_exactly_when_the_table_allows_it(step: Step) -> None:
    rule = STEPS[step]
    for state, role in itertools.product(State, Role):
        allowed = state in rule.sources and role in rule.roles
        try:
            reached = take_step(state, step, roles={role})
        except Refusal:
            assert not allowed, (state, role)
        else:
            assert allowed, (state, role)
            assert reached is rule.target


@pytest.mark.parametrize("step", list(Step))
def test_who_may_never_take_a_step_is_told_so_in_every_state(step: Step) -> None:
    strangers = set(Role) - STEPS[step].roles

    for state, role in itertools.product(State, strangers):
        with pytest.raises(StepNotYours):
            take_step(state, step, roles={role})


def test_nothing_but_rating_and_reopening_leads_out_of_an_end() -> None:
    leading_out = {step for step in Step for state in ENDS if state in STEPS[step].sources}

    assert leading_out == {Step.RATE, Step.REOPEN}
    with pytest.raises(StepOutOfTurn):
        take_step(State.MERGED, Step.REOPEN, roles={Role.OPERATOR})


def test_every_open_state_can_be_left() -> None:
    for state in OPEN:
        onward = [
            step
            for step, rule in STEPS.items()
            if state in rule.sources
            and (rule.target not in {None, state} or step is Step.RESUME)
            and step not in {Step.CANCEL, Step.FORCE_CLOSE}
        ]
        assert onward, state


def test_every_state_is_reached_by_some_step() -> None:
    reached = {rule.target for rule in STEPS.values()}

    assert reached >= set(State)


def test_the_collector_checks_and_the_handler_never_does() -> None:
    for step in (Step.PASS_CHECK, Step.FAIL_CHECK, Step.VERIFY):
        assert Role.HANDLER not in STEPS[step].roles
        assert Role.COLLECTOR in STEPS[step].roles


@pytest.mark.parametrize("step", list(Step))
def test_every_step_has_a_name_and_a_kind_of_entry(step: Step) -> None:
    assert str(words.STEPS[step])
    assert LEDGER_KIND_OF[step] in rules.LEDGER_KINDS
    assert str(words.DEEDS[LEDGER_KIND_OF[step]])


def test_every_state_and_need_has_a_name() -> None:
    assert set(words.STATES) == set(State)
    assert set(words.NEEDS) == set(rules.Need)
    assert set(words.DEEDS) == rules.LEDGER_KINDS


@pytest.mark.parametrize(
    ("late_by", "extensions", "refusal"),
    [
        (timedelta(microseconds=-1), 0, None),
        (timedelta(0), 0, ExtensionTooLate),
        (timedelta(hours=1), 0, ExtensionTooLate),
        (timedelta(hours=-1), 1, None),
        (timedelta(hours=-1), 2, TooManyExtensions),
    ],
)
def test_an_extension_is_granted_before_the_deadline_and_at_most_twice(
    late_by: timedelta, extensions: int, refusal: type[Refusal] | None
) -> None:
    given_ = {"due_at": NOON, "at": NOON + late_by, "extensions": extensions, "most": 2}
    if refusal is None:
        rules.check_extension(**given_)
    else:
        with pytest.raises(refusal):
            rules.check_extension(**given_)


def test_a_reporter_reopens_on_the_last_day_but_not_after() -> None:
    rules.check_reopening(ended_at=NOON, at=NOON + timedelta(days=15), days=15)
    with pytest.raises(ReopenedTooLate):
        rules.check_reopening(ended_at=NOON, at=NOON + timedelta(days=15, seconds=1), days=15)


@given(st.binary(min_size=12, max_size=12), st.sampled_from([" ", "-", ""]), st.booleans())
def test_a_claim_code_is_known_again_however_it_is_copied(
    chance: bytes, gap: str, is_lower: bool
) -> None:
    code = rules.claim_code(chance)
    copied = gap.join(code.split("-"))

    assert rules.claim_hash(copied.lower() if is_lower else copied) == rules.claim_hash(code)
    assert not set("01OIL") & set(code)
    assert [len(part) for part in code.split("-")] == [4, 4, 4]


def test_words_lose_the_blanks_around_them_and_keep_their_lines() -> None:
    assert rules.check_words("  一\r\n二\t三 ", field="text") == "一\n二\t三"


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_named_with_its_place(sign: str) -> None:
    with pytest.raises(TextUnreadable) as refusal:
        rules.check_words(f"ab{sign}c", field="text")

    assert refusal.value.facts["position"] == 3
    assert refusal.value.facts["sign"] == f"U+{ord(sign):04X}"


def test_a_text_of_a_hundred_thousand_characters_is_refused_with_its_length() -> None:
    with pytest.raises(TextTooLong) as refusal:
        rules.check_words("长" * 100_000, field="text")

    assert refusal.value.facts["length"] == 100_000


def test_levels_rise_one_by_one_to_the_top() -> None:
    levels = ("community", "street", "district", "city")

    risen = [rules.level_above(level, levels=levels) for level in ("", *levels[:-1])]

    assert risen == list(levels)
    with pytest.raises(TopLevelReached):
        rules.level_above("city", levels=levels)


def test_numbers_of_a_day_share_a_prefix_and_numbers_of_a_year_another() -> None:
    day = date(2026, 3, 10)

    assert rules.number_prefix("{year}{month:02d}{day:02d}{sequence:06d}", on=day) == "20260310"
    assert rules.number_prefix("{year}-{sequence:07d}", on=day) == "2026-"
