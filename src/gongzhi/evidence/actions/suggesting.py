"""Suggestions for blacking out: found once by a program, looked over by a person."""

import datetime
import logging
import uuid

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.ledger import actions as ledger

from .. import access, rules
from ..models import File
from ..rules import Size, Suggestion
from .keeping import use_for_change

log = logging.getLogger(__name__)

RECENT = datetime.timedelta(days=2)  # an older photograph is searched when its page is opened


def search_new(at: datetime.datetime, *, limit: int) -> int:
    """Search photographs that came of late, the newest first; return how many.

    Nothing happens where the library is not installed.
    """
    if not rules.can_suggest():
        return 0
    waiting = File.objects.filter(searched_at=None, kept_at__gt=at - RECENT).order_by("-kept_at")
    found = list(waiting.values_list("pk", flat=True)[:limit])
    for sha256 in found:
        search_file(sha256, at=at)
    return len(found)


def search_file(sha256: str, *, at: datetime.datetime) -> None:
    """Search a kept picture for faces and number plates, once.

    What is found is derived from the bytes and hides nothing, so that the ledger says
    nothing of it.  A document, a lost file and one that a program fails at are marked as
    searched.  Two statements; none where the library is not installed.
    """
    if not rules.can_suggest():
        return
    media_type = File.objects.filter(pk=sha256).values_list("media_type", flat=True).first()
    found = _found_in(sha256) if media_type in rules.SHOWABLE else []
    File.objects.filter(pk=sha256, searched_at=None).update(
        searched_at=at, suggestions=rules.as_words_and_numbers(found) or None
    )


def _found_in(sha256: str) -> list[Suggestion]:
    try:
        return access.search(access.derivative(sha256, Size.LARGE, boxes=()))
    except (rules.NoPreview, rules.NoSuchFile):
        return []
    except (OSError, MemoryError):
        log.exception("the file %s cannot be searched", sha256)
        return []


@transaction.atomic
def look_over(use_id: uuid.UUID, *, by: Actor, at: datetime.datetime) -> None:
    """Leave a picture as it is: what was suggested is suggested no more.

    Leaving it again changes nothing.

    Args:
        use_id: of the picture.
        by: whoever works for the place; where, is for the caller to judge.
        at: when; an aware datetime.

    Raises:
        NotYours: `by` has no role for it.
        NoSuchFile: there is no such use.
    """
    rules.need_to_black_out(by)
    use = use_for_change(use_id)
    if not use.file.suggestions or use.file.looked_over_at is not None:
        return
    File.objects.filter(pk=use.file_id).update(looked_over_at=at)
    facts = {"use": use.pk, "sha256": use.file_id, "suggested": len(use.file.suggestions)}
    ledger.record("evidence.looked_over", subject=use.subject, by=by, at=at, facts=facts)
