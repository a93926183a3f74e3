"""The tree: a root stands for its leaves and for nothing else."""

import datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from gongzhi.ledger import rules

leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def rfc_root(entries: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + rfc_root(entries[:k]) + rfc_root(entries[k:])).digest()


def test_the_empty_tree_has_the_root_of_the_rfc() -> None:
    assert rules.tree_root([]) == rfc_root([])


@given(leaves)
def test_the_root_is_that_of_the_recursive_definition(entries: list[bytes]) -> None:
    assert rules.tree_root(entries) == rfc_root(entries)


@given(leaves, st.data())
def test_each_leaf_proves_its_place_and_no_other(entries: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(entries) - 1))
    root, size = rules.tree_root(entries), len(entries)

    proof = rules.inclusion_proof(entries, index)

    assert rules.is_included(entries[index], index=index, size=size, proof=proof, root=root)
    other = entries[index] + b"!"
    assert not rules.is_included(other, index=index, size=size, proof=proof, root=root)
    longer = [*proof, b"x" * 32]
    assert not rules.is_included(entries[index], index=index, size=size, proof=longer, root=root)
    if proof:
        short = proof[:-1]
        assert not rules.is_included(entries[index], index=index, size=size, proof=short, root=root)
    assert not rules.is_included(entries[index], index=size, size=size, proof=proof, root=root)


def test_a_root_binds_the_time_and_the_root_before() -> None:
    noon = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)
    run = [rules.leaf(1, "00" * 32)]

    roots = {
        rules.seal_root(run, previous_root="", sealed_at=noon),
        rules.seal_root(run, previous_root="ab" * 32, sealed_at=noon),
        rules.seal_root(run, previous_root="", sealed_at=noon.replace(microsecond=1)),
        rules.seal_root([rules.leaf(2, "00" * 32)], previous_root="", sealed_at=noon),
    }

    assert len(roots) == 4
