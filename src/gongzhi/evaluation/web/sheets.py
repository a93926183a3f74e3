"""Two pictures and one list (两图一表): a page to print, and the same as PDF for many cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gongzhi.accounts.rules import Role
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.words import ROLES
from gongzhi.cases.queries.sheets import CaseSheet, SheetDeed, case_sheet, case_sheets
from gongzhi.cases.web import claims
from gongzhi.cases.web.lists import filter_of
from gongzhi.cases.words import DEEDS, STATES
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.web import limit_words, promise_line
from gongzhi.evidence.queries import FileUseView
from gongzhi.places.queries import AreaView
from gongzhi.webkit.reading import full_moment, in_chinese, named

from ..rules import MOST_SHEETS
from . import printing
from .printing import Printed, PrintedDeed, PrintedPicture

PDF = "application/pdf"
NEAR = 2  # areas that are all named in a column


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page shows it."""

    address: str
    caption: str


@require_safe
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """GET — one case as it is printed: before, after, and its row of the list."""
    at = timezone.now()
    found = _sheet_of(request, number, at=at)
    told = printed(found, at=at)
    shown = {
        "at": at,
        "sheet": told,
        "before": _picture(found.before),
        "after": _picture(found.after),
    }
    return render(request, "evaluation/sheet.html", shown)


@require_safe
@cache_control(private=True, no_store=True)
def sheet_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """GET — the same as PDF."""
    at = timezone.now()
    found = _sheet_of(request, number, at=at)
    content = printing.pdf([printed(found, at=at)], _uses([found]), at=at, title=number)
    return _answer(content, f"sheet-{found.line.number}.pdf")


@require_safe
@cache_control(private=True, no_store=True)
def sheets_pdf(request: HttpRequest) -> HttpResponse:
    """GET — the cases of a narrowed list as PDF: an index, and a page for each."""
    at = timezone.now()
    found = case_sheets(
        actor_of(request), at=at, narrowed=filter_of(request.GET), limit=MOST_SHEETS
    )
    more = _("There are more: the newest %(count)s are printed. Narrow the list for the others.")
    content = printing.pdf(
        [printed(one, at=at) for one in found.sheets],
        _uses(found.sheets),
        at=at,
        title=_("Two pictures and one list"),
        told=ngettext("%(count)s case", "%(count)s cases", len(found.sheets))
        % {"count": len(found.sheets)},
        with_index=True,
        more=more % {"count": MOST_SHEETS} if found.has_more else "",
    )
    return _answer(content, f"sheets-{timezone.localtime(at):%Y%m%d-%H%M}.pdf")


def _answer(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def _sheet_of(request: HttpRequest, number: str, *, at: datetime) -> CaseSheet:
    code = claims.code_for(request, number)
    return case_sheet(number, viewer=actor_of(request), at=at, claim_code=code)


def _picture(use: FileUseView | None) -> Picture | None:
    if use is None:
        return None
    return Picture(reverse("file", args=[use.id]), _caption(use))


def _caption(use: FileUseView) -> str:
    told = _("brought %(at)s") % {"at": full_moment(use.brought_at)}
    if use.taken_at is None:
        return told
    taken = _("taken %(at)s, as the camera says") % {"at": full_moment(use.taken_at)}
    return f"{told} · {taken}"


def _uses(sheets: Iterable[CaseSheet]) -> list[FileUseView]:
    return [use for one in sheets for use in (one.before, one.after) if use is not None]


def printed(found: CaseSheet, *, at: datetime) -> Printed:
    """Return a case in words, as page and PDF print it."""
    line = found.line
    title = named(line.category) if line.category else line.number
    place = " · ".join(named(one) for one in reversed(found.areas))
    party = named(line.organisation) if line.organisation else ""
    return Printed(
        number=line.number,
        title=title,
        state=_state(found),
        place=_nearby(found.areas),
        party=party,
        reported=full_moment(line.reported_at),
        result=_briefly(found, at=at),
        rows=tuple(
            (label, value)
            for label, value in (
                (_("Place"), " · ".join(filter(None, (place, found.address)))),
                (_("Matter"), found.text),
                *_standard(found),
                (_("Answerable party"), party),
                (_("Reported at"), full_moment(line.reported_at)),
                (_("To be done by"), _due(found)),
                (_("Ended at"), full_moment(line.ended_at) if line.ended_at else ""),
                (_("Result"), _result(found, at=at)),
            )
            if value
        ),
        before=_printed_picture(found.before),
        after=_printed_picture(found.after),
        deeds=tuple(_deed(one) for one in found.deeds),
    )


def _printed_picture(use: FileUseView | None) -> PrintedPicture | None:
    return None if use is None else PrintedPicture(use.id, _caption(use))


def _state(found: CaseSheet) -> str:
    state = f"{STATES[found.line.state]}"
    return _("%(state)s, late") % {"state": state} if found.line.is_late else state


def _standard(found: CaseSheet) -> list[tuple[str, str]]:
    """Return what the standard asks, in the reader's language."""
    row = found.standard
    if row is None:
        return []
    limit = row.limit()
    return [
        (_("Condition"), _in_language(row.condition, row.condition_en)),
        (_("Closed when"), _in_language(row.closing, row.closing_en)),
        (_("Limit"), limit_words(str(limit)) if limit else ""),
    ]


def _in_language(own: str, english: str) -> str:
    return (own or english) if in_chinese() else (english or own)


def _due(found: CaseSheet) -> str:
    return full_moment(found.promise.due_at) if found.promise else ""


def _result(found: CaseSheet, *, at: datetime) -> str:
    """Return where the case stands, and how the promise to deal with it was kept."""
    if found.promise is None:
        return _state(found)
    line = promise_line(found.promise, at=at, calendars=catalogue.book().calendars)
    return _("%(state)s; the promise to deal with it: %(kept)s (%(clock)s)") % {
        "state": _state(found),
        "kept": line.state_words,
        "clock": line.clock,
    }


def _briefly(found: CaseSheet, *, at: datetime) -> str:
    """Return the result as short as a column asks."""
    if found.promise is None:
        return _state(found)
    clock = promise_line(found.promise, at=at, calendars=catalogue.book().calendars).clock
    return f"{_state(found)} · {clock}"


def _nearby(areas: Sequence[AreaView]) -> str:
    """Return where it lies as short as it is clear: the smallest area, and the third above it.

    The name of a grid tells its community; of its street it says nothing.
    """
    chosen = (areas[2], areas[0]) if len(areas) > NEAR else areas[::-1]
    return " · ".join(named(one) for one in chosen)


def _deed(one: SheetDeed) -> PrintedDeed:
    return PrintedDeed(
        at=full_moment(one.at), who=_who(one), deed=f"{DEEDS[one.kind]}", words=one.words
    )


def _who(one: SheetDeed) -> str:
    """Return who did it by post and organisation, never by name."""
    if one.post is not None:
        party = f" · {named(one.organisation)}" if one.organisation else ""
        return f"{named(one.post)}{party}"
    return str(ROLES.get(Role(one.role), one.role)) if one.role in set(Role) else one.role
