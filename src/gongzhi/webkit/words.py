"""From a refusal to the sentence people read."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import gettext as _

from gongzhi.kernel.refusals import Refusal

from .kernel_words import REFUSALS


@cache
def _sentences() -> Mapping[str, object]:
    """Return every house's sentences by refusal code."""
    found: dict[str, object] = dict(REFUSALS)
    for app in apps.get_app_configs():
        room = f"{app.name}.words"
        if app.name.startswith("gongzhi.") and app.name != "gongzhi.webkit" and find_spec(room):
            found.update(getattr(import_module(room), "REFUSALS", {}))
    return found


def sentence(refusal: Refusal) -> str:
    """Return the sentence of `refusal` in the reader's language."""
    template = _sentences().get(refusal.code)
    if template is None:
        return _("This was refused (%(code)s).") % {"code": refusal.code}
    return str(template) % refusal.facts
