"""The loop for programs: report, read, bring photographs, take steps; the inbox."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Form, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile

from gongzhi.accounts.rules import Actor, Role
from gongzhi.accounts.session import actor_of
from gongzhi.commitments import queries as commitments
from gongzhi.commitments.rules import CommitmentView, InboxCursor
from gongzhi.evidence import actions as evidence
from gongzhi.evidence.actions import BroughtFile
from gongzhi.evidence.queries import FileUseView
from gongzhi.webkit.api import (
    BIGGEST,
    PROBLEMS,
    NeedsSignIn,
    Plain,
    Words,
    from_our_page,
)
from gongzhi.webkit.idempotency import HEADER, REPLAYED, Answer, answered, once

from . import queries
from .actions.field import report_fixed, take_with_photos
from .actions.steps import DEEDS, bring_photo, report_with_files
from .queries import CaseFilter, CaseLine, CasePage, Happening, field
from .rules import NewReport, State, Step

# These may say by which way a report came in, and its number there.
INTAKE_ROLES = (Role.OPERATOR, Role.DISPATCHER, Role.DUTY_HEAD)
MOST_PHOTOS = 12  # brought with one deed

ClaimCode = Annotated[str, Header(alias="X-Claim-Code", max_length=64)]
# Drawn by the sender for one deed: sent again with it, the deed is done once and answered alike.
DeedKey = Annotated[str, Header(alias=HEADER, max_length=200)]


def reader(request: HttpRequest) -> Actor:
    """Return who asks; a browser with a session must send its CSRF token when it writes."""
    actor = actor_of(request)
    if actor.is_signed_in:
        from_our_page(request)
    return actor


router = Router(auth=reader, tags=["cases"])


class Named(Schema):
    """Something with a code and its names."""

    code: str
    name: str
    name_en: str


class PartyOut(Named):
    """An organisation or a post."""

    id: int


class LineOut(Schema):
    """One case in a list.  Times in ISO 8601, UTC."""

    id: UUID
    number: str
    state: State
    category: Named | None
    summary: str
    area: PartyOut | None
    organisation: PartyOut | None
    level: str
    reported_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    is_late: bool
    flags: list[str]
    supporters: int


class ListOut(Schema):
    """A page of a list; give `next_cursor` as `after` for the next page."""

    cases: list[LineOut]
    next_cursor: str


class PromiseOut(Schema):
    """A promise about a case."""

    id: int
    kind: str
    subject: str
    organisation_id: int
    post_id: int | None
    limit: str
    calendar: str
    state: str
    is_broken: bool
    made_at: datetime
    due_at: datetime
    original_due_at: datetime
    kept_at: datetime | None
    broken_at: datetime | None
    released_at: datetime | None


class PhotoOut(Schema):
    """A photograph kept as proof; its picture is at `address`."""

    id: UUID
    sha256: str
    purpose: str
    media_type: str
    size: int = Field(description="bytes")
    brought_at: datetime
    taken_at: datetime | None = Field(description="as the camera claims")
    address: str


class HappeningOut(Schema):
    """A deed in the story of a case; people by their post, never by name."""

    kind: str
    at: datetime
    role: str
    post: PartyOut | None
    organisation: PartyOut | None
    words: str


class AnswerOut(Schema):
    """What the reporter answered to a question of the pack, in both languages."""

    name: str
    name_en: str
    value: str
    value_en: str


class CaseOut(LineOut):
    """One case with its story and the steps possible now."""

    version: int
    text: str
    address: str
    answers: list[AnswerOut]
    contact_name: str
    contact_phone: str
    longitude: float | None = Field(description="degrees east, WGS 84")
    latitude: float | None = Field(description="degrees north, WGS 84")
    areas: list[PartyOut]
    standard_row: str
    explanation: list[str]
    promises: list[PromiseOut]
    photos: list[PhotoOut]
    happenings: list[HappeningOut]
    steps: list[Step]
    reasons: dict[str, list[Named]]
    counts: dict[str, int]
    satisfaction: int | None
    is_solved: bool | None
    merged_into: str
    recurrence_of: str


class ReportIn(Schema):
    """What somebody reports: a category or words, and a position or an address."""

    case_id: UUID | None = Field(None, description="made by the sender; sent twice is one case")
    category_code: Plain = ""
    standard_row: Plain = ""
    text: Words = ""
    address: Words = ""
    longitude: float | None = None
    latitude: float | None = None
    frame: Annotated[str, Field(pattern="^(wgs84|gcj02|bd09|)$")] = ""
    contact_name: Annotated[Plain, Field(max_length=80)] = ""
    contact_phone: Annotated[Plain, Field(max_length=32)] = ""
    claim_code: Annotated[Plain, Field(max_length=64, pattern=r"^$|^[^\x00]{8,}$")] = ""
    source: Annotated[Plain, Field(max_length=24, pattern="^[a-z0-9-]*$")] = Field(
        "", description="the desk only: how it came in"
    )
    source_id: Annotated[Plain, Field(max_length=80)] | None = None
    answers: dict[Plain, Annotated[Words, Field(max_length=2000)]] | None = Field(
        None, description="to the questions of the category, by their codes"
    )
    upload_ids: Annotated[list[UUID], Field(max_length=MOST_PHOTOS)] = Field(
        [], description="photographs that were brought to `/uploads` before"
    )


class ReportedOut(Schema):
    """The number of the case, and the claim code of a reporter without an account."""

    case_id: UUID
    number: str
    state: State
    claim_code: str


class Bare(Schema):
    """A step that needs nothing but itself.

    `version`: the version read before; another one is refused as changed meanwhile.
    `upload_ids`: photographs that were brought to `/uploads` before, each for its purpose.
    """

    version: int | None = None
    upload_ids: Annotated[list[UUID], Field(max_length=MOST_PHOTOS)] = []


class SupportIn(Schema):
    """Saying that it is one's problem too."""


