"""Sending what is due: claim in a short transaction, send outside of any, then mark."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PersonView
from gongzhi.accounts.rules import SYSTEM
from gongzhi.webkit.revisions import steady

from .. import access
from ..models import Delivery
from ..rules import (
    HOUR,
    MOST_TRIES,
    RETRY_AFTER,
    Channel,
    DeliveryState,
    Plan,
    Topic,
    Waiting,
    may_leave_at,
    plan_messages,
    retry_at,
)
from ..words import Letter, Lookups, Told, digest_of, letter_of, sentence_of
from .channels import Sender, open_senders
from .telling import address_of
from .trouble import ChannelTrouble

log = logging.getLogger(__name__)

BATCH = 100  # deliveries claimed at once
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of sending came to, in messages; a digest is one.

    Attributes:
        sent: handed over.
        failed: not taken; tried again later, or given up.
        later: deliveries that wait for the morning or for room within the hour.
    """

    sent: int = 0
    failed: int = 0
    later: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing was due."""
        return not (self.sent or self.failed or self.later)


@dataclass(frozen=True, slots=True)
class _Message:
    """Deliveries that leave together."""

    channel: Channel
    person_id: int
    rows: tuple[Delivery, ...]

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    @property
    def reference(self) -> str:
        """Return the name of the message; the same when it is tried again."""
        if len(self.rows) == 1:
            return f"notice-{self.rows[0].pk}"
        return f"digest-{self.rows[0].pk}-{self.rows[-1].pk}"


@dataclass(slots=True)
class _Claim:
    """What one round has taken for itself."""

    messages: list[_Message] = field(default_factory=list)
    changed: list[Delivery] = field(default_factory=list)
    later: int = 0


@steady()
def deliver_due(
    at: datetime, *, limit: int = BATCH, senders: Mapping[Channel, Sender] | None = None
) -> Delivered:
    """Send what is due, at least once.

    A delivery is claimed by counting the try and setting the next one, then sent, then
    marked as sent.  Whoever is killed in between leaves it due again after the pause that
    follows a try in vain, under the same reference: it may arrive twice, never not at all.

    Args:
        at: now; an aware datetime.
        limit: the most deliveries to take.
        senders: by channel; absent: as the settings have them.
    """
    with transaction.atomic():
        claim = _claim(at, limit)
    if not claim.messages:
        return Delivered(later=claim.later)
    ways = open_senders() if senders is None else senders
    try:
        sent = _send_all(claim.messages, ways, at=at)
    finally:
        for way in ways.values():
            getattr(way, "close", lambda: None)()
    return Delivered(sent, len(claim.messages) - sent, claim.later)


def _claim(at: datetime, limit: int) -> _Claim:
    due = Delivery.objects.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
    # What another process has just taken is passed over; SQLite has one writer anyway.
    rows = list(
        due.select_related("notice").select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    claim = _Claim()
    if rows:
        _fill(claim, [row for row in rows if not _is_spent(row, claim)], at=at)
        changes = ["state", "tries", "next_try_at", "error"]
        Delivery.objects.bulk_update(claim.changed, changes, batch_size=BATCH)
    return claim


def _is_spent(row: Delivery, claim: _Claim) -> bool:
    """Give up what was broken off at its last try."""
    if row.tries < MOST_TRIES:
        return False
    row.state, row.next_try_at = DeliveryState.GIVEN_UP.value, None
    row.error = row.error or INTERRUPTED
    claim.changed.append(row)
    return True


def _fill(claim: _Claim, rows: Sequence[Delivery], *, at: datetime) -> None:
    awake = list(_awake(rows, claim, at=at))
    groups: dict[tuple[int, Channel], list[Delivery]] = {}
    for row in awake:
        groups.setdefault((row.person_id, Channel(row.channel)), []).append(row)
    lately = access.sent_lately(groups.keys(), at=at) if groups else {}
    for (person_id, channel), due in groups.items():
        before = lately.get((person_id, channel))
        plan: Plan = plan_messages(
            [Waiting(row.pk, Topic(row.topic)) for row in due],
            sent_in_hour=before.messages if before else 0,
            most=settings.NOTICES_PER_HOUR,
        )
        known = {row.pk: row for row in due}
        for ids in plan.messages:
            taken = tuple(known[one] for one in ids)
            claim.messages.append(_Message(channel, person_id, taken))
            _take(taken, claim, at=at)
        for one in plan.later:
            _put_off(known[one], (before.first_at if before else at) + HOUR, claim)


def _awake(rows: Sequence[Delivery], claim: _Claim, *, at: datetime) -> Iterator[Delivery]:
    """Yield what may leave now; put off what must wait for the morning."""
    chosen = access.preferences_of({row.person_id for row in rows})
    city, local = access.city_quiet_hours(), timezone.localtime(at)
    for row in rows:
        quiet = access.preferences_for(row.person_id, chosen).quiet or city
        leaves_at = may_leave_at(local, topic=Topic(row.topic), quiet=quiet)
        if leaves_at > local:
            _put_off(row, leaves_at, claim)
        else:
            yield row


def _put_off(row: Delivery, until: datetime, claim: _Claim) -> None:
    row.next_try_at = until
    claim.changed.append(row)
    claim.later += 1


def _take(rows: Sequence[Delivery], claim: _Claim, *, at: datetime) -> None:
    """Count the try before it is made; broken off, it is due again after its pause."""
    for row in rows:
        row.tries += 1
        row.state, row.error = DeliveryState.FAILED.value, INTERRUPTED
        row.next_try_at = retry_at(at, tries=row.tries) or at + RETRY_AFTER[-1]
        claim.changed.append(row)


def _send_all(messages: Sequence[_Message], ways: Mapping[Channel, Sender], *, at: datetime) -> int:
    people = accounts.people({one.person_id for one in messages}, viewer=SYSTEM)
    names = access.lookups_for(row.notice.facts for one in messages for row in one.rows)
    down: dict[Channel, ChannelTrouble] = {}
    sent = 0
    for message in messages:
        try:
            if message.channel in down:
                raise down[message.channel]
            _send(message, people.get(message.person_id), ways[message.channel], names)
        except ChannelTrouble as trouble:
            if trouble.is_down:
                down[message.channel] = trouble
            _mark_failed(message, trouble)
        except Exception:  # the outermost loop of a job
            log.exception("The message %s could not be sent.", message.reference)
            _mark_failed(message, ChannelTrouble("unknown"))
        else:
            _mark_sent(message, at=at)
            sent += 1
    return sent


def _send(message: _Message, person: PersonView | None, way: Sender, names: Lookups) -> None:
    is_known = person is not None and (
        message.channel is Channel.PUSH or address_of(person, message.channel)
    )
    if person is None or not is_known:
        raise ChannelTrouble("no_address", is_final=True)
    with translation.override(person.language):
        letter = _letter(message, names)
    way.send(person, letter, reference=message.reference)


def _letter(message: _Message, names: Lookups) -> Letter:
    """Return the message in the language of the moment."""
    everything = f"{settings.PUBLIC_ADDRESS}{reverse('notices')}"
    rows = [(row.notice, access.about(row.notice.facts)) for row in message.rows]
    told = [
        Told(
            sentence_of(notice.kind, about, names),
            f"{settings.PUBLIC_ADDRESS}{reverse('case', args=[about.number])}",
        )
        for notice, about in rows
    ]
    choosing = f"{everything}#preferences"
    if len(rows) == 1:
        return letter_of(rows[0][1], told[0], names, settings_link=choosing)
    return digest_of(told, link=everything, settings_link=choosing)


def _mark_sent(message: _Message, *, at: datetime) -> None:
    Delivery.objects.filter(pk__in=message.ids).update(
        state=DeliveryState.SENT.value,
        sent_at=at,
        next_try_at=None,
        error="",
        message=message.reference,
    )


def _mark_failed(message: _Message, trouble: ChannelTrouble) -> None:
    """Note why; give up what was tried often enough, or what no trying helps."""
    spent = [row.pk for row in message.rows if trouble.is_final or row.tries >= MOST_TRIES]
    rest = [one for one in message.ids if one not in spent]
    rows = Delivery.objects.all()
    if spent:
        rows.filter(pk__in=spent).update(
            state=DeliveryState.GIVEN_UP.value, next_try_at=None, error=trouble.code
        )
    if rest:
        rows.filter(pk__in=rest).update(state=DeliveryState.FAILED.value, error=trouble.code)
