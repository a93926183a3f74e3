"""One's notices for programs: read them, mark them as read."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of
from gongzhi.webkit.api import BIGGEST, PROBLEMS, NeedsSignIn, from_our_page

from . import actions, queries

PAGE = 50


def reader(request: HttpRequest) -> Actor:
    """Return who asks; a browser with a session must send its CSRF token when it writes."""
    actor = actor_of(request)
    if not actor.is_signed_in:
        raise NeedsSignIn
    from_our_page(request)
    return actor


router = Router(auth=reader, tags=["notices"])


class NoticeOut(Schema):
    """One notice, in the language of the reader."""

    id: int
    kind: str
    topic: str
    sentence: str
    case: str
    happened_at: datetime
    is_read: bool


class NoticesOut(Schema):
    """Notices, newest first; `next` is the `after` of the following page."""

    notices: list[NoticeOut]
    unread: int
    next: int | None


After = Annotated[int | None, Query(ge=1, le=BIGGEST)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/notices", response={200: NoticesOut, **PROBLEMS}, summary="My notices")
def get_notices(request: HttpRequest, after: After = None, limit: Limit = PAGE) -> dict[str, Any]:
    """Return what I was told, newest first."""
    viewer = actor_of(request)
    found = queries.inbox(viewer, after=after, limit=limit + 1)
    shown = found[:limit]
    return {
        "notices": [
            {
                "id": one.id,
                "kind": one.kind,
                "topic": one.topic.value,
                "sentence": one.sentence,
                "case": one.number,
                "happened_at": one.happened_at,
                "is_read": one.is_read,
            }
            for one in shown
        ],
        "unread": queries.unread_count(viewer),
        "next": shown[-1].id if len(found) > limit else None,
    }


@router.post(
    "/notices/{int:notice_id}/read",
    response={204: None, **PROBLEMS},
    summary="Mark a notice as read",
)
def post_read(request: HttpRequest, notice_id: int) -> Status[None]:
    """Mark one of my notices as read; once read, it stays so."""
    actions.mark_read(notice_id, by=actor_of(request), at=timezone.now())
    return Status(204, None)


class UpTo(Schema):
    """The newest notice that was seen; absent: all."""

    up_to: Annotated[int | None, Field(ge=1, le=BIGGEST)] = None


@router.post("/notices/read", response={204: None, **PROBLEMS}, summary="Mark all notices as read")
def post_read_all(request: HttpRequest, body: UpTo) -> Status[None]:
    """Mark what I have seen as read."""
    actions.mark_all_read(by=actor_of(request), at=timezone.now(), up_to=body.up_to)
    return Status(204, None)