class LookIn(Bare):
    """Asking for a look; absent: the nearest post."""

    post_id: int | None = None


class VerifyIn(Bare):
    """What was found, with a photograph (`verify`)."""

    is_true: bool
    finding: Words


class FindingIn(Bare):
    """What the check found, with a photograph (`check`)."""

    finding: Words


class FileIn(Bare):
    """Filing; absent: as reported, and the first row that fits."""

    category_code: Plain = ""
    standard_row: Plain = ""


class CodedReasonIn(Bare):
    """A reason from the pack's list, and words."""

    reason_code: Plain = ""
    reason: Words = ""


class ReasonIn(Bare):
    """A reason in words."""

    reason: Words = ""


class MergeIn(Bare):
    """The number of the case that goes on."""

    into: Plain


class DispatchIn(Bare):
    """To whom; absent: the first of the explained answer."""

    organisation_id: int | None = None
    reason: Words = ""


class SuspendIn(CodedReasonIn):
    """Until when; the case resumes by itself on that day."""

    resume_on: date


class StageIn(Bare):
    """The stage that is done: `make_safe` or `surface`."""

    stage: Plain


class NoteIn(Bare):
    """Words about the work."""

    note: Words = ""


class RateIn(Bare):
    """The reporter's judgement: 3 satisfied, 2 fairly, 1 not."""

    is_solved: bool
    satisfaction: int
    words: Words = ""


class RecategoriseIn(ReasonIn):
    """The right category."""

    category_code: Plain


class RelocateIn(ReasonIn):
    """The right place, in `frame`."""

    longitude: float
    latitude: float
    frame: Annotated[str, Field(pattern="^(wgs84|gcj02|bd09)$")] = "wgs84"


