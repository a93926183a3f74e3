"""What may be kept as proof, and what a photograph claims of itself.

A file is judged by its bytes, never by its name or by what the sender calls it.
"""

import datetime
import enum
import io
import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound

LEDGER_KINDS: frozenset[str] = frozenset(
    {"evidence.blacked_out", "evidence.kept", "evidence.looked_over", "evidence.shown_again"}
)

MEGABYTE = 1_000_000  # bytes
MAX_PIXELS = 89_000_000  # just below where Pillow begins to warn of decompression bombs
# Of pictures that can only be decoded as a whole: none needs more than 400 MB.
MAX_WHOLE_PIXELS = {"JPEG": 40_000_000, "PNG": 40_000_000, "WEBP": 20_000_000}
MAX_SCANS = 64  # of a JPEG; cameras write one, the web about ten, each thumbnail inside one more
_EARLIEST_YEAR = 1970  # an older EXIF time is a clock never set
_NAME_SHOWN = 80  # characters of a file's name repeated to the sender


class Purpose(enum.StrEnum):
    """What a file shows of its subject."""

    BEFORE = "before"
    AFTER = "after"
    VERIFY = "verify"
    CHECK = "check"
    DOCUMENT = "document"


IMAGES = ("image/heic", "image/jpeg", "image/png", "image/webp")
ALLOWED: Mapping[Purpose, tuple[str, ...]] = {
    purpose: (*IMAGES, "application/pdf") if purpose is Purpose.DOCUMENT else IMAGES
    for purpose in Purpose
}


class UnknownPurpose(Invalid):
    """The purpose is none of `Purpose`."""

    code = "evidence.unknown_purpose"


class EmptyFile(Invalid):
    """The file has no bytes."""

    code = "evidence.empty_file"


class TooLarge(Invalid):
    """The file has more bytes than a file may have."""

    code = "evidence.too_large"


class WrongType(Invalid):
    """The bytes are of no type that may be kept for this purpose."""

    code = "evidence.wrong_type"


class BrokenFile(Invalid):
    """The bytes begin as an allowed type and do not hold together."""

    code = "evidence.broken_file"


class TooManyPixels(Invalid):
    """The picture is so large that opening it would exhaust the memory."""

    code = "evidence.too_many_pixels"


class CannotStore(Conflict):
    """The storage did not take the bytes: no room, no permission, no connection."""

    code = "evidence.cannot_store"


