"""How a picture is shown: upright, small, and without what the camera or a hand wrote into it.

Nothing of the original's bytes is copied: the picture is decoded and written anew from its
pixels, so that no EXIF, XMP, comment, profile, or stowaway behind the end can come along.
"""

import contextlib
import enum
import io
import math
from collections.abc import Mapping, Sequence
from typing import IO

import numpy as np
import pi_heif
from PIL import Image, ImageDraw

from gongzhi.kernel.hashing import sha256_hex
from gongzhi.kernel.refusals import NotFound

from .blackouts import Box
from .keeping import BREAKAGE, MAX_WHOLE_PIXELS, storage_name

SHOWING_VERSION = 1  # of this way of showing; a new one makes new derivatives under new names
# A HEIC is decoded by a library that holds decoders alone: decision 13.
pi_heif.register_heif_opener(thumbnails=False)
DECODERS = ("JPEG", "PNG", "WEBP", "HEIF")
SHOWABLE = frozenset({"image/heic", "image/jpeg", "image/png", "image/webp"})
LIST_BYTES = 30_000
_LARGE_QUALITY = 78  # of JPEG, 0 to 95
# Tried in turn until a picture of a list is light enough: edge in pixels, quality of WebP.
_LIST_TRIES = ((320, 75), (320, 55), (320, 35), (320, 15), (240, 10), (160, 5))
_WHITE = (255, 255, 255)


class Size(enum.StrEnum):
    """How large a picture is shown."""

    LARGE = "large"  # 1600 pixels on the longer edge, for a page
    LIST = "list"  # 320 pixels, at most 30 kB, for a list on a phone


LARGE_EDGE = 1600  # pixels
MEDIA_TYPES: Mapping[Size, str] = {Size.LARGE: "image/jpeg", Size.LIST: "image/webp"}
_ENDINGS: Mapping[Size, str] = {Size.LARGE: "jpg", Size.LIST: "webp"}


class NoPreview(NotFound):
    """The file is kept, and cannot be shown as a picture here."""

    code = "evidence.no_preview"


def derived_name(sha256: str, size: Size, boxes: Sequence[Box] = ()) -> str:
    """Return where a derivative lies: beside the original, another name for other boxes."""
    mark = ""
    if boxes:
        told = ";".join(f"{b.x:.6f},{b.y:.6f},{b.width:.6f},{b.height:.6f}" for b in boxes)
        mark = f".{sha256_hex(told.encode())[:16]}"
    return f"{storage_name(sha256)}.{size.value}{SHOWING_VERSION}{mark}.{_ENDINGS[size]}"


def shown(stream: IO[bytes], size: Size, *, boxes: Sequence[Box] = ()) -> bytes:
    """Return a picture as it is shown.

    Args:
        stream: a JPEG, PNG, WebP or HEIC that was checked when it was kept.
        size: `LARGE` gives a JPEG, `LIST` a WebP of at most 30,000 bytes.
        boxes: what is painted black, in shares of the upright picture.

    Raises:
        NoPreview: it cannot be decoded.
        MemoryError: it can, elsewhere or later.
    """
    edge = LARGE_EDGE if size is Size.LARGE else _LIST_TRIES[0][0]
    picture = upright(stream, edge=edge)
    if size is Size.LARGE:
        return _written(_blackened(picture, boxes), "JPEG", quality=_LARGE_QUALITY)
    for list_edge, quality in _LIST_TRIES:
        picture.thumbnail((list_edge, list_edge))
        content = _written(_blackened(picture, boxes), "WEBP", quality=quality)
        if len(content) <= LIST_BYTES:
            break
    return content


def upright(stream: IO[bytes], *, edge: int) -> Image.Image:
    """Return the pixels of a picture: RGB on white, turned as EXIF says, at most `edge` long.

    Made small before it is turned, so that a large picture is in memory once.

    Raises:
        NoPreview, MemoryError: as `shown`.
    """
    try:
        with Image.open(stream, formats=DECODERS) as picture:
            # A HEIC is decoded as a whole, and was not measured when it was kept.
            if picture.format == "HEIF" and math.prod(picture.size) > MAX_WHOLE_PIXELS["JPEG"]:
                raise NoPreview
            picture.draft("RGB", _fitted(picture.size, edge))
            small = _plain(picture)
            turn = _turn_of(picture)
            small.thumbnail((edge, edge))
    except MemoryError:
        raise
    except BREAKAGE as trouble:
        raise NoPreview from trouble
    flat = _on_white(small)
    return flat if turn is None else flat.transpose(turn)


def _fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    share = min(1.0, edge / max(size))
    return max(1, int(size[0] * share)), max(1, int(size[1] * share))


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture in eight bits for each colour."""
    if picture.mode.startswith("I"):  # sixteen bits of grey; the lower eight are not seen
        deep = np.asarray(picture)
        return Image.fromarray((deep >> 8).astype(np.uint8))
    if picture.mode in {"RGB", "L", "RGBA", "CMYK"} and "transparency" not in picture.info:
        picture.load()
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    flat = Image.new("RGB", picture.size, _WHITE)
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat


def _turn_of(picture: Image.Image) -> Image.Transpose | None:
    """Return how to turn a decoded picture so that it stands as the camera was held.

    Source: CIPA DC-008, 4.6.4 A, Orientation.
    """
    with contextlib.suppress(*BREAKAGE):
        return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    return None


_ORIENTATION = 0x0112
_TURNS: Mapping[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _blackened(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Return the picture with boxes painted black, each rounded outwards and one pixel more."""
    if not boxes:
        return picture
    painted = picture.copy()
    draw = ImageDraw.Draw(painted)
    width, height = painted.size
    for box in boxes:
        left, top = math.floor(box.x * width) - 1, math.floor(box.y * height) - 1
        right = math.ceil((box.x + box.width) * width)
        bottom = math.ceil((box.y + box.height) * height)
        draw.rectangle((left, top, right, bottom), fill=(0, 0, 0))
    return painted


def _written(picture: Image.Image, kind: str, *, quality: int) -> bytes:
    """Return a file of nothing but the pixels."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    buffer = io.BytesIO()
    if kind == "JPEG":
        bare.save(buffer, kind, quality=quality, optimize=True, progressive=True)
    else:
        bare.save(buffer, kind, quality=quality, method=4)
    return buffer.getvalue()
