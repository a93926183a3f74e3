"""The closed loop as one table: states, steps, who may take them, what they need.

Everything here is pure: no Django, no clock, no database.

Source: GB/T 30428.8 (filing, disposal, closing) and the seven-stage workflow of
digital city management; see `docs/explanation/the-loop.md`.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from gongzhi.accounts.rules import Role
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted


class State(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    VERIFYING = "verifying"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    HANDLED = "handled"
    CHECKING = "checking"
    CHECKED = "checked"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


ENDS = frozenset({State.CLOSED, State.DECLINED, State.MERGED, State.CANCELLED})
OPEN = frozenset(State) - ENDS
AT_WORK = frozenset({State.FILED, State.DISPATCHED, State.HANDLING})


class Step(StrEnum):
    """What can be done to a case."""

    REPORT = "report"
    FIX_ON_SPOT = "fix_on_spot"
    ASK_VERIFICATION = "ask_verification"
    VERIFY = "verify"
    FILE = "file"
    DECLINE = "decline"
    MERGE = "merge"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    REACH_STAGE = "reach_stage"
    COMPLETE = "complete"
    ASK_CHECK = "ask_check"
    PASS_CHECK = "pass_check"  # noqa: S105 - no password
    FAIL_CHECK = "fail_check"
    CLOSE = "close"
    RATE = "rate"
    REOPEN = "reopen"
    RAISE_LEVEL = "raise_level"
    URGE = "urge"
    ANNOTATE = "annotate"
    SUPPORT = "support"
    RECATEGORISE = "recategorise"
    RELOCATE = "relocate"
    CANCEL = "cancel"
    FORCE_CLOSE = "force_close"


class Need(StrEnum):
    """What a step needs besides the right state and role."""

    REASON = "reason"  # words
    REASON_CODE = "reason_code"  # one of the pack's list for the step
    PLACE = "place"
    CATEGORY = "category"
    STANDARD = "standard"
    PARTY = "party"
    FINDING = "finding"
    PHOTO_BEFORE = "photo_before"
    PHOTO_VERIFY = "photo_verify"
    PHOTO_AFTER = "photo_after"
    PHOTO_CHECK = "photo_check"
    BOTH_PHOTOS = "both_photos"
    RESUME_DATE = "resume_date"
    BEFORE_DUE = "before_due"
    OTHER_CASE = "other_case"
    SMALL_MATTER = "small_matter"
    NOT_THE_HANDLER = "not_the_handler"
    OWN_REPORT = "own_report"
    OWN_PARTY = "own_party"


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody reports.

    Attributes:
        case_id: made by the reporter's device; the same id sent twice is one case.
        source: web, hotline, patrol, api …
        source_id: the foreign system's own id, where there is one.
        category_code: of the active pack; may be blank when there are words.
        standard_row: the row of the category's standards; blank: the first that fits.
        text: what is wrong, in the reporter's words.
        address: where, in the reporter's words.
        longitude: degrees east in `frame`; absent when only the address is known.
        latitude: degrees north in `frame`.
        frame: `wgs84`, `gcj02` or `bd09`; blank: the pack's.
        contact_name: personal data; kept with the words, never in the ledger.
        contact_phone: likewise.
        claim_code: chosen by the device of a reporter without an account.
        answers: to the questions of the category, by their codes; kept with the words.
            None: nobody was asked, as by telephone or by a program, and nothing is demanded.
        is_for_caller: staff writes down what somebody tells them; the case is that somebody's,
            by its claim code, and not the writer's.
    """

    case_id: UUID | None = None
    source: str = "web"
    source_id: str | None = None
    category_code: str = ""
    standard_row: str = ""
    text: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    frame: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    claim_code: str = ""
    answers: Mapping[str, str] | None = None
    is_for_caller: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """What the reporter is told: the number, and how to find the case again.

    `claim_code` is blank for somebody with an account, and for a report sent twice.
    """

    case_id: UUID
    number: str
    state: State
    claim_code: str = ""


