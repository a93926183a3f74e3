"""What the ledger tells: histories, new entries, and whether it is whole."""

import datetime
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from . import access, rules, words
from .models import Entry, Seal
from .rules import Alteration, Finding, Found, SealedRun


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry, as it is read."""

    id: int
    kind: str
    subject: str
    person_id: int | None
    post_id: int | None
    organisation_id: int | None
    role: str
    at: datetime.datetime
    facts: Mapping[str, Any]


_VIEW = (
    "id", "kind", "subject", "person_id", "post_id", "organisation_id", "role", "at", "facts",
)  # fmt: skip


def history(subject: str) -> list[EntryView]:
    """Return all entries about `subject`, oldest first.  One statement."""
    return _views(Entry.objects.filter(subject=subject).order_by("pk"))


def histories(subjects: Collection[str]) -> dict[str, list[EntryView]]:
    """Return the entries of each subject, oldest first.  One statement.

    Args:
        subjects: at most some hundreds.
    """
    found: dict[str, list[EntryView]] = {subject: [] for subject in subjects}
    for entry in _views(Entry.objects.filter(subject__in=found).order_by("pk")):
        found[entry.subject].append(entry)
    return found


def entries_after(entry_id: int, limit: int) -> list[EntryView]:
    """Return at most `limit` entries with a higher id, oldest first.  One statement.

    A reader that remembers how far it came must not read beyond `settled_up_to`, lest an
    entry with a lower id be committed behind its back.
    """
    return _views(Entry.objects.filter(pk__gt=entry_id).order_by("pk")[:limit])


def deeds_of(person_id: int, *, after: int, until: datetime.datetime, kinds_of: str) -> int:
    """Return how many entries a person signed since one entry.  One statement.

    Args:
        person_id: who signed.
        after: the id of the entry after which is counted.
        until: entries of deeds after this moment do not count.
        kinds_of: with what their kinds begin, `"case."`.
    """
    rows = Entry.objects.filter(pk__gt=after, person_id=person_id, at__lte=until)
    return rows.filter(kind__startswith=kinds_of).count()


def settled_up_to() -> int | None:
    """Return an id up to which no entry can appear any more; None when not known now.

    See `access.settled_up_to`; on PostgreSQL it must not be asked inside a transaction.
    """
    return access.settled_up_to()


def newest_id() -> int:
    """Return the highest id of an entry; 0 before the first.  One indexed statement.

    For telling whether anything happened; see `settled_up_to` for reading without a gap.
    """
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def newest_root() -> str:
    """Return the root of the newest seal; empty before the first.  One statement."""
    seal = access.last_seal()
    return seal.root if seal else ""


def _views(entries: QuerySet[Entry]) -> list[EntryView]:
    return [EntryView(*row) for row in entries.values_list(*_VIEW)]


# Looking entries up, newest first, in bounded time.

WINDOW = 100_000  # entries looked through at once where no index leads to them


def kinds() -> tuple[str, ...]:
    """Return every kind of entry that a house may make, by name."""
    return tuple(sorted(access.known_kinds()))


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a look-up is narrowed to; every field is optional.

    Attributes:
        kinds: any of these; empty: all.
        subject: exactly this, `case:<uuid>`.
        person_id: who did it.
        post_id: in which post.
        since: done then or later.
        until: done before.
    """

    kinds: tuple[str, ...] = ()
    subject: str = ""
    person_id: int | None = None
    post_id: int | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A part of a look-up, newest first.

    Attributes:
        entries: what was found.
        before: the id from which the next part goes on; None when all was looked through.
    """

    entries: tuple[EntryView, ...]
    before: int | None


def look_up(narrowed: EntryFilter, *, before: int | None = None, limit: int = 50) -> EntryPage:
    """Return entries, newest first, out of at most `WINDOW` of them.

    A part may hold few entries or none and yet go on: where a filter fits rarely, the
    reader goes on window by window rather than waiting for all.  Two statements.

    Args:
        narrowed: what is looked for.
        before: only entries with a lower id; absent: from the newest.
        limit: the most to return.
    """
    top = access.highest_id() + 1 if before is None else before
    rows = Entry.objects.filter(**_conditions(narrowed), pk__lt=top)
    low = None if narrowed.subject else max(top - WINDOW, 0)
    if low is not None:
        rows = rows.filter(pk__gte=low)
    found = _views(rows.order_by("-pk")[: limit + 1])
    if len(found) > limit:
        return EntryPage(tuple(found[:limit]), found[limit - 1].id)
    return EntryPage(tuple(found), low if low else None)


def _conditions(narrowed: EntryFilter) -> dict[str, object]:
    wanted = {
        "kind__in": narrowed.kinds,
        "subject": narrowed.subject,
        "person_id": narrowed.person_id,
        "post_id": narrowed.post_id,
        "at__gte": narrowed.since,
        "at__lt": narrowed.until,
    }
    return {name: value for name, value in wanted.items() if value not in (None, "", ())}


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal: its root, and when and up to which entry it was made."""

    root: str
    sealed_at: datetime.datetime
    last_id: int