BODIES: dict[Step, type[Schema]] = {
    Step.FIX_ON_SPOT: NoteIn,
    Step.ASK_VERIFICATION: LookIn,
    Step.VERIFY: VerifyIn,
    Step.FILE: FileIn,
    Step.DECLINE: CodedReasonIn,
    Step.MERGE: MergeIn,
    Step.DISPATCH: DispatchIn,
    Step.ACCEPT: Bare,
    Step.RETURN: CodedReasonIn,
    Step.ASK_EXTENSION: ReasonIn,
    Step.GRANT_EXTENSION: Bare,
    Step.REFUSE_EXTENSION: ReasonIn,
    Step.SUSPEND: SuspendIn,
    Step.RESUME: Bare,
    Step.REACH_STAGE: StageIn,
    Step.COMPLETE: NoteIn,
    Step.ASK_CHECK: LookIn,
    Step.PASS_CHECK: FindingIn,
    Step.FAIL_CHECK: FindingIn,
    Step.CLOSE: Bare,
    Step.RATE: RateIn,
    Step.REOPEN: ReasonIn,
    Step.RAISE_LEVEL: ReasonIn,
    Step.URGE: ReasonIn,
    Step.ANNOTATE: NoteIn,
    Step.SUPPORT: SupportIn,
    Step.RECATEGORISE: RecategoriseIn,
    Step.RELOCATE: RelocateIn,
    Step.CANCEL: CodedReasonIn,
    Step.FORCE_CLOSE: ReasonIn,
}


@router.post("/cases", response={201: ReportedOut, **PROBLEMS}, summary="Report a problem")
def post_case(request: HttpRequest, body: ReportIn) -> Status[ReportedOut]:
    """Report a problem, with or without an account.  The same `case_id` twice is one case."""
    by = actor_of(request)
    given = body.dict()
    if not by.has(*INTAKE_ROLES):
        given |= {"source": "", "source_id": None}
    given["source"] = given["source"] or "api"
    at = timezone.now()
    uploads = given.pop("upload_ids")
    photos = [evidence.bring_upload(one, by=by, at=at) for one in uploads]
    told = report_with_files(NewReport(**given), photos, by=by, at=at)
    answer = ReportedOut(
        case_id=told.case_id, number=told.number, state=told.state, claim_code=told.claim_code
    )
    return Status(201, answer)


class FilterIn(Schema):
    """What the list is narrowed to."""

    state: list[State] = []
    is_open: bool = False
    is_late: bool = False
    category: Plain = ""
    organisation: int | None = Field(None, ge=0, le=BIGGEST)
    area_path: Annotated[str, Field(max_length=64, pattern="^[0-9a-z]*$")] = ""
    number: Plain = ""
    after: Plain = ""
    limit: int = Field(50, ge=1, le=200)


@router.get("/cases", response={200: ListOut, **PROBLEMS}, summary="List cases, newest first")
def get_cases(request: HttpRequest, asked: Annotated[FilterIn, Query()]) -> ListOut:
    """Return the cases the reader may see, newest first, a page at a time."""
    narrowed = CaseFilter(
        states=tuple(asked.state),
        is_open=asked.is_open,
        is_late=asked.is_late,
        category_code=asked.category,
        organisation_id=asked.organisation,
        area_path=asked.area_path,
        number=asked.number,
    )
    found = queries.case_list(
        actor_of(request),
        at=timezone.now(),
        narrowed=narrowed,
        after=asked.after,
        limit=asked.limit,
    )
    lines = [LineOut(**_line(line)) for line in found.lines]
    return ListOut(cases=lines, next_cursor=found.next_cursor)


@router.get("/cases/{printed:number}", response={200: CaseOut, **PROBLEMS}, summary="One case")
def get_case(request: HttpRequest, number: str, claim_code: ClaimCode = "") -> CaseOut:
    """Return a case with its promises, photographs, story, and the steps possible now."""
    return _case(request, number, claim_code)


