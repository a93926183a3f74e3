"""Founding the city: pack, map, parties, facilities, people, duties.

Every stage is its own transaction and can be taken again: what is there stays untouched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import queries as parties
from gongzhi.accounts.rules import SYSTEM
from gongzhi.catalogue.actions import install_pack
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.demo.access import begun, require_room
from gongzhi.demo.rules import city as city_rules
from gongzhi.demo.rules.city import City
from gongzhi.demo.rules.holidays import copy_with_years, years_needed
from gongzhi.demo.rules.running import SUBJECT, Wish, in_batches
from gongzhi.ledger.actions import record
from gongzhi.places import actions as map_actions
from gongzhi.places import queries as places
from gongzhi.places.actions import NewArea, NewCode, NewFacility
from gongzhi.places.rules.codes import CHANCE, made_code
from gongzhi.responsibility.actions import assign_duties
from gongzhi.responsibility.rules import NewDuty

from .showing import Show, silently

BATCH = 2_000
PLATES = 36
PLATED = ("C0204", "C0301", "C0308")  # bus shelters, public toilets, bulletin boards


def found_city(city: City, wish: Wish, *, password: str, show: Show = silently) -> None:
    """Write the city with all who work and live in it, as of long before its history.

    Taken again, also after an interruption, it writes only what is missing.

    Args:
        city: from `make_city`, of the size and seed of `wish`.
        wish: which demonstration.
        password: everybody's.
        show: told how far it is.

    Raises:
        NotEmpty, AnotherCity: the database holds something else.
        PasswordWeak: everybody's password would be too easy.
    """
    require_room(wish)
    at = wish.founded_at()
    if begun() is None:
        facts = {"size": wish.size, "seed": wish.seed, "until": wish.until.isoformat()}
        record("demo.begun", subject=SUBJECT, by=SYSTEM, at=at, facts=facts)
    founder = _Founder(city, at, wish.until, show)
    founder.install()
    founder.draw()
    founder.found()
    founder.place()
    founder.plate()
    founder.appoint(password)
    founder.assign()


@dataclass(frozen=True, slots=True)
class _Founder:
    """Does the stages of the founding in order."""

    city: City
    at: datetime
    until: datetime
    show: Show

    def install(self) -> None:
        with self.show("pack", 1) as done, TemporaryDirectory() as folder:
            pack = Path(folder) / "china"
            years = years_needed(since=self.at, until=self.until)
            copy_with_years(SHIPPED / "china", pack, years=years)
            install_pack(pack, by=SYSTEM, at=self.at)
            done(1)

    def draw(self) -> None:
        for layer in self.city.layers:
            map_actions.define_layer(
                layer.code,
                name=layer.name,
                name_en=layer.name_en,
                level=layer.level,
                rank=layer.rank,
                is_administrative=layer.is_administrative,
                shown_as=layer.shown_as,
                by=SYSTEM,
                at=self.at,
            )
        with self.show("areas", len(self.city.areas)) as done:
            for _, group in groupby(self.city.areas, key=lambda area: area.layer):
                for part in in_batches(list(group), BATCH):
                    map_actions.draw_areas(map(_area, part), by=SYSTEM, at=self.at)
                    done(len(part))

    def found(self) -> None:
        paths = self._paths()
        with self.show("organisations", len(self.city.organisations)) as done:
            accounts.found_organisations(
                [
                    accounts.NewOrganisation(
                        one.code,
                        one.name,
                        one.kind,
                        one.name_en,
                        one.parent_code,
                        paths[one.scope_layer, one.scope],
                    )
                    for one in self.city.organisations
                ],
                by=SYSTEM,
                at=self.at,
            )
            done(len(self.city.organisations))

    def _paths(self) -> Mapping[tuple[str, str], str]:
        """Return the path of every area that is somebody's scope, by layer and code."""
        layers = ("district", "street", "community")
        return {("", ""): ""} | {
            (layer, code): area.path
            for layer in layers
            for code, area in places.areas_by_code(layer).items()
        }

    def place(self) -> None:
        bodies = {code: one.id for code, one in parties.organisations_by_code().items()}
        with self.show("facilities", len(self.city.facilities)) as done:
            for part in in_batches(self.city.facilities, BATCH):
                map_actions.place_facilities(
                    [
                        NewFacility(
                            one.code,
                            one.category_code,
                            one.longitude,
                            one.latitude,
                            name=one.name,
                            name_en=one.name_en,
                            competent_id=bodies[one.competent],
                            owner_id=bodies[one.owner],
                            maintainer_id=bodies[one.maintainer],
                        )
                        for one in part
                    ],
                    by=SYSTEM,
                    at=self.at,
                )
                done(len(part))

    def plate(self) -> None:
        """Give the first shelters, toilets and boards service codes; the same in every city."""
        chosen = [one.code for one in self.city.facilities if one.category_code in PLATED][:PLATES]
        new = [
            NewCode(facility=code, code=made_code(sha256(code.encode()).digest()[:CHANCE]))
            for code in chosen
        ]
        map_actions.make_codes(new, by=SYSTEM, at=self.at)

    def appoint(self, password: str) -> None:
        """Create the posts, enrol everybody, and put them into their posts."""
        paths, people = self._paths(), self.city.people
        posts = [
            accounts.NewPost(
                one.code,
                one.kind,
                one.organisation_code,
                one.name,
                one.name_en,
                paths[one.scope_layer, one.scope],
            )
            for one in self.city.posts
        ]
        with self.show("people", len(posts) + 2 * len(people)) as done:
            for some in in_batches(posts, BATCH):
                accounts.create_posts(some, by=SYSTEM, at=self.at)
                done(len(some))
            for part in in_batches(list(self._people(password)), BATCH):
                accounts.enrol_people(part, by=SYSTEM, at=self.at)
                done(len(part))
            for batch in in_batches([one for one in people if one.post_code], BATCH):
                first = self.at.date()
                terms = [accounts.NewAppointment(one.login, one.post_code, first) for one in batch]
                accounts.appoint_many(terms, by=SYSTEM, at=self.at)
                done(len(batch))

    def _people(self, password: str) -> Iterator[accounts.NewPerson]:
        """Yield all people; the first one's password is judged, then all share its hash."""
        first, *others = self.city.people
        yield accounts.NewPerson(first.login, first.name, password=password)
        shared = accounts.shared_password_hash(password)
        for place, one in enumerate(others):
            # No telephone has a number that begins so.
            phone = f"100{place:08}" if one.post_code else ""
            yield accounts.NewPerson(one.login, one.name, phone, password_hash=shared)

    def assign(self) -> None:
        """Write the responsibility map."""
        posts, bodies = parties.posts_by_code(), parties.organisations_by_code()
        layers = sorted({duty.layer for duty in self.city.duties})
        areas = {layer: places.areas_by_code(layer) for layer in layers}
        drafts = [
            NewDuty(
                posts[one.post_code].organisation_id
                if one.post_code
                else bodies[one.organisation_code].id,
                areas[one.layer][one.area_code].id,
                one.category_code,
                one.rank,
                posts[one.post_code].id if one.post_code else None,
                self.at.date(),
                source="demo",
            )
            for one in self.city.duties
        ]
        with self.show("duties", len(drafts)) as done:
            for part in in_batches(drafts, BATCH):
                assign_duties(part, by=SYSTEM, at=self.at)
                done(len(part))


def _area(one: city_rules.NewArea) -> NewArea:
    return NewArea(
        one.layer,
        one.code,
        one.name,
        one.geometry,
        name_en=one.name_en,
        parent_code=one.parent_code or "",
        parent_layer=one.parent_layer or "",
        area_class=one.area_class,
    )
