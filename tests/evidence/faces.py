"""Pictures drawn for the tests: people and cars that never were."""

import functools

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from .scenes import saved

SIZE = (800, 600)
FACE = (150, 150, 120)  # left, top, width of the head in pixels
SMALL_FACE = (500, 200, 60)
PLATE = (520, 470, 150, 48)  # left, top, width, height


@functools.cache
def street() -> bytes:
    """Return a JPEG of two people and a car."""
    picture = Image.new("RGB", SIZE, (150, 160, 165))
    draw = ImageDraw.Draw(picture)
    draw_head(draw, *FACE)
    draw_head(draw, *SMALL_FACE)
    draw.rectangle((430, 400, 760, 560), fill=(30, 30, 34))
    draw_plate(draw, *PLATE)
    return saved(picture.filter(ImageFilter.GaussianBlur(1)), quality=90)


def empty_street() -> bytes:
    """Return a JPEG of nothing but a wall and a road."""
    picture = Image.new("RGB", SIZE, (150, 160, 165))
    ImageDraw.Draw(picture).rectangle((0, 400, *SIZE), fill=(90, 90, 95))
    return saved(picture)


def draw_head(draw: ImageDraw.ImageDraw, x: float, y: float, wide: float) -> None:
    high = wide * 1.3

    def oval(left: float, top: float, right: float, bottom: float, fill: tuple[int, ...]) -> None:
        corners = (x + wide * left, y + high * top, x + wide * right, y + high * bottom)
        draw.ellipse(corners, fill=fill)

    oval(-0.08, -0.12, 1.08, 0.75, (40, 30, 25))  # hair
    draw.rectangle(
        (x + wide * 0.3, y + high * 0.85, x + wide * 0.7, y + high * 1.2), (190, 145, 120)
    )
    oval(0, 0, 1, 1, (215, 172, 145))
    for eye in (0.29, 0.71):
        oval(eye - 0.16, 0.36, eye + 0.16, 0.5, (150, 110, 90))
        brow = (x + wide * (eye - 0.15), y + high * 0.36, x + wide * (eye + 0.15), y + high * 0.345)
        draw.line(brow, fill=(50, 35, 30), width=max(2, int(wide * 0.05)))
        oval(eye - 0.1, 0.405, eye + 0.1, 0.475, (235, 230, 225))
        oval(eye - 0.05, 0.4, eye + 0.05, 0.48, (30, 20, 20))
    nose = [(0.5, 0.45), (0.42, 0.66), (0.58, 0.66)]
    draw.polygon([(x + wide * right, y + high * down) for right, down in nose], (228, 188, 162))
    oval(0.4, 0.64, 0.6, 0.69, (150, 105, 88))
    oval(0.32, 0.76, 0.68, 0.84, (150, 70, 70))


def draw_plate(draw: ImageDraw.ImageDraw, x: int, y: int, wide: int, high: int) -> None:
    draw.rectangle((x, y, x + wide, y + high), (20, 60, 170))
    draw.rectangle((x + 3, y + 3, x + wide - 4, y + high - 4), outline="white", width=2)
    font = ImageFont.truetype(str(sans_path()), 30)
    draw.text((x + 10, y + 2), "甲A·F0236", font=font, fill="white")
