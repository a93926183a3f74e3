"""What a demonstration remembers while it lives: its cast, and where each case stands.

Nothing is forced.  A deed that the rules refuse is counted by the code of its refusal;
what would have built on it is left out and counted too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from gongzhi.accounts.rules import Actor
from gongzhi.cases import queries as cases
from gongzhi.cases.rules import claim_code
from gongzhi.demo.rules.history import Deed, Happening, Report, Step, moved
from gongzhi.demo.rules.people import body_code
from gongzhi.demo.rules.pictures import Fake, Taken
from gongzhi.demo.rules.running import chance, in_batches, pick
from gongzhi.kernel.ids import uuid7
from gongzhi.kernel.refusals import Refusal

from .album import Album, Shot
from .cast import STEP, Cast, NobodyThere

if TYPE_CHECKING:
    from gongzhi.cases.models import Case

EXPECTED: Mapping[Step, frozenset[str]] = {
    Step.ASK_EXTENSION: frozenset({"case.extension_too_late"}),
    Step.REACH_STAGE: frozenset({"case.stage_unknown"}),
    Step.GRANT_EXTENSION: frozenset({"case.no_extension_asked", "case.extension_too_late"}),
}
"""Refusals that leave a case where it was, so that its next deed can follow."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a case stands, as far as the next deed must know."""

    id: UUID
    number: str
    state: str
    organisation_id: int | None = None
    verifier_post_id: int | None = None
    checker_post_id: int | None = None

    @classmethod
    def of(cls, case: "Case") -> "Stand":
        """Return where the case stands after a deed."""
        return cls(
            case.pk,
            case.number,
            case.state,
            case.organisation_id,
            case.verifier_post_id,
            case.checker_post_id,
        )

    @classmethod
    def told(cls, case_id: UUID, columns: Mapping[str, Any]) -> "Stand":
        """Return where the case stands as the ledger tells it."""
        names = ("number", "state", "organisation_id", "verifier_post_id", "checker_post_id")
        return cls(case_id, *(columns[name] for name in names))


@dataclass(slots=True)
class Life:
    """Takes the deeds one by one and remembers what the next ones must know.

    Attributes:
        happenings: by key.
        paths: of the smallest area around each report, by key.
        bodies: ids of the organisations by code.
        codes: codes of districts and streets by path.
        stuck: cases of which a deed was refused; nothing more happens to them.
    """

    happenings: Mapping[str, Happening]
    paths: Mapping[str, str]
    cast: Cast
    bodies: Mapping[str, int]
    codes: Mapping[str, str]
    album: Album = field(default_factory=Album)
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)
    stands: dict[str, Stand] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    deeds: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def take(self, deed: Deed, how: Callable[["Life", Deed], "Stand | None"]) -> None:
        """Take one deed, or count why not."""
        if deed.key in self.stuck:
            self.left_out["after_refusal"] += 1
            return
        try:
            with transaction.atomic():
                done = how(self, deed)
        except Refusal as refusal:
            self.refused[f"{deed.step.value}: {refusal.code}"] += 1
            if refusal.code not in EXPECTED.get(deed.step, frozenset()):
                self.stuck.add(deed.key)
            return
        if done is None:
            self.left_out["done_by_the_pack"] += 1
            return
        self.deeds += 1
        self.stands[deed.key] = done

    def stand(self, key: str) -> Stand:
        """Return where a case stands; after an interruption, as the ledger tells it."""
        if key not in self.stands:
            self.recall([key])
        return self.stands[key]

    def recall(self, keys: Iterable[str]) -> None:
        """Learn from the ledger where cases stand; one statement for a few hundred."""
        ids = {case_id_of(self.happenings[key].report): key for key in keys}
        for part in in_batches(list(ids), 200):
            for case_id, columns in cases.replayed(part).items():
                self.stands[ids[case_id]] = Stand.told(case_id, columns)

    def number(self, deed: Deed) -> str:
        """Return the printed number of the case of a deed."""
        return self.stand(deed.key).number

    def report_of(self, deed: Deed) -> Report:
        """Return the report that a deed belongs to."""
        return self.happenings[deed.key].report

    def desk(self, kind: str, deed: Deed) -> Actor:
        """Return the person at a desk who takes a deed."""
        return self.cast.at_desk(kind, self.paths[deed.key], f"{deed.key}{deed.step.value}")

    def crew(self, deed: Deed) -> Actor:
        """Return the handler of the party that has the case."""
        party = self.stand(deed.key).organisation_id
        return self.cast.handler(party, self.paths[deed.key], deed.key)

    def reporter(self, deed: Deed) -> tuple[Actor, str]:
        """Return the reporter and the claim code; blank with an account."""
        report = self.report_of(deed)
        actor = self.cast.reporter(report, self.paths[deed.key])
        return actor, claim_of(report) if actor.person_id is None else ""

    def wrong_party(self, deed: Deed) -> int:
        """Return the party to which a case is sent by mistake, never the right one."""
        path = self.paths[deed.key]
        place = {
            "district": self.codes.get(path[:STEP], ""),
            "street": self.codes.get(path[: 2 * STEP], ""),
            "lot": "",
        }
        kinds = (deed.wrong_kind, "street_office", "city_management")
        found = (self.bodies.get(body_code(kind, **place)) for kind in kinds)
        right = self.stand(deed.key).organisation_id
        wrong = next((one for one in found if one is not None and one != right), None)
        if wrong is None:
            raise NobodyThere(kind=deed.wrong_kind, path=path)
        return wrong

    def photo(self, purpose: str, deed: Deed, by: Actor) -> None:
        """Bring a photograph to the case, taken some minutes before at its place."""
        report = self.report_of(deed)
        subject = f"case:{case_id_of(report)}"
        fake = Fake(deed.fake) if deed.fake else None
        turn = self.shown[deed.key, purpose]
        self.shown[deed.key, purpose] += 1
        shot = Shot(report.category_code, purpose, subject, _taken(report, deed, fake), turn, fake)
        self.album.show(shot, by=by, at=deed.at)


def _taken(report: Report, deed: Deed, fake: Fake | None) -> Taken:
    """Return what a camera writes: some metres beside the place, some minutes before."""
    key = f"{report.key}{deed.step.value}{deed.at:%d%H%M}"
    metres, way = pick("beside", key, 25), pick("way", key, 628) / 100
    at = deed.at - timedelta(seconds=40 + pick("minutes", key, 400))
    if fake is Fake.TAKEN_FAR_AWAY:
        metres = 900 + 10 * metres
    if fake is Fake.TAKEN_BEFORE:
        at = report.at - timedelta(days=2, minutes=pick("minutes", key, 400))
    return Taken(at, *moved(report.lon, report.lat, metres, way))


def case_id_of(report: Report) -> UUID:
    """Return the id that the reporter's device makes."""
    at_ms = int(report.at.timestamp() * 1000)
    return uuid7(at_ms=at_ms, tail=chance("case", report.key, 10))


def claim_of(report: Report) -> str:
    """Return the claim code that the reporter's device makes."""
    return claim_code(chance("claim", report.key, 12))


def has_photo(report: Report) -> bool:
    """Return whether a report comes with a photograph; calls never do."""
    if report.source == "hotline":
        return False
    return report.source != "app" or pick("photo", report.key, 4) > 0
