"""Taking over cases whose life happened in another system, in bulk."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import HANDLE, Book, StandardView, printed_number
from gongzhi.commitments import actions as commitments
from gongzhi.commitments.rules import NewCommitment
from gongzhi.kernel.hashing import salted_hash
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.quadkeys import quadkey
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger.actions import record_many
from gongzhi.ledger.rules import NewEntry
from gongzhi.places import queries as places
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility.rules import Answer
from gongzhi.webkit.bulk import insert_rows
from gongzhi.webkit.revisions import steady

from ..access import snapshot
from ..models import Case, Statement
from ..rules import OldCase, State, number_prefix
from .arrival import next_in_run
from .placing import category_of


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of one batch.

    Attributes:
        new: cases written.
        known: rows whose source id had been taken over before.
        located: of the new ones, how many lie in an area.
        without_position: of the new ones, how many have no position at all.
        fallback: of the new ones, how many have only the fallback party: neither the map nor
            the other system names anybody.
        ends: how many of the new ones, by organisation (None for nobody) and end: closed
            `in_time`, closed `late`, closed with no promise (`unjudged`), or still `open`.
        refused: places in the batch, with the reason.
    """

    new: int
    known: int
    located: int
    without_position: int
    fallback: int
    ends: Mapping[tuple[int | None, str], int]
    refused: tuple[tuple[int, Refusal], ...]


@steady()
@transaction.atomic
def adopt_cases(old: Sequence[OldCase], *, by: Actor, at: datetime) -> Adopted:
    """Write cases of another system with their known times as history.

    Each gets its place, standard, explained party and promise; what is known of its end
    is kept.  The map of the day of the import answers, for it knows no older one.  A
    source id already taken over is passed by.  A fixed number of statements a batch.

    Args:
        old: at most a few thousand.
        by: who imports.
        at: when; an aware datetime.
    """
    known = _known(old)
    fresh = [(i, one) for i, one in enumerate(old) if (one.source, one.source_id) not in known]
    drafts, refused = _drafts([one for _, one in fresh], by=by, at=at)
    _write(drafts, by=by, at=at)
    return Adopted(
        new=len(drafts),
        known=len(old) - len(fresh),
        located=sum(draft.case.area_id is not None for draft in drafts),
        without_position=sum(draft.case.quadkey is None for draft in drafts),
        fallback=sum(draft.case.answer["is_fallback"] for draft in drafts),
        ends=Counter((draft.case.organisation_id, draft.end) for draft in drafts),
        refused=tuple((fresh[place][0], refusal) for place, refusal in refused),
    )


def _known(old: Sequence[OldCase]) -> set[tuple[str, str]]:
    """Return which of the source ids are there already.  One statement a source."""
    found: set[tuple[str, str]] = set()
    for source in sorted({one.source for one in old}):
        ids = [one.source_id for one in old if one.source == source]
        rows = Case.objects.filter(source=source, source_id__in=ids)
        found.update((source, key) for key in rows.values_list("source_id", flat=True) if key)
    return found


@dataclass(frozen=True, slots=True)
class _Draft:
    """A case about to be written, with what stands in other tables."""

    old: OldCase
    case: Case
    statement: Statement
    promise: NewCommitment | None

    @property
    def end(self) -> str:
        """What became of it, as `Adopted.ends` tells."""
        closed, promise = self.old.closed_at, self.promise
        if closed is None:
            return "open"
        if promise is None:
            return "unjudged"
        return "late" if closed > promise.due_at else "in_time"


def _drafts(
    old: Sequence[OldCase], *, by: Actor, at: datetime
) -> tuple[list[_Draft], list[tuple[int, Refusal]]]:
    """Place all rows at once, then judge each; return the good ones and the refused."""
    book = catalogue.book()
    nowhere = float("nan")
    located = places.locate_many(
        np.array([nowhere if one.longitude is None else one.longitude for one in old]),
        np.array([nowhere if one.latitude is None else one.latitude for one in old]),
        at=at,
    )
    codes = [one.category_code if one.category_code in book.categories else "" for one in old]
    answers = responsibility.who_answers_many(codes, located, at=at)
    flags, paths, classes = located.flags, located.paths, located.area_classes
    explained = _Explained()
    drafts: list[_Draft] = []
    refused: list[tuple[int, Refusal]] = []
    for place, one in enumerate(old):
        area_id = int(located.smallest[place])
        answer, facts = explained(answers[place], one)
        case = Case(
            area_id=area_id if area_id >= 0 else None,
            area_path=paths[place],
            area_class=classes[place],
            place_flags=list(flags[place]),
            answer=facts,
            level=answer.level,
            organisation_id=answer.first.organisation_id,
        )
        try:
            drafts.append(_draft(case, one, book))
        except Refusal as refusal:
            refused.append((place, refusal))
    return drafts, refused


