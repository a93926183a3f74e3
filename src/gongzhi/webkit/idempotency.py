"""Deeds that a weak connection sends twice: done once, and answered alike each time.

The sender draws a key for a deed and sends it with every try.  Key, fingerprint of the
request and answer are written in the transaction of the deed, so that either all of them
stand or none.  A try that comes while the first is still under way waits for its end: on
PostgreSQL at the row of the key, on SQLite at the one write lock.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gongzhi.kernel.hashing import sha256_hex
from gongzhi.kernel.refusals import Conflict, Invalid

from .bulk import insert_if_new
from .models import KeptAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[!-~]{8,100}")


class KeyUnreadable(Invalid):
    """The key is none: 8 to 100 visible signs of ASCII."""

    code = "request.key_unreadable"


class KeyUsedOtherwise(Conflict):
    """The key was sent before with another request."""

    code = "request.key_used_otherwise"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deed was answered with.

    Attributes:
        status: of HTTP.
        body: JSON text.
        is_replayed: the deed had been done before; nothing was done now.
    """

    status: int
    body: str
    is_replayed: bool = False


def once(key: str, *, owner: str, request: str, at: datetime, deed: Callable[[], Answer]) -> Answer:
    """Do a deed, or return what was answered when it was done under this key.

    A refused deed keeps nothing: sent again, it is judged again.

    Args:
        key: drawn by the sender, one for each deed.
        owner: whose key it is, `"person:7"`; the same key of somebody else is another.
        request: everything that was asked, as text; only its fingerprint is kept.
        at: when; an aware datetime.
        deed: does it in the transaction that is open when it is called.

    Raises:
        KeyUnreadable: of the key.
        KeyUsedOtherwise: the key stands for another request.
        Refusals of the deed.
    """
    name = _name_of(key, owner)
    kept = KeptAnswer(id=name, request_hash=sha256_hex(request.encode()), kept_at=at)
    with transaction.atomic():
        if not insert_if_new(kept):
            known = answered(key, owner=owner, request=request)
            if known is not None:
                return known
        answer = deed()
        KeptAnswer.objects.filter(pk=name).update(status=answer.status, body=answer.body)
    return answer


def answered(key: str, *, owner: str, request: str) -> Answer | None:
    """Return what was answered under a key; None when nothing was yet.  One statement.

    For deeds that are the same when done twice, and too slow for a transaction of their own:
    ask first, do, then keep the answer with `once`.

    Raises:
        KeyUnreadable, KeyUsedOtherwise: see `once`.
    """
    known = KeptAnswer.objects.filter(pk=_name_of(key, owner)).first()
    if known is None:
        return None
    if known.request_hash != sha256_hex(request.encode()):
        raise KeyUsedOtherwise(key=key)
    return Answer(known.status, known.body, is_replayed=True)


def _name_of(key: str, owner: str) -> str:
    if not _KEY.fullmatch(key):
        raise KeyUnreadable(key=key[:100])
    return sha256_hex(f"{owner}\n{key}".encode())


def forget_answers(at: datetime) -> int:
    """Delete the answers that were kept for long enough; return how many."""
    before = at - timedelta(days=settings.KEPT_ANSWER_DAYS)
    return KeptAnswer.objects.filter(kept_at__lt=before).delete()[0]
