"""What people may have blanked of their own reports, when they leave."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record_erasure, record_many
from gongzhi.ledger.rules import NewEntry

from ..models import SavedFilter, Statement
from .searching import forget_for_search

CONTACT = ("cases.statement.contact_name", "cases.statement.contact_phone")
_SAID_BY_REPORTER = ("report", "rating")


@transaction.atomic
def erase_own_words(*, with_texts: bool, by: Actor, at: datetime) -> int:
    """Blank name and telephone number in one's own reports, and their words if wished.

    What the cases are, where, and what became of them, stays; see `erase_words`.  Lists of
    the desk kept under a name for oneself alone go too.

    Args:
        with_texts: blank the words, addresses and ratings too.
        by: whose reports.
        at: an aware datetime.

    Returns:
        How many statements were touched.

    Source: Personal Information Protection Law, Art. 47 (deletion on request).
    """
    if by.person_id is None:
        return 0
    SavedFilter.objects.filter(person_id=by.person_id, organisation_id=None).delete()
    own = Statement.objects.filter(
        case__reporter_id=by.person_id, kind__in=_SAID_BY_REPORTER, erased_at=None
    )
    rows = list(own.order_by("case_id", "pk").values_list("case_id", "pk"))
    if not rows:
        return 0
    own.update(contact_name="", contact_phone="")
    record_erasure(f"person:{by.person_id}", fields=CONTACT, by=by, at=at)
    if with_texts:
        forget_for_search({case_id for case_id, _ in rows})
        own.update(text="", address="", salt="", erased_at=at)
        record_many(_entries(rows, by=by, at=at))
    return len(rows)


def _entries(rows: list[tuple[UUID, int]], *, by: Actor, at: datetime) -> Iterator[NewEntry]:
    said: dict[UUID, list[int]] = {}
    for case_id, statement_id in rows:
        said.setdefault(case_id, []).append(statement_id)
    for case_id, ids in said.items():
        yield NewEntry("case.words_erased", f"case:{case_id}", by, at, {"statements": ids})
