"""Queries that the mapper writes once and that are then asked many times.

For a wide row or a rich condition the mapper needs some ten times as long to write a query
as SQLite to answer it.  The queries of every deed are therefore written once for each
connection, with `Given` where values stand, and only the values are given anew.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, QuerySet

Row = TypeVar("Row", bound=models.Model)


class Given(Expression):
    """A value in a query that is known when the query is asked.

    Args:
        name: by which it is given.
        field: what it is compared with, which makes the driver's value of it.
    """

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return a place for the value, and in place of the value this."""
        return "%s", (self,)

    def value(self, given: Any, connection: BaseDatabaseWrapper) -> Any:
        """Return what the driver is given."""
        return self.output_field.get_db_prep_value(given, connection)


class Prepared(Generic[Row]):
    """A query for rows of a table of which only the `Given` values vary.

    Args:
        build: returns the query; called once for each connection, so it may depend on
            nothing that changes.
    """

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build
        self._held = threading.local()

    def __call__(self, **given: object) -> list[Row]:
        """Return the rows for these values, none of them None.  One statement.

        Raises:
            TransactionManagementError: the query locks rows, and there is no transaction.
        """
        written = self._written()
        connection = written.connection
        if written.is_locking and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows are locked in a transaction only")
        values = [
            one.value(given[one.name], connection) if isinstance(one, Given) else one
            for one in written.values
        ]
        with connection.cursor() as cursor:
            cursor.execute(written.statement, values)
            found = cursor.fetchall()
        return [written.row(values) for values in found]

    def _written(self) -> "_Written[Row]":
        held: _Written[Row] | None = getattr(self._held, "written", None)
        if held is None or held.connection is not connections[held.alias]:
            held = self._held.written = _write(self._build())
        return held


@dataclass(frozen=True, slots=True)
class _Written(Generic[Row]):
    model: type[Row]
    alias: str
    connection: BaseDatabaseWrapper
    statement: str
    values: tuple[Any, ...]
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


def _write(rows: QuerySet[Row]) -> _Written[Row]:
    """Let the mapper write a query, and note how it would read the answer."""
    alias = rows.db
    connection = connections[alias]
    compiler = rows.query.get_compiler(alias)
    statement, values = compiler.as_sql()
    fields = [column for column, _, _ in compiler.select]
    return _Written(
        model=rows.model,
        alias=alias,
        connection=connection,
        statement=statement,
        values=tuple(values),
        columns=tuple(column.target.attname for column in fields),
        converters=tuple(
            (place, tuple(converters), expression)
            for place, (converters, expression) in compiler.get_converters(fields).items()
        ),
        is_locking=rows.query.select_for_update,
    )
