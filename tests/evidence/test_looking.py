"""Looking at bytes: what they are, whether they hold together, what they claim."""

import datetime
import io
import struct
import zlib
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gongzhi.evidence import rules
from gongzhi.evidence.rules import Claims, Purpose
from gongzhi.kernel.refusals import Refusal

from .conftest import PDF, heic, photo

BEIJING = ZoneInfo("Asia/Shanghai")
HERE: dict[int, object] = {1: "N", 2: (36.0, 3.0, 36.0), 3: "E", 4: (120.0, 22.0, 48.0)}


def look(content: bytes, purpose: Purpose = Purpose.AFTER, *, name: str = "a.jpg") -> str:
    return rules.check_content(content, name=name, purpose=purpose, max_megabytes=1)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that states an enormous size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        total = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", total)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("purpose", Purpose)
def test_photographs_are_told_by_their_bytes(kind: str, purpose: Purpose) -> None:
    assert look(photo(kind=kind), purpose, name="document.exe") == f"image/{kind.lower()}"


def test_a_heic_is_kept_as_it_is() -> None:
    assert look(heic(b"picture")) == "image/heic"


def test_a_pdf_is_a_document_and_no_photograph() -> None:
    assert look(PDF, Purpose.DOCUMENT) == "application/pdf"
    with pytest.raises(rules.WrongType) as refusal:
        look(PDF)
    assert refusal.value.facts == {"name": "a.jpg", "allowed": "HEIC, JPEG, PNG, WEBP"}


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00", b"GIF89a", b"<svg xmlns=''>", b"<html>", b"PK\x03\x04", b"\x00", b"\xff\xd8"],
)
def test_other_bytes_are_refused_whatever_their_name(content: bytes) -> None:
    with pytest.raises(rules.WrongType):
        look(content, Purpose.DOCUMENT, name="photo.jpg")


def test_an_empty_and_a_large_file_are_refused() -> None:
    with pytest.raises(rules.EmptyFile):
        look(b"")
    with pytest.raises(rules.TooLarge) as refusal:
        look(photo() + b"\x00" * rules.MEGABYTE)
    assert refusal.value.facts == {"name": "a.jpg", "megabytes": 1}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_picture_is_refused(kind: str, share: float) -> None:
    whole = photo(kind=kind)

    with pytest.raises(rules.BrokenFile):
        look(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("content", [heic()[:-1], heic()[:30] + b"\x00\x00\x00\x03mdat", PDF[:-9]])
def test_a_truncated_heic_or_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(rules.BrokenFile):
        look(content, Purpose.DOCUMENT)


@pytest.mark.parametrize("side", [9_500, 50_000])
def test_a_decompression_bomb_is_refused_unopened(side: int) -> None:
    with pytest.raises(rules.TooManyPixels):
        look(bomb(side, side))


def test_folders_and_control_characters_of_a_name_are_not_repeated() -> None:
    assert rules.shown_name("C:\\me\\../x/\x1b[31m\u202ea" + "b" * 99 + ".jpg") == "b" * 76 + ".jpg"


def test_an_unknown_purpose_is_refused() -> None:
    assert rules.purpose_named("before") is Purpose.BEFORE
    with pytest.raises(rules.UnknownPurpose):
        rules.purpose_named("selfie")


# What a photograph claims.

TAKEN = {0x9003: "2026:05:04 20:00:00"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_and_time_are_read(kind: str) -> None:
    claims = rules.exif_claims(photo(kind=kind, details=TAKEN, satellite=HERE), zone=BEIJING)

    assert claims.taken_at == datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)
    assert claims.longitude == pytest.approx(120.38)
    assert claims.latitude == pytest.approx(36.06)


def test_place_and_time_of_a_heic_are_read() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(HERE)

    claims = rules.exif_claims(heic(b"??" + exif.tobytes()))

    assert claims.latitude == pytest.approx(36.06)


@pytest.mark.parametrize(
    ("details", "satellite", "hour"),
    [
        (TAKEN, {}, 12),  # the zone of the city
        (TAKEN | {0x9011: "+09:00"}, {}, 11),  # the offset stated
        (TAKEN, {29: "2026:05:04", 7: (10.0, 0.0, 0.0)}, 10),  # satellites
        (TAKEN | {0x9011: "nonsense"}, {}, 12),
    ],
)
def test_the_best_clock_is_believed(
    details: dict[int, object], satellite: dict[int, object], hour: int
) -> None:
    claims = rules.exif_claims(photo(details=details, satellite=satellite), zone=BEIJING)

    assert claims.taken_at == datetime.datetime(2026, 5, 4, hour, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "yesterday", "", "1904:01:01 00:00:00", "2026:13:45 99:99:99"]
)
def test_a_time_that_cannot_be_is_absent(taken: str) -> None:
    assert rules.exif_claims(photo(details={0x9003: taken})).taken_at is None


@pytest.mark.parametrize(
    "satellite",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (120.0, 0.0, 0.0)},
        {1: "N", 2: (36.0, 0.0, 0.0)},
        {1: "N", 2: (36.0, 0.0), 3: "E", 4: (120.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_cannot_be_is_absent(satellite: dict[int, object]) -> None:
    claims = rules.exif_claims(photo(satellite=satellite))

    assert (claims.longitude, claims.latitude) == (None, None)


def test_south_and_west_are_negative() -> None:
    claims = rules.exif_claims(photo(satellite=HERE | {1: "S", 3: "W"}))

    assert claims.longitude == pytest.approx(-120.38)
    assert claims.latitude == pytest.approx(-36.06)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", PDF, heic(), b"\x89PNG\r\n\x1a\n"])
def test_what_has_no_exif_claims_nothing(content: bytes) -> None:
    assert rules.exif_claims(content) == Claims()


WHOLE = {kind: photo(kind=kind, details=TAKEN, satellite=HERE) for kind in ("JPEG", "PNG", "WEBP")}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=6)), max_size=6),
    st.integers(0, 400),
)
def test_no_bytes_whatever_break_the_looking(
    kind: str, edits: list[tuple[int, bytes]], cut: int
) -> None:
    content = bytearray(WHOLE[kind])
    for at, patch in edits:
        start = at % min(len(content), 400)  # the heads and the EXIF
        content[start : start + len(patch)] = patch
    hostile = bytes(content[: len(content) - cut])

    rules.exif_claims(hostile)
    try:
        media_type = look(hostile)
    except Refusal:
        return
    assert media_type in rules.IMAGES


def test_a_large_jpeg_is_checked_with_little_memory() -> None:
    out = io.BytesIO()
    Image.new("L", (6000, 4000), 90).save(out, "JPEG")

    assert look(out.getvalue()) == "image/jpeg"
