"""Doubts about photographs: flags for whoever checks, never a refusal.

A flag says what was noticed, with facts; a person decides what it means.  Rule version 1;
worked numbers: `docs/explanation/photos.md`.
"""

import datetime
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from gongzhi.kernel.coordinates import Frame, to_wgs84
from gongzhi.kernel.nearness import metres_between

from .fingerprints import Fingerprint, are_near
from .keeping import Purpose

# The later purpose first: a photograph of it should not be one of the earlier.
_PAIRS = (
    (Purpose.AFTER, Purpose.BEFORE),
    (Purpose.AFTER, Purpose.VERIFY),
    (Purpose.CHECK, Purpose.BEFORE),
    (Purpose.CHECK, Purpose.VERIFY),
    (Purpose.CHECK, Purpose.AFTER),
)
_OF_WORK = frozenset({Purpose.AFTER, Purpose.CHECK})


class Doubt(enum.StrEnum):
    """What was noticed about a photograph."""

    USED_ELSEWHERE = "used_elsewhere"  # the same bytes prove another subject
    LIKE_ELSEWHERE = "like_elsewhere"  # one that looks the same proves another subject
    REPEATED = "repeated"  # the same bytes for an earlier purpose of this subject
    ALIKE = "alike"  # looks the same as one for an earlier purpose
    TAKEN_EARLIER = "taken_earlier"  # long before the report
    TAKEN_LATER = "taken_later"  # after it was brought
    TAKEN_ELSEWHERE = "taken_elsewhere"  # far from the place


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What is not yet noticed."""

    before: datetime.timedelta = datetime.timedelta(hours=72)  # a report may come late
    work: datetime.timedelta = datetime.timedelta(hours=2)  # fixed on the spot, sent later
    ahead: datetime.timedelta = datetime.timedelta(minutes=10)  # a clock that is fast
    metres: float = 300.0  # satellites among houses, and a picture from across the square


USUAL = Tolerances()


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph of the subject, with what it claims."""

    use_id: str
    purpose: str
    sha256: str
    brought_at: datetime.datetime
    taken_at: datetime.datetime | None = None
    longitude: float | None = None  # degrees east, WGS 84 or GCJ-02
    latitude: float | None = None  # degrees north
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A file that other subjects use."""

    sha256: str
    subject: str  # the first of them by name
    subjects: int  # how many
    fingerprint: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at before believing a photograph."""

    code: str  # a `Doubt`
    use_id: str
    purpose: str
    facts: Mapping[str, object] = field(default_factory=dict)


def flags(
    photos: Sequence[Photo],
    *,
    elsewhere: Sequence[Elsewhere],
    longitude: float,
    latitude: float,
    reported_at: datetime.datetime,
    tolerances: Tolerances = USUAL,
) -> list[Flag]:
    """Return what is to be noticed about the photographs of one subject.

    Args:
        photos: of the subject, oldest first; documents are passed over.
        elsewhere: files of other subjects with the same bytes or a near fingerprint.
        longitude: of the subject, degrees east, WGS 84.
        latitude: of the subject, degrees north, WGS 84.
        reported_at: when the subject was reported; aware.
        tolerances: what is not yet noticed.

    Returns:
        The flags in the order of the photographs.  A photograph is flagged once for other
        subjects, and once for each purpose that it repeats.
    """
    shown = [one for one in photos if one.purpose != Purpose.DOCUMENT]
    found = []
    for photo in shown:
        found += list(_elsewhere(photo, elsewhere))
        found += list(_repeated(photo, shown))
        found += list(_time(photo, reported_at, tolerances))
        found += list(_place(photo, longitude, latitude, tolerances))
    return found


def _flag(doubt: Doubt, photo: Photo, **facts: object) -> Flag:
    return Flag(doubt.value, photo.use_id, photo.purpose, facts)


def _elsewhere(photo: Photo, elsewhere: Sequence[Elsewhere]) -> Iterator[Flag]:
    """Yield at most one flag: the same bytes say more than the same look."""
    for other in elsewhere:
        if other.sha256 == photo.sha256:
            yield _flag(Doubt.USED_ELSEWHERE, photo, subject=other.subject, subjects=other.subjects)
            return
    near = [other for other in elsewhere if _look_alike(photo.fingerprint, other.fingerprint)]
    if near:
        first = min(near, key=lambda other: other.subject)
        subjects = sum(other.subjects for other in near)
        yield _flag(Doubt.LIKE_ELSEWHERE, photo, subject=first.subject, subjects=subjects)


def _look_alike(one: Fingerprint | None, other: Fingerprint | None) -> bool:
    return one is not None and other is not None and are_near(one, other)


def _repeated(photo: Photo, photos: Sequence[Photo]) -> Iterator[Flag]:
    told = set()
    for (later, earlier), other in product(_PAIRS, photos):
        if (photo.purpose, other.purpose) != (later, earlier) or earlier in told:
            continue
        is_same = photo.sha256 == other.sha256
        if is_same or _look_alike(photo.fingerprint, other.fingerprint):
            told.add(earlier)
            doubt = Doubt.REPEATED if is_same else Doubt.ALIKE
            yield _flag(doubt, photo, other_purpose=earlier.value, other_use=other.use_id)


def _time(photo: Photo, reported_at: datetime.datetime, allowed: Tolerances) -> Iterator[Flag]:
    """Yield a flag when the camera's time is outside [report − tolerance, brought]."""
    if photo.taken_at is None:
        return
    early = allowed.work if photo.purpose in _OF_WORK else allowed.before
    if photo.taken_at < reported_at - early:
        yield _flag(
            Doubt.TAKEN_EARLIER,
            photo,
            taken_at=photo.taken_at.isoformat(),
            reported_at=reported_at.isoformat(),
        )
    elif photo.taken_at > photo.brought_at + allowed.ahead:
        yield _flag(
            Doubt.TAKEN_LATER,
            photo,
            taken_at=photo.taken_at.isoformat(),
            brought_at=photo.brought_at.isoformat(),
        )


def _place(photo: Photo, longitude: float, latitude: float, allowed: Tolerances) -> Iterator[Flag]:
    """Yield a flag when the photograph is far from the place however its position is read.

    EXIF means WGS 84, but some cameras' programs write GCJ-02, some hundred metres beside
    it: the nearer reading counts.
    """
    if photo.longitude is None or photo.latitude is None:
        return
    readings = (
        (photo.longitude, photo.latitude),
        to_wgs84(photo.longitude, photo.latitude, Frame.GCJ02),
    )
    metres = min(metres_between(longitude, latitude, *one) for one in readings)
    if metres > allowed.metres:
        yield _flag(Doubt.TAKEN_ELSEWHERE, photo, metres=round(metres))
