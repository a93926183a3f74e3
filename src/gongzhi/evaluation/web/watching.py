"""The watch: where promises break, for supervisors, leaders and duty heads; also on a wall."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts.rules import Actor
from gongzhi.accounts.session import actor_of, needs_sign_in, safe_next
from gongzhi.cases.actions import follow_case
from gongzhi.cases.actions.steps import take
from gongzhi.cases.rules import Step, SupportedAlready, SupportNeedsAccount
from gongzhi.cases.words import AGES
from gongzhi.catalogue import queries as catalogue
from gongzhi.commitments.rules import Outcome
from gongzhi.commitments.words import kind_label
from gongzhi.evidence.words import explain
from gongzhi.kernel.refusals import Conflict, Invalid, Refusal
from gongzhi.webkit.pages import asked
from gongzhi.webkit.reading import full_moment, named
from gongzhi.webkit.words import sentence

from .. import queries
from ..queries import FlaggedCase, Place, Standing, Watch
from ..rules import FEW, NotYourWatch
from .boards import BrokenRow, broken_rows, name_of, zone
from .doors import Figure, RateFigure, Scope, days_of

MOST_PARTIES = 10  # lines, unless all are asked for
ON_THE_WALL = 7  # lines
MOST_FLAGGED = 5  # cases, before all are unfolded
AREAS_ON_THE_WALL = 8  # lines
WITH_AGES = 3  # lines of areas, beside which the ages have room
LONGEST_REASON = 2000  # signs


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A party or a part of the area, as a line."""

    name: str
    watch: str  # the name of the part, where it can be watched by itself
    late: Figure
    today: Figure
    soon: Figure
    owed: Figure
    rate: RateFigure


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A case with doubtful photographs, as a line."""

    number: str
    title: str
    area: str
    flags: tuple[str, ...]


@require_safe
@never_cache
@needs_sign_in
def watch(request: HttpRequest) -> HttpResponse:
    """GET — what is owed and broken in the reader's areas; `wall=1` for a screen on a wall."""
    at, viewer = timezone.now(), actor_of(request)
    is_wall = request.GET.get("wall") == "1"
    place = _place(request, viewer)
    found = queries.watch(viewer, place, at=at, zone=zone())
    scope = Scope(place)
    parties = [_party_row(one, found) for one in found.parties]
    most = ON_THE_WALL if is_wall else MOST_PARTIES
    shown_parties = parties if request.GET.get("all") == "1" else parties[:most]
    worst = sorted(found.areas, key=lambda one: -one.late)[:AREAS_ON_THE_WALL]
    shown = {
        "at": at,
        "place": place,
        "name": name_of(place),
        "total": _row(found.total, scope, found, name=name_of(place)),
        "parties": shown_parties,
        "parties_beyond": len(parties) - len(shown_parties),
        "areas": [_area_row(one, found) for one in (worst if is_wall else found.areas)],
        "has_room": len(found.areas) <= WITH_AGES,
        "kinds": [_kind_row(kind, one, found) for kind, one in found.kinds],
        "fresh": _fresh(found, scope),
        "ages": _ages(found, scope),
        "courses": _courses(found, scope),
        "open": scope.cases(found.counts["open"], open="1"),
        "late_cases": scope.cases(found.counts["late"], late="1"),
        "overdue": _overdue(found, viewer),
        "flagged": [_flag_row(one, found) for one in found.flagged],
        "most_flagged": MOST_FLAGGED,
        "others_flagged": f"{MOST_FLAGGED}:",
        "flagged_in_all": len(found.flagged),
        "looked_at": found.looked_at,
        "few": FEW,
        "is_home": viewer.scopes[:1] == (place.path,),
        "here": request.get_full_path(),
    }
    return render(request, f"evaluation/{'wall' if is_wall else 'watch'}.html", shown)


def _place(request: HttpRequest, viewer: Actor) -> Place:
    """Return the area asked for, or that of the reader's post.

    Raises:
        NotYourWatch: the watch is not for this reader.
    """
    name = asked(request.GET, "area")
    place = queries.place_called(name) if name else queries.home_of(viewer)
    if place is None:
        raise NotYourWatch(area=name)
    return place


def _party_row(line: Standing, found: Watch) -> StandingRow:
    party = line.organisation
    scope = Scope(found.place, organisation_id=party.id if party else None)
    return _row(line, scope, found, name=named(party) if party else "")


