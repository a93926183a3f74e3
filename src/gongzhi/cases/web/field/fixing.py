"""Fix on the spot in three taps: before, what it is, after."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongzhi.accounts.rules import Role
from gongzhi.accounts.session import actor_of
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import Choice, asked, asked_degrees
from gongzhi.webkit.reading import named
from gongzhi.webkit.words import sentence

from ...actions.field import report_fixed
from ...queries import field
from ...rules import NewReport
from ..lists import row_of
from .guard import for_the_field
from .stepping import brought

LIKELY = 6  # kinds shown at once; the others on demand


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_field
def fix(request: HttpRequest) -> HttpResponse:
    """GET /field/fix — the three taps.  POST — report and settle it, in one deed."""
    if request.method != "POST":
        return _shown(request)
    given = request.POST
    new = NewReport(
        case_id=_id_in(asked(given, "case_id")),
        source="field",
        category_code=asked(given, "category_code"),
        address=given.get("address", ""),
        longitude=asked_degrees(given, "longitude"),
        latitude=asked_degrees(given, "latitude"),
        frame="wgs84",
    )
    try:
        told = report_fixed(
            new,
            brought(request),
            note=given.get("words", ""),
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _shown(request, refusal)
    messages.success(request, _("Done. The case is %(number)s.") % {"number": told.number})
    return HttpResponseRedirect(reverse("field-fix"))


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _morning(at: datetime) -> datetime:
    """Return when the day of `at` began where the city is."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _shown(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    by, at, given = actor_of(request), timezone.now(), request.POST
    may_fix = by.has(Role.COLLECTOR, Role.STEWARD)
    own = field.own_fixes(by, since=_morning(at), at=at)
    chosen = asked(given, "category_code")
    kinds = [
        Choice(row.code, named(row), row.code == chosen)
        for row in (field.small_kinds(by) if may_fix else ())
    ]
    shown = {
        "at": at,
        "may_fix": may_fix,
        "likely": kinds[:LIKELY],
        "others": kinds[LIKELY:],
        "is_other": any(one.is_chosen for one in kinds[LIKELY:]),
        "case_id": _id_in(asked(given, "case_id")) or uuid7(at_ms=int(at.timestamp() * 1000)),
        "typed": given,
        "trouble": sentence(refusal) if refusal else "",
        "lost_files": bool(refusal and request.FILES),
        "fixed": own.since,
        "rows": [row_of(line, at=at) for line in own.latest],
        "tab": "fix",
    }
    return render(request, "cases/field/fix.html", shown, status=refusal.status if refusal else 200)
