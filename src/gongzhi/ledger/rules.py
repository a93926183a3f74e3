"""What an entry says, how it is fingerprinted, and the tree that seals it.

The tree is the Merkle tree of RFC 6962: a leaf is hashed with the prefix 00, an inner
node with 01, so that neither can be passed off as the other.  A seal's root binds the
tree of its run, the time of sealing and the root before it, hashed with the prefix 02:
whoever keeps the newest root holds a fingerprint of the whole ledger.
"""

import contextlib
import datetime
import enum
import functools
import itertools
import math
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from gongzhi.kernel.hashing import canonical, sha256_hex
from gongzhi.kernel.refusals import Invalid

LEDGER_KINDS: frozenset[str] = frozenset({"ledger.erased"})

RUN = 4096  # entries under one seal, at most
LEAF_BYTES = 40  # eight of the entry's id, thirty-two of its digest
LONGEST_WORD = 256  # characters of a text in facts; codes and hashes are shorter
_VERSION = "gongzhi entry 1"
_LENGTHS = {"kind": 48, "subject": 64, "role": 24, "request_id": 36}
_UNFIT = re.compile("[\x00\ud800-\udfff]")
_WHOLE_FROM = 1e15  # from here PostgreSQL gives a float back as a whole number

CURRENT_REQUEST: ContextVar[str] = ContextVar("gongzhi_request", default="")


@contextlib.contextmanager
def in_request(request_id: str) -> Iterator[None]:
    """Name the request under which the enclosed deeds are entered.

    Args:
        request_id: at most 36 printable ASCII characters.

    Raises:
        ValueError: the name is longer or holds other characters.
    """
    if len(request_id) > _LENGTHS["request_id"] or not (request_id + "x").isascii():
        raise ValueError(f"a request id is at most 36 ASCII characters, not {request_id!r}")
    token = CURRENT_REQUEST.set(request_id if request_id.isprintable() else "")
    try:
        yield
    finally:
        CURRENT_REQUEST.reset(token)


class Signer(Protocol):
    """Who signs an entry: ids and the role, never a name."""

    @property
    def person_id(self) -> int | None:
        """The person; absent for the clock and for people without an account."""

    @property
    def post_id(self) -> int | None:
        """The post in which the person acts."""

    @property
    def organisation_id(self) -> int | None:
        """The organisation of the post."""

    @property
    def role(self) -> str:
        """The role that allowed the deed."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One deed about to be entered."""

    kind: str
    subject: str
    by: Signer
    at: datetime.datetime
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, ready to be stored and fingerprinted; all but its id."""

    kind: str
    subject: str
    person_id: int | None
    post_id: int | None
    organisation_id: int | None
    role: str
    at: datetime.datetime
    facts: Mapping[str, object]
    request_id: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the content, hexadecimal."""
        return digest_of(
            self.kind,
            self.subject,
            signer_ids=(self.person_id, self.post_id, self.organisation_id),
            role=self.role,
            at=self.at,
            facts=self.facts,
            request_id=self.request_id,
        )


def digest_of(
    kind: str,
    subject: str,
    *,
    signer_ids: tuple[int | None, int | None, int | None],
    role: str,
    at: datetime.datetime,
    facts: object,
    request_id: str,
) -> str:
    """Return the fingerprint of an entry's content, without its id.

    The id is not known before the entry is stored; the leaf of the tree binds the two.

    Args:
        kind: see `LEDGER_KINDS` of the houses.
        subject: `"case:<uuid>"`.
        signer_ids: person, post, organisation.
        role: of the signer.
        at: an aware datetime; hashed as UTC with six decimals of a second.
        facts: as `settled_facts` returns them.
        request_id: empty outside a request.

    Raises:
        ValueError, TypeError: a value is none that `record` would have stored.
    """
    moment = at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return sha256_hex(
        canonical([_VERSION, kind, subject, *signer_ids, role, moment, facts, request_id])
    )


def content_of(new: NewEntry, *, request_id: str) -> Content:
    """Return what `new` will say for good.

    Raises:
        ValueError: a programming error: a name too long, a naive time, facts that are not facts.
    """
    if new.at.tzinfo is None:
        raise ValueError(f"{new.kind}: an entry needs an aware time")
    content = Content(
        kind=_short("kind", new.kind),
        subject=_short("subject", new.subject),
        person_id=new.by.person_id,
        post_id=new.by.post_id,
        organisation_id=new.by.organisation_id,
        role=_short("role", new.by.role),
        at=new.at.astimezone(datetime.UTC),
        facts=settled_facts(new.facts),
        request_id=_short("request_id", request_id),
    )
    if not content.kind or not content.subject:
        raise ValueError("an entry needs a kind and a subject")
    return content


