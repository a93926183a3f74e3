"""Who answers for what, purely: values in, an explained answer out."""

from .answers import Answer, Answerable, Because, Reason

LEDGER_KINDS = frozenset({"duty.assigned", "duty.ended"})

__all__ = ["LEDGER_KINDS", "Answer", "Answerable", "Because", "Reason"]
