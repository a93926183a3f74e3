"""Queries that the mapper writes once and that are then asked many times.

For a wide row the mapper needs some ten times as long to write a query as SQLite to
answer it.  The queries of every deed are therefore written once for each connection,
with marks where the values stand, and only the values are given anew.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

Row = TypeVar("Row", bound=models.Model)


class Prepared(Generic[Row]):
    """A query for whole rows by texts, which are the only things that vary.

    Args:
        build: returns the query for given texts; called once for each connection, so it
            may neither look at the texts nor depend on anything else.
        names: of the texts, as `build` takes them.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], *names: str) -> None:
        self._build = build
        self._marks = {name: f"\x01{name}\x01" for name in names}
        self._held = threading.local()

    def __call__(self, **texts: str) -> list[Row]:
        """Return the rows for these texts.  One statement.

        Raises:
            TransactionManagementError: the query locks rows, and there is no transaction.
        """
        written = self._written()
        connection = written.connection
        if written.is_locking and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are locked in a transaction only")
        with connection.cursor() as cursor:
            cursor.execute(
                written.statement,
                [value if name is None else texts[name] for name, value in written.values],
            )
            found = cursor.fetchall()
        return [written.row(values) for values in found]

    def _written(self) -> "_Written[Row]":
        held: _Written[Row] | None = getattr(self._held, "written", None)
        if held is None or held.connection is not connections[held.alias]:
            held = self._held.written = _write(self._build(**self._marks), self._marks)
        return held


@dataclass(frozen=True, slots=True)
class _Written(Generic[Row]):
    model: type[Row]
    alias: str
    connection: BaseDatabaseWrapper
    statement: str
    values: tuple[tuple[str | None, Any], ...]  # the name of a text, or a value of the query
    columns: tuple[str, ...]
    converters: tuple[tuple[int, tuple[Callable[..., Any], ...], Any], ...]
    is_locking: bool

    def row(self, found: tuple[Any, ...]) -> Row:
        """Return an instance of the model, as the mapper would."""
        values = list(found)
        for place, converters, expression in self.converters:
            value = values[place]
            for convert in converters:
                value = convert(value, expression, self.connection)
            values[place] = value
        return self.model.from_db(self.alias, self.columns, values)


def _write(rows: QuerySet[Row], marks: dict[str, str]) -> _Written[Row]:
    """Let the mapper write a query, and note how it would read the answer."""
    alias = rows.db
    connection = connections[alias]
    compiler = rows.query.get_compiler(alias)
    statement, given = compiler.as_sql()
    fields = [column for column, _, _ in compiler.select]
    names = {mark: name for name, mark in marks.items()}
    return _Written(
        model=rows.model,
        alias=alias,
        connection=connection,
        statement=statement,
        values=tuple(
            (names.get(value) if isinstance(value, str) else None, value) for value in given
        ),
        columns=tuple(column.target.attname for column in fields),
        converters=tuple(
            (place, tuple(converters), expression)
            for place, (converters, expression) in compiler.get_converters(fields).items()
        ),
        is_locking=rows.query.select_for_update,
    )