@router.post(
    "/cases/{printed:number}/photos",
    response={201: PhotoOut, **PROBLEMS},
    summary="Bring a photograph",
)
def post_photo(
    request: HttpRequest,
    number: str,
    purpose: Annotated[Plain, Form()],
    file: Annotated[UploadedFile, File()],
    *,
    claim_code: ClaimCode = "",
    key: DeedKey = "",
) -> HttpResponse:
    """Keep a photograph as proof: `before`, `after`, `verify`, `check`, or a `document`.

    The same bytes for the same purpose are one photograph, however often they are sent.
    """
    asked = _asked(request, claim_code, {"purpose": purpose, "file": _print_of(file)})
    owner = _owner(request)
    known = answered(key, owner=owner, request=asked) if key else None
    if known is not None:
        return _told(known)
    answer = _photo_brought(request, number, purpose, file, claim_code)
    if key:
        answer = once(key, owner=owner, request=asked, at=timezone.now(), deed=lambda: answer)
    return _told(answer)


def _photo_brought(
    request: HttpRequest, number: str, purpose: str, file: UploadedFile, claim_code: str
) -> Answer:
    kept = bring_photo(
        number,
        file.file or b"",
        name=file.name or "",
        purpose=purpose,
        by=actor_of(request),
        at=timezone.now(),
        claim_code=claim_code,
    )
    return Answer(201, PhotoOut(**_photo(kept)).model_dump_json())


def _print_of(file: UploadedFile) -> str:
    """Return the SHA-256 of a file that was sent, and wind it back."""
    seen = hashlib.sha256()
    for part in file.chunks():
        seen.update(part)
    file.seek(0)
    return seen.hexdigest()


def _owner(request: HttpRequest) -> str:
    """Return whose keys these are.  A claim code is a part of what is asked."""
    return f"person:{actor_of(request).person_id}"


def _asked(request: HttpRequest, claim_code: str, given: Any) -> str:
    """Return everything that makes up a request, as one text."""
    return json.dumps([request.path, claim_code, given], sort_keys=True, default=str)


