"""Facts as bytes, and their fingerprints."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.hashing import canonical, salted_hash, sha256_hex

FACTS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.booleans())


@given(FACTS)
def test_the_order_in_which_facts_are_told_does_not_matter(facts: dict[str, object]) -> None:
    backwards = dict(reversed(list(facts.items())))

    try:
        assert canonical(facts) == canonical(backwards)
    except UnicodeEncodeError:
        assert any("\ud800" <= mark <= "\udfff" for mark in str(facts))


def test_canonical_facts_are_plain_json_in_utf8() -> None:
    written = canonical({"z": 1, "a": "井盖"})

    assert written == '{"a":"井盖","z":1}'.encode()
    assert json.loads(written) == {"a": "井盖", "z": 1}


def test_numbers_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"share": math.nan})


def test_the_fingerprint_of_nothing_is_the_published_one() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_another_salt_gives_another_fingerprint() -> None:
    assert salted_hash("灯", salt="one") != salted_hash("灯", salt="two")


def test_salt_and_text_do_not_run_into_each_other() -> None:
    assert salted_hash("bc", salt="a") != salted_hash("c", salt="ab")
