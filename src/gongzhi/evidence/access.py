"""The bytes of files in the storage, and how a use of a file is read."""

import contextlib
import datetime
import errno
import logging
import os
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import QuerySet

from gongzhi.webkit.prepared import Prepared

from .models import FileUse
from .rules import CannotStore, NoSuchFile, storage_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileUseView:
    """One use of a file as proof."""

    id: uuid.UUID
    sha256: str
    media_type: str
    size: int  # bytes
    subject: str
    purpose: str
    brought_at: datetime.datetime
    person_id: int | None
    post_id: int | None
    taken_at: datetime.datetime | None  # EXIF claims
    longitude: float | None  # EXIF claims, degrees east, WGS 84
    latitude: float | None  # EXIF claims, degrees north, WGS 84


_VIEW = (
    "id", "file_id", "file__media_type", "file__size", "subject", "purpose", "brought_at",
    "person_id", "post_id", "taken_at", "longitude", "latitude",
)  # fmt: skip


def views(uses: QuerySet[FileUse]) -> list[FileUseView]:
    """Return `uses` as frozen values.  One statement."""
    return [FileUseView(*row) for row in uses.values_list(*_VIEW)]


# The proof of one subject, in no order.
uses_of = Prepared(lambda subject: FileUse.objects.filter(subject=subject), "subject")


def store_bytes(sha256: str, content: bytes, *, name: str) -> None:
    """Put `content` into the storage, whole or not at all; nothing when it is there already.

    On a file system the bytes go to a temporary file that is flushed to the disk and then
    renamed, so that neither a crash nor a full disk leaves half a file under the name.
    A file of the wrong length under the name, as left by other hands, is replaced.

    Args:
        sha256: of `content`.
        content: the bytes.
        name: told in the refusal.

    Raises:
        CannotStore: no room, no permission, no connection; nothing was kept.
    """
    place = storage_name(sha256)
    try:
        if default_storage.exists(place) and default_storage.size(place) == len(content):
            return
        if isinstance(default_storage, FileSystemStorage):
            _write_durably(Path(default_storage.path(place)), content)
        else:
            _save_elsewhere(place, content)
    except (OSError, SuspiciousOperation) as trouble:
        log.exception("a file of %s bytes could not be stored", len(content))
        reason = errno.errorcode.get(getattr(trouble, "errno", None) or 0, "unknown")
        raise CannotStore(name=name, reason=reason) from trouble


def _save_elsewhere(place: str, content: bytes) -> None:
    default_storage.delete(place)
    saved = default_storage.save(place, ContentFile(content))
    if saved != place:  # another process was quicker with the same bytes
        default_storage.delete(saved)


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the file system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open_bytes(sha256: str) -> IO[bytes]:
    """Return a stream of the bytes with this SHA-256; the caller closes it.

    Raises:
        NoSuchFile: the storage does not have them.
    """
    try:
        return default_storage.open(storage_name(sha256), "rb")
    except FileNotFoundError as missing:
        raise NoSuchFile(sha256=sha256) from missing


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in pieces of one megabyte."""
    while piece := stream.read(1 << 20):
        yield piece
