"""From a refusal to the sentence people read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from gongzhi.kernel.refusals import Refusal

from .kernel_words import REFUSALS


@dataclass(frozen=True, slots=True)
class _Said:
    """The sentence of a code, and the labels of its house's facts."""

    template: object
    labels: Mapping[str, Mapping[Any, object]]


@cache
def _sentences() -> Mapping[str, _Said]:
    """Return every house's sentences by refusal code.

    A house's `words` room has `REFUSALS`, and `FACTS` where the facts of a sentence are
    codes with names of their own: `{"state": {"filed": _("Filed")}}`.
    """
    found = {code: _Said(template, {}) for code, template in REFUSALS.items()}
    for app in apps.get_app_configs():
        room = f"{app.name}.words"
        if app.name.startswith("gongzhi.") and app.name != "gongzhi.webkit" and find_spec(room):
            words = import_module(room)
            labels = getattr(words, "FACTS", {})
            for code, template in getattr(words, "REFUSALS", {}).items():
                found[code] = _Said(template, labels)
    return found


def sentence(refusal: Refusal) -> str:
    """Return the sentence of `refusal` in the reader's language."""
    said = _sentences().get(refusal.code)
    if said is None:
        return _("This was refused (%(code)s).") % {"code": refusal.code}
    facts = {
        name: said.labels.get(name, {}).get(value, value) for name, value in refusal.facts.items()
    }
    return str(said.template) % facts
