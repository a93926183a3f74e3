"""How the parties kept their word, with their names: for the summary of an import."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from gongzhi.accounts import queries as accounts
from gongzhi.commitments import queries as commitments

from .rules.tally import Ends

HANDLING = ("case.handle",)


@dataclass(frozen=True, slots=True)
class PartyLine:
    """What became of the cases of one organisation.

    Attributes:
        code, name: of the organisation, the name in the reader's language; blank for nobody.
        ends: in numbers.
    """

    code: str
    name: str
    ends: Ends


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """How an organisation kept its promises of handling.

    Attributes:
        code, name: of the organisation, the name in the reader's language.
        in_time: promises kept in time.
        late: promises broken, also those kept late.
    """

    code: str
    name: str
    in_time: int
    late: int


def party_lines(ends: Mapping[str, Ends]) -> list[PartyLine]:
    """Return a line for each organisation, by code; nobody (a blank code) last.

    After a rehearsal some do not exist; they have no name.
    """
    there = accounts.organisations_by_code()
    lines = [
        PartyLine(code, _name(there[code]) if code in there else "", one)
        for code, one in ends.items()
    ]
    return sorted(lines, key=lambda line: (not line.code, line.code))


def party_records() -> list[PartyRecord]:
    """Return how every organisation kept its promises of handling so far, by code."""
    rates = commitments.keeping_rates(kinds=HANDLING)
    found = accounts.organisations(rates)
    records = [
        PartyRecord(found[key].code, _name(found[key]), rate.kept, rate.broken)
        for key, rate in rates.items()
        if key in found
    ]
    return sorted(records, key=lambda record: record.code)


def _name(one: accounts.OrganisationView) -> str:
    is_chinese = (get_language() or "").startswith("zh")
    return (one.name or one.name_en) if is_chinese else (one.name_en or one.name)
