"""The answer to "whose is it?": an ordered chain of parties, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

Facts = Mapping[str, Any]


class Because(StrEnum):
    """Why a party stands in the chain."""

    DUTY = "duty"  # a row of the responsibility map
    BODY = "body"  # the facility's maintainer, owner or competent body
    RULE = "rule"  # a duty of the pack, for the kind of party that works here
    OFFICE = "office"  # the area's own office
    FALLBACK = "fallback"  # the party that answers when nobody else does
    TOLD = "told"  # the system from which a case came held it answerable
    STEWARD = "steward"  # a steward of the building, courtyard, lane, sector or station


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a party answers, as ids and codes; `words.explain` makes it a sentence.

    Attributes:
        code: a word of `Because`.
        facts: by code —
            `duty`: duty_id, area_id (None: the whole city), layer, category_code
            (the node that matched; "": every category), level;
            `body`: body, rule (row in the book, from 0), version_id, category_code, level;
            `rule`: rule, version_id, category_code, area_id, level;
            `office`: area_id, level, and rule with version_id where the pack names it;
            `fallback`: why (`outside`, `no_rule`, `no_party`, `last`), level;
            `told`: source, level;
            `steward`: duty_id, area_id, layer, post_kind.
    """

    code: str
    facts: Facts = field(default_factory=dict)

    def as_facts(self) -> dict[str, Any]:
        """Return plain JSON values; `from_facts` gives the reason back."""
        return {"code": str(self.code), "facts": dict(self.facts)}

    @classmethod
    def from_facts(cls, facts: Facts) -> Self:
        """Return the reason that `as_facts` has written."""
        return cls(facts["code"], MappingProxyType(dict(facts["facts"])))


@dataclass(frozen=True, slots=True)
class Answerable:
    """One party of the chain.

    Attributes:
        rank: the place in the chain, from 1.
        level: `community`, `street`, `district` or `city`.
        post_id: the post that answers, or None where the organisation as such does.
    """

    rank: int
    level: str
    organisation_id: int
    post_id: int | None
    reason: Reason

    def as_facts(self) -> dict[str, Any]:
        """Return plain JSON values; `from_facts` gives the party back."""
        return {
            "rank": self.rank,
            "level": self.level,
            "organisation_id": self.organisation_id,
            "post_id": self.post_id,
            "reason": self.reason.as_facts(),
        }

    @classmethod
    def from_facts(cls, facts: Facts) -> Self:
        """Return the party that `as_facts` has written."""
        return cls(
            rank=facts["rank"],
            level=facts["level"],
            organisation_id=facts["organisation_id"],
            post_id=facts["post_id"],
            reason=Reason.from_facts(facts["reason"]),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for a kind of matter at a place on a day, in order; never empty.

    Attributes:
        chain: the first answers; the next is asked when it cannot.
        is_fallback: True when nobody but the fallback party answers.
        level: the level at which the matter starts: that of the first party.
        category_code: the category asked for; empty when it was not known.
        area_ids: administrative areas of the place, coarse to fine; empty: outside.
    """

    chain: tuple[Answerable, ...]
    is_fallback: bool
    level: str
    category_code: str = ""
    area_ids: tuple[int, ...] = ()

    @property
    def first(self) -> Answerable:
        """The party that answers now."""
        return self.chain[0]

    def told_by(self, source: str, *, organisation_id: int) -> "Answer":
        """Return the answer with a party before it that another system held answerable.

        Where that party answers first anyhow, its own reason stays.

        Args:
            source: the name of that system.
            organisation_id: the party.
        """
        if self.first.organisation_id == organisation_id:
            return self
        others = [one for one in self.chain if one.organisation_id != organisation_id]
        reason = Reason(Because.TOLD.value, {"source": source, "level": self.level})
        told = Answerable(1, self.level, organisation_id, None, reason)
        chain = (told, *(replace(one, rank=rank) for rank, one in enumerate(others, start=2)))
        return replace(self, chain=chain, is_fallback=False)

    def as_facts(self) -> dict[str, Any]:
        """Return ids and codes as plain JSON values, to be stored with the case."""
        return {
            "category_code": self.category_code,
            "area_ids": list(self.area_ids),
            "level": self.level,
            "is_fallback": self.is_fallback,
            "chain": [party.as_facts() for party in self.chain],
        }

    @classmethod
    def from_facts(cls, facts: Facts) -> Self:
        """Return the answer that `as_facts` has written."""
        return cls(
            chain=tuple(Answerable.from_facts(party) for party in facts["chain"]),
            is_fallback=facts["is_fallback"],
            level=facts["level"],
            category_code=facts["category_code"],
            area_ids=tuple(facts["area_ids"]),
        )
