"""What people read about the demonstration city."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: Mapping[str, Promise] = {
    "demo.unknown_size": _(
        "There is no demonstration city of the size “%(size)s”. Choose one of: %(known)s."
    ),
}
