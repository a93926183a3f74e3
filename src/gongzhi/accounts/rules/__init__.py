"""Roles, the acting person, separation of duties, charts without circles, and lock-out."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted

from .access_links import (
    LINK_HOLDS,
    LinkSpent,
    LoginTaken,
    OwnAccount,
    PasswordsDiffer,
    PostClosed,
    SessionUnknown,
    SignUpClosed,
    SignUpTooOften,
    browser_name,
    link_token,
    link_until,
)
from .second_factor import (
    CodeRefused,
    CodesLocked,
    HalfWayLost,
    NoSecondFactor,
    PasswordRefused,
    SecondFactorNeeded,
    SecondFactorThere,
)

__all__ = [
    "ADMINISTRATORS",
    "ANONYMOUS",
    "FIRST_DAY",
    "FURTHEST",
    "LEDGER_KINDS",
    "LINK_HOLDS",
    "PATH_LONGEST",
    "PATH_STEP",
    "PRECEDENCE",
    "SYSTEM",
    "TRIES_KEPT",
    "WHO_MAY",
    "Actor",
    "AppointmentUnknown",
    "ChartCircular",
    "CodeMalformed",
    "CodeRefused",
    "CodeTwice",
    "CodesLocked",
    "ColumnsMissing",
    "CreditCodeWrong",
    "DateUnlikely",
    "DateUnreadable",
    "Deed",
    "DutiesNotSeparate",
    "HalfWayLost",
    "LanguageUnknown",
    "LinkSpent",
    "LoginTaken",
    "NoSecondFactor",
    "NotYours",
    "OrganisationUnknown",
    "OwnAccount",
    "PasswordRefused",
    "PasswordWeak",
    "PasswordsDiffer",
    "PersonUnknown",
    "PostClosed",
    "PostKindUnknown",
    "PostNotHeld",
    "PostUnknown",
    "Role",
    "RoleUnknown",
    "ScopeMalformed",
    "ScopeUnknown",
    "SecondFactorNeeded",
    "SecondFactorThere",
    "SessionUnknown",
    "SignInLocked",
    "SignInRefused",
    "SignInWayUnknown",
    "SignUpClosed",
    "SignUpTooOften",
    "TeamUnknown",
    "Term",
    "TermBackwards",
    "TermOverlaps",
    "TextMissing",
    "TextTooLong",
    "TextUnprintable",
    "Tries",
    "browser_name",
    "check_chart",
    "check_code",
    "check_credit_code",
    "check_may",
    "check_scope_path",
    "check_separation",
    "check_term",
    "check_text",
    "circles",
    "link_token",
    "link_until",
    "locked",
    "may",
    "read_day",
    "spend_try",
    "told_circle",
]


class Role(StrEnum):
    """What a post lets its holder do; posts get roles from their kind."""

    RESIDENT = "resident"
    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    COLLECTOR = "collector"
    STEWARD = "steward"
    DUTY_HEAD = "duty_head"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    MAP_KEEPER = "map_keeper"
    SYSTEM = "system"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


# The role the ledger writes when an actor has several: the widest power first.
PRECEDENCE: tuple[Role, ...] = (
    Role.SYSTEM,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
    Role.LEADER,
    Role.SUPERVISOR,
    Role.DUTY_HEAD,
    Role.DISPATCHER,
    Role.OPERATOR,
    Role.MAP_KEEPER,
    Role.HANDLER,
    Role.COLLECTOR,
    Role.STEWARD,
    Role.RESIDENT,
)

# Three administrators, three people.  Source: GB/T 22239-2019, management centre (level 3).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

LEDGER_KINDS: frozenset[str] = frozenset(
    {
        "organisation.founded",
        "organisation.renamed",
        "organisation.moved",
        "organisation.changed",
        "post_kind.defined",
        "post_kind.changed",
        "post.created",
        "post.changed",
        "post.closed",
        "person.enrolled",
        "person.changed",
        "person.erased",
        "person.signed_in",
        "person.locked",
        "person.signed_up",
        "person.barred",
        "person.readmitted",
        "person.link_made",
        "person.second_factor_set",
        "person.second_factor_removed",
        "person.recovery_codes_made",
        "person.sessions_ended",
        "person.data_exported",
        "appointment.made",
        "appointment.changed",
        "appointment.ended",
        "team.formed",
        "team.changed",
        "team.joined",
        "team.left",
    }
)


@dataclass(frozen=True)
class Actor:
    """Who acts, in which post, with which roles, in which part of the city.

    Attributes:
        person_id: the person; absent for the system and for a reader without an account.
        post_id: the post they act in; absent for a resident.
        organisation_id: the organisation of that post.
        roles: the roles of the post; every person is a resident too.
        scopes: path prefixes of the areas covered; "" is the whole city, () is nowhere.
        language: the language they read.
    """

    person_id: int | None = None
    post_id: int | None = None
    organisation_id: int | None = None
    roles: frozenset[Role] = frozenset()
    scopes: tuple[str, ...] = ()
    language: str = "zh-hans"

    @property
    def role(self) -> Role:
        """Return the role that stands in the ledger: the first by precedence."""
        return next((role for role in PRECEDENCE if role in self.roles), Role.RESIDENT)

    @property
    def is_signed_in(self) -> bool:
        """Return whether a person with an account acts."""
        return self.person_id is not None

    def has(self, *roles: Role) -> bool:
        """Return whether the actor has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    def covers(self, path: str) -> bool:
        """Return whether the area with this materialised path lies in the actor's scopes."""
        return any(path.startswith(scope) for scope in self.scopes)


