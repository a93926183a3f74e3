"""Lists of like deeds: look everything up once, decide row by row, write in few statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from django.db.models import Model

from gongzhi.accounts.rules import Actor
from gongzhi.ledger.actions import record_many
from gongzhi.ledger.rules import NewEntry

M = TypeVar("M", bound=Model)
BATCH = 1000


class Outcome(StrEnum):
    """What became of one line of a list."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Done(Generic[M]):
    """A row as it now is, and whether this deed made or changed it."""

    row: M
    outcome: Outcome


@dataclass(frozen=True)
class Note:
    """An entry to be: its facts are asked for when the row has its id."""

    kind: str
    facts: Mapping[str, object]


class Plan(Generic[M]):
    """Rows to add and to change, each with its entry, carried out together.

    `new` and `changed` keep their order; nothing is written before `carry_out`.
    """

    subject: str  # the word before the id in the ledger's subject

    def __init__(self, model: type[M], *, fields: tuple[str, ...]) -> None:
        self._model = model
        self._fields = fields
        self.new: dict[str, tuple[M, Note]] = {}
        self.changed: dict[str, tuple[M, Note]] = {}

    def changes(self, row: M, wanted: Mapping[str, object]) -> dict[str, tuple[object, object]]:
        """Return the fields in which `row` differs from `wanted`: (before, after)."""
        return {
            name: (getattr(row, name), value)
            for name, value in wanted.items()
            if getattr(row, name) != value
        }

    def carry_out(self, *, by: Actor, at: datetime) -> int:
        """Write rows and entries; return how many rows were written."""
        self.write_new()
        if self.changed:
            rows = [row for row, _note in self.changed.values()]
            self._model._default_manager.bulk_update(rows, list(self._fields), batch_size=BATCH)
        notes = [*self.new.values(), *self.changed.values()]
        record_many(
            NewEntry(note.kind, self.subject_of(row), by, at, note.facts) for row, note in notes
        )
        return len(notes)

    def write_new(self) -> None:
        """Add the new rows."""
        if self.new:
            rows = [row for row, _note in self.new.values()]
            self._model._default_manager.bulk_create(rows, batch_size=BATCH)

    def subject_of(self, row: M) -> str:
        """Return what the entry of `row` is about."""
        return f"{self.subject}:{row.pk}"
