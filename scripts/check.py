"""Run every check, tell each by one line, and print what the failing ones said.

python scripts/check.py            all of them
python scripts/check.py types      only those whose name holds a word
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable
# A set in a constraint has another order in each process; one seed alone may hide it.
HASH_SEEDS = ("0", "1", "2", "3")


def checks() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Yield the name, the command and the special environment of each check."""
    yield "form", [f"{BIN}/ruff", "format", "--check", "."], {}
    yield "lint", [f"{BIN}/ruff", "check", "."], {}
    yield "borders", [f"{BIN}/lint-imports"], {}
    yield "types", [f"{BIN}/mypy"], {}
    for seed in HASH_SEEDS:
        command = [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"]
        yield f"migrations (hash seed {seed})", command, {"PYTHONHASHSEED": seed}
    if any(ROOT.glob("src/gongzhi/*/templates/**/*.html")):
        yield "templates, form", [f"{BIN}/djlint", "--check", "src"], {}
        yield "templates, lint", [f"{BIN}/djlint", "--lint", "--quiet", "src"], {}
    yield (
        "types of the pages",
        [f"{ROOT}/frontend/node_modules/.bin/tsc", "--noEmit", "-p", f"{ROOT}/frontend"],
        {},
    )
    yield "words", [PYTHON, "scripts/words.py", "check"], {}
    yield "references", [PYTHON, "scripts/reference.py", "check"], {}


def main(word: str) -> int:
    """Run the checks whose name holds `word`; return 1 when one fails."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="gongzhi-check-") as data:
        common = {
            **os.environ,
            "GONGZHI_DATA": data,
            "DJANGO_SETTINGS_MODULE": "gongzhi.site.settings",
            "DATABASE_URL": "sqlite:",
        }
        for name, command, special in checks():
            if word in name and not passes(name, command, {**common, **special}):
                failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check, tell how it went, and return whether it passed."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - commands of this file only
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    told = "ok" if done.returncode == 0 else "FAILED"
    print(f"{told:7}{name:32}{time.monotonic() - began:6.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
