"""Files kept as proof: their uses, what they look like, and what of them is hidden."""

import datetime
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.accounts.rules import Actor
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger import actions as ledger
from gongzhi.ledger.rules import NewEntry, Signer
from gongzhi.webkit.bulk import insert_if_new

from .. import access, rules
from ..access import FileUseView
from ..models import Blackout, File, FileUse
from ..rules import Box, Claims, Fingerprint, Purpose

log = logging.getLogger(__name__)


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


# What photographs look like.


def fingerprint_new(at: datetime.datetime, *, limit: int) -> int:
    """Look at files that nobody has looked at yet, oldest first; return at how many.

    A file that cannot be read now is logged and passed over until the next time.
    """
    waiting = File.objects.filter(looked_at=None).order_by("kept_at").values_list("pk", flat=True)
    done = 0
    for sha256 in waiting[:limit]:
        try:
            fingerprint_file(sha256, at=at)
        except (OSError, MemoryError):
            log.exception("the file %s cannot be looked at now", sha256)
        else:
            done += 1
    return done


def fingerprint_file(sha256: str, *, at: datetime.datetime) -> None:
    """Compute what a kept file looks like, for `queries.flags_of`.

    Computing it again gives the same; it is derived from the bytes, so that the ledger says
    nothing of it.  A document or a lost file is marked as looked at, without a
    fingerprint.  Two statements.
    """
    media_type = File.objects.filter(pk=sha256).values_list("media_type", flat=True).first()
    found = _fingerprint_of(sha256) if media_type in rules.SHOWABLE else None
    facts: dict[str, int | None] = dict.fromkeys(_LOOKS)
    if found is not None:
        facts = dict(zip(_LOOKS, (found.signed, found.colour, *found.bands), strict=True))
    File.objects.filter(pk=sha256).update(looked_at=at, **facts)


_LOOKS = ("fingerprint", "colour", "band_1", "band_2", "band_3", "band_4")


def _fingerprint_of(sha256: str) -> Fingerprint | None:
    try:
        with access.open_bytes(sha256) as stream:
            return access.look_at(stream)
    except (rules.NoPreview, rules.NoSuchFile):
        return None


# Faces and number plates.


@transaction.atomic
def black_out(
    use_id: uuid.UUID, boxes: Iterable[Box], *, by: Actor, at: datetime.datetime
) -> tuple[Box, ...]:
    """Hide parts of a picture from everybody without right to the original.

    The original is untouched.  The same bytes used as proof of something else are hidden
    there too.  Boxes drawn before for this use are replaced.  What was suggested has been
    looked over by this.

    Args:
        use_id: of a picture that can be shown.
        boxes: in shares of the upright picture.
        by: whoever works for the place; where, is for the caller to judge.
        at: when; an aware datetime.

    Returns:
        The boxes as they are kept.

    Raises:
        NotYours: `by` has no role for it.
        NoSuchFile, NoPreview: of the use.
        BadBoxes: of the boxes.
    """
    rules.need_to_black_out(by)
    kept = rules.checked_boxes(boxes)
    use = use_for_change(use_id)
    if use.file.media_type not in rules.SHOWABLE:
        raise rules.NoPreview
    before = access.boxes_of(use.file_id)
    Blackout.objects.filter(use=use, lifted_at=None).update(lifted_at=at)
    Blackout.objects.create(
        use=use,
        file_id=use.file_id,
        boxes=rules.as_numbers(kept),
        made_at=at,
        person_id=by.person_id,
        post_id=by.post_id,
    )
    facts = {"use": use.pk, "sha256": use.file_id, "boxes": rules.as_numbers(kept)}
    ledger.record("evidence.blacked_out", subject=use.subject, by=by, at=at, facts=facts)
    if use.file.suggestions and use.file.looked_over_at is None:
        File.objects.filter(pk=use.file_id).update(looked_over_at=at)
    _forget_later(use.file_id, before)
    return kept


@transaction.atomic
def show_again(use_id: uuid.UUID, *, by: Actor, at: datetime.datetime) -> None:
    """Lift the boxes drawn for one use of a picture; what other uses hide stays hidden.

    Args:
        use_id: of the picture.
        by: a duty head or supervisor.
        at: when; an aware datetime.

    Raises:
        NotYours: `by` has no role for it.
        NoSuchFile: there is no such use.
        NotBlackedOut: nothing was hidden for this use.
    """
    rules.need_to_show_again(by)
    use = use_for_change(use_id)
    before = access.boxes_of(use.file_id)
    if not Blackout.objects.filter(use=use, lifted_at=None).update(lifted_at=at):
        raise rules.NotBlackedOut
    facts = {"use": use.pk, "sha256": use.file_id}
    ledger.record("evidence.shown_again", subject=use.subject, by=by, at=at, facts=facts)
    _forget_later(use.file_id, before)


def use_for_change(use_id: uuid.UUID) -> FileUse:
    """Return a use and its file, for whoever changes it alone.

    Raises:
        NoSuchFile: there is no such use.
    """
    locked = FileUse.objects.select_for_update(of=("self",)).select_related("file")
    use = locked.filter(pk=use_id).first()
    if use is None:
        raise rules.NoSuchFile(use=str(use_id))
    return use


def _forget_later(sha256: str, boxes: tuple[Box, ...]) -> None:
    """Delete the derivatives of old boxes once the deed stands; those without boxes stay."""
    if boxes:
        transaction.on_commit(lambda: access.forget_derivatives(sha256, boxes))