class _Explained:
    """Answers with their facts; most rows of a batch share a few."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, int | None], tuple[Answer, dict[str, Any]]] = {}

    def __call__(self, answer: Answer, old: OldCase) -> tuple[Answer, dict[str, Any]]:
        """Return the answer of the map with the party before it that the file names."""
        key = (id(answer), old.source, old.organisation_id)
        if key not in self._found:
            if old.organisation_id is not None:
                answer = answer.told_by(old.source, organisation_id=old.organisation_id)
            self._found[key] = answer, answer.as_facts()
        return self._found[key]


def _draft(case: Case, old: OldCase, book: Book) -> _Draft:
    """Fill the case with what the other system tells, and promise what was promised.

    Raises:
        CategoryUnknown: not in the active pack.
        YearUnknown: the limit runs through a year without a table.
    """
    category = category_of(book, old.category_code)
    standard = book.standard_for(
        old.category_code,
        area_class=case.area_class,
        season=frozenset(book.calendar.season_at(old.reported_at)),
    )
    case.id = uuid7(at_ms=int(old.reported_at.timestamp() * 1000))
    case.source, case.source_id = old.source, old.source_id
    case.category_code, case.is_public = old.category_code, category.is_public
    case.standard_id = standard.id if standard else None
    case.pack_version_id = book.version_id
    case.longitude, case.latitude, case.source_frame = old.longitude, old.latitude, old.frame
    if old.longitude is not None and old.latitude is not None:
        case.quadkey = quadkey(old.longitude, old.latitude)
    case.reported_at = case.filed_at = case.dispatched_at = old.reported_at
    case.ended_at = case.handled_at = old.closed_at
    case.state = (State.DISPATCHED if old.closed_at is None else State.CLOSED).value
    promise = _promise_of(case, old, standard, book)
    case.due_at = promise.due_at if promise and old.closed_at is None else None
    return _Draft(old, case, _words_of(case, old), promise)


def _promise_of(
    case: Case, old: OldCase, standard: StandardView | None, book: Book
) -> NewCommitment | None:
    """Return the promise of handling: as told, or by the standard; None without either."""
    limit = standard.limit() if standard else None
    due_at = old.due_at
    if due_at is None and limit is not None and old.by_standard:
        due_at = book.calendar.add(old.reported_at, limit)
    if due_at is None or case.organisation_id is None:
        return None
    return NewCommitment(
        f"case.{HANDLE}",
        f"case:{case.pk}",
        case.organisation_id,
        old.reported_at,
        due_at,
        limit=str(limit) if limit and old.due_at is None else "",
        calendar=book.calendar.code,
        area_path=case.area_path,
        level=case.level,
        is_public=case.is_public,
        kept_at=old.closed_at,
    )


def _words_of(case: Case, old: OldCase) -> Statement:
    return Statement(
        case=case,
        kind="report",
        text=old.text,
        address=old.address,
        salt=secrets.token_hex(16),
        said_at=old.reported_at,
    )


def _write(drafts: Sequence[_Draft], *, by: Actor, at: datetime) -> None:
    """Write the drafts with their words, promises and entries."""
    _number(drafts, catalogue.book())
    insert_rows([draft.case for draft in drafts])
    insert_rows([draft.statement for draft in drafts])
    record_many(
        NewEntry("case.adopted", f"case:{draft.case.pk}", by, at, _facts(draft)) for draft in drafts
    )
    promises = [draft.promise for draft in drafts if draft.promise is not None]
    commitments.promise_many(promises, by=by, at=at)


def _facts(draft: _Draft) -> dict[str, object]:
    said = draft.statement
    words = {"id": said.pk, "hash": salted_hash(said.text, salt=said.salt)}
    return {"set": snapshot(draft.case), "words": words}


def _number(drafts: Sequence[_Draft], book: Book) -> None:
    """Give every case its printed number, by the day it was reported."""
    pattern = book.options.number_format
    days = [draft.old.reported_at.astimezone(book.calendar.timezone).date() for draft in drafts]
    prefixes = [number_prefix(pattern, on=day) for day in days]
    runs = {prefix: next_in_run(prefix, prefixes.count(prefix)) for prefix in sorted(set(prefixes))}
    for draft, day, prefix in zip(drafts, days, prefixes, strict=True):
        draft.case.number = printed_number(pattern, on=day, sequence=runs[prefix])
        runs[prefix] += 1
