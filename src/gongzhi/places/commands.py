"""The command line of the map."""

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.accounts.rules import SYSTEM
from gongzhi.kernel.coordinates import Frame, check_position, to_wgs84
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from . import actions, queries
from .rules import ImportReport, ShownAs
from .rules.codes import read_code
from .rules.plates import plate
from .words import flag_label, remark

FRAMES = click.Choice([frame.value for frame in Frame])
LOOKS = click.Choice([look.value for look in ShownAs])
SHOWN = 20  # remarks; more would hide the summary


class _Refused(click.ClickException):
    """A refusal, told in words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(sentence(refusal))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", required=True, help="Code of the layer.")
@click.option("--name-field", required=True, help="Property that holds the name.")
@click.option("--code-field", required=True, help="Property that holds the code.")
@click.option("--name-en-field", default="", help="Property that holds the English name.")
@click.option("--class-field", default="", help="Property that holds the area class.")
@click.option("--parent-field", default="", help="Property that holds the code of the parent.")
@click.option("--parent-layer", default="", help="Layer of the parents.")
@click.option("--where", multiple=True, metavar="KEY=VALUE", help="Only features with this value.")
@click.option("--frame", type=FRAMES, default="wgs84", help="Coordinate system of the file.")
@click.option("--repair", is_flag=True, help="Mend open and self-crossing rings.")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
@click.option("--rank", type=click.IntRange(0), help="Define the layer with this rank.")
@click.option("--level", default="", help="Level of government of a new layer.")
@click.option("--administrative", is_flag=True, help="The new layer belongs to the one tree.")
@click.option("--layer-name", default="", help="Name of a new layer.")
@click.option("--shown-as", type=LOOKS, help="How maps show a new layer.")
@click.option("--shown-from", type=click.IntRange(0, 22), help="From this zoom of the map.")
def import_(
    file: Path,
    *,
    where: Sequence[str],
    frame: str,
    repair: bool,
    valid_from: datetime | None,
    shown_as: str | None,
    **options: object,
) -> None:
    """Draw the areas of a GeoJSON FILE in a layer of the map."""
    try:
        report = actions.import_geojson(
            file,
            where=_pairs(where),
            frame=Frame(frame),
            mend=repair,
            shown_as=shown_as or "",
            valid_from=valid_from.date() if valid_from else None,
            by=SYSTEM,
            at=timezone.now(),
            progress=_counter(),
            **options,  # type: ignore[arg-type]
        )
    except Refusal as refusal:
        raise _Refused(refusal) from None
    _tell(report)


@click.command("import-facilities")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--frame", type=FRAMES, default="wgs84", help="Coordinate system of the file.")
def import_facilities(file: Path, frame: str) -> None:
    """Place the facilities of a table FILE (CSV, XLSX, JSON lines) on the map."""
    refused = file.with_name(f"{file.stem}.refused.csv")
    try:
        placed, count = actions.import_facilities(
            file, frame=Frame(frame), refused=refused, by=SYSTEM, at=timezone.now()
        )
    except Refusal as refusal:
        raise _Refused(refusal) from None
    click.echo(
        _("%(fresh)s placed, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused.")
        % {
            "fresh": placed.fresh,
            "changed": placed.changed,
            "unchanged": placed.unchanged,
            "refused": count,
        }
    )
    if count:
        click.echo(_("The refused rows are in %(file)s.") % {"file": refused})


@click.command("define-layer")
@click.argument("code")
@click.option("--name", required=True, help="What people read.")
@click.option("--name-en", default="", help="The same in English.")
@click.option("--rank", type=click.IntRange(0), required=True, help="From coarse (0) to fine.")
@click.option("--level", default="", help="community, street, district or city.")
@click.option("--administrative", is_flag=True, help="Its areas belong to the one tree.")
@click.option("--shown-as", type=LOOKS, help="How maps show it.")
@click.option("--shown-from", type=click.IntRange(0, 22), help="From this zoom of the map.")
def define_layer(
    code: str,
    *,
    name: str,
    name_en: str,
    rank: int,
    level: str,
    administrative: bool,
    shown_as: str | None,
    shown_from: int | None,
) -> None:
    """Define a layer of the map, or rename it."""
    try:
        actions.define_layer(
            code,
            name=name,
            name_en=name_en,
            rank=rank,
            level=level,
            is_administrative=administrative,
            shown_as=shown_as or "",
            shown_from=shown_from,
            by=SYSTEM,
            at=timezone.now(),
        )
    except Refusal as refusal:
        raise _Refused(refusal) from None
    click.echo(_("The layer %(code)s is defined.") % {"code": code})


@click.command("codes")
@click.option("--layer", default="", help="For every area of this layer.")
@click.option("--facilities", default="", metavar="CATEGORY", help="For every such facility.")
@click.option("--facility", multiple=True, metavar="CODE", help="For this facility.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of plates.")
def codes(layer: str, facilities: str, facility: Sequence[str], out: Path) -> None:
    """Make service codes and draw their plates, one SVG each, with a list in codes.csv.

    What bears a code already keeps it: the same command again draws the same plates.
    """
    at = timezone.now()
    try:
        wanted = queries.to_be_coded(layer=layer, category=facilities, facilities=facility, at=at)
        made = actions.make_codes(wanted, by=SYSTEM, at=at)
    except Refusal as refusal:
        raise _Refused(refusal) from None
    plates = queries.service_codes(made, at=at)
    _draw_plates([plates[code] for code in made], out)
    click.echo(
        ngettext(
            "%(count)s plate drawn in %(folder)s.",
            "%(count)s plates drawn in %(folder)s.",
            len(made),
        )
        % {"count": len(made), "folder": out}
    )


def _draw_plates(plates: Sequence[queries.ServiceCodeView], out: Path) -> None:
    """Write the plates and their list."""
    out.mkdir(parents=True, exist_ok=True)
    hint = _("Scan to report a problem here")
    with (out / "codes.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["code", "address", "name", "name_en", "longitude", "latitude"])
        for one in plates:
            address = f"{settings.PUBLIC_ADDRESS}/at/{one.code}"
            drawing = plate(address, one.code, name=one.name, hint=hint)
            (out / f"{one.code}.svg").write_text(drawing, encoding="utf-8")
            names = [name.lstrip("=+-@\t\r") for name in (one.name, one.name_en)]
            table.writerow([one.code, address, *names, one.longitude, one.latitude])


@click.command("retire-code")
@click.argument("code")
def retire_code(code: str) -> None:
    """Retire a service code whose plate is gone."""
    try:
        actions.retire_code(read_code(code) or code, by=SYSTEM, at=timezone.now())
    except Refusal as refusal:
        raise _Refused(refusal) from None
    click.echo(_("The service code %(code)s is retired.") % {"code": code})


@click.command("layers")
def layers() -> None:
    """List the layers of the map, from coarse to fine."""
    city = queries.the_map()
    counts: dict[str, int] = {}
    for area in city.areas:
        counts[area.layer] = counts.get(area.layer, 0) + 1
    for layer in city.layers:
        count = counts.get(layer.code, 0)
        told = ngettext("%(count)s area", "%(count)s areas", count) % {"count": count}
        tree = _("in the tree") if layer.is_administrative else ""
        click.echo(f"{layer.rank:>4}  {layer.code}  {layer.name}  {told}  {tree}".rstrip())
    if not city.layers:
        click.echo(_("The map has no layers yet."))


@click.command("locate", context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=float)
@click.argument("lat", type=float)
@click.option("--frame", type=FRAMES, default="wgs84", help="Coordinate system of the position.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="As of this day.")
def locate(lon: float, lat: float, frame: str, on: datetime | None) -> None:
    """Tell in which areas the position LON LAT (degrees) lies."""
    try:
        check_position(lon, lat)
    except Refusal as refusal:
        raise _Refused(refusal) from None
    at = timezone.make_aware(on) if on else timezone.now()
    found = queries.locate(*to_wgs84(lon, lat, Frame(frame)), at=at)
    for layer, area in found.areas.items():
        click.echo(f"{layer}: {area.code}  {area.name}")
    if found.area_class:
        click.echo(_("Area class: %(area_class)s") % {"area_class": found.area_class})
    for flag in found.flags:
        click.echo(_("Note: %(flag)s (%(code)s)") % {"flag": flag_label(flag), "code": flag})


def _pairs(where: Sequence[str]) -> dict[str, str]:
    """Return KEY=VALUE options as a dictionary."""
    pairs = {}
    for one in where:
        name, equals, value = one.partition("=")
        if not equals:
            raise click.BadParameter(_("“%(text)s” is not KEY=VALUE.") % {"text": one})
        pairs[name] = value
    return pairs


def _counter() -> "_Counter | None":
    return _Counter() if sys.stderr.isatty() else None


class _Counter:
    """Counts features on the terminal."""

    def __call__(self, number: int) -> None:
        """Show how far the reading is."""
        if number % 100 == 0:
            click.echo(f"\r{number:,}", nl=False, err=True)


def _tell(report: ImportReport) -> None:
    for one in report.remarks[:SHOWN]:
        click.echo(remark(one.code, one.facts))
    left = len(report.remarks) - SHOWN
    if left > 0:
        click.echo(
            ngettext("… and %(left)s more remark.", "… and %(left)s more remarks.", left)
            % {"left": left}
        )
    click.echo(
        _(
            "%(read)s features: %(drawn)s drawn, %(redrawn)s redrawn, %(changed)s changed,"
            " %(unchanged)s unchanged, %(skipped)s left out, %(refused)s refused."
        )
        % {
            "read": report.read,
            "drawn": report.drawn,
            "redrawn": report.redrawn,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "skipped": report.skipped,
            "refused": report.refused,
        }
    )
    if report.refused:
        click.echo(
            _("The refused features are in %(file)s, each with its reason: mend and import it.")
            % {"file": report.refused_path}
        )


COMMANDS: dict[str, click.Command] = {
    "places import": import_,
    "places import-facilities": import_facilities,
    "places define-layer": define_layer,
    "places codes": codes,
    "places retire-code": retire_code,
    "places layers": layers,
    "places locate": locate,
}
