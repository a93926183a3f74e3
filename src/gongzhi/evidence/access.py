"""The bytes of files in the storage, and how a use of a file is read."""

import contextlib
import datetime
import errno
import fcntl
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import CharField, Q, QuerySet

from gongzhi.ledger.rules import Signer
from gongzhi.webkit.prepared import Given, Prepared

from .models import Blackout, File, FileUse, Upload
from .rules import (
    Box,
    CannotStore,
    Fingerprint,
    NoPreview,
    NoSuchFile,
    NoSuchUpload,
    Size,
    Suggestion,
    UploadElsewhere,
    UploadView,
    are_near,
    derived_name,
    fingerprint,
    from_numbers,
    from_signed,
    from_words_and_numbers,
    shown,
    storage_name,
)

log = logging.getLogger(__name__)

MOST_CANDIDATES = 5_000  # files compared bit by bit; more share a quarter only by fog and night
# Decoding needs up to some hundred megabytes: one picture at a time in a process.
_ONE_AT_A_TIME = threading.Lock()


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
    likenesses: tuple[str, ...] = ()  # suggested to be blacked out, looked over by nobody yet


_VIEW = (
    "id", "file_id", "file__media_type", "file__size", "subject", "purpose", "brought_at",
    "person_id", "post_id", "taken_at", "longitude", "latitude",
    "file__suggestions", "file__looked_over_at",
)  # fmt: skip


def views(uses: QuerySet[FileUse]) -> list[FileUseView]:
    """Return `uses` as frozen values.  One statement."""
    return [
        FileUseView(*[*row, _likenesses(suggestions, looked_over_at)])
        for *row, suggestions, looked_over_at in uses.values_list(*_VIEW)
    ]


def _likenesses(
    suggestions: list[list[str | float]] | None, looked_over_at: datetime.datetime | None
) -> tuple[str, ...]:
    """Return what is suggested and still open, each kind once, in order."""
    if not suggestions or looked_over_at is not None:
        return ()
    return tuple(sorted({one.likeness.value for one in from_words_and_numbers(suggestions)}))


def view_of(use: FileUse) -> FileUseView:
    """Return a row, read together with its file, as a frozen value."""
    return FileUseView(
        use.pk,
        use.file_id,
        use.file.media_type,
        use.file.size,
        use.subject,
        use.purpose,
        use.brought_at,
        use.person_id,
        use.post_id,
        use.taken_at,
        use.longitude,
        use.latitude,
        _likenesses(use.file.suggestions, use.file.looked_over_at),
    )


# The proof of one subject, in no order.
uses_of = Prepared(lambda: FileUse.objects.filter(subject=Given("subject", CharField())))


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
    _store(storage_name(sha256), content, name=name)


def _store(place: str, content: bytes, *, name: str) -> None:
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


_flushes: ContextVar[bool] = ContextVar("flushes", default=True)


@contextlib.contextmanager
def without_flushing() -> Iterator[None]:
    """Leave it to the system when stored bytes reach the disk: for what can be made anew."""
    token = _flushes.set(False)
    try:
        yield
    finally:
        _flushes.reset(token)


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if _flushes.get():
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if not _flushes.get():
        return
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


# Derivatives: made once, beside the original.


def boxes_of(sha256: str) -> tuple[Box, ...]:
    """Return what is hidden of a picture, by any use of it.  One statement."""
    stored = Blackout.objects.filter(file_id=sha256, lifted_at=None).values_list("boxes", flat=True)
    return tuple(sorted({box for boxes in stored for box in from_numbers(boxes)}))


def boxes_of_many(files: Collection[str]) -> dict[str, tuple[Box, ...]]:
    """Return what is hidden of each picture that has hidden parts.  One statement."""
    found: dict[str, set[Box]] = {}
    rows = Blackout.objects.filter(file_id__in=list(files), lifted_at=None)
    for sha256, boxes in rows.values_list("file_id", "boxes"):
        found.setdefault(sha256, set()).update(from_numbers(boxes))
    return {sha256: tuple(sorted(boxes)) for sha256, boxes in found.items()}


def derivative(sha256: str, size: Size, *, boxes: Sequence[Box]) -> bytes:
    """Return a picture as it is shown, made and stored when it is wanted for the first time.

    That a picture cannot be shown is remembered too, as a derivative without bytes.  When
    the storage takes nothing, the picture is shown all the same and made again next time.

    Raises:
        NoPreview: it cannot be shown.
        NoSuchFile: the storage has lost the original.
    """
    place = derived_name(sha256, size, boxes)
    content = _stored(place)
    if content is None:
        with _ONE_AT_A_TIME:
            content = _stored(place)
            if content is None:
                content = _made(sha256, size, boxes)
                with contextlib.suppress(CannotStore):
                    _store(place, content, name=place)
    if not content:
        raise NoPreview
    return content


def _stored(place: str) -> bytes | None:
    try:
        with default_storage.open(place, "rb") as stream:
            return bytes(stream.read())
    except FileNotFoundError:
        return None