def _short(field: str, value: str) -> str:
    if len(value) > _LENGTHS[field]:
        raise ValueError(f"{field} {value!r} is longer than {_LENGTHS[field]} characters")
    return _word(value)


def settled_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """Return `facts` as they will read after any database has stored them.

    Times become ISO text in UTC, UUIDs text, tuples lists, keys are sorted; a negative
    zero loses its sign and a float without decimals from 10^15 on becomes a whole number,
    because PostgreSQL gives them back so.

    Raises:
        ValueError: a value is not JSON, not finite, a naive time, holds a NUL or half a
            character, or is a text longer than `LONGEST_WORD`: free text has no place here.
    """
    settled = _settled(dict(facts))
    assert isinstance(settled, dict)  # noqa: S101 - a mapping settles as a mapping
    return settled


def _settled(value: object) -> object:
    quick = _EXACT.get(type(value))
    if quick is not None:
        return quick(value)
    for kind, settle in _SETTLERS:  # a StrEnum, a NumPy float …
        if isinstance(value, kind):
            return settle(value)
    raise ValueError(f"{value!r} ({type(value).__name__}) cannot stand in facts")


def _word(text: str) -> str:
    plain = str.__str__(text)
    if len(plain) > LONGEST_WORD:
        raise ValueError(f"a text of {len(plain)} characters cannot stand in facts")
    is_simple = plain.isascii() and "\0" not in plain
    if not is_simple and _UNFIT.search(plain):
        raise ValueError(f"{plain!r} holds a NUL or half a character")
    return plain


def _number(value: float) -> float | int:
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not finite")
    plain = float(value)
    if plain == 0:
        return 0.0
    return int(plain) if abs(plain) >= _WHOLE_FROM and plain.is_integer() else plain


