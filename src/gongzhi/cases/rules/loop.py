"""The closed loop as one table: states, steps, who may take them, what they need.

Source: GB/T 30428.8 (filing, disposal, closing) and the seven-stage workflow of
digital city management; see `docs/explanation/the-loop.md`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gongzhi.accounts.rules import Role

from .refusals import StepNotYours, StepOutOfTurn


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
# What the loop itself promises, each kept by its own step; all others are stages of the work.
OWN_STAGES = frozenset(
    {"verify", "file", "dispatch", "accept", "handle", "check", "close", "supervise", "reply"}
)


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
# `case.report_kept` says that a report made with a claim code is in an account now;
# `saved_filter.…` are lists of the desk under a name.
LEDGER_KINDS = frozenset(LEDGER_KIND_OF.values()) | {
    "case.joined",
    "case.adopted",
    "case.words_erased",
    "case.followed",
    "case.report_kept",
    "case.photo_hidden",
    "case.photo_shown",
    "case.unfollowed",
    "saved_filter.kept",
    "saved_filter.dropped",
}


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
