"""How a case comes in: reported, or supported by one more."""

import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.models import CharField

from gongzhi.accounts.rules import SYSTEM, Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, check_answers, printed_number
from gongzhi.kernel.ids import uuid7
from gongzhi.ledger.actions import gathered
from gongzhi.places.rules import Location
from gongzhi.responsibility.rules import Answer
from gongzhi.webkit.bulk import insert_if_new, rewrite_rows
from gongzhi.webkit.prepared import Given, Prepared
from gongzhi.webkit.revisions import steady

from ..access import reported
from ..models import Case, Follower, NumberRun
from ..rules import (
    NewReport,
    NothingToReport,
    PlaceMissing,
    Reported,
    SourceIdTaken,
    State,
    Step,
    SupportedAlready,
    check_words,
    claim_code,
    claim_hash,
    number_prefix,
)
from .deeds import Deed, desk_of, open_deed, promise
from .handing import promise_dispatch, promise_handling
from .placing import category_of, put_on_map, recurrence_of, set_answer, set_standard


@steady()
def report(new: NewReport, *, by: Actor, at: datetime) -> Reported:
    """Take in a report: find its place, standard, party and promise, and say its number.

    The same `case_id` sent twice is one case.  Where the pack says so the case is filed
    and dispatched at once.  At most 15 SQL statements, whatever the size of the city.

    Args:
        new: what is reported; checked here.
        by: the reporter; anybody.
        at: when; an aware datetime, taken once by the caller.

    Raises:
        NothingToReport, PlaceMissing, TextTooLong, TextUnreadable: the words will not do.
        BadPosition: the position cannot be right.
        CategoryUnknown: not in the active pack, or a group.
        AnswerMissing, AnswerWrong, NoSuchQuestion: see `catalogue.rules.check_answers`.
        SourceIdTaken: another case bears the foreign id.
        NoPackInstalled, NoFallback: the city is not set up.
    """
    clean = checked(new)
    case_id = new.case_id or uuid7(at_ms=int(at.timestamp() * 1000))
    known = reported(case_id) if new.case_id else None
    if known is not None:
        return known
    try:
        with gathered():
            return _take_in(clean, case_id, by=by, at=at)
    except IntegrityError as trouble:
        return reported_meanwhile(new, case_id, trouble)


def reported_meanwhile(new: NewReport, case_id: UUID, trouble: IntegrityError) -> Reported:
    """Return the case that another request with the same id has just written."""
    known = reported(case_id)
    if known is not None:
        return known
    if new.source_id and Case.objects.filter(source=new.source, source_id=new.source_id).exists():
        raise SourceIdTaken(source=new.source, source_id=new.source_id) from trouble
    raise trouble


def checked(new: NewReport) -> NewReport:
    """Return the report with clean words, or refuse it."""
    text = check_words(new.text, field="text")
    address = check_words(new.address, field="address")
    if not text and not new.category_code:
        raise NothingToReport
    if not address and (new.longitude is None or new.latitude is None):
        raise PlaceMissing
    return replace(new, text=text, address=address)


def _take_in(new: NewReport, case_id: UUID, *, by: Actor, at: datetime) -> Reported:
    """Write a checked report: row, words, promise and entries."""
    book = catalogue.book()
    answers = _answers(new, book)
    case, location = placed(new, case_id, book=book, by=by, at=at)
    answer = set_answer(case, location, at=at)
    case.recurrence_of_id = recurrence_of(case, book.options, at=at)
    code = _claim(case, new, by)
    case.number = next_number(book, at=at)
    deed = Deed(case, step=Step.REPORT, by=by, at=at)
    deed.say(
        "report",
        new.text,
        answers=answers,
        address=new.address,
        contact_name=new.contact_name,
        contact_phone=new.contact_phone,
    )
    _go_ahead(deed, book, answer)
    deed.write()
    return Reported(case.pk, case.number, State(case.state), code)


