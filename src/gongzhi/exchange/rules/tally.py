"""What became of an import, in numbers that add up."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ends:
    """What became of some cases, as far as the foreign system tells.

    Attributes:
        in_time, late: closed by the deadline, and after it.
        unjudged: closed without any deadline.
        open: not closed yet.
    """

    in_time: int = 0
    late: int = 0
    unjudged: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_time + self.late + self.unjudged + self.open

    def __add__(self, other: "Ends") -> "Ends":
        return Ends(
            self.in_time + other.in_time,
            self.late + other.late,
            self.unjudged + other.unjudged,
            self.open + other.open,
        )


@dataclass
class Tally:
    """The numbers of one import, growing as it goes.

    `read` = `new` + `known` + `filtered` + `refused`; `new` = `located` + `unlocated` =
    `ends.in_time` + `ends.late` + `ends.unjudged` + `ends.open`.

    Attributes:
        read: rows of the file.
        new: cases taken over.
        known: rows whose case was there already, also from further up in the same file.
        filtered: rows that `where` leaves out.
        refused: rows sent back.
        located: of the new ones, those in an area.
        without_position, outside: of the new ones without an area, why.
        fallback: of the new ones, those with only the fallback party, for nobody is named.
        moved, twice: times the wall clock never showed, and showed twice.
        founded: organisations founded for it.
        parties: what became of the new ones, by code of the organisation; blank for nobody.
        rejects: the file of refused rows, when there is one.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    filtered: int = 0
    refused: int = 0
    located: int = 0
    without_position: int = 0
    outside: int = 0
    fallback: int = 0
    moved: int = 0
    twice: int = 0
    founded: tuple[str, ...] = ()
    parties: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: Path | None = None

    @property
    def unlocated(self) -> int:
        """How many new cases lie in no area."""
        return self.without_position + self.outside

    @property
    def ends(self) -> Ends:
        """What became of all new cases."""
        return sum(self.by_party().values(), Ends())

    def by_party(self) -> dict[str, Ends]:
        """Return what became of the new cases, by code of the organisation."""
        found: dict[str, dict[str, int]] = {}
        for (party, end), count in self.parties.items():
            found.setdefault(party, {})[end] = count
        return {party: Ends(**counts) for party, counts in found.items()}
