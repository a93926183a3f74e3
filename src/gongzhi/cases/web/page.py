"""The page of one case: whose it is, what was promised, the proof, the story, the steps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Role
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.words import ROLES
from gongzhi.commitments.web import PromiseLine
from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE
from gongzhi.kernel.refusals import Refusal
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.pages import Input
from gongzhi.webkit.reading import full_moment, in_chinese, named
from gongzhi.webkit.words import sentence

from .. import words
from ..actions.steps import bring_photo, take
from ..queries import CasePage, Happening
from ..queries import case_page as read_page
from ..rules import Step
from . import claims, forms, lists
from .forms import Refused
from .reporting import handling_limit, promises_of

MOST_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph as the page shows it."""

    address: str
    label: str
    brought: str
    taken: str
    can_show: bool


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of the story."""

    at: datetime
    who: str
    deed: str
    said: str = ""
    shape: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A party of the chain that answers."""

    name: str
    level: str
    is_now: bool


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """GET — one case, with the steps this reader may take now."""
    return _shown(request, number)


def take_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """POST — bring the photographs of the form, then take the step."""
    if step not in set(Step) or step == Step.REPORT:
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(reverse("case", args=[number]))
    taken = Step(step)
    try:
        given = forms.given_in(taken, request.POST)
        _bring(request, number, forms.FIELDS.get(taken, ()))
        take(
            number,
            taken,
            by=actor_of(request),
            at=timezone.now(),
            version=_version(request),
            claim_code=claims.code_for(request, number),
            **given,
        )
    except Refusal as refusal:
        return _refused(request, number, step, refusal)
    messages.success(request, _("Done: %(step)s.") % {"step": words.STEPS[taken]})
    return HttpResponseRedirect(reverse("case", args=[number]))


