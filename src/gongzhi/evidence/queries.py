"""What is kept as proof, and whether it still is what it was."""

import datetime
import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import Count, Min

from gongzhi.ledger.rules import Signer

from . import access, rules
from .access import FileUseView
from .models import Blackout, File, FileUse
from .rules import Box, Elsewhere, Flag, Photo, Size, Suggestion, Tolerances, UploadView

__all__ = [
    "FileUseView", "FilesVerdict", "HiddenParts", "OpenedFile", "Proof", "ShownPicture",
    "StandingPoint", "Trouble", "data_about", "derivative", "files_of", "files_of_many", "flags_of",
    "flags_of_many", "hidden_parts", "open_file", "pictures_of", "proof_of", "purposes_of",
    "suggested_parts", "upload_of", "use_of", "verify_files",
]  # fmt: skip


def files_of(subject: str) -> list[FileUseView]:
    """Return every file kept as proof of `subject`, oldest first.  One statement."""
    return access.views(FileUse.objects.filter(subject=subject).order_by("brought_at", "id"))


def files_of_many(subjects: Iterable[str]) -> list[FileUseView]:
    """Return every file kept as proof of many subjects, by subject, oldest first.

    One statement; none for no subjects.
    """
    wanted = list(subjects)
    if not wanted:
        return []
    uses = FileUse.objects.filter(subject__in=wanted)
    return access.views(uses.order_by("subject", "brought_at", "id"))


def purposes_of(subject: str, *, later_than: datetime.datetime | None = None) -> Counter[str]:
    """Return how many files show each purpose of `subject`.  One statement.

    Args:
        subject: what they show.
        later_than: only those brought after it.
    """
    uses = access.uses_of(subject=subject)
    return Counter(use.purpose for use in uses if not later_than or use.brought_at > later_than)


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
    use = use_of(use_id)
    return OpenedFile(use, access.open_bytes(use.sha256))


