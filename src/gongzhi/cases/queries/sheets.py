"""Two pictures and one list (两图一表): what is printed of cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView, PostView
from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import StandardView
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView
from gongzhi.evidence import queries as evidence
from gongzhi.evidence.queries import FileUseView
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.places import queries as places
from gongzhi.places.queries import AreaView
from gongzhi.webkit.revisions import steady

from ..access import case_in_view, visible_cases
from ..models import Case, Statement
from .lists import CaseFilter, CaseLine, lines_of, narrow
from .pairs import pair_of

# The deeds that are printed, in the order of the road.
PRINTED = (
    "case.adopted", "case.reported", "case.verified", "case.filed", "case.dispatched",
    "case.accepted", "case.suspended", "case.resumed", "case.level_raised", "case.urged",
    "case.completed", "case.fixed_on_spot", "case.check_failed", "case.check_passed",
    "case.closed", "case.closed_by_force", "case.reopened",
)  # fmt: skip
# Whoever checked says what was found; these words are for everybody who may see the case.
_WITH_WORDS = frozenset({"case.verified", "case.check_failed", "case.check_passed"})


@dataclass(frozen=True, slots=True)
class SheetDeed:
    """A deed as it is printed: when, by which post, with the finding of a check."""

    kind: str
    at: datetime
    role: str
    post: PostView | None
    organisation: OrganisationView | None
    words: str


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """One case as it is printed: nothing that not every one of its readers may see.

    Attributes:
        areas: the names it lies under, the smallest first.
        promise: to deal with it, the last that was made; None before it was dispatched.
        before, after: None where there is no such picture.
        deeds: the last of each kind.
    """

    line: CaseLine
    areas: tuple[AreaView, ...]
    address: str
    text: str
    standard: StandardView | None
    promise: CommitmentView | None
    before: FileUseView | None
    after: FileUseView | None
    deeds: tuple[SheetDeed, ...]


@dataclass(frozen=True, slots=True)
class CaseSheets:
    """Cases as they are printed, newest first; were there more than asked for?"""

    sheets: tuple[CaseSheet, ...]
    has_more: bool


@steady()
def case_sheet(number: str, *, viewer: Actor, at: datetime, claim_code: str = "") -> CaseSheet:
    """Return one case as it is printed.  At most eight statements.

    Raises:
        CaseNotFound: none, or hidden.
    """
    return _sheets_of([case_in_view(viewer, number, claim_code=claim_code)], at=at)[0]


@steady()
def case_sheets(viewer: Actor, *, at: datetime, narrowed: CaseFilter, limit: int) -> CaseSheets:
    """Return the cases of a list as they are printed, newest first.

    At most eight statements, and one for each older pack version, however many cases.

    Args:
        viewer: only cases this reader may see.
        at: the moment of judgement.
        narrowed: what the list is narrowed to.
        limit: the most to return.
    """
    rows = narrow(visible_cases(viewer), narrowed, at).order_by("-reported_at", "-id")
    found = list(rows.defer("answer")[: limit + 1])
    return CaseSheets(_sheets_of(found[:limit], at=at), len(found) > limit)


def _sheets_of(rows: list[Case], *, at: datetime) -> tuple[CaseSheet, ...]:
    subjects = [f"case:{row.pk}" for row in rows]
    told = ledger.histories(subjects)
    promises = commitments.of_subjects(subjects)
    files: dict[str, list[FileUseView]] = {}
    for use in evidence.files_of_many(subjects):
        files.setdefault(use.subject, []).append(use)
    said = _statements_of(rows)
    reports = {one.case_id: one for one in said.values() if one.kind == "report"}
    return tuple(
        _sheet(
            row,
            line,
            report=reports.get(row.pk),
            promises=promises[subject],
            files=files.get(subject, []),
            deeds=_deeds(told[subject], said),
        )
        for row, line, subject in zip(rows, lines_of(rows, at=at), subjects, strict=True)
    )


def _statements_of(rows: list[Case]) -> dict[int, Statement]:
    kept = Statement.objects.filter(case__in=[row.pk for row in rows])
    return {one.pk: one for one in kept.exclude(kind="note").order_by("pk")}


def _sheet(
    row: Case,
    line: CaseLine,
    *,
    report: Statement | None,
    promises: Iterable[CommitmentView],
    files: Iterable[FileUseView],
    deeds: tuple[SheetDeed, ...],
) -> CaseSheet:
    handle = [one for one in promises if one.kind == "case.handle"]
    told = list(files)
    pair = pair_of(told)
    before = pair.before if pair else next((one for one in told if one.purpose == "before"), None)
    return CaseSheet(
        line=line,
        areas=places.ancestors(row.area_id) if row.area_id else (),
        address=report.address if report else "",
        text=report.text if report else "",
        standard=(
            catalogue.book(row.pack_version_id).standard(row.standard_id)
            if row.standard_id
            else None
        ),
        promise=handle[-1] if handle else None,
        before=before,
        after=pair.after if pair else None,
        deeds=deeds,
    )


def _deeds(entries: Iterable[EntryView], said: Mapping[int, Statement]) -> tuple[SheetDeed, ...]:
    last = {entry.kind: entry for entry in entries if entry.kind in PRINTED}
    chosen = sorted(last.values(), key=lambda one: (one.at, PRINTED.index(one.kind)))
    posts = accounts.posts({one.post_id for one in chosen if one.post_id})
    parties = accounts.organisations({one.organisation_id for one in chosen if one.organisation_id})
    return tuple(
        SheetDeed(
            kind=one.kind,
            at=one.at,
            role=one.role,
            post=posts.get(one.post_id) if one.post_id else None,
            organisation=parties.get(one.organisation_id) if one.organisation_id else None,
            words=_words(one, said),
        )
        for one in chosen
    )


def _words(entry: EntryView, said: Mapping[int, Statement]) -> str:
    if entry.kind not in _WITH_WORDS:
        return ""
    kept = said.get(entry.facts.get("words", {}).get("id", 0))
    return kept.text if kept is not None else ""
