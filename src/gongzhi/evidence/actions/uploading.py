"""Files that come in pieces: announced, brought piece by piece, used as proof, forgotten.

How far an upload has come is the length of its file and nothing else.  A process killed
in the midst of a piece leaves a shorter file, from whose end the sender goes on.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger.rules import Signer
from gongzhi.webkit.bulk import insert_if_new

from .. import access, rules
from ..models import Upload
from ..rules import NewUpload, UploadView
from .keeping import BroughtFile, bring_file

BATCH = 200  # expired uploads forgotten in one tick


def begin_upload(new: NewUpload, *, by: Signer, at: datetime) -> UploadView:
    """Announce a file that will come in pieces; announced twice it is one upload.

    Args:
        new: what is announced.
        by: the sender; anybody.
        at: when; an aware datetime.

    Raises:
        UnknownPurpose, EmptyFile, TooLarge: it could never be kept.
        UploadIdTaken: the id belongs to another file.
        NoSuchUpload: it was announced so long ago that it has expired.
        TooManyUploads: the sender has begun too many today.
    """
    purpose = rules.purpose_named(new.purpose).value
    limit = settings.PHOTO_MAX_MEGABYTES
    name = rules.check_announced(new.name, new.size, max_megabytes=limit)
    known = Upload.objects.filter(pk=new.id).first()
    if known is None:
        _check_number(new.origin, at=at)
        row = Upload(
            id=new.id,
            name=name,
            purpose=purpose,
            size=new.size,
            sha256=new.sha256.lower(),
            person_id=by.person_id,
            origin=new.origin,
            begun_at=at,
            expires_at=at + rules.KEPT_FOR,
        )
        insert_if_new(row)
        known = Upload.objects.get(pk=new.id)
    if (known.size, known.purpose) != (new.size, purpose):
        raise rules.UploadIdTaken
    return access.upload_view(access.own_upload(known, by=by, at=at))


def _check_number(origin: str, *, at: datetime) -> None:
    begun = Upload.objects.filter(origin=origin, begun_at__gt=at - rules.WINDOW).count()
    if begun >= settings.UPLOADS_PER_DAY:
        raise rules.TooManyUploads(most=settings.UPLOADS_PER_DAY)


def continue_upload(
    upload_id: UUID, piece: bytes, *, offset: int, by: Signer, at: datetime
) -> UploadView:
    """Add a piece to an upload.  One statement.

    Args:
        upload_id: as announced.
        piece: the bytes from `offset` on.
        offset: bytes; where the sender believes the upload to stand.
        by: who announced it.
        at: when; an aware datetime.

    Raises:
        NoSuchUpload: none, expired, or somebody else's.
        UploadElsewhere: it stands elsewhere; the facts say where.
        PieceTooLarge, UploadTooLong: of the piece.
        CannotStore: the disk took nothing or a part; the sender asks where it stands.
    """
    upload = access.own_upload(access.upload(upload_id), by=by, at=at)
    rules.check_piece(len(piece), offset=offset, size=upload.size)
    access.append_piece(upload, piece, offset=offset)
    return access.upload_view(upload)


def bring_upload(upload_id: UUID, *, by: Signer, at: datetime) -> BroughtFile:
    """Check and store the bytes of an upload that is whole, for `use_file`.

    The upload stays until it expires, so that what it was brought for may be tried again.

    Raises:
        NoSuchUpload: none, expired, or somebody else's.
        UploadIncomplete: not all of it has arrived.
        UploadAltered: it is not what was announced.
        Refusals of `bring_file`.
    """
    upload = access.own_upload(access.upload(upload_id), by=by, at=at)
    content = access.uploaded_bytes(upload)
    if len(content) != upload.size:
        raise rules.UploadIncomplete(name=upload.name, offset=len(content), size=upload.size)
    if upload.sha256 and sha256_hex(content) != upload.sha256:
        raise rules.UploadAltered(name=upload.name)
    return bring_file(content, name=upload.name, purpose=upload.purpose)


def drop_expired(at: datetime) -> int:
    """Forget uploads whose time has passed, the bytes before the row; return how many."""
    gone = list(Upload.objects.filter(expires_at__lte=at).values_list("pk", flat=True)[:BATCH])
    for upload_id in gone:
        access.forget_piece_file(upload_id)
    if gone:
        Upload.objects.filter(pk__in=gone).delete()
    return len(gone)
