"""The rule page of photographs: the numbers that people read are those that the code gives."""

import datetime

import numpy as np
import pytest
from PIL import Image

from gongzhi.evidence import rules
from gongzhi.evidence.rules import Fingerprint, Photo, Tolerances
from tests.contracts.test_rule_pages import moment, numbers, rows

PAGE = "photos.md"
REPORTED, BROUGHT = moment("2026-03-04 12:00"), moment("2026-03-05 12:00")
HERE = (120.4, 36.1)


def doubts(photo: Photo, tolerances: Tolerances = rules.USUAL) -> list[rules.Flag]:
    return rules.flags(
        [photo], elsewhere=[], longitude=HERE[0], latitude=HERE[1], reported_at=REPORTED,
        tolerances=tolerances,
    )  # fmt: skip


@pytest.mark.parametrize("row", rows(PAGE, "row"))
def test_a_row_of_means_gives_the_bits_of_the_page(row: list[str]) -> None:
    means, bits = row
    first = [int(mean) for mean in means.split()]
    other = [100, 110, 112, 90, 90, 120, 50, 53, 200]  # so that the rest is told apart
    blocks = np.array([first, *[other] * 7], dtype=np.uint8).repeat(16, 0).repeat(16, 1)

    found = rules.fingerprint_of(Image.fromarray(blocks).convert("RGB"))

    assert found is not None
    assert f"{found.bits >> 56:08b}" == bits


@pytest.mark.parametrize("row", rows(PAGE, "near"))
def test_two_fingerprints_of_the_page_are_as_near_as_told(row: list[str]) -> None:
    one = Fingerprint(int(row[0], 16), int(row[1], 16))
    other = Fingerprint(int(row[2], 16), int(row[3], 16))

    assert rules.distance(one, other) == int(row[4])
    assert rules.are_near(one, other) == (row[5] == "yes")


@pytest.mark.parametrize("row", rows(PAGE, "time"))
def test_a_time_of_the_page_is_doubted_as_told(row: list[str]) -> None:
    purpose, taken, told = row
    photo = Photo("1", purpose, "a", BROUGHT, taken_at=moment(taken))

    assert [flag.code for flag in doubts(photo)] == ([] if told == "–" else [told])


@pytest.mark.parametrize("row", rows(PAGE, "place"))
def test_a_place_of_the_page_is_doubted_as_told(row: list[str]) -> None:
    position, metres, told = row
    longitude, latitude = numbers(position)
    photo = Photo("1", "after", "a", BROUGHT, longitude=longitude, latitude=latitude)

    (measured,) = doubts(photo, Tolerances(metres=-1))

    assert measured.facts["metres"] == int(metres)
    assert [flag.code for flag in doubts(photo)] == ([] if told == "–" else [told])


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    usual = Tolerances()

    assert (usual.before, usual.work) == (
        datetime.timedelta(hours=72), datetime.timedelta(hours=2),
    )  # fmt: skip
    assert (usual.ahead, usual.metres) == (datetime.timedelta(minutes=10), 300)
    assert (rules.NEAR_BITS, rules.NEAR_COLOUR, rules.LIST_BYTES) == (3, 40, 30_000)
    assert (rules.MAX_SCANS, rules.MAX_PIXELS) == (64, 89_000_000)
    assert rules.MAX_WHOLE_PIXELS == {"JPEG": 40_000_000, "PNG": 40_000_000, "WEBP": 20_000_000}
