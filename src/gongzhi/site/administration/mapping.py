"""The map for its keeper: areas by layer, one area, plates to print, gaps and overlaps."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, Form, form_of
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import NoPackInstalled
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import actions, queries
from gongzhi.places.queries import AreaView
from gongzhi.places.rules import LayerView, NoSuchLayer
from gongzhi.places.rules.plates import plate
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility.queries import DutyView
from gongzhi.webkit.pages import address_with, asked
from gongzhi.webkit.reading import named

from .doors import KEEPERS, kept_for
from .reading import asked_day, one_of, show

PAGE = 50  # areas
PLATES = 40  # on one page to print
SHOWN = 100  # gaps, overlaps
CLASSES = ("A", "B", "C")


def _layer(code: str) -> LayerView:
    found = next((one for one in queries.layers() if one.code == code), None)
    if found is None:
        known = ", ".join(one.code for one in queries.layers())
        raise NoSuchLayer(layer=code[:60], known=known)
    return found


def _areas_of(request: HttpRequest, layer: str, at: datetime, most: int) -> list[AreaView]:
    """Return the areas of a layer in force after a code, narrowed by what is typed."""
    words = asked(request.GET, "q", longest=80).lower()
    after = asked(request.GET, "after", longest=64)
    fitting = (
        one
        for code, one in queries.areas_by_code(layer, at=at).items()
        if code > after and words in f"{code} {one.name} {one.name_en}".lower()
    )
    return [one for one, _place in zip(fitting, range(most), strict=False)]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area in the list of its layer."""

    area: AreaView
    within: AreaView | None


@require_safe
@never_cache
@kept_for(*KEEPERS)
def layer(request: HttpRequest, code: str) -> HttpResponse:
    """GET — the areas of a layer, narrowed by what is typed."""
    own, at = _layer(code), timezone.now()
    found = _areas_of(request, code, at, PAGE + 1)
    above = queries.areas(one.parent_id for one in found if one.parent_id)
    more = len(found) > PAGE
    shown: dict[str, object] = {
        "layer": own,
        "rows": [AreaRow(one, above.get(one.parent_id or 0)) for one in found[:PAGE]],
        "count": len(queries.areas_by_code(code, at=at)),
        "q": asked(request.GET, "q", longest=80),
        "following": address_with(request, after=found[PAGE - 1].code) if more else "",
    }
    return show(request, "layer", shown)


