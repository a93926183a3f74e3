"""Whom cases concern: for telling them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..models import Case, Follower
from ..rules import (
    State,
)


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a case concerns and what it is about, as ids and codes: for telling them.

    Attributes:
        followers: ids of people: the reporter and whoever follows; claim codes have none.
    """

    id: UUID
    number: str
    state: State
    category_code: str
    area_id: int | None
    area_path: str
    level: str
    is_emergency: bool
    due_at: datetime | None
    organisation_id: int | None
    verifier_post_id: int | None
    checker_post_id: int | None
    followers: tuple[int, ...] = ()


_CONCERN = (
    "id", "number", "state", "category_code", "area_id", "area_path", "level", "is_emergency",
    "due_at", "organisation_id", "verifier_post_id", "checker_post_id",
)  # fmt: skip


def concerns(ids: Collection[UUID]) -> dict[UUID, Concern]:
    """Return whom each of these cases concerns, whoever asks.  Two statements.

    Args:
        ids: at most some hundreds; unknown ones are left out.
    """
    people: dict[UUID, dict[int, None]] = {case_id: {} for case_id in ids}
    if not people:
        return {}
    rows = list(Case.objects.filter(pk__in=people).values("reporter_id", *_CONCERN))
    pairs = [(row["id"], row["reporter_id"]) for row in rows]
    followers = Follower.objects.filter(case__in=people).order_by("pk")
    for case_id, person_id in [*pairs, *followers.values_list("case_id", "person_id")]:
        if person_id is not None:
            people[case_id][person_id] = None
    return {
        row["id"]: Concern(
            **{name: row[name] for name in _CONCERN} | {"state": State(row["state"])},
            followers=tuple(people[row["id"]]),
        )
        for row in rows
    }