def _area_row(line: Standing, found: Watch) -> StandingRow:
    place = line.place or found.place
    scope = Scope(place, is_alone=line.is_alone)
    if not line.is_alone:
        return _row(line, scope, found, name=name_of(place), watch=place.name)
    told = _("%(area)s, in no part of it") % {"area": name_of(place)}
    return _row(line, scope, found, name=told)


def _row(line: Standing, scope: Scope, found: Watch, *, name: str, watch: str = "") -> StandingRow:
    today = timezone.localtime(found.today).date()
    morrow, last = today + timedelta(days=1), today + timedelta(days=queries.SOON)
    return StandingRow(
        name=name,
        watch=watch,
        late=scope.promises(line.late, Outcome.LATE),
        today=scope.promises(line.today, Outcome.AHEAD, due_until=today.isoformat()),
        soon=scope.promises(
            line.soon, Outcome.AHEAD, due_from=morrow.isoformat(), due_until=last.isoformat()
        ),
        owed=scope.promises(line.owed, Outcome.OWED),
        rate=scope.rate(line.rate, **days_of(found.month, found.month, "due")),
    )


def _kind_row(kind: str, line: Standing, found: Watch) -> StandingRow:
    return _row(line, Scope(found.place, kind=kind), found, name=kind_label(kind))


def _fresh(found: Watch, scope: Scope) -> Figure:
    yesterday = timezone.localtime(found.today).date() - timedelta(days=1)
    return scope.promises(found.fresh, Outcome.LATE, due_from=yesterday.isoformat())


def _ages(found: Watch, scope: Scope) -> list[tuple[str, Figure]]:
    return [
        (str(label), scope.cases(found.counts[f"age_{code}"], open="1", age=code))
        for code, label in AGES.items()
    ]


def _courses(found: Watch, scope: Scope) -> list[tuple[str, Figure]]:
    rows = (
        (_("reopened"), "reopened", {"open": "1", "course": "reopened"}),
        (_("returned twice or more"), "returned", {"open": "1", "course": "returned"}),
        (_("raised to a higher level"), "raised", {"open": "1", "course": "raised"}),
        (_("urged at least once"), "urged", {"open": "1", "course": "urged"}),
        (_("on hold"), "suspended", {"open": "1", "state": "suspended"}),
    )
    return [(label, scope.cases(found.counts[key], **parts)) for label, key, parts in rows]


def _overdue(found: Watch, viewer: Actor) -> list[BrokenRow]:
    return broken_rows(
        found.overdue,
        at=found.at,
        calendars=catalogue.book().calendars,
        may_urge=lambda path: queries.may_urge(viewer, path),
    )


def _flag_row(one: FlaggedCase, found: Watch) -> FlagRow:
    head = one.head
    told = (explain(flag, case_names=found.numbers, moment=full_moment) for flag in one.flags)
    return FlagRow(
        number=head.number,
        title=named(head.category) if head.category else head.number,
        area=named(head.area) if head.area else "",
        flags=_first(told),
    )


def _first(told: Iterable[str], *, most: int = 1) -> tuple[str, ...]:
    return tuple(told)[:most]


@require_POST
@needs_sign_in
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """POST — urge whoever owes the next step of a case, and go back to where one was."""
    reason = request.POST.get("reason", "")[:LONGEST_REASON]
    try:
        take(number, Step.URGE, by=actor_of(request), at=timezone.now(), reason=reason)
    except Refusal as refusal:
        shown = {
            "number": number,
            "reason": reason,
            "trouble": sentence(refusal),
            "can_mend": isinstance(refusal, Invalid),
            "can_see": isinstance(refusal, Conflict),
            "next": safe_next(request),
        }
        return render(request, "evaluation/urge.html", shown, status=refusal.status)
    if request.POST.get("follow"):
        _follow(number, by=actor_of(request))
    messages.success(
        request,
        _("Case %(number)s is urged. Whoever owes the next step sees it with your words.")
        % {"number": number},
    )
    return HttpResponseRedirect(safe_next(request))


def _follow(number: str, *, by: Actor) -> None:
    """Let whoever urged be told what becomes of it; who follows already goes on."""
    with suppress(SupportedAlready, SupportNeedsAccount):
        follow_case(number, by=by, at=timezone.now())
