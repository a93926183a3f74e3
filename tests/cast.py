"""The cast: a small invented city and the people in it, built by the real actions.

One district of two streets, each of two communities, on a patch of open sea; a
command centre, two street offices, a sanitation crew for each street, and lamps for all.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import shapely
from PIL import Image

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import queries as parties
from gongzhi.accounts.actions import NewAppointment, NewOrganisation, NewPerson, NewPost
from gongzhi.accounts.rules import SYSTEM, Actor
from gongzhi.catalogue.actions import install_pack
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.evidence.actions import keep_file
from gongzhi.places import queries as places
from gongzhi.places.actions import define_layer, draw_areas
from gongzhi.places.rules import NewArea

FOUNDED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
# A Tuesday, 09:00 in the city's time zone.
MORNING = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
WEST, SOUTH, SIDE = 123.0, 31.0, 0.02  # degrees; a community is a square of this side

# login: (post kind, organisation, scope area code, post code)
POSTS = {
    "opal": ("operator", "city-command", "", "desk-operator"),
    "dora": ("dispatcher", "city-command", "", "desk-dispatcher"),
    "hugo": ("duty_head", "city-command", "", "desk-head"),
    "lea": ("leader", "city-command", "", "leader"),
    "kim": ("map_keeper", "city-command", "", "map-keeper"),
    "colin": ("collector", "street-1", "S1", "collector-1"),
    "cora": ("collector", "street-2", "S2", "collector-2"),
    "stella": ("station_head", "community-11", "C11", "station-11"),
    "henry": ("handler", "sanitation-1", "S1", "crew-1"),
    "hanna": ("handler", "sanitation-2", "S2", "crew-2"),
    "harry": ("handler", "street-1", "S1", "street-1-crew"),
    "lars": ("handler", "lighting", "", "lamps"),
    "sysa": ("system_admin", "city-command", "", "sys-admin"),
    "seca": ("security_admin", "city-command", "", "sec-admin"),
    "auda": ("audit_admin", "city-command", "", "audit-admin"),
}
RESIDENTS = ("rita", "rolf")
PASSWORD = "correct horse 2026"


@dataclass
class City:
    """The cast, ready to act."""

    people: dict[str, Actor] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, login: str) -> Actor:
        """Return a person by login."""
        try:
            return self.people[login]
        except KeyError:
            raise AttributeError(login) from None


def square(x: int, y: int, *, width: int = 1, height: int = 1) -> shapely.Polygon:
    """Return a rectangle of communities; (0, 0) is in the south-west."""
    west, south = WEST + x * SIDE, SOUTH + y * SIDE
    return shapely.box(west, south, west + width * SIDE, south + height * SIDE)


def point_in(x: int, y: int, *, east: float = 0.5, north: float = 0.5) -> tuple[float, float]:
    """Return longitude and latitude within a community; shares of its side."""
    return WEST + (x + east) * SIDE, SOUTH + (y + north) * SIDE


def build_city(pack: Path = SHIPPED / "china") -> City:
    """Build the city by the real actions."""
    install_pack(pack, by=SYSTEM, at=FOUNDED)
    _draw()
    _appoint()
    city = City()
    logins = [*POSTS, *RESIDENTS]
    city.people = {login: parties.actor_for_login(login, at=MORNING) for login in logins}
    city.organisations = {code: one.id for code, one in parties.organisations_by_code().items()}
    return city


def _draw() -> None:
    layers = [("city", 0), ("district", 10), ("street", 20), ("community", 30)]
    for code, rank in layers:
        define_layer(
            code,
            name=code,
            level=code,
            rank=rank,
            is_administrative=True,
            by=SYSTEM,
            at=FOUNDED,
        )
    draw_areas(
        [
            NewArea("city", "CT", "海市", square(0, 0, width=2, height=2), name_en="Seacity"),
            NewArea("district", "D1", "甲区", square(0, 0, width=2, height=2), name_en="Alpha"),
            NewArea("street", "S1", "东街道", square(0, 0, height=2), name_en="East Street"),
            NewArea("street", "S2", "西街道", square(1, 0, height=2), name_en="West Street"),
            NewArea("community", "C11", "一社区", square(0, 0), name_en="One", area_class="A"),
            NewArea("community", "C12", "二社区", square(0, 1), name_en="Two", area_class="B"),
            NewArea("community", "C21", "三社区", square(1, 0), name_en="Three", area_class="B"),
            NewArea("community", "C22", "四社区", square(1, 1), name_en="Four", area_class="C"),
        ],
        by=SYSTEM,
        at=FOUNDED,
    )


def _appoint() -> None:
    paths = {
        code: area.path
        for layer in ("city", "district", "street", "community")
        for code, area in places.areas_by_code(layer).items()
    } | {"": ""}
    accounts.found_organisations(
        [
            NewOrganisation("city-command", "指挥中心", "city_centre", "Command centre"),
            NewOrganisation("street-1", "东街道办", "street_office", "", "", paths["S1"]),
            NewOrganisation("street-2", "西街道办", "street_office", "", "", paths["S2"]),
            NewOrganisation("community-11", "一社区", "community", "", "", paths["C11"]),
            NewOrganisation("sanitation-1", "东环卫所", "sanitation", "East crew", "", paths["S1"]),
            NewOrganisation("sanitation-2", "西环卫所", "sanitation", "West crew", "", paths["S2"]),
            NewOrganisation("lighting", "路灯所", "lighting", "Lamps", "", paths["D1"]),
        ],
        by=SYSTEM,
        at=FOUNDED,
    )
    accounts.create_posts(
        [
            NewPost(code, kind, organisation, code, code, paths[scope])
            for kind, organisation, scope, code in POSTS.values()
        ],
        by=SYSTEM,
        at=FOUNDED,
    )
    hashed = accounts.shared_password_hash(PASSWORD)
    accounts.enrol_people(
        [NewPerson(login, login.title(), password_hash=hashed) for login in [*POSTS, *RESIDENTS]],
        by=SYSTEM,
        at=FOUNDED,
    )
    accounts.appoint_many(
        [NewAppointment(login, row[3], date(2026, 1, 5)) for login, row in POSTS.items()],
        by=SYSTEM,
        at=FOUNDED,
    )


def photo(shade: int = 128) -> bytes:
    """Return a small JPEG of one grey."""
    buffer = BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(buffer, "JPEG")
    return buffer.getvalue()


def show(case_id: object, purpose: str, *, by: Actor, at: datetime, shade: int = 128) -> None:
    """Bring a photograph of a purpose to a case."""
    keep_file(
        photo(shade), name="photo.jpg", purpose=purpose, subject=f"case:{case_id}", by=by, at=at
    )
