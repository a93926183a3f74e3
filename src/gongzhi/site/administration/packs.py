"""Packs: what is installed, what a new one would change, and putting one in force."""

import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts.session import actor_of
from gongzhi.accounts.web.fields import Field, form_of
from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.rules import (
    Mistake,
    NoPackInstalled,
    PackContent,
    PackMistaken,
    diff_packs,
    load_pack,
)
from gongzhi.catalogue.words import reading
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.pages import asked
from gongzhi.webkit.reading import named

from .doors import SYSTEM, kept_for
from .reading import one_of, show
from .staging import MOST_PACK, PACKS, FileGone, Staged, find, keep, unpacked

SHOWN = 200  # mistakes, differences


@dataclass(frozen=True, slots=True)
class MistakeRow:
    """A mistake in a pack: where it is, what is wrong, what to do."""

    place: str
    sentence: str
    remedy: str


def _mistake(one: Mistake) -> MistakeRow:
    parts = (one.file, str(one.line or ""), one.column)
    place = ":".join(part for part in parts if part)
    return MistakeRow(place, one.sentence(reading()), one.remedy(reading()))


@require_safe
@never_cache
@kept_for(SYSTEM)
def packs(request: HttpRequest) -> HttpResponse:
    """GET — installed versions, the one in force first said; a form for another."""
    return _page(request, refusal=None)


def _page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    shipped = [(name, name) for name in queries.shipped_packs()]
    fields = (
        Field(
            "file",
            _("ZIP file of a pack"),
            "file",
            hint=_("pack.toml and its tables, with a new version named in pack.toml."),
            accept=".zip",
        ),
        Field(
            "shipped",
            _("or one that comes with Gongzhi"),
            "select",
            groups=one_of(shipped),
            blank=_("none of these"),
        ),
    )
    shown: dict[str, object] = {
        "versions": queries.installed_versions(),
        "calendars": _calendars(timezone.localdate().year),
        "shipped": [(name, f"{name}.zip") for name, _label in shipped],
        "form": form_of(fields, refusal=refusal),
    }
    return show(request, "packs", shown, refusal=refusal)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar of the pack in force, and whether its years reach far enough.

    Attributes:
        missing: the first year it does not know, of this and the next; None when it knows both.
        is_late: that year is this one.
    """

    name: str
    years: str
    missing: int | None
    is_late: bool


def _calendars(year: int) -> list[CalendarRow]:
    try:
        content = queries.find_content("active")
    except NoPackInstalled:
        return []
    rows = []
    for sheet in content.calendars:
        missing = next((one for one in (year, year + 1) if one not in sheet.years), None)
        missing = missing if sheet.needs_year_tables else None
        years = ", ".join(str(one) for one in sheet.years)
        rows.append(CalendarRow(named(sheet), years, missing, missing == year))
    return rows


def _years_entered(code: str, place: Path) -> Iterator[tuple[str, str]]:
    """Yield the tables of years that the version in force has and a folder has not."""
    try:
        content = queries.find_content("active")
    except NoPackInstalled:
        return
    for sheet in content.calendars if content.code == code else ():
        for year in sheet.years:
            name = f"holidays/{sheet.code}/{year}.csv"
            if not (place / name).exists():
                table = StringIO(newline="")
                rows = csv.writer(table)
                rows.writerow(["date", "kind", "name"])
                days = (day for day in sheet.days if day.on.year == year)
                rows.writerows([day.on.isoformat(), day.kind, day.name] for day in days)
                yield name, table.getvalue()


@require_safe
@kept_for(SYSTEM)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """GET — a pack that comes with Gongzhi, as an archive to be changed and given back.

    Years that the version in force knows and the files do not are added: whoever changes a
    limit must not lose the holidays.
    """
    place = queries.shipped_packs().get(code)
    if place is None:
        raise FileGone
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(place.rglob("*")):
            if one.is_file() and one.suffix in {".csv", ".toml", ".md"}:
                archive.write(one, one.relative_to(place))
        for name, table in _years_entered(code, place):
            archive.writestr(name, table)
    answer = HttpResponse(kept.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{code}.zip"'
    return answer


@never_cache
@require_POST
@kept_for(SYSTEM)
def check_pack(request: HttpRequest) -> HttpResponse:
    """POST — every mistake of a pack, and what it would change; nothing is installed."""
    shipped = asked(request.POST, "shipped", longest=80)
    try:
        place = queries.shipped_packs().get(shipped)
        staged = None if place else _kept(request)
        content, mistakes = load_pack(unpacked(staged) if staged else Path(place or ""))
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    found = [] if mistakes else _differences(content)
    shown: dict[str, object] = {
        "content": content,
        "mistakes": [_mistake(one) for one in mistakes[:SHOWN]],
        "more_mistakes": max(len(mistakes) - SHOWN, 0),
        "differences": found[:SHOWN],
        "more_differences": max(len(found) - SHOWN, 0),
        "is_first": not queries.installed_versions(),
        "staged": staged.id if staged else "",
        "shipped": shipped if place else "",
    }
    return show(request, "pack_report", shown)


def _kept(request: HttpRequest) -> Staged:
    upload = request.FILES.get("file")
    return keep(upload, endings=PACKS, most=MOST_PACK, by=actor_of(request))


def _differences(content: PackContent) -> list[str]:
    try:
        before = queries.find_content("active")
    except NoPackInstalled:
        return []
    return [one.sentence(reading()) for one in diff_packs(before, content)]


@require_POST
@kept_for(SYSTEM)
def install(request: HttpRequest) -> HttpResponse:
    """POST — put the pack that was checked in force."""
    shipped = asked(request.POST, "shipped", longest=80)
    try:
        place = queries.shipped_packs().get(shipped) or _waiting(request)
        row = actions.install_pack(place, by=actor_of(request), at=timezone.now())
    except PackMistaken as refusal:
        shown: dict[str, object] = {"mistakes": [_mistake(one) for one in refusal.mistakes[:SHOWN]]}
        return show(request, "pack_report", shown, refusal=refusal)
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    messages.success(
        request, _("%(pack)s is now in force.") % {"pack": f"{row.pack_code} {row.label}"}
    )
    return HttpResponseRedirect(reverse("admin-packs"))


def _waiting(request: HttpRequest) -> Path:
    number = asked(request.POST, "staged", longest=40)
    try:
        known = UUID(number)
    except ValueError:
        known = UUID(int=0)
    return unpacked(find(known, by=actor_of(request)))


@require_POST
@kept_for(SYSTEM)
def activate(request: HttpRequest, version_id: int) -> HttpResponse:
    """POST — put an installed version back in force."""
    row = actions.activate_version(version_id, by=actor_of(request), at=timezone.now())
    messages.success(
        request, _("%(pack)s is now in force.") % {"pack": f"{row.pack_code} {row.label}"}
    )
    return HttpResponseRedirect(reverse("admin-packs"))


urlpatterns = [
    path("admin/packs", packs, name="admin-packs"),
    path("admin/packs/<slug:code>.zip", download, name="admin-pack-download"),
    path("admin/packs/check", check_pack, name="admin-pack-check"),
    path("admin/packs/install", install, name="admin-pack-install"),
    path("admin/packs/<int:version_id>/activate", activate, name="admin-pack-activate"),
]
