"""Rules of the house: roles, separation of duties, charts, terms, codes, lock-out."""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gongzhi.accounts import rules
from gongzhi.accounts.rules import (
    ADMINISTRATORS,
    ANONYMOUS,
    SYSTEM,
    WHO_MAY,
    Actor,
    Deed,
    Role,
    Term,
    Tries,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LOCK = timedelta(minutes=15)


def test_every_role_has_exactly_one_place_in_the_precedence() -> None:
    assert sorted(rules.PRECEDENCE) == sorted(Role)


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(rules.PRECEDENCE, 2)))
def test_the_ledger_names_the_first_role_by_precedence(first: Role, second: Role) -> None:
    assert Actor(roles=frozenset({second, first})).role is first


def test_nobody_signs_as_resident_and_covers_nothing() -> None:
    assert ANONYMOUS.role is Role.RESIDENT
    assert not ANONYMOUS.is_signed_in
    assert not ANONYMOUS.covers("")
    assert SYSTEM.covers("0000100002")


def test_a_scope_covers_its_own_area_and_those_below_only() -> None:
    actor = Actor(scopes=("0000100002",))

    assert actor.covers("0000100002")
    assert actor.covers("000010000200009")
    assert not actor.covers("0000100003")
    assert not actor.covers("00001")


@pytest.mark.parametrize(("deed", "role"), list(itertools.product(Deed, Role)))
def test_a_deed_is_done_exactly_by_the_roles_of_the_table(deed: Deed, role: Role) -> None:
    actor = Actor(person_id=1, roles=frozenset({role}))
    try:
        rules.check_may(deed, by=actor)
    except rules.NotYours:
        assert role not in WHO_MAY[deed]
    else:
        assert role in WHO_MAY[deed]


def test_whoever_keeps_the_register_does_not_give_powers() -> None:
    assert Role.SYSTEM_ADMIN not in WHO_MAY[Deed.APPOINT]
    assert Role.SECURITY_ADMIN not in WHO_MAY[Deed.ENROL]
    assert not any(Role.AUDIT_ADMIN in roles for roles in WHO_MAY.values())


@pytest.mark.parametrize(
    "roles", [c for n in range(4) for c in itertools.combinations(sorted(ADMINISTRATORS), n)]
)
def test_at_most_one_administrators_role_is_in_one_hand(roles: tuple[Role, ...]) -> None:
    held = {*roles, Role.HANDLER}
    if len(roles) > 1:
        with pytest.raises(rules.DutiesNotSeparate):
            rules.check_separation(held)
    else:
        rules.check_separation(held)


@pytest.mark.parametrize(
    ("parents", "found"),
    [
        ({}, []),
        ({"a": "", "b": "a", "c": "b"}, []),
        ({"a": "unknown"}, []),
        ({"a": "a"}, [("a",)]),
        ({"b": "a", "a": "b"}, [("a", "b")]),
        ({"x": "c", "a": "b", "b": "c", "c": "a", "y": "x"}, [("a", "b", "c")]),
        ({"a": "b", "b": "a", "p": "q", "q": "p"}, [("a", "b"), ("p", "q")]),
    ],
)
def test_each_circle_is_found_once_and_whole(
    parents: Mapping[str, str], found: list[tuple[str, ...]]
) -> None:
    assert rules.circles(parents) == found


@given(some.dictionaries(some.sampled_from("abcdefgh"), some.sampled_from(["", *"abcdefgh"])))
def test_a_chart_has_a_circle_exactly_when_some_walk_up_never_ends(
    parents: dict[str, str],
) -> None:
    def ends(code: str) -> bool:
        for _step in range(len(parents) + 1):
            code = parents.get(code, "")
        return not code

    assert bool(rules.circles(parents)) == (not all(ends(code) for code in parents))


def test_a_circle_is_told_whole_with_its_first_again_at_the_end() -> None:
    with pytest.raises(rules.ChartCircular) as refusal:
        rules.check_chart({"a": "b", "b": "c", "c": "a"})

    assert refusal.value.facts == {"circle": "a → b → c → a"}


def test_a_long_chain_of_command_is_walked_in_one_pass() -> None:
    parents = {str(number): str(number - 1) for number in range(1, 50_000)}

    assert rules.circles(parents) == []


def test_a_right_credit_code_is_taken() -> None:
    rules.check_credit_code("91350100M000100Y43")


@pytest.mark.parametrize("place", range(18))
def test_one_mistyped_character_of_a_credit_code_is_noticed(place: int) -> None:
    right = "91350100M000100Y43"
    wrong = right[:place] + ("7" if right[place] != "7" else "8") + right[place + 1 :]

    with pytest.raises(rules.CreditCodeWrong):
        rules.check_credit_code(wrong)


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100m000100y43", "I" * 18])
def test_a_credit_code_of_other_length_or_letters_is_refused(code: str) -> None:
    with pytest.raises(rules.CreditCodeWrong):
        rules.check_credit_code(code)


