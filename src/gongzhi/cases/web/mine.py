"""What a reader reported, follows, or opened with a claim code."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.webkit.pages import address_with, asked

from .. import queries
from . import claims, lists

PAGE = 50  # lines


@dataclass(frozen=True, slots=True)
class MineRow:
    """A case of the reader.

    Attributes:
        is_by_code: opened with a claim code in this browser, which can forget it.
        stand: changes whenever something happened that the reader should see.
    """

    row: lists.Row
    is_by_code: bool
    stand: str


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """GET — what the reader reported or follows, newest first."""
    at = timezone.now()
    after = asked(request.GET, "after")
    codes = claims.all_codes(request)
    found = queries.my_cases(actor_of(request), at=at, claims=codes, after=after, limit=PAGE)
    shown = {
        "at": at,
        "rows": [
            MineRow(lists.row_of(line, at=at), line.number in codes, stand_of(line))
            for line in found.lines
        ],
        "following": address_with(request, after=found.next_cursor) if found.next_cursor else "",
        "is_later_page": bool(after),
    }
    return render(request, "cases/mine.html", shown)


def stand_of(line: queries.CaseLine) -> str:
    """Return a mark of where a case stands, for a browser to tell whether it changed."""
    due = f"{line.due_at:%y%m%d%H%M}" if line.due_at else ""
    return f"{line.state}-{due}-{line.level}"


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """POST — forget a claim code in this browser; the case itself is untouched."""
    number = asked(request.POST, "number", longest=40)
    claims.forget(request, number)
    told = _("This browser has forgotten the code of %(number)s.") % {"number": number}
    messages.success(request, told)
    return HttpResponseRedirect(reverse("mine"))
