"""From words and pictures to PDF, set by typst.

What people wrote reaches typst as JSON data alone, never as its markup: nothing in it can
be a command.  Nothing is fetched: the type comes from an installed package.
"""

import json
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pylopdf_fonts_zh_cn
import typst
from django.utils.translation import gettext as _
from PIL import Image

from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView, ShownPicture
from gongzhi.evidence.rules import Size
from gongzhi.webkit.reading import full_moment, in_chinese

SETTING = Path(__file__).parents[1] / "templates" / "evaluation" / "sheet.typ"
EDGE = 900  # pixels of a printed picture: 8 cm at 280 dots an inch
QUALITY = 80  # of JPEG
AT_ONCE = 20  # pictures held in memory
# Setting two hundred pages takes some hundred megabytes: one at a time in a process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class PrintedPicture:
    """A picture and what stands below it."""

    use: UUID
    caption: str


@dataclass(frozen=True, slots=True)
class PrintedDeed:
    """A line of what was done."""

    at: str
    who: str
    deed: str
    words: str


@dataclass(frozen=True, slots=True)
class Printed:
    """One case in words."""

    number: str
    title: str
    state: str
    place: str
    party: str
    reported: str
    result: str
    rows: tuple[tuple[str, str], ...]
    before: PrintedPicture | None
    after: PrintedPicture | None
    deeds: tuple[PrintedDeed, ...]


@cache
def _fonts() -> typst.Fonts:
    folder = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]
    )


def pdf(
    sheets: Sequence[Printed],
    uses: Sequence[FileUseView],
    *,
    at: datetime,
    title: str,
    with_index: bool = False,
    told: str = "",
    more: str = "",
) -> bytes:
    """Return a PDF with one page or more for each case, and an index before them.

    The same words and pictures at the same moment give the same bytes.

    Args:
        sheets: the cases in words, in the language that is active.
        uses: the pictures they name; shown as evidence shows them, never the originals.
        at: printed as the moment of printing.
        title: of the document.
        with_index: whether a list of all comes first.
        told: a line below the title of the index: how many cases.
        more: a sentence below the index, where not all are printed.
    """
    with tempfile.TemporaryDirectory(prefix="gongzhi-print-") as name:
        folder = Path(name)
        there = _write_pictures(folder, uses)
        data = _data(sheets, there, at=at, title=title, with_index=with_index, told=told, more=more)
        (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (folder / "sheet.typ").write_bytes(SETTING.read_bytes())
        with _ONE_AT_A_TIME:
            content = typst.compile(
                folder / "sheet.typ",
                root=folder,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                timestamp=int(at.timestamp()),
            )
    return bytes(content) if isinstance(content, bytes) else b""


def _write_pictures(folder: Path, uses: Sequence[FileUseView]) -> dict[UUID, str]:
    """Put the pictures into a folder, a few at a time; what cannot be shown is left out."""
    there = {}
    for begin in range(0, len(uses), AT_ONCE):
        pictures = evidence.pictures_of(uses[begin : begin + AT_ONCE], Size.LARGE)
        for use_id, picture in pictures.items():
            there[use_id] = f"{use_id}.jpg"
            (folder / there[use_id]).write_bytes(_smaller(picture))
    return there


def _smaller(picture: ShownPicture) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(picture.content)) as whole:
        whole.thumbnail((EDGE, EDGE))
        whole.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _data(
    sheets: Sequence[Printed],
    there: dict[UUID, str],
    *,
    at: datetime,
    title: str,
    with_index: bool,
    told: str,
    more: str,
) -> dict[str, object]:
    """Return what typst reads: words and names of files, nothing else."""
    return {
        "title": title,
        "language": "zh" if in_chinese() else "en",
        "region": "cn" if in_chinese() else "gb",
        "printed": _("printed %(at)s") % {"at": full_moment(at)},
        "words": {
            "before": _("Before"),
            "after": _("After"),
            "no_picture": _("No photograph yet."),
            "deeds": _("What was done"),
            "number": _("Number"),
            "matter": _("Matter"),
            "place": _("Place"),
            "party": _("Answerable party"),
            "result": _("Result"),
            "page": _("Page %(number)s of %(all)s") % {"number": "{number}", "all": "{all}"},
            "none": _("No case fits these filters."),
        },
        "with_index": with_index,
        "told": told,
        "more": more,
        "sheets": [_sheet_data(one, there) for one in sheets],
    }


def _sheet_data(sheet: Printed, there: dict[UUID, str]) -> dict[str, object]:
    data = asdict(sheet)
    for side in ("before", "after"):
        picture: PrintedPicture | None = getattr(sheet, side)
        file = there.get(picture.use) if picture else None
        data[side] = {"file": file, "caption": picture.caption} if picture and file else None
    return data
