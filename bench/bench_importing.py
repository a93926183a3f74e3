"""Imported cases per second, against bare `executemany` of the same rows in the same run.

Each database is measured in a process and a database of its own: a new SQLite file, and,
when DATABASE_URL names a PostgreSQL server, a new test database on it.
"""

import csv
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measuring import new_tables

CASES = 8_000
BATCH = 1_000
RUNS = 3
SIDE = 8  # areas in a row and in a column
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TABLES = ("cases_case", "cases_statement", "commitments_commitment", "ledger_entry")
KINDS = ("Noise", "Street Condition", "HEATING", "Graffiti", "Water System", "Illegal Parking")
AGENCIES = ("DEP", "DOT", "HPD", "DSNY", "NYPD")

MAPPING = """
source = "{source}"
[id]
column = "no"
[category]
columns = ["kind"]
[text]
columns = ["kind", "words"]
[position]
longitude = "lon"
latitude = "lat"
[times]
reported = "reported"
due = "due"
closed = "closed"
zone = "America/New_York"
[organisation]
column = "agency"
rule = "lower"
create_organisations = true
kind = "agency"
"""


def run(cases: int = CASES, runs: int = RUNS) -> dict[str, float]:
    """Return the figures of SQLite, and of PostgreSQL when DATABASE_URL names one."""
    figures: dict[str, float] = {"cases": cases}
    url = os.environ.get("DATABASE_URL", "")
    for name, address in {"SQLite": "", "PostgreSQL": url}.items():
        if name == "SQLite" or address.startswith("postgres"):
            told = _in_own_process(address, cases, runs)
            figures |= {f"{name}: {what}": figure for what, figure in told.items()}
    return figures


