"""Photographs as pages show them: labelled, dated, beside each other, doubts in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongzhi.evidence.queries import FileUseView
from gongzhi.evidence.rules import SHOWABLE, Purpose
from gongzhi.evidence.words import explain, likeness_told
from gongzhi.webkit.reading import full_moment

from .. import words
from ..queries import CasePage, PicturePair

_KILOMETRE = 1000  # metres


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about a photograph, in words.

    Attributes:
        number: of the other case that has the photograph; blank where there is none.
    """

    words: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph as a page shows it.

    Attributes:
        blackout: where parts of it are blacked out; blank for who may not.
        suggests: what may have to be blacked out there, in words; blank once it was looked over.
        doubts: for whoever may check; empty for everybody else.
    """

    id: str
    address: str
    label: str
    brought: str
    taken: str
    can_show: bool
    blackout: str = ""
    suggests: str = ""
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photographs for `cases/parts/slider.html`.

    Attributes:
        id: distinct among the pairs of a page.
        distance: between the two positions, in words; blank where one is not known.
    """

    id: str
    before: Photo
    after: Photo
    distance: str


def photo_of(one: FileUseView) -> Photo:
    """Return a photograph as everybody sees it."""
    return Photo(
        id=str(one.id),
        address=reverse("file", args=[one.id]),
        label=f"{words.PURPOSES.get(one.purpose, one.purpose)}",
        brought=full_moment(one.brought_at),
        taken=full_moment(one.taken_at) if one.taken_at else "",
        can_show=one.media_type in SHOWABLE,
    )


def pair_shown(pair: PicturePair) -> Pair:
    """Return a pair as everybody sees it."""
    return Pair(
        id=str(pair.after.id),
        before=photo_of(pair.before),
        after=photo_of(pair.after),
        distance=_distance(pair.metres),
    )


def pair_on(page: CasePage) -> Pair | None:
    """Return the pair of a case, with what its reader may do and should notice."""
    if page.pair is None:
        return None
    shown, before, after = pair_shown(page.pair), page.pair.before, page.pair.after
    return replace(
        shown,
        before=_for_reader(shown.before, before.likenesses, page),
        after=_for_reader(shown.after, after.likenesses, page),
    )


def photos_on(page: CasePage) -> tuple[Photo, ...]:
    """Return the photographs of a case that are not in its pair, oldest first."""
    paired = {page.pair.before.id, page.pair.after.id} if page.pair else set()
    return tuple(
        _for_reader(photo_of(one), one.likenesses, page)
        for one in page.photos
        if one.purpose != Purpose.DOCUMENT and one.id not in paired
    )


def doubts_on(page: CasePage) -> tuple[Doubt, ...]:
    """Return every doubt about the photographs of a case, in words."""
    return _doubts(page, (flag.use_id for flag in page.flags))


def _for_reader(photo: Photo, likenesses: tuple[str, ...], page: CasePage) -> Photo:
    can_hide = page.may_black_out and photo.can_show
    return replace(
        photo,
        blackout=reverse("blackout", args=[photo.id]) if can_hide else "",
        suggests=likeness_told(likenesses) if can_hide else "",
        doubts=_doubts(page, [photo.id]),
    )


def _doubts(page: CasePage, use_ids: Iterable[str]) -> tuple[Doubt, ...]:
    wanted = set(use_ids)
    told = (
        Doubt(
            explain(flag, case_names=page.flag_cases, moment=full_moment),
            page.flag_cases.get(str(flag.facts.get("subject", "")), ""),
        )
        for flag in page.flags
        if flag.use_id in wanted
    )
    return tuple(dict.fromkeys(told))


def _distance(metres: int | None) -> str:
    if metres is None:
        return ""
    if metres >= _KILOMETRE:
        told = {"kilometres": f"{metres / _KILOMETRE:.1f}"}
        return _("The two were taken %(kilometres)s km apart, as the cameras say.") % told
    return ngettext(
        "The two were taken %(metres)s metre apart, as the cameras say.",
        "The two were taken %(metres)s metres apart, as the cameras say.",
        metres,
    ) % {"metres": metres}
