"""What the desk does: verify, file, decline, merge, dispatch, and set right."""

from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import SYSTEM, Actor, Role
from gongzhi.kernel.worktime import YearUnknown
from gongzhi.ledger.actions import gathered
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility.rules import Answerable
from gongzhi.webkit.revisions import steady

from ..access import case_for_change
from ..models import Case, Follower
from ..rules import (
    ENDS,
    CategoryMissing,
    FindingMissing,
    MergedIntoEnded,
    MergedIntoItself,
    PartyUnknown,
    PlaceMissing,
    SamePartyAgain,
    State,
    Step,
    level_above,
    next_party,
)
from .arrival import file_now
from .deeds import (
    Deed,
    answer_of,
    give_reason,
    keep,
    needs_photos,
    open_deed,
    pause_promises,
    promise,
    release,
    resume_promises,
    rises_at,
)
from .handing import handling_limit, looker, promise_dispatch, promise_handling
from .placing import category_of, put_on_map, set_answer, set_standard


@steady()
@gathered()
def ask_verification(
    number: str, *, post_id: int | None = None, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Ask the nearest collector or steward to look whether the report is true.

    Args:
        number: the printed number.
        post_id: the post that shall look; absent: the nearest.
        by: an operator or duty head.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        NobodyToAsk: no collector or steward is appointed for the place.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.ASK_VERIFICATION, by=by, at=at, version=version)
    case = deed.case
    post = looker(case, post_id)
    case.verifier_post_id = post.id
    pause_promises(deed)
    promise(
        deed,
        "verify",
        deed.book.options.verify_limit,
        organisation_id=post.organisation_id,
        post_id=post.id,
    )
    return deed.write()


@steady()
@gathered()
def verify_case(
    number: str,
    *,
    is_true: bool,
    finding: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Report back what was found at the place of a report.

    Args:
        number: the printed number.
        is_true: whether the matter is there as reported.
        finding: what was seen, in words.
        by: the collector or steward who looked.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        FindingMissing, PhotoMissing: the proof is not there.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.VERIFY, by=by, at=at, version=version)
    if not finding.strip():
        raise FindingMissing
    needs_photos(deed, "verify")
    deed.say("finding", finding)
    deed.facts["is_true"] = is_true
    keep(deed, "verify")
    deed.case.due_at = resume_promises(deed).get("file")
    return deed.write()


@steady()
@gathered()
def file_case(
    number: str,
    *,
    category_code: str = "",
    standard_row: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Accept a report as a case: fix its category and standard row.

    Where the pack allows it and the map is unambiguous, the case is dispatched at once.

    Args:
        number: the printed number.
        category_code: absent: as reported.
        standard_row: of the category; absent: the first that fits the place and season.
        by: an operator or duty head.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        CategoryMissing, CategoryUnknown, StandardMissing, StandardUnknown, PlaceMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.FILE, by=by, at=at, version=version)
    case, book = deed.case, deed.book
    if category_code and category_code != case.category_code:
        _recategorise(deed, category_code)
    if not case.category_code:
        raise CategoryMissing
    if case.longitude is None and not case.answer:
        raise PlaceMissing
    if standard_row:
        set_standard(case, book, row=standard_row, at=at)
    handling_limit(deed)
    file_now(deed)
    keep(deed, "file")
    is_clear = not answer_of(case).is_fallback
    if book.options.auto_dispatch and is_clear and case.returned_from_id is None:
        deed.log()
        deed.by, deed.step = SYSTEM, Step.DISPATCH
        deed.move(State.DISPATCHED)
        promise_handling(deed)
    else:
        promise_dispatch(deed)
    return deed.write()


@steady()
@gathered()
def decline_case(
    number: str,
    *,
    reason_code: str,
    reason: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Decline a report with a reason of the pack's list; the reporter is told.

    Raises:
        ReasonUnknown, ReasonMissing: see `deeds.give_reason`.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.DECLINE, by=by, at=at, version=version)
    give_reason(deed, reason_code=reason_code, reason=reason)
    release(deed)
    return deed.write()


