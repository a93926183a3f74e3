"""Who may know of which case, and fetching one to change it."""

from datetime import UTC, date, datetime
from functools import reduce
from operator import attrgetter, or_
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, UUIDField

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PostView
from gongzhi.accounts.rules import Actor, Role
from gongzhi.kernel.nearness import ranges_around
from gongzhi.places.rules import path_range
from gongzhi.webkit.prepared import Given, Prepared

from .models import Case, Follower
from .rules import (
    STEPS,
    CaseNotFound,
    ChangedMeanwhile,
    CheckerIsHandler,
    Need,
    NotYourReport,
    OtherParty,
    OutsideYourArea,
    PlaceOutsideYourArea,
    Reported,
    State,
    Step,
    SupportedAlready,
    SupportNeedsAccount,
    claim_hash,
)

# These see every case in the areas of their post.
AREA_ROLES = (
    Role.OPERATOR,
    Role.DISPATCHER,
    Role.DUTY_HEAD,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.COLLECTOR,
    Role.STEWARD,
)
HIDDEN_STATES = (State.DECLINED.value, State.CANCELLED.value)
# What everybody may know of.
IN_PUBLIC = Q(is_public=True) & ~Q(state__in=HIDDEN_STATES)


def visible_cases(viewer: Actor, *, claim_code: str = "") -> "QuerySet[Case]":
    """Return the cases that `viewer` may know of: the one rule of list, page and figures.

    Public cases are for everybody; a reporter or follower sees their own; a post sees
    its areas; a handler sees what lies or lay with its organisation now.

    Args:
        viewer: the reader.
        claim_code: opens the one case it was given for.
    """
    if viewer.has(Role.SYSTEM) or (viewer.has(*AREA_ROLES) and viewer.covers("")):
        return Case.objects.all()
    seen = IN_PUBLIC
    if claim_code:
        seen |= Q(claim_hash=claim_hash(claim_code))
    if viewer.person_id is not None:
        follows = Follower.objects.filter(case=OuterRef("pk"), person_id=viewer.person_id)
        seen |= Q(reporter_id=viewer.person_id) | Q(Exists(follows))
    if viewer.organisation_id is not None and viewer.has(Role.HANDLER):
        seen |= Q(organisation_id=viewer.organisation_id)
    if viewer.has(*AREA_ROLES):
        for scope in viewer.scopes:
            low, high = path_range(scope)
            seen |= Q(area_path__gte=low, area_path__lt=high)
    return Case.objects.filter(seen)


def is_visible(case: Case, viewer: Actor, *, claim_code: str = "") -> bool:
    """Tell whether `visible_cases` holds a case, without asking for it.

    To build the condition takes the mapper longer than all else in fetching one case.
    One statement where only following the case could let the viewer see it.
    """
    is_handler = viewer.organisation_id is not None and viewer.has(Role.HANDLER)
    return (
        _is_over(viewer, case.area_path)
        or (case.is_public and case.state not in HIDDEN_STATES)
        or (bool(claim_code) and case.claim_hash == claim_hash(claim_code))
        or (is_handler and case.organisation_id == viewer.organisation_id)
        or (viewer.person_id is not None and _is_followed(case, viewer.person_id))
    )


def _is_over(viewer: Actor, area_path: str) -> bool:
    if viewer.has(Role.SYSTEM):
        return True
    ranges = (path_range(scope) for scope in viewer.scopes)
    return viewer.has(*AREA_ROLES) and (
        viewer.covers("") or any(low <= area_path < high for low, high in ranges)
    )


def _is_followed(case: Case, person_id: int) -> bool:
    if case.reporter_id == person_id:
        return True
    return Follower.objects.filter(case=case, person_id=person_id).exists()


# On SQLite the transaction holds the only write lock; there the row lock is ignored.
_BY_NUMBER = Prepared(
    lambda: Case.objects.filter(number=Given("number", CharField())).select_for_update()
)


def case_for_change(
    by: Actor, number: str, *, version: int | None = None, claim_code: str = ""
) -> Case:
    """Fetch a case and have it alone until the transaction ends.

    Args:
        by: only a case this actor may know of is found.
        number: the printed number.
        version: the version the actor had read; absent: whatever it is.
        claim_code: of a reporter without an account.

    Raises:
        CaseNotFound: none, or hidden.
        ChangedMeanwhile: the case is no longer at `version`.
    """
    found = _BY_NUMBER(number=number)
    if not found or not is_visible(found[0], by, claim_code=claim_code):
        raise CaseNotFound(number=number)
    case = found[0]
    if version is not None and case.version != version:
        raise ChangedMeanwhile(
            number=number, state=case.state, version=case.version, read_version=version
        )
    return case


