"""Who may see a case is judged alike for one case in hand and for the cases of a query."""

import random
from itertools import product

import pytest

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM, Actor, Role
from gongzhi.cases import actions
from gongzhi.cases.access import AREA_ROLES, is_visible, visible_cases
from gongzhi.cases.models import Case, Follower
from gongzhi.cases.rules import ENDS, NewReport, State, claim_hash
from gongzhi.webkit.bulk import rewrite_rows
from tests.cast import MORNING, POSTS, RESIDENTS, City, point_in

CODES = ("", "abcd-efgh", "other")


def _cases(city: City, chance: random.Random) -> list[Case]:
    """Return cases of every state, place, party and reporter, some followed."""
    people = [getattr(city, login).person_id for login in RESIDENTS]
    parties = [*city.organisations.values(), None]
    for shift in range(60):
        x, y = chance.choice([(0, 0), (1, 0), (0, 1), (1, 1), (9, 9)])
        longitude, latitude = point_in(x, y)
        new = NewReport(category_code="E0110", text="有", longitude=longitude, latitude=latitude)
        told = actions.report(new, by=city.rita, at=MORNING)
        case = Case.objects.get(pk=told.case_id)
        state = chance.choice([one for one in State if one not in {"merged", "suspended"}])
        case.state, case.ended_at = state.value, MORNING if state in ENDS else None
        case.is_public = shift % 2 == 0
        case.organisation_id = chance.choice(parties)
        case.reporter_id = chance.choice([*people, None])
        case.claim_hash = claim_hash(CODES[1]) if case.reporter_id is None else ""
        rewrite_rows(
            [case],
            ["state", "ended_at", "is_public", "organisation_id", "reporter_id", "claim_hash"],
        )
        if shift % 5 == 0:
            follower = chance.choice(people)
            Follower.objects.create(case=case, person_id=follower, since=MORNING)
    return list(Case.objects.all())


def _viewers(city: City, chance: random.Random, cases: list[Case]) -> list[Actor]:
    """Return everybody of the city, and actors of any roles, scopes and parties."""
    paths = sorted({case.area_path[: 5 * depth] for case in cases for depth in range(4)})
    named = [getattr(city, login) for login in (*POSTS, *RESIDENTS)]
    drawn = [
        Actor(
            person_id=chance.choice([None, named[0].person_id, named[-1].person_id]),
            organisation_id=chance.choice([None, *city.organisations.values()]),
            roles=frozenset(chance.sample([*AREA_ROLES, Role.HANDLER, Role.RESIDENT], k=2)),
            scopes=tuple(chance.sample(paths, k=chance.randint(0, min(2, len(paths))))),
        )
        for _ in range(60)
    ]
    return [ANONYMOUS, SYSTEM, *named, *drawn]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_one_case_is_judged_as_the_query_judges_all(city: City, seed: int) -> None:
    chance = random.Random(seed)
    cases = _cases(city, chance)
    seen = 0

    for viewer, code in product(_viewers(city, chance, cases), CODES):
        by_query = set(visible_cases(viewer, claim_code=code).values_list("pk", flat=True))
        in_hand = {case.pk for case in cases if is_visible(case, viewer, claim_code=code)}
        assert in_hand == by_query, (viewer, code)
        seen += 0 < len(in_hand) < len(cases)

    assert seen > 50
