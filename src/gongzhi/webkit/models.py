"""Numbers of what is remembered in process, and answers kept for those who ask twice."""

from django.db import models


class Revision(models.Model):
    """The present revision of a named body of data (the map, the catalogue …).

    Written in the transaction of the change, so that every process can tell
    with one statement whether what it remembers is still true.
    """

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class KeptAnswer(models.Model):
    """What a deed was answered with, for the sender who did not hear it.

    Written in the transaction of the deed by `idempotency.once`; forgotten after some days.
    """

    id = models.CharField(primary_key=True, max_length=64)  # of the sender and the key
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)  # JSON
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [
            # What may be forgotten: idempotency.forget_answers.
            models.Index(fields=["kept_at"], name="kept_answer_by_age"),
        ]

    def __str__(self) -> str:
        return self.id[:12]