def use_of(use_id: uuid.UUID) -> FileUseView:
    """Return one use, for instance to judge who may see it.  One statement.

    Raises:
        NoSuchFile: there is no such use.
    """
    found = access.views(FileUse.objects.filter(pk=use_id))
    if not found:
        raise rules.NoSuchFile(use=str(use_id))
    return found[0]


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture as everybody who may see its subject sees it."""

    use: FileUseView
    content: bytes
    media_type: str
    tag: str  # another one when something was blacked out: for ETag

    @property
    def is_blacked_out(self) -> bool:
        """Return whether parts of it are hidden."""
        return self.tag.count(".") > _PLAIN_DOTS


_PLAIN_DOTS = 2  # of a derived name without a mark for boxes


def derivative(use_id: uuid.UUID, size: str) -> ShownPicture:
    """Return a picture upright, resized, blacked out where somebody said so, without metadata.

    Who may see it is for the caller to judge, by the subject of `use_of`.  Two statements.

    Args:
        use_id: of a picture.
        size: one of `rules.Size`; any other word is read as `large`.

    Raises:
        NoSuchFile: there is no such use, or the storage has lost the bytes.
        NoPreview: a document, or a picture that cannot be decoded.
    """
    use = use_of(use_id)
    if use.media_type not in rules.SHOWABLE:
        raise rules.NoPreview
    wanted = Size(size) if size in set(Size) else Size.LARGE
    boxes = access.boxes_of(use.sha256)
    content = access.derivative(use.sha256, wanted, boxes=boxes)
    tag = rules.derived_name(use.sha256, wanted, boxes).rsplit("/", 1)[-1]
    return ShownPicture(use, content, rules.MEDIA_TYPES[wanted], tag)


def pictures_of(uses: Iterable[FileUseView], size: Size) -> dict[uuid.UUID, ShownPicture]:
    """Return pictures as `derivative` does, by use; what cannot be shown is left out.

    One statement, however many; who may see them is for the caller to judge.
    """
    wanted = [use for use in uses if use.media_type in rules.SHOWABLE]
    hidden = access.boxes_of_many({use.sha256 for use in wanted}) if wanted else {}
    found = {}
    for use in wanted:
        boxes = hidden.get(use.sha256, ())
        try:
            content = access.derivative(use.sha256, size, boxes=boxes)
        except (rules.NoPreview, rules.NoSuchFile):
            continue
        tag = rules.derived_name(use.sha256, size, boxes).rsplit("/", 1)[-1]
        found[use.id] = ShownPicture(use, content, rules.MEDIA_TYPES[size], tag)
    return found


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """What is blacked out of a picture: for this use of its file, and for others."""

    own: tuple[Box, ...]
    others: tuple[Box, ...]


def hidden_parts(use: FileUseView) -> HiddenParts:
    """Return what is hidden of a picture, to be drawn anew.  One statement."""
    rows = Blackout.objects.filter(file_id=use.sha256, lifted_at=None)
    own: list[Box] = []
    others: list[Box] = []
    for use_id, boxes in rows.order_by("pk").values_list("use_id", "boxes"):
        (own if use_id == use.id else others).extend(rules.from_numbers(boxes))
    return HiddenParts(tuple(own), tuple(others))


def suggested_parts(use: FileUseView) -> tuple[Suggestion, ...] | None:
    """Return what is suggested to be blacked out and was looked over by nobody.

    None where the picture has not been searched.  One statement.
    """
    row = File.objects.filter(pk=use.sha256).values_list(
        "searched_at", "suggestions", "looked_over_at"
    )
    searched_at, suggestions, looked_over_at = row.get()
    if searched_at is None:
        return None
    return () if looked_over_at else tuple(rules.from_words_and_numbers(suggestions))


def flags_of(
    subject: str,
    *,
    longitude: float,
    latitude: float,
    reported_at: datetime.datetime,
    tolerances: Tolerances = rules.USUAL,
) -> list[Flag]:
    """Return what whoever checks should notice about the photographs of `subject`.

    Three statements, however many files there are; one when it has no photographs.

    Args:
        subject: `"case:<uuid>"`; compared with other subjects of the same kind.
        longitude: of the subject, degrees east, WGS 84.
        latitude: of the subject, degrees north, WGS 84.
        reported_at: when it was reported; aware.
        tolerances: what is not yet noticed.
    """
    photos = _photos_of(subject)
    if not photos:
        return []
    return rules.flags(
        photos,
        elsewhere=_elsewhere(photos, subject),
        longitude=longitude,
        latitude=latitude,
        reported_at=reported_at,
        tolerances=tolerances,
    )


@dataclass(frozen=True, slots=True)
class StandingPoint:
    """Where a subject lies, degrees, WGS 84, and when it was reported."""

    longitude: float
    latitude: float
    reported_at: datetime.datetime


MOST_USES = 20_000  # of the same pictures, looked at for many subjects together


def flags_of_many(
    subjects: Mapping[str, StandingPoint], *, tolerances: Tolerances = rules.USUAL
) -> dict[str, list[Flag]]:
    """Return what `flags_of` tells of each subject; those without flags are left out.

    Three statements, however many; one without photographs.

    Args:
        subjects: some dozens; all of one kind.
        tolerances: what is not yet noticed.
    """
    photos: dict[str, list[Photo]] = {}
    uses = FileUse.objects.filter(subject__in=list(subjects)).select_related("file")
    for use in uses.order_by("brought_at", "id"):
        if _is_photo(use):
            photos.setdefault(use.subject, []).append(_photo(use))
    every = [one for rows in photos.values() for one in rows]
    if not every:
        return {}
    near = access.files_like([one.fingerprint for one in every if one.fingerprint is not None])
    users = _users({*near, *(one.sha256 for one in every)}, like=next(iter(photos)))
    found = {
        subject: rules.flags(
            rows,
            elsewhere=_elsewhere_of(rows, subject, near=near, users=users),
            longitude=subjects[subject].longitude,
            latitude=subjects[subject].latitude,
            reported_at=subjects[subject].reported_at,
            tolerances=tolerances,
        )
        for subject, rows in photos.items()
    }
    return {subject: flags for subject, flags in found.items() if flags}


def _users(files: set[str], *, like: str) -> dict[str, list[str]]:
    """Return the subjects of the kind of `like` that use each file, by name.  One statement."""
    rows = FileUse.objects.filter(
        file_id__in=files, subject__startswith=f"{like.partition(':')[0]}:"
    )
    users: dict[str, list[str]] = {}
    pairs = rows.order_by("subject").values_list("file_id", "subject").distinct()
    for sha256, subject in pairs[:MOST_USES]:
        users.setdefault(sha256, []).append(subject)
    return users


def _elsewhere_of(
    photos: list[Photo],
    subject: str,
    *,
    near: Mapping[str, rules.Fingerprint],
    users: Mapping[str, list[str]],
) -> list[Elsewhere]:
    own = {one.sha256 for one in photos}
    prints = [one.fingerprint for one in photos if one.fingerprint is not None]
    found = []
    for sha256, subjects in users.items():
        looks = near.get(sha256)
        if sha256 in own or (looks and any(rules.are_near(looks, one) for one in prints)):
            others = [one for one in subjects if one != subject]
            if others:
                found.append(Elsewhere(sha256, others[0], len(others), looks))
    return found


@dataclass(frozen=True, slots=True)
class Proof:
    """Every file kept as proof of a subject, oldest first, and the doubts about them."""

    files: tuple[FileUseView, ...]
    flags: tuple[Flag, ...]


def proof_of(
    subject: str,
    *,
    longitude: float | None,
    latitude: float | None,
    reported_at: datetime.datetime,
    tolerances: Tolerances = rules.USUAL,
) -> Proof:
    """Return the files of `subject` together with the flags of its photographs.

    Three statements, however many files there are; one when it has no photographs.  A
    subject without a position has no doubts of place.

    Args:
        subject: as of `flags_of`.
        longitude: of the subject, degrees east, WGS 84; None where only its address is known.
        latitude: of the subject, degrees north, WGS 84; likewise.
        reported_at: when it was reported; aware.
        tolerances: what is not yet noticed.
    """
    uses = list(
        FileUse.objects.filter(subject=subject).select_related("file").order_by("brought_at", "id")
    )
    photos = [_photo(use) for use in uses if _is_photo(use)]
    found: list[Flag] = []
    if photos:
        found = rules.flags(
            photos,
            elsewhere=_elsewhere(photos, subject),
            longitude=longitude or 0.0,
            latitude=latitude or 0.0,
            reported_at=reported_at,
            tolerances=tolerances,
        )
    if longitude is None or latitude is None:
        found = [flag for flag in found if flag.code != rules.Doubt.TAKEN_ELSEWHERE]
    return Proof(tuple(access.view_of(use) for use in uses), tuple(found))


def _is_photo(use: FileUse) -> bool:
    return use.file.media_type in rules.IMAGES and use.purpose != rules.Purpose.DOCUMENT


def _photos_of(subject: str) -> list[Photo]:
    uses = (
        FileUse.objects.filter(subject=subject, file__media_type__in=rules.IMAGES)
        .exclude(purpose=rules.Purpose.DOCUMENT.value)
        .select_related("file")
        .order_by("brought_at", "id")
    )
    return [_photo(use) for use in uses]


def _photo(use: FileUse) -> Photo:
    return Photo(
        use_id=str(use.pk),
        purpose=use.purpose,
        sha256=use.file_id,
        brought_at=use.brought_at,
        taken_at=use.taken_at,
        longitude=use.longitude,
        latitude=use.latitude,
        fingerprint=access.fingerprint_from(use.file.fingerprint, use.file.colour),
    )


def _elsewhere(photos: list[Photo], subject: str) -> list[Elsewhere]:
    """Return the files of other subjects that are the same or look the same."""
    wanted = [one.fingerprint for one in photos if one.fingerprint is not None]
    near = access.files_like(wanted)
    kind = subject.partition(":")[0]
    used = (
        FileUse.objects.filter(file_id__in={*near, *(one.sha256 for one in photos)})
        .filter(subject__startswith=f"{kind}:")
        .exclude(subject=subject)
        .order_by()
        .values_list("file_id")
        .annotate(first=Min("subject"), subjects=Count("subject", distinct=True))
    )
    return [
        Elsewhere(sha256, first, subjects, near.get(sha256)) for sha256, first, subjects in used
    ]


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


def upload_of(upload_id: uuid.UUID, *, by: Signer, at: datetime.datetime) -> UploadView:
    """Return how far an upload has come.  One statement.

    Raises:
        NoSuchUpload: none, expired, or somebody else's.
    """
    return access.upload_view(access.own_upload(access.upload(upload_id), by=by, at=at))


def data_about(person_id: int) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the house keeps about a person, part by part, as JSON values.

    See `accounts.queries.data_about`.  One statement; no index leads there, since it is
    asked for once in a while.
    """
    brought = FileUse.objects.filter(person_id=person_id).order_by("brought_at", "pk")
    return {
        "photographs": [
            {
                "subject": row.subject,
                "purpose": row.purpose,
                "brought_at": row.brought_at.isoformat(),
                "taken_at": row.taken_at.isoformat() if row.taken_at else None,
                "longitude": row.longitude,
                "latitude": row.latitude,
            }
            for row in brought
        ]
    }
