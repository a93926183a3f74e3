"""Taking over the cases of another system from its tables."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np
from django.db import DatabaseError, transaction

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import queries as parties
from gongzhi.accounts.actions import NewOrganisation
from gongzhi.accounts.rules import Actor
from gongzhi.cases.actions import adopt_cases
from gongzhi.cases.rules import OldCase
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.sheets import RejectWriter, Row, Sheet, open_sheet
from gongzhi.places import queries as places
from gongzhi.responsibility import queries as responsibility
from gongzhi.webkit.storage import StorageTrouble, trouble_of
from gongzhi.webkit.words import sentence

from .rules.mapping import CaseMapping, Unlocated
from .rules.reading import codes_unknown, columns_missing
from .rules.refusals import (
    MappingMistaken,
    PositionSwapped,
    RejectsOverInput,
    TooManyOrganisations,
)
from .rules.rows import Candidate, RowReader, unknown_organisation
from .rules.tally import Tally

BATCH = 1000
MOST_NEW_ORGANISATIONS = 500
_NUMBERED = re.compile(r"^(?P<stem>.*?)(?:\.refused(?:-\d+)?)?$", re.DOTALL)

Progress = Callable[[float], None]


class BrokenOff(StorageTrouble):
    """The import stopped on its way; what was taken over before stays.

    Attributes:
        tally: the numbers so far.
    """

    code = "exchange.broken_off"

    def __init__(self, tally: Tally, **facts: object) -> None:
        self.tally = tally
        super().__init__(**facts)


def import_cases(
    path: Path,
    *,
    mapping: CaseMapping,
    by: Actor,
    at: datetime,
    rejects: Path | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
) -> Tally:
    """Take over the cases of a table; a case that is there already stays as it is.

    The table is streamed; each batch is one transaction, so breaking off loses nothing
    and running it again goes on.  Refused rows go to a file that can be mended and
    imported.  Organisations the mapping lets it found are founded before the first case,
    by a reading of the whole table, so that every case is judged by the same chart.

    Args:
        path: CSV, TSV, XLSX or JSON lines.
        mapping: what its columns mean.
        by: who imports.
        at: when; an aware datetime.
        rejects: where refused rows go; absent: beside the table, never over another file.
        batch: cases of one transaction.
        progress: told how much of the table is read; share, 0 to 1.

    Raises:
        BadSheet: the table cannot be read at all.
        MappingMistaken: the mapping does not fit the table or the pack.
        NoPackInstalled, NoFallback: the city is not ready for any case.
        TooManyOrganisations: more parties than any city has.
        BrokenOff: the disk, the database or the table failed on the way.
    """
    return _Import(path, mapping, by=by, at=at, rejects=rejects, batch=batch).run(progress)


def rehearse_import(
    path: Path,
    *,
    mapping: CaseMapping,
    by: Actor,
    at: datetime,
    rejects: Path | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
) -> Tally:
    """Do all that `import_cases` does, and take back every batch.

    The file of refused rows is written.  A case that stands twice in the table counts as
    new each time, unless both are in one batch.

    Arguments and refusals as of `import_cases`.
    """
    rehearsal = _Rehearsal(path, mapping, by=by, at=at, rejects=rejects, batch=batch)
    return rehearsal.run(progress)


class _Import:
    """One table on its way in."""

    def __init__(
        self,
        path: Path,
        mapping: CaseMapping,
        *,
        by: Actor,
        at: datetime,
        rejects: Path | None,
        batch: int,
    ) -> None:
        self.mapping, self.by, self.at = mapping, by, at
        self.book: Book = catalogue.book()
        self.sheet: Sheet = open_sheet(
            path, encoding=mapping.encoding or None, sheet=mapping.sheet or None
        )
        _check_fit(mapping, self.sheet, self.book)
        self.reader = RowReader(mapping, self.book.by_alias, self.book.categories, at)
        self.tally = Tally()
        self.batch = batch
        self._writer = RejectWriter(rejects or _free_place(path))
        if self._writer.path.resolve() == path.resolve():
            raise RejectsOverInput(file=str(path))
        self._waiting: dict[str, Candidate] = {}
        self._line = 0
        self.founding: tuple[NewOrganisation, ...] = ()

    def run(self, progress: Progress | None) -> Tally:
        """Read, judge and take over row by row; return the numbers."""
        self.founding = self._to_found()
        self.tally.founded = tuple(new.code for new in self.founding)
        self._prepare()
        with self._told_where(), self._writer:
            for row in self.sheet:
                self._line = row.line
                self._take(row)
                if progress and self.tally.read % 100 == 0:
                    progress(self.sheet.share_read)
            self._flush()
        if self._writer.rows:
            self.tally.rejects = self._writer.path
        return self.tally

    def _prepare(self) -> None:
        """Found what is to be founded, or see that the fallback party exists."""
        self._found()
        responsibility.fallback_party(self.book)

    def _found(self) -> None:
        if self.founding:
            accounts.found_organisations(self.founding, by=self.by, at=self.at)

    def _take(self, row: Row) -> None:
        self.tally.read += 1
        if row.refusal is None and not self.reader.is_wanted(row):
            self.tally.filtered += 1
            return
        try:
            candidate = self.reader.candidate(row)
            self.reader.old_case(candidate, organisation_id=None)  # its times agree, or not
        except Refusal as refusal:
            self._refuse(row, refusal)
            return
        if candidate.source_id in self._waiting:
            self._flush()
        self._waiting[candidate.source_id] = candidate
        if len(self._waiting) >= self.batch:
            self._flush()

    def _refuse(self, row: Row, refusal: Refusal) -> None:
        self.tally.refused += 1
        self._writer.reject(row, sentence(refusal))

    def _flush(self) -> None:
        """Take over what waits, in one transaction; count only what came to stay."""
        waiting, self._waiting = list(self._waiting.values()), {}
        if waiting:
            placed = self._placed(waiting)
            if placed:
                self._adopt(placed)

    def _placed(self, waiting: list[Candidate]) -> list[tuple[Candidate, bool]]:
        """Return the candidates, each with whether it lies in an area; refuse the swapped."""
        nowhere = float("nan")
        spots = [one.position or (nowhere, nowhere) for one in waiting]
        lon, lat = (np.array(column, dtype=np.float64) for column in zip(*spots, strict=True))
        is_inside = places.locate_many(lon, lat, at=self.at).smallest >= 0
        is_swapped = places.locate_many(lat, lon, at=self.at).smallest >= 0
        placed = []
        for candidate, inside, swapped in zip(waiting, is_inside, is_swapped, strict=True):
            if swapped and not inside:
                self._refuse(candidate.row, _swapped(candidate))
            else:
                placed.append((candidate, bool(inside)))
        return placed

    def _adopt(self, placed: list[tuple[Candidate, bool]]) -> None:
        there = parties.organisations_by_code()
        known = {code: one.id for code, one in there.items()}
        old: list[OldCase] = []
        rows: list[Candidate] = []
        for candidate, is_located in placed:
            code = self._party(candidate, is_located=is_located)
            if code and code not in known and self.mapping.organisation:
                unknown = unknown_organisation(candidate, self.mapping.organisation)
                self._refuse(candidate.row, unknown)
                continue
            old.append(self.reader.old_case(candidate, organisation_id=known.get(code)))
            rows.append(candidate)
        adopted = adopt_cases(old, by=self.by, at=self.at)
        for place, refusal in adopted.refused:
            self._refuse(rows[place].row, refusal)
        self.tally.new += adopted.new
        self.tally.known += adopted.known
        self.tally.located += adopted.located
        self.tally.without_position += adopted.without_position
        self.tally.outside += adopted.new - adopted.located - adopted.without_position
        self.tally.fallback += adopted.fallback
        codes: dict[int | None, str] = {one.id: code for code, one in there.items()}
        for (party, end), count in adopted.ends.items():
            self.tally.parties[codes.get(party, ""), end] += count
        if adopted.new:
            self.tally.moved += sum(one.moved for one in rows)
            self.tally.twice += sum(one.twice for one in rows)

    def _party(self, candidate: Candidate, *, is_located: bool) -> str:
        """Return the code of the party a case goes to; blank: the map answers."""
        part = self.mapping.organisation
        if part and part.unlocated is Unlocated.FALLBACK and not is_located:
            return ""
        return candidate.organisation

    def _to_found(self) -> tuple[NewOrganisation, ...]:
        """Return the organisations to be founded, by a reading of the whole table.

        Raises:
            TooManyOrganisations: more than any city has.
        """
        part = self.mapping.organisation
        if part is None or not part.create:
            return ()
        there = parties.organisations_by_code()
        wanted = {self.book.options.fallback_organisation: ""}
        for candidate in self._readable():
            if candidate.organisation:
                wanted.setdefault(candidate.organisation, candidate.organisation_name)
            if len(wanted) > MOST_NEW_ORGANISATIONS:
                raise TooManyOrganisations(column=part.column, most=MOST_NEW_ORGANISATIONS)
        fresh = {code: name for code, name in wanted.items() if code and code not in there}
        return tuple(
            _organisation(code, name, part.kind, self.book) for code, name in fresh.items()
        )

    def _readable(self) -> Iterator[Candidate]:
        for row in self.sheet:
            if row.refusal is None and self.reader.is_wanted(row):
                try:
                    yield self.reader.candidate(row)
                except Refusal:
                    continue  # refused, with its reason, when its turn comes

    @contextmanager
    def _told_where(self) -> Iterator[None]:
        """Say how far the import came when the disk, the database or the table fails."""
        try:
            yield
        except (DatabaseError, OSError) as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            raise self._broken_off(trouble) from error
        except Refusal as refusal:
            raise self._broken_off(refusal) from refusal

    def _broken_off(self, cause: Refusal) -> BrokenOff:
        """Return the refusal; rows that still waited count as not read."""
        tally = self.tally
        tally.read = tally.new + tally.known + tally.filtered + tally.refused
        return BrokenOff(tally, line=self._line, reason=sentence(cause), count=tally.new)


class _Rehearsal(_Import):
    """The same, taken back batch by batch."""

    def _prepare(self) -> None:
        with transaction.atomic():
            super()._prepare()
            transaction.set_rollback(True)

    def _adopt(self, placed: list[tuple[Candidate, bool]]) -> None:
        with transaction.atomic():
            self._found()
            super()._adopt(placed)
            transaction.set_rollback(True)


def _check_fit(mapping: CaseMapping, sheet: Sheet, book: Book) -> None:
    """Refuse a mapping that does not fit the table, the pack or the chart."""
    leaves = (one.code for one in book.categories.values() if one.kind != "group")
    mistakes = columns_missing(mapping, sheet.columns)
    columns = sheet.columns if mistakes else ()
    there = parties.organisations_by_code()
    mistakes += codes_unknown(mapping, categories=leaves, organisations=there)
    if mistakes:
        raise MappingMistaken(sheet.path.name, mistakes, columns)


def _organisation(code: str, name: str, kind: str, book: Book) -> NewOrganisation:
    """Return an organisation under the name of the pack, else under the one in the table."""
    label = book.labels.get(f"organisation.{code}")
    if label is not None:
        return NewOrganisation(code, label.name or label.name_en, kind, label.name_en)
    return NewOrganisation(code, name or code, kind)


def _swapped(candidate: Candidate) -> PositionSwapped:
    longitude, latitude = candidate.position or (0.0, 0.0)
    return PositionSwapped(lon=f"{longitude:.9g}", lat=f"{latitude:.9g}")


def _free_place(path: Path) -> Path:
    """Return where refused rows go by default: beside the table, never over a file.

    Somebody may be mending the file of an earlier run.
    """
    found = _NUMBERED.match(path.stem)
    stem = found["stem"] if found else path.stem
    place, number = path.with_name(f"{stem}.refused.csv"), 1
    while place.exists():
        number += 1
        place = path.with_name(f"{stem}.refused-{number}.csv")
    return place
