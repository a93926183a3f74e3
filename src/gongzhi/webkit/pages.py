"""What pages share: reading an address or a form, a link that changes one part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict


def asked(given: QueryDict, name: str, *, longest: int = 200) -> str:
    """Return one value of an address or form without control characters and blanks around it."""
    text = given.get(name, "")[:longest]
    return "".join(sign for sign in text if sign.isprintable()).strip()


def asked_number(given: QueryDict, name: str) -> int | None:
    """Return one value as a whole number that a database can hold; None when it is none."""
    text = asked(given, name, longest=18)
    return int(text) if text.isascii() and text.isdigit() else None


def asked_degrees(given: QueryDict, name: str) -> float | None:
    """Return one value in degrees; None when blank, not a number when it is none."""
    text = asked(given, name, longest=40)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return float("nan")


def address_with(request: HttpRequest, **changes: object) -> str:
    """Return this address with some parts changed; a blank part is left out."""
    parts = dict(request.GET.lists())
    parts |= {name: [str(value)] for name, value in changes.items()}
    kept = [(name, one) for name, values in parts.items() for one in values if one]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a field."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices under one heading; a blank heading for none."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form, as `webkit/input.html` shows it.

    Attributes:
        kind: text, area, date, number, files, select, or radio.
        hint: what belongs into it, shown below the label.
    """

    id: str
    name: str
    kind: str
    label: str
    value: str = ""
    hint: str = ""
    is_required: bool = False
    groups: tuple[ChoiceGroup, ...] = ()
    blank: str = ""
    lowest: str = ""


def one_group(
    rows: Sequence[tuple[str, str]] | Mapping[str, str], chosen: str = ""
) -> tuple[ChoiceGroup, ...]:
    """Return choices without headings."""
    pairs = rows.items() if isinstance(rows, Mapping) else rows
    return (ChoiceGroup("", tuple(Choice(key, name, key == chosen) for key, name in pairs)),)
