"""What people read about packs; the mistakes in a pack have their words in `rules.mistakes`."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

REFUSALS: Mapping[str, Promise] = {
    "catalogue.no_pack": _(
        "No pack is installed yet, so nothing is known of categories and limits."
        " Install one: gongzhi pack install china"
    ),
    "catalogue.pack_mistaken": _(
        "The pack %(directory)s has mistakes (%(mistakes)s), so nothing was changed."
        " See them all with: gongzhi pack check %(directory)s"
    ),
    "catalogue.version_unknown": _(
        "No version %(version)s is installed. See them all with: gongzhi pack list"
    ),
    "catalogue.pack_unknown": _(
        "“%(name)s” is neither a directory nor a known pack."
        " Give a directory that holds pack.toml, or one of: %(known)s."
    ),
    "catalogue.category_unknown": _(
        "The pack has no category %(category)s. Choose one from its list."
    ),
    "catalogue.answer_missing": _("Please answer the question “%(label)s”."),
    "catalogue.answer_wrong": _(
        "“%(answer)s” does not answer “%(label)s”. Choose one of the answers, or give a number"
        " or a few words as the question asks."
    ),
    "catalogue.no_such_question": _(
        "“%(question)s” is not asked for this kind of problem. Leave the answer out."
    ),
    "catalogue.calendar_unknown": _(
        "The pack has no calendar “%(calendar)s”. Give one of: %(known)s."
    ),
    "catalogue.year_not_seeded": _(
        "The holidays of %(year)s (%(country)s) are not known to the holiday library, and none are"
        " guessed. Write the table by hand from the official notice, or update the library."
    ),
    "catalogue.year_table_exists": _(
        "%(file)s exists and may have been edited. Keep it, or replace it with --force."
    ),
}

LEDGER: Mapping[str, Promise] = {
    "catalogue.installed": _("Pack installed"),
    "catalogue.activated": _("Pack put back in force"),
}

KINDS: Mapping[str, Promise] = {
    "component": _("component"),
    "event": _("event"),
    "group": _("group"),
}


def reading() -> str:
    """Return the language of the reader as packs write it: `zh` or `en`."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def named(name: str, name_en: str) -> str:
    """Return the name in the reader's language, or the other when it is missing."""
    first, second = (name, name_en) if reading() == "zh" else (name_en, name)
    return first or second


class _InReadersLanguage(dict[str, str]):
    """Shows “中文|English” in the reader's language."""

    def get(self, told: str, default: object = None) -> str:
        """Return the reader's half of a fact."""
        name, _bar, name_en = str(told).partition("|")
        return named(name, name_en)


FACTS: Mapping[str, Mapping[str, str]] = {"label": _InReadersLanguage()}
