"""Fingerprints of pictures: the same view stays near, another view is far."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from gongzhi.evidence import rules
from gongzhi.evidence.rules import Fingerprint

from .scenes import saved, scene

VIEWS = {seed: scene(seed, width=800, height=600) for seed in range(12)}
BITS = st.integers(0, 2**64 - 1)


def of(content: bytes) -> Fingerprint:
    found = rules.fingerprint(io.BytesIO(content))
    assert found is not None
    return found


ANEW = {
    "as JPEG of quality 40": lambda view: saved(view, quality=40),
    "as JPEG of quality 15": lambda view: saved(view, quality=15),
    "as WebP": lambda view: saved(view, "WEBP", quality=40),
    "as PNG": lambda view: saved(view, "PNG"),
    "at half the size": lambda view: saved(view.resize((400, 300))),
    "at a fifth of the size": lambda view: saved(view.resize((160, 120))),
    "a tenth brighter": lambda view: saved(ImageEnhance.Brightness(view).enhance(1.1)),
    "with another name for its turn": lambda view: saved(
        view.transpose(Image.Transpose.ROTATE_90), exif=_turned(6)
    ),
}


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("change", ANEW)
def test_a_view_saved_anew_is_near(change: str) -> None:
    for view in VIEWS.values():
        assert rules.are_near(of(saved(view, quality=90)), of(ANEW[change](view)))


def test_different_views_are_far_apart() -> None:
    known = [of(saved(view)) for view in VIEWS.values()]

    assert min(rules.distance(*two) for two in itertools.combinations(known, 2)) > 12


@pytest.mark.parametrize("colour", ["black", "white", (90, 100, 110)])
def test_a_picture_that_shows_nothing_is_not_compared(colour: str) -> None:
    assert rules.fingerprint(io.BytesIO(saved(Image.new("RGB", (300, 200), colour)))) is None


def test_a_mere_gradient_is_not_compared() -> None:
    for turn in (None, Image.Transpose.ROTATE_180):
        grey = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
        picture = (grey if turn is None else grey.transpose(turn)).convert("RGB")
        assert rules.fingerprint_of(picture) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (8, 7), (9, 8), (10, 9)])
def test_tiny_and_narrow_pictures_have_a_fingerprint_or_none(size: tuple[int, int]) -> None:
    content = saved(scene(3).resize(size), "PNG")

    found = rules.fingerprint(io.BytesIO(content))

    assert found is None or 0 <= found.bits < 2**64


@given(bits=BITS, colour=st.integers(0, 0xFFFFFF))
def test_a_stored_fingerprint_is_the_one_that_was_computed(bits: int, colour: int) -> None:
    known = Fingerprint(bits, colour)

    assert rules.from_signed(known.signed, colour) == known
    assert -(2**63) <= known.signed < 2**63
    assert all(-0x8000 <= band < 0x8000 for band in known.bands)


@settings(max_examples=300)
@given(bits=BITS, flips=st.sets(st.integers(0, 63), max_size=rules.NEAR_BITS))
def test_whatever_is_near_shares_a_quarter(bits: int, flips: set[int]) -> None:
    one = Fingerprint(bits, 0)
    other = Fingerprint(bits ^ sum(1 << place for place in flips), 0)

    assert rules.are_near(one, other)
    assert any(a == b for a, b in zip(one.bands, other.bands, strict=True))


@given(one=BITS, other=BITS)
def test_distance_is_the_number_of_bits_that_differ(one: int, other: int) -> None:
    assert rules.distance(Fingerprint(one, 0), Fingerprint(other, 0)) == bin(one ^ other).count("1")
