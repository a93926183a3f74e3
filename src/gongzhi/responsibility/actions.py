"""Every change of the responsibility map: assigned, ended, imported."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, CategoryUnknown
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.sheets import RejectWriter, Row, open_sheet
from gongzhi.ledger.actions import record, record_many
from gongzhi.ledger.rules import NewEntry
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.webkit.revisions import bump
from gongzhi.webkit.words import sentence

from . import access
from .models import Duty
from .rules import (
    AreaUnknown,
    BackwardPeriod,
    DutyDiffers,
    DutyEnded,
    DutyLine,
    NewDuty,
    PartyUnknown,
    PostElsewhere,
    read_line,
)

BATCH = 1000

Progress = Callable[[float], None]
"""Told the share done, 0 to 1."""


@transaction.atomic
def assign_duty(draft: NewDuty, *, by: Actor, at: datetime) -> int:
    """Make a party answer for a category in an area; return the duty's id.

    Assigned twice, it is one duty: the second time changes nothing.

    Args:
        draft: who answers, for what, where, since when.
        by: a keeper of the map.
        at: when it is written; an aware datetime.

    Raises:
        MapNotYours: `by` does not keep the map there.
        AreaUnknown, PartyUnknown, CategoryUnknown, PostElsewhere: see their sentences.
        DutyDiffers: the party has this duty with another rank or end.
    """
    access.require_keeper(by, [draft.area_id])
    _Register().check(draft)
    known = access.written([draft]).get(draft.key)
    if known is not None:
        _same_or_refuse(known, draft)
        return known.pk
    return _write([draft], by=by, at=at)[0]


@transaction.atomic
def assign_duties(
    drafts: Sequence[NewDuty], *, by: Actor, at: datetime, progress: Progress | None = None
) -> list[int]:
    """Assign many duties, all or none; return the ids of those that are new.

    Duties that are already written just so are passed over.

    Args:
        drafts: see `assign_duty`.
        by: a keeper of the map.
        at: when they are written.
        progress: told the share done.

    Raises:
        MapNotYours, AreaUnknown, PartyUnknown, CategoryUnknown, PostElsewhere,
        DutyDiffers: of the first draft that is refused.
    """
    access.require_keeper(by, (draft.area_id for draft in drafts))
    register = _Register()
    ids: list[int] = []
    for start in range(0, len(drafts), BATCH):
        part = drafts[start : start + BATCH]
        for draft in part:
            register.check(draft)
        ids.extend(_write(_new_of(part), by=by, at=at))
        if progress is not None:
            progress(min(1.0, (start + BATCH) / len(drafts)))
    return ids


@transaction.atomic
def end_duty(duty_id: int, *, on: date, by: Actor, at: datetime) -> None:
    """Let a duty end; what was answered before stays as it was.

    Args:
        duty_id: the duty.
        on: its last day.
        by: a keeper of the map.
        at: when it is written; an aware datetime.

    Raises:
        DutyUnknown: there is no such duty.
        MapNotYours: `by` does not keep the map there.
        DutyEnded: it ended on that day or before.
        BackwardPeriod: it starts only after that day.
    """
    duty = access.duty_for_change(duty_id)
    access.require_keeper(by, [duty.area_id])
    if duty.ends_on is not None and duty.ends_on <= on:
        raise DutyEnded(duty=duty_id, ends_on=duty.ends_on.isoformat())
    if duty.starts_on is not None and on < duty.starts_on:
        raise BackwardPeriod(starts_on=duty.starts_on.isoformat(), ends_on=on.isoformat())
    before, duty.ends_on = duty.ends_on, on
    duty.save(update_fields=["ends_on"])
    bump(access.REVISION)
    facts = {"ends_on_before": before, "ends_on": on}
    record("duty.ended", subject=f"duty:{duty_id}", by=by, at=at, facts=facts)


def _write(drafts: Sequence[NewDuty], *, by: Actor, at: datetime) -> list[int]:
    """Write new duties with their entries, in the transaction of the caller."""
    if not drafts:
        return []
    rows = Duty.objects.bulk_create([_row(draft) for draft in drafts])
    record_many(
        NewEntry("duty.assigned", f"duty:{row.pk}", by, at, _facts(draft))
        for row, draft in zip(rows, drafts, strict=True)
    )
    bump(access.REVISION)
    return [row.pk for row in rows]


def _row(draft: NewDuty) -> Duty:
    return Duty(**{name: getattr(draft, name) for name in draft.__dataclass_fields__})


def _facts(draft: NewDuty) -> dict[str, object]:
    """Return the draft without its free text, which stays in the row."""
    texts = {"legal_basis", "source"}
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__ if name not in texts}


def _new_of(drafts: Sequence[NewDuty]) -> list[NewDuty]:
    """Return the drafts that are not written yet, each once.

    Raises:
        DutyDiffers: a draft is written, or stands in the list, with another rank or end.
    """
    known = access.written(drafts)
    new: dict[tuple[object, ...], NewDuty] = {}
    for draft in drafts:
        if draft.key in known:
            _same_or_refuse(known[draft.key], draft)
        elif draft.key in new:
            _same_or_refuse(new[draft.key], draft)
        else:
            new[draft.key] = draft
    return list(new.values())


def _same_or_refuse(known: Duty | NewDuty, draft: NewDuty) -> None:
    if (known.rank, known.ends_on) != (draft.rank, draft.ends_on):
        raise DutyDiffers(duty=known.pk if isinstance(known, Duty) else "")


class _Register:
    """The parties, areas and categories that a duty may name, read once."""

    def __init__(self) -> None:
        self.book: Book = catalogue.book()
        self.city = places.the_map()
        self.organisations = {one.id: one for one in accounts.all_organisations()}
        self.posts = {one.id: one for one in accounts.all_posts()}
        self._by_code = {one.code: one for one in self.organisations.values()}
        self._posts_by_code = {one.code: one for one in self.posts.values()}
        self._areas = {(one.layer, one.code): one for one in self.city.areas}

    def check(self, draft: NewDuty) -> None:
        """Refuse a duty that names what does not exist.

        Raises:
            CategoryUnknown, AreaUnknown, PartyUnknown, PostElsewhere: see their sentences.
        """
        if draft.category_code and draft.category_code not in self.book.categories:
            raise CategoryUnknown(category=draft.category_code)
        if draft.area_id is not None and self.city.find(draft.area_id) is None:
            raise AreaUnknown(area=draft.area_id)
        organisation = self.organisations.get(draft.organisation_id)
        if organisation is None:
            raise PartyUnknown(party=draft.organisation_id)
        if draft.post_id is None:
            return
        post = self.posts.get(draft.post_id)
        if post is None:
            raise PartyUnknown(party=draft.post_id)
        if post.organisation_id != organisation.id:
            raise PostElsewhere(post=post.code, organisation=organisation.code)

    def draft(self, line: DutyLine) -> NewDuty:
        """Return the duty that a row of a table says, with ids for its codes.

        Raises:
            CategoryUnknown, AreaUnknown, PartyUnknown, PostElsewhere, BackwardPeriod.
        """
        post = self._post(line.post) if line.post else None
        area = self._area(line.layer, line.area) if line.area else None
        draft = NewDuty(
            organisation_id=self._organisation(line.organisation).id,
            area_id=None if area is None else area.id,
            category_code=line.category,
            rank=line.rank,
            post_id=None if post is None else post.id,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
            legal_basis=line.legal_basis,
            source=line.source,
        )
        self.check(draft)
        return draft

    def _organisation(self, code: str) -> OrganisationView:
        if code not in self._by_code:
            raise PartyUnknown(party=code)
        return self._by_code[code]

    def _post(self, code: str) -> PostView:
        if code not in self._posts_by_code:
            raise PartyUnknown(party=code)
        return self._posts_by_code[code]

    def _area(self, layer: str, code: str) -> AreaView:
        if (layer, code) not in self._areas:
            raise AreaUnknown(area=f"{layer} {code}")
        return self._areas[layer, code]


@dataclass
class DutyImport:
    """What an import of duties has done.

    Attributes:
        assigned: duties written.
        unchanged: rows that were already written just so.
        refused: rows in the file of refused rows.
        rejects: that file; absent when nothing was refused.
    """

    assigned: int = 0
    unchanged: int = 0
    refused: int = 0
    rejects: Path | None = field(default=None)


def import_duties(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> DutyImport:
    """Assign the duties of a table; rows that are refused go to a file with their reasons.

    Columns: `layer`, `area` (both empty: the whole city), `category` (empty: every
    one), `rank` (empty: 1), `organisation`, `post`, `starts_on`, `ends_on`,
    `legal_basis`, `source`; all but `organisation` may be missing.  Imported twice,
    nothing changes.  Each thousand rows are one transaction.

    Args:
        path: CSV, TSV, XLSX or JSON lines.
        by: a keeper of the map.
        at: when they are written; an aware datetime.
        rejects: the file for refused rows; absent: beside `path`, `….rejected.csv`.
        progress: told the share read.

    Raises:
        BadSheet: the table as such cannot be read.
        MapNotYours: `by` does not keep the map at all.
    """
    access.require_keeper(by, ())
    sheet = open_sheet(path)
    place = rejects or path.with_name(f"{path.stem}.rejected.csv")
    told = DutyImport()
    with RejectWriter(place) as writer:
        work = _Import(_Register(), writer, told, by, at)
        for rows in _parts(sheet):
            work.take(rows)
            if progress is not None:
                progress(sheet.share_read)
    told.refused = writer.rows
    told.rejects = place if writer.rows else None
    return told


@dataclass(frozen=True)
class _Import:
    """One import while it runs."""

    register: _Register
    writer: RejectWriter
    told: DutyImport
    by: Actor
    at: datetime

    @transaction.atomic
    def take(self, rows: Sequence[Row]) -> None:
        """Assign the duties of some rows; refuse those that cannot be."""
        drafts = list(self._drafts(rows))
        known: dict[tuple[object, ...], Duty | NewDuty] = dict(
            access.written([draft for _, draft in drafts])
        )
        new: list[NewDuty] = []
        for row, draft in drafts:
            found = known.get(draft.key)
            if found is None:
                known[draft.key] = draft
                new.append(draft)
            else:
                self._match(row, found, draft)
        _write(new, by=self.by, at=self.at)
        self.told.assigned += len(new)

    def _drafts(self, rows: Sequence[Row]) -> Iterator[tuple[Row, NewDuty]]:
        for row in rows:
            try:
                if row.refusal is not None:
                    raise row.refusal
                draft = self.register.draft(read_line(row.values))
                access.require_keeper(self.by, [draft.area_id])
            except Refusal as refusal:
                self.writer.reject(row, sentence(refusal))
            else:
                yield row, draft

    def _match(self, row: Row, found: Duty | NewDuty, draft: NewDuty) -> None:
        try:
            _same_or_refuse(found, draft)
        except DutyDiffers as refusal:
            self.writer.reject(row, sentence(refusal))
        else:
            self.told.unchanged += 1


def _parts(rows: Iterable[Row]) -> Iterator[list[Row]]:
    coming = iter(rows)
    while part := list(islice(coming, BATCH)):
        yield part