@dataclass(frozen=True, slots=True)
class OldCase:
    """A case whose life happened in another system, as far as that system tells it.

    Attributes:
        source, source_id: together never twice; the key of idempotent import.
        category_code: of the active pack.
        reported_at: an aware datetime.
        text: the words of the report.
        address: the place in words.
        longitude, latitude: degrees, WGS 84, already checked; None when unknown.
        frame: the frame in which the position came.
        due_at: as the other system promised; None: by the standard of the active pack.
        closed_at: when it ended there; None while it is open.
        organisation_id: whom the other system held answerable; None: the map answers.
        by_standard: whether, without `due_at`, the standard of the active pack promises;
            otherwise nothing was promised, and nothing is judged.
    """

    source: str
    source_id: str
    category_code: str
    reported_at: datetime
    text: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    frame: str = "wgs84"
    due_at: datetime | None = None
    closed_at: datetime | None = None
    organisation_id: int | None = None
    by_standard: bool = True

    def __post_init__(self) -> None:
        if self.closed_at is not None and self.closed_at < self.reported_at:
            raise ClosedBeforeReported(
                reported_at=self.reported_at.isoformat(), closed_at=self.closed_at.isoformat()
            )
        if self.due_at is not None and self.due_at < self.reported_at:
            raise DueBeforeReported(
                reported_at=self.reported_at.isoformat(), due_at=self.due_at.isoformat()
            )


@dataclass(frozen=True, slots=True)
class StepRule:
    """One row of the table: from where, to where, by whom, with what.

    `target` is None where the state stays, or where it is the remembered one (resume).
    """

    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role]
    needs: tuple[Need, ...] = ()


def _row(
    sources: Collection[State], target: State | None, *roles: Role, needs: tuple[Need, ...] = ()
) -> StepRule:
    return StepRule(frozenset(sources), target, frozenset(roles), needs)


