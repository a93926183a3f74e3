"""The tables of the ledger; `actions` appends and seals, nobody changes."""

from django.db import models


class Entry(models.Model):
    """One deed, as ids, codes and hashes: never personal data, never free text."""

    kind = models.CharField(max_length=48)  # case.dispatched
    subject = models.CharField(max_length=64)  # case:<uuid>
    person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    organisation_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical content, hexadecimal

    class Meta:
        indexes = [
            # One subject's history: queries.history, replay.
            models.Index(fields=["subject", "id"], name="entry_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.subject}"


class Seal(models.Model):
    """A Merkle tree over a run of entries, its root chained to the seal before it."""

    first_id = models.BigIntegerField(unique=True)
    last_id = models.BigIntegerField(unique=True)
    leaves = models.BinaryField()  # 40 bytes an entry: its id, its digest; in the order of ids
    root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="seal_runs_forward", condition=models.Q(last_id__gte=models.F("first_id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}-{self.last_id} {self.root[:12]}"