SYSTEM = Actor(roles=frozenset({Role.SYSTEM}), scopes=("",))
ANONYMOUS = Actor(roles=frozenset({Role.RESIDENT}))


class Deed(StrEnum):
    """What is done to the register of people and parties."""

    KEEP_CHART = "keep_chart"  # organisations, kinds of posts, posts
    ENROL = "enrol"
    APPOINT = "appoint"
    ERASE = "erase"
    SECURE = "secure"  # bar and readmit, end sessions, reset a second factor, give a new password
    KEEP_TEAMS = "keep_teams"


# The system administrator keeps the register, the security administrator gives powers.
WHO_MAY: Mapping[Deed, frozenset[Role]] = {
    Deed.KEEP_CHART: frozenset({Role.SYSTEM, Role.SYSTEM_ADMIN}),
    Deed.ENROL: frozenset({Role.SYSTEM, Role.SYSTEM_ADMIN}),
    Deed.APPOINT: frozenset({Role.SYSTEM, Role.SECURITY_ADMIN}),
    Deed.ERASE: frozenset({Role.SYSTEM, Role.SECURITY_ADMIN}),
    Deed.SECURE: frozenset({Role.SYSTEM, Role.SECURITY_ADMIN}),
    Deed.KEEP_TEAMS: frozenset({Role.SYSTEM, Role.SYSTEM_ADMIN, Role.DUTY_HEAD}),
}


class NotYours(NotPermitted):
    """The deed belongs to another role."""

    code = "accounts.not_yours"


class PostNotHeld(NotPermitted):
    """The person does not hold the post they want to act in."""

    code = "accounts.post_not_held"


class SignInRefused(NotPermitted):
    """The login and the password do not fit together, or there is no such login."""

    code = "accounts.sign_in_refused"


class SignInLocked(NotPermitted):
    """Too many failed tries with this login; it rests for a while."""

    code = "accounts.locked"


class SignInWayUnknown(Invalid):
    """There is no such way of signing in."""

    code = "accounts.way_unknown"


class PersonUnknown(NotFound):
    """There is no active person with this login or number."""

    code = "accounts.person_unknown"


class OrganisationUnknown(NotFound):
    """There is no organisation with this code."""

    code = "accounts.organisation_unknown"


class PostKindUnknown(NotFound):
    """There is no kind of post with this code."""

    code = "accounts.post_kind_unknown"


class PostUnknown(NotFound):
    """There is no post with this code."""

    code = "accounts.post_unknown"


class TeamUnknown(NotFound):
    """There is no team with this code."""

    code = "accounts.team_unknown"


class AppointmentUnknown(NotFound):
    """The person does not hold this post on that day."""

    code = "accounts.appointment_unknown"


class ChartCircular(Invalid):
    """Organisations stand above each other in a circle."""

    code = "accounts.chart_circular"


class TermBackwards(Invalid):
    """A term ends before it begins."""

    code = "accounts.term_backwards"


class DateUnlikely(Invalid):
    """A date is before 1970 or more than thirty years ahead."""

    code = "accounts.date_unlikely"


class DateUnreadable(Invalid):
    """A date is not written in any form we read."""

    code = "accounts.date_unreadable"


class TermOverlaps(Conflict):
    """The person already holds this post for part of that term."""

    code = "accounts.term_overlaps"


class DutiesNotSeparate(Conflict):
    """One person would hold two of the three administrators' roles at once."""

    code = "accounts.duties_not_separate"


