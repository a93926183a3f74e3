"""Sending again, by the system administrator."""

from datetime import datetime

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record, record_many
from gongzhi.ledger.rules import NewEntry

from .. import access
from ..models import Delivery
from ..rules import DeliveryState, StillWaiting

MOST = 1000  # sent again at once


@transaction.atomic
def resend(delivery_id: int, *, by: Actor, at: datetime) -> None:
    """Send one delivery again, with all its tries anew; the clock does it at its next look.

    Raises:
        ResendNotYours: only the system administrator may.
        DeliveryNotFound: there is none.
        StillWaiting: it was not tried yet and leaves by itself.
    """
    delivery = access.delivery_for_change(by, delivery_id)
    if delivery.state == DeliveryState.WAITING.value:
        raise StillWaiting(delivery=delivery_id)
    entry = _entry(delivery, by=by, at=at)
    _send_anew([delivery_id], at=at)
    record(entry.kind, subject=entry.subject, by=by, at=at, facts=entry.facts)


@transaction.atomic
def resend_given_up(*, by: Actor, at: datetime, limit: int = MOST) -> int:
    """Send again what was given up, oldest first; return how many.

    Raises:
        ResendNotYours: only the system administrator may.
    """
    access.check_may_resend(by)
    lost = Delivery.objects.filter(state=DeliveryState.GIVEN_UP.value).order_by("pk")
    rows = list(lost.select_for_update()[:limit])
    if rows:
        _send_anew([row.pk for row in rows], at=at)
        record_many(_entry(row, by=by, at=at) for row in rows)
    return len(rows)


def _entry(row: Delivery, *, by: Actor, at: datetime) -> NewEntry:
    facts = {"delivery": row.pk, "channel": row.channel, "state_before": row.state}
    return NewEntry("notice.resent", f"notice:{row.notice_id}", by, at, facts)


def _send_anew(ids: list[int], *, at: datetime) -> None:
    Delivery.objects.filter(pk__in=ids).update(
        state=DeliveryState.WAITING.value,
        tries=0,
        next_try_at=at,
        sent_at=None,
        error="",
        message="",
    )
