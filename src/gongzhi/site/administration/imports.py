"""Tables and maps brought in: a report of what would happen first, then the deed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.actions.imports import CHART_COLUMNS, ROSTER_COLUMNS
from gongzhi.accounts.rules import Role
from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.kernel.coordinates import Frame
from gongzhi.kernel.refusals import Refusal
from gongzhi.places import actions as places
from gongzhi.places.queries import the_map
from gongzhi.places.rules import LayerView
from gongzhi.places.words import remark
from gongzhi.responsibility.actions import DutyImport, import_duties
from gongzhi.responsibility.rules import COLUMNS
from gongzhi.webkit.pages import asked
from gongzhi.webkit.reading import in_chinese, named

from .doors import KEEPERS, REGISTRARS, SYSTEM, check, kept_for
from .reading import one_of, show
from .staging import (
    MAPS,
    MOST_MAP,
    MOST_TABLE,
    TABLES,
    FileGone,
    Staged,
    drop,
    find,
    keep,
    refused_of,
    tried,
)

SHOWN_REMARKS = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report."""

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """What an import came to, or would come to.

    Attributes:
        remarks: what looks odd, in sentences.
        more_remarks: how many are not shown.
        has_refused: there is a file of what was refused.
        has_effect: something would be new or changed.
    """

    figures: tuple[Figure, ...]
    remarks: tuple[str, ...] = ()
    more_remarks: int = 0
    has_refused: bool = False
    note: str = ""
    has_effect: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: who may bring it in, and by which action."""

    code: str
    label: str
    told: str
    roles: tuple[Role, ...]
    columns: Mapping[str, tuple[str, ...]]


def _kinds() -> dict[str, Kind]:
    chart = _("code, name, kind; parent, scope, credit_code if known")
    roster = _(
        "login; name, phone, email, post, starts_on, ends_on, letter_number if known. One table"
        " serves both: the system administrator enrols by it, then the security administrator"
        " appoints by it"
    )
    duties = _(
        "organisation; layer and area (blank: the whole city), category, rank, post, starts_on,"
        " ends_on, legal_basis, source if known"
    )
    return {
        "chart": Kind("chart", _("Organisation chart"), chart, (SYSTEM,), CHART_COLUMNS),
        "roster": Kind("roster", _("Roster of people"), roster, REGISTRARS, ROSTER_COLUMNS),
        "duties": Kind("duties", _("Who answers where"), duties, KEEPERS, _DUTY_COLUMNS),
    }


_DUTY_COLUMNS: Mapping[str, tuple[str, ...]] = dict.fromkeys(COLUMNS, ())
BRINGERS = tuple(dict.fromkeys((*REGISTRARS, *KEEPERS)))


@require_safe
@never_cache
@kept_for(*BRINGERS)
def imports(request: HttpRequest) -> HttpResponse:
    """GET — the tables that can be brought in."""
    return _imports_page(request)


def _imports_page(
    request: HttpRequest, *, kind: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    actor = actor_of(request)
    rows = [
        (
            one,
            form_of(
                (_file_field(TABLES, prefix=one.code),),
                refusal=refusal if one.code == kind else None,
            ),
        )
        for one in _kinds().values()
        if actor.has(*one.roles)
    ]
    return show(request, "imports", {"kinds": rows}, refusal=refusal)


def _file_field(endings: tuple[str, ...], *, prefix: str = "field") -> Field:
    hint = _("One of: %(known)s.") % {"known": ", ".join(endings)}
    accept = ",".join(endings)
    return Field(
        "file",
        pgettext("given to the administration", "File"),
        "file",
        hint=hint,
        is_required=True,
        accept=accept,
        prefix=prefix,
    )


@require_safe
@kept_for(*BRINGERS)
def empty_table(request: HttpRequest, kind: str) -> HttpResponse:
    """GET — a table with the heads of the columns, to be filled in."""
    own = _kinds().get(kind)
    if own is None:
        raise FileGone
    check(actor_of(request), *own.roles)
    heads = [
        aliases[0] if in_chinese() and aliases else name for name, aliases in own.columns.items()
    ]
    answer = HttpResponse(",".join(heads) + "\r\n", content_type="text/csv; charset=utf-8")
    answer.content = b"\xef\xbb\xbf" + answer.content  # so that spreadsheets read it as UTF-8
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


def _run_table(kind: str, staged: Staged, request: HttpRequest) -> Report:
    by, at = actor_of(request), timezone.now()
    rejects = staged.folder / f"{kind}.refused.csv"
    rejects.unlink(missing_ok=True)
    if kind == "chart":
        scope_of: Callable[[str], str | None] = import_string(settings.SCOPE_RESOLVER)
        done = accounts.import_chart(staged.path, by=by, at=at, rejects=rejects, scope_of=scope_of)
        return _table_report(done)
    if kind == "duties":
        return _duty_report(import_duties(staged.path, by=by, at=at, rejects=rejects))
    return _table_report(accounts.import_roster(staged.path, by=by, at=at, rejects=rejects))


def _duty_report(done: DutyImport) -> Report:
    labels = {"assigned": _("added"), "unchanged": _("unchanged"), "refused": _("refused")}
    figures = tuple(Figure(label, getattr(done, name)) for name, label in labels.items())
    refused_any, added = done.rejects is not None, bool(done.assigned)
    return Report(figures, has_refused=refused_any, has_effect=added)


def _table_report(summary: accounts.ImportSummary) -> Report:
    labels = {
        "rows": _("rows"),
        "added": _("added"),
        "changed": _("changed"),
        "unchanged": _("unchanged"),
        "refused": _("refused"),
    }
    ignored = ", ".join(summary.ignored)
    note = _("Columns not used: %(columns)s.") % {"columns": ignored} if ignored else ""
    figures = tuple(Figure(label, getattr(summary, name)) for name, label in labels.items())
    return Report(
        figures,
        has_refused=summary.rejects is not None,
        note=note,
        has_effect=bool(summary.added or summary.changed),
    )


@never_cache
@require_http_methods(["POST"])
@kept_for(*BRINGERS)
def import_table(request: HttpRequest, kind: str) -> HttpResponse:
    """POST — with a file: report what would happen; with a file kept here: do it."""
    check(actor_of(request), *_kinds()[kind].roles)
    try:
        staged, is_deed = _staged(request, TABLES, MOST_TABLE)
        report = (
            _run_table(kind, staged, request)
            if is_deed
            else tried(lambda: _run_table(kind, staged, request))
        )
    except Refusal as refusal:
        return _imports_page(request, kind=kind, refusal=refusal)
    if is_deed:
        drop(staged)
    shown: dict[str, object] = {
        "kind": _kinds()[kind],
        "report": report,
        "staged": staged.id,
        "is_done": is_deed,
    }
    return show(request, "import_report", shown)


def _staged(request: HttpRequest, endings: tuple[str, ...], most: int) -> tuple[Staged, bool]:
    """Return the file of a request, and whether it waited here to be brought in now."""
    by = actor_of(request)
    number = asked(request.POST, "staged", longest=40)
    if not number:
        return keep(request.FILES.get("file"), endings=endings, most=most, by=by), False
    try:
        return find(UUID(number), by=by), True
    except ValueError:
        return find(UUID(int=0), by=by), True


@require_safe
@never_cache
@kept_for(*BRINGERS)
def refused(request: HttpRequest, staged_id: UUID) -> HttpResponse:
    """GET — the rows or areas that were refused, each with its reason, to mend and give again."""
    found = refused_of(staged_id, by=actor_of(request))
    ending = found.name.partition(".refused")[2]
    answer = HttpResponse(found.read_bytes(), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="refused{ending}"'
    return answer


# The map.


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer with how many areas it has."""

    layer: LayerView
    areas: int


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_for(*KEEPERS)
def areas(request: HttpRequest) -> HttpResponse:
    """Show the layers of the map; report what a GeoJSON file would bring, or bring it in."""
    if request.method != "POST":
        return _areas_page(request, refusal=None)
    try:
        staged, is_deed = _staged(request, MAPS, MOST_MAP)
        report = _run_map(staged, request) if is_deed else tried(lambda: _run_map(staged, request))
    except Refusal as refusal:
        return _areas_page(request, refusal=refusal)
    if is_deed:
        messages.success(request, _("The areas are on the map."))
        drop(staged)
    given = [(name, asked(request.POST, name)) for name in _MAP_FIELDS]
    shown: dict[str, object] = {
        "kind": Kind("areas", _("Areas"), "", KEEPERS, {}),
        "report": report,
        "staged": staged.id,
        "is_done": is_deed,
        "given": [(name, value) for name, value in given if value],
    }
    return show(request, "import_report", shown)


