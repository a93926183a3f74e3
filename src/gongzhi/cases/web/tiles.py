"""Cases on the map: the same that the list shows, as vector tiles."""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book
from gongzhi.kernel.tiles import Feature, Tags, encode, points

from .. import queries
from ..queries import CaseCluster, CasePoint
from .lists import filter_of

TILE_TYPE = "application/vnd.mapbox-vector-tile"
KEPT = 10  # seconds


@require_safe
def case_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """GET — the cases of a tile that the reader may see, narrowed as the list is.

    Open cases; with `closed=1` also those that ended within the last 30 days.
    """
    found = queries.tile_cases(
        actor_of(request),
        z,
        x,
        y,
        at=timezone.now(),
        narrowed=filter_of(request.GET),
        with_closed=request.GET.get("closed") == "1",
    )
    book = catalogue.book()
    content = encode(
        {
            "cases": [_case(one, book) for one in found.points],
            "clusters": [_cluster(one) for one in found.clusters],
        }
    )
    etag = quote_etag(blake2b(content, digest_size=12).hexdigest())
    answer = get_conditional_response(request, etag=etag) or HttpResponse(
        content, content_type=TILE_TYPE
    )
    answer["ETag"] = etag
    answer["Cache-Control"] = f"private, max-age={KEPT}"
    return answer


def _case(one: CasePoint, book: Book) -> Feature:
    category = book.categories.get(one.category_code)
    tags: dict[str, str | int | float | bool] = {
        "number": one.number,
        "state": one.state.value,
        "mark": one.mark,
        "is_late": one.is_late,
    }
    if category is not None:
        tags["category"] = category.name
        tags["category_en"] = category.name_en or category.name
    if one.due_at is not None:
        tags["due"] = int(one.due_at.timestamp())
    return points([(one.x, one.y)], tags)


def _cluster(one: CaseCluster) -> Feature:
    tags: Tags = {"count": one.count, "late": one.late, "mark": one.mark}
    return points([(one.x, one.y)], tags)