def newest_seal() -> LastSeal | None:
    """Return the newest seal; None before the first.  One statement."""
    seal = access.last_seal()
    return LastSeal(seal.root, seal.sealed_at, seal.last_id) if seal else None


# Whether the ledger is whole.


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification of the ledger found."""

    entries: int  # verified, the altered one included
    seals: int
    unsealed: int  # entries after the last seal
    first_altered: int | None  # id of the entry
    what: str  # a sentence; empty when nothing is wrong
    alteration: Alteration | None
    root: str  # of the newest seal verified; keep it

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return self.alteration is None


_BEFORE_ALL = -(2**63)  # below any id, also one forged by hand


class _Count:
    """How far the verification has come."""

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self._progress = progress
        self.total = Entry.objects.count() if progress else 0
        self.entries = self.seals = self.unsealed = 0
        self.root = ""

    def pass_entries(self, found: list[Found], *, sealed_by: SealedRun | None) -> None:
        """Count `found`, sealed or not."""
        self.entries += len(found)
        if sealed_by is None:
            self.unsealed += len(found)
        else:
            self.seals += 1
            self.root = sealed_by.root
        if self._progress:
            self._progress(self.entries, max(self.total, self.entries))

    def verdict(self, finding: Finding | None) -> Verdict:
        """Return the verdict at this point."""
        return Verdict(
            entries=self.entries,
            seals=self.seals,
            unsealed=self.unsealed,
            first_altered=finding.entry_id if finding else None,
            what=words.describe(finding) if finding else "",
            alteration=finding.alteration if finding else None,
            root=self.root,
        )


def verify(
    progress: Callable[[int, int], None] | None = None, *, expected_root: str = ""
) -> Verdict:
    """Recompute every digest and every seal, and tell the first thing that is wrong.

    Reads run by run in constant memory.  An alteration of any sealed entry, of a digest or
    of a seal is found; so is one of an entry that is not sealed yet, unless its digest was
    forged with it.  Whoever can write the whole database could forge all seals as well, or
    cut off the newest ones: that is found only by comparing with a root kept elsewhere.

    Args:
        progress: called with the entries verified and their number in all.
        expected_root: a root kept from any earlier time; compared when not empty.

    Raises:
        BadRoot: `expected_root` is not 64 hexadecimal digits.
    """
    wanted = _checked_root(expected_root)
    count = _Count(progress)
    for finding in _findings(count):
        if finding is not None:
            return count.verdict(finding)
        if count.root == wanted:
            wanted = ""
    return count.verdict(Finding(Alteration.ROOT, None) if wanted else None)


def _checked_root(root: str) -> str:
    plain = root.strip().lower()
    if plain and (len(plain) != 64 or set(plain) - set("0123456789abcdef")):  # noqa: PLR2004
        raise rules.BadRoot(root=root)
    return plain


def _findings(count: _Count) -> Iterator[Finding | None]:
    """Yield what is found in each run in turn; None where nothing is wrong."""
    reached, seal_id = _BEFORE_ALL, 0
    while (next_seal := _seal_after(seal_id)) is not None:
        seal_id, run = next_seal
        if run is None:
            yield Finding(Alteration.SEAL, _entry_after(reached))
            return
        last = rules.leaf_id(run.leaves[-1])
        found = _read(Entry.objects.filter(pk__gt=reached, pk__lte=last), len(run.leaves))
        finding = rules.examine_run(run, found, after=count.root)
        count.pass_entries(found, sealed_by=run)
        yield finding
        reached = last
    while found := _read(Entry.objects.filter(pk__gt=reached), rules.RUN):
        count.pass_entries(found, sealed_by=None)
        yield rules.examine_tail(found)
        reached = found[-1].id


def _entry_after(entry_id: int) -> int | None:
    return Entry.objects.filter(pk__gt=entry_id).order_by("pk").values_list("pk", flat=True).first()


def _seal_after(seal_id: int) -> tuple[int, SealedRun | None] | None:
    """Return the next seal and its run; a run of None cannot be read."""
    coming = Seal.objects.filter(pk__gt=seal_id).order_by("pk")
    number = coming.values_list("pk", flat=True).first()
    if number is None:
        return None
    try:
        first_id, last_id, leaves, root, before, sealed_at = coming.values_list(
            "first_id", "last_id", "leaves", "root", "previous_root",
            Cast("sealed_at", TextField()),
        )[0]  # fmt: skip
        return number, SealedRun(
            first_id, last_id, _split(leaves), root, before, _moment(sealed_at)
        )
    except (DatabaseError, TypeError, ValueError):
        return number, None


def _split(leaves: bytes | memoryview) -> tuple[bytes, ...]:
    content, size = bytes(leaves), rules.LEAF_BYTES
    if not content or len(content) % size:
        raise ValueError("not a number of leaves")
    return tuple(content[i : i + size] for i in range(0, len(content), size))


def _read(entries: QuerySet[Entry], limit: int) -> list[Found]:
    """Return at most `limit` entries by id, also when one of them cannot be read."""
    wanted = entries.order_by("pk")
    rows = wanted.values_list(
        "pk", "digest", "kind", "subject", "person_id", "post_id", "organisation_id", "role",
        Cast("at", TextField()), Cast("facts", TextField()), "request_id",
    )  # fmt: skip
    try:
        return [Found(row[0], row[1], _recomputed(row)) for row in rows[:limit]]
    except DatabaseError:  # SQLite: bytes that are no text
        ids = list(wanted.values_list("pk", flat=True)[:limit])
        return [_read_alone(entry_id) for entry_id in ids]


def _read_alone(entry_id: int) -> Found:
    try:
        list(Entry.objects.filter(pk=entry_id).values_list())
        return _read(Entry.objects.filter(pk=entry_id), 1)[0]
    except (DatabaseError, ValueError, TypeError):
        return Found(entry_id, "unreadable", "")


def _recomputed(row: tuple[Any, ...]) -> str:
    """Return the digest of a row's content; empty when that is none `record` writes."""
    kind, subject, person_id, post_id, organisation_id, role, at, facts, request_id = row[2:]
    try:
        return rules.digest_of(
            kind,
            subject,
            signer_ids=(person_id, post_id, organisation_id),
            role=role,
            at=_moment(at),
            facts=_facts(facts),
            request_id=request_id,
        )
    except (TypeError, ValueError, RecursionError, OverflowError):
        return ""


def _moment(text: str) -> datetime.datetime:
    """Return a stored time.

    Raises:
        ValueError: it is no time, or (on SQLite, which stores text) not spelt as Django does.
    """
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if str(moment) != text:
            raise ValueError(f"{text!r} is spelt differently")
        return moment.replace(tzinfo=datetime.UTC)
    return moment


def _facts(text: str) -> object:
    """Return stored facts.

    Raises:
        ValueError: they are no JSON, or (on SQLite) not spelt as Django does.
    """
    facts = json.loads(text)
    if connection.vendor == "sqlite" and json.dumps(facts) != text:
        raise ValueError("spelt differently")
    return facts