class NoSuchFile(NotFound):
    """There is no such file, or its bytes are gone from the storage."""

    code = "evidence.no_such_file"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a photograph says of itself; anyone can write it, so it proves nothing alone."""

    taken_at: datetime.datetime | None = None
    longitude: float | None = None  # degrees east, WGS 84
    latitude: float | None = None  # degrees north, WGS 84


# Whatever Pillow may raise on bytes made to break it; warnings are errors where they are so set.
BREAKAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError,
    OSError, RuntimeError, SyntaxError, TypeError, ValueError, Warning, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip


def storage_name(sha256: str) -> str:
    """Return where the bytes with this SHA-256 lie: `ab/cd/abcd…`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def shown_name(name: str) -> str:
    """Return the end of a file's name, without folders and control characters."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in plain if letter.isprintable())[-_NAME_SHOWN:]


def purpose_named(purpose: str) -> Purpose:
    """Return the purpose of that name.

    Raises:
        UnknownPurpose: there is none.
    """
    if purpose not in set(Purpose):
        raise UnknownPurpose(purpose=purpose[:20], known=", ".join(Purpose))
    return Purpose(purpose)


def media_type_of(content: bytes) -> str:
    """Return the media type that the first bytes show; empty when none we know."""
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return ""


_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"})


def check_content(content: bytes, *, name: str, purpose: Purpose, max_megabytes: int) -> str:
    """Return the media type of `content` if it may be kept.

    Args:
        content: at least one byte more than allowed suffices to be refused as too large.
        name: told in refusals, trusted in nothing.
        purpose: decides the types allowed.
        max_megabytes: of 1,000,000 bytes.

    Raises:
        EmptyFile, TooLarge, WrongType, BrokenFile, TooManyPixels: in this order.
    """
    told = shown_name(name)
    if not content:
        raise EmptyFile(name=told)
    if len(content) > max_megabytes * MEGABYTE:
        raise TooLarge(name=told, megabytes=max_megabytes)
    media_type = media_type_of(content)
    if media_type not in ALLOWED[purpose]:
        allowed = ", ".join(one.rsplit("/", 1)[-1].upper() for one in ALLOWED[purpose])
        raise WrongType(name=told, allowed=allowed)
    if not _is_complete(content, media_type):
        raise BrokenFile(name=told)
    if media_type in _DECODED:
        _check_picture(content, name=told)
    return media_type


_DECODED = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def _is_complete(content: bytes, media_type: str) -> bool:
    """Tell whether a container has the length it states; JPEG and PNG are told by decoding."""
    if media_type == "image/webp":
        return len(content) >= int.from_bytes(content[4:8], "little") + 8
    if media_type == "image/heic":
        return _boxes_end_at(content)
    if media_type == "application/pdf":
        return b"%%EOF" in content[-2048:]
    return True


def _boxes_end_at(content: bytes) -> bool:
    """Tell whether the boxes of an ISO base media file fill it exactly.

    Source: ISO/IEC 14496-12, 4.2 (size 1: a 64-bit size follows; size 0: to the end).
    """
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size == 0:
            return True
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        if size < 8:  # noqa: PLR2004 - a box's own head
            return False
        at += size
    return at == len(content)


def _check_picture(content: bytes, *, name: str) -> None:
    """Refuse a picture that is too large to open or that ends too early.

    A JPEG is decoded at an eighth of its size and a PNG only summed, so that the check
    itself needs little memory.  Other pictures, and progressive JPEGs, can only be decoded
    whole: they may have fewer pixels.  Each scan of a progressive JPEG costs a pass over the
    whole picture, however few bytes it has: thousands of them are no photograph.
    """
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:
        raise BrokenFile(name=name)
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_DECODED.values())) as picture:
            width, height = picture.size
            in_parts = picture.format == "JPEG" and not picture.info.get("progressive")
            limit = MAX_PIXELS if in_parts else MAX_WHOLE_PIXELS[picture.format or ""]
            if width * height > limit:
                raise TooManyPixels(name=name, millions=limit // 1_000_000)
            if picture.format == "PNG":
                picture.verify()
            else:
                picture.draft("RGB", (width // 8 or 1, height // 8 or 1))
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooManyPixels(name=name, millions=MAX_PIXELS // 1_000_000) from bomb
    except BREAKAGE as trouble:
        raise BrokenFile(name=name) from trouble


# What a photograph claims of itself.


def exif_claims(content: bytes, *, zone: datetime.tzinfo = datetime.UTC) -> Claims:
    """Return when and where the EXIF of a photograph says it was taken.

    Never refuses: what cannot be read, or cannot be right, is absent.

    Args:
        content: a JPEG, PNG, WebP or HEIC.
        zone: of the camera's clock when EXIF states neither an offset nor a satellite time.

    Source: CIPA DC-008 (Exif 2.32), 4.6.5 and 4.6.6.
    """
    try:
        exif = Image.Exif()
        exif.load(_exif_bytes(content))
        details, satellite = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    except BREAKAGE:
        return Claims()
    longitude, latitude = _position(satellite)
    return Claims(_taken_at(details, satellite, zone), longitude, latitude)


def _exif_bytes(content: bytes) -> bytes:
    """Return the EXIF block; found by its mark in a HEIC, which Pillow does not open.

    `Image.getexif` is not used: for a PNG it decodes the whole picture first.
    """
    if media_type_of(content) == "image/png":
        return _png_chunk(content, b"eXIf")
    if media_type_of(content) == "image/heic":
        marks = (content.find(b"Exif\x00\x00MM"), content.find(b"Exif\x00\x00II"))
        start = max(marks)
        return content[start : start + 65536] if start >= 0 else b""
    with Image.open(io.BytesIO(content), formats=tuple(_DECODED.values())) as picture:
        block = picture.info.get("exif", b"")
    return block if isinstance(block, bytes) else b""


def _png_chunk(content: bytes, wanted: bytes) -> bytes:
    """Return the content of a PNG's first chunk of that name; empty when there is none.

    Source: PNG 1.2 (ISO/IEC 15948), 5.3: length, name, content, check sum.
    """
    at = 8
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] == wanted:
            return content[at + 8 : at + 8 + size]
        at += 12 + size
    return b""


def _taken_at(
    details: Mapping[int, object], satellite: Mapping[int, object], zone: datetime.tzinfo
) -> datetime.datetime | None:
    """Return the time of the camera with its offset, else of the satellites, else in `zone`."""
    for read in (_camera_time_with_offset, _satellite_time, _camera_time):
        try:
            moment = read(details, satellite, zone).astimezone(datetime.UTC)
        except BREAKAGE:
            continue
        if moment.year >= _EARLIEST_YEAR:
            return moment
    return None


def _camera_time(
    details: Mapping[int, object], satellite: Mapping[int, object], zone: datetime.tzinfo
) -> datetime.datetime:
    text = str(details[0x9003]).strip("\x00 ")
    return datetime.datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)


def _camera_time_with_offset(
    details: Mapping[int, object], satellite: Mapping[int, object], zone: datetime.tzinfo
) -> datetime.datetime:
    offset = datetime.datetime.strptime(str(details[0x9011]).strip("\x00 "), "%z").tzinfo
    assert offset is not None  # noqa: S101 - %z always gives one
    return _camera_time(details, satellite, offset)


def _satellite_time(
    details: Mapping[int, object], satellite: Mapping[int, object], zone: datetime.tzinfo
) -> datetime.datetime:
    text = str(satellite[29]).strip("\x00 ")
    day = datetime.datetime.strptime(f"{text} +0000", "%Y:%m:%d %z")
    hours, minutes, seconds = _three_numbers(satellite[7])
    since = datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return day + since


def _three_numbers(value: object) -> tuple[float, float, float]:
    if not isinstance(value, tuple | list):
        raise TypeError("not three numbers")
    first, second, third = (float(part) for part in value)
    return first, second, third


def _position(satellite: Mapping[int, object]) -> tuple[float | None, float | None]:
    """Return longitude and latitude, or twice None when they cannot be right."""
    try:
        latitude = _degrees(satellite[2], satellite[1], negative="S")
        longitude = _degrees(satellite[4], satellite[3], negative="W")
    except BREAKAGE:
        return None, None
    in_range = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    if not in_range or (longitude == 0 and latitude == 0):
        return None, None
    return longitude, latitude


def _degrees(value: object, side: object, *, negative: str) -> float:
    degrees, minutes, seconds = _three_numbers(value)
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total):
        raise ValueError("not finite")
    return -total if str(side).strip("\x00 ").upper() == negative else total