def _in_own_process(address: str, cases: int, runs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        given = {**os.environ, "GONGZHI_DATA": folder, "DATABASE_URL": address or "sqlite:"}
        given["DJANGO_SETTINGS_MODULE"] = "gongzhi.site.settings"
        command = [
            sys.executable,
            "-m",
            "bench.bench_importing",
            "--measure",
            str(cases),
            str(runs),
            folder,
        ]
        done = subprocess.run(command, env=given, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(cases: int, runs: int, folder: Path) -> dict[str, float]:
    """Return the figures of the database in the settings."""
    with new_tables():
        return _measured(cases, runs, folder)


def _measured(cases: int, runs: int, folder: Path) -> dict[str, float]:
    from django.db import connection

    found_city()
    path = folder / "cases.csv"
    write_table(path, cases)
    imported = [import_as(f"run-{number}", path, cases) for number in range(runs)]
    again = import_as("run-0", path, 0)
    rows = {table: rows_of(table) for table in TABLES}
    share = runs  # the tables hold the rows of all runs; one run is what one import writes
    rows = {table: found[: len(found) // share] for table, found in rows.items()}
    bare = bare_sqlite if connection.vendor == "sqlite" else bare_postgres
    written = [bare(rows, folder / f"bare-{number}.sqlite3") for number in range(runs)]
    seconds, least = statistics.median(imported), statistics.median(written)
    return {
        "rows of one import": sum(map(len, rows.values())),
        "import, s": seconds,
        "executemany, s": least,
        "imported cases/s": cases / seconds,
        "executemany, cases/s": cases / least,
        "times slower than executemany": seconds / least,
        "second import of the same file, s": again,
    }


def found_city() -> None:
    """Install the pack and draw a square city of districts."""
    import shapely

    from gongzhi.accounts.rules import SYSTEM
    from gongzhi.catalogue.actions import install_pack
    from gongzhi.catalogue.rules import SHIPPED
    from gongzhi.places.actions import define_layer, draw_areas
    from gongzhi.places.rules import NewArea

    install_pack(SHIPPED / "us311", by=SYSTEM, at=AT)
    define_layer(
        "district", name="区", rank=10, level="district", is_administrative=True, by=SYSTEM, at=AT
    )
    step = 1 / SIDE
    squares = [
        NewArea(
            "district",
            f"D{x}{y}",
            f"D{x}{y}",
            shapely.box(120 + x * step, 36 + y * step, 120 + (x + 1) * step, 36 + (y + 1) * step),
        )
        for x in range(SIDE)
        for y in range(SIDE)
    ]
    draw_areas(squares, by=SYSTEM, at=AT)


def write_table(path: Path, cases: int) -> None:
    """Write a table of invented cases: most closed, some late, one in ten without a position."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["no", "kind", "words", "lon", "lat", "reported", "due", "closed", "agency"]
        )
        writer.writerows(invented(cases))


def invented(cases: int) -> Iterator[list[object]]:
    """Yield the rows of the table."""
    for number in range(cases):
        reported = AT - timedelta(days=700, minutes=-7 * number)
        due, closed = reported + timedelta(days=3), reported + timedelta(hours=number % 100)
        place = [120 + number * 37 % 997 / 1000, 36 + number * 53 % 991 / 1000]
        yield [
            number,
            KINDS[number % len(KINDS)],
            f"Invented words about matter {number}, as long as such words are",
            *(place if number % 10 else ["", ""]),
            reported.replace(tzinfo=None).isoformat(),
            due.replace(tzinfo=None).isoformat() if number % 3 else "",
            closed.replace(tzinfo=None).isoformat() if number % 5 else "",
            AGENCIES[number % len(AGENCIES)],
        ]


def import_as(source: str, path: Path, expected: int) -> float:
    """Import the table as one more source and return the seconds."""
    from gongzhi.accounts.rules import SYSTEM
    from gongzhi.exchange.actions import import_cases
    from gongzhi.exchange.rules.reading import read_mapping

    mapping = read_mapping(MAPPING.format(source=source), file="bench.toml")
    began = time.perf_counter()
    tally = import_cases(path, mapping=mapping, by=SYSTEM, at=AT, batch=BATCH)
    seconds = time.perf_counter() - began
    assert (tally.new, tally.refused) == (expected, 0), tally
    return seconds


def rows_of(table: str) -> list[tuple[Any, ...]]:
    """Return all rows of a table as the driver gives them."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT * FROM {table} ORDER BY rowid")
            return list(cursor.fetchall())
        cursor.execute(f"SELECT * FROM {table}")
        return list(cursor.fetchall())


def bare_sqlite(rows: dict[str, list[tuple[Any, ...]]], place: Path) -> float:
    """Write the rows into a new file with the same tables and indexes; return the seconds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name IN (%s, %s, %s, %s)",
            TABLES,
        )
        made = [sql for (sql,) in cursor.fetchall()]
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("PRAGMA synchronous=FULL")
    for sql in made:
        other.execute(sql)

    def write(batch: int) -> None:
        other.execute("BEGIN IMMEDIATE")
        for table, some in shares(rows, batch):
            places = ", ".join("?" * len(some[0]))
            other.executemany(f"INSERT INTO {table} VALUES ({places})", some)
        other.execute("COMMIT")

    seconds = timed(write, rows)
    other.close()
    return seconds


def bare_postgres(rows: dict[str, list[tuple[Any, ...]]], _place: Path) -> float:
    """Write the rows into copies of the tables with the same indexes; return the seconds."""
    from django.db import connection, transaction
    from psycopg.types.json import Jsonb

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            columns = [
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            ]
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
                " AND atttypid = 'jsonb'::regtype",
                [table],
            )
            as_json = {name for (name,) in cursor.fetchall()}
            places = [columns.index(name) for name in as_json]
            rows = {**rows, table: [_with_json(row, places, Jsonb) for row in rows[table]]}

    def write(batch: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, some in shares(rows, batch):
                places = ", ".join(["%s"] * len(some[0]))
                cursor.executemany(
                    f"INSERT INTO bare_{table} OVERRIDING SYSTEM VALUE VALUES ({places})", some
                )

    return timed(write, rows)


def _with_json(
    row: tuple[Any, ...], places: list[int], wrap: Callable[..., Any]
) -> tuple[Any, ...]:
    cells = list(row)
    for place in places:
        held = cells[place]
        cells[place] = wrap(json.loads(held) if isinstance(held, str) else held)
    return tuple(cells)


def shares(
    rows: dict[str, list[tuple[Any, ...]]], batch: int
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Yield the rows of each table that belong to one batch of cases."""
    batches = batches_of(rows)
    for table, found in rows.items():
        some = found[len(found) * batch // batches : len(found) * (batch + 1) // batches]
        if some:
            yield table, some


def batches_of(rows: dict[str, list[tuple[Any, ...]]]) -> int:
    """Return in how many transactions the import has written these rows."""
    return max(1, len(rows["cases_case"]) // BATCH)


def timed(write: Callable[[int], None], rows: dict[str, list[tuple[Any, ...]]]) -> float:
    """Write all batches and return the seconds."""
    began = time.perf_counter()
    for batch in range(batches_of(rows)):
        write(batch)
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))))
    else:
        print(json.dumps(run(), indent=1))
