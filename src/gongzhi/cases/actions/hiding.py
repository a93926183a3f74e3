"""Hiding faces and number plates in the photographs of a case, and showing them again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from gongzhi.accounts.rules import Actor
from gongzhi.evidence import actions as evidence
from gongzhi.evidence.access import FileUseView
from gongzhi.evidence.rules import Box, NoSuchFile, NotYours, may_see_original
from gongzhi.ledger.actions import gathered
from gongzhi.webkit.revisions import steady

from ..access import case_for_change
from ..models import Case
from ..rules import Step, needs_words
from .deeds import Deed


@steady()
@gathered()
def hide_parts(
    number: str,
    use: FileUseView,
    boxes: Iterable[Box],
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> tuple[Box, ...]:
    """Black out parts of a photograph; the reason stands in the story, for staff.

    Args:
        number: of the case.
        use: a photograph of the case.
        boxes: in shares of the upright picture; they replace those drawn before.
        reason: in words.
        by: whoever may see the original.
        at: when; an aware datetime.

    Raises:
        CaseNotFound, NoSuchFile: none, or hidden.
        NotYours, NoPreview, BadBoxes: see `evidence.actions.black_out`.
        ReasonMissing: `reason` is blank.
    """
    case = _case_of(number, use, by)
    kept = evidence.black_out(use.id, boxes, by=by, at=at)
    _tell(case, "case.photo_hidden", use.id, reason, by=by, at=at)
    return kept


@steady()
@gathered()
def show_parts(number: str, use: FileUseView, *, reason: str, by: Actor, at: datetime) -> None:
    """Show again what was blacked out for this use of a photograph.

    Raises:
        CaseNotFound, NoSuchFile: none, or hidden.
        NotYours, NotBlackedOut: see `evidence.actions.show_again`.
        ReasonMissing: `reason` is blank.
    """
    case = _case_of(number, use, by)
    evidence.show_again(use.id, by=by, at=at)
    _tell(case, "case.photo_shown", use.id, reason, by=by, at=at)


def _case_of(number: str, use: FileUseView, by: Actor) -> Case:
    case = case_for_change(by, number)
    if use.subject != f"case:{case.pk}":
        raise NoSuchFile(use=str(use.id))
    if not may_see_original(by, area_path=case.area_path):
        raise NotYours
    return case


def _tell(case: Case, kind: str, use_id: UUID, reason: str, *, by: Actor, at: datetime) -> None:
    deed = Deed(case, step=Step.ANNOTATE, by=by, at=at)
    deed.facts["use"] = str(use_id)
    deed.say("reason", needs_words(reason, step=Step.ANNOTATE))
    deed.write(kind=kind)
