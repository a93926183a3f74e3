"""What the desk may do with many cases at once, and with its lists."""

from dataclasses import dataclass

from .loop import Step

BULK_MOST = 1000  # cases of one bulk step; what is more is taken in several
FILTER_NAME_MAX = 60  # characters
# What may be done to many cases at once: nothing that needs a look at each.
BULK_STEPS = (Step.FILE, Step.DISPATCH, Step.ASK_CHECK, Step.CLOSE, Step.URGE, Step.ANNOTATE)


@dataclass(frozen=True, slots=True)
class Pick:
    """A case chosen for a bulk step, as it was read."""

    number: str
    version: int
