"""Sentences of the house: why somebody answers, and why something was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .rules import Facts

Sentence = str | Promise

REFUSALS: Mapping[str, Sentence] = {
    "responsibility.no_fallback": _(
        "Nobody answers for this, and the party that answers for everything else"
        " (%(organisation)s, fallback_organisation in the pack) does not exist. Found that"
        " organisation, or name another one in the pack."
    ),
    "responsibility.duty_unknown": _(
        "There is no duty %(duty)s. Look it up again on the responsibility map."
    ),
    "responsibility.party_unknown": _(
        "There is no organisation or post %(party)s. Found it first, or correct the code."
    ),
    "responsibility.area_unknown": _(
        "There is no area %(area)s. Draw it first, or correct its layer and code."
    ),
    "responsibility.post_elsewhere": _(
        "The post %(post)s does not belong to %(organisation)s. Name the organisation of the post."
    ),
    "responsibility.backward_period": _(
        "The duty would end on %(ends_on)s, before it starts on %(starts_on)s. Correct one of the"
        " two days."
    ),
    "responsibility.bad_cell": _(
        "“%(value)s” cannot stand in the column %(column)s. Ranks are whole numbers from 1, days"
        " look like 2026-03-01, and texts have the length the column allows."
    ),
    "responsibility.cell_missing": _(
        "The column %(column)s is empty. Every duty needs an organisation, and an area needs its"
        " layer and its code."
    ),
    "responsibility.duty_differs": _(
        "The same party already has this duty since the same day, with another rank or end"
        " (duty %(duty)s). End that one first, then assign the new one."
    ),
    "responsibility.duty_ended": _(
        "The duty %(duty)s ended on %(ends_on)s already; there is nothing left to end."
    ),
    "responsibility.map_not_yours": _(
        "The responsibility map is changed by its keepers, each in their own area. Ask the keeper"
        " of the map here."
    ),
}

LEDGER: Mapping[str, Sentence] = {
    "duty.assigned": _("Duty assigned"),
    "duty.ended": _("Duty ended"),
}

LEVELS: Mapping[str, Sentence] = {
    "community": _("community level"),
    "street": _("street level"),
    "district": _("district level"),
    "city": _("city level"),
}

BODIES: Mapping[str, Sentence] = {
    "maintainer": _("maintainer"),
    "owner": _("owner"),
    "competent": _("competent body"),
}

FIRST: Mapping[str, Sentence] = {
    "duty": _("%(category)s: %(party)s answers; the responsibility map says so for %(area)s."),
    "body": _("%(category)s: %(party)s answers as the %(body)s of the facility."),
    "rule": _("%(category)s: %(party)s answers; at %(level)s, matters of this kind are theirs."),
    "office": _(
        "%(category)s: no duty names anybody in particular, so %(party)s answers as the office of"
        " %(area)s."
    ),
    "told": _(
        "%(category)s: %(party)s answers, because the system the case comes from (%(source)s) held"
        " it answerable."
    ),
    "steward": _("%(party)s looks after %(area)s and is asked first."),
}
"""The sentence of the party that answers first, by the code of the reason."""

NEXT: Mapping[str, Sentence] = {
    "duty": _("Next comes %(party)s; the responsibility map says so for %(area)s."),
    "body": _("Next comes %(party)s as the %(body)s of the facility."),
    "rule": _("Next comes %(party)s; at %(level)s, matters of this kind are theirs."),
    "office": _("Next comes %(party)s as the office of %(area)s."),
    "fallback": _("If none of these takes it, %(party)s answers."),
    "told": _("Next comes %(party)s, named by the system the case comes from (%(source)s)."),
    "steward": _("Next comes %(party)s, who looks after %(area)s."),
}
"""The sentence of a party further down the chain."""

WHY: Mapping[str, Sentence] = {
    "duty": _("The responsibility map gives it matters of this kind in %(area)s."),
    "body": _("It is the %(body)s of the facility."),
    "rule": _("At %(level)s, matters of this kind are its task."),
    "office": _("It is the office of %(area)s and takes what is nobody else's task."),
    "fallback": _("It takes what none of the others takes, so that nothing is lost."),
    "told": _("The system the case comes from (%(source)s) named it."),
    "steward": _("It looks after %(area)s."),
}
"""The reason of a party whose name stands beside it."""

TRACE: Mapping[str, Sentence] = {
    "duty": _("Row %(duty)s of the responsibility map"),
    "body": _("Duty table, row %(code)s"),
    "rule": _("Duty table, row %(code)s"),
}
"""Where staff find the row behind a reason; residents are not shown it."""

FALLBACK: Mapping[str, Sentence] = {
    "outside": _(
        "Without an area nobody can be found by place, so %(party)s answers; nothing is lost."
    ),
    "no_rule": _(
        "%(category)s: neither the responsibility map nor the duty table names anybody here, and"
        " the area has no office of its own, so %(party)s answers; nothing is lost."
    ),
    "no_party": _(
        "%(category)s: the duty table names parties, but none of them works at this place, and"
        " the area has no office of its own, so %(party)s answers; nothing is lost."
    ),
}
"""Why nobody but the fallback party answers."""

WHOLE_CITY = _("the whole city")
ALL_CATEGORIES = _("all categories")
IMPORTED = _("%(assigned)s duties assigned, %(unchanged)s unchanged, %(refused)s rows refused.")
REJECTS = _("The refused rows, with their reasons, are in %(file)s.")
VOIDS = _("Voids: %(voids)s, in %(areas)s areas.")
VOIDS_HERE = _("%(area)s: nobody answers for %(voids)s categories.")
OVERLAPS = _("Overlaps: %(overlaps)s.")
OVERLAP_HERE = _("%(area)s, %(category)s: duties %(duties)s all answer first.")

_SHOWN_AREAS = 3  # the finest ones; a reader knows the city


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the ids of an answer, in the reader's language.

    Attributes:
        duty_bases: legal bases of rows of the responsibility map, by duty.
        rule_bases: legal bases of the pack's duties, by version and row.
    """

    organisations: Mapping[int, str] = field(default_factory=dict)
    posts: Mapping[int, str] = field(default_factory=dict)
    areas: Mapping[int, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    duty_bases: Mapping[int, str] = field(default_factory=dict)
    rule_bases: Mapping[tuple[int, int], str] = field(default_factory=dict)


def explain(facts: Facts, *, names: Names) -> list[str]:
    """Return whole sentences that say who answers and why, in the reader's language.

    Args:
        facts: of an answer, as `Answer.as_facts` has written them.
        names: for the ids in it; an id without a name is told as a number.
    """
    told = [_place(facts, names)]
    category = _category(facts["category_code"], names)
    for party in facts["chain"]:
        told.append(explain_party(party, category=category, names=names))
        basis = _basis(party["reason"]["facts"], names)
        if basis:
            told.append(gettext("Legal basis: %(basis)s.") % {"basis": basis})
    return told


def explain_party(party: Facts, *, category: str, names: Names) -> str:
    """Return the sentence of one party of a chain.

    Args:
        party: as `Answerable.as_facts` has written it.
        category: the name of what is asked for.
        names: for the ids in it.
    """
    code, facts = party["reason"]["code"], party["reason"]["facts"]
    values = {"party": party_name(party, names), "category": category, **_values(party, names)}
    return str(_template(party["rank"], code, facts)) % values


def why(party: Facts, *, category: str, names: Names) -> str:
    """Return the reason of one party of a chain, to be read beside its name.

    Args:
        party: as `Answerable.as_facts` has written it.
        category: the name of what is asked for.
        names: for the ids in it.
    """
    if party["reason"]["code"] == "fallback" and party["rank"] == 1:
        return explain_party(party, category=category, names=names)
    return str(WHY[party["reason"]["code"]]) % _values(party, names)


def trace(party: Facts) -> str:
    """Return where staff find the row behind the reason of a party; blank for none."""
    return str(TRACE.get(party["reason"]["code"], "")) % _values(party, Names())


def basis_of(party: Facts, names: Names) -> str:
    """Return the legal basis of a party's duty; blank where none is written down."""
    return _basis(party["reason"]["facts"], names)


def place_words(facts: Facts, names: Names) -> str:
    """Return the sentence that says in which areas the place of an answer lies."""
    return _place(facts, names)


def _values(party: Facts, names: Names) -> dict[str, object]:
    facts = party["reason"]["facts"]
    return {
        "area": _area(facts.get("area_id"), names),
        "level": str(LEVELS.get(party["level"], party["level"])),
        "duty": facts.get("duty_id"),
        "body": str(BODIES.get(facts.get("body", ""), "")),
        "code": facts.get("category_code") or str(ALL_CATEGORIES),
        "source": facts.get("source", ""),
    }


def _template(rank: int, code: str, facts: Facts) -> Sentence:
    if rank > 1:
        return NEXT[code]
    return FALLBACK[facts["why"]] if code == "fallback" else FIRST[code]


def party_name(party: Facts, names: Names) -> str:
    """Return the organisation's name, and the post's after it where a post answers."""
    organisation = names.organisations.get(party["organisation_id"], f"#{party['organisation_id']}")
    if party["post_id"] is None:
        return organisation
    return f"{organisation} · {names.posts.get(party['post_id'], party['post_id'])}"


def _place(facts: Facts, names: Names) -> str:
    if not facts["area_ids"]:
        return gettext("This place lies in no administrative area of the map.")
    shown = [_area(area_id, names) for area_id in facts["area_ids"][-_SHOWN_AREAS:]]
    return gettext("This place lies in %(areas)s.") % {"areas": " · ".join(shown)}


def _area(area_id: int | None, names: Names) -> str:
    return str(WHOLE_CITY) if area_id is None else names.areas.get(area_id, f"#{area_id}")


def _category(code: str, names: Names) -> str:
    return names.categories.get(code, code) if code else gettext("This matter")


def _basis(facts: Facts, names: Names) -> str:
    if "duty_id" in facts:
        return names.duty_bases.get(facts["duty_id"], "")
    if "rule" in facts:
        return names.rule_bases.get((facts["version_id"], facts["rule"]), "")
    return ""
