"""Small drawn photographs: invented street scenes before, at a check, and after.

A scene is drawn twice: with the trouble and without.  Whoever verifies or checks stands
elsewhere, so their pictures are mirrored.  Every photograph has shadows of its own, so that
no two look the same by chance; the same arguments always give the same bytes.  Below a
millisecond each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from random import Random
from struct import pack
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

WIDTH, HEIGHT = 320, 240
STREETS = 24
"""In how many streets each scene is drawn."""
_SPOTS = (10, 9)  # of shadow across and down
_DEPTHS = range(96)  # of 255, of a shadow
_DARK = 150  # of 765
_SHADOW = Image.new("RGB", (WIDTH, HEIGHT), (20, 22, 28))
_LIGHT = Image.new("RGB", (WIDTH, HEIGHT), (110, 110, 130))

Draw = ImageDraw.ImageDraw


def _street(draw: Draw, rng: Random) -> None:
    """Draw sky, houses, pavement and carriageway."""
    sky = (rng.randint(150, 200), rng.randint(190, 220), rng.randint(220, 250))
    draw.rectangle((0, 0, WIDTH, 130), fill=sky)
    left = -20
    while left < WIDTH:
        width, top = rng.randint(50, 90), rng.randint(20, 70)
        wall = tuple(rng.randint(140, 215) for _ in range(3))
        draw.rectangle((left, top, left + width, 132), fill=wall)
        for x in range(left + 8, left + width - 12, 20):
            for y in range(top + 10, 118, 24):
                draw.rectangle((x, y, x + 10, y + 13), fill=(90, 105, 125))
        left += width + rng.randint(0, 8)
    draw.rectangle((0, 130, WIDTH, 178), fill=(188, 184, 176))
    for x in range(0, WIDTH, 24):
        draw.line((x, 130, x - 18, 178), fill=(168, 164, 156))
    draw.rectangle((0, 178, WIDTH, HEIGHT), fill=(96, 98, 102))
    draw.line((0, 210, WIDTH, 210), fill=(226, 226, 214), width=4)


def _rubbish(draw: Draw, rng: Random) -> None:
    for _ in range(70):
        x, y = rng.gauss(170, 36), rng.gauss(160, 10)
        size = rng.randint(4, 15)
        shade = rng.choice(((58, 52, 44), (120, 92, 50), (210, 205, 190), (60, 96, 66)))
        draw.ellipse((x, y, x + size, y + size * 0.8), fill=shade)


def _posters(draw: Draw, rng: Random) -> None:
    for _ in range(16):
        x, y = rng.randint(70, 250), rng.randint(60, 150)
        paper = rng.choice(((250, 240, 120), (250, 150, 140), (245, 245, 245)))
        draw.rectangle((x, y, x + 22, y + 28), fill=paper)
        for line in range(y + 5, y + 26, 5):
            draw.line((x + 3, line, x + 18, line), fill=(150, 40, 40))


def _stall(draw: Draw, rng: Random) -> None:
    draw.polygon(((90, 108), (232, 108), (246, 84), (76, 84)), fill=(200, 60, 50))
    draw.rectangle((92, 138, 230, 172), fill=(120, 84, 50))
    for _ in range(40):
        x, y = rng.randint(96, 220), rng.randint(128, 144)
        fruit = rng.choice(((220, 120, 30), (200, 40, 40), (110, 160, 50)))
        draw.ellipse((x, y, x + 10, y + 10), fill=fruit)


def _parked(draw: Draw, rng: Random) -> None:
    body = tuple(rng.randint(30, 220) for _ in range(3))
    draw.rounded_rectangle((86, 136, 248, 178), 12, fill=body)
    draw.rounded_rectangle((116, 112, 216, 142), 12, fill=(60, 74, 90))
    for x in (106, 202):
        draw.ellipse((x, 164, x + 30, 194), fill=(24, 24, 26))


def _hole(draw: Draw, rng: Random) -> None:
    lean = rng.randint(-14, 14)
    draw.ellipse((116, 188, 212, 230), fill=(18, 16, 15))
    draw.arc((116, 188, 212, 230), 0, 360, fill=(150, 146, 140), width=4)
    draw.polygon(((206, 196 + lean), (262, 204), (250, 224), (204, 214 + lean)), fill=(74, 70, 66))


def _lamp(draw: Draw, rng: Random) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(14, 16, 30))
    for _ in range(26):
        x, y = rng.randint(0, WIDTH), rng.randint(20, 120)
        draw.rectangle((x, y, x + 6, y + 8), fill=(80, 76, 52))
    draw.line((160, 40, 160, 200), fill=(46, 48, 56), width=5)


def _branch(draw: Draw, rng: Random) -> None:
    draw.line((60, 170, 246, 150), fill=(84, 58, 36), width=13)
    for _ in range(90):
        x, y = rng.randint(60, 260), rng.gauss(150, 16)
        draw.ellipse((x, y, x + 14, y + 9), fill=(50, rng.randint(90, 140), 48))


def _flood(draw: Draw, rng: Random) -> None:
    draw.rectangle((0, 158, WIDTH, HEIGHT), fill=(112, 104, 84))
    for _ in range(30):
        x, y = rng.randint(0, WIDTH), rng.randint(162, 236)
        draw.arc((x, y, x + 50, y + 8), 180, 360, fill=(164, 156, 132), width=2)


SCENES: Mapping[str, Callable[[Draw, Random], None]] = MappingProxyType(
    {
        "rubbish": _rubbish,
        "posters": _posters,
        "stall": _stall,
        "parked": _parked,
        "hole": _hole,
        "lamp": _lamp,
        "branch": _branch,
        "flood": _flood,
    }
)
_SCENE_OF = (
    ("C0137", "lamp"),
    ("C01", "hole"),
    ("C0402", "branch"),
    ("E0201", "posters"),
    ("E0113", "hole"),
    ("E0505", "hole"),
    ("E0409", "parked"),
    ("E0410", "parked"),
    ("E0119", "branch"),
    ("E0118", "branch"),
    ("E0121", "branch"),
    ("E04", "stall"),
    ("E05", "flood"),
    ("E02", "posters"),
)


def scene_of(category_code: str) -> str:
    """Return the scene that shows a matter of this category."""
    return next((scene for head, scene in _SCENE_OF if category_code.startswith(head)), "rubbish")


class Fake(StrEnum):
    """How a crew cheats with the photograph of its work."""

    SAME_AS_BEFORE = "same_as_before"
    OF_ANOTHER_CASE = "of_another_case"
    TAKEN_BEFORE = "taken_before"  # days before the report
    TAKEN_FAR_AWAY = "taken_far_away"


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where a photograph says it was taken."""

    at: datetime  # aware
    longitude: float  # degrees east, WGS 84
    latitude: float  # degrees north, WGS 84


