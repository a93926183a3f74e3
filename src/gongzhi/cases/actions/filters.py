"""Keeping lists of the desk under a name."""

from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record

from ..models import SavedFilter
from ..rules import FILTER_NAME_MAX, FilterNotFound, FilterUnnamed, check_words


@transaction.atomic
def keep_filter(
    name: str, address: str, *, is_shared: bool = False, by: Actor, at: datetime
) -> int:
    """Keep a list under a name, for oneself or for one's organisation; return its id.

    Args:
        name: of one's own list a name used before is given anew.
        address: the query of the list's address, at most 1,000 characters.
        is_shared: the colleagues of the acting post's organisation see it too.
        by: whoever works at the desk.
        at: when; an aware datetime.

    Raises:
        FilterUnnamed: the name is blank or too long.
        TextUnreadable: it holds control characters.
    """
    words = check_words(name, field="name").replace("\n", " ")
    if not words or len(words) > FILTER_NAME_MAX or by.person_id is None:
        raise FilterUnnamed(most=FILTER_NAME_MAX)
    party = by.organisation_id if is_shared else None
    kept, _ = SavedFilter.objects.update_or_create(
        name=words,
        person_id=by.person_id,
        defaults={"address": address[:1000], "organisation_id": party, "made_at": at},
    )
    facts = {"organisation_id": party}
    record("saved_filter.kept", subject=f"saved_filter:{kept.pk}", by=by, at=at, facts=facts)
    return int(kept.pk)


@transaction.atomic
def drop_filter(filter_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a saved list of one's own.

    Raises:
        FilterNotFound: there is none, or it is somebody else's.
    """
    count, _ = SavedFilter.objects.filter(pk=filter_id, person_id=by.person_id or 0).delete()
    if not count:
        raise FilterNotFound(id=filter_id)
    record("saved_filter.dropped", subject=f"saved_filter:{filter_id}", by=by, at=at, facts={})
