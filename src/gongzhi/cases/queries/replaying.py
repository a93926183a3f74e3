"""Rows compared with what the ledger tells."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gongzhi.ledger import queries as ledger

from ..access import (
    snapshot,
)
from ..models import Case
from ..rules import (
    fold,
)

BATCH = 300  # rows compared with the ledger at once


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A column of a case row that the ledger tells otherwise."""

    case_id: UUID
    number: str
    column: str
    in_row: Any
    in_ledger: Any


def replayed(case_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the columns of cases as the ledger alone tells them.  One statement.

    Args:
        case_ids: at most some hundreds.
    """
    told = ledger.histories([f"case:{case_id}" for case_id in case_ids])
    return {case_id: fold(entry.facts for entry in told[f"case:{case_id}"]) for case_id in case_ids}


def discrepancies(progress: Callable[[int], None] | None = None) -> Iterator[Discrepancy]:
    """Yield where the rows differ from the replayed ledger; one statement for 300 cases.

    Args:
        progress: told after each batch how many cases were compared.
    """
    rows = Case.objects.order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(itertools.islice(rows, BATCH)):
        told = replayed([case.pk for case in batch])
        for case in batch:
            yield from _compare(case, told[case.pk])
        if progress:
            progress(len(batch))


def _compare(case: Case, told: Mapping[str, Any]) -> Iterator[Discrepancy]:
    for column, value in snapshot(case).items():
        if column not in told or told[column] != value:
            yield Discrepancy(case.pk, case.number, column, value, told.get(column))