def _moment(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _mapping(value: Mapping[object, object]) -> dict[str, object]:
    return {plain: _settled(value[key]) for plain, key in _names(tuple(value))}


@functools.lru_cache(maxsize=1024)
def _names(keys: tuple[object, ...]) -> tuple[tuple[str, object], ...]:
    """Return the names of facts as they are stored, sorted, each with its key.

    Remembered, because the facts of one kind of entry always have the same names.
    """
    if not all(isinstance(key, str) for key in keys):
        raise ValueError(f"facts are named by texts, not by {list(keys)!r}")
    return tuple((_word(str(key)), key) for key in sorted(keys, key=str))


_SETTLERS: tuple[tuple[type | tuple[type, ...], Callable[..., object]], ...] = (
    (str, _word),
    (int, int),
    (float, _number),
    (Mapping, _mapping),
    ((list, tuple), lambda items: [_settled(item) for item in items]),
    (datetime.datetime, _moment),
    (datetime.date, datetime.date.isoformat),
    (uuid.UUID, str),
)
_EXACT: Mapping[type, Callable[..., object]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    str: _word,
    int: int,
    float: _number,
    dict: _mapping,
    list: lambda items: [_settled(item) for item in items],
}


# The tree.


def leaf(entry_id: int, digest: str) -> bytes:
    """Return what a seal remembers of an entry: its id and its digest, 40 bytes."""
    return entry_id.to_bytes(8, "big") + bytes.fromhex(digest)


def leaf_id(leaf: bytes) -> int:
    """Return the id that a leaf binds."""
    return int.from_bytes(leaf[:8], "big")


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf.

    Source: RFC 6962, section 2.1: SHA-256(0x00 || leaf).
    """
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node.

    Source: RFC 6962, section 2.1: SHA-256(0x01 || left || right).
    """
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the Merkle tree over `leaves`, in their order.

    An odd node at the end of a row moves up unchanged, which gives the same tree as the
    recursive definition.

    Source: RFC 6962, section 2.1.
    """
    row = [leaf_hash(one) for one in leaves]
    if not row:
        return sha256(b"").digest()
    while len(row) > 1:
        row = _row_above(row)
    return row[0]


def _row_above(row: list[bytes]) -> list[bytes]:
    above = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
    if len(row) % 2:
        above.append(row[-1])
    return above


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes that prove the leaf at `index`, lowest first.

    Source: RFC 6962, section 2.1.1 (audit path).
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"there is no leaf {index} among {len(leaves)}")
    row, proof = [leaf_hash(one) for one in leaves], []
    while len(row) > 1:
        neighbour = index ^ 1
        if neighbour < len(row):
            proof.append(row[neighbour])
        row, index = _row_above(row), index // 2
    return tuple(proof)


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` leads from the leaf at `index` of `size` leaves to `root`.

    Source: RFC 9162, section 2.1.3.2 (verifying an inclusion proof).
    """
    if not 0 <= index < size:
        return False
    reached, last, steps = leaf_hash(leaf), size - 1, list(proof)
    while last:
        if index % 2 or index < last:
            if not steps:
                return False
            other = steps.pop(0)
            reached = node_hash(other, reached) if index % 2 else node_hash(reached, other)
        index, last = index // 2, last // 2
    return not steps and reached == root


def seal_root(leaves: Sequence[bytes], *, previous_root: str, sealed_at: datetime.datetime) -> str:
    """Return the root of a seal: the tree of its run, its time, and all seals before it.

    Args:
        leaves: of the run, in the order of ids.
        previous_root: hexadecimal; empty for the first seal.
        sealed_at: an aware datetime.
    """
    moment = sealed_at.astimezone(datetime.UTC).isoformat(timespec="microseconds").encode()
    before = bytes.fromhex(previous_root)
    return sha256(b"\x02" + before + tree_root(leaves) + moment).hexdigest()


class BadRoot(Invalid):
    """A root to compare with is not 64 hexadecimal digits."""

    code = "ledger.bad_root"


class Alteration(enum.StrEnum):
    """What `queries.verify` can find wrong."""

    CONTENT = "content"  # an entry's words differ from its digest and its seal
    DIGEST = "digest"  # an entry's digest differs from its words and its seal
    REWRITTEN = "rewritten"  # words and digest agree, the seal remembers others
    UNSEALED = "unsealed"  # words and digest differ, and no seal can tell which is true
    MISSING = "missing"  # the seal remembers an entry that is not there
    INSERTED = "inserted"  # an entry among sealed ones that no seal remembers
    SEAL = "seal"  # the seal contradicts itself or the seal before it
    ROOT = "root"  # no seal has the root that somebody kept


@dataclass(frozen=True, slots=True)
class SealedRun:
    """A seal as it was read, possibly altered."""

    first_id: int
    last_id: int
    leaves: tuple[bytes, ...]
    root: str
    previous_root: str
    sealed_at: datetime.datetime

    def is_whole(self, *, after: str) -> bool:
        """Tell whether the seal agrees with itself and follows the root `after`."""
        if self.previous_root != after or not self.leaves:
            return False
        ends = (leaf_id(self.leaves[0]), leaf_id(self.leaves[-1]))
        return ends == (self.first_id, self.last_id) and self.root == seal_root(
            self.leaves, previous_root=after, sealed_at=self.sealed_at
        )


@dataclass(frozen=True, slots=True)
class Found:
    """An entry as it was read, possibly altered."""

    id: int
    digest: str  # as stored
    recomputed: str  # from the content; empty when the content cannot be read


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing wrong."""

    alteration: Alteration
    entry_id: int | None


def examine_run(run: SealedRun, found: Sequence[Found], *, after: str) -> Finding | None:
    """Return the first thing wrong in a sealed run, if any.

    Args:
        run: the seal.
        found: the entries from the end of the run before to the end of this one, by id.
        after: the root of the seal before; empty for the first.
    """
    whole = run.is_whole(after=after)
    for sealed, entry in itertools.zip_longest(run.leaves, found):
        wrong = _disagreement(sealed, entry)
        if wrong is not None:
            blamed = wrong.alteration in _ENTRY_ALONE or whole
            return wrong if blamed else Finding(Alteration.SEAL, wrong.entry_id)
    first = leaf_id(run.leaves[0]) if run.leaves else run.first_id
    return None if whole else Finding(Alteration.SEAL, first)


_ENTRY_ALONE = {Alteration.CONTENT, Alteration.DIGEST}


def _disagreement(sealed: bytes | None, entry: Found | None) -> Finding | None:
    if sealed is None or (entry is not None and entry.id < leaf_id(sealed)):
        assert entry is not None  # noqa: S101 - zip_longest ends when both are gone
        return Finding(Alteration.INSERTED, entry.id)
    if entry is None or entry.id > leaf_id(sealed):
        return Finding(Alteration.MISSING, leaf_id(sealed))
    remembered = sealed[8:].hex()
    if entry.digest == entry.recomputed == remembered:
        return None
    if entry.digest == entry.recomputed:
        return Finding(Alteration.REWRITTEN, entry.id)
    if entry.recomputed == remembered:
        return Finding(Alteration.DIGEST, entry.id)
    return Finding(Alteration.CONTENT, entry.id)


def examine_tail(found: Sequence[Found]) -> Finding | None:
    """Return the first thing wrong among entries that no seal covers yet."""
    for entry in found:
        if entry.digest != entry.recomputed:
            return Finding(Alteration.UNSEALED, entry.id)
    return None
