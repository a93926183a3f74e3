"""Service codes: one for each thing, read aloud without a slip, never given twice."""

import csv
import xml.etree.ElementTree as ET
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.accounts.rules import SYSTEM
from gongzhi.ledger.models import Entry
from gongzhi.places import actions, queries
from gongzhi.places.actions import NewCode, NewFacility
from gongzhi.places.commands import COMMANDS
from gongzhi.places.models import ServiceCode
from gongzhi.places.rules import (
    BadServiceCode,
    CodeForNothing,
    CodeRetired,
    CodeTaken,
    NoSuchArea,
    NoSuchCode,
    NoSuchFacility,
    NotMapKeeper,
)
from gongzhi.places.rules.codes import ALPHABET, LENGTH, made_code, read_code
from tests.cast import MORNING, City

from .small_city import NOON, Town, spot

CHANCES = st.binary(min_size=8, max_size=8)


@pytest.fixture
def lamps(town: Town) -> Town:
    """Place three lamps in the western street."""
    actions.place_facilities(
        [
            NewFacility(f"L{n}", "C0137", *spot(0.5 + n / 10, 0.5), name=f"青湾路{n}号路灯")
            for n in range(3)
        ],
        by=SYSTEM,
        at=NOON,
    )
    return town


def make(new: NewCode) -> str:
    return actions.make_code(new, by=SYSTEM, at=NOON)


