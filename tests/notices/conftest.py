"""The cast with addresses, and ways out of the application that fail on demand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from gongzhi.accounts import actions as accounts
from gongzhi.accounts.queries import PersonView
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport, Reported
from gongzhi.notices.models import Cursor
from gongzhi.notices.rules import Channel
from gongzhi.notices.words import Letter
from tests.cast import FOUNDED, MORNING, City, point_in


@pytest.fixture
def town(city: City, settings: Settings, tmp_path: Path) -> City:
    """Return the cast with mail and telephone, everything so far told."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    for place, login in enumerate(city.people):
        accounts.enrol_person(
            login,
            name=login.title(),
            email=f"{login}@example.org",
            phone=f"0001234{place:04d}",
            by=SYSTEM,
            at=FOUNDED,
        )
    from gongzhi.ledger.queries import settled_up_to

    Cursor.objects.create(name="ledger", entry_id=settled_up_to() or 0)
    return city


Report = Callable[..., Reported]


@pytest.fixture
def report(town: City) -> Report:
    """Return how rita, or another, reports rubbish in street 1."""

    def reports(by: str = "rita", *, at: datetime = MORNING, category: str = "E0110") -> Reported:
        longitude, latitude = point_in(0, 0)
        new = NewReport(
            category_code=category, text="秘密的话", longitude=longitude, latitude=latitude
        )
        return cases.report(new, by=town.people[by], at=at)

    return reports


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Way:
    """A channel that remembers what it took, and fails as it is told to.

    Attributes:
        before: raised instead of taking the next message, in turn.
        after: raised when the next message was taken, in turn.
    """

    taken: list[tuple[str, Letter, str]] = field(default_factory=list)
    before: list[BaseException | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)
    tried: int = 0

    def send(self, person: PersonView, letter: Letter, *, reference: str) -> None:
        self.tried += 1
        trouble = self.before.pop(0) if self.before else None
        if trouble is not None:
            raise trouble
        self.taken.append((person.login, letter, reference))
        trouble = self.after.pop(0) if self.after else None
        if trouble is not None:
            raise trouble


@pytest.fixture
def mail() -> Way:
    return Way()


@pytest.fixture
def sms() -> Way:
    return Way()


@pytest.fixture
def ways(mail: Way, sms: Way) -> dict[Channel, Way]:
    return {Channel.MAIL: mail, Channel.SMS: sms}
