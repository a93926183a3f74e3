"""What is told of a case when it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .loop import State
from .refusals import ClosedBeforeReported, DueBeforeReported


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody reports.

    Attributes:
        case_id: made by the reporter's device; the same id sent twice is one case.
        source: web, hotline, patrol, api …
        source_id: the foreign system's own id, where there is one.
        category_code: of the active pack; may be blank when there are words.
        standard_row: the row of the category's standards; blank: the first that fits.
        text: what is wrong, in the reporter's words.
        address: where, in the reporter's words.
        longitude: degrees east in `frame`; absent when only the address is known.
        latitude: degrees north in `frame`.
        frame: `wgs84`, `gcj02` or `bd09`; blank: the pack's.
        contact_name: personal data; kept with the words, never in the ledger.
        contact_phone: likewise.
        claim_code: chosen by the device of a reporter without an account.
        answers: to the questions of the category, by their codes; kept with the words.
            None: nobody was asked, as by telephone or by a program, and nothing is demanded.
        is_for_caller: staff writes down what somebody tells them; the case is that somebody's,
            by its claim code, and not the writer's.
    """

    case_id: UUID | None = None
    source: str = "web"
    source_id: str | None = None
    category_code: str = ""
    standard_row: str = ""
    text: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    frame: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    claim_code: str = ""
    answers: Mapping[str, str] | None = None
    is_for_caller: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """What the reporter is told: the number, and how to find the case again.

    `claim_code` is blank for somebody with an account, and for a report sent twice.
    """

    case_id: UUID
    number: str
    state: State
    claim_code: str = ""


@dataclass(frozen=True, slots=True)
class OldCase:
    """A case whose life happened in another system, as far as that system tells it.

    Attributes:
        source, source_id: together never twice; the key of idempotent import.
        category_code: of the active pack.
        reported_at: an aware datetime.
        text: the words of the report.
        address: the place in words.
        longitude, latitude: degrees, WGS 84, already checked; None when unknown.
        frame: the frame in which the position came.
        due_at: as the other system promised; None: by the standard of the active pack.
        closed_at: when it ended there; None while it is open.
        organisation_id: whom the other system held answerable; None: the map answers.
        by_standard: whether, without `due_at`, the standard of the active pack promises;
            otherwise nothing was promised, and nothing is judged.
    """

    source: str
    source_id: str
    category_code: str
    reported_at: datetime
    text: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    frame: str = "wgs84"
    due_at: datetime | None = None
    closed_at: datetime | None = None
    organisation_id: int | None = None
    by_standard: bool = True

    def __post_init__(self) -> None:
        if self.closed_at is not None and self.closed_at < self.reported_at:
            raise ClosedBeforeReported(
                reported_at=self.reported_at.isoformat(), closed_at=self.closed_at.isoformat()
            )
        if self.due_at is not None and self.due_at < self.reported_at:
            raise DueBeforeReported(
                reported_at=self.reported_at.isoformat(), due_at=self.due_at.isoformat()
            )