# One area.


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Who answers for what in exactly this area."""

    what: str
    who: str
    rank: int
    basis: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for(*KEEPERS)
def area(request: HttpRequest, area_id: int) -> HttpResponse:
    """Show an area, or keep its name and class."""
    own = queries.area(area_id)
    if request.method != "POST":
        return _area_page(request, own)
    by, at, given = actor_of(request), timezone.now(), request.POST
    wanted = asked(given, "area_class", longest=8)
    try:
        names = {"name": asked(given, "name"), "name_en": asked(given, "name_en")}
        actions.rename_area(own.layer, own.code, **names, by=by, at=at)
        if wanted != _own_class(own):
            actions.classify_area(own.layer, own.code, area_class=wanted, by=by, at=at)
    except Refusal as refusal:
        return _area_page(request, own, form="keep", refusal=refusal)
    messages.success(request, _("The area is kept."))
    return HttpResponseRedirect(reverse("admin-area", args=[area_id]))


def _own_class(own: AreaView) -> str:
    """Return the class of an area where it differs from what it lies in; blank otherwise."""
    above = queries.areas([own.parent_id]) if own.parent_id else {}
    return "" if any(one.area_class == own.area_class for one in above.values()) else own.area_class


def _area_fields(own: AreaView) -> tuple[Field, ...]:
    classes = one_of(((one, one) for one in CLASSES), _own_class(own))
    hint = _("The class decides which limits hold here: A has the shortest.")
    as_above = _("as what it lies in")
    return (
        Field("name", _("Its name"), value=own.name, is_required=True, longest=100),
        Field("name_en", _("Name in English"), value=own.name_en, longest=100),
        Field("area_class", _("Class"), "select", hint=hint, groups=classes, blank=as_above),
    )


def _area_page(
    request: HttpRequest, own: AreaView, *, form: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    at = timezone.now()

    def shown_form(name: str, fields: tuple[Field, ...]) -> Form:
        mine = refusal if form == name else None
        return form_of(fields, given=request.POST if mine else None, refusal=mine)

    today = timezone.localtime(at).date()
    day = pgettext("of an area", "Last day")
    last = Field("ends_on", day, "date", today.isoformat(), is_required=True)
    inside = queries.shape_of(own.id).representative_point()
    shown: dict[str, object] = {
        "own": own,
        "layer": _layer(own.layer),
        "above": tuple(reversed(queries.ancestors(own.id)[1:])),
        "is_in_force": queries.the_map().is_valid_on(own.id, today),
        "form": shown_form("keep", _area_fields(own)),
        "retire_form": shown_form("retire", (last,)),
        "duties": _duty_rows(responsibility.duties_of(at=at, area_id=own.id)),
        "inside": (f"{inside.x:.6f}", f"{inside.y:.6f}"),
        "plate": queries.plates_of_areas([own.id], at=at).get(own.id),
    }
    return show(request, "area", shown, refusal=refusal)


def _duty_rows(duties: list[DutyView]) -> list[DutyRow]:
    homes = accounts.organisations({one.organisation_id for one in duties})
    posts = accounts.posts({one.post_id for one in duties if one.post_id})
    kinds = _category_names()
    rows = []
    for one in duties:
        parties = (homes.get(one.organisation_id), posts.get(one.post_id or 0))
        who = " · ".join(named(party) for party in parties if party)
        what = kinds.get(one.category_code, one.category_code) or _("every kind of problem")
        rows.append(DutyRow(what, who, one.rank, one.legal_basis))
    return rows


def _category_names() -> Mapping[str, str]:
    try:
        return {code: named(one) for code, one in catalogue.book().categories.items()}
    except NoPackInstalled:
        return {}


@require_POST
@kept_for(*KEEPERS)
def retire(request: HttpRequest, area_id: int) -> HttpResponse:
    """POST — end an area on a day; earlier days still find it."""
    own, at = queries.area(area_id), timezone.now()
    try:
        day = asked_day(request.POST, "ends_on") or timezone.localtime(at).date()
        actions.retire_area(own.layer, own.code, ends_on=day, by=actor_of(request), at=at)
    except Refusal as refusal:
        return _area_page(request, own, form="retire", refusal=refusal)
    messages.success(request, _("The area ends on %(day)s.") % {"day": day.isoformat()})
    return HttpResponseRedirect(reverse("admin-layer", args=[own.layer]))


# Plates.


@dataclass(frozen=True, slots=True)
class PlateShown:
    """A plate as it is printed."""

    name: str
    code: str
    drawing: SafeString


@require_safe
@never_cache
@kept_for(*KEEPERS)
def plates(request: HttpRequest, code: str) -> HttpResponse:
    """GET — the plates of a layer, to be printed; how many areas have none yet."""
    own, at = _layer(code), timezone.now()
    found = _areas_of(request, code, at, PLATES + 1)
    borne = queries.plates_of_areas((one.id for one in found[:PLATES]), at=at)
    more = len(found) > PLATES
    shown: dict[str, object] = {
        "layer": own,
        "plates": [_plate(borne[one.id]) for one in found[:PLATES] if one.id in borne],
        "without": [one.code for one in found[:PLATES] if one.id not in borne],
        "q": asked(request.GET, "q", longest=80),
        "following": address_with(request, after=found[PLATES - 1].code) if more else "",
        "here": request.get_full_path(),
        "public_address": settings.PUBLIC_ADDRESS,
    }
    return show(request, "plates", shown)


def _plate(one: queries.ServiceCodeView) -> PlateShown:
    address = f"{settings.PUBLIC_ADDRESS}/at/{one.code}"
    hint = _("Scan to report a problem here")
    drawing = plate(address, one.code, name=named(one), hint=hint)
    return PlateShown(named(one), one.code, mark_safe(drawing))  # noqa: S308 - `plate` escapes


@require_POST
@kept_for(*KEEPERS)
def make_plates(request: HttpRequest, code: str) -> HttpResponse:
    """POST — make codes for the areas that are named and bear none."""
    own = _layer(code)
    wanted = [
        actions.NewCode(layer=own.code, area=one[:64])
        for one in request.POST.getlist("area")[:PLATES]
    ]
    if wanted:
        actions.make_codes(wanted, by=actor_of(request), at=timezone.now())
    back = f"{reverse('admin-plates', args=[code])}?"
    return HttpResponseRedirect(back + request.POST.get("query", "")[:300].replace("\n", ""))


# Gaps and overlaps.


@dataclass(frozen=True, slots=True)
class GapRow:
    """An area where nobody but the last resort answers for some kinds of problems."""

    area_id: int
    area: str
    kinds: int
    some: str


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """Several parties that answer first for the same."""

    area: str
    what: str
    duties: str


@require_safe
@never_cache
@kept_for(*KEEPERS)
def gaps(request: HttpRequest) -> HttpResponse:
    """GET — where nobody answers but the last resort, and where several answer at once."""
    at = timezone.now()
    try:
        voids, overlaps = responsibility.voids(at=at), responsibility.overlaps(at=at)
    except NoPackInstalled:
        voids, overlaps = [], []
    names = responsibility.area_names(
        {*(one.area_id for one in voids), *(one.area_id for one in overlaps)}
    )
    kinds = _category_names()
    by_area = Counter(one.area_id for one in voids)
    some: dict[int, list[str]] = {}
    for one in voids:
        some.setdefault(one.area_id, []).append(kinds.get(one.category_code, one.category_code))
    shown: dict[str, object] = {
        "gaps": [
            GapRow(key, names.get(key, f"#{key}"), many, ", ".join(some[key][:5]))
            for key, many in by_area.most_common(SHOWN)
        ],
        "gap_count": len(by_area),
        "overlaps": [
            OverlapRow(
                names.get(one.area_id or 0, _("the whole city")),
                kinds.get(one.category_code, one.category_code) or _("every kind of problem"),
                ", ".join(str(key) for key in one.duty_ids),
            )
            for one in overlaps[:SHOWN]
        ],
        "overlap_count": len(overlaps),
    }
    return show(request, "gaps", shown)


urlpatterns = [
    path("admin/gaps", gaps, name="admin-gaps"),
    path("admin/areas/<int:area_id>", area, name="admin-area"),
    path("admin/areas/<int:area_id>/retire", retire, name="admin-area-retire"),
    path("admin/areas/of/<str:code>", layer, name="admin-layer"),
    path("admin/areas/of/<str:code>/plates", plates, name="admin-plates"),
    path("admin/areas/of/<str:code>/plates/make", make_plates, name="admin-plates-make"),
]
