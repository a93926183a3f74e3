"""Two parties, a post, and a short way to promise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from gongzhi.accounts.models import Organisation, Post, PostKind
from gongzhi.accounts.rules import Actor, Role
from gongzhi.commitments import actions
from gongzhi.commitments.models import Commitment
from gongzhi.webkit.revisions import bump

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUBJECT = "case:01957f2e-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class Town:
    """The parties of these tests."""

    lamps: int
    roads: int
    lamp_post: int
    lena_of_lamps: Actor
    rosa_of_roads: Actor


@pytest.fixture
def town(db: None) -> Town:
    lamps = Organisation.objects.create(code="lamps", name="路灯所", kind="utility")
    roads = Organisation.objects.create(code="roads", name="道路所", kind="utility")
    kind = PostKind.objects.create(code="crew", name="班组", roles=["handler"])
    post = Post.objects.create(code="lamps-1", kind=kind, organisation=lamps, name="一班")
    bump("parties")
    handler = frozenset({Role.HANDLER})
    return Town(
        lamps.pk,
        roads.pk,
        post.pk,
        Actor(person_id=1, post_id=post.pk, organisation_id=lamps.pk, roles=handler),
        Actor(person_id=2, organisation_id=roads.pk, roles=handler),
    )


Promising = Callable[..., Commitment]


@pytest.fixture
def promised(town: Town) -> Promising:
    def make(**facts: object) -> Commitment:
        given = {
            "kind": "case.handle",
            "subject": SUBJECT,
            "organisation_id": town.lamps,
            "made_at": NOON,
            "due_at": NOON + 4 * HOUR,
            "limit": "4 work_hours",
            "calendar": "work",
            "by": town.lena_of_lamps,
        } | facts
        return actions.promise(given.pop("kind"), **given)  # type: ignore[arg-type]

    return make