_DESK = (Role.OPERATOR, Role.DUTY_HEAD)
_FIELD = (Role.COLLECTOR, Role.STEWARD)
_STAFF = tuple(
    sorted(
        set(Role)
        - {Role.RESIDENT, Role.SYSTEM, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    )
)

# The resident rows mean the reporter of the case, with an account or a claim code.
STEPS: Mapping[Step, StepRule] = MappingProxyType(
    {
        Step.REPORT: _row((), State.REPORTED, *Role, needs=(Need.PLACE,)),
        Step.FIX_ON_SPOT: _row(
            {State.REPORTED},
            State.CHECKED,
            *_FIELD,
            needs=(Need.SMALL_MATTER, Need.PHOTO_BEFORE, Need.PHOTO_AFTER),
        ),
        Step.ASK_VERIFICATION: _row({State.REPORTED}, State.VERIFYING, *_DESK),
        Step.VERIFY: _row(
            {State.VERIFYING},
            State.REPORTED,
            *_FIELD,
            needs=(Need.FINDING, Need.PHOTO_VERIFY),
        ),
        Step.FILE: _row(
            {State.REPORTED},
            State.FILED,
            *_DESK,
            Role.SYSTEM,
            needs=(Need.CATEGORY, Need.PLACE, Need.STANDARD),
        ),
        Step.DECLINE: _row({State.REPORTED}, State.DECLINED, *_DESK, needs=(Need.REASON_CODE,)),
        Step.MERGE: _row(
            {State.REPORTED, State.FILED},
            State.MERGED,
            *_DESK,
            Role.DISPATCHER,
            needs=(Need.OTHER_CASE,),
        ),
        Step.DISPATCH: _row(
            {State.FILED}, State.DISPATCHED, Role.DISPATCHER, Role.SYSTEM, needs=(Need.PARTY,)
        ),
        Step.ACCEPT: _row(
            {State.DISPATCHED}, State.HANDLING, Role.HANDLER, needs=(Need.OWN_PARTY,)
        ),
        Step.RETURN: _row(
            {State.DISPATCHED, State.HANDLING},
            State.FILED,
            Role.HANDLER,
            needs=(Need.OWN_PARTY, Need.REASON_CODE),
        ),
        Step.ASK_EXTENSION: _row(
            {State.HANDLING},
            None,
            Role.HANDLER,
            needs=(Need.OWN_PARTY, Need.BEFORE_DUE, Need.REASON),
        ),
        Step.GRANT_EXTENSION: _row(
            {State.HANDLING}, None, Role.DISPATCHER, needs=(Need.BEFORE_DUE,)
        ),
        Step.REFUSE_EXTENSION: _row({State.HANDLING}, None, Role.DISPATCHER, needs=(Need.REASON,)),
        Step.SUSPEND: _row(
            AT_WORK,
            State.SUSPENDED,
            Role.DISPATCHER,
            needs=(Need.REASON_CODE, Need.RESUME_DATE),
        ),
        Step.RESUME: _row({State.SUSPENDED}, None, Role.DISPATCHER, Role.SYSTEM),
        Step.REACH_STAGE: _row({State.HANDLING}, None, Role.HANDLER, needs=(Need.OWN_PARTY,)),
        Step.COMPLETE: _row(
            {State.HANDLING},
            State.HANDLED,
            Role.HANDLER,
            needs=(Need.OWN_PARTY, Need.PHOTO_AFTER),
        ),
        Step.ASK_CHECK: _row({State.HANDLED}, State.CHECKING, *_DESK, Role.DISPATCHER, Role.SYSTEM),
        Step.PASS_CHECK: _row(
            {State.CHECKING},
            State.CHECKED,
            *_FIELD,
            needs=(Need.NOT_THE_HANDLER, Need.FINDING, Need.PHOTO_CHECK),
        ),
        Step.FAIL_CHECK: _row(
            {State.CHECKING},
            State.HANDLING,
            *_FIELD,
            needs=(Need.NOT_THE_HANDLER, Need.FINDING, Need.PHOTO_CHECK),
        ),
        Step.CLOSE: _row(
            {State.CHECKED}, State.CLOSED, Role.DUTY_HEAD, Role.SYSTEM, needs=(Need.BOTH_PHOTOS,)
        ),
        Step.RATE: _row({State.CLOSED}, None, Role.RESIDENT, needs=(Need.OWN_REPORT,)),
        Step.REOPEN: _row({State.CLOSED}, State.FILED, Role.RESIDENT, *_DESK, needs=(Need.REASON,)),
        Step.RAISE_LEVEL: _row(
            AT_WORK, None, Role.SYSTEM, Role.DISPATCHER, Role.HANDLER, needs=(Need.REASON,)
        ),
        Step.URGE: _row(
            OPEN,
            None,
            Role.RESIDENT,
            Role.SUPERVISOR,
            Role.LEADER,
            *_DESK,
            needs=(Need.REASON,),
        ),
        Step.ANNOTATE: _row(OPEN, None, *_STAFF, needs=(Need.REASON,)),
        Step.SUPPORT: _row(OPEN, None, *(set(Role) - {Role.SYSTEM})),
        Step.RECATEGORISE: _row(
            {State.REPORTED, State.VERIFYING, State.FILED},
            None,
            *_DESK,
            Role.DISPATCHER,
            needs=(Need.CATEGORY, Need.REASON),
        ),
        Step.RELOCATE: _row(
            {State.REPORTED, State.VERIFYING, State.FILED},
            None,
            *_DESK,
            Role.DISPATCHER,
            needs=(Need.PLACE, Need.REASON),
        ),
        Step.CANCEL: _row(
            OPEN, State.CANCELLED, Role.DUTY_HEAD, Role.LEADER, needs=(Need.REASON_CODE,)
        ),
        Step.FORCE_CLOSE: _row(
            OPEN, State.CLOSED, Role.DUTY_HEAD, Role.LEADER, needs=(Need.REASON,)
        ),
    }
)

# Every deed and what the ledger calls it.
LEDGER_KIND_OF: Mapping[Step, str] = MappingProxyType(
    {
        Step.REPORT: "case.reported",
        Step.FIX_ON_SPOT: "case.fixed_on_spot",
        Step.ASK_VERIFICATION: "case.verification_asked",
        Step.VERIFY: "case.verified",
        Step.FILE: "case.filed",
        Step.DECLINE: "case.declined",
        Step.MERGE: "case.merged",
        Step.DISPATCH: "case.dispatched",
        Step.ACCEPT: "case.accepted",
        Step.RETURN: "case.returned",
        Step.ASK_EXTENSION: "case.extension_asked",
        Step.GRANT_EXTENSION: "case.extension_granted",
        Step.REFUSE_EXTENSION: "case.extension_refused",
        Step.SUSPEND: "case.suspended",
        Step.RESUME: "case.resumed",
        Step.REACH_STAGE: "case.stage_reached",
        Step.COMPLETE: "case.completed",
        Step.ASK_CHECK: "case.check_asked",
        Step.PASS_CHECK: "case.check_passed",
        Step.FAIL_CHECK: "case.check_failed",
        Step.CLOSE: "case.closed",
        Step.RATE: "case.rated",
        Step.REOPEN: "case.reopened",
        Step.RAISE_LEVEL: "case.level_raised",
        Step.URGE: "case.urged",
        Step.ANNOTATE: "case.annotated",
        Step.SUPPORT: "case.supported",
        Step.RECATEGORISE: "case.recategorised",
        Step.RELOCATE: "case.relocated",
        Step.CANCEL: "case.cancelled",
        Step.FORCE_CLOSE: "case.closed_by_force",
    }
)
# `case.joined` stands on the case into which another was merged; `case.adopted` is a
# case whose life happened in another system; `case.words_erased` blanks statements;
# `case.followed` and `case.unfollowed` say who is told of it, and are no step;
# `saved_filter.…` are lists of the desk under a name.
LEDGER_KINDS = frozenset(LEDGER_KIND_OF.values()) | {
    "case.joined",
    "case.adopted",
    "case.words_erased",
    "case.followed",
    "case.photo_hidden",
    "case.photo_shown",
    "case.unfollowed",
    "saved_filter.kept",
    "saved_filter.dropped",
}


class CaseNotFound(NotFound):
    """There is no such case, or none that the actor may know of."""

    code = "case.not_found"


class StepNotYours(NotPermitted):
    """No role of the actor may take the step."""

    code = "case.step_not_yours"


class StepOutOfTurn(Conflict):
    """The step exists, but not from the state in which the case is."""

    code = "case.step_out_of_turn"


class OtherParty(NotPermitted):
    """The case lies with another organisation than the actor's."""

    code = "case.other_party"


class OutsideYourArea(NotPermitted):
    """The case lies outside the areas of the actor's post."""

    code = "case.outside_your_area"


class NotYourReport(NotPermitted):
    """Only the reporter may do this."""

    code = "case.not_your_report"


class CheckerIsHandler(NotPermitted):
    """Whoever handled a case, or works for its handler, may not check it."""

    code = "case.checker_is_handler"


class ReasonMissing(Invalid):
    """The step needs a reason in words."""

    code = "case.reason_missing"


class ReasonUnknown(Invalid):
    """The reason is not in the pack's list for the step."""

    code = "case.reason_unknown"


class FindingMissing(Invalid):
    """A verification or check needs what was found, in words."""

    code = "case.finding_missing"


class PhotoMissing(Invalid):
    """The step needs a photograph that is not there yet."""

    code = "case.photo_missing"


class PlaceMissing(Invalid):
    """The case has neither a position nor an address."""

    code = "case.place_missing"


class CategoryMissing(Invalid):
    """The case has no category yet."""

    code = "case.category_missing"


class CategoryUnknown(Invalid):
    """The active pack has no such category, or it is only a group."""

    code = "case.category_unknown"


class StandardMissing(Conflict):
    """The pack has no standard row for the category, so no limit can be promised."""

    code = "case.standard_missing"


class StandardUnknown(Invalid):
    """The category has no such standard row."""

    code = "case.standard_unknown"


class NothingToReport(Invalid):
    """A report needs a category or some words."""

    code = "case.nothing_to_report"


class TextTooLong(Invalid):
    """The words are longer than a case can keep."""

    code = "case.text_too_long"


class TextUnreadable(Invalid):
    """The words hold control characters."""

    code = "case.text_unreadable"


class ClosedBeforeReported(Invalid):
    """A case of another system was closed before it was reported."""

    code = "case.closed_before_reported"


class DueBeforeReported(Invalid):
    """A case of another system was due before it was reported."""

    code = "case.due_before_reported"


class ChangedMeanwhile(Conflict):
    """Somebody changed the case after the actor had read it."""

    code = "case.changed_meanwhile"


class TooManyExtensions(Conflict):
    """The case was extended as often as the pack allows."""

    code = "case.too_many_extensions"


class ExtensionTooLate(Conflict):
    """An extension is asked and granted before the deadline, never after."""

    code = "case.extension_too_late"


class NoExtensionAsked(Conflict):
    """Nobody asked for an extension that could be granted or refused."""

    code = "case.no_extension_asked"


class ExtensionAskedAlready(Conflict):
    """An extension was asked and not yet answered."""

    code = "case.extension_asked_already"


class ResumeDateWrong(Invalid):
    """The resume date is not in the future, or too far away."""

    code = "case.resume_date_wrong"


class ReopenedTooLate(Conflict):
    """The reporter may reopen a closed case only within the pack's number of days."""

    code = "case.reopened_too_late"


class SamePartyAgain(Conflict):
    """A returned case may not be pushed back unchanged to the party that returned it."""

    code = "case.same_party_again"


class PartyUnknown(Invalid):
    """There is no such organisation."""

    code = "case.party_unknown"


class MergedIntoItself(Invalid):
    """A case cannot be merged into itself."""

    code = "case.merged_into_itself"


class MergedIntoEnded(Conflict):
    """The other case has ended already."""

    code = "case.merged_into_ended"


class NotSmall(Conflict):
    """Only small matters may be fixed on the spot."""

    code = "case.not_small"


class NobodyToAsk(Conflict):
    """No collector or steward is appointed for the place."""

    code = "case.nobody_to_ask"


class RatedAlready(Conflict):
    """A case is rated once."""

    code = "case.rated_already"


class GradeWrong(Invalid):
    """Satisfaction has three grades."""

    code = "case.grade_wrong"


class SupportedAlready(Conflict):
    """The actor follows the case already."""

    code = "case.supported_already"


class SupportNeedsAccount(NotPermitted):
    """Only somebody with an account can be told what becomes of a case."""

    code = "case.support_needs_account"


class FollowsNot(Conflict):
    """The actor does not follow the case, so there is nothing to leave off."""

    code = "case.follows_not"


class ErasingNotYours(NotPermitted):
    """Only a security administrator erases what people said."""

    code = "case.erasing_not_yours"


class StageUnknown(Invalid):
    """The case has no open promise of that stage."""

    code = "case.stage_unknown"


class TopLevelReached(Conflict):
    """There is no level above the present one."""

    code = "case.top_level_reached"


class SourceIdTaken(Conflict):
    """Another case already bears the foreign system's id."""

    code = "case.source_id_taken"


TEXT_MAX = 20_000  # characters of one statement; a page of print has about 1,000
_ALLOWED_CONTROLS = frozenset("\n\t\r")


def take_step(state: State, step: Step, *, roles: Collection[Role]) -> State | None:
    """Return the state that `step` leads to; None where the table leaves it open.

    The role is judged first: who may never take a step is told so in every state.

    Raises:
        StepNotYours: none of `roles` may take this step from any state.
        StepOutOfTurn: the step is not possible from `state`.
    """
    rule = STEPS[step]
    if rule.roles.isdisjoint(roles):
        raise StepNotYours(step=step.value)
    if state not in rule.sources:
        raise StepOutOfTurn(step=step.value, state=state.value)
    return rule.target


def steps_from(state: State, *, roles: Collection[Role]) -> list[Step]:
    """Return the steps that somebody with `roles` may try from `state`, in table order."""
    return [
        step
        for step, rule in STEPS.items()
        if state in rule.sources and not rule.roles.isdisjoint(roles)
    ]


def check_words(text: str, *, field: str) -> str:
    """Return `text` without blanks around it.

    Raises:
        TextTooLong: more than `TEXT_MAX` characters.
        TextUnreadable: a control character other than a line break or a tab.
    """
    words = text.strip().replace("\r\n", "\n")
    if len(words) > TEXT_MAX:
        raise TextTooLong(field=field, length=len(words), most=TEXT_MAX)
    for position, sign in enumerate(words):
        if unicodedata.category(sign) == "Cc" and sign not in _ALLOWED_CONTROLS:
            raise TextUnreadable(field=field, position=position + 1, sign=f"U+{ord(sign):04X}")
    return words


def needs_words(text: str, *, step: Step) -> str:
    """Return the reason of a step.

    Raises:
        ReasonMissing: it is blank.
        TextTooLong, TextUnreadable: see `check_words`.
    """
    words = check_words(text, field="reason")
    if not words:
        raise ReasonMissing(step=step.value)
    return words


def check_extension(*, due_at: datetime | None, at: datetime, extensions: int, most: int) -> None:
    """Refuse an extension that comes too late or once too often.

    Source: `standards.md` section 3: before the deadline, never after; at most twice;
    refusals do not count.

    Raises:
        ExtensionTooLate: `at` is not before `due_at`.
        TooManyExtensions: `extensions` were granted already.
    """
    if due_at is None or at >= due_at:
        raise ExtensionTooLate(due_at=due_at.isoformat() if due_at else "")
    if extensions >= most:
        raise TooManyExtensions(extensions=extensions, most=most)


def check_reopening(*, ended_at: datetime, at: datetime, days: int) -> None:
    """Refuse a reporter's reopening after the pack's number of natural days.

    Raises:
        ReopenedTooLate: more than `days` × 24 hours have passed.
    """
    if at - ended_at > timedelta(days=days):
        raise ReopenedTooLate(days=days)


def claim_hash(code: str) -> str:
    """Return the fingerprint of a claim code, read without blanks, hyphens and case."""
    kept = "".join(sign for sign in code.upper() if sign.isalnum())
    return sha256_hex(f"claim:{kept}".encode())


def claim_code(chance: bytes) -> str:
    """Return a code of three groups of four signs that a person can copy by hand.

    Signs that look alike (0 O, 1 I L) are left out.  Ten bytes give 60 bits.

    Args:
        chance: at least eight random bytes.
    """
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    number = int.from_bytes(chance, "big")
    signs = []
    for _ in range(12):
        number, rest = divmod(number, len(alphabet))
        signs.append(alphabet[rest])
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))