@steady()
@gathered()
def merge_case(
    number: str, *, into: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Join a case to another about the same matter; both reporters follow that one.

    Args:
        number: the case that ends.
        into: the number of the case that goes on.
        by: who judges them to be the same.
        at: when; an aware datetime.
        version: the version of `number` the actor had read.

    Raises:
        MergedIntoItself, MergedIntoEnded: the other case will not do.
        Refusals of `deeds.open_deed`, for either case.
    """
    if number == into:
        raise MergedIntoItself(number=number)
    # Always in the same order, so that two merges cannot wait for each other.
    for known in sorted((number, into)):
        case_for_change(by, known)
    deed = open_deed(number, Step.MERGE, by=by, at=at, version=version)
    other = Deed(case_for_change(by, into), step=Step.MERGE, by=by, at=at)
    if other.case.state in ENDS:
        raise MergedIntoEnded(number=into, state=other.case.state)
    deed.case.merged_into = other.case
    release(deed)
    deed.write()
    other.case.supporters += _hand_over_followers(deed.case, other.case, at)
    other.facts["case_id"] = str(deed.case.pk)
    other.write(kind="case.joined")
    return deed.case


def _hand_over_followers(case: Case, target: Case, at: datetime) -> int:
    """Let the reporter and followers of a case follow the target; return how many support it."""
    known = set(Follower.objects.filter(case=target).values_list("person_id", "claim_hash"))
    known.add((target.reporter_id, target.claim_hash))
    rows = Follower.objects.filter(case=case)
    counts = {
        (person, claim): is_supporter
        for person, claim, is_supporter in rows.values_list(
            "person_id", "claim_hash", "is_supporter"
        )
    }
    counts[case.reporter_id, case.claim_hash] = True
    new = sorted(counts.keys() - known - {(None, "")}, key=str)
    Follower.objects.bulk_create(
        Follower(
            case=target,
            person_id=person,
            claim_hash=claim,
            is_supporter=counts[person, claim],
            since=at,
        )
        for person, claim in new
    )
    return sum(counts[one] for one in new)


@steady()
@gathered()
def dispatch_case(
    number: str,
    *,
    organisation_id: int | None = None,
    reason: str = "",
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Send a filed case to the party that must handle it.

    Args:
        number: the printed number.
        organisation_id: absent: the first of the explained answer.
        reason: why this party; needed to send it again to the party that returned it.
        by: a dispatcher.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        PartyUnknown, SamePartyAgain, StandardMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.DISPATCH, by=by, at=at, version=version)
    case = deed.case
    party = organisation_id or _next_party(case)
    if party == case.returned_from_id and not reason.strip():
        raise SamePartyAgain(organisation=_name_of(party))
    _name_of(party)
    case.handler_post_id = _post_in_chain(case, party)
    case.organisation_id = party
    deed.say("reason", reason)
    keep(deed, "dispatch")
    promise_handling(deed)
    return deed.write()


def _next_party(case: Case) -> int:
    """Return the first party of the chain that has not returned the case."""
    parties = [party.organisation_id for party in answer_of(case).chain]
    return next_party(parties, returned_from=case.returned_from_id)


def _post_in_chain(case: Case, party: int) -> int | None:
    """Return the post by which the explained answer names the party, if it does."""
    chain = answer_of(case).chain
    return next((one.post_id for one in chain if one.organisation_id == party), None)


def _name_of(organisation_id: int) -> str:
    found = accounts.organisations([organisation_id]).get(organisation_id)
    if found is None:
        raise PartyUnknown(organisation=organisation_id)
    return found.name


@steady()
@gathered()
def recategorise_case(
    number: str,
    *,
    category_code: str,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Put a case under another category; standard and answer are found anew.

    Raises:
        CategoryUnknown, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RECATEGORISE, by=by, at=at, version=version)
    give_reason(deed, reason=reason)
    _recategorise(deed, category_code)
    return deed.write()


def _recategorise(deed: Deed, category_code: str) -> None:
    case = deed.case
    case.is_public = category_of(deed.book, category_code).is_public
    case.category_code = category_code
    set_standard(case, deed.book, at=deed.at)
    _find_answer(deed)


@steady()
@gathered()
def relocate_case(
    number: str,
    *,
    longitude: float,
    latitude: float,
    frame: str = "wgs84",
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Move a case to where it really is; areas, standard and answer are found anew.

    Args:
        number: the printed number.
        longitude: degrees east in `frame`.
        latitude: degrees north in `frame`.
        frame: `wgs84`, `gcj02` or `bd09`.
        reason: why.
        by: an operator, duty head or dispatcher of the place it had.
        at: when; an aware datetime.
        version: the version the actor had read.

    Raises:
        BadPosition, ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RELOCATE, by=by, at=at, version=version)
    give_reason(deed, reason=reason)
    case = deed.case
    location = put_on_map(case, longitude, latitude, frame, at=at)
    set_standard(case, deed.book, at=at)
    set_answer(case, location, at=at)
    return deed.write()


def _find_answer(deed: Deed) -> None:
    """Find who answers for the case where it lies."""
    case = deed.case
    location = put_on_map(case, case.longitude, case.latitude, "wgs84", at=deed.at)
    set_answer(case, location, at=deed.at)


@steady()
@gathered()
def raise_level(
    number: str, *, reason: str = "", by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Let the next level answer for a case that was not solved in time.

    Who handles it stays, and so does the broken promise; the party of the level above
    promises to see to it, within the pack's limit for a reply.

    Raises:
        TopLevelReached: there is no level above.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.RAISE_LEVEL, by=by, at=at, version=version)
    case, book = deed.case, deed.book
    if not by.has(Role.SYSTEM):
        give_reason(deed, reason=reason)
    above = responsibility.next_level(answer_of(case), case.level)
    case.level = level_above(case.level, levels=book.options.levels)
    case.level_rises += 1
    case.raise_at = rises_at(deed, at)
    if above is not None and above.organisation_id != case.organisation_id:
        _let_supervise(deed, above)
    return deed.write()


def _let_supervise(deed: Deed, above: Answerable) -> None:
    """Let the party above promise to see to the case; kept when the case is handled."""
    try:
        promise(
            deed,
            "supervise",
            deed.book.options.reply_limit,
            organisation_id=above.organisation_id,
            post_id=above.post_id,
            is_main=False,
        )
    except YearUnknown:
        # The level must rise in any year; what cannot be dated is not promised.
        deed.facts["unpromised"] = "supervise"


@steady()
@gathered()
def urge_case(
    number: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
) -> Case:
    """Urge whoever owes the next step; counted and shown on the case.

    Raises:
        ReasonMissing.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.URGE, by=by, at=at, version=version, claim_code=claim_code)
    give_reason(deed, reason=reason)
    deed.case.urges += 1
    return deed.write()


@steady()
@gathered()
def annotate_case(
    number: str, *, note: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Leave a note on the case for everybody who works on it.

    Raises:
        ReasonMissing: the note is blank.
        Refusals of `deeds.open_deed`.
    """
    deed = open_deed(number, Step.ANNOTATE, by=by, at=at, version=version)
    give_reason(deed, reason=note)
    return deed.write()
