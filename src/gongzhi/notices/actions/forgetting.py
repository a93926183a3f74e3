"""What this house forgets of a person who leaves."""

from django.db import transaction

from ..models import Notice, Preference, PushSubscription


@transaction.atomic
def forget_person(person_id: int) -> int:
    """Delete what a person was told and chose; return how many notices.

    Notices are no facts of the city: the ledger keeps what they told, without the person.
    """
    count = Notice.objects.filter(person_id=person_id).count()
    Notice.objects.filter(person_id=person_id).delete()
    Preference.objects.filter(person_id=person_id).delete()
    PushSubscription.objects.filter(person_id=person_id).delete()
    return count