def picture(
    scene: str, purpose: str, view: str, *, turn: int = 0, taken: Taken | None = None
) -> bytes:
    """Return a JPEG of a few kilobytes.

    Args:
        scene: one of `SCENES`.
        purpose: `before` and `verify` show the trouble; `after` and `check` do not.
        view: of which case; its photographs all show the same street.
        turn: how many of the purpose there are already; another one has other shadows.
        taken: what its EXIF says; nothing when absent.
    """
    image = _drawn(scene, purpose, Random(view).randrange(STREETS))  # noqa: S311 - a drawing
    buffer = BytesIO()
    lit = _lit(image, Random(f"{view}{purpose}{turn}"))  # noqa: S311 - a drawing
    lit.save(buffer, "JPEG", quality=50, exif=_exif(taken) if taken else b"")
    return buffer.getvalue()


@cache
def _drawn(scene: str, purpose: str, street: int) -> Image.Image:
    """Return a scene in the light of every day."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    _street(draw, Random(street))  # noqa: S311 - a drawing, not a secret
    if purpose in {"before", "verify"}:
        SCENES[scene](draw, Random(f"{scene}{street}"))  # noqa: S311 - a drawing
    else:
        image = ImageEnhance.Brightness(image).enhance(1.08 + len(scene) / 100)
    if purpose in {"verify", "check"}:
        image = ImageEnhance.Color(ImageOps.mirror(image)).enhance(0.8)
    return image


def _lit(image: Image.Image, rng: Random) -> Image.Image:
    """Return a picture with the shadows of its moment; a dark one with its lights."""
    spots = bytes(rng.choices(_DEPTHS, k=_SPOTS[0] * _SPOTS[1]))
    mask = Image.frombytes("L", _SPOTS, spots).resize(image.size, Image.Resampling.BILINEAR)
    is_dark = sum(image.getpixel((WIDTH // 2, 2))) < _DARK  # type: ignore[arg-type]
    return Image.composite(_LIGHT if is_dark else _SHADOW, image, mask)


def _exif(taken: Taken) -> bytes:
    """Return the block in which a camera writes time and place.

    Written by hand, since it takes a library ten times as long.  Source: CIPA DC-008, TIFF 6.0.
    """
    north = b"N\0\0\0" if taken.latitude >= 0 else b"S\0\0\0"
    east = b"E\0\0\0" if taken.longitude >= 0 else b"W\0\0\0"
    when, offset = f"{taken.at:%Y:%m:%d %H:%M:%S}\0".encode(), f"{_offset(taken.at)}\0".encode()
    # Two directories follow the first one; then lie the values that do not fit into an entry.
    details, satellite, values = 38, 68, 122
    return b"".join(
        (
            b"Exif\0\0MM\0*\0\0\0\x08",
            pack(">HHHLLHHLLL", 2, 0x8769, 4, 1, details, 0x8825, 4, 1, satellite, 0),
            pack(">HHHLLHHLLL", 2, 0x9003, 2, 20, values, 0x9011, 2, 7, values + 20, 0),
            pack(">HHHL4sHHLL", 4, 1, 2, 2, north, 2, 5, 3, values + 28),
            pack(">HHL4sHHLLL", 3, 2, 2, east, 4, 5, 3, values + 52, 0),
            when,
            offset.ljust(8, b"\0"),
            _sexagesimal(taken.latitude),
            _sexagesimal(taken.longitude),
        )
    )


def _sexagesimal(degrees: float) -> bytes:
    """Return degrees, minutes and seconds to a hundredth, some thirty centimetres."""
    hundredths = round(abs(degrees) * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6_000)
    return pack(">6L", whole, 1, minutes, 1, seconds, 100)


def _offset(at: datetime) -> str:
    text = f"{at:%z}"
    return f"{text[:3]}:{text[3:5]}"
