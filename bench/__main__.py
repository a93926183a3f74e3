"""Measure everything and write `docs/reference/performance.md`.

    make bench                      the small and the medium demonstration city
    make bench SIZES="small large"  others

Each part runs in a process of its own, so that its peak of memory is its own.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "performance.md"
HEAD = """# Performance

Written by `make bench`; do not edit. Every figure was measured by the programs in `bench/` in
one run, on the machine named below. Ratios hold better than seconds: both sides of a ratio ran
in the same process or right after each other. Seconds are wall time; medians where a part says
so.

- Measured: {day} (UTC)
- Machine: {cores} cores, {memory} GiB of memory, {system}, Python {python}
"""
SECTIONS = {
    "locating": (
        "Locating points",
        "10,000 areas of one layer, 1,000,000 points; medians of three runs. The peer is"
        " `geopandas.sjoin` on the same data in the same run. “First” reads the areas from WKB and"
        " builds the table of cells, “warm” has them.",
    ),
    "importing": (
        "Importing cases",
        "8,000 invented calls of another system, in batches of 1,000, into a new database; medians"
        " of three runs. The limit is bare `executemany` of the same rows of the same four tables"
        " (case, words, promise, ledger entry), with the same indexes.",
    ),
    "tiles": (
        "Map tiles and places by name",
        "Copies of one case scattered about a city on SQLite, three of a hundred open; medians of"
        " five runs. The bare scan is the driver's own count by cells over the same range of the"
        " same table, for nobody in particular and without marks. A million cases all open is what"
        " no city has: the worst case. The base map is that of the small demonstration city, drawn"
        " without its shelf of finished tiles; 100,000 names are searched in memory.",
    ),
    "search": (
        "Searching cases",
        "100,000 cases with invented words in both languages; the rows of the first page of the"
        " list of cases, found by the index and by scanning the words (`LIKE`). Medians of nine"
        " runs after a first one, in milliseconds.",
    ),
    "board": (
        "Boards and the watch",
        "100,000 cases adopted into the small demonstration city over twelve months, on SQLite;"
        " medians of five rounds. Figures are counted when the page is asked for, nothing is kept.",
    ),
    "demo": (
        "The demonstration city",
        "Founding the city and living its history through the real actions, on SQLite with"
        " `synchronous=FULL`. A deed is one action with its promises and its entries.",
    ),
}


def main() -> None:
    """Run every part and write the page."""
    sizes = os.environ.get("SIZES", "small medium").split()
    parts = [
        ("locating", "", []),
        ("importing", "", []),
        ("tiles", "", []),
        ("search", "", []),
        ("board", "", []),
    ]
    parts += [("demo", size, [size]) for size in sizes]
    page = [HEAD.format(**_machine())]
    told = ""
    for part, title, arguments in parts:
        figures = _run(part, arguments)
        if part != told:
            page.append("\n## {}\n\n{}\n".format(*SECTIONS[part]))
            told = part
        page.append(_table(title, figures))
        PAGE.write_text("".join(page), encoding="utf-8")
    print(f"Written: {PAGE}")


def _run(part: str, arguments: Sequence[str]) -> Mapping[str, float]:
    """Run one program and return the figures it prints as its last lines, in JSON."""
    print(f"Measuring: {part} {' '.join(arguments)}", flush=True)
    command = [sys.executable, "-m", f"bench.bench_{part}", *arguments]
    done = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, check=True, text=True)
    figures: Mapping[str, float] = json.loads(done.stdout[done.stdout.index("{") :])
    for name, figure in figures.items():
        print(f"  {name:<48} {figure:>16,.3f}")
    return figures


def _table(title: str, figures: Mapping[str, float]) -> str:
    rows = [f"| {name} | {_figure(figure)} |" for name, figure in figures.items()]
    head = f"\n### {title}\n" if title else ""
    return "\n".join([head, "| what | figure |", "| --- | ---: |", *rows, ""])


def _figure(figure: float) -> str:
    if float(figure).is_integer():
        return f"{int(figure):,}"
    return f"{figure:,.1f}" if abs(figure) >= 100 else f"{figure:.3g}"


def _machine() -> dict[str, object]:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "memory": round(pages / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
