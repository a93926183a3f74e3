"""Reading GeoJSON: what the file holds, feature by feature, and what is wrong with it.

Source: RFC 7946.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .refusals import (
    NameMissing,
    NameTooLong,
    NameUnreadable,
    NotCollection,
    NotJson,
    NotText,
    Projected,
)

CODE_LONGEST, NAME_LONGEST, CLASS_LONGEST = 48, 120, 4
MOST_BYTES = 512 * 1024 * 1024
_DEGREES = ("CRS84", "4326", "4490")  # WGS 84 and CGCS2000, which agree within a metre


class Feature(NamedTuple):
    """One feature as it stands in the file; `number` counts from 1."""

    number: int
    properties: Mapping[str, object]
    geometry: object
    raw: Mapping[str, object]


def read_features(content: bytes) -> Iterator[Feature]:
    """Return the features of a GeoJSON file in its order.

    Args:
        content: the bytes of the file, UTF-8 (with or without a mark) or GB18030.

    Raises:
        BadSource: it is no feature collection in degrees; the subclass tells why.
    """
    text = _text(content)
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as trouble:
        raise NotJson(detail=trouble.msg, line=trouble.lineno, column=trouble.colno) from None
    except RecursionError:
        raise NotJson(detail="nested too deeply", line=1, column=1) from None
    if not isinstance(tree, dict):
        raise NotCollection(kind=type(tree).__name__)
    if tree.get("type") != "FeatureCollection" or not isinstance(tree.get("features"), list):
        raise NotCollection(kind=str(tree.get("type"))[:40])
    _check_crs(tree.get("crs"))
    return _features(tree["features"])


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotText()


def _check_crs(crs: object) -> None:
    """Refuse a file that says its numbers are metres of some projection."""
    if not crs:
        return
    told = json.dumps(crs)
    if not any(name in told for name in _DEGREES):
        raise Projected(crs=told[:120])


def _features(items: list[object]) -> Iterator[Feature]:
    for number, item in enumerate(items, 1):
        raw = item if isinstance(item, Mapping) else {"type": "Feature", "geometry": None}
        properties = raw.get("properties")
        yield Feature(
            number,
            properties if isinstance(properties, Mapping) else {},
            raw.get("geometry"),
            raw,
        )


def text_of(properties: Mapping[str, object], field: str) -> str:
    """Return a property as trimmed text: a number as written, nothing as a blank."""
    found = properties.get(field)
    if found is None or isinstance(found, (dict, list)):
        return ""
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return str(found).strip()


def check_code(code: str, *, field: str = "code") -> None:
    """Refuse a code that is missing, too long or not printable, or that holds blanks.

    Raises:
        BadName: the subclass tells why.
    """
    _check(code, field=field, most=CODE_LONGEST)
    if any(letter.isspace() for letter in code):
        raise NameUnreadable(field=field)


def check_name(name: str, *, field: str = "name", required: bool = True) -> None:
    """Refuse a name that is missing, too long or not printable.

    Raises:
        BadName: the subclass tells why.
    """
    if name or required:
        _check(name, field=field, most=NAME_LONGEST)


def check_class(area_class: str, *, field: str = "class") -> None:
    """Refuse an area class of more than four characters.

    Raises:
        BadName: the subclass tells why.
    """
    if area_class:
        _check(area_class, field=field, most=CLASS_LONGEST)


def _check(text: str, *, field: str, most: int) -> None:
    if not text.strip():
        raise NameMissing(field=field)
    if len(text) > most:
        raise NameTooLong(field=field, most=most, length=len(text))
    if not text.isprintable():
        raise NameUnreadable(field=field)
