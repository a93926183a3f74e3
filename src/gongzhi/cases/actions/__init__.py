"""Every write of the loop: one function, one deed, one transaction, one ledger entry."""

from .adoption import Adopted, adopt_cases
from .arrival import report, support_case
from .clock import numbers_to_raise, numbers_to_resume, raise_by_clock, resume_by_clock
from .desk import (
    annotate_case,
    ask_verification,
    decline_case,
    dispatch_case,
    file_case,
    merge_case,
    raise_level,
    recategorise_case,
    relocate_case,
    urge_case,
    verify_case,
)
from .erasing import erase_words
from .following import follow_case, keep_report, unfollow_case
from .hiding import hide_parts, show_parts
from .proof import (
    ask_check,
    cancel_case,
    close_case,
    fail_check,
    fix_on_spot,
    force_close_case,
    pass_check,
    rate_case,
    reopen_case,
)
from .restoring import restore_cases
from .work import (
    accept_case,
    ask_extension,
    complete_case,
    grant_extension,
    reach_stage,
    refuse_extension,
    resume_case,
    return_case,
    suspend_case,
)

__all__ = [
    "Adopted",
    "accept_case",
    "adopt_cases",
    "annotate_case",
    "ask_check",
    "ask_extension",
    "ask_verification",
    "cancel_case",
    "close_case",
    "complete_case",
    "decline_case",
    "dispatch_case",
    "erase_words",
    "fail_check",
    "file_case",
    "fix_on_spot",
    "follow_case",
    "force_close_case",
    "grant_extension",
    "hide_parts",
    "keep_report",
    "merge_case",
    "numbers_to_raise",
    "numbers_to_resume",
    "pass_check",
    "raise_by_clock",
    "raise_level",
    "rate_case",
    "reach_stage",
    "recategorise_case",
    "refuse_extension",
    "relocate_case",
    "reopen_case",
    "report",
    "restore_cases",
    "resume_by_clock",
    "resume_case",
    "return_case",
    "show_parts",
    "support_case",
    "suspend_case",
    "unfollow_case",
    "urge_case",
    "verify_case",
]
