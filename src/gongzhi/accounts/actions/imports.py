"""Charts and rosters from tables: what can be read goes in, the rest comes back with reasons."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from gongzhi.accounts import access, rules
from gongzhi.accounts.rules import (
    Actor,
    ChartCircular,
    CodeTwice,
    ColumnsMissing,
    Deed,
    PersonUnknown,
    PostUnknown,
    ScopeUnknown,
    Term,
)
from gongzhi.kernel.refusals import Refusal
from gongzhi.kernel.sheets import Cell, RejectWriter, Row, Sheet, open_sheet
from gongzhi.webkit import revisions
from gongzhi.webkit.words import sentence

from .chart import (
    PARTIES,
    NewOrganisation,
    NewPost,
    OrganisationPlan,
    PostPlan,
    above_first,
    carry_out_posts,
    chart_parents,
    check_organisation,
)
from .people import NewPerson, PersonPlan, check_person
from .plans import Outcome
from .terms import AppointmentPlan, NewAppointment

ScopeOf = Callable[[str], str | None]  # area code to materialised path

# The names a table's columns may have.
CHART_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("编码", "代码", "单位编码"),
    "name": ("名称", "单位名称"),
    "name_en": ("英文名称",),
    "kind": ("类型", "单位类型"),
    "parent": ("上级", "上级编码", "上级单位编码"),
    "scope": ("辖区", "辖区编码"),
    "scope_path": (),
    "credit_code": ("统一社会信用代码",),
}
ROSTER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "login": ("登录名", "账号"),
    "name": ("姓名",),
    "phone": ("电话", "手机", "手机号"),
    "email": ("邮箱", "电子邮箱"),
    "post": ("岗位", "岗位编码"),
    "starts_on": ("任期开始", "开始日期"),
    "ends_on": ("任期结束", "结束日期"),
    "letter_number": ("聘书编号", "文号"),
    "capacity": ("身份",),
    "post_kind": ("岗位类型",),
    "post_name": ("岗位名称",),
    "organisation": ("单位", "单位编码"),
}


@dataclass(frozen=True)
class ImportSummary:
    """What became of a table; `rows` = added + changed + unchanged + refused.

    Attributes:
        rows: rows of the table, without its head.
        added: rows that brought something new.
        changed: rows that changed something known.
        unchanged: rows that were true already.
        refused: rows in the file `rejects`.
        rejects: the file of refused rows; absent when there are none.
        ignored: columns that mean nothing here.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: int
    rejects: Path | None
    ignored: tuple[str, ...]


class _Import:
    """One table on its way in: its columns under our names, and what became of its rows."""

    def __init__(
        self, sheet: Sheet, columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
    ) -> None:
        ours = {alias: name for name, aliases in columns.items() for alias in (name, *aliases)}
        self._sheet = sheet
        self._named = {head: ours[_head(head)] for head in sheet.columns if _head(head) in ours}
        self.columns = frozenset(self._named.values())
        missing = [name for name in required if name not in self.columns]
        if missing:
            raise ColumnsMissing(file=sheet.path.name, columns=", ".join(missing))
        self._ignored = tuple(head for head in sheet.columns if head not in self._named)
        self._refused: list[tuple[Row, str]] = []
        self._tally: Counter[Outcome] = Counter()

    def rows(self) -> Iterator[tuple[Row, dict[str, str]]]:
        """Yield readable rows with their texts under our names; refuse the others."""
        for row in self._sheet:
            if row.refusal is not None:
                self.refuse(row, row.refusal)
            else:
                texts = {ours: _text(row.values[head]) for head, ours in self._named.items()}
                yield row, texts

    def refuse(self, row: Row, refusal: Refusal) -> None:
        """Send a row back with its reason."""
        self._refused.append((row, sentence(refusal)))

    def count(self, outcome: Outcome) -> None:
        """Count a row that went in."""
        self._tally[outcome] += 1

    def finish(self, rejects: Path | None) -> ImportSummary:
        """Write the refused rows and add everything up."""
        place = rejects or self._sheet.path.with_name(f"{self._sheet.path.stem}.refused.csv")
        with RejectWriter(place) as writer:
            for row, reason in sorted(self._refused, key=lambda pair: pair[0].line):
                writer.reject(row, reason)
        return ImportSummary(
            rows=self._tally.total() + len(self._refused),
            added=self._tally[Outcome.ADDED],
            changed=self._tally[Outcome.CHANGED],
            unchanged=self._tally[Outcome.UNCHANGED],
            refused=len(self._refused),
            rejects=place if self._refused else None,
            ignored=self._ignored,
        )