class RoleUnknown(Invalid):
    """A kind of post names a role that does not exist."""

    code = "accounts.role_unknown"


class TextMissing(Invalid):
    """A text that must be there is blank."""

    code = "accounts.text_missing"


class TextTooLong(Invalid):
    """A text is longer than its column."""

    code = "accounts.text_too_long"


class TextUnprintable(Invalid):
    """A text holds control characters."""

    code = "accounts.text_unprintable"


class CodeMalformed(Invalid):
    """A code or login holds something other than letters, digits and . _ - : @ signs."""

    code = "accounts.code_malformed"


class CreditCodeWrong(Invalid):
    """A unified social credit code fails its length, alphabet or check character."""

    code = "accounts.credit_code_wrong"


class ScopeMalformed(Invalid):
    """A scope is not a path of areas."""

    code = "accounts.scope_malformed"


class PasswordWeak(Invalid):
    """A password is too easy to guess."""

    code = "accounts.password_weak"


class LanguageUnknown(Invalid):
    """The platform does not speak this language."""

    code = "accounts.language_unknown"


class CodeTwice(Invalid):
    """The same code or login stands twice in one list with different content."""

    code = "accounts.code_twice"


def may(deed: Deed, *, by: Actor) -> bool:
    """Return whether a deed of the register belongs to one of the actor's roles."""
    return by.has(*WHO_MAY[deed])


def check_may(deed: Deed, *, by: Actor) -> None:
    """Refuse a deed of the register to whoever it does not belong to.

    Raises:
        NotYours: none of the actor's roles may do it.
    """
    if not may(deed, by=by):
        raise NotYours(deed=deed.value, role=by.role.value)


def check_separation(roles: Iterable[Role]) -> None:
    """Refuse two of the three administrators' roles in one hand.

    Args:
        roles: every role one person would hold on the same day.

    Raises:
        DutiesNotSeparate: two or three of them are administrators' roles.

    Source: GB/T 22239-2019, separate system, security and audit administrators.
    """
    held = sorted(ADMINISTRATORS.intersection(roles))
    if len(held) > 1:
        raise DutiesNotSeparate(roles=", ".join(held))


@dataclass(frozen=True)
class Term:
    """A run of days, both ends included; without an end, until further notice."""

    starts_on: date
    ends_on: date | None = None

    def overlaps(self, other: "Term") -> bool:
        """Return whether the two terms share a day."""
        return (self.ends_on is None or other.starts_on <= self.ends_on) and (
            other.ends_on is None or self.starts_on <= other.ends_on
        )

    def holds_on(self, day: date) -> bool:
        """Return whether `day` lies in the term."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


FIRST_DAY = date(1970, 1, 1)
FURTHEST = timedelta(days=30 * 366)


def check_term(term: Term, *, today: date) -> None:
    """Refuse terms that run backwards or on days nobody can have meant.

    Raises:
        TermBackwards: the last day is before the first.
        DateUnlikely: a day is before 1970 or more than thirty years ahead.
    """
    for day in (term.starts_on, term.ends_on):
        if day is not None and not FIRST_DAY <= day <= today + FURTHEST:
            raise DateUnlikely(date=day.isoformat())
    if term.ends_on is not None and term.ends_on < term.starts_on:
        raise TermBackwards(starts_on=term.starts_on.isoformat(), ends_on=term.ends_on.isoformat())


def circles(parents: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return every circle of a chart, each once, from its smallest code on.

    Each organisation has at most one parent, so walking up from every code and
    marking what was seen finds all circles in linear time.

    Args:
        parents: code to code of the organisation above; "" at the top.
    """
    found: list[tuple[str, ...]] = []
    seen: dict[str, str] = {}  # code to the code whose walk saw it first
    for start in parents:
        walk: list[str] = []
        code = start
        while code and code not in seen:
            seen[code] = start
            walk.append(code)
            code = parents.get(code, "")
        if code and seen[code] == start and code in walk:
            found.append(_from_smallest(walk[walk.index(code) :]))
    return found


def _from_smallest(circle: Sequence[str]) -> tuple[str, ...]:
    first = circle.index(min(circle))
    return (*circle[first:], *circle[:first])


def told_circle(circle: Sequence[str]) -> str:
    """Return a circle as people read it: every code, and the first again at the end."""
    return " → ".join((*circle, circle[0]))


def check_chart(parents: Mapping[str, str]) -> None:
    """Refuse a chart in which organisations stand above each other in a circle.

    Raises:
        ChartCircular: with the whole circle.
    """
    for circle in circles(parents):
        raise ChartCircular(circle=told_circle(circle))