_MAP_FIELDS = (
    "layer",
    "new_layer",
    "code_field",
    "name_field",
    "name_en_field",
    "class_field",
    "parent_field",
    "frame",
    "mend",
    "new_name",
    "rank",
    "administrative",
)


def _run_map(staged: Staged, request: HttpRequest) -> Report:
    given = request.POST
    rank = asked(given, "rank", longest=4)
    frames = {one.value: one for one in Frame}
    done = places.import_geojson(
        staged.path,
        layer=asked(given, "layer", longest=60) or asked(given, "new_layer", longest=60),
        code_field=asked(given, "code_field"),
        name_field=asked(given, "name_field"),
        name_en_field=asked(given, "name_en_field"),
        class_field=asked(given, "class_field"),
        parent_field=asked(given, "parent_field"),
        frame=frames.get(asked(given, "frame"), Frame.WGS84),
        mend=bool(given.get("mend")),
        rank=int(rank) if rank.isascii() and rank.isdigit() else None,
        administrative=bool(given.get("administrative")),
        layer_name=asked(given, "new_name", longest=60),
        by=actor_of(request),
        at=timezone.now(),
    )
    labels = {
        "read": _("read"),
        "drawn": _("new"),
        "redrawn": _("with another shape"),
        "changed": _("changed otherwise"),
        "unchanged": _("unchanged"),
        "refused": _("refused"),
    }
    figures = tuple(Figure(label, getattr(done, name)) for name, label in labels.items())
    told = tuple(remark(one.code, one.facts) for one in done.remarks[:SHOWN_REMARKS])
    more = max(len(done.remarks) - SHOWN_REMARKS, 0)
    has_effect = bool(done.drawn or done.redrawn or done.changed)
    return Report(figures, told, more, bool(done.refused_path), has_effect=has_effect)


