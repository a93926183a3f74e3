"""What readers do with their notices, and what is forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record

from .. import access
from ..models import Notice, Preference
from ..rules import Channel, QuietHours, Topic

SWEPT = 2000  # notices forgotten at once


@transaction.atomic
def mark_read(notice_id: int, *, by: Actor, at: datetime) -> None:
    """Mark one of one's notices as read; once read, it stays so.

    Raises:
        SignInFirst: the actor has no account.
        NoticeNotFound: none, or another's.
    """
    notice = access.own_notice(by, notice_id)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])


def mark_all_read(*, by: Actor, at: datetime, up_to: int | None = None) -> int:
    """Mark one's notices as read; return how many were not.  One statement.

    Args:
        by: whose.
        at: when; an aware datetime.
        up_to: the newest that the reader has seen; absent: all.

    Raises:
        SignInFirst: the actor has no account.
    """
    unread = access.own_notices(by).filter(read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=at)


@transaction.atomic
def choose_preferences(
    channels: Mapping[Topic, frozenset[Channel]],
    *,
    quiet: QuietHours | None,
    by: Actor,
    at: datetime,
) -> None:
    """Choose by which ways one is told of what, and when not.

    What waits already leaves as it was chosen when it was made, but keeps the new hours.

    Args:
        channels: by topic; topics left out are as the city has them.
        quiet: None: as the city has them.
        by: for whom.
        at: when; an aware datetime.

    Raises:
        SignInFirst: the actor has no account.
    """
    person_id = access.require_person(by)
    told = {topic.value: sorted(one.value for one in ways) for topic, ways in channels.items()}
    hours = {
        "quiet_from": quiet.starts if quiet else None,
        "quiet_until": quiet.ends if quiet else None,
    }
    Preference.objects.update_or_create(person_id=person_id, defaults={"channels": told, **hours})
    facts = {"channels": told, **hours}
    record("notice.preferences_chosen", subject=f"person:{person_id}", by=by, at=at, facts=facts)


@transaction.atomic
def forget_old(at: datetime, *, limit: int = SWEPT) -> int:
    """Forget notices older than `GONGZHI_NOTICE_KEEP_DAYS`, with their deliveries.

    Notices are no facts of the city: the ledger keeps what they told.  Returns how many.
    """
    before = at - timedelta(days=settings.NOTICE_KEEP_DAYS)
    old = Notice.objects.filter(made_at__lt=before).order_by("made_at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    if ids:
        Notice.objects.filter(pk__in=ids).delete()
    return len(ids)
