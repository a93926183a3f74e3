"""Installed packs: one row a version, and its standards, which cases point to."""

from django.db import models
from django.db.models import Q


class PackVersion(models.Model):
    """A pack as it was installed; never changed afterwards."""

    pack_code = models.CharField(max_length=32)
    label = models.CharField(max_length=32)  # the version as the pack names it
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical content
    content = models.JSONField()  # PackContent.as_json()
    installed_at = models.DateTimeField()
    is_active = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="pack_version_once", fields=["pack_code", "digest"]),
            models.UniqueConstraint(
                name="pack_one_active", fields=["is_active"], condition=Q(is_active=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_code} {self.label}"


class Standard(models.Model):
    """One row of the standards: condition, limits, closing condition; of one version."""

    version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    category_code = models.CharField(max_length=48)
    row = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="standard_once", fields=["version", "category_code", "row"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_code}/{self.row}"