def check_relation(case: Case, step: Step, by: Actor, *, claim_code: str = "") -> None:
    """Refuse who has a role for the step, but stands in no relation to this case.

    The step bar shows a step exactly when this does not refuse it.

    Raises:
        OtherParty: it lies with another organisation.
        CheckerIsHandler: the actor, or the actor's organisation, handled it.
        SupportNeedsAccount, SupportedAlready: who cannot say "mine too".
        OutsideYourArea, PlaceOutsideYourArea: it lies outside the areas of the actor's post.
        NotYourReport: only its reporter may.
    """
    usable = STEPS[step].roles & by.roles
    if Role.SYSTEM in usable:
        return
    is_own_party = by.organisation_id is not None and by.organisation_id == case.organisation_id
    _check_party(case, step, by, is_own_party=is_own_party)
    if step is Step.SUPPORT:
        _check_supporter(case, by)
    elif Role.HANDLER in usable and is_own_party:
        return
    elif usable.intersection(AREA_ROLES):
        if not by.covers(case.area_path):
            raise OutsideYourArea(number=case.number) if case.number else PlaceOutsideYourArea
    elif not is_reporter(case, by, claim_code):
        raise NotYourReport(number=case.number)


def _check_party(case: Case, step: Step, by: Actor, *, is_own_party: bool) -> None:
    needs = STEPS[step].needs
    if Need.OWN_PARTY in needs and not is_own_party:
        raise OtherParty(number=case.number)
    if Need.NOT_THE_HANDLER in needs and (is_own_party or _has_handled(case, by)):
        raise CheckerIsHandler(number=case.number)


def _has_handled(case: Case, by: Actor) -> bool:
    return by.person_id is not None and by.person_id == case.handled_by_id


def _check_supporter(case: Case, by: Actor) -> None:
    if by.person_id is None:
        raise SupportNeedsAccount(number=case.number)
    if by.person_id == case.reporter_id:
        raise SupportedAlready(number=case.number)


def is_reporter(case: Case, by: Actor, claim_code: str) -> bool:
    """Return whether the actor reported the case: by account, or by the claim code."""
    if case.reporter_id is not None and case.reporter_id == by.person_id:
        return True
    return bool(claim_code) and case.claim_hash == claim_hash(claim_code)


def reported(case_id: UUID) -> Reported | None:
    """Return what was told to the reporter of the case of this id, whoever asks."""
    found = _BY_ID(id=case_id)
    return Reported(case_id, found[0].number, State(found[0].state)) if found else None


_BY_ID = Prepared(lambda: Case.objects.filter(pk=Given("id", UUIDField())).only("number", "state"))


def near(longitude: float, latitude: float, *, radius_m: float) -> Q:
    """Return the condition for rows whose quadkey lies in the tiles around a point.

    At most four ranges of the index; what lies beyond the radius is to be dropped
    by `metres_between`.

    Args:
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        radius_m: metres on the ground.
    """
    tiles = ranges_around(longitude, latitude, radius_m=radius_m)
    return reduce(or_, (Q(quadkey__gte=low, quadkey__lt=high) for low, high in tiles))


def case_in_view(viewer: Actor, number: str, *, claim_code: str = "") -> Case:
    """Return a case to read, with the numbers of the cases it points to.

    Raises:
        CaseNotFound: none, or hidden.
    """
    cases = visible_cases(viewer, claim_code=claim_code).filter(number=number)
    case = cases.select_related("merged_into", "recurrence_of").first()
    if case is None:
        raise CaseNotFound(number=number)
    return case


_PLAIN = frozenset({str, int, bool, float, dict, list})
COLUMNS = tuple(field.attname for field in Case._meta.concrete_fields)


def plain(value: Any) -> Any:
    """Return a column's value as the ledger keeps it: JSON, times in ISO 8601 UTC."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


_READ = attrgetter(*COLUMNS)


def snapshot(case: Case) -> dict[str, Any]:
    """Return the columns of a row as the ledger keeps them."""
    # Twice with every deed, and most values are plain: no call for each of them.
    return {
        name: value if value is None or type(value) in _PLAIN else plain(value)
        for name, value in zip(COLUMNS, _READ(case), strict=True)
    }


_LOOKERS = (Role.COLLECTOR, Role.STEWARD)


def find_looker(case: Case) -> PostView | None:
    """Return the post that verifies or checks a case; None where nobody covers the place.

    Collectors are asked first, and only where there are none the stewards.  The longest
    scope is the nearest; between equals the case's own id draws, so that none gets all.
    A post of the handling organisation is never chosen.
    """
    for role in _LOOKERS:
        fit = [
            post
            for post in accounts.posts_with(role)
            if case.area_path.startswith(post.scope_path)
            and post.organisation_id != case.organisation_id
        ]
        if fit:
            nearest = max(len(post.scope_path) for post in fit)
            equals = [post for post in fit if len(post.scope_path) == nearest]
            return equals[case.pk.int % len(equals)]
    return None
