"""The page of one case: whose it is, what was promised, the proof, the story, the steps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.kernel.refusals import Refusal
from gongzhi.responsibility.words import LEVELS
from gongzhi.webkit.pages import Input
from gongzhi.webkit.reading import in_chinese, named
from gongzhi.webkit.words import sentence

from .. import words
from ..actions import follow_case, keep_report, unfollow_case
from ..actions.steps import bring_photo, take
from ..queries import CasePage, ChainParty, Tie
from ..queries import case_page as read_page
from ..rules import AT_WORK, State, Step, TopLevelReached, level_above
from . import claims, forms, lists
from .clock import clock_of
from .forms import Refused
from .mine import stand_of
from .pictures import doubts_on, pair_on, photos_on
from .reporting import handling_limit, promises_of
from .story import story_of

MOST_PHOTOS = 6
AGAIN = "#step-reopen"  # where the page asks whether it shall be taken up again
FOUND = HttpResponseRedirect.status_code


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A party of the chain that answers, as the page shows it."""

    name: str
    level: str
    is_now: bool
    why: str = ""
    basis: str = ""
    trace: str = ""


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
    is_unsolved = taken is Step.RATE and given.get("is_solved") is False
    return HttpResponseRedirect(f"{reverse('case', args=[number])}{AGAIN if is_unsolved else ''}")


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


def follow(request: HttpRequest, number: str) -> HttpResponse:
    """POST — follow the case."""
    return _tied(request, number, follow_case, _("You follow this case now."))


def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """POST — leave off following the case."""
    return _tied(request, number, unfollow_case, _("You do not follow this case any more."))


def keep(request: HttpRequest, number: str) -> HttpResponse:
    """POST — take a report made with a claim code into the reader's account."""
    deed = partial(keep_report, claim_code=claims.code_for(request, number))
    told = _("The report is in your account now, under “My reports”.")
    answer = _tied(request, number, deed, told)
    if request.method == "POST" and answer.status_code == FOUND:
        claims.forget(request, number)
    return answer


def _tied(request: HttpRequest, number: str, deed: Callable[..., None], told: str) -> HttpResponse:
    if request.method == "POST":
        try:
            deed(number, by=actor_of(request), at=timezone.now())
        except Refusal as refusal:
            return _refused(request, number, "follow", refusal)
        messages.success(request, told)
    return HttpResponseRedirect(reverse("case", args=[number]))


def _shown(
    request: HttpRequest, number: str, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    code = claims.code_for(request, number)
    page = read_page(number, viewer=actor_of(request), at=at, claim_code=code)
    promises = promises_of(page, at=at)
    bar = forms.step_bar(page, at=at, refused=refused)
    pair, photos = pair_on(page), photos_on(page)
    shown = {
        "at": at,
        "page": page,
        "row": lists.row_of(page.line, at=at),
        "clock": clock_of(page, promises, at=at),
        "chain": _chain(page),
        "rise": _rise(page),
        "promises": promises,
        "limit": handling_limit(page),
        "condition": _in_language(page, "condition"),
        "closing": _in_language(page, "closing"),
        "pair": pair,
        "photos": photos,
        # What was done is looked at before it is judged; whoever has to work acts first.
        "shows_first": bool(pair or photos)
        and (page.line.ended_at is not None or not page.works_on_it),
        "doubts": doubts_on(page),
        "timeline": story_of(page, promises, known=_known(refused)),
        "seen": len(page.happenings),
        "happens_next": f"{words.NEXT[page.line.state]}",
        "bar": bar,
        "refused": refused if refused and not _is_in(bar, refused.step) else None,
        "photo_input": _photo_input(page),
        "counts": _counts(page),
        "claim_code": code,
        "stand": stand_of(page.line),
        "is_to_report_anew": page.tie is Tie.REPORTED
        and page.line.state is State.CLOSED
        and page.satisfaction is not None
        and not page.is_solved
        and not _is_in(bar, Step.REOPEN),
        "is_to_judge": page.tie is Tie.REPORTED and page.line.state is State.CLOSED,
    }
    return render(request, "cases/case.html", shown, status=status)


def _is_in(bar: forms.StepBar, step: str) -> bool:
    every = (*((bar.main,) if bar.main else ()), *bar.beside, *bar.more)
    return any(one.step == step for one in every)


def _chain(page: CasePage) -> tuple[ChainLink, ...]:
    """Return the chain as it is shown; who has it now stands first where the chain has it not."""
    now = page.line.organisation.id if page.line.organisation else None
    links = [
        ChainLink(
            _party_name(party),
            str(LEVELS.get(party.level, party.level)),
            party.organisation.id == now,
            party.why,
            party.basis,
            party.trace,
        )
        for party in page.chain
    ]
    if page.line.organisation and not any(link.is_now for link in links):
        level = str(LEVELS.get(page.line.level, page.line.level))
        links.insert(0, ChainLink(named(page.line.organisation), level, True, _("Given to it.")))
    return tuple(links)


def _party_name(party: ChainParty) -> str:
    name = named(party.organisation)
    return f"{name} · {named(party.post)}" if party.post else name


def _rise(page: CasePage) -> str:
    """Return who takes a late case up; blank where nothing rises any more."""
    if page.line.state not in AT_WORK:
        return ""
    try:
        above = level_above(page.line.level, levels=catalogue.book().options.levels)
    except TopLevelReached:
        return ""
    told = {"level": str(LEVELS.get(above, above))}
    return _("If it is late, it rises to %(level)s.") % told


def _in_language(page: CasePage, name: str) -> str:
    if page.standard is None:
        return ""
    own, english = getattr(page.standard, name), getattr(page.standard, f"{name}_en")
    return str((own or english) if in_chinese() else (english or own))


def _known(refused: Refused | None) -> int | None:
    """Return how many deeds stood on the page from which something was refused."""
    seen = refused.typed.get("seen", "") if refused else ""
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None  # noqa: PLR2004


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
