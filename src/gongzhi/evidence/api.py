"""Bringing files in pieces, after the manner of tus 1.0 (offset, length, PATCH, HEAD)."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja import Field, Header, Router, Schema, Status

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.kernel.ids import uuid7
from gongzhi.webkit.api import BIGGEST, PROBLEMS, Plain, Problem, from_our_page

from . import actions, queries
from .rules import MOST_PIECE, NewUpload, PieceTooLarge, UploadView, offset_named

PROTOCOL = "1.0.0"


def sender(request: HttpRequest) -> Actor:
    """Return who sends; a browser with a session must send its CSRF token when it writes."""
    actor = actor_of(request)
    if actor.is_signed_in:
        from_our_page(request)
    return actor


router = Router(auth=sender, tags=["uploads"])


class UploadIn(Schema):
    """A file that is announced."""

    id: UUID | None = Field(None, description="made by the sender; announced twice is one upload")
    name: Plain = ""
    size: int = Field(le=BIGGEST, description="bytes")
    purpose: Plain = "before"
    sha256: Annotated[str, Field(pattern="^([0-9a-fA-F]{64})?$")] = ""


class UploadOut(Schema):
    """How far an upload has come; whole when `offset` equals `size`."""

    id: UUID
    size: int
    offset: int
    is_whole: bool


@router.post(
    "/uploads", response={201: UploadOut, 429: Problem, **PROBLEMS}, summary="Announce a file"
)
def post_upload(request: HttpRequest, response: HttpResponse, body: UploadIn) -> Status[UploadOut]:
    """Announce a file; its bytes follow in pieces.  Use it by its id in `upload_ids`."""
    at = timezone.now()
    new = NewUpload(
        id=body.id or uuid7(at_ms=int(at.timestamp() * 1000)),
        name=body.name,
        size=body.size,
        purpose=body.purpose,
        sha256=body.sha256,
        origin=_origin(request),
    )
    upload = actions.begin_upload(new, by=actor_of(request), at=at)
    response["Location"] = f"/api/v1/uploads/{upload.id}"
    return Status(201, _told(upload, response))


@router.api_operation(
    ["GET", "HEAD"],
    "/uploads/{uuid:upload_id}",
    response={200: UploadOut, **PROBLEMS},
    summary="How far a file has come",
)
def get_upload(request: HttpRequest, response: HttpResponse, upload_id: UUID) -> UploadOut:
    """Return from which byte on the sender goes on (`Upload-Offset`)."""
    found = queries.upload_of(upload_id, by=actor_of(request), at=timezone.now())
    return _told(found, response)


@router.patch(
    "/uploads/{uuid:upload_id}",
    response={200: UploadOut, **PROBLEMS},
    summary="Bring a piece of a file",
)
def patch_upload(
    request: HttpRequest,
    response: HttpResponse,
    upload_id: UUID,
    offset: Annotated[str, Header(alias="Upload-Offset", max_length=40)] = "",
) -> UploadOut:
    """Add the body, at most 512 kB, from the byte that `Upload-Offset` says."""
    if int(request.headers.get("Content-Length") or 0) > MOST_PIECE:
        raise PieceTooLarge(kilobytes=MOST_PIECE // 1024)
    upload = actions.continue_upload(
        upload_id,
        request.body,
        offset=offset_named(offset),
        by=actor_of(request),
        at=timezone.now(),
    )
    return _told(upload, response)


def _told(upload: UploadView, response: HttpResponse) -> UploadOut:
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Length"] = str(upload.size)
    response["Tus-Resumable"] = PROTOCOL
    response["Cache-Control"] = "no-store"
    return UploadOut(id=upload.id, size=upload.size, offset=upload.offset, is_whole=upload.is_whole)


def _origin(request: HttpRequest) -> str:
    """Return by what a sender's uploads are counted: the account, else the network address.

    Hashed with the key of this city, so that the table tells nobody's address.
    """
    actor = actor_of(request)
    who = f"person:{actor.person_id}" if actor.is_signed_in else request.META["REMOTE_ADDR"]
    return salted_hmac("gongzhi.uploads", who, algorithm="sha256").hexdigest()
