"""What people read about promises."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .rules import Deed, State

REFUSALS: Mapping[str, Promise] = {
    "commitment.not_found": _(
        "There is no promise %(id)s. Look it up again from the page of its case."
    ),
    "commitment.already_settled": _(
        "This promise is settled (%(state)s) and cannot change any more. Make a new one instead."
    ),
    "commitment.is_paused": _("The clock of this promise stands still. Resume it first."),
    "commitment.not_paused": _("This promise is running, so there is nothing to resume."),
    "commitment.extended_too_late": _(
        "This promise was due at %(due_at)s, and an extension is only granted before that moment."
        " Keep it late, or release it and promise anew."
    ),
    "commitment.broken_stays": _(
        "This promise was due at %(due_at)s and stays with the party that broke it."
        " Release it and let the other party promise anew."
    ),
    "commitment.due_before_made": _(
        "A promise made at %(made_at)s cannot be due at %(due_at)s, before it was made."
        " Give a later due time."
    ),
    "commitment.due_not_later": _(
        "The promise is due at %(due_at)s; %(wanted)s is not later. Give a later due time."
    ),
    "commitment.bad_cursor": _(
        "“%(text)s” does not name a place in the list. Begin again from its first page."
    ),
}

STATES: Mapping[State, Promise] = {
    State.RUNNING: _("running"),
    State.PAUSED: _("paused"),
    State.KEPT: _("kept"),
    State.RELEASED: _("released"),
}
BROKEN = _("broken")
DUE_SOON = _("due soon")

DEEDS: Mapping[Deed, Promise] = {
    Deed.EXTEND: _("Extend"),
    Deed.PAUSE: _("Pause"),
    Deed.RESUME: _("Resume"),
    Deed.KEEP: _("Keep"),
    Deed.RELEASE: _("Release"),
    Deed.HAND_OVER: _("Hand over"),
    Deed.BREAK: _("Note as broken"),
    Deed.WARN: _("Warn"),
}

KINDS: Mapping[str, Promise] = {
    "case.verify": _("Verify on site"),
    "case.file": _("File the case"),
    "case.dispatch": _("Dispatch the case"),
    "case.accept": _("Accept the case"),
    "case.handle": _("Deal with the matter"),
    "case.make_safe": _("Make the place safe"),
    "case.surface": _("Restore the surface"),
    "case.check": _("Check on site"),
    "case.close": _("Close the case"),
    "case.supervise": _("See to it from above"),
    "case.reply": _("Reply to the reporter"),
}

LEDGER: Mapping[str, Promise] = {
    "commitment.promised": _("Promised"),
    "commitment.extended": _("Promise extended"),
    "commitment.paused": _("Promise paused"),
    "commitment.resumed": _("Promise resumed"),
    "commitment.kept": _("Promise kept"),
    "commitment.released": _("Promise released"),
    "commitment.handed_over": _("Promise handed over"),
    "commitment.broken": _("Promise broken"),
    "commitment.due_soon": _("Promise due soon"),
}


def kind_label(kind: str) -> str:
    """Return what is promised, in the reader's language; an unknown kind as it stands."""
    return str(KINDS.get(kind, kind))
