"""What every deed of the loop shares: fetch, judge, change, promise, record."""

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, StandardView
from gongzhi.commitments import actions as commitments
from gongzhi.commitments import queries as promises
from gongzhi.commitments.rules import CommitmentView
from gongzhi.evidence import queries as evidence
from gongzhi.kernel.hashing import salted_hash
from gongzhi.kernel.worktime import Limit, YearUnknown
from gongzhi.ledger.actions import enter
from gongzhi.ledger.rules import NewEntry
from gongzhi.responsibility import queries as responsibility
from gongzhi.responsibility.rules import Answer
from gongzhi.webkit.bulk import insert_rows, rewrite_rows

from ..access import COLUMNS, case_for_change, check_relation, snapshot
from ..models import Case, Statement
from ..rules import (
    AT_WORK,
    ENDS,
    LEDGER_KIND_OF,
    STEPS,
    Need,
    PhotoMissing,
    PhotoOld,
    ReasonUnknown,
    State,
    Step,
    check_words,
    missing_photo,
    needs_words,
    take_step,
)


class Deed:
    """One or more steps of one case, written together.

    It remembers the row as it was; `log` notes a step with what it changed, `write`
    writes the row once and appends the entries.
    """

    def __init__(self, case: Case, *, step: Step, by: Actor, at: datetime) -> None:
        self.case = case
        self.step = step
        self.by = by
        self.at = at
        self.facts: dict[str, Any] = {}
        self.state_before = State(case.state)
        self.ended_before = case.ended_at
        self._start = self._last = {} if case._state.adding else snapshot(case)
        self._entries: list[NewEntry] = []

    @property
    def subject(self) -> str:
        """Return the case as the ledger and the promises name it."""
        return f"case:{self.case.pk}"

    @property
    def book(self) -> Book:
        """Return the pack under which the case was filed."""
        return catalogue.book(self.case.pack_version_id)

    @property
    def standard(self) -> StandardView | None:
        """Return the standard row of the case, in the version it was filed under."""
        row = self.case.standard_id
        return self.book.standard(row) if row is not None else None

    @cached_property
    def photos(self) -> Counter[str]:
        """Return how many photographs of each purpose the case has.  One statement, once."""
        return evidence.purposes_of(self.subject)

    def move(self, target: State) -> None:
        """Set the state; end or reopen the case as the state says."""
        self.case.state = target.value
        if target in ENDS:
            self.case.ended_at = self.at
            self.case.due_at = None
        else:
            self.case.ended_at = None
        if target not in AT_WORK:
            self.case.raise_at = None

    def say(
        self, kind: str, text: str, *, answers: Mapping[str, str] | None = None, **contact: str
    ) -> None:
        """Keep words with the case; the entry remembers only their fingerprint."""
        words = check_words(text, field=kind)
        if not words and not answers and not any(contact.values()):
            return
        salt = secrets.token_hex(16)
        statement = Statement(
            case=self.case,
            kind=kind,
            text=words,
            answers=dict(answers or {}),
            salt=salt,
            said_at=self.at,
            **contact,
        )
        insert_rows([statement])
        self.facts["words"] = {"id": statement.pk, "hash": salted_hash(words, salt=salt)}

    def log(self, kind: str = "") -> None:
        """Note the step done so far, with the columns it changed."""
        now = snapshot(self.case)
        changed = {name: now[name] for name in COLUMNS if now[name] != self._last.get(name, ...)}
        facts = {"set": changed, **self.facts}
        self._entries.append(
            NewEntry(kind or LEDGER_KIND_OF[self.step], self.subject, self.by, self.at, facts)
        )
        self._last = now
        self.facts = {}

    def write(self, *, kind: str = "") -> Case:
        """Write the row once, and the entries of every step since it was read."""
        is_new = self.case._state.adding
        if not is_new:
            self.case.version += 1
        self.log(kind)
        if is_new:
            insert_rows([self.case])
        else:
            changed = [name for name in COLUMNS if self._last[name] != self._start[name]]
            rewrite_rows([self.case], changed)
        enter(self._entries)
        return self.case


def open_deed(
    number: str,
    step: Step,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    claim_code: str = "",
) -> Deed:
    """Fetch a case for a step and refuse whoever may not take it.

    Of several reasons to refuse, the first of these is told: hidden, changed
    meanwhile, wrong role, wrong state, another party's, outside the area.

    Raises:
        CaseNotFound, ChangedMeanwhile: see `access.case_for_change`.
        StepNotYours, StepOutOfTurn: see `rules.take_step`.
        OtherParty, OutsideYourArea, NotYourReport: the relation is missing.
    """
    case = case_for_change(by, number, version=version, claim_code=claim_code)
    target = take_step(State(case.state), step, roles=by.roles)
    check_relation(case, step, by, claim_code=claim_code)
    deed = Deed(case, step=step, by=by, at=at)
    if target is not None:
        deed.move(target)
    return deed