def _made(sha256: str, size: Size, boxes: Sequence[Box]) -> bytes:
    with open_bytes(sha256) as stream:
        try:
            return shown(stream, size, boxes=boxes)
        except NoPreview:
            return b""


def forget_derivatives(sha256: str, boxes: Sequence[Box]) -> None:
    """Delete derivatives that will not be wanted again; what cannot be deleted stays unseen."""
    for size in Size:
        with contextlib.suppress(OSError, SuspiciousOperation):
            default_storage.delete(derived_name(sha256, size, boxes))


# What may have to be blacked out.

SEARCH_SECONDS = 45  # for one picture, with the start of the process; usually about two
_ONE_SEARCH = threading.Lock()


def search(content: bytes) -> list[Suggestion]:
    """Return what a program finds in a JPEG of ours, in a process that may fail or be killed.

    One picture at a time in a process; nothing when it takes too long or goes wrong.
    """
    command = [sys.executable, "-m", "gongzhi.evidence.rules.detecting"]
    surroundings = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    try:
        with _ONE_SEARCH:
            done = subprocess.run(  # noqa: S603 - our own module; the picture is its input
                command,
                input=content,
                env={**surroundings, "OPENBLAS_NUM_THREADS": "1"},
                capture_output=True,
                check=True,
                timeout=SEARCH_SECONDS,
            )
        return from_words_and_numbers(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError, OSError):
        log.warning("a picture could not be searched for faces and plates", exc_info=True)
        return []


# What looks the same.


def look_at(stream: IO[bytes]) -> Fingerprint | None:
    """Return the fingerprint of a picture, one picture at a time in a process.

    Raises:
        NoPreview: it cannot be decoded.
    """
    with _ONE_AT_A_TIME:
        return fingerprint(stream)


def fingerprint_from(signed: int | None, colour: int | None) -> Fingerprint | None:
    """Return a stored fingerprint."""
    return None if signed is None or colour is None else from_signed(signed, colour)


def candidates(wanted: Sequence[Fingerprint]) -> QuerySet[File]:
    """Return the files of which a quarter of the fingerprint is that of one wanted.

    Whatever differs in fewer bits than there are quarters is among them.
    """
    same = Q()
    for place, column in enumerate(("band_1", "band_2", "band_3", "band_4")):
        same |= Q(**{f"{column}__in": sorted({one.bands[place] for one in wanted})})
    return File.objects.filter(same)


def files_like(wanted: Sequence[Fingerprint]) -> dict[str, Fingerprint]:
    """Return the files that look like one wanted.

    One statement; at most `MOST_CANDIDATES` are compared.
    """
    rows = candidates(wanted).values_list("pk", "fingerprint", "colour")[:MOST_CANDIDATES]
    known = {sha256: from_signed(signed or 0, colour or 0) for sha256, signed, colour in rows}
    return {
        sha256: found
        for sha256, found in known.items()
        if any(are_near(found, one) for one in wanted)
    }


# Uploads under way: one file for each, as long as what has arrived.


def upload(upload_id: uuid.UUID) -> Upload:
    """Return an upload.  One statement.

    Raises:
        NoSuchUpload: there is none.
    """
    row = Upload.objects.filter(pk=upload_id).first()
    if row is None:
        raise NoSuchUpload
    return row


def own_upload(row: Upload, *, by: Signer, at: datetime.datetime) -> Upload:
    """Return an upload that `by` may go on with: their own, or begun without an account.

    The id of an upload without an account is its key; only its sender knows it.

    Raises:
        NoSuchUpload: somebody else's, or expired.
    """
    if row.expires_at <= at or row.person_id not in (None, by.person_id):
        raise NoSuchUpload
    return row


def upload_view(row: Upload) -> UploadView:
    """Return an upload with the length of what has arrived."""
    offset = min(_length_of(_piece_file(row.pk)), row.size)
    return UploadView(row.pk, row.name, row.purpose, row.size, offset, row.expires_at)


def append_piece(row: Upload, piece: bytes, *, offset: int) -> None:
    """Write a piece at the end of what has arrived; of two at once the second is refused.

    Raises:
        UploadElsewhere: the end is not at `offset`.
        CannotStore: no room, no permission.
    """
    path = _piece_file(row.pk)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            length = os.fstat(file.fileno()).st_size
            if length != offset:
                raise UploadElsewhere(offset=length)
            file.write(piece)
    except OSError as trouble:
        log.exception("a piece of %s bytes could not be written", len(piece))
        reason = errno.errorcode.get(trouble.errno or 0, "unknown")
        raise CannotStore(name=row.name, reason=reason) from trouble


def uploaded_bytes(row: Upload) -> bytes:
    """Return what has arrived of an upload."""
    try:
        return _piece_file(row.pk).read_bytes()
    except FileNotFoundError:
        return b""


def forget_piece_file(upload_id: uuid.UUID) -> None:
    """Delete what has arrived of an upload."""
    _piece_file(upload_id).unlink(missing_ok=True)


def _piece_file(upload_id: uuid.UUID) -> Path:
    """Return where the pieces of an upload lie: beside the files, where they cannot be served."""
    return Path(settings.MEDIA_ROOT) / "under-way" / upload_id.hex


def _length_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
