"""Pictures as pages show them: upright, resized, and without what the camera wrote."""

import io
from typing import IO

from PIL import Image, ImageOps

SHOWABLE = frozenset({"image/jpeg", "image/png", "image/webp"})
QUALITY = 78  # of JPEG, 0 to 95


def shown_picture(stream: IO[bytes], *, edge: int) -> bytes:
    """Return a JPEG of a picture: upright, no edge longer than `edge` pixels, without EXIF.

    Args:
        stream: a JPEG, PNG or WebP that was checked when it was kept.
        edge: pixels of the longer edge.
    """
    with Image.open(stream, formats=("JPEG", "PNG", "WEBP")) as picture:
        picture.draft("RGB", (edge, edge))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((edge, edge))
        flat = Image.new("RGB", upright.size, "white")
        solid = upright.convert("RGBA")
        flat.paste(solid, mask=solid.getchannel("A"))
    buffer = io.BytesIO()
    flat.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()
