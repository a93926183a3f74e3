"""What people read about the demonstration city."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: Mapping[str, Promise] = {
    "plan": _("Inventing the city"),
    "pack": _("Installing the pack"),
    "areas": _("Drawing areas"),
    "organisations": _("Founding organisations"),
    "facilities": _("Placing facilities"),
    "people": _("Appointing people"),
    "duties": _("Assigning duties"),
    "history": _("Living the history"),
}

STATES: Mapping[str, Promise] = {
    "reported": _("reported"),
    "verifying": _("being verified"),
    "filed": _("filed"),
    "dispatched": _("dispatched"),
    "handling": _("being handled"),
    "handled": _("handled"),
    "checking": _("being checked"),
    "checked": _("checked"),
    "closed": _("closed"),
    "declined": _("declined"),
    "merged": _("merged"),
    "cancelled": _("cancelled"),
    "suspended": _("suspended"),
}

LEFT_OUT: Mapping[str, Promise] = {
    "done_by_the_pack": _("done by the system itself"),
    "after_refusal": _("following a refused one"),
}

REFUSALS: Mapping[str, Promise] = {
    "demo.unknown_size": _(
        "There is no demonstration city of the size “%(size)s”. Choose one of: %(known)s."
    ),
    "demo.not_empty": _(
        "This database holds a city already: %(cases)s cases, %(areas)s areas, "
        "%(organisations)s organisations. A demonstration only goes into an empty database; "
        "name another folder in GONGZHI_DATA."
    ),
    "demo.another_city": _(
        "This database holds another demonstration: size %(size)s, seed %(seed)s, until "
        "%(until)s. Ask for that one, or name another folder in GONGZHI_DATA."
    ),
    "demo.end_in_future": _(
        "The history cannot end at %(until)s, which is in the future. Choose an earlier end."
    ),
    "demo.nobody_there": _(
        "Nobody in the demonstration city can take this step. This is a mistake of the "
        "demonstration; please report it."
    ),
}
