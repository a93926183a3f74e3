"""The tables of the patrols house.  Rules are in `rules`, writes in `actions`."""

from django.db import models
from django.db.models import F, Q


class Patrol(models.Model):
    """One round of one person in one post, from going on duty to going off duty."""

    id = models.UUIDField(primary_key=True)  # UUIDv7, made by the phone
    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    area_path = models.CharField(max_length=64, blank=True)  # of the post when it began
    begun_at = models.DateTimeField()
    begun_entry = models.BigIntegerField()  # of the ledger; deeds are counted after it
    ended_at = models.DateTimeField(null=True)
    is_ended_by_clock = models.BooleanField(default=False)
    metres = models.FloatField(default=0)
    deeds = models.PositiveIntegerField(default=0)  # steps of cases taken on duty
    erased_at = models.DateTimeField(null=True)  # when the track was erased

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="patrol_one_open_of_person",
                fields=["person_id"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="patrol_ends_after_it_begins",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("begun_at")),
            ),
        ]
        indexes = [
            # A person's own, newest first: queries.my_patrols.
            models.Index(fields=["person_id", "-begun_at"], name="patrol_of_person"),
            # Those of an area: queries.patrols_overseen.
            models.Index(fields=["-begun_at"], name="patrol_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TrackPiece(models.Model):
    """Points of a track as they arrived together; erased with the track."""

    id = models.UUIDField(primary_key=True)  # made by the phone: sent twice is one piece
    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="+")
    points = models.JSONField()  # [[seconds since 1970, longitude, latitude, accuracy in metres]]
    arrived_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
