"""Sentences of the patrols house."""

from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, object] = {
    "patrol.not_yours": _(
        "Patrols are for stewards, collectors and crews. If you hold such a post, act in it first."
    ),
    "patrol.already_begun": _(
        "You are on duty already, since another patrol of yours has not ended. End it first."
    ),
    "patrol.not_found": _(
        "There is no such patrol, or it is not yours to look at. Look for it under “Me”."
    ),
    "patrol.ended_wrongly": _(
        "A patrol that began at %(begun_at)s cannot have ended at %(ended_at)s. Set the clock of "
        "your phone right and end the patrol again."
    ),
    "patrol.begun_wrongly": _(
        "A patrol cannot have begun at %(begun_at)s. Set the clock of your phone right and go on "
        "duty again."
    ),
    "patrol.too_many_points": _(
        "%(points)s points are too many for one message. Send at most %(most)s at once."
    ),
    "patrol.call_not_yours": _(
        "This number is shown only to those who work outside in the same area. Ask the desk to "
        "put you through."
    ),
}

# What the ledger's entries are called.
LEDGER: dict[str, object] = {
    "patrol.started": _("Patrol begun"),
    "patrol.ended": _("Patrol ended"),
    "contact.shown": _("Telephone number shown"),
}
