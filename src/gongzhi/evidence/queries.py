"""What is kept as proof, and whether it still is what it was."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from . import access, rules
from .access import FileUseView
from .models import File, FileUse

__all__ = [
    "FileUseView", "FilesVerdict", "OpenedFile", "Trouble", "files_of", "open_file",
    "purposes_of", "verify_files",
]  # fmt: skip


def files_of(subject: str) -> list[FileUseView]:
    """Return every file kept as proof of `subject`, oldest first.  One statement."""
    return access.views(FileUse.objects.filter(subject=subject).order_by("brought_at", "id"))


def purposes_of(subject: str) -> Counter[str]:
    """Return how many files show each purpose of `subject`.  One statement."""
    return Counter(use.purpose for use in access.uses_of(subject=subject))


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A use and the stream of its bytes, which the caller closes."""

    use: FileUseView
    stream: IO[bytes]


def open_file(use_id: uuid.UUID) -> OpenedFile:
    """Return a file to be read.  One statement.

    Raises:
        NoSuchFile: there is no such use, or the storage has lost the bytes.
    """
    found = access.views(FileUse.objects.filter(pk=use_id))
    if not found:
        raise rules.NoSuchFile(use=str(use_id))
    return OpenedFile(found[0], access.open_bytes(found[0].sha256))


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stored file that is not what it was."""

    sha256: str
    what: str  # missing, altered, unreadable
    subjects: tuple[str, ...]  # that it is proof of


@dataclass(frozen=True, slots=True)
class FilesVerdict:
    """What the verification of the stored files found."""

    files: int
    troubles: tuple[Trouble, ...]


def verify_files(progress: Callable[[int, int], None] | None = None) -> FilesVerdict:
    """Recompute the SHA-256 of every stored file.

    Args:
        progress: called with the files verified and their number in all.
    """
    total, done, troubles = File.objects.count(), 0, []
    for sha256 in File.objects.order_by("pk").values_list("pk", flat=True).iterator(1000):
        what = _trouble_with(sha256)
        if what:
            subjects = FileUse.objects.filter(file_id=sha256).order_by("brought_at")
            told = tuple(subjects.values_list("subject", flat=True)[:10])
            troubles.append(Trouble(sha256, what, told))
        done += 1
        if progress:
            progress(done, max(total, done))
    return FilesVerdict(done, tuple(troubles))


def _trouble_with(sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        with access.open_bytes(sha256) as stream:
            for piece in access.chunks(stream):
                digest.update(piece)
    except rules.NoSuchFile:
        return "missing"
    except OSError:
        return "unreadable"
    return "" if digest.hexdigest() == sha256 else "altered"