def _areas_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    city = the_map()
    counts: dict[str, int] = {}
    for area in city.areas:
        counts[area.layer] = counts.get(area.layer, 0) + 1
    given = request.POST if refusal else None
    shown: dict[str, object] = {
        "layers": [LayerRow(layer, counts.get(layer.code, 0)) for layer in city.layers],
        "form": form_of(_map_fields(city.layers), given=given, refusal=refusal),
        "new_form": form_of(_new_layer_fields(), given=given),
    }
    return show(request, "areas", shown, refusal=refusal)


def _map_fields(layers: tuple[LayerView, ...]) -> tuple[Field, ...]:
    frames = [(one.value, one.value.upper().replace("GCJ02", "GCJ-02")) for one in Frame]
    known = one_of((one.code, f"{named(one)} ({one.code})") for one in layers)
    return (
        _file_field(MAPS),
        Field("layer", _("Layer"), "select", groups=known, blank=_("a new one, described below")),
        Field(
            "code_field",
            _("Property with the code"),
            hint=_("As the file names it, such as code or adcode."),
            is_required=True,
            longest=100,
        ),
        Field("name_field", _("Property with the name"), is_required=True, longest=100),
        Field("name_en_field", _("Property with the English name"), longest=100),
        Field("class_field", _("Property with the area class"), longest=100),
        Field(
            "parent_field",
            _("Property with the code of the area above"),
            hint=_("Blank: found by where the area lies."),
            longest=100,
        ),
        Field("frame", _("Coordinate system"), "select", groups=one_of(frames, "wgs84")),
        Field("mend", _("Mend open and self-crossing rings"), "checkbox"),
    )


def _new_layer_fields() -> tuple[Field, ...]:
    return (
        Field("new_layer", _("Code of the new layer"), hint=_("Such as courtyard."), longest=60),
        Field("new_name", _("Name of the new layer"), longest=60),
        Field(
            "rank",
            _("Its rank"),
            "number",
            hint=_("A whole number from coarse (0) to fine; the city is 0, streets 20."),
            longest=4,
        ),
        Field("administrative", _("Its areas belong to the one tree of the city"), "checkbox"),
    )


urlpatterns = [
    path("admin/imports", imports, name="admin-imports"),
    *(
        path(f"admin/imports/{kind}", import_table, {"kind": kind}, name=f"admin-import-{kind}")
        for kind in ("chart", "roster", "duties")
    ),
    path("admin/imports/<slug:kind>/empty.csv", empty_table, name="admin-import-empty"),
    path("admin/imports/<uuid:staged_id>/refused", refused, name="admin-refused"),
    path("admin/areas", areas, name="admin-areas"),
]
