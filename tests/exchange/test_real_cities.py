"""Shows 2 and 3: New York and Baltimore, imported as the how-to says."""

import csv
import itertools
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

from gongzhi.accounts.queries import organisations_by_code
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases.models import Case
from gongzhi.cases.queries import discrepancies
from gongzhi.commitments.models import Commitment
from gongzhi.exchange.actions import import_cases
from gongzhi.exchange.queries import party_records
from gongzhi.exchange.rules.reading import load_mapping
from gongzhi.exchange.rules.tally import Tally
from gongzhi.ledger.queries import verify
from gongzhi.places.actions import import_geojson
from gongzhi.responsibility.queries import explanation

from .conftest import DATA, MAPPINGS, NOON, install

CALLS = DATA / "nyc/calls_2016.csv"
REQUESTS = DATA / "nyc/requests_2024.csv"
DISTRICTS = DATA / "nyc/community_districts.geojson"
BALTIMORE = DATA / "baltimore311/requests_2014_2016.csv"
SOME = 2000  # rows; the whole file is for `bench/bench_importing.py`

needs_new_york = pytest.mark.skipif(not CALLS.exists(), reason="no ../shared/data/nyc here")
needs_baltimore = pytest.mark.skipif(
    not BALTIMORE.exists(), reason="no ../shared/data/baltimore311 here"
)
pytestmark = pytest.mark.django_db


def take(path: Path, mapping: str, place: Path) -> Tally:
    read = load_mapping(MAPPINGS / f"{mapping}.toml")
    return import_cases(path, mapping=read, by=SYSTEM, at=NOON, rejects=place / "refused.csv")


def draw_new_york() -> None:
    report = import_geojson(
        DISTRICTS,
        layer="district",
        name_field="cd_name",
        code_field="boro_cd",
        rank=10,
        level="district",
        administrative=True,
        by=SYSTEM,
        at=NOON,
    )
    assert report.drawn == 71


@needs_new_york
def test_the_calls_of_new_york_are_located_explained_and_promised(tmp_path: Path) -> None:
    install()
    draw_new_york()
    some = tmp_path / "calls.csv"
    with CALLS.open(encoding="utf-8-sig", newline="") as file:
        some.write_text("".join(itertools.islice(file, SOME + 1)), encoding="utf-8")

    tally = take(some, "nyc-calls-2016", tmp_path)
    again = take(some, "nyc-calls-2016", tmp_path)

    assert tally.read == tally.new == SOME
    assert tally.new == tally.located + tally.unlocated
    assert tally.ends.open == tally.new
    assert (again.known, again.new, again.refused) == (SOME, 0, 0)
    agencies = agencies_of(some)
    parties = {one.id: code for code, one in organisations_by_code().items()}
    promised = set(Commitment.objects.values_list("subject", flat=True))
    for case in Case.objects.all():
        is_located = case.area_id is not None
        wanted = agencies[case.source_id or ""] if is_located else "call-centre"
        assert parties[case.organisation_id or 0] == wanted
        assert case.answer["chain"][0]["organisation_id"] == case.organisation_id
        assert f"case:{case.pk}" in promised
        assert case.due_at is not None
    with translation.override("en"):
        told = explanation(Case.objects.filter(area=None).first().answer)  # type: ignore[union-attr]
    assert "Call centre answers; nothing is lost." in told[1]


@needs_new_york
def test_requests_with_lines_in_their_fields_and_a_state_without_a_time(tmp_path: Path) -> None:
    install()
    draw_new_york()

    tally = take(REQUESTS, "nyc-requests-2024", tmp_path)

    assert (tally.read, tally.new, tally.refused) == (1000, 999, 1)
    assert (tally.ends.unjudged, tally.ends.open) == (292, 707)


@needs_baltimore
def test_the_requests_of_baltimore_were_kept_and_broken_as_the_file_tells(tmp_path: Path) -> None:
    install()

    tally = take(BALTIMORE, "baltimore-requests", tmp_path)

    in_time, late, total = told_by_baltimore()
    assert tally.read == tally.new == sum(total.values()) == 5638
    ends = tally.by_party()
    assert {code: one.in_time for code, one in ends.items() if one.in_time} == in_time
    assert {code: one.late for code, one in ends.items() if one.late} == late
    assert {code: one.total for code, one in ends.items()} == total
    records = {one.code: (one.in_time, one.late) for one in party_records()}
    assert records == {code: (in_time[code], late[code]) for code in in_time.keys() | late.keys()}
    assert verify().first_altered is None
    assert list(discrepancies()) == []


def agencies_of(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row["agency"].lower() for row in csv.DictReader(file)}


def told_by_baltimore() -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return what the file itself tells: in time, late and all, by agency."""
    in_time: Counter[str] = Counter()
    late: Counter[str] = Counter()
    total: Counter[str] = Counter()
    with BALTIMORE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            words = "".join(c if c.isalnum() else " " for c in row["Agency"].lower()).split()
            agency = "-".join(["baltimore", *words])
            total[agency] += 1
            if row["DueDate"] and row["CloseDate"]:
                is_late = moment(row["CloseDate"]) > moment(row["DueDate"])
                (late if is_late else in_time)[agency] += 1
    return in_time, late, total


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007 - only compared