def add_photos(request: HttpRequest, number: str) -> HttpResponse:
    """POST — add photographs of the matter as it is."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("case", args=[number]))
    try:
        _bring(request, number, ("photo_before",))
    except Refusal as refusal:
        return _refused(request, number, "photos", refusal)
    messages.success(request, _("The photograph is kept with the case."))
    return HttpResponseRedirect(reverse("case", args=[number]))


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def _bring(request: HttpRequest, number: str, fields: Iterable[str]) -> None:
    for field in fields:
        if not field.startswith(forms.PHOTOS):
            continue
        for one in request.FILES.getlist(field)[:MOST_PHOTOS]:
            bring_photo(
                number,
                one.file or b"",
                name=one.name or "",
                purpose=field.removeprefix(forms.PHOTOS),
                by=actor_of(request),
                at=timezone.now(),
                claim_code=claims.code_for(request, number),
            )


def _refused(request: HttpRequest, number: str, step: str, refusal: Refusal) -> HttpResponse:
    """Show the page again with the sentence; a case that is hidden refuses the page itself."""
    lost = any(request.FILES.getlist(name) for name in request.FILES)
    told = Refused(step, sentence(refusal), request.POST, lost)
    return _shown(request, number, refused=told, status=refusal.status)


def _shown(
    request: HttpRequest, number: str, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    code = claims.code_for(request, number)
    viewer = actor_of(request)
    page = read_page(number, viewer=viewer, at=at, claim_code=code)
    promises = promises_of(page, at=at)
    bar = forms.step_bar(page, at=at, refused=refused)
    shown = {
        "at": at,
        "page": page,
        "row": lists.row_of(page.line, at=at),
        "level": str(LEVELS.get(page.line.level, page.line.level)),
        "clock": _clock(page, promises),
        "chain": _chain(page),
        "promises": promises,
        "limit": handling_limit(page),
        "condition": _in_language(page, "condition"),
        "closing": _in_language(page, "closing"),
        "before": _photos(page.photos, "before", "verify"),
        "after": _photos(page.photos, "after", "check"),
        "timeline": _timeline(page, promises, refused),
        "seen": len(page.happenings),
        "bar": bar,
        "refused": refused if refused and not _is_in(bar, refused.step) else None,
        "photo_input": _photo_input(page),
        "counts": _counts(page),
        "is_own": bool(code),
    }
    return render(request, "cases/case.html", shown, status=status)


def _is_in(bar: forms.StepBar, step: str) -> bool:
    every = (*((bar.main,) if bar.main else ()), *bar.beside, *bar.more)
    return any(one.step == step for one in every)


def _clock(page: CasePage, promises: tuple[PromiseLine, ...]) -> PromiseLine | None:
    """Return the clock at the head: of the promise that is due next in the present stage."""
    is_open = [line for line in promises if line.view.is_open]
    same = [line for line in is_open if line.view.due_at == page.line.due_at]
    return next(iter((*same, *is_open)), None)


def _chain(page: CasePage) -> tuple[ChainLink, ...]:
    chain = forms.chain_of(page)
    known = accounts.organisations({party["organisation_id"] for party in chain})
    now = page.line.organisation.id if page.line.organisation else None
    links = [
        ChainLink(
            named(known[party["organisation_id"]]),
            str(LEVELS.get(party["level"], party["level"])),
            party["organisation_id"] == now,
        )
        for party in chain
        if party["organisation_id"] in known
    ]
    if page.line.organisation and not any(link.is_now for link in links):
        level = str(LEVELS.get(page.line.level, page.line.level))
        links.insert(0, ChainLink(named(page.line.organisation), level, True))
    return tuple(dict.fromkeys(links))


def _in_language(page: CasePage, name: str) -> str:
    if page.standard is None:
        return ""
    own, english = getattr(page.standard, name), getattr(page.standard, f"{name}_en")
    return str((own or english) if in_chinese() else (english or own))


def _photos(photos: Iterable[FileUseView], *purposes: str) -> tuple[Photo, ...]:
    return tuple(
        Photo(
            address=reverse("file", args=[one.id]),
            label=f"{words.PURPOSES.get(one.purpose, one.purpose)}",
            brought=full_moment(one.brought_at),
            taken=full_moment(one.taken_at) if one.taken_at else "",
            can_show=one.media_type in SHOWABLE,
        )
        for one in photos
        if one.purpose in purposes
    )


def _timeline(
    page: CasePage, promises: tuple[PromiseLine, ...], refused: Refused | None
) -> list[TimelineLine]:
    seen = refused.typed.get("seen", "") if refused else ""
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None  # noqa: PLR2004
    lines = [
        _line(one, is_new=known is not None and place >= known)
        for place, one in enumerate(page.happenings)
    ]
    broken = [
        TimelineLine(
            line.view.broken_at,
            _("The clock"),
            _("the promise “%(promise)s” was broken") % {"promise": line.label},
            shape="broken",
        )
        for line in promises
        if line.view.broken_at is not None
    ]
    return sorted([*lines, *broken], key=lambda line: line.at)


def _line(one: Happening, *, is_new: bool) -> TimelineLine:
    deed = words.DEEDS.get(one.kind, one.kind)
    return TimelineLine(one.at, _who(one), f"{deed}", one.words, is_new=is_new)


def _who(one: Happening) -> str:
    """Return who did it by post and organisation, never by private name."""
    if one.post is not None:
        party = f" · {named(one.organisation)}" if one.organisation else ""
        return f"{named(one.post)}{party}"
    return str(ROLES.get(Role(one.role), one.role)) if one.role in set(Role) else one.role


def _photo_input(page: CasePage) -> Input | None:
    """Return the field for one more photograph, where the reader may bring one."""
    if not {Step.URGE, Step.ANNOTATE}.intersection(page.steps):
        return None
    return Input("more-photo", "photo_before", "files", _("Photograph"), is_required=True)


def _counts(page: CasePage) -> tuple[tuple[str, int], ...]:
    labels = {
        "reworks": _("worked again"),
        "returns": _("returned"),
        "extensions": _("extended"),
        "urges": _("urged"),
        "reopenings": _("reopened"),
        "level_rises": _("raised"),
    }
    return tuple((labels[name], count) for name, count in page.counts.items() if count)
