"""A column of tokens in which both engines find phrases by an index.

PostgreSQL keeps it as `tsvector` with a GIN index, SQLite as text beside an FTS5 table
that triggers keep in step.  Neither engine cuts the words: the tokens come cut, by
`kernel.phrases`, so both find exactly the same.

A table with such a column must keep a counted integer key, and must not be rebuilt by a
later migration on SQLite without `create_index` after it: rebuilding drops the triggers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

    from gongzhi.kernel.phrases import Phrase

    _TokensField = models.Field[Sequence[str], Sequence[str]]
    _Holds = models.Lookup[Sequence[Phrase]]
else:
    _TokensField, _Holds = models.Field, models.Lookup


class TokensField(_TokensField):
    """Tokens in their order; written and searched, never read back."""

    def db_type(self, connection: Any) -> str:
        """Return the type of the column on this engine."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the tokens as this engine keeps them."""
        if value is None or isinstance(value, str):
            return value
        if connection.vendor == "postgresql":
            return " ".join(f"'{token}':{place}" for place, token in enumerate(value, 1))
        return " ".join(value)


@TokensField.register_lookup
class Holds(_Holds):
    """Whether the tokens hold every one of some phrases."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition for PostgreSQL."""
        column, params = self.process_lhs(compiler, connection)
        sought = " & ".join(f"({_query(phrase)})" for phrase in self.rhs)
        return f"{column} @@ %s::tsquery", [*params, sought]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition for SQLite."""
        meta, quote = self.lhs.target.model._meta, connection.ops.quote_name
        key = f"{quote(self.lhs.alias)}.{quote(meta.pk.column)}"
        index = quote(index_name(meta.db_table))
        sought = " AND ".join(
            f'"{" ".join(phrase.tokens)}"{" *" if phrase.is_open else ""}' for phrase in self.rhs
        )
        return f"{key} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)", [sought]  # noqa: S608


def _query(phrase: Phrase) -> str:
    *before, last = phrase.tokens
    return " <-> ".join([*(f"'{token}'" for token in before), f"'{last}'{_OPEN[phrase.is_open]}"])


_OPEN = {True: ":*", False: ""}


def index_name(table: str) -> str:
    """Return the name of the index over the tokens of a table."""
    return f"{table}_words"


_SQLITE = (
    "CREATE VIRTUAL TABLE {index} USING fts5({column}, content='{table}', content_rowid='{key}',"
    " tokenize='ascii', prefix='1')",
    "CREATE TRIGGER {index}_new AFTER INSERT ON {table} BEGIN"
    " INSERT INTO {index}(rowid, {column}) VALUES (new.{key}, new.{column}); END",
    "CREATE TRIGGER {index}_old AFTER DELETE ON {table} BEGIN"
    " INSERT INTO {index}({index}, rowid, {column})"
    " VALUES ('delete', old.{key}, old.{column}); END",
    "CREATE TRIGGER {index}_now AFTER UPDATE ON {table} BEGIN"
    " INSERT INTO {index}({index}, rowid, {column}) VALUES ('delete', old.{key}, old.{column});"
    " INSERT INTO {index}(rowid, {column}) VALUES (new.{key}, new.{column}); END",
)


def create_index(editor: BaseDatabaseSchemaEditor, table: str, column: str, key: str) -> None:
    """Create the index over a column of tokens; for migrations.

    Args:
        editor: of the migration.
        table: of the column; the names are trusted.
        column: a `TokensField`.
        key: the counted integer key of the table.
    """
    names = {"index": index_name(table), "table": table, "column": column, "key": key}
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE INDEX {index} ON {table} USING gin ({column})".format(**names))
        return
    for statement in _SQLITE:
        editor.execute(statement.format(**names))


def drop_index(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Drop the index over the tokens of a table; for migrations."""
    index = index_name(table)
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX {index}")
        return
    for trigger in ("new", "old", "now"):
        editor.execute(f"DROP TRIGGER {index}_{trigger}")
    editor.execute(f"DROP TABLE {index}")
