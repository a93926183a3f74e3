"""The feed of a board: what was closed and what was broken last, for everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gongzhi.cases.queries import CaseHead
from gongzhi.commitments.words import kind_label
from gongzhi.webkit.reading import full_moment, in_chinese, named

from .. import queries
from ..queries import OverdueLine
from .boards import name_of

ENTRIES = 30  # of each kind
KEPT = 300  # seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: no words of any reporter."""

    id: str
    at: datetime
    title: str
    told: str
    number: str


@require_safe
@cache_control(public=True, max_age=KEPT)
def feed(request: HttpRequest, area: str) -> HttpResponse:
    """GET — an Atom feed (RFC 4287) of closed cases and broken promises, the last first.

    A feed reader has no language of its own: `?language=` is that of the page that named it.
    """
    wanted = request.GET.get("language", "")
    if wanted in {code for code, _name in settings.LANGUAGES}:
        with override(wanted):
            return _feed(request, area)
    answer = _feed(request, area)
    patch_vary_headers(answer, ["Cookie"])
    return answer


def _feed(request: HttpRequest, area: str) -> HttpResponse:
    place = queries.place_called(area)
    at = timezone.now()
    told = Atom1Feed(
        title=_("%(area)s: how promises are kept") % {"area": name_of(place)},
        link=request.build_absolute_uri(reverse("board", args=[place.name])),
        feed_url=request.build_absolute_uri(),
        author_name=_("Gongzhi"),
        description=_("What was closed, and which promises were broken."),
        language="zh-Hans" if in_chinese() else "en",
    )
    news = queries.news(place, at=at, limit=ENTRIES)
    entries = [*map(_closed, news.closed), *_broken_ones(news.broken)]
    for one in sorted(entries, key=lambda one: one.at, reverse=True):
        told.add_item(
            title=one.title,
            link=request.build_absolute_uri(reverse("case", args=[one.number])),
            description=one.told,
            unique_id=one.id,
            pubdate=one.at,
            updateddate=one.at,
        )
    return HttpResponse(told.writeString("utf-8"), content_type=f"{told.content_type}")


def _closed(head: CaseHead) -> Entry:
    at = head.ended_at or head.reported_at
    facts = {"matter": _matter(head), "number": head.number, "at": full_moment(at)}
    return Entry(
        id=f"urn:uuid:{head.id}#closed-{at:%Y%m%dT%H%M%SZ}",
        at=at,
        title=_("Closed: %(matter)s") % facts,
        told=_("Case %(number)s was closed on %(at)s.") % facts,
        number=head.number,
    )


def _broken_ones(lines: tuple[OverdueLine, ...]) -> Iterator[Entry]:
    for line in lines:
        at = line.promise.broken_at
        if line.head is None or at is None:
            continue
        facts = {
            "matter": _matter(line.head),
            "number": line.head.number,
            "promise": kind_label(line.promise.kind),
            "party": named(line.organisation) if line.organisation else "",
            "at": full_moment(at),
        }
        yield Entry(
            id=f"urn:uuid:{line.head.id}#broken-{line.promise.id}",
            at=at,
            title=_("Promise broken: %(matter)s") % facts,
            told=_("Case %(number)s: “%(promise)s” was due from %(party)s on %(at)s.") % facts,
            number=line.head.number,
        )


def _matter(head: CaseHead) -> str:
    parts = [named(one) for one in (head.category, head.area) if one is not None]
    return " · ".join(parts) or head.number
