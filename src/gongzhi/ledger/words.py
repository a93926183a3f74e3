"""What people read about the ledger."""

from django.utils.translation import gettext_lazy as _

from .rules import Alteration, Finding

REFUSALS = {
    "ledger.bad_root": _(
        "“%(root)s” is not a root: a root is 64 hexadecimal digits. Copy it again from where"
        " you kept it."
    ),
}

KINDS = {"ledger.erased": _("Personal data erased")}

ALTERATIONS = {
    Alteration.CONTENT: _(
        "Entry %(entry)s no longer says what it said when it was made: its content was altered."
    ),
    Alteration.DIGEST: _(
        "Entry %(entry)s is unchanged, but its digest was altered; the seal remembers the"
        " true digest."
    ),
    Alteration.REWRITTEN: _(
        "Entry %(entry)s was rewritten together with its digest; the seal remembers another."
    ),
    Alteration.UNSEALED: _(
        "Entry %(entry)s and its digest do not agree: one of the two was altered. No seal"
        " covers it yet, so it cannot be told which."
    ),
    Alteration.MISSING: _("Entry %(entry)s is missing: it was sealed and has been removed."),
    Alteration.INSERTED: _(
        "Entry %(entry)s was inserted among entries that had been sealed without it."
    ),
    Alteration.SEAL: _(
        "The seal over entry %(entry)s was altered: it contradicts itself or the seal before it."
    ),
    Alteration.ROOT: _(
        "No seal has the root you kept: the ledger was rewritten or cut since, or it is"
        " another ledger."
    ),
}


def describe(finding: Finding) -> str:
    """Return the sentence of what was found wrong."""
    return str(ALTERATIONS[finding.alteration]) % {"entry": finding.entry_id}