_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_LENGTH = 18


def check_credit_code(code: str) -> None:
    """Refuse a unified social credit code that was mistyped.

    The check character is 31 minus the weighted sum modulo 31, the weights being
    the powers of 3 modulo 31 from the left.

    Raises:
        CreditCodeWrong: wrong length, a letter outside the alphabet, or a wrong check character.

    Source: GB 32100-2015, 4 and appendix on the check character.
    """
    if len(code) != _CREDIT_LENGTH or any(letter not in _CREDIT_ALPHABET for letter in code):
        raise CreditCodeWrong(credit_code=code[:40])
    values = [_CREDIT_ALPHABET.index(letter) for letter in code]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:-1]))
    if values[-1] != -total % 31:
        raise CreditCodeWrong(credit_code=code)


# Control characters, half characters, line and paragraph separators.  Private-use characters
# stay: names in GB 18030 may need them; so does the ideographic space.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_text(field: str, text: str, *, longest: int, required: bool = False) -> None:
    """Refuse a text its column cannot hold or a page cannot show.

    Args:
        field: the column, as the reader of the refusal knows it.
        text: what was given.
        longest: the most characters the column holds.
        required: whether blank is refused.
    """
    if required and not text.strip():
        raise TextMissing(field=field)
    if len(text) > longest:
        raise TextTooLong(field=field, longest=longest, length=len(text))
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in text):
        raise TextUnprintable(field=field)


def check_code(field: str, code: str, *, longest: int) -> None:
    """Refuse a code that could not stand in an address, a file or a ledger subject.

    Letters of any script, digits, and . _ - : @ / are allowed.
    """
    check_text(field, code, longest=longest, required=True)
    if any(not (letter.isalnum() or letter in "._-:@/") for letter in code):
        raise CodeMalformed(field=field, code=code[:60])


PATH_STEP = 5  # characters of one area in a materialised path
PATH_LONGEST = 64


def check_scope_path(path: str) -> None:
    """Refuse a scope that is no materialised path of areas (five base-36 characters each)."""
    if len(path) % PATH_STEP or len(path) > PATH_LONGEST or not (path + "0").isalnum():
        raise ScopeMalformed(scope=path[:80])
    if not path.isascii():
        raise ScopeMalformed(scope=path[:80])


TRIES_KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Tries:
    """How often signing in with one login failed since it last succeeded."""

    failed: int = 0
    locked_until: datetime | None = None
    last_at: datetime | None = None

    def is_locked(self, at: datetime) -> bool:
        """Return whether the login rests at this moment."""
        return self.locked_until is not None and at < self.locked_until


def spend_try(tries: Tries, *, at: datetime, most: int, lock: timedelta) -> Tries:
    """Return the tries after one more, counted before the password is looked at.

    Counting first means that guesses sent at the same moment cannot outrun the
    limit; a right password afterwards clears the count.  The try that reaches
    `most` locks the login at once.  An expired lock, and tries older than a
    day, are forgotten.

    Args:
        tries: what is known of the login.
        at: now.
        most: the number of failures that locks.
        lock: for how long.

    Raises:
        SignInLocked: the login rests; `minutes` left, rounded up.
    """
    if tries.is_locked(at):
        raise locked(tries, at=at)
    stale = tries.last_at is not None and at - tries.last_at > TRIES_KEPT
    failed = 1 if stale or tries.locked_until is not None else tries.failed + 1
    return Tries(failed, at + lock if failed >= most else None, at)


def locked(tries: Tries, *, at: datetime) -> SignInLocked:
    """Return the refusal of a login that rests, with the whole minutes left (at least 1)."""
    left = (tries.locked_until or at) - at
    return SignInLocked(minutes=max(1, -(-left // timedelta(minutes=1))))


class ColumnsMissing(Invalid):
    """A table lacks columns without which no row can be read."""

    code = "accounts.columns_missing"


class ScopeUnknown(NotFound):
    """There is no area with this code."""

    code = "accounts.scope_unknown"


_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


def read_day(field: str, text: str) -> date:
    """Return the day that a table's text names.

    Args:
        field: the column, as the reader of a refusal knows it.
        text: 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日 or 20260301; a time of day after
            a blank or "T" does not count.

    Raises:
        DateUnreadable: none of these.
    """
    bare = text.strip().replace("T", " ").split(" ")[0]
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(bare, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise DateUnreadable(field=field, text=text[:40])
