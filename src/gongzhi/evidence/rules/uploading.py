"""Files that come in pieces: what may be begun, where it goes on, when it is whole.

The words follow the resumable upload protocol tus 1.0 (offset, length, resumable) where
they fit; the bytes themselves are judged by `keeping` when the file is used, not before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, Refusal

from .keeping import MEGABYTE, EmptyFile, TooLarge, shown_name

MOST_PIECE = 512 * 1024  # bytes taken at once
KEPT_FOR = timedelta(hours=48)  # a phone may be without network over a night
WINDOW = timedelta(hours=24)  # in which uploads of one sender are counted


class NoSuchUpload(NotFound):
    """There is no such upload: never begun, expired, or begun by somebody else."""

    code = "evidence.no_such_upload"


class UploadIdTaken(Conflict):
    """The id was given for another file before."""

    code = "evidence.upload_id_taken"


class UploadElsewhere(Conflict):
    """The piece does not go on where the upload stands."""

    code = "evidence.upload_elsewhere"


class UploadTooLong(Invalid):
    """The piece would make the file longer than was announced."""

    code = "evidence.upload_too_long"


class PieceTooLarge(Invalid):
    """The piece has more bytes than are taken at once."""

    code = "evidence.piece_too_large"


class BadOffset(Invalid):
    """It is not said from which byte on the piece goes."""

    code = "evidence.bad_offset"


class UploadIncomplete(Conflict):
    """The file is to be used and has not arrived whole."""

    code = "evidence.upload_incomplete"


class UploadAltered(Invalid):
    """The bytes that arrived are not those that were announced."""

    code = "evidence.upload_altered"


class TooManyUploads(Refusal):
    """The sender has begun as many uploads as one may in a day."""

    code = "evidence.too_many_uploads"
    status: ClassVar[int] = 429


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file that is announced.

    Attributes:
        id: made by the sender; the same announcement sent twice is one upload.
        size: bytes.
        sha256: of the whole, hexadecimal; blank when the sender does not know it.
        origin: by what the sender is counted; nobody can be found by it.
    """

    id: UUID
    name: str
    size: int
    purpose: str
    sha256: str
    origin: str


@dataclass(frozen=True, slots=True)
class UploadView:
    """An upload as its sender sees it; whole when `offset` equals `size`."""

    id: UUID
    name: str
    purpose: str
    size: int  # bytes
    offset: int  # bytes that are there
    expires_at: datetime

    @property
    def is_whole(self) -> bool:
        """Has every byte arrived?"""
        return self.offset == self.size


def check_announced(name: str, size: int, *, max_megabytes: int) -> str:
    """Return the name as it is kept, or refuse a file that could never be kept.

    Raises:
        EmptyFile, TooLarge: by the announced size.
    """
    shown = shown_name(name)
    if size < 1:
        raise EmptyFile(name=shown)
    if size > max_megabytes * MEGABYTE:
        raise TooLarge(name=shown, megabytes=max_megabytes)
    return shown


def check_piece(length: int, *, offset: int, size: int) -> None:
    """Refuse a piece that is too large, or that runs over the end.

    Raises:
        PieceTooLarge, UploadTooLong.
    """
    if length > MOST_PIECE:
        raise PieceTooLarge(kilobytes=MOST_PIECE // 1024)
    if offset + length > size:
        raise UploadTooLong(size=size)


def offset_named(text: str) -> int:
    """Return the offset that a header says.

    Raises:
        BadOffset: it says none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 12):  # noqa: PLR2004 - digits
        raise BadOffset
    return int(text)
