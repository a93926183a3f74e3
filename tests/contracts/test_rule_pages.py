"""Rule pages: the numbers that people read are the numbers that the code gives."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gongzhi.catalogue.rules import load_pack
from gongzhi.commitments.rules import Rate
from gongzhi.kernel.coordinates import Frame, from_wgs84, to_wgs84
from gongzhi.kernel.hashing import salted_hash, sha256_hex
from gongzhi.kernel.quadkeys import quadkey, tile_of
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Calendar, Limit, Unit
from gongzhi.ledger.rules import leaf, seal_root, tree_root

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "explanation"
HERE = ZoneInfo("Asia/Shanghai")


def rows(page: str, mark: str) -> list[list[str]]:
    """Return the cells of the table below `<!-- executed: mark -->` of a page."""
    text = (PAGES / page).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"<!-- executed: {mark} -->\n\n")
    assert found, f"{page} has no table {mark}"
    lines = rest.split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


@pytest.fixture(scope="module")
def office() -> Calendar:
    content, mistakes = load_pack(ROOT / "src" / "gongzhi" / "catalogue" / "packs" / "china")
    assert not mistakes
    return next(sheet.calendar() for sheet in content.calendars if sheet.code == "work")


@pytest.mark.parametrize(
    "row", rows("working-time.md", "add"), ids=lambda row: f"{row[0]} {row[1]}"
)
def test_a_due_moment_of_the_page_is_the_one_the_calendar_gives(
    office: Calendar, row: list[str]
) -> None:
    start, limit, told, _ = row

    if told.startswith("refused"):
        with pytest.raises(Refusal) as refusal:
            office.add(moment(start), Limit.parse(limit))
        assert refusal.value.code == told.partition(": ")[2].strip("`")
    else:
        assert office.add(moment(start), Limit.parse(limit)) == moment(told)


@pytest.mark.parametrize("row", rows("working-time.md", "shift"))
def test_a_pause_of_the_page_moves_the_due_moment_as_told(office: Calendar, row: list[str]) -> None:
    paused, resumed, told, _ = row

    due = office.shift(moment("2026-03-04 15:00"), moment(paused), moment(resumed), Unit.WORK_HOURS)

    assert due == moment(told)


@pytest.mark.parametrize("row", rows("working-time.md", "remaining"))
def test_what_is_left_on_the_page_is_what_is_left(office: Calendar, row: list[str]) -> None:
    now, told = row

    left = office.remaining(moment(now), moment("2026-03-04 15:00"), Unit.WORK_HOURS)

    assert left == int(told)


def test_the_extension_of_the_page_counts_from_the_due_moment(office: Calendar) -> None:
    page = " ".join((PAGES / "working-time.md").read_text(encoding="utf-8").split())
    told = "four work hours from 2026-03-04 15:00 are due on 2026-03-05 at 09:00"

    due = office.add(moment("2026-03-04 15:00"), Limit.parse("4 work_hours"))

    assert told in page
    assert due == moment("2026-03-05 09:00")


@pytest.mark.parametrize("row", rows("one-promise.md", "rate"))
def test_a_keeping_rate_of_the_page_is_kept_of_judged(row: list[str]) -> None:
    kept, broken, due, told = row

    share = Rate(kept=int(kept), broken=int(broken), due=int(due)).share

    assert int(kept) + int(broken) == int(due)
    assert share == (None if told == "n/a" else float(told))


@pytest.mark.parametrize("row", rows("coordinates.md", "frames"))
def test_a_position_of_the_page_is_displaced_as_told(row: list[str]) -> None:
    position, frame, told = row

    shown = from_wgs84(*numbers(position), Frame(frame))

    assert shown == pytest.approx(numbers(told), abs=1e-12)
    assert to_wgs84(*shown, Frame(frame)) == pytest.approx(numbers(position), abs=1e-9)


@pytest.mark.parametrize("row", rows("coordinates.md", "quadkeys"))
def test_a_quadkey_of_the_page_is_that_of_its_position(row: list[str]) -> None:
    position, key, tile = row

    found = quadkey(*numbers(position))

    assert found == int(key)
    assert tile_of(found, 15) == numbers(tile)


def test_the_digests_of_the_ledger_page_can_be_computed_by_anybody() -> None:
    (_, line_digest), (_, words_digest) = rows("ledger.md", "digest")
    page = (PAGES / "ledger.md").read_text(encoding="utf-8")
    line = re.search(r'^\["gongzhi entry 1".*\]$', page, re.MULTILINE)

    assert line is not None
    assert sha256_hex(line[0].encode()) == line_digest
    assert salted_hash("路灯不亮", salt="00ff") == words_digest


def test_the_roots_of_the_ledger_page_can_be_computed_by_anybody() -> None:
    (_, tree), (_, root) = rows("ledger.md", "seal")
    leaves = list(_leaves(b"a", b"b", b"c"))

    sealed = seal_root(leaves, previous_root="", sealed_at=datetime(2026, 3, 4, 1, tzinfo=UTC))

    assert tree_root(leaves).hex() == tree
    assert sealed == root


def _leaves(*texts: bytes) -> Iterator[bytes]:
    for number, text in enumerate(texts, start=1):
        yield leaf(number, sha256_hex(text))