def _answers(new: NewReport, book: Book) -> dict[str, str]:
    if new.answers is None:
        return {}
    return check_answers(book.questions_for(new.category_code), new.answers)


def placed(
    new: NewReport, case_id: UUID, *, book: Book, by: Actor, at: datetime
) -> tuple[Case, Location]:
    """Return the unsaved case of a report on the map, with its standard."""
    category = category_of(book, new.category_code) if new.category_code else None
    case = Case(
        id=case_id,
        source=new.source,
        source_id=new.source_id,
        reporter_id=None if new.is_for_caller else by.person_id,
        category_code=new.category_code,
        pack_version_id=book.version_id,
        is_public=bool(category and category.is_public),
        reported_at=at,
    )
    frame = new.frame or book.options.source_frame
    location = put_on_map(case, new.longitude, new.latitude, frame, at=at)
    set_standard(case, book, row=new.standard_row, at=at)
    return case, location


def _claim(case: Case, new: NewReport, by: Actor) -> str:
    """Give a reporter without an account a code by which the case is theirs; return it."""
    if by.person_id is not None and not new.is_for_caller:
        return ""
    code = new.claim_code or claim_code(secrets.token_bytes(12))
    case.claim_hash = claim_hash(code)
    return code


def _go_ahead(deed: Deed, book: Book, answer: Answer) -> None:
    """Take the automatic steps that the pack allows, and promise the next one."""
    case, options = deed.case, book.options
    if not (options.auto_file and case.standard_id and case.area_id):
        promise(deed, "file", options.file_limit, organisation_id=desk_of(book))
        return
    deed.log()
    deed.by, deed.step = SYSTEM, Step.FILE
    file_now(deed)
    if not (options.auto_dispatch and not answer.is_fallback):
        promise_dispatch(deed)
        return
    deed.log()
    deed.step = Step.DISPATCH
    deed.move(State.DISPATCHED)
    promise_handling(deed)


def file_now(deed: Deed) -> None:
    """Set the state and time of a filed case."""
    deed.move(State.FILED)
    deed.case.filed_at = deed.at


def next_number(book: Book, *, at: datetime) -> str:
    """Return the next printed number; the row of its prefix is held until the commit."""
    pattern = book.options.number_format
    today = at.astimezone(book.calendar.timezone).date()
    prefix = number_prefix(pattern, on=today)
    return printed_number(pattern, on=today, sequence=next_in_run(prefix))


def next_in_run(prefix: str, count: int = 1) -> int:
    """Return the first of `count` numbers taken from the run of a prefix."""
    found = _RUN(prefix=prefix)
    if not found:
        # Of two first reports under a prefix at once, the second waits for the row of the first.
        insert_if_new(NumberRun(prefix=prefix))
        found = _RUN(prefix=prefix)
    (run,) = found
    run.last += count
    rewrite_rows([run], ["last"])
    return run.last - count + 1


_RUN = Prepared(
    lambda: NumberRun.objects.filter(prefix=Given("prefix", CharField())).select_for_update()
)


@steady()
@gathered()
def support_case(number: str, *, by: Actor, at: datetime) -> int:
    """Say "this is mine too": follow an open case, and be told what becomes of it.

    Returns:
        How many support the case now.

    Raises:
        CaseNotFound, StepOutOfTurn: see `deeds.open_deed`.
        SupportedAlready: the actor reported it, or has said so before.
    """
    deed = open_deed(number, Step.SUPPORT, by=by, at=at)
    case = deed.case
    follower, is_new = Follower.objects.get_or_create(
        case=case, person_id=by.person_id, claim_hash="", defaults={"since": at}
    )
    if not is_new:
        if follower.is_supporter:
            raise SupportedAlready(number=number)
        Follower.objects.filter(pk=follower.pk).update(is_supporter=True)
    case.supporters += 1
    deed.facts["person_id"] = by.person_id
    deed.write()
    return case.supporters
