"""Fifty files made to harm, and what becomes of each.

Run as a program, this looks at every file of a folder and prints the memory that took:
`python -m tests.evidence.hostile FOLDER`.
"""

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from .conftest import PDF, box, heic, photo
from .scenes import saved, scene

SCRIPT = b"<script>alert(1)</script>"
HARMLESS = "harmless"  # kept; what is served is a clean picture
UNSHOWN = "unshown"  # kept; nothing is served as a picture


@dataclass(frozen=True)
class Hostile:
    name: str
    content: bytes
    fate: str  # the code of the refusal, HARMLESS, or UNSHOWN
    purpose: str = "before"


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        len(content).to_bytes(4, "big") + name + content
        + zlib.crc32(name + content).to_bytes(4, "big")
    )  # fmt: skip


def png(
    width: int = 8,
    height: int = 8,
    *more: bytes,
    depth: int = 8,
    colour: int = 0,
    data: bytes = b"",
) -> bytes:
    """Return a PNG, with further chunks before its pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = data or zlib.compress(b"\0" * (width + 1) * height if width < 9999 else b"\0" * 99)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more)
        + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )  # fmt: skip


def segment(mark: int, content: bytes) -> bytes:
    return bytes([0xFF, mark]) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg_with(*segments: bytes) -> bytes:
    plain = saved(scene(5))
    return plain[:2] + b"".join(segments) + plain[2:]


def exif(body: bytes, *, order: bytes = b"II") -> bytes:
    return segment(0xE1, b"Exif\0\0" + order + body)


def directory(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """Return the head of a TIFF with one directory of (tag, type, count, value or offset)."""
    listed = b"".join(struct.pack("<HHII", *one) for one in entries)
    return (
        struct.pack("<HI", 42, 8) + struct.pack("<H", len(entries)) + listed
        + struct.pack("<I", following)
    )  # fmt: skip


def huge_jpeg(width: int, height: int, *, progressive: bool = False) -> bytes:
    """Return a small JPEG that says that it is large."""
    plain = saved(scene(6, width=64, height=64), progressive=progressive)
    mark = plain.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    return plain[: mark + 5] + struct.pack(">HH", height, width) + plain[mark + 9 :]


def many_scans() -> bytes:
    """Return a progressive JPEG that passes over the whole picture a thousand times."""
    plain = saved(scene(7), progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:-2] + plain[last:-2] * 1000 + plain[-2:]


def webp_animation(frames: int) -> bytes:
    pictures = [scene(n, width=64, height=48) for n in range(frames)]
    return saved(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], duration=50)


def with_wrong_colours() -> bytes:
    """Return a PNG whose pixels point outside its palette."""
    rows = b"".join(b"\0" + bytes(range(200, 208)) for _ in range(8))
    return png(8, 8, chunk(b"PLTE", b"\1\2\3"), colour=3, data=zlib.compress(rows))


def damaged_pixels() -> bytes:
    whole = saved(scene(8), "PNG")
    at = whole.index(b"IDAT") - 4
    size = int.from_bytes(whole[at : at + 4], "big")
    pixels = whole[at + 8 : at + 8 + size]
    return whole[:at] + chunk(b"IDAT", pixels[:60] + b"\xff" * (size - 60)) + chunk(b"IEND", b"")


def _wrong_types() -> Iterator[Hostile]:
    wrong = "evidence.wrong_type"
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
    yield Hostile("no bytes", b"", "evidence.empty_file")
    yield Hostile("one byte", b"\xff", wrong)
    yield Hostile("zero bytes", b"\0" * 5000, wrong)
    yield Hostile("SVG with script", svg, wrong)
    yield Hostile("SVG behind an XML head", b'<?xml version="1.0"?>' + svg, wrong)
    yield Hostile("HTML", b"<html>" + SCRIPT, wrong)
    yield Hostile("GIF", saved(scene(1, width=30, height=30).quantize(), "GIF"), wrong)
    yield Hostile("GIF that is script too", b"GIF89a/*" + b"\0" * 9 + b"*/=1;alert(1)", wrong)
    yield Hostile("TIFF", saved(scene(1), "TIFF"), wrong)
    yield Hostile("BMP", saved(scene(1), "BMP"), wrong)
    yield Hostile("icon", saved(scene(1, width=32, height=32), "ICO"), wrong)
    yield Hostile("PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file\n", wrong)
    yield Hostile("ZIP", b"PK\3\4" + b"\0" * 200, wrong)
    yield Hostile("program", b"\x7fELF" + b"\0" * 200, wrong)
    yield Hostile("PHP", b"<?php system($_GET[0]); ?>", wrong)
    yield Hostile("AVIF", saved(scene(1, width=32, height=32), "AVIF"), wrong)
    yield Hostile("PDF as a photograph", PDF, wrong)
    yield Hostile(
        "PDF with script", PDF.replace(b"<<>>", b"<</JS(app.alert(1))>>", 1), UNSHOWN, "document"
    )
    yield Hostile("PDF cut off", PDF[:20], "evidence.broken_file", "document")


def _bombs() -> Iterator[Hostile]:
    pixels, broken = "evidence.too_many_pixels", "evidence.broken_file"
    bomb = zlib.compress(b"\0" * 60_000_000, 9)
    yield Hostile("PNG of 50,000 × 50,000", png(50_000, 50_000), pixels)
    yield Hostile("PNG of 2³¹ − 1 each way", png(2**31 - 1, 2**31 - 1), pixels)
    yield Hostile("PNG of 8,000 × 8,000 in full", png(8000, 8000, data=bomb), pixels)
    yield Hostile("PNG without width", png(0, 8), broken)
    yield Hostile("PNG with a text bomb", png(8, 8, chunk(b"zTXt", b"a\0\0" + bomb)), broken)
    yield Hostile("PNG with a profile bomb", png(8, 8, chunk(b"iCCP", b"a\0\0" + bomb)), broken)
    yield Hostile("PNG with a bomb of pixels", png(8, 8, data=bomb), HARMLESS)
    yield Hostile("JPEG of 65,000 × 65,000", huge_jpeg(65_000, 65_000), pixels)
    yield Hostile(
        "progressive JPEG of 9,000 × 9,000", huge_jpeg(9000, 9000, progressive=True), pixels
    )
    yield Hostile("JPEG of 1,000 scans", many_scans(), broken)
    yield Hostile("100 MB", photo() + b"\0" * 100_000_000, "evidence.too_large")


def _broken() -> Iterator[Hostile]:
    broken = "evidence.broken_file"
    webp = saved(scene(2), "WEBP")
    yield Hostile("JPEG cut in half", saved(scene(2))[: len(saved(scene(2))) // 2], broken)
    yield Hostile("JPEG of a head alone", b"\xff\xd8\xff\xe0", broken)
    yield Hostile("PNG cut in half", saved(scene(2), "PNG")[:9000], broken)
    yield Hostile("PNG with damaged pixels", damaged_pixels(), UNSHOWN)
    yield Hostile("PNG with a wrong sum", png().replace(b"IDATx", b"IDATy"), broken)
    yield Hostile("WebP cut in half", webp[: len(webp) // 2], broken)
    yield Hostile("WebP with a false length", webp[:4] + b"\xff\xff\xff\x7f" + webp[8:], broken)
    yield Hostile("WebP of noise", b"RIFF\x20\0\0\0WEBPVP8 " + bytes(range(40)), broken)
    yield Hostile("HEIC with a false length", heic() + b"\xff\xff\xff\xff", broken)
    yield Hostile("HEIC of empty boxes", heic() + box(b"free", b"\0" * 9999), UNSHOWN)


def _stowaways() -> Iterator[Hostile]:
    loop = directory((0x8769, 4, 1, 8), (0x8825, 4, 1, 8), following=8)
    far = directory((0x8769, 4, 1, 0xFFFFFFF0), (0x010E, 2, 0xFFFFFFFF, 0x7FFFFFFF))
    odd = directory((0x0112, 3, 1, 77), (0x8825, 4, 1, 9), following=11)
    grey16 = Image.fromarray(np.arange(10_000, dtype=np.uint16).reshape(100, 100) * 6)
    yield Hostile("JPEG with script in a comment", jpeg_with(segment(0xFE, SCRIPT)), HARMLESS)
    yield Hostile("JPEG with a ZIP behind it", saved(scene(3)) + b"PK\3\4" + SCRIPT, HARMLESS)
    yield Hostile("PNG with HTML behind it", png() + b"<html>" + SCRIPT, HARMLESS)
    yield Hostile("WebP with script as XMP", saved(scene(3), "WEBP", xmp=SCRIPT), HARMLESS)
    yield Hostile("JPEG with a false profile", saved(scene(3), icc_profile=SCRIPT * 3000), HARMLESS)
    yield Hostile("EXIF that leads to itself", jpeg_with(exif(loop)), HARMLESS)
    yield Hostile("EXIF that points far outside", jpeg_with(exif(far)), HARMLESS)
    yield Hostile("EXIF at odd places", jpeg_with(exif(odd)), HARMLESS)
    yield Hostile("EXIF cut off", jpeg_with(exif(loop[:7])), HARMLESS)
    yield Hostile(
        "EXIF of noise", jpeg_with(segment(0xE1, b"Exif\0\0" + bytes(range(256)))), HARMLESS
    )
    yield Hostile("CMYK JPEG", saved(scene(3).convert("CMYK")), HARMLESS)
    yield Hostile("PNG of 16 bits", saved(grey16, "PNG"), HARMLESS)
    yield Hostile("palette outside itself", with_wrong_colours(), HARMLESS)
    yield Hostile(
        "palette with transparency", saved(scene(3).quantize(), "PNG", transparency=0), HARMLESS
    )
    yield Hostile("animated WebP", webp_animation(30), HARMLESS)
    yield Hostile(
        "animated PNG",
        saved(
            scene(3, width=50, height=50),
            "PNG",
            save_all=True,
            append_images=[scene(4, width=50, height=50)] * 9,
        ),
        HARMLESS,
    )
    yield Hostile("JPEG of one pixel by 65,000", saved(Image.new("RGB", (1, 65_000))), HARMLESS)


def hostile() -> Iterator[Hostile]:
    yield from _wrong_types()
    yield from _bombs()
    yield from _broken()
    yield from _stowaways()


def largest_allowed() -> Iterator[bytes]:
    """Yield the pictures that need the most memory of those that may be kept."""
    clear = Image.new("RGBA", (8000, 5000), (9, 9, 9, 9))
    yield saved(clear, "PNG")
    small = clear.resize((5000, 4000), Image.Resampling.NEAREST)
    yield saved(small, "WEBP", lossless=True, quality=0, method=0)
    yield saved(clear.convert("RGB"), progressive=True, subsampling=0)


def _most_memory(folder: Path) -> int:
    """Look at every file of a folder, show it as far as possible; return the growth in bytes."""
    from gongzhi.evidence import rules
    from gongzhi.kernel.refusals import Refusal

    before = _peak()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            content = file.read(25_000_001)
        try:
            rules.check_content(content, name="a", purpose=rules.Purpose.DOCUMENT, max_megabytes=25)
            rules.exif_claims(content)
            rules.shown(io.BytesIO(content), rules.Size.LARGE)
        except Refusal:
            continue
    return _peak() - before


def _peak() -> int:
    """Return the most memory this process ever had, in bytes; rusage would count its parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    sys.stdout.write(f"{_most_memory(Path(sys.argv[1]))}\n")
