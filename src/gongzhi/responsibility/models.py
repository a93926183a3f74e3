"""Duties: who answers for a kind of matter in an area, since when, by which basis."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

ALWAYS = date(1, 1, 1)


class Duty(models.Model):
    """One party's answer for a category (and all below it) in an area (and all below it)."""

    # Absent: the whole city.
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, related_name="+")
    category_code = models.CharField(max_length=48, blank=True)  # blank: every category
    rank = models.PositiveIntegerField(default=1)  # 1 answers first
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    post = models.ForeignKey("accounts.Post", models.PROTECT, null=True, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the last day
    legal_basis = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="duty_runs_forward",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            # Absent values count as equal; SQLite knows that only by expressions.
            models.UniqueConstraint(
                Coalesce("area", 0),
                "category_code",
                "organisation",
                Coalesce("post", 0),
                Coalesce("starts_on", ALWAYS),
                name="duty_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_code or '*'} in {self.area_id}: {self.organisation_id}"
