"""Numbers that change whenever a remembered body of data does."""

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
