"""Writing rows anew from the ledger, after they were damaged."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from gongzhi.ledger import queries as ledger

from ..access import COLUMNS
from ..models import Case
from ..rules import fold


@transaction.atomic
def restore_cases(case_ids: Collection[UUID]) -> int:
    """Write the rows of these cases as the ledger tells them; return how many.

    The ledger gets no entry: nothing happened, a row is only what it should have been.
    To be used after `gongzhi ledger verify` has found the ledger whole.

    Args:
        case_ids: at most some hundreds; one that the ledger does not know is left alone.
    """
    told = ledger.histories([f"case:{case_id}" for case_id in case_ids])
    rows = [_row(fold(entry.facts for entry in entries)) for entries in told.values() if entries]
    Case.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[name for name in COLUMNS if name != "id"],
    )
    return len(rows)


def _row(columns: Mapping[str, Any]) -> Case:
    """Return a row from the ledger's JSON; each field reads its own kind."""
    fields = {field.attname: field for field in Case._meta.concrete_fields}
    return Case(**{name: fields[name].to_python(value) for name, value in columns.items()})
