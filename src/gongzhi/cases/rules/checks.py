"""What words, dates, photographs, numbers and codes must hold."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from gongzhi.kernel.hashing import sha256_hex

from .loop import Step
from .refusals import (
    ExtensionTooLate,
    ReasonMissing,
    ReopenedTooLate,
    TextTooLong,
    TextUnreadable,
    TooManyExtensions,
    TopLevelReached,
)

TEXT_MAX = 20_000  # characters of one statement; a page of print has about 1,000
_ALLOWED_CONTROLS = frozenset("\n\t\r")


def check_words(text: str, *, field: str) -> str:
    """Return `text` without blanks around it.

    Raises:
        TextTooLong: more than `TEXT_MAX` characters.
        TextUnreadable: a control character other than a line break or a tab.
    """
    words = text.strip().replace("\r\n", "\n")
    if len(words) > TEXT_MAX:
        raise TextTooLong(field=field, length=len(words), most=TEXT_MAX)
    for position, sign in enumerate(words):
        if unicodedata.category(sign) == "Cc" and sign not in _ALLOWED_CONTROLS:
            raise TextUnreadable(field=field, position=position + 1, sign=f"U+{ord(sign):04X}")
    return words


def needs_words(text: str, *, step: Step) -> str:
    """Return the reason of a step.

    Raises:
        ReasonMissing: it is blank.
        TextTooLong, TextUnreadable: see `check_words`.
    """
    words = check_words(text, field="reason")
    if not words:
        raise ReasonMissing(step=step.value)
    return words


def check_extension(*, due_at: datetime | None, at: datetime, extensions: int, most: int) -> None:
    """Refuse an extension that comes too late or once too often.

    Source: `standards.md` section 3: before the deadline, never after; at most twice;
    refusals do not count.

    Raises:
        ExtensionTooLate: `at` is not before `due_at`.
        TooManyExtensions: `extensions` were granted already.
    """
    if due_at is None or at >= due_at:
        raise ExtensionTooLate(due_at=due_at.isoformat() if due_at else "")
    if extensions >= most:
        raise TooManyExtensions(extensions=extensions, most=most)


def check_reopening(*, ended_at: datetime, at: datetime, days: int) -> None:
    """Refuse a reporter's reopening after the pack's number of natural days.

    Raises:
        ReopenedTooLate: more than `days` × 24 hours have passed.
    """
    if at - ended_at > timedelta(days=days):
        raise ReopenedTooLate(days=days)


def claim_hash(code: str) -> str:
    """Return the fingerprint of a claim code, read without blanks, hyphens and case."""
    kept = "".join(sign for sign in code.upper() if sign.isalnum())
    return sha256_hex(f"claim:{kept}".encode())


def claim_code(chance: bytes) -> str:
    """Return a code of three groups of four signs that a person can copy by hand.

    Signs that look alike (0 O, 1 I L) are left out.  Ten bytes give 60 bits.

    Args:
        chance: at least eight random bytes.
    """
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    number = int.from_bytes(chance, "big")
    signs = []
    for _ in range(12):
        number, rest = divmod(number, len(alphabet))
        signs.append(alphabet[rest])
    return "-".join("".join(signs[start : start + 4]) for start in (0, 4, 8))


def level_above(level: str, *, levels: tuple[str, ...]) -> str:
    """Return the level after `level` in the pack's order, lowest first.

    Raises:
        TopLevelReached: `level` is the last.
    """
    place = levels.index(level) + 1 if level in levels else 0
    if place >= len(levels):
        raise TopLevelReached(level=level)
    return levels[place]


def number_prefix(pattern: str, *, on: date) -> str:
    """Return the part of a printed number before its sequence; each prefix counts on its own.

    Args:
        pattern: see `catalogue.rules.printed_number`.
        on: the local day of the report.
    """
    head = pattern.split("{sequence", 1)[0]
    return head.format(year=on.year, month=on.month, day=on.day)


def fold(facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the row of a case must hold after the facts of its entries, oldest first."""
    columns: dict[str, Any] = {}
    for told in facts:
        columns.update(told.get("set", {}))
    return columns


def next_party(parties: Sequence[int], *, returned_from: int | None) -> int:
    """Return the first of the parties that answer which has not just returned the case.

    Args:
        parties: in the order of the explained answer, at least one.
        returned_from: the party that gave the case back last.
    """
    return next((one for one in parties if one != returned_from), parties[0])


def missing_photo(needed: Iterable[str], *, there: Mapping[str, int]) -> str:
    """Return the first purpose of which a photograph is missing; blank for none.

    A photograph of the verification shows the matter as it was before.
    """
    for purpose in needed:
        if not there.get(purpose) and not (purpose == "before" and there.get("verify")):
            return purpose
    return ""
