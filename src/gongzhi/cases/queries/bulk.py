"""What a bulk step would do to each case, before it is taken."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import OrganisationView
from gongzhi.accounts.rules import Actor
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import Book, StandardView
from gongzhi.evidence import queries as evidence
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.worktime import Limit
from gongzhi.responsibility.rules import Answer
from gongzhi.webkit.revisions import steady

from ..access import check_relation, find_looker, visible_cases
from ..models import Case
from ..rules import (
    BULK_MOST,
    CaseNotFound,
    CategoryMissing,
    NobodyToAsk,
    PhotoMissing,
    Pick,
    PlaceMissing,
    SamePartyAgain,
    StandardMissing,
    State,
    Step,
    missing_photo,
    next_party,
    take_step,
)
from .lists import CaseFilter, CaseLine, lines_of, narrow


@dataclass(frozen=True, slots=True)
class Planned:
    """What a step would do to one case.

    Attributes:
        line: as it stands; None where there is no such case to see.
        organisation: who owes the next thing then.
        due_at: by when.
        trouble: why the step would be refused; None when it would be taken.
    """

    pick: Pick
    line: CaseLine | None = None
    organisation: OrganisationView | None = None
    due_at: datetime | None = None
    trouble: Refusal | None = None


def picks_of(
    viewer: Actor, *, at: datetime, narrowed: CaseFilter, limit: int = BULK_MOST
) -> list[Pick]:
    """Return the cases of a list with their versions, what is due first.  One statement."""
    rows = narrow(visible_cases(viewer), narrowed, at).order_by("due_at", "id")
    return [Pick(*row) for row in rows.values_list("number", "version")[:limit]]


@steady()
def bulk_plan(
    step: Step,
    picks: Sequence[Pick],
    *,
    viewer: Actor,
    at: datetime,
    organisation_id: int | None = None,
    has_reason: bool = False,
) -> tuple[Planned, ...]:
    """Return what a step would do to each case, in the order of the picks.

    At most five statements, whatever their number.  What happens until the step is taken
    is judged anew then.

    Args:
        step: one of `rules.BULK_STEPS`.
        picks: at most `rules.BULK_MOST`.
        viewer: who would take it.
        at: when.
        organisation_id: dispatch all to this party; absent: each to its own.
        has_reason: whether words go with it.
    """
    numbers = [pick.number for pick in picks]
    rows = list(visible_cases(viewer).filter(number__in=numbers).select_related(None))
    lines = {line.number: line for line in lines_of(rows, at=at)}
    plan = _Plan(step, viewer, at, organisation_id, has_reason, _photos(step, rows))
    cases = {row.number: row for row in rows}
    return tuple(
        plan.of(pick, cases[pick.number], lines[pick.number])
        if pick.number in cases
        else Planned(pick, trouble=CaseNotFound(number=pick.number))
        for pick in picks
    )


def _photos(step: Step, rows: Sequence[Case]) -> Mapping[str, Counter[str]]:
    """Return how many photographs of each purpose the cases have, for closing."""
    found: dict[str, Counter[str]] = {}
    if step is Step.CLOSE:
        for one in evidence.files_of_many(f"case:{row.pk}" for row in rows):
            found.setdefault(one.subject, Counter())[one.purpose] += 1
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    step: Step
    viewer: Actor
    at: datetime
    organisation_id: int | None
    has_reason: bool
    photos: Mapping[str, Counter[str]]

    def of(self, pick: Pick, case: Case, line: CaseLine) -> Planned:
        """Return what the step would do to one case."""
        try:
            take_step(State(case.state), self.step, roles=self.viewer.roles)
            check_relation(case, self.step, self.viewer)
            party, limit = _OUTCOMES[self.step](self, case)
            due_at = self._book(case).calendar.add(self.at, limit) if limit else None
        except Refusal as refusal:
            return Planned(pick, line, trouble=refusal)
        names = accounts.organisations([party] if party is not None else [])
        return Planned(pick, line, names.get(party or 0), due_at)

    def _book(self, case: Case) -> Book:
        return catalogue.book(case.pack_version_id)

    def filed(self, case: Case) -> tuple[int | None, Limit | None]:
        """Return who dispatches, or handles at once where the pack lets it."""
        if not case.category_code:
            raise CategoryMissing
        if case.longitude is None and not case.answer:
            raise PlaceMissing
        handling = self._handling(case)
        answer, options = Answer.from_facts(case.answer), self._book(case).options
        is_clear = not answer.is_fallback and case.returned_from_id is None
        if options.auto_dispatch and is_clear:
            return answer.first.organisation_id, handling
        standard = self._standard(case)
        limit = standard.limit("dispatch") if standard else None
        return None, limit or options.dispatch_limit

    def dispatched(self, case: Case) -> tuple[int | None, Limit | None]:
        """Return whom it goes to."""
        parties = [one.organisation_id for one in Answer.from_facts(case.answer).chain]
        before = case.returned_from_id
        party = self.organisation_id or next_party(parties, returned_from=before)
        if party == before and not self.has_reason:
            names = accounts.organisations([party])
            raise SamePartyAgain(organisation=names[party].name if party in names else party)
        return party, self._handling(case)

    def looked_at(self, case: Case) -> tuple[int | None, Limit | None]:
        """Return who checks."""
        post = find_looker(case)
        if post is None:
            raise NobodyToAsk(number=case.number)
        return post.organisation_id, self._book(case).options.check_limit

    def closed(self, case: Case) -> tuple[int | None, Limit | None]:
        """Refuse without the photographs that the standard wants."""
        standard = self._standard(case)
        needed = standard.evidence if standard is not None else ("before", "after")
        there = self.photos.get(f"case:{case.pk}", Counter())
        missing = missing_photo(needed, there=there)
        if missing:
            raise PhotoMissing(purpose=missing, step=self.step.value)
        return None, None

    def told(self, case: Case) -> tuple[int | None, Limit | None]:
        """Return whom an urging or a note reaches."""
        return case.organisation_id, None

    def _standard(self, case: Case) -> StandardView | None:
        row = case.standard_id
        return self._book(case).standard(row) if row is not None else None

    def _handling(self, case: Case) -> Limit:
        standard = self._standard(case)
        limit = standard.limit() if standard else None
        if limit is None:
            raise StandardMissing(category=case.category_code)
        return limit


_OUTCOMES: Mapping[Step, Callable[[_Plan, Case], tuple[int | None, Limit | None]]] = {
    Step.FILE: _Plan.filed,
    Step.DISPATCH: _Plan.dispatched,
    Step.ASK_CHECK: _Plan.looked_at,
    Step.CLOSE: _Plan.closed,
    Step.URGE: _Plan.told,
    Step.ANNOTATE: _Plan.told,
}
