"""What people read about figures."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from gongzhi.commitments.rules import Outcome

REFUSALS: Mapping[str, object] = {
    "evaluation.no_such_board": _(
        "There is no board called “%(area)s”. Choose an area from the list of boards."
    ),
    "evaluation.not_your_watch": _(
        "The watch is for supervisors, leaders and duty heads, over the areas of their post."
        " The public board is open to everybody."
    ),
}

# What a list of promises holds.
OUTCOMES: Mapping[Outcome | None, object] = {
    None: _("All promises"),
    Outcome.JUDGED: _("Promises that fell due"),
    Outcome.KEPT: _("Promises kept on time"),
    Outcome.BROKEN: _("Promises not kept on time"),
    Outcome.OWED: _("Promises still owed"),
    Outcome.LATE: _("Promises broken now"),
    Outcome.AHEAD: _("Promises still to come due"),
    Outcome.PAUSED: _("Promises whose clock stands still"),
}
