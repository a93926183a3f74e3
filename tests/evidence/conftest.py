"""Photographs made for the tests, and the hand that brings them."""

import datetime
import io
from dataclasses import dataclass

import pytest
from PIL import Image

NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Hand:
    person_id: int | None = 7
    post_id: int | None = 3
    organisation_id: int | None = 2
    role: str = "steward"


@pytest.fixture
def hand() -> Hand:
    return Hand()


def photo(
    *,
    kind: str = "JPEG",
    colour: tuple[int, int, int] = (200, 30, 30),
    details: dict[int, object] | None = None,
    satellite: dict[int, object] | None = None,
) -> bytes:
    """Return a small picture with stripes, so that its data is not trivial."""
    picture = Image.new("RGB", (64, 48), colour)
    for x in range(0, 64, 3):
        picture.paste((x, 2 * x, 90), (x, 0, x + 1, 48))
    exif = Image.Exif()
    exif[0x0110] = "probe"  # a camera; Pillow leaves out an EXIF without any
    exif.get_ifd(0x8769).update(details or {})
    exif.get_ifd(0x8825).update(satellite or {})
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def box(name: bytes, content: bytes = b"") -> bytes:
    """Return a box of an ISO base media file."""
    return (8 + len(content)).to_bytes(4, "big") + name + content


def heic(inside: bytes = b"") -> bytes:
    """Return the skeleton of a HEIC."""
    return box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic") + box(b"meta") + box(b"mdat", inside)


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
