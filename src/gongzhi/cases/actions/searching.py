"""Keeping what cases are found by: read from the ledger after the fact, or made anew.

A report stays as quick as it was: its words can be searched some seconds later.
Source: `docs/decisions/0012-search-by-pairs-of-characters.md`.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, CategoryView, NoPackInstalled
from gongzhi.kernel.phrases import tokens_of_fields
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.places import queries as places
from gongzhi.webkit.revisions import steady

from ..models import Case, ReadMark, SearchEntry, Statement

MARK = "search"
BATCH = 1000  # entries of the ledger read at once, or cases written at once
PATIENCE = 5.0  # seconds of reading in one tick; the other jobs wait meanwhile
# A case is found by these columns; an entry that sets one of them, or erases, is read.
_FOUND_BY = frozenset({"number", "category_code", "area_id"})
_ERASED = "case.words_erased"


def read_for_search(at: datetime, *, patience: float = PATIENCE) -> int:
    """Let what the ledger newly tells be found; return how many cases were written.

    Must not be called in a transaction.

    Args:
        at: now; part of every job, not needed.
        patience: seconds after which the rest is left to the next time.
    """
    settled = ledger.settled_up_to()
    until = time.monotonic() + patience
    written = 0
    while settled is not None:
        start = _reached()
        entries = [one for one in ledger.entries_after(start, BATCH) if one.id <= settled]
        if not entries:
            break
        written += _read(entries, start)
        if time.monotonic() > until:
            break
    return written


@steady()
@transaction.atomic
def _read(entries: Sequence[EntryView], start: int) -> int:
    """Write the cases of some entries and move the mark, unless somebody else moved it."""
    mark = ReadMark.objects.filter(pk=MARK, entry_id=start)
    if not mark.update(entry_id=entries[-1].id):
        return 0
    return _write({UUID(one.subject.partition(":")[2]) for one in entries if _is_read(one)})


def _is_read(entry: EntryView) -> bool:
    if not entry.subject.startswith("case:"):
        return False
    return entry.kind == _ERASED or not _FOUND_BY.isdisjoint(entry.facts.get("set", ()))


def _reached() -> int:
    mark, _ = ReadMark.objects.get_or_create(pk=MARK)
    return mark.entry_id


def reindex_cases(progress: Callable[[int], None] | None = None) -> int:
    """Write anew what every case is found by; return how many there are.

    For after a change of the catalogue's or the map's names, which stand in no entry of a
    case.  Searching goes on meanwhile.

    Args:
        progress: told how many more are written.
    """
    _reached()
    written, last = 0, UUID(int=0)
    while True:
        ids = list(
            Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
        )
        if not ids:
            return written
        with steady(), transaction.atomic():
            written += _write(ids)
        last = ids[-1]
        if progress:
            progress(len(ids))


def forget_for_search(ids: Collection[UUID]) -> None:
    """Let cases be found by nothing until they are read again; before words are erased.

    Within the transaction that erases.  The cases are locked, so that whoever reads them for
    searching now either came before, and what they wrote is deleted here, or reads afterwards.
    """
    locked = Case.objects.filter(pk__in=list(ids)).order_by("number").select_for_update()
    SearchEntry.objects.filter(case__in=[case.pk for case in locked.only("pk")]).delete()


def _write(ids: Collection[UUID]) -> int:
    """Write what cases are found by.  Within a transaction; at most five statements.

    The cases are locked, so that words cannot be erased between reading and writing; in the
    order of their numbers, as merging does.
    """
    if not ids:
        return 0
    rows = Case.objects.filter(pk__in=list(ids)).order_by("number").select_for_update()
    cases = list(rows.only("number", "category_code", "area_id"))
    said = Statement.objects.filter(case__in=cases, kind="report", erased_at=None)
    words = {case: (text, address) for case, text, address in said.values_list(*_SAID)}
    names = _Names()
    SearchEntry.objects.bulk_create(
        [
            SearchEntry(
                case_id=case.pk,
                tokens=tokens_of_fields((*words.get(case.pk, ()), case.number, *names.of(case))),
            )
            for case in cases
        ],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["tokens"],
    )
    return len(cases)


_SAID = ("case_id", "text", "address")


class _Names:
    """The names of categories and areas in every language."""

    def __init__(self) -> None:
        self._book = _book()
        self._known: dict[tuple[str, int | None], tuple[str, ...]] = {}

    def of(self, case: Case) -> tuple[str, ...]:
        """Return the names of the category of a case, and of the areas it lies in."""
        key = (case.category_code, case.area_id)
        if key not in self._known:
            self._known[key] = tuple(dict.fromkeys(self._names(*key)))
        return self._known[key]

    def _names(self, category_code: str, area_id: int | None) -> Iterable[str]:
        category = self._categories.get(category_code)
        if category is not None:
            yield from (category.name, category.name_en, *category.aliases)
        for area in places.ancestors(area_id) if area_id is not None else ():
            yield from (area.name, area.name_en)

    @property
    def _categories(self) -> Mapping[str, CategoryView]:
        return self._book.categories if self._book else {}


def _book() -> Book | None:
    try:
        return catalogue.book()
    except NoPackInstalled:
        return None
