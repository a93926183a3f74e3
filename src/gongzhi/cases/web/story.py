"""The story of a case: every deed in plain words, with the promises made and kept by it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from gongzhi.accounts.rules import Role
from gongzhi.accounts.words import ROLES
from gongzhi.commitments.web import PromiseLine
from gongzhi.webkit.reading import full_moment, named

from .. import words
from ..queries import CasePage, Happening


@dataclass(frozen=True, slots=True)
class PromiseNote:
    """A promise made, kept or freed by a deed."""

    state: str
    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line of the story."""

    at: datetime
    who: str
    deed: str
    said: str = ""
    state: str = ""
    is_new: bool = False
    notes: tuple[PromiseNote, ...] = ()


def story_of(
    page: CasePage, promises: tuple[PromiseLine, ...], *, known: int | None = None
) -> list[StoryLine]:
    """Return the lines of the story, newest below.

    Args:
        page: the case.
        promises: of the case.
        known: how many deeds the reader had seen before; later ones are marked.
    """
    lines = [
        line_of(one, is_new=known is not None and place >= known)
        for place, one in enumerate(page.happenings)
    ]
    for at, note in _notes(promises):
        _attach(lines, at, note)
    return sorted([*lines, *_breaches(promises)], key=lambda line: line.at)


def line_of(one: Happening, *, is_new: bool = False) -> StoryLine:
    """Return the line of one deed."""
    return StoryLine(one.at, _who(one), _deed(one), one.words, is_new=is_new, notes=_due(one))


def _deed(one: Happening) -> str:
    if one.given_to is not None and one.kind in words.DEEDS_WITH_PARTY:
        return str(words.DEEDS_WITH_PARTY[one.kind]) % {"party": named(one.given_to)}
    return f"{words.DEEDS.get(one.kind, one.kind)}"


def _due(one: Happening) -> tuple[PromiseNote, ...]:
    """Return the new due moment where a deed moved it."""
    moved = one.facts.get("set", {}).get("due_at")
    if one.kind not in {"case.extension_granted", "case.resumed"} or not moved:
        return ()
    told = {"due": full_moment(datetime.fromisoformat(moved))}
    return (PromiseNote("running", "◔", _("now due %(due)s") % told),)


def _who(one: Happening) -> str:
    """Return who did it by post and organisation, never by private name."""
    if one.post is not None:
        party = f" · {named(one.organisation)}" if one.organisation else ""
        return f"{named(one.post)}{party}"
    return str(ROLES.get(Role(one.role), one.role)) if one.role in set(Role) else one.role


def _notes(promises: Iterable[PromiseLine]) -> Iterator[tuple[datetime, PromiseNote]]:
    for line in promises:
        view, told = line.view, {"promise": line.label}
        told["due"] = full_moment(view.original_due_at)
        made = _("promised: %(promise)s, by %(due)s") % told
        yield view.made_at, PromiseNote("running", "◔", made)
        if view.kept_at is not None and view.is_broken:
            yield view.kept_at, PromiseNote("broken", "▲", _("done late: %(promise)s") % told)
        elif view.kept_at is not None:
            yield view.kept_at, PromiseNote("kept", "●", _("done in time: %(promise)s") % told)
        elif view.released_at is not None:
            freed = _("no longer needed: %(promise)s") % told
            yield view.released_at, PromiseNote("released", "○", freed)


def _attach(lines: list[StoryLine], at: datetime, note: PromiseNote) -> None:
    """Put a note under the last deed of its moment; else it is a line of its own."""
    for place in reversed(range(len(lines))):
        if lines[place].at == at:
            lines[place] = replace(lines[place], notes=(*lines[place].notes, note))
            return
    lines.append(StoryLine(at, _("The clock"), note.words, state=note.state))


def _breaches(promises: Iterable[PromiseLine]) -> Iterator[StoryLine]:
    for line in promises:
        if line.view.broken_at is not None:
            deed = _("the promise “%(promise)s” was broken") % {"promise": line.label}
            yield StoryLine(line.view.broken_at, _("The clock"), deed, state="broken")
