"""The only writer of files and their uses."""

import datetime
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger import actions as ledger
from gongzhi.ledger.rules import NewEntry, Signer
from gongzhi.webkit.bulk import insert_if_new

from . import access, rules
from .access import FileUseView
from .models import File, FileUse
from .rules import Claims, Purpose


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """Bytes that were checked and stored, and are used by nobody yet."""

    sha256: str
    media_type: str
    size: int  # bytes
    purpose: Purpose
    claims: Claims


def keep_file(
    content: bytes | IO[bytes],
    *,
    name: str,
    purpose: str,
    subject: str,
    by: Signer,
    at: datetime.datetime,
) -> FileUseView:
    """Keep a file as proof of something.

    The same bytes are stored once; the same bytes for the same subject and purpose are one
    use, and keeping them again changes nothing.  The bytes are stored before the rows are
    written: a crash between the two leaves bytes that nobody uses, never a row without bytes.

    Args:
        content: the bytes, or a stream of them.
        name: what the sender calls the file; only told in refusals.
        purpose: one of `rules.Purpose`.
        subject: what it is proof of, `"case:<uuid>"`.
        by: who brings it.
        at: when; an aware datetime.

    Returns:
        The use.  Three statements.

    Raises:
        UnknownPurpose, EmptyFile, TooLarge, WrongType, BrokenFile, TooManyPixels: of the file.
        CannotStore: of the storage; nothing was kept.
    """
    return use_file(bring_file(content, name=name, purpose=purpose), subject=subject, by=by, at=at)


def bring_file(content: bytes | IO[bytes], *, name: str, purpose: str) -> BroughtFile:
    """Check and store bytes without touching the database.

    Useful before a deed's transaction, so that it need not wait for the disk.

    Raises:
        As `keep_file`.
    """
    limit = settings.PHOTO_MAX_MEGABYTES
    known = rules.purpose_named(purpose)
    if not isinstance(content, bytes):
        content = content.read(limit * rules.MEGABYTE + 1)
    media_type = rules.check_content(content, name=name, purpose=known, max_megabytes=limit)
    claims = Claims()
    if media_type in rules.IMAGES:
        claims = rules.exif_claims(content, zone=timezone.get_default_timezone())
    sha256 = sha256_hex(content)
    access.store_bytes(sha256, content, name=rules.shown_name(name))
    return BroughtFile(sha256, media_type, len(content), known, claims)


@transaction.atomic(savepoint=False)
def use_file(
    brought: BroughtFile, *, subject: str, by: Signer, at: datetime.datetime
) -> FileUseView:
    """Enter a file that was brought as proof of `subject`; once for each purpose."""
    purpose = brought.purpose.value
    insert_if_new(
        File(sha256=brought.sha256, media_type=brought.media_type, size=brought.size, kept_at=at)
    )
    use = _use(brought, subject=subject, by=by, at=at)
    if not insert_if_new(use):
        known = FileUse.objects.filter(file_id=brought.sha256, subject=subject, purpose=purpose)
        (view,) = access.views(known)
        return view
    facts = {"use": use.pk, "sha256": brought.sha256, "purpose": purpose}
    ledger.enter([NewEntry("evidence.kept", subject, by, at, facts)])
    return _view(use, brought)


def _use(brought: BroughtFile, *, subject: str, by: Signer, at: datetime.datetime) -> FileUse:
    return FileUse(
        file_id=brought.sha256,
        subject=subject,
        purpose=brought.purpose.value,
        brought_at=at,
        person_id=by.person_id,
        post_id=by.post_id,
        taken_at=brought.claims.taken_at,
        longitude=brought.claims.longitude,
        latitude=brought.claims.latitude,
    )


def _view(use: FileUse, brought: BroughtFile) -> FileUseView:
    """Return a use that was just written, as it would be read."""
    return FileUseView(
        use.pk,
        brought.sha256,
        brought.media_type,
        brought.size,
        use.subject,
        use.purpose,
        use.brought_at,
        use.person_id,
        use.post_id,
        use.taken_at,
        use.longitude,
        use.latitude,
    )
