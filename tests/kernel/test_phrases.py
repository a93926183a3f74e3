"""Phrases: what is folded alike is found, in any mix of scripts; likeness of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.phrases import BORDER, fold, holds, likeness, phrases, tokens, tokens_of_fields

SIGNS = st.text(alphabet="积水路面垃圾のカｶabcABÉé1２３ 　,。-‖", max_size=14)


def found_in(held: list[str], query: str) -> bool:
    """Find phrases among tokens one by one, as an index does."""
    return all(
        any(_fits(held[place:], phrase) for place in range(len(held))) for phrase in phrases(query)
    )


def _fits(held: list[str], phrase: object) -> bool:
    *before, last = phrase.tokens  # type: ignore[attr-defined]
    here = held[: len(before) + 1]
    if len(here) <= len(before) or here[:-1] != before:
        return False
    return here[-1] == last or (phrase.is_open and here[-1].startswith(last))  # type: ignore[attr-defined]


@given(SIGNS, SIGNS)
def test_tokens_find_exactly_what_the_folded_text_holds(text: str, query: str) -> None:
    assert found_in(tokens(text), query) == holds(text, query)


@given(SIGNS, st.data())
def test_every_part_of_a_run_finds_its_text(text: str, data: st.DataObject) -> None:
    runs = fold(text).split()
    if runs:
        run = data.draw(st.sampled_from(runs))
        is_word = run[0] in "abcé123"
        start = 0 if is_word else data.draw(st.integers(0, len(run) - 1))
        end = data.draw(st.integers(start + 1, len(run)))

        assert holds(text, run[start:end])
        assert found_in(tokens(text), run[start:end])


@pytest.mark.parametrize(
    ("text", "query", "is_found"),
    [
        ("松柏路8号路面积水", "积水", True),
        ("松柏路8号路面积水", "水", True),
        ("松柏路8号路面积水", "柏路8号路", True),
        ("松柏路８号路面积水", "路8号", True),
        ("松柏路18号", "8号", False),
        ("松柏路18号", "路1", True),
        ("积水,路面", "水路", False),
        ("Street lamp is OUT", "lam out", True),
        ("Street lamp is OUT", "amp", False),
        ("２０２６０３１０000012", "20260310", True),
        ("Straße", "STRASSE", True),
        ("路灯不亮", "路灯 坏", False),
        ("有", "", True),
        ("有", "。，", True),
    ],
)
def test_a_text_is_found_as_people_expect(text: str, query: str, is_found: bool) -> None:
    assert holds(text, query) is is_found
    assert found_in(tokens(text), query) is is_found


def test_no_phrase_reaches_from_one_field_into_the_next() -> None:
    held = tokens_of_fields(["路面", "", "积水"])

    assert BORDER in held
    assert not found_in(held, "面积")
    assert found_in(held, "面 积")


def test_likeness_is_that_of_the_worked_example() -> None:
    assert likeness("路灯不亮", "路灯不亮") == pytest.approx(1.0)
    assert likeness("路灯不亮", "垃圾成堆") == 0.0
    assert likeness("", "路灯") == 0.0
    # 路灯坏 and 路灯不亮 share 路, 灯, 路灯: 3 / sqrt(5 * 7).
    assert likeness("路灯坏", "路灯不亮") == pytest.approx(3 / 35**0.5)


@given(SIGNS, SIGNS)
def test_likeness_is_the_same_both_ways_and_a_share(one: str, other: str) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0.0 <= likeness(one, other) <= 1.0 + 1e-9