def level_above(level: str, *, levels: tuple[str, ...]) -> str:
    """Return the level after `level` in the pack's order, lowest first.

    Raises:
        TopLevelReached: `level` is the last.
    """
    place = levels.index(level) + 1 if level in levels else 0
    if place >= len(levels):
        raise TopLevelReached(level=level)
    return levels[place]


def number_prefix(pattern: str, *, on: date) -> str:
    """Return the part of a printed number before its sequence; each prefix counts on its own.

    Args:
        pattern: see `catalogue.rules.printed_number`.
        on: the local day of the report.
    """
    head = pattern.split("{sequence", 1)[0]
    return head.format(year=on.year, month=on.month, day=on.day)


def fold(facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the row of a case must hold after the facts of its entries, oldest first."""
    columns: dict[str, Any] = {}
    for told in facts:
        columns.update(told.get("set", {}))
    return columns


# --- the same matter? ---------------------------------------------------------------------

SAME_ENOUGH = 0.45  # of `sameness`; from here a case is named
_WEIGHTS = {"kinship": 0.4, "place": 0.2, "time": 0.15, "words": 0.25}
_WORDS_FULL = 0.5  # likeness of words from which they count in full


def sameness(*, distance: float, kinship: float, age: float, likeness: float) -> float:
    """Return how much an open case looks like the matter of a report, 0 to 1.

    The same category within the reach is named for days whatever is said, another category
    only when words or time speak for it, a matter of months only beside the very place.

    Source: `standards.md` section 3 names place, time and class; the weights are ours, set so
    that what it names is always named.

    Args:
        distance: as a share of the reach, 0 to 1.
        kinship: of the categories, 1 for the same.
        age: time between the two, as a multiple of the span of the pack.
        likeness: of the words, 0 to 1.
    """
    told = {
        "kinship": kinship,
        "place": max(0.0, 1.0 - distance),
        "time": 1.0 / max(1.0, age),
        "words": min(1.0, likeness / _WORDS_FULL),
    }
    return sum(_WEIGHTS[what] * share for what, share in told.items())


# --- the desk -----------------------------------------------------------------------------

BULK_MOST = 1000  # cases of one bulk step; what is more is taken in several
FILTER_NAME_MAX = 60  # characters
# What may be done to many cases at once: nothing that needs a look at each.
BULK_STEPS = (Step.FILE, Step.DISPATCH, Step.ASK_CHECK, Step.CLOSE, Step.URGE, Step.ANNOTATE)


@dataclass(frozen=True, slots=True)
class Pick:
    """A case chosen for a bulk step, as it was read."""

    number: str
    version: int


class NothingChosen(Invalid):
    """A bulk step needs at least one case."""

    code = "case.nothing_chosen"


class TooManyChosen(Invalid):
    """More cases are chosen than a bulk step takes."""

    code = "case.too_many_chosen"


class NotInBulk(Invalid):
    """The step needs a look at each case."""

    code = "case.not_in_bulk"


class FilterUnnamed(Invalid):
    """A saved filter needs a name that a person can find it by."""

    code = "case.filter_unnamed"


class FilterNotFound(NotFound):
    """There is no such saved filter, or it is somebody else's."""

    code = "case.filter_not_found"


class DeskNotYours(NotPermitted):
    """Only operators, dispatchers and duty heads work at the desk."""

    code = "case.desk_not_yours"


def next_party(parties: Sequence[int], *, returned_from: int | None) -> int:
    """Return the first of the parties that answer which has not just returned the case.

    Args:
        parties: in the order of the explained answer, at least one.
        returned_from: the party that gave the case back last.
    """
    return next((one for one in parties if one != returned_from), parties[0])


def missing_photo(needed: Iterable[str], *, there: Mapping[str, int]) -> str:
    """Return the first purpose of which a photograph is missing; blank for none.

    A photograph of the verification shows the matter as it was before.
    """
    for purpose in needed:
        if not there.get(purpose) and not (purpose == "before" and there.get("verify")):
            return purpose
    return ""
