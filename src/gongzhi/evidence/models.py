"""Files kept once, and the uses made of them as proof."""

import uuid

from django.db import models

PURPOSES = ["after", "before", "check", "document", "verify"]


class File(models.Model):
    """Some bytes, kept once under their SHA-256."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:12]


class FileUse(models.Model):
    """What a file shows of a subject, who brought it, and what its EXIF claims."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=64)
    purpose = models.CharField(max_length=12)
    brought_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)  # EXIF
    longitude = models.FloatField(null=True)  # EXIF, degrees east, WGS 84
    latitude = models.FloatField(null=True)  # EXIF, degrees north, WGS 84

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="file_use_purpose_known", condition=models.Q(purpose__in=PURPOSES)
            ),
            models.UniqueConstraint(name="file_use_once", fields=["file", "subject", "purpose"]),
        ]
        indexes = [
            # Proof of one thing: queries.files_of, queries.purposes_of.
            models.Index(fields=["subject", "brought_at"], name="file_use_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"
