"""Files kept once, and the uses made of them as proof."""

import uuid

from django.db import models

PURPOSES = ["after", "before", "check", "document", "verify"]


class File(models.Model):
    """Some bytes, kept once under their SHA-256, and what they look like."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    kept_at = models.DateTimeField()
    # Computed later; the fingerprint stays absent where there is nothing to compare.
    looked_at = models.DateTimeField(null=True)
    fingerprint = models.BigIntegerField(null=True)  # 64 bits, two's complement
    colour = models.IntegerField(null=True)  # mean, 0xRRGGBB
    # The quarters of the fingerprint, lowest first, each minus 32,768.
    band_1 = models.SmallIntegerField(null=True)
    band_2 = models.SmallIntegerField(null=True)
    band_3 = models.SmallIntegerField(null=True)
    band_4 = models.SmallIntegerField(null=True)
    # What may have to be blacked out, as a program found it: likeness, x, y, width, height.
    searched_at = models.DateTimeField(null=True)
    suggestions = models.JSONField(null=True)  # absent where nothing was found
    looked_over_at = models.DateTimeField(null=True)  # by whoever may black out

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="file_fingerprint_whole",
                condition=models.Q(fingerprint=None)
                | models.Q(
                    fingerprint__isnull=False,
                    looked_at__isnull=False,
                    colour__isnull=False,
                    band_1__isnull=False,
                    band_2__isnull=False,
                    band_3__isnull=False,
                    band_4__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="file_suggestions_were_searched",
                condition=models.Q(suggestions__isnull=True) | models.Q(searched_at__isnull=False),
            ),
        ]
        indexes = [
            # What looks the same: access.candidates, one part of four for each band.
            models.Index(
                fields=["band_1"], name="file_band_1", condition=models.Q(band_1__isnull=False)
            ),
            # access.candidates
            models.Index(
                fields=["band_2"], name="file_band_2", condition=models.Q(band_2__isnull=False)
            ),
            # access.candidates
            models.Index(
                fields=["band_3"], name="file_band_3", condition=models.Q(band_3__isnull=False)
            ),
            # access.candidates
            models.Index(
                fields=["band_4"], name="file_band_4", condition=models.Q(band_4__isnull=False)
            ),
            # Not looked at yet: actions.fingerprint_new.
            models.Index(
                fields=["kept_at"], name="file_to_look_at", condition=models.Q(looked_at=None)
            ),
            # Not searched yet: actions.search_new.
            models.Index(
                fields=["kept_at"], name="file_to_search", condition=models.Q(searched_at=None)
            ),
        ]

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


class Blackout(models.Model):
    """The parts of a picture that one use of it hides, since when, and until when."""

    use = models.ForeignKey(FileUse, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(File, models.PROTECT, related_name="+", db_index=False)
    boxes = models.JSONField()  # x, y, width, height in shares, of the upright picture
    made_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="blackout_one_at_a_time",
                fields=["use"],
                condition=models.Q(lifted_at=None),
            ),
        ]
        indexes = [
            # What is hidden of a picture, whoever hid it: access.boxes_of.
            models.Index(
                fields=["file"], name="blackout_of_file", condition=models.Q(lifted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.boxes)} on {self.use_id}"


class Upload(models.Model):
    """A file on its way in pieces; how far it has come is the length of its bytes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the sender
    name = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=12)
    size = models.BigIntegerField()  # bytes, as announced
    sha256 = models.CharField(max_length=64, blank=True)  # as announced
    person_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=64)  # keyed hash: uploads of one sender are counted
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_purpose_known", condition=models.Q(purpose__in=PURPOSES)
            ),
            models.CheckConstraint(name="upload_has_bytes", condition=models.Q(size__gt=0)),
        ]
        indexes = [
            # How many a sender has begun: actions.begin_upload.
            models.Index(fields=["origin", "begun_at"], name="upload_of_origin"),
            # What is to be forgotten: actions.drop_expired.
            models.Index(fields=["expires_at"], name="upload_expires"),
        ]

    def __str__(self) -> str:
        return self.id.hex