def _head(head: str) -> str:
    return head.strip().lower()


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@transaction.atomic
def import_chart(
    path: str | Path,
    *,
    by: Actor,
    at: datetime,
    rejects: Path | None = None,
    scope_of: ScopeOf | None = None,
) -> ImportSummary:
    """Found and change organisations by a table; the same table twice changes nothing.

    A column the table lacks leaves what is known as it is.  Columns: see
    `docs/reference/accounts-import.md`.

    Args:
        path: CSV, TSV, XLSX or JSON lines.
        by: who imports.
        at: an aware datetime.
        rejects: where refused rows go; beside the table, ending in `.refused.csv`, if absent.
        scope_of: finds the path of an area code in column `scope`.

    Raises:
        NotYours: the actor does not keep the chart.
        ColumnsMissing: code, name or kind is missing.
        BadSheet: the table cannot be read at all.
    """
    rules.check_may(Deed.KEEP_CHART, by=by)
    table = _Import(open_sheet(path), CHART_COLUMNS, ("code", "name", "kind"))
    wanted = _once(table, _readable_chart(table, scope_of))
    _refuse_circles(table, wanted)
    news = [new for _row, new in wanted.values()]
    plan = OrganisationPlan(news)
    for new in above_first(news, chart_parents(news)):
        row = wanted[new.code][0]
        try:
            table.count(plan.add(new).outcome)
        except Refusal as refusal:
            table.refuse(row, refusal)
    if plan.carry_out(by=by, at=at):
        revisions.bump(PARTIES)
    return table.finish(rejects)


def _readable_chart(
    table: _Import, scope_of: ScopeOf | None
) -> Iterator[tuple[Row, NewOrganisation]]:
    for row, texts in table.rows():
        try:
            new = NewOrganisation(
                code=texts["code"],
                name=texts["name"],
                kind=texts["kind"],
                name_en=texts.get("name_en"),
                parent_code=texts.get("parent"),
                scope_path=_scope_path(texts, scope_of),
                credit_code=texts.get("credit_code"),
            )
            check_organisation(new)
        except Refusal as refusal:
            table.refuse(row, refusal)
        else:
            yield row, new


def _scope_path(texts: Mapping[str, str], scope_of: ScopeOf | None) -> str | None:
    if texts.get("scope_path"):
        return texts["scope_path"]
    code = texts.get("scope")
    if not code:
        return texts.get("scope_path", code)
    path = scope_of(code) if scope_of else None
    if path is None:
        raise ScopeUnknown(code=code[:60])
    return path


def _once(
    table: _Import, rows: Iterator[tuple[Row, NewOrganisation]]
) -> dict[str, tuple[Row, NewOrganisation]]:
    """Return the first row of each code; refuse later ones that say something else."""
    first: dict[str, tuple[Row, NewOrganisation]] = {}
    for row, new in rows:
        known = first.setdefault(new.code, (row, new))
        if known[0] is row:
            continue
        if known[1] == new:
            table.count(Outcome.UNCHANGED)
        else:
            table.refuse(row, CodeTwice(code=new.code))
    return first


def _refuse_circles(table: _Import, wanted: dict[str, tuple[Row, NewOrganisation]]) -> None:
    """Refuse every row of every circle, until none is left.

    Without a row its organisation stands where it stood before, which may close another
    circle; so the chart is looked at again after each round.
    """
    while found := rules.circles(chart_parents(new for _row, new in wanted.values())):
        for circle in found:
            refusal = ChartCircular(circle=rules.told_circle(circle))
            for code in circle:
                if code in wanted:
                    table.refuse(wanted.pop(code)[0], refusal)


@dataclass(frozen=True)
class _RosterLine:
    """One line of a roster: a person, and the post they hold if one is named."""

    person: NewPerson
    post: NewPost | None
    appointment: NewAppointment | None


@transaction.atomic
def import_roster(
    path: str | Path, *, by: Actor, at: datetime, rejects: Path | None = None
) -> ImportSummary:
    """Enrol people and put them into posts by a table; the same table twice changes nothing.

    A blank field leaves what is known of a person as it is.  A person may stand in several
    rows, once for each post.  A post that does not exist is created when the row names its
    kind and organisation.  Columns: see `docs/reference/accounts-import.md`.

    Args:
        path: CSV, TSV, XLSX or JSON lines.
        by: who imports; columns about what they may not do (enrol, appoint, create posts) are
            not used, so that one table serves two administrators.
        at: an aware datetime.
        rejects: where refused rows go; beside the table, ending in `.refused.csv`, if absent.

    Raises:
        NotYours: the actor may neither enrol nor appoint.
        ColumnsMissing: there is no column for logins.
        BadSheet: the table cannot be read at all.
    """
    may_enrol = rules.may(Deed.ENROL, by=by)
    if not may_enrol:
        rules.check_may(Deed.APPOINT, by=by)
    table = _Import(open_sheet(path), _roster_columns(by), ("login",))
    lines = list(_readable_roster(table, today=access.day_of(at)))
    plans = _RosterPlans([line for _row, line in lines], today=access.day_of(at))
    for row, line in lines:
        try:
            if not may_enrol:
                plans.require_known(line.person.login)
            table.count(plans.add(line))
        except Refusal as refusal:
            table.refuse(row, refusal)
    plans.carry_out(by=by, at=at)
    return table.finish(rejects)