def _told(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.is_replayed:
        response[REPLAYED] = "true"
    return response


def _operation(step: Step, body_type: type[Schema]) -> Callable[..., HttpResponse]:
    def operation(
        request: HttpRequest,
        number: str,
        body: Schema,
        claim_code: ClaimCode = "",
        key: DeedKey = "",
    ) -> HttpResponse:
        given = body.dict()
        uploads = given.pop("upload_ids", [])
        at = timezone.now()

        def deed(photos: list[BroughtFile]) -> Answer:
            _taken(request, number, step, given, photos, at=at, claim_code=claim_code)
            return Answer(200, _case(request, number, claim_code).model_dump_json())

        return _told_once(request, key, claim_code, given, uploads, deed=deed, at=at)

    operation.__annotations__["body"] = body_type
    operation.__name__ = step.value
    operation.__doc__ = DEEDS[step].__doc__
    return operation


def _told_once(
    request: HttpRequest,
    key: str,
    claim_code: str,
    given: Mapping[str, Any],
    uploads: Iterable[UUID],
    *,
    deed: Callable[[list[BroughtFile]], Answer],
    at: datetime,
) -> HttpResponse:
    """Do a deed with photographs, once for its key.

    The ids of uploads are no part of what was asked: a photograph that the server has
    forgotten is brought again under another.
    """
    owner, asked = _owner(request), _asked(request, claim_code, given)
    known = answered(key, owner=owner, request=asked) if key else None
    if known is not None:
        return _told(known)
    by = actor_of(request)
    photos = [evidence.bring_upload(one, by=by, at=at) for one in uploads]
    if not key:
        return _told(deed(photos))
    return _told(once(key, owner=owner, request=asked, at=at, deed=lambda: deed(photos)))


def _taken(
    request: HttpRequest,
    number: str,
    step: Step,
    given: Mapping[str, Any],
    photos: list[BroughtFile],
    *,
    at: datetime,
    claim_code: str,
) -> None:
    rest = {name: value for name, value in given.items() if name != "version"}
    take_with_photos(
        number,
        step,
        photos=photos,
        by=actor_of(request),
        at=at,
        version=given.get("version"),
        claim_code=claim_code,
        **rest,
    )


for _step, _body in BODIES.items():
    router.post(
        f"/cases/{{printed:number}}/steps/{_step.value}",
        response={200: CaseOut, **PROBLEMS},
        summary=_step.value.replace("_", " ").capitalize(),
        operation_id=f"step_{_step.value}",
        tags=["steps"],
    )(_operation(_step, _body))


class FixIn(Schema):
    """A small matter, settled at once; with photographs `before` and `after`."""

    case_id: UUID | None = Field(None, description="made by the sender; sent twice is one case")
    category_code: Plain
    text: Words = ""
    address: Words = ""
    longitude: float | None = Field(None, description="absent: as a photograph says")
    latitude: float | None = None
    frame: Annotated[str, Field(pattern="^(wgs84|gcj02|bd09|)$")] = "wgs84"
    note: Words = ""
    upload_ids: Annotated[list[UUID], Field(max_length=MOST_PHOTOS)] = []


@router.post(
    "/fixes", response={201: ReportedOut, **PROBLEMS}, summary="Fix on the spot", tags=["field"]
)
def post_fix(request: HttpRequest, body: FixIn, key: DeedKey = "") -> HttpResponse:
    """Report a small matter and settle it, in one deed.  The same `case_id` twice is one case."""
    given = body.dict()
    uploads, note = given.pop("upload_ids"), given.pop("note")
    at = timezone.now()

    def deed(photos: list[BroughtFile]) -> Answer:
        new = NewReport(**given, source="field")
        told = report_fixed(new, photos, note=note, by=actor_of(request), at=at)
        answer = ReportedOut(
            case_id=told.case_id, number=told.number, state=told.state, claim_code=""
        )
        return Answer(201, answer.model_dump_json())

    asked = given | {"note": note}
    return _told_once(request, key, "", asked, uploads, deed=deed, at=at)


class TaskOut(Schema):
    """A case to be gone to, with all that its steps need."""

    case: LineOut
    version: int
    longitude: float | None = Field(description="degrees east, WGS 84")
    latitude: float | None = Field(description="degrees north, WGS 84")
    metres: float | None = Field(description="from the task before, or from where you stand")
    step: Step | None
    steps: list[Step]
    due_at: datetime | None
    address: str


class FieldOut(Schema):
    """What is to be done outside, in walking order."""

    tasks: list[TaskOut]
    metres: float
    is_more: bool


class FieldIn(Schema):
    """Where you stand; absent: at the first task."""

    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    is_due_first: bool = True


@router.get(
    "/field",
    response={200: FieldOut, **PROBLEMS},
    summary="What I have to do outside",
    tags=["field"],
)
def get_field(request: HttpRequest, asked: Annotated[FieldIn, Query()]) -> FieldOut:
    """Return what the reader owes to verify, to handle and to check, in walking order."""
    by, at = actor_of(request), timezone.now()
    if not by.is_signed_in:
        raise NeedsSignIn
    is_placed = asked.longitude is not None and asked.latitude is not None
    start = (asked.longitude or 0.0, asked.latitude or 0.0) if is_placed else None
    found = field.tasks(by, at=at, start=start, is_due_first=asked.is_due_first)
    return FieldOut(
        tasks=[_task(one) for one in found.tasks], metres=found.metres, is_more=found.is_more
    )


def _task(one: field.FieldCase) -> TaskOut:
    same = {name: getattr(one, name) for name in ("version", "longitude", "latitude", "metres")}
    return TaskOut(
        **same,
        case=LineOut(**_line(one.line)),
        step=one.step,
        steps=list(one.steps),
        due_at=one.promise.due_at if one.promise else one.line.due_at,
        address=f"/field/{one.line.number}",
    )


class InboxLineOut(Schema):
    """One promise that the reader, their post or their organisation owes."""

    promise: PromiseOut
    is_own: bool
    is_late: bool
    case: LineOut | None
    cursor: str


class InboxOut(Schema):
    """A page of the inbox; give `next_cursor` as `after`."""

    lines: list[InboxLineOut]
    next_cursor: str


@router.get(
    "/inbox",
    response={200: InboxOut, **PROBLEMS},
    summary="What I owe, due first",
    tags=["inbox"],
)
def get_inbox(
    request: HttpRequest, after: Plain = "", limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> InboxOut:
    """Return what the reader, their post and their organisation owe, due first."""
    by, at = actor_of(request), timezone.now()
    if not by.is_signed_in:
        raise NeedsSignIn
    cursor = InboxCursor.parse(after) if after else None
    found = commitments.inbox(by, at=at, limit=limit + 1, after=cursor)
    cases = queries.case_lines(by, queries.case_ids(line.promise for line in found), at=at)
    lines = [
        InboxLineOut(
            promise=PromiseOut(**_promise(line.promise)),
            is_own=line.is_own,
            is_late=line.is_late,
            case=_line_of(queries.case_of(line.promise, cases)),
            cursor=str(line.cursor),
        )
        for line in found[:limit]
    ]
    return InboxOut(lines=lines, next_cursor=lines[-1].cursor if len(found) > limit else "")


def _case(request: HttpRequest, number: str, claim_code: str) -> CaseOut:
    by = actor_of(request)
    page = queries.case_page(number, viewer=by, at=timezone.now(), claim_code=claim_code)
    return CaseOut(**_line(page.line), **_story(page), **_plain_facts(page))


def _line_of(line: CaseLine | None) -> LineOut | None:
    return LineOut(**_line(line)) if line else None


def _line(line: CaseLine) -> dict[str, Any]:
    same = {name: getattr(line, name) for name in _SAME_OF_LINE}
    return same | {
        "category": _named(line.category),
        "area": _party(line.area),
        "organisation": _party(line.organisation),
        "flags": list(line.flags),
    }


_SAME_OF_LINE = (
    "id", "number", "state", "summary", "level", "reported_at", "due_at", "ended_at", "is_late",
    "supporters",
)  # fmt: skip
_SAME_OF_PAGE = (
    "version", "text", "address", "contact_name", "contact_phone", "longitude", "latitude",
    "satisfaction", "is_solved", "merged_into", "recurrence_of",
)  # fmt: skip


def _plain_facts(page: CasePage) -> dict[str, Any]:
    return {name: getattr(page, name) for name in _SAME_OF_PAGE}


def _story(page: CasePage) -> dict[str, Any]:
    return {
        "areas": [_party(area) for area in page.areas],
        "standard_row": page.standard.row if page.standard else "",
        "explanation": list(page.explanation),
        "answers": [
            AnswerOut(name=one.name, name_en=one.name_en, value=one.value, value_en=one.value_en)
            for one in page.answers
        ],
        "promises": [_promise(one) for one in page.promises],
        "photos": [_photo(one) for one in page.photos],
        "happenings": [_happening(one) for one in page.happenings],
        "steps": list(page.steps),
        "reasons": {
            step: [_named(one) for one in rows] for step, rows in page.reason_codes.items()
        },
        "counts": dict(page.counts),
    }


def _named(view: Any) -> dict[str, str] | None:
    return {"code": view.code, "name": view.name, "name_en": view.name_en} if view else None


def _party(view: Any) -> dict[str, Any] | None:
    named = _named(view)
    return {"id": view.id, **named} if named else None


def _promise(view: CommitmentView) -> dict[str, Any]:
    fields = PromiseOut.model_fields
    return {name: getattr(view, name) for name in fields} | {"state": view.state.value}


def _photo(view: FileUseView) -> dict[str, Any]:
    same = {name: getattr(view, name) for name in PhotoOut.model_fields if name != "address"}
    return same | {"address": f"/files/{view.id}"}


def _happening(view: Happening) -> dict[str, Any]:
    return {
        "kind": view.kind,
        "at": view.at,
        "role": view.role,
        "post": _party(view.post),
        "organisation": _party(view.organisation),
        "words": view.words,
    }
