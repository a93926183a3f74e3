"""Erasing what people said and who they are, without breaking a seal."""

from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor, Role
from gongzhi.ledger.actions import record

from ..models import Case, Statement
from ..rules import CaseNotFound, ErasingNotYours
from .searching import forget_for_search

ERASERS = (Role.SECURITY_ADMIN, Role.SYSTEM)


@transaction.atomic
def erase_words(number: str, *, by: Actor, at: datetime) -> int:
    """Blank every word, answer, address and contact of a case, and the salts of their fingerprints.

    The entries of the ledger stay as they are: without the salt their fingerprints tell
    nothing.  What the case is, where, and what became of it, stays too.

    Args:
        number: the printed number.
        by: a security administrator.
        at: when; an aware datetime.

    Returns:
        How many statements were blanked; 0 when that was done before.

    Raises:
        ErasingNotYours: the actor is none.
        CaseNotFound: there is no such case.

    Source: Personal Information Protection Law, Art. 47 (deletion on request).
    """
    if not by.has(*ERASERS):
        raise ErasingNotYours(number=number)
    case = Case.objects.select_for_update().filter(number=number).first()
    if case is None:
        raise CaseNotFound(number=number)
    said = Statement.objects.filter(case=case, erased_at=None)
    ids = sorted(said.values_list("pk", flat=True))
    if ids:
        forget_for_search([case.pk])
        said.update(
            text="",
            address="",
            contact_name="",
            contact_phone="",
            answers={},
            salt="",
            erased_at=at,
        )
        record(
            "case.words_erased", subject=f"case:{case.pk}", by=by, at=at, facts={"statements": ids}
        )
    return len(ids)
