"""Looking for faces and number plates with OpenCV, in a process of its own.

`python -m gongzhi.evidence.rules.detecting` reads a JPEG and writes JSON.  The library is
large and written in C++; what goes wrong in it ends that process and nothing else.  It gets
pixels that Pillow has decoded, never a file.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from .blackouts import Box
from .suggesting import Likeness, Suggestion, as_words_and_numbers, distinct

EDGE = 1280  # pixels of the longer edge; a larger picture finds little more and costs much more
CPU_SECONDS = 30  # then the system ends the process
_MEMORY = 3_000_000_000  # bytes of addresses; the library alone maps half a gigabyte
_Pixels = tuple[int, int, int, int]  # left, top, width, height


@dataclass(frozen=True, slots=True)
class _Cascade:
    """How one kind of thing is looked for; the numbers were measured: decision 14."""

    name: str  # of the file in the wheel
    step: float  # from one size to the next
    neighbours: int  # how many finds must agree
    least: tuple[int, int]  # width and height, pixels


_FRONT = _Cascade("haarcascade_frontalface_alt2.xml", 1.1, 5, (24, 24))
_SIDE = _Cascade("haarcascade_profileface.xml", 1.15, 6, (28, 28))
_PLATE = _Cascade("haarcascade_russian_plate_number.xml", 1.1, 4, (45, 15))
# Around what was found, as shares of its size: hair and chin, the frame of a plate.
_MARGINS = {Likeness.FACE: (0.1, 0.18), Likeness.PLATE: (0.06, 0.12)}


def detected(picture: Image.Image) -> tuple[Suggestion, ...]:
    """Return where faces and number plates may be in an upright picture.

    Raises:
        ImportError: the library is not installed.
    """
    import cv2

    cv2.setNumThreads(1)
    small = picture.convert("L")
    small.thumbnail((EDGE, EDGE))
    grey = np.asarray(small)
    return distinct(_every(cv2, grey))


def _every(cv2: Any, grey: Any) -> Iterator[Suggestion]:
    width = grey.shape[1]
    for box in _found(cv2, grey, _FRONT):
        yield _suggestion(Likeness.FACE, box, grey)
    for box in _found(cv2, grey, _SIDE):
        yield _suggestion(Likeness.FACE, box, grey)
    for x, y, wide, high in _found(cv2, cv2.flip(grey, 1), _SIDE):  # it knows one side alone
        yield _suggestion(Likeness.FACE, (width - x - wide, y, wide, high), grey)
    # Dark on light, then light on dark, as on blue plates.
    for seen in (grey, 255 - grey):
        for box in _found(cv2, seen, _PLATE):
            yield _suggestion(Likeness.PLATE, box, grey)


def _found(cv2: Any, grey: Any, sought: _Cascade) -> list[_Pixels]:
    cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / sought.name))
    boxes = cascade.detectMultiScale(
        grey, scaleFactor=sought.step, minNeighbors=sought.neighbours, minSize=sought.least
    )
    return [(int(x), int(y), int(wide), int(high)) for x, y, wide, high in boxes]


def _suggestion(likeness: Likeness, box: _Pixels, grey: Any) -> Suggestion:
    """Return a box in pixels as shares of the picture, with a margin."""
    height, width = grey.shape
    x, y, wide, high = box
    across, down = _MARGINS[likeness][0] * wide, _MARGINS[likeness][1] * high
    return Suggestion(
        likeness,
        Box(
            (x - across) / width,
            (y - down) / height,
            (wide + 2 * across) / width,
            (high + 2 * down) / height,
        ),
    )


def main(source: IO[bytes], target: IO[str]) -> None:
    """Read a JPEG of ours, write what was found in it."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    with Image.open(io.BytesIO(source.read()), formats=("JPEG",)) as picture:
        json.dump(as_words_and_numbers(detected(picture)), target)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout)
