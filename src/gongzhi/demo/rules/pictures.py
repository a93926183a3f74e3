"""Small drawn photographs: invented street scenes before, at a check, and after.

A scene is drawn twice: with the trouble and without.  Whoever verifies or checks stands
elsewhere, so their pictures are mirrored and lit otherwise.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from random import Random
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

WIDTH, HEIGHT = 320, 240
VARIANTS = 3
"""How many different streets each scene is drawn in."""

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


def picture(scene: str, purpose: str, variant: int) -> bytes:
    """Return a JPEG of a few kilobytes.

    Args:
        scene: one of `SCENES`.
        purpose: `before` and `verify` show the trouble; `after` and `check` do not.
        variant: which street, from 0 below `VARIANTS`.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    _street(draw, Random(variant))  # noqa: S311 - a drawing, not a secret
    if purpose in {"before", "verify"}:
        SCENES[scene](draw, Random(f"{scene}{variant}"))  # noqa: S311 - a drawing
    else:
        image = ImageEnhance.Brightness(image).enhance(1.08 + len(scene) / 100)
    if purpose in {"verify", "check"}:
        image = ImageEnhance.Color(ImageOps.mirror(image)).enhance(0.8)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=50)
    return buffer.getvalue()