def _roster_columns(by: Actor) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of a roster that an actor may bring; the others are not used.

    So one table serves two administrators: the one enrols by it, the other appoints.
    """
    unused: set[str] = set()
    if not rules.may(Deed.ENROL, by=by):
        unused |= {"name", "phone", "email"}
    if not rules.may(Deed.APPOINT, by=by):
        unused |= ROSTER_COLUMNS.keys() - {"login", "name", "phone", "email"}
    if not rules.may(Deed.KEEP_CHART, by=by):
        unused |= {"post_kind", "post_name", "organisation"}
    return {name: aliases for name, aliases in ROSTER_COLUMNS.items() if name not in unused}


def _readable_roster(table: _Import, *, today: date) -> Iterator[tuple[Row, _RosterLine]]:
    for row, texts in table.rows():
        try:
            line = _roster_line(texts, today=today)
        except Refusal as refusal:
            table.refuse(row, refusal)
        else:
            yield row, line


def _roster_line(texts: Mapping[str, str], *, today: date) -> _RosterLine:
    def given(name: str) -> str | None:
        return texts.get(name) or None

    person = NewPerson(texts["login"], given("name"), given("phone"), given("email"), language=None)
    check_person(person)
    code = texts.get("post", "")
    if not code:
        return _RosterLine(person, None, None)
    if not texts.get("starts_on"):
        raise rules.TextMissing(field="starts_on")
    appointment = NewAppointment(
        person.login,
        code,
        rules.read_day("starts_on", texts["starts_on"]),
        rules.read_day("ends_on", texts["ends_on"]) if texts.get("ends_on") else None,
        texts.get("letter_number", ""),
        texts.get("capacity", ""),
    )
    rules.check_term(Term(appointment.starts_on, appointment.ends_on), today=today)
    kind, home = texts.get("post_kind", ""), texts.get("organisation", "")
    post = NewPost(code, kind, home, texts.get("post_name") or code) if kind and home else None
    return _RosterLine(person, post, appointment)


class _RosterPlans:
    """The people, posts and appointments of a roster, planned line by line."""

    def __init__(self, lines: list[_RosterLine], *, today: date) -> None:
        self._people = PersonPlan([line.person.login for line in lines])
        codes = {line.appointment.post_code for line in lines if line.appointment}
        new = {line.post.code: line.post for line in lines if line.post}
        bare = [NewPost(code, "", "", code) for code in codes - new.keys()]
        self._posts = PostPlan([*new.values(), *bare])
        self._terms = AppointmentPlan(self._people.known, self._posts.known, today=today)
        self._said: dict[str, NewPerson] = {}

    def require_known(self, login: str) -> None:
        """Refuse somebody who is not enrolled.

        Raises:
            PersonUnknown: there is no active person with this login.
        """
        if login not in self._people.known:
            raise PersonUnknown(login=login)

    def add(self, line: _RosterLine) -> Outcome:
        """Plan one line; a refused line plans nothing of its person."""
        said = self._said.get(line.person.login)
        if said is not None and _contradict(said, line.person):
            raise CodeTwice(code=line.person.login)
        outcomes = []
        if line.appointment is not None:
            code = line.appointment.post_code
            if code not in self._posts.known:
                if line.post is None:
                    raise PostUnknown(code=code)
                outcomes.append(self._posts.add(line.post).outcome)
            self._terms.check(line.appointment)
        outcomes.append(self._people.add(line.person).outcome)
        self._said.setdefault(line.person.login, line.person)
        if line.appointment is not None:
            outcomes.append(self._terms.add(line.appointment).outcome)
        return min(outcomes, key=list(Outcome).index)

    def carry_out(self, *, by: Actor, at: datetime) -> None:
        """Write people and posts, then the appointments that need their ids."""
        if self._people.new or self._people.changed:
            rules.check_may(Deed.ENROL, by=by)
        self._people.carry_out(by=by, at=at)
        carry_out_posts(self._posts, by=by, at=at)
        self._terms.carry_out(by=by, at=at)


def _contradict(one: NewPerson, other: NewPerson) -> bool:
    """Return whether two rows say different things of one person."""
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    return any(left and right and left != right for left, right in pairs)
