"""Photographs, shown to those who may see their case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE, NoPreview, NoSuchFile, Purpose

from .. import queries
from ..queries import Sight
from . import claims

KEPT = 300  # seconds; what was blacked out should not be seen for long


@require_safe
def file(request: HttpRequest, use_id: UUID) -> HttpResponseBase:
    """GET — a photograph upright, resized and bare; the original for who may see it."""
    use = evidence.use_of(use_id)
    sight = _sight(request, use)
    wanted = request.GET.get("size", "large")
    is_inner = use.purpose == Purpose.DOCUMENT
    if not sight.may_see or (is_inner and not sight.works_on_it):
        raise NoSuchFile(use=str(use_id))
    if wanted == "original" or use.media_type not in SHOWABLE:
        return _original(use, sight)
    shown = evidence.derivative(use_id, wanted)
    answer = HttpResponse(shown.content, content_type=shown.media_type)
    answer["Cache-Control"] = f"private, max-age={KEPT}"
    tag = quote_etag(shown.tag)
    answer["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=answer) or answer


def _sight(request: HttpRequest, use: FileUseView) -> Sight:
    kind, _, key = use.subject.partition(":")
    return queries.sight_of(
        actor_of(request),
        UUID(key) if kind == "case" else UUID(int=0),
        claim_codes=claims.all_codes(request).values(),
    )


def _original(use: FileUseView, sight: Sight) -> HttpResponse:
    """Return the file as it was brought; all there is of what has no preview.

    Raises:
        NoPreview: it cannot be shown, and the reader may not have it as it is.
        NoSuchFile: the reader may not have it as it is.
    """
    can_show = use.media_type in SHOWABLE
    is_inner = use.purpose == Purpose.DOCUMENT
    if not (sight.may_see_original or (sight.works_on_it and (is_inner or not can_show))):
        raise NoSuchFile(use=str(use.id)) if can_show else NoPreview
    with evidence.open_file(use.id).stream as stream:
        answer = HttpResponse(stream.read(), content_type=use.media_type)
    ending = use.media_type.rsplit("/", 1)[-1]
    answer["Content-Disposition"] = f'attachment; filename="{use.id}.{ending}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
