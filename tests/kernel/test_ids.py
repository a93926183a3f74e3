"""Identifiers that sort by time."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kernel.ids import uuid7

TAILS = st.binary(min_size=10, max_size=10)
TIMES = st.integers(0, 2**48 - 1)


def test_the_example_of_the_standard_is_made() -> None:
    """RFC 9562, appendix A.6."""
    tail = bytes.fromhex("0cc398c4dc0c0c07398f")

    made = uuid7(at_ms=0x017F22E279B0, tail=tail)

    assert made == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(at_ms=TIMES, tail=TAILS)
def test_an_id_tells_its_version_and_its_time(at_ms: int, tail: bytes) -> None:
    made = uuid7(at_ms=at_ms, tail=tail)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == at_ms


@given(one=TIMES, other=TIMES, tails=st.tuples(TAILS, TAILS))
def test_an_earlier_id_sorts_first(one: int, other: int, tails: tuple[bytes, bytes]) -> None:
    first, second = sorted([one, other])

    if first < second:
        assert uuid7(at_ms=first, tail=tails[0]) < uuid7(at_ms=second, tail=tails[1])


def test_ids_of_one_moment_differ() -> None:
    assert len({uuid7(at_ms=1) for _ in range(1_000)}) == 1_000
