"""One door to every step by its name, and photographs brought to a case."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import IO

from gongzhi.accounts.rules import Actor
from gongzhi.evidence import actions as evidence
from gongzhi.evidence.access import FileUseView
from gongzhi.evidence.actions import BroughtFile
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, check_relation
from ..models import Case
from ..rules import NewReport, Reported, State, Step, StepOutOfTurn, take_step
from . import desk, proof, work
from .arrival import report, support_case

# The deed of each step.  What a deed takes besides is in its signature; reporting is apart.
DEEDS: Mapping[Step, Callable[..., object]] = MappingProxyType(
    {
        Step.FIX_ON_SPOT: proof.fix_on_spot,
        Step.ASK_VERIFICATION: desk.ask_verification,
        Step.VERIFY: desk.verify_case,
        Step.FILE: desk.file_case,
        Step.DECLINE: desk.decline_case,
        Step.MERGE: desk.merge_case,
        Step.DISPATCH: desk.dispatch_case,
        Step.ACCEPT: work.accept_case,
        Step.RETURN: work.return_case,
        Step.ASK_EXTENSION: work.ask_extension,
        Step.GRANT_EXTENSION: work.grant_extension,
        Step.REFUSE_EXTENSION: work.refuse_extension,
        Step.SUSPEND: work.suspend_case,
        Step.RESUME: work.resume_case,
        Step.REACH_STAGE: work.reach_stage,
        Step.COMPLETE: work.complete_case,
        Step.ASK_CHECK: proof.ask_check,
        Step.PASS_CHECK: proof.pass_check,
        Step.FAIL_CHECK: proof.fail_check,
        Step.CLOSE: proof.close_case,
        Step.RATE: proof.rate_case,
        Step.REOPEN: proof.reopen_case,
        Step.RAISE_LEVEL: desk.raise_level,
        Step.URGE: desk.urge_case,
        Step.ANNOTATE: desk.annotate_case,
        Step.SUPPORT: support_case,
        Step.RECATEGORISE: desk.recategorise_case,
        Step.RELOCATE: desk.relocate_case,
        Step.CANCEL: proof.cancel_case,
        Step.FORCE_CLOSE: proof.force_close_case,
    }
)
WITH_CLAIM_CODE = frozenset({Step.URGE, Step.RATE, Step.REOPEN})

# Whoever may take one of these steps now may bring a photograph of the purpose.
SHOWN_FOR: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "before": (Step.URGE, Step.ANNOTATE, Step.FIX_ON_SPOT, Step.REOPEN),
        "after": (Step.COMPLETE, Step.FIX_ON_SPOT),
        "verify": (Step.VERIFY,),
        "check": (Step.PASS_CHECK,),
        "document": (Step.ANNOTATE, Step.URGE),
    }
)


def take(
    number: str,
    step: Step,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
    **given: object,
) -> None:
    """Take a step of a case by its name.

    Args:
        number: the printed number.
        step: any but `report`.
        by: who takes it.
        at: when; an aware datetime.
        version: the version the actor had read.
        claim_code: of a reporter without an account.
        given: what the deed of the step takes besides, by its own names.

    Raises:
        Refusals of the deed.
    """
    if step not in DEEDS:
        raise StepOutOfTurn(step=step.value, state="")
    if step is not Step.SUPPORT:
        given["version"] = version
    if step in WITH_CLAIM_CODE:
        given["claim_code"] = claim_code
    DEEDS[step](number, by=by, at=at, **given)


@steady()
def bring_photo(
    number: str,
    content: bytes | IO[bytes],
    *,
    name: str,
    purpose: str,
    by: Actor,
    at: datetime,
    claim_code: str = "",
) -> FileUseView:
    """Keep a photograph as proof of a case; it stays whatever step follows.

    Args:
        number: the printed number.
        content: the bytes, or a stream of them.
        name: what the sender calls the file; only told in refusals.
        purpose: before, after, verify, check or document.
        by: whoever may take a step that this photograph is for.
        at: when; an aware datetime.
        claim_code: of a reporter without an account.

    Raises:
        CaseNotFound: none, or hidden.
        Refusals of `deeds.open_deed`, of the first step the photograph is for.
        Refusals of `evidence.actions.keep_file`.
    """
    case = case_in_view(by, number, claim_code=claim_code)
    check_may_show(case, purpose, by, claim_code)
    brought = evidence.bring_file(content, name=name, purpose=purpose)
    return evidence.use_file(brought, subject=f"case:{case.pk}", by=by, at=at)


def report_with_photos(
    new: NewReport, photos: Sequence[tuple[str, IO[bytes]]], *, by: Actor, at: datetime
) -> Reported:
    """Take in a report with photographs of it; a photograph that will not do refuses both.

    The bytes are checked and stored first, so that nothing is reported without them.

    Args:
        new: what is reported; with a claim code where the reporter has no account.
        photos: name and bytes of each.
        by: the reporter; anybody.
        at: when; an aware datetime.

    Raises:
        Refusals of `report` and of `evidence.actions.bring_file`.
    """
    brought = [
        evidence.bring_file(content, name=name, purpose="before") for name, content in photos
    ]
    return report_with_files(new, brought, by=by, at=at)


def report_with_files(
    new: NewReport, brought: Sequence[BroughtFile], *, by: Actor, at: datetime
) -> Reported:
    """Take in a report with photographs that were checked and stored before.

    Sent twice it is one case with each photograph once.

    Raises:
        Refusals of `report`.
    """
    told = report(new, by=by, at=at)
    code = new.claim_code or told.claim_code
    case = case_in_view(by, told.number, claim_code=code) if brought else None
    for one in brought:
        if case is not None:
            check_may_show(case, "before", by, code)
            evidence.use_file(one, subject=f"case:{case.pk}", by=by, at=at)
    return told


def check_may_show(case: Case, purpose: str, by: Actor, claim_code: str) -> None:
    """Refuse a photograph from somebody who could take none of the steps that it is shown for."""
    first: Refusal | None = None
    for step in SHOWN_FOR.get(purpose, ()):
        try:
            take_step(State(case.state), step, roles=by.roles)
            check_relation(case, step, by, claim_code=claim_code)
        except Refusal as refusal:
            first = first or refusal
        else:
            return
    if first is not None:
        raise first