@given(CHANCES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_letter_gives_a_code_of_no_plate(chance: bytes, place: int, other: str) -> None:
    code = made_code(chance)
    wrong = code[:place] + other + code[place + 1 :]

    assert read_code(code) == code
    assert read_code(wrong) == ("" if wrong != code else code)


@given(CHANCES)
def test_two_neighbours_exchanged_give_a_code_of_no_plate(chance: bytes) -> None:
    code = made_code(chance)

    for place, (one, two) in enumerate(pairwise(code)):
        swapped = code[:place] + two + one + code[place + 2 :]
        assert one == two or read_code(swapped) == ""


@given(st.text(max_size=60))
def test_any_text_is_read_as_a_code_or_as_none(text: str) -> None:
    assert read_code(text) in {"", read_code(read_code(text))}


def test_no_letter_looks_like_another() -> None:
    assert not set("01ILO") & set(ALPHABET)
    assert len(set(ALPHABET)) == 31  # a prime: the last letter finds every slip


def test_what_bears_a_code_keeps_it(lamps: Town) -> None:
    first = make(NewCode(facility="L1"))
    entries = Entry.objects.count()

    again = actions.make_codes(
        [NewCode(facility="L1"), NewCode(facility="L2"), NewCode(facility="L2")],
        by=SYSTEM,
        at=NOON,
    )

    assert again[0] == first
    assert again[1] == again[2] != first
    assert Entry.objects.count() == entries + 1


def test_areas_points_and_facilities_have_codes(lamps: Town) -> None:
    lon, lat = spot(2.5, 1)
    wanted = [
        NewCode(facility="L1"),
        NewCode(layer="street", area="W"),
        NewCode(name="码头", name_en="Pier", longitude=lon, latitude=lat),
    ]
    codes = actions.make_codes(wanted, by=SYSTEM, at=NOON)
    assert actions.make_codes(wanted, by=SYSTEM, at=NOON) == codes

    lamp, street, pier = (queries.service_code(code, at=NOON) for code in codes)

    assert (lamp.name, [one.code for one in lamp.areas]) == ("青湾路1号路灯", ["D", "W"])
    assert (street.area.code if street.area else "", [one.code for one in street.areas]) == (
        "W",
        ["D"],
    )
    assert (pier.name_en, pier.longitude, pier.latitude) == ("Pier", lon, lat)
    assert [one.code for one in pier.areas] == ["D", "E"]


def test_a_plate_made_elsewhere_keeps_its_code_and_no_other_thing_gets_it(lamps: Town) -> None:
    code = made_code(b"elsewher")

    assert make(NewCode(facility="L1", code=code)) == code
    with pytest.raises(CodeTaken):
        make(NewCode(facility="L2", code=code))
    with pytest.raises(BadServiceCode):
        make(NewCode(facility="L2", code="HELLO"))


def test_a_retired_code_stands_for_nothing_and_the_thing_gets_a_new_one(lamps: Town) -> None:
    old = make(NewCode(facility="L1"))

    actions.retire_code(old, by=SYSTEM, at=NOON)
    new = make(NewCode(facility="L1"))

    assert new != old
    assert queries.service_code(new, at=NOON).facility is not None
    with pytest.raises(CodeRetired):
        queries.service_code(old, at=NOON + timedelta(seconds=1))
    with pytest.raises(NoSuchCode):
        actions.retire_code(old, by=SYSTEM, at=NOON)


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewCode(), CodeForNothing),
        (NewCode(facility="L1", layer="street", area="W"), CodeForNothing),
        (NewCode(facility="L9"), NoSuchFacility),
        (NewCode(layer="street", area="Q"), NoSuchArea),
    ],
)
def test_a_code_for_nothing_is_refused_without_a_trace(
    lamps: Town, new: NewCode, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.make_codes([NewCode(facility="L0"), new], by=SYSTEM, at=NOON)

    assert ServiceCode.objects.count() == 0


def test_only_keepers_of_the_map_make_and_retire_codes(city: City) -> None:
    new = NewCode(layer="street", area="S1")
    code = actions.make_code(new, by=city.kim, at=MORNING)

    with pytest.raises(NotMapKeeper):
        actions.make_code(new, by=city.opal, at=MORNING)
    with pytest.raises(NotMapKeeper):
        actions.retire_code(code, by=city.rita, at=MORNING)


def test_unknown_and_mistyped_codes_read_alike(lamps: Town) -> None:
    for text in ("", "HELLO", made_code(b"unknown!"), "x" * 500, "\x00"):
        with pytest.raises(NoSuchCode):
            queries.service_code(text, at=NOON)


def test_the_table_holds_no_code_for_two_things(lamps: Town) -> None:
    make(NewCode(facility="L1"))

    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCode.objects.update(area_id=lamps.west_street)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCode.objects.create(code="X", made_at=NOON, latitude=1.0)


def test_many_codes_cost_as_many_statements_as_one(lamps: Town) -> None:
    one = actions.make_codes([NewCode(facility="L0")], by=SYSTEM, at=NOON)
    all_ = actions.make_codes([NewCode(facility=f"L{n}") for n in range(3)], by=SYSTEM, at=NOON)
    costs = []
    for codes in (one, all_):
        queries.service_codes(codes, at=NOON)
        with CaptureQueriesContext(connection) as statements:
            assert len(queries.service_codes(codes, at=NOON)) == len(codes)
        costs.append(len(statements))

    assert costs == [2, 2]


def run(*arguments: str) -> str:
    command, *rest = arguments
    done = CliRunner().invoke(COMMANDS[f"places {command}"], rest)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.output


def test_the_command_draws_plates_and_their_list_and_again_the_same(
    lamps: Town, tmp_path: Path
) -> None:
    run("codes", "--facilities", "C0137", "--layer", "street", "--out", str(tmp_path))
    first = {one.name: one.read_bytes() for one in tmp_path.iterdir()}

    run("codes", "--facilities", "C0137", "--layer", "street", "--out", str(tmp_path))

    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == first
    with (tmp_path / "codes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert all(row["address"].endswith(f"/at/{row['code']}") for row in rows)
    for row in rows:
        drawing = ET.fromstring(first[f"{row['code']}.svg"])
        told = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert row["code"] in told
        assert row["name"] in told


def test_the_command_tells_in_words_what_is_wrong(lamps: Town, tmp_path: Path) -> None:
    out = str(tmp_path)

    assert "Error" in run("codes", "--out", out)
    assert "nowhere" in run("codes", "--layer", "nowhere", "--out", out)
    assert "L9" in run("codes", "--facility", "L9", "--out", out)
    assert "QQQ" in run("retire-code", "QQQ")
