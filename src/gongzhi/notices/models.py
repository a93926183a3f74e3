"""The tables of the notices house.  Rules are in `rules`, writes in `actions`."""

from django.db import models
from django.db.models import Q

from .rules import DUE, Channel, DeliveryState

CHANNELS = sorted(channel.value for channel in Channel)
DELIVERY_STATES = sorted(state.value for state in DeliveryState)
DUE_STATES = sorted(state.value for state in DUE)


class Cursor(models.Model):
    """How far the ledger has been read; one row."""

    name = models.CharField(max_length=24, primary_key=True)
    entry_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.entry_id}"


class Notice(models.Model):
    """What one person is told of one ledger entry: ids and codes, never words."""

    entry_id = models.BigIntegerField()  # ledger.Entry
    person_id = models.BigIntegerField()  # accounts.Person
    kind = models.CharField(max_length=48)  # task.to_handle
    topic = models.CharField(max_length=16)
    subject = models.CharField(max_length=64)  # case:<uuid>
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["entry_id", "person_id", "kind"]),
        ]
        indexes = [
            # A person's notices, newest first: queries.inbox.
            models.Index(fields=["person_id", "-id"], name="notice_of_person"),
            # The number in the head of every page: queries.unread_count.
            models.Index(fields=["person_id"], name="notice_unread", condition=Q(read_at=None)),
            # What is too old to keep: actions.forget_old.
            models.Index(fields=["made_at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"


class Delivery(models.Model):
    """A notice on its way out of the application by one channel."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+")
    person_id = models.BigIntegerField()  # as of the notice
    topic = models.CharField(max_length=16)  # as of the notice
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default=DeliveryState.WAITING.value)
    tries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=48, blank=True)  # a code of words.ERRORS
    message = models.CharField(max_length=64, blank=True)  # shared by all of one digest

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_channel_known", condition=Q(channel__in=CHANNELS)
            ),
            models.CheckConstraint(
                name="delivery_state_known", condition=Q(state__in=DELIVERY_STATES)
            ),
            models.CheckConstraint(
                name="delivery_due_iff_open",
                condition=Q(state__in=DUE_STATES, next_try_at__isnull=False)
                | (~Q(state__in=DUE_STATES) & Q(next_try_at=None)),
            ),
            models.CheckConstraint(
                name="delivery_sent_has_time",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
            models.UniqueConstraint(name="delivery_once", fields=["notice", "channel"]),
        ]
        indexes = [
            # What is due: actions.deliver_due.
            models.Index(
                fields=["next_try_at"],
                name="delivery_due",
                condition=Q(next_try_at__isnull=False),
            ),
            # How many left in the last hour: access.sent_lately.
            models.Index(
                fields=["person_id", "sent_at"],
                name="delivery_lately",
                condition=Q(sent_at__isnull=False),
            ),
            # The log narrowed to what went wrong: queries.delivery_log.
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.notice_id}"


class Preference(models.Model):
    """By which channels a person wants to be told, and when not."""

    person_id = models.BigIntegerField(unique=True)  # accounts.Person
    channels = models.JSONField(default=dict)  # topic: [channel]
    quiet_from = models.PositiveSmallIntegerField(null=True)  # hour; with quiet_until or not at all
    quiet_until = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="preference_hours_whole",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__lte=23, quiet_until__lte=23),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"


class PushSubscription(models.Model):
    """A browser in which a person wants to be told; erased with the person."""

    person_id = models.BigIntegerField(db_index=True)  # accounts.Person
    endpoint = models.CharField(max_length=500, unique=True)  # the address at its push service
    p256dh = models.CharField(max_length=100)  # the browser's public key, base64url
    auth = models.CharField(max_length=40)  # its secret, base64url
    browser = models.CharField(max_length=40, blank=True)  # Firefox · Linux
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.browser} of {self.person_id}"
