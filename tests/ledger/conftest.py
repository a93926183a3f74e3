"""One signer and one moment for the tests of the ledger."""

import datetime
from dataclasses import dataclass

import pytest

from gongzhi.ledger import access, rules

NOON = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Hand:
    person_id: int | None = 7
    post_id: int | None = 3
    organisation_id: int | None = 2
    role: str = "operator"


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests enter a deed of their own."""
    known = rules.LEDGER_KINDS | {"probe.done"}
    monkeypatch.setattr(access, "known_kinds", lambda: known)
