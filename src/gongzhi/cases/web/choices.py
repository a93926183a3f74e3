"""What the forms of the loop let people choose from."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.catalogue.rules import Book
from gongzhi.places import queries as places
from gongzhi.webkit.pages import Choice, ChoiceGroup
from gongzhi.webkit.reading import named

from .. import words
from ..rules import State

MOST_AREAS = 400  # in one list; below these the address takes any area


def category_groups(
    book: Book, *, chosen: str = "", is_public: bool = False
) -> tuple[ChoiceGroup, ...]:
    """Return the categories under their groups, in the order of the pack.

    Args:
        book: the pack.
        chosen: the code that is chosen.
        is_public: only those that residents may choose.
    """
    groups: dict[str, list[Choice]] = {}
    for row in book.categories.values():
        if row.kind != "group" and (row.is_public or not is_public):
            choice = Choice(row.code, named(row), row.code == chosen)
            groups.setdefault(row.parent_code, []).append(choice)
    return tuple(
        ChoiceGroup(named(book.categories[code]) if code else "", tuple(rows))
        for code, rows in groups.items()
    )


def party_groups(
    first: Iterable[int], *, chosen: int | None, labels: tuple[str, str]
) -> tuple[ChoiceGroup, ...]:
    """Return organisations: first those of the explained answer, then all others.

    Args:
        first: ids in order.
        chosen: the id that is chosen.
        labels: the headings of the two groups.
    """
    front = list(dict.fromkeys(first))
    known = accounts.organisations(front)
    nearest = [known[key] for key in front if key in known]
    others = [one for one in accounts.all_organisations() if one.id not in known]
    return tuple(
        ChoiceGroup(label, tuple(Choice(str(one.id), named(one), one.id == chosen) for one in rows))
        for label, rows in zip(labels, (nearest, others), strict=True)
        if rows
    )


def area_choices(*, at: datetime, chosen: str = "") -> tuple[Choice, ...]:
    """Return the administrative areas, the larger first, by their paths."""
    city = places.the_map().as_of(at.date())
    layers = {layer.code: layer for layer in places.layers()}
    rows = sorted(
        (area for area in city.areas if layers[area.layer].is_administrative),
        key=lambda area: area.path,
    )[:MOST_AREAS]
    return tuple(
        Choice(area.path, "　" * max(len(area.path) // 5 - 1, 0) + named(area), area.path == chosen)
        for area in rows
    )


def area_id(path: str) -> int | None:
    """Return the id of the area with a path; None for the whole city, or where there is none."""
    if not path:
        return None
    return next((one.id for one in places.the_map().areas if one.path == path), None)


def state_choices(chosen: Iterable[State] = ()) -> tuple[Choice, ...]:
    """Return the states of a case."""
    taken = set(chosen)
    return tuple(Choice(state.value, f"{words.STATES[state]}", state in taken) for state in State)


def reasons_of(rows: Iterable[object]) -> Mapping[str, str]:
    """Return the reasons of a pack by code, in the reader's language."""
    return {str(getattr(row, "code", "")): named(row) for row in rows}
