"""Files given to the administration: kept between the report of what would happen and the deed."""

import shutil
import time
import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.refusals import Invalid, NotFound

T = TypeVar("T")
MEGABYTE = 1024 * 1024
MOST_TABLE, MOST_MAP, MOST_PACK = 20 * MEGABYTE, 60 * MEGABYTE, 10 * MEGABYTE
MOST_MEMBERS = 200  # files of a pack
KEPT_SECONDS = 24 * 3600
TABLES = (".csv", ".tsv", ".xlsx")
MAPS = (".geojson", ".json")
PACKS = (".zip",)
_IN_PACK = {".csv", ".toml", ".md", ".txt", ""}


class FileMissing(Invalid):
    """No file was chosen."""

    code = "admin.file_missing"


class FileKindWrong(Invalid):
    """The file is of another kind."""

    code = "admin.file_kind"


class FileTooLarge(Invalid):
    """The file is larger than a page takes."""

    code = "admin.file_too_large"


class FileGone(NotFound):
    """The file that was given before is not kept any more."""

    code = "admin.file_gone"


class ArchiveUnfit(Invalid):
    """The archive is none, or holds what no pack holds."""

    code = "admin.archive_unfit"


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that waits: its name here, and where it lies."""

    id: UUID
    path: Path

    @property
    def folder(self) -> Path:
        """Return the folder of this file alone."""
        return self.path.parent


def _room(by: Actor) -> Path:
    return Path(settings.DATA_DIR) / "imports" / str(by.person_id or 0)


def keep(upload: "File[bytes] | None", *, endings: Collection[str], most: int, by: Actor) -> Staged:
    """Keep an uploaded file for its giver alone; sweep what waits since yesterday.

    Raises:
        FileMissing, FileKindWrong, FileTooLarge: it cannot be taken.
    """
    if upload is None or not upload.name:
        raise FileMissing
    name, ending = Path(upload.name).name[:80], Path(upload.name).suffix.lower()
    if ending not in endings:
        raise FileKindWrong(name=name, known=", ".join(sorted(endings)))
    if (upload.size or 0) > most:
        size = round((upload.size or 0) / MEGABYTE, 1)
        raise FileTooLarge(name=name, megabytes=size, most=most // MEGABYTE)
    sweep()
    number = uuid4()
    target = _room(by) / str(number) / f"upload{ending}"
    target.parent.mkdir(parents=True, mode=0o700)
    with target.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return Staged(number, target)


def find(number: UUID, *, by: Actor) -> Staged:
    """Return a file that waits.

    Raises:
        FileGone: none of this giver's waits under that number.
    """
    waiting = sorted((_room(by) / str(number)).glob("upload.*"))
    plain = next((one for one in waiting if ".refused" not in one.name), None)
    if plain is None:
        raise FileGone
    return Staged(number, plain)


def refused_of(number: UUID, *, by: Actor) -> Path:
    """Return the file of what was refused of a file given here.

    Raises:
        FileGone: there is none of this giver's.
    """
    found = sorted((_room(by) / str(number)).glob("*.refused.*"))
    if not found:
        raise FileGone
    return found[0]


def drop(staged: Staged) -> None:
    """Forget a file that has been used, but keep what was refused of it."""
    staged.path.unlink(missing_ok=True)


def sweep() -> None:
    """Remove what waits since yesterday."""
    oldest = time.time() - KEPT_SECONDS
    for folder in (Path(settings.DATA_DIR) / "imports").glob("*/*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def tried(deed: Callable[[], T]) -> T:
    """Return what a deed would come to, and leave everything as it was."""
    with transaction.atomic():
        result = deed()
        transaction.set_rollback(True)
    return result


def unpacked(staged: Staged) -> Path:
    """Return the folder of a pack that was given as an archive.

    Raises:
        ArchiveUnfit: no archive, or one with what no pack holds.
    """
    target = staged.folder / "pack"
    if not target.exists():
        try:
            _unpack(staged.path, target)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
            shutil.rmtree(target, ignore_errors=True)
            facts = {"name": staged.path.name, "most": MOST_PACK // MEGABYTE}
            raise ArchiveUnfit(**facts) from None
    if (target / "pack.toml").exists():
        return target
    tops = [one for one in target.iterdir() if (one / "pack.toml").exists()]
    return tops[0] if len(tops) == 1 else target


def _unpack(archive: Path, target: Path) -> None:
    """Write the members of an archive below `target`: few, small, and nowhere else.

    Raises:
        ValueError: the archive holds something else.
    """
    with zipfile.ZipFile(archive) as pack:
        members = [one for one in pack.infolist() if not one.is_dir()]
        if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > MOST_PACK:
            raise ValueError("too much")
        for one in members:
            place = (target / one.filename).resolve()
            if not place.is_relative_to(target.resolve()) or place.suffix not in _IN_PACK:
                raise ValueError(one.filename)
            place.parent.mkdir(parents=True, exist_ok=True)
            with pack.open(one) as source:
                content = source.read(MOST_PACK + 1)
            if len(content) > one.file_size:
                raise ValueError("larger than told")
            place.write_bytes(content)
