"""The only writers of the ledger: append and seal."""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection, transaction

from gongzhi.webkit.bulk import insert_rows

from . import access, rules
from .models import Entry, Seal
from .rules import CURRENT_REQUEST, NewEntry, Signer

BATCH = 2000

# Entries that wait for the end of the deed under way; None outside `gathered`.
_waiting: ContextVar[list[Entry] | None] = ContextVar("entries_waiting", default=None)


def record(
    kind: str,
    *,
    subject: str,
    by: Signer,
    at: datetime.datetime,
    facts: Mapping[str, object],
) -> int:
    """Append one entry and return its id; to be called in the transaction of the deed.

    Args:
        kind: listed in some house's `rules.LEDGER_KINDS`.
        subject: what the deed is about, `"case:<uuid>"`.
        by: who signs.
        at: when the deed was done; an aware datetime.
        facts: ids, codes, hashes, times and numbers; no personal data, no free text.

    Returns:
        The id of the entry.  One SQL statement.

    Raises:
        ValueError: a programming error: an unknown kind, a naive time, facts that are none.
    """
    entry = _entry(NewEntry(kind, subject, by, at, facts))
    _append([entry])
    return entry.pk


def record_many(entries: Iterable[NewEntry]) -> list[int]:
    """Append many entries, all or none, and return their ids in the same order.

    Raises:
        ValueError: as `record`.
    """
    ids: list[int] = []
    coming = iter(entries)
    with transaction.atomic(savepoint=False):
        while batch := [_entry(new) for new in itertools.islice(coming, BATCH)]:
            _append(batch)
            ids.extend(entry.pk for entry in batch)
    return ids


def enter(entries: Iterable[NewEntry]) -> None:
    """Append entries whose ids nobody needs: at once, or at the end of the deed under way.

    They are checked and fingerprinted at once, and stand in the ledger in the order of
    entering, also among those of `record` and `record_many`.

    Raises:
        ValueError: as `record`.
    """
    checked = [_entry(new) for new in entries]
    waiting = _waiting.get()
    if waiting is None:
        _append(checked)
    else:
        waiting.extend(checked)


@contextmanager
def gathered() -> Iterator[None]:
    """Do one deed in a transaction, and write what it enters with one statement at its end.

    The case and its promises each enter what they did; a statement for each would cost
    more than the deed itself.  A deed that fails enters nothing.  A deed within a deed
    enters for itself, after what the outer one has entered so far.  Whoever rolls back a
    part of a deed and goes on must do that part in a `gathered` of its own.

    Also a decorator, in place of `transaction.atomic`.
    """
    _append([])
    token = _waiting.set([])
    try:
        with transaction.atomic():
            yield
            _append([])
    finally:
        _waiting.reset(token)


def _append(entries: Sequence[Entry]) -> None:
    """Write entries after those that wait, with one statement for few."""
    waiting = _waiting.get()
    if waiting:
        entries = [*waiting, *entries]
        waiting.clear()
    insert_rows(entries)


def record_erasure(
    subject: str, *, fields: Sequence[str], by: Signer, at: datetime.datetime
) -> int:
    """Enter that personal facts about `subject` were erased from a house's own table.

    Args:
        subject: whose facts, `"person:7"`.
        fields: names of the emptied columns, `"accounts.person.phone"`.
        by: who erased.
        at: an aware datetime.
    """
    facts = {"fields": sorted(fields)}
    return record("ledger.erased", subject=subject, by=by, at=at, facts=facts)


def _entry(new: NewEntry) -> Entry:
    if new.kind not in access.known_kinds():
        raise ValueError(
            f"{new.kind!r} is no kind of entry; list it in LEDGER_KINDS of its house's rules"
        )
    said = rules.content_of(new, request_id=CURRENT_REQUEST.get())
    return Entry(
        kind=said.kind,
        subject=said.subject,
        person_id=said.person_id,
        post_id=said.post_id,
        organisation_id=said.organisation_id,
        role=said.role,
        at=said.at,
        facts=said.facts,
        request_id=said.request_id,
        digest=said.digest,
    )


@dataclass(frozen=True, slots=True)
class Sealing:
    """What one round of sealing did."""

    entries: int
    seals: int
    root: str  # the newest root after it; empty when nothing was ever sealed
    is_waiting: bool  # an open deed kept the end of the ledger unsettled


def seal(at: datetime.datetime) -> Sealing:
    """Seal all settled entries in runs of at most 4096, each chained to the one before.

    Not to be called inside a deed: it takes transactions of its own.  On PostgreSQL
    ids may commit out of order; `access.settled_up_to` tells how far nothing can come
    between any more, and entries after that wait for the next round.

    Args:
        at: the time of sealing, part of each root; an aware datetime.
    """
    settled = access.settled_up_to()
    sealed: list[int] = []
    while settled is not None and (run := _seal_run(settled, at=at)):
        sealed.append(run)
    newest = access.last_seal()
    return Sealing(
        entries=sum(sealed),
        seals=len(sealed),
        root=newest.root if newest else "",
        is_waiting=settled is None,
    )


@transaction.atomic
def _seal_run(settled: int, *, at: datetime.datetime) -> int:
    """Seal the next run of entries up to the id `settled`; return how many."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # two sealers take turns
            cursor.execute("LOCK TABLE ledger_seal IN SHARE ROW EXCLUSIVE MODE")
    previous = access.last_seal()
    run = list(
        Entry.objects.filter(pk__gt=previous.last_id if previous else 0, pk__lte=settled)
        .order_by("pk")
        .values_list("pk", "digest")[: rules.RUN]
    )
    if not run:
        return 0
    leaves = [rules.leaf(entry_id, digest) for entry_id, digest in run]
    previous_root = previous.root if previous else ""
    Seal.objects.create(
        first_id=run[0][0],
        last_id=run[-1][0],
        leaves=b"".join(leaves),
        root=rules.seal_root(leaves, previous_root=previous_root, sealed_at=at),
        previous_root=previous_root,
        sealed_at=at,
    )
    return len(run)
