"""Service codes: short, easily read aloud, and proof against a slip of the finger.

Six letters of chance and one that follows from them: any one wrong letter, and any two neighbours
exchanged, give a code that no plate bears.

Source: the weighted sum modulo a prime of ISO/IEC 7064, with 31 letters of which none is
easily taken for another (no 0, 1, I, L, O).
"""

import math
import unicodedata
from dataclasses import dataclass

from gongzhi.kernel.coordinates import check_position

from .geojson import check_code, check_name
from .refusals import BadServiceCode, CodeForNothing

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 7
CHANCE = 8
"""Bytes of chance that one code takes."""


def made_code(chance: bytes) -> str:
    """Return the code that comes of eight bytes of chance."""
    number = int.from_bytes(chance, "big")
    letters = []
    for _ in range(LENGTH - 1):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    stem = "".join(letters)
    return stem + _last(stem)


def _last(stem: str) -> str:
    """Return the letter that follows from the six before it."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(stem, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def read_code(text: str) -> str:
    """Return a code as plates bear it, however it was typed; blank when it is none."""
    plain = unicodedata.normalize("NFKC", text[:40]).upper()
    plain = "".join(sign for sign in plain if not sign.isspace() and sign not in "-.·")
    if len(plain) != LENGTH or any(sign not in ALPHABET for sign in plain):
        return ""
    return plain if _last(plain[:-1]) == plain[-1] else ""


def looks_like_code(text: str) -> bool:
    """Return whether a text can be a service code."""
    return bool(read_code(text))


@dataclass(frozen=True, slots=True)
class NewCode:
    """A service code about to be made, for a facility, an area, or a point with a name.

    Attributes:
        facility: the code of a facility.
        area: the code of an area of `layer`.
        name: of a point; name_en may be blank.
        longitude: degrees east, WGS 84, of a point; latitude likewise.
        code: what a plate made elsewhere already bears; blank: by chance.
    """

    facility: str = ""
    layer: str = ""
    area: str = ""
    name: str = ""
    name_en: str = ""
    longitude: float | None = None
    latitude: float | None = None
    code: str = ""

    def check(self) -> None:
        """Refuse what no plate can stand for.

        Raises:
            CodeForNothing: neither or several of facility, area and point.
            BadServiceCode: the code it already bears is none.
            BadName, BadPosition: the point has no sound name or place.
        """
        if [bool(self.facility), bool(self.area), self.longitude is not None].count(True) != 1:
            raise CodeForNothing
        if self.code and read_code(self.code) != self.code:
            raise BadServiceCode(code=self.code[:20])
        if self.longitude is not None:
            check_name(self.name)
            check_name(self.name_en, field="name_en", required=False)
            check_position(self.longitude, math.nan if self.latitude is None else self.latitude)
        else:
            check_code(self.facility or self.area)