DAYS = [date(2026, 1, day) for day in range(1, 5)]
TERMS = [Term(a, b) for a in DAYS for b in (*DAYS, None) if b is None or a <= b]


@pytest.mark.parametrize(("one", "other"), list(itertools.product(TERMS, TERMS)))
def test_two_terms_overlap_exactly_when_they_share_a_day(one: Term, other: Term) -> None:
    horizon = [date(2026, 1, day) for day in range(1, 8)]
    shared = any(one.holds_on(day) and other.holds_on(day) for day in horizon)

    assert one.overlaps(other) is shared
    assert other.overlaps(one) is shared


@pytest.mark.parametrize(
    ("starts", "ends", "refusal"),
    [
        (date(2026, 1, 2), date(2026, 1, 1), rules.TermBackwards),
        (date(1969, 12, 31), None, rules.DateUnlikely),
        (date(2026, 1, 1), date(2226, 1, 1), rules.DateUnlikely),
    ],
)
def test_an_impossible_term_is_refused(
    starts: date, ends: date | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.check_term(Term(starts, ends), today=date(2026, 3, 2))


@pytest.mark.parametrize(
    "text",
    ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", "2026-03-01 00:00:00"],
)
def test_a_day_is_read_in_its_usual_forms(text: str) -> None:
    assert rules.read_day("starts_on", text) == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "01/03/2026", "2026-02-30"])
def test_other_writing_is_no_day(text: str) -> None:
    with pytest.raises(rules.DateUnreadable):
        rules.read_day("starts_on", text)


@pytest.mark.parametrize("code", ["东街道-1", "a.b_c:d@e/f", "0"])
def test_codes_of_any_script_are_taken(code: str) -> None:
    rules.check_code("code", code, longest=48)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("", rules.TextMissing),
        (" ", rules.TextMissing),
        ("a b", rules.CodeMalformed),
        ("<b>", rules.CodeMalformed),
        ("a\x00", rules.TextUnprintable),
        ("a" * 49, rules.TextTooLong),
        ("a" * 100_000, rules.TextTooLong),
    ],
)
def test_nonsense_is_no_code(code: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.check_code("code", code, longest=48)


@pytest.mark.parametrize("path", ["", "00001", "0000100002"])
def test_a_path_of_areas_is_a_scope(path: str) -> None:
    rules.check_scope_path(path)


@pytest.mark.parametrize("path", ["0000", "000 1", "区区区区区", "00001" * 13])
def test_other_text_is_no_scope(path: str) -> None:
    with pytest.raises(rules.ScopeMalformed):
        rules.check_scope_path(path)


def test_the_last_allowed_failure_locks_for_the_whole_time() -> None:
    tries = Tries()
    for count in range(1, 6):
        tries = rules.spend_try(tries, at=NOON, most=5, lock=LOCK)
        assert tries.failed == count
        assert tries.is_locked(NOON) is (count == 5)

    assert tries.locked_until == NOON + LOCK
    with pytest.raises(rules.SignInLocked) as refusal:
        rules.spend_try(tries, at=NOON + timedelta(minutes=14, seconds=1), most=5, lock=LOCK)
    assert refusal.value.facts == {"minutes": 1}


def test_after_the_lock_counting_begins_anew() -> None:
    was_locked = Tries(5, NOON, NOON - LOCK)

    tries = rules.spend_try(was_locked, at=NOON, most=5, lock=LOCK)

    assert (tries.failed, tries.locked_until) == (1, None)


def test_tries_older_than_a_day_are_forgotten() -> None:
    old = Tries(4, None, NOON - timedelta(hours=25))

    assert rules.spend_try(old, at=NOON, most=5, lock=LOCK).failed == 1
    assert rules.spend_try(
        Tries(4, None, NOON - timedelta(hours=23)), at=NOON, most=5, lock=LOCK
    ).is_locked(NOON)


@pytest.mark.parametrize("name", ["阿不都　热合曼", "\ue000氏", "O’Neil · Ж", ""])
def test_names_as_people_bear_them_are_taken(name: str) -> None:
    rules.check_text("name", name, longest=80)


@pytest.mark.parametrize("name", ["a\nb", "a\x00", "\x7f", "a\u2028b", "\ud800"])
def test_control_characters_are_no_name(name: str) -> None:
    with pytest.raises(rules.TextUnprintable):
        rules.check_text("name", name, longest=80)
