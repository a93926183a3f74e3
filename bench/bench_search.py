"""Searches a second among 100,000 cases, against scanning their words in the same run.

Each database is measured in a process and a database of its own: a new SQLite file, and,
when DATABASE_URL names a PostgreSQL server, a new test database on it.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.measuring import median, new_tables

CASES = 100_000
RUNS = 9
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# Words of reports, from common to rare; the queries below are cut from them.
PLACES = (
    "松柏路", "青石巷", "海滨大道", "东风里", "和平街", "建设路", "解放桥", "望江门", "北关村",
    "南湖路",
)  # fmt: skip
MATTERS = (
    "路面积水行人过不去", "垃圾堆在楼道口三天没人清", "路灯不亮晚上看不见", "井盖松动车过就响",
    "共享单车堵住盲道", "广告牌快要掉下来", "施工噪音半夜不停", "下水道堵了污水外流",
)  # fmt: skip
ENGLISH = ("street lamp out", "rubbish piled up", "deep puddle", "loose manhole cover")
RARE = "三十七号院东门的歪脖子柳树"
QUERIES = {
    "two signs, in one case of eight": "积水",
    "four signs, in one case of eight": "路灯不亮",
    "rare words, in ten cases": "歪脖子柳树",
    "one sign, in nearly every case": "路",
    "place and matter, in one case of eighty": "海滨大道 井盖",
    "English, in one case of four": "puddle",
    "a number": "N00099",
    "words that nobody said": "外星人降落",
}


def run(cases: int = CASES) -> dict[str, float]:
    """Return the figures of SQLite, and of PostgreSQL when DATABASE_URL names one."""
    figures: dict[str, float] = {"cases": cases}
    url = os.environ.get("DATABASE_URL", "")
    for name, address in {"SQLite": "", "PostgreSQL": url}.items():
        if name == "SQLite" or address.startswith("postgres"):
            told = _in_own_process(address, cases)
            figures |= {f"{name}: {what}": figure for what, figure in told.items()}
    return figures


def _in_own_process(address: str, cases: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        given = {**os.environ, "GONGZHI_DATA": folder, "DATABASE_URL": address or "sqlite:"}
        given["DJANGO_SETTINGS_MODULE"] = "gongzhi.site.settings"
        command = [sys.executable, "-m", "bench.bench_search", "--measure", str(cases)]
        done = subprocess.run(command, env=given, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(cases: int) -> dict[str, float]:
    """Return the figures of the database in the settings."""
    with new_tables():
        return _measured(cases)


def _measured(cases: int) -> dict[str, float]:
    from django.db import connection

    from gongzhi.accounts.rules import SYSTEM
    from gongzhi.cases.actions.searching import reindex_cases
    from gongzhi.catalogue.actions import install_pack
    from gongzhi.catalogue.rules import SHIPPED

    install_pack(SHIPPED / "china", by=SYSTEM, at=AT)
    write_cases(cases)
    began = time.perf_counter()
    reindex_cases()
    figures = {"written for searching, cases/s": cases / (time.perf_counter() - began)}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for what, query in QUERIES.items():
        sought, scanned = _ways(query)
        figures[f"{what}: found, ms"] = 1000 * median(sought, RUNS)
        figures[f"{what}: scanned, ms"] = 1000 * median(scanned, RUNS)
    found = [figure for what, figure in figures.items() if what.endswith("found, ms")]
    scans = [figure for what, figure in figures.items() if what.endswith("scanned, ms")]
    figures["median of all: found, ms"] = statistics.median(found)
    figures["median of all: scanned, ms"] = statistics.median(scans)
    return figures


def _ways(query: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the rows of the first page of a list by the index, and by scanning the words."""
    from gongzhi.cases.models import Case, Statement
    from gongzhi.cases.queries.searching import found_by

    scanned = Statement.objects.all()
    for part in query.split():
        scanned = scanned.filter(text__icontains=part)
    newest = Case.objects.order_by("-reported_at", "-id")
    by_words = newest.filter(pk__in=scanned.values("case_id"))
    return lambda: list(newest.filter(found_by(query))[:51]), lambda: list(by_words.all()[:51])


def write_cases(count: int) -> None:
    """Write rows of cases with words alone; nobody acts on them."""
    from gongzhi.cases.models import Case, Statement
    from gongzhi.catalogue import queries as catalogue
    from gongzhi.kernel.ids import uuid7

    chance = random.Random(12)
    book = catalogue.book()
    codes = [row.code for row in book.categories.values() if row.kind != "group"]
    start = int(AT.timestamp() * 1000)
    for first in range(0, count, 5000):
        rows = [
            Case(
                id=uuid7(at_ms=start - number * 1000),
                number=f"N{number:07}",
                source="bench",
                category_code=chance.choice(codes),
                pack_version_id=book.version_id,
                is_public=True,
                reported_at=AT - timedelta(seconds=number),
            )
            for number in range(first, min(first + 5000, count))
        ]
        Case.objects.bulk_create(rows)
        Statement.objects.bulk_create(
            Statement(
                case=row,
                kind="report",
                text=_words(chance, place),
                address=f"{chance.choice(PLACES)} {chance.randint(1, 400)} 号",
                said_at=AT,
            )
            for place, row in enumerate(rows, first)
        )


def _words(chance: random.Random, place: int) -> str:
    rare = RARE if place % 10_000 == 0 else ""
    return (
        f"{chance.choice(PLACES)}{chance.randint(1, 400)}号门前{chance.choice(MATTERS)}，"
        f"请尽快处理。{rare} {chance.choice(ENGLISH)}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        print(json.dumps(run(int(sys.argv[1]) if sys.argv[1:] else CASES)))