def give_reason(deed: Deed, *, reason_code: str = "", reason: str = "") -> None:
    """Keep the reason of a step: a code of the pack's list, and words.

    Raises:
        ReasonUnknown: the pack lists reasons for the step, and `reason_code` is none of them.
        ReasonMissing: the step needs words and there are none.
    """
    listed = [row.code for row in deed.book.reasons.get(deed.step.value, ())]
    needs = STEPS[deed.step].needs
    if Need.REASON_CODE in needs and listed:
        if reason_code not in listed:
            raise ReasonUnknown(reason=reason_code, step=deed.step.value, known=", ".join(listed))
        deed.facts["reason_code"] = reason_code
    elif Need.REASON in needs or Need.REASON_CODE in needs:
        needs_words(reason, step=deed.step)
    deed.say("reason", reason)


def needs_photos(deed: Deed, *purposes: str) -> None:
    """Refuse unless the case has a photograph of every purpose.

    Raises:
        PhotoMissing: names the first purpose that is missing.
    """
    missing = missing_photo(purposes, there=deed.photos)
    if missing:
        raise PhotoMissing(purpose=missing, step=deed.step.value)


def needs_new_photo(deed: Deed, purpose: str, *, later_than: datetime | None) -> None:
    """Refuse unless there is a photograph; a new one where the work was asked for again.

    Args:
        deed: the step that needs it.
        purpose: what it must show.
        later_than: when the present work was asked for, or said to be done.

    Raises:
        PhotoMissing: there is none at all.
        PhotoOld: all are from before the work was sent back or taken up again.
    """
    needs_photos(deed, purpose)
    is_again = deed.case.reworks or deed.case.reopenings
    if is_again and not evidence.purposes_of(deed.subject, later_than=later_than)[purpose]:
        raise PhotoOld(purpose=purpose, step=deed.step.value)


def evidence_needed(deed: Deed) -> tuple[str, ...]:
    """Return what the standard wants to see; before and after where it does not say."""
    standard = deed.standard
    return standard.evidence if standard is not None else ("before", "after")


def promise(
    deed: Deed,
    stage: str,
    limit: Limit,
    *,
    organisation_id: int,
    post_id: int | None = None,
    is_main: bool = True,
) -> datetime:
    """Promise the next stage from now and return when it is due.

    Args:
        deed: the step that brings the case into the stage.
        stage: file, verify, dispatch, handle, check, close, or a stage of the standard.
        limit: by the calendar of the pack.
        organisation_id: who owes it.
        post_id: the post that owes it within the organisation.
        is_main: the case shows this deadline as its own.
    """
    calendar = deed.book.calendar
    due_at = calendar.add(deed.at, limit)
    warn_at = deed.at + (due_at - deed.at) * deed.book.options.due_soon_share
    commitments.promise(
        f"case.{stage}",
        subject=deed.subject,
        organisation_id=organisation_id,
        post_id=post_id,
        made_at=deed.at,
        due_at=due_at,
        warn_at=warn_at,
        limit=str(limit),
        calendar=calendar.code,
        area_path=deed.case.area_path,
        level=deed.case.level,
        is_public=deed.case.is_public,
        by=deed.by,
    )
    if is_main:
        deed.case.due_at = due_at
    return due_at


def rises_at(deed: Deed, due_at: datetime) -> datetime | None:
    """Return when the clock raises the level of a case due at `due_at`; None at the top.

    The pack's grace is left out where it reaches a year whose holidays are not known
    yet: the case then rises at `due_at`, and what is far away can still be dispatched.
    """
    options = deed.book.options
    if deed.case.level == options.levels[-1]:
        return None
    try:
        return deed.book.calendar.add(due_at, options.raise_after)
    except YearUnknown:
        return due_at


def keep(deed: Deed, *stages: str) -> None:
    """Settle open promises of the case as kept; all of them when no stage is named."""
    commitments.keep_open(
        deed.subject, kinds=[f"case.{stage}" for stage in stages], by=deed.by, at=deed.at
    )


def release(deed: Deed, *stages: str) -> None:
    """Free the owners of open promises that nobody can keep any more."""
    commitments.release_open(
        deed.subject,
        kinds=[f"case.{stage}" for stage in stages],
        by=deed.by,
        at=deed.at,
        reason=LEDGER_KIND_OF[deed.step],
    )


def pause_promises(deed: Deed) -> None:
    """Let the clocks of everything still owed about the case stand still."""
    commitments.pause_open(deed.subject, by=deed.by, at=deed.at)


def resume_promises(deed: Deed) -> dict[str, datetime]:
    """Let the paused promises run again with what remained of their limits.

    Returns:
        When each is due now, by stage.  A promise broken before its pause stays due
        when it was.
    """
    owed = [one for one in promises.open_of_subject(deed.subject) if one.paused_at]
    due = {one.id: _due_after_pause(one, deed) for one in owed}
    commitments.resume_open(deed.subject, due=due, by=deed.by, at=deed.at)
    return {one.kind.removeprefix("case."): due[one.id] for one in owed}


def _due_after_pause(owed: CommitmentView, deed: Deed) -> datetime:
    if owed.broken_at is not None or owed.paused_at is None:
        return owed.due_at
    unit = Limit.parse(owed.limit).unit
    return deed.book.calendar.shift(owed.due_at, owed.paused_at, deed.at, unit)


def desk_of(book: Book) -> int:
    """Return the organisation whose desk files, dispatches and closes.

    Raises:
        NoFallback: the pack names a party that does not exist.
    """
    return responsibility.fallback_party(book)


def answer_of(case: Case) -> Answer:
    """Return who answers, as it was found and explained for the case."""
    return Answer.from_facts(case.answer)
