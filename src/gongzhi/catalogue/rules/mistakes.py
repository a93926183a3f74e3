"""What can be wrong with a pack, and what to do about it, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with a pack.

    Attributes:
        file: relative to the pack's directory (`holidays/work/2026.csv`).
        line: the line of the file, from 1, as an editor counts; 0 for the whole file.
        column: the name of the column or setting; empty for the whole line.
        code: which mistake; a key of `SENTENCES`.
        facts: what fills the sentence.
    """

    file: str
    line: int
    column: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str = "en") -> str:
        """Return what is wrong; `language` is `en` or `zh`."""
        return SENTENCES[self.code][language][0] % self._facts()

    def remedy(self, language: str = "en") -> str:
        """Return what to do about it; `language` is `en` or `zh`."""
        return SENTENCES[self.code][language][1] % self._facts()

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line or "") if part != "")
        column = f" [{self.column}]" if self.column else ""
        return f"{place}{column} {self.sentence()} {self.remedy()}"

    def _facts(self) -> dict[str, object]:
        return {"file": self.file, "column": self.column, **self.facts}


SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {}
