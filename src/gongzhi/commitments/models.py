"""Promises."""

from django.db import models
from django.db.models import F, Q

STATES = ["kept", "paused", "released", "running"]


class Commitment(models.Model):
    """What was promised, by which party, due when; kept or broken in public.

    `broken_at` stays once set, even when the promise is kept later: being late is a
    fact.  A commitment never knows its subject; houses look for their own.
    """

    kind = models.CharField(max_length=32)  # case.handle, case.verify …
    subject = models.CharField(max_length=64)  # case:<uuid>
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    post = models.ForeignKey("accounts.Post", models.PROTECT, null=True, related_name="+")
    area_path = models.CharField(max_length=64, blank=True)
    level = models.CharField(max_length=16, blank=True)
    is_public = models.BooleanField(default=True)
    limit = models.CharField(max_length=32, blank=True)  # "4 work_hours"
    calendar = models.CharField(max_length=32, blank=True)

    state = models.CharField(max_length=12, default="running")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    original_due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True)  # when it becomes due soon; null once told
    paused_at = models.DateTimeField(null=True)
    extensions = models.PositiveIntegerField(default=0)
    kept_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="commitment_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="commitment_kept_iff",
                condition=Q(state="kept", kept_at__isnull=False)
                | (~Q(state="kept") & Q(kept_at=None)),
            ),
            models.CheckConstraint(
                name="commitment_paused_iff",
                condition=Q(state="paused", paused_at__isnull=False)
                | (~Q(state="paused") & Q(paused_at=None)),
            ),
            models.CheckConstraint(
                name="commitment_released_iff",
                condition=Q(state="released", released_at__isnull=False)
                | (~Q(state="released") & Q(released_at=None)),
            ),
            models.CheckConstraint(
                name="commitment_due_never_earlier", condition=Q(due_at__gte=F("original_due_at"))
            ),
            models.CheckConstraint(
                name="commitment_made_before_due", condition=Q(original_due_at__gte=F("made_at"))
            ),
            # Broken is broken at the moment of due, so a due that has passed cannot be moved.
            models.CheckConstraint(
                name="commitment_broken_at_due",
                condition=Q(broken_at=None) | Q(broken_at=F("due_at")),
            ),
        ]
        indexes = [
            # The clock: actions.break_due.
            models.Index(
                fields=["due_at"],
                name="commitment_running_by_due",
                condition=Q(state="running", broken_at=None),
            ),
            # The clock: actions.warn_due.
            models.Index(
                fields=["warn_at"],
                name="commitment_running_by_warn",
                condition=Q(state="running", warn_at__isnull=False),
            ),
            # A party's inbox, due first: queries.inbox.
            models.Index(
                fields=["organisation", "due_at"],
                name="commitment_owed",
                condition=Q(state__in=["paused", "running"]),
            ),
            # How a party kept its word in a period: queries.keeping_rate.
            models.Index(fields=["organisation", "due_at"], name="commitment_judged"),
            # Broken and still owed: queries.broken_since.
            models.Index(
                fields=["broken_at", "id"],
                name="commitment_broken_open",
                condition=Q(state="running", broken_at__isnull=False),
            ),
            # Promises about one thing: queries.of_subject.
            models.Index(fields=["subject"], name="commitment_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
