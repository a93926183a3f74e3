"""Photographs, shown to those who may see their case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import OpenedFile
from gongzhi.evidence.rules import NoSuchFile
from gongzhi.webkit.pictures import SHOWABLE, shown_picture

from .. import queries
from . import claims

EDGES = {"small": 480, "large": 1600}  # pixels of the longer edge
KEPT = 60 * 60 * 24 * 365  # seconds; the bytes behind an id never change


@require_safe
def file(request: HttpRequest, use_id: UUID) -> HttpResponse:
    """GET — a photograph upright, resized and without EXIF; the original for who works on it."""
    opened = evidence.open_file(use_id)
    with opened.stream:
        kind, _, key = opened.use.subject.partition(":")
        sight = queries.sight_of(
            actor_of(request),
            UUID(key) if kind == "case" else UUID(int=0),
            claim_codes=claims.all_codes(request).values(),
        )
        wanted = request.GET.get("size", "large")
        is_inner = wanted == "original" or opened.use.purpose == "document"
        if not sight.may_see or (is_inner and not sight.works_on_it):
            raise NoSuchFile(use=str(use_id))
        return _answer(opened, wanted)


def _answer(opened: OpenedFile, wanted: str) -> HttpResponse:
    media_type = opened.use.media_type
    if wanted == "original" or media_type not in SHOWABLE:
        answer = HttpResponse(opened.stream.read(), content_type=media_type)
        ending = media_type.rsplit("/", 1)[-1]
        answer["Content-Disposition"] = f'attachment; filename="{opened.use.id}.{ending}"'
    else:
        edge = EDGES.get(wanted, EDGES["large"])
        answer = HttpResponse(shown_picture(opened.stream, edge=edge), content_type="image/jpeg")
    answer["Cache-Control"] = f"private, max-age={KEPT}, immutable"
    answer["Last-Modified"] = http_date(timezone.localtime(opened.use.brought_at).timestamp())
    return answer
