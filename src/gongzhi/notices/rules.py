"""Which deed is told to whom, when it may be sent, and when sending is given up.

Everything here is pure: no Django, no clock, no database.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

from gongzhi.cases.rules import State
from gongzhi.kernel.refusals import Conflict, Invalid, NotFound, NotPermitted

LEDGER_KINDS: frozenset[str] = frozenset(
    {
        "notice.preferences_chosen",
        "notice.resent",
        "notice.push_begun",
        "notice.push_ended",
    }
)


class Audience(StrEnum):
    """Who is told, seen from the case."""

    OPERATORS = "operators"  # of the desk, covering the place
    DISPATCHERS = "dispatchers"  # likewise
    DUTY_HEADS = "duty_heads"  # likewise
    SUPERVISORS = "supervisors"  # likewise
    HANDLERS = "handlers"  # of the answerable organisation, nearest to the place
    LEADERS = "leaders"  # of the party that promised, or else its handlers
    VERIFIER = "verifier"  # the post asked to look before filing
    CHECKER = "checker"  # the post asked to look after the work
    FOLLOWERS = "followers"  # the reporter, and whoever has the same problem
    OWNER = "owner"  # whoever owes the next step
    PROMISER = "promiser"  # whoever owes the promise that the entry is about


class Topic(StrEnum):
    """What a notice is to its reader; people choose their channels by it."""

    TASKS = "tasks"  # something to be done now
    DEADLINES = "deadlines"  # a promise of mine is due or broken
    REPORTS = "reports"  # what became of what I reported or follow
    DESK = "desk"  # queues of the desk, which its people watch anyway
    WATCH = "watch"  # for supervisors
    EMERGENCIES = "emergencies"  # tasks and deadlines whose clock runs through the night


class Channel(StrEnum):
    """By which way a notice leaves the application; within it, it always stands."""

    MAIL = "mail"
    SMS = "sms"
    PUSH = "push"  # to the browsers in which a person has asked for it


class DeliveryState(StrEnum):
    """Where the sending of a notice stands."""

    WAITING = "waiting"
    FAILED = "failed"  # and will be tried again
    SENT = "sent"
    GIVEN_UP = "given_up"


DUE = frozenset({DeliveryState.WAITING, DeliveryState.FAILED})


@dataclass(frozen=True, slots=True)
class Tell:
    """One row of the table: a notice of this kind goes to this audience.

    Attributes:
        kind: names the sentence (`words.NOTICES`).
        to: who is told.
        topic: what it is to its reader.
        while_in: told only while the case is in one of these states; empty: always.
            What was done meanwhile need not be told as a task any more.
        while_owed: told only while the promise that the entry is about is still owed.
    """

    kind: str
    to: Audience
    topic: Topic
    while_in: frozenset[State] = frozenset()
    while_owed: bool = False


_REPORTED, _FILED = frozenset({State.REPORTED}), frozenset({State.FILED})
_AT_WORK = frozenset({State.DISPATCHED, State.HANDLING})
_OPEN = frozenset(State) - {State.CLOSED, State.DECLINED, State.MERGED, State.CANCELLED}


def _report(kind: str) -> Tell:
    return Tell(f"report.{kind}", Audience.FOLLOWERS, Topic.REPORTS)


def _desk(kind: str, to: Audience, *states: State) -> Tell:
    return Tell(f"desk.{kind}", to, Topic.DESK, frozenset(states))


def _task(kind: str, to: Audience, states: frozenset[State]) -> Tell:
    return Tell(f"task.{kind}", to, Topic.TASKS, states)


# Of several rows of one entry, a person is told by the first that reaches them.
TELLS: Mapping[str, tuple[Tell, ...]] = MappingProxyType(
    {
        "case.reported": (_desk("to_file", Audience.OPERATORS, State.REPORTED),),
        "case.verification_asked": (
            _task("to_verify", Audience.VERIFIER, frozenset({State.VERIFYING})),
        ),
        "case.verified": (_desk("verified", Audience.OPERATORS, State.REPORTED),),
        "case.filed": (
            _report("filed"),
            _desk("to_dispatch", Audience.DISPATCHERS, State.FILED),
        ),
        "case.declined": (_report("declined"),),
        "case.merged": (_report("merged"),),
        "case.dispatched": (_task("to_handle", Audience.HANDLERS, _AT_WORK),),
        "case.returned": (_desk("returned", Audience.DISPATCHERS, State.FILED),),
        "case.extension_asked": (_desk("extension_asked", Audience.DISPATCHERS, State.HANDLING),),
        "case.extension_granted": (_task("extension_granted", Audience.HANDLERS, _AT_WORK),),
        "case.extension_refused": (_task("extension_refused", Audience.HANDLERS, _AT_WORK),),
        "case.suspended": (
            _report("suspended"),
            _task("suspended", Audience.HANDLERS, frozenset({State.SUSPENDED})),
        ),
        "case.resumed": (_task("resumed", Audience.HANDLERS, _AT_WORK),),
        "case.completed": (_desk("to_ask_check", Audience.DISPATCHERS, State.HANDLED),),
        "case.check_asked": (_task("to_check", Audience.CHECKER, frozenset({State.CHECKING})),),
        "case.check_failed": (_task("check_failed", Audience.HANDLERS, _AT_WORK),),
        "case.check_passed": (_desk("to_close", Audience.DUTY_HEADS, State.CHECKED),),
        "case.fixed_on_spot": (
            _report("fixed"),
            _desk("to_close", Audience.DUTY_HEADS, State.CHECKED),
        ),
        "case.closed": (_report("closed"),),
        "case.closed_by_force": (_report("closed"),),
        "case.cancelled": (_report("cancelled"),),
        "case.reopened": (
            _report("reopened"),
            _desk("reopened", Audience.DISPATCHERS, State.FILED),
        ),
        "case.level_raised": (
            _task("level_raised", Audience.HANDLERS, _AT_WORK),
            _report("level_raised"),
            Tell("watch.level_raised", Audience.SUPERVISORS, Topic.WATCH),
        ),
        "case.urged": (_task("urged", Audience.OWNER, _OPEN),),
        "commitment.due_soon": (
            Tell("deadline.due_soon", Audience.PROMISER, Topic.DEADLINES, _OPEN, while_owed=True),
        ),
        "commitment.broken": (
            Tell("deadline.broken", Audience.PROMISER, Topic.DEADLINES, _OPEN, while_owed=True),
            Tell("watch.broken", Audience.SUPERVISORS, Topic.WATCH, _OPEN),
        ),
    }
)

# Deeds of the loop that nobody is told of, and why.
SILENT: Mapping[str, str] = MappingProxyType(
    {
        "case.accepted": "the reporter was told that it is filed; the party knows",
        "case.stage_reached": "stands on the case; the work goes on",
        "case.rated": "the reporter did it; it stands in the figures",
        "case.annotated": "for whoever works on the case and opens it",
        "case.supported": "counted on the case",
        "case.photo_hidden": "stands on the case; the proof itself is unchanged",
        "case.photo_shown": "stands on the case; the proof itself is unchanged",
        "case.followed": "the follower did it",
        "case.unfollowed": "the follower did it",
        "case.report_kept": "the reporter did it",
        "saved_filter.kept": "whoever saved it did it",
        "saved_filter.dropped": "whoever deleted it did it",
        "case.joined": "the other side of `case.merged`",
        "case.recategorised": "the next step is told to whoever must take it",
        "case.relocated": "the next step is told to whoever must take it",
        "case.adopted": "lived in another system",
        "case.words_erased": "nobody may be reminded",
        "commitment.promised": "the deed that made it is told",
        "commitment.extended": "told as `case.extension_granted`",
        "commitment.paused": "told as `case.suspended`",
        "commitment.resumed": "told as `case.resumed`",
        "commitment.kept": "the deed that kept it is told",
        "commitment.released": "the deed that ended it is told",
        "commitment.handed_over": "the deed that moved it is told",
    }
)

NOTICE_KINDS: tuple[str, ...] = tuple(
    dict.fromkeys(tell.kind for tells in TELLS.values() for tell in tells)
)


def owner_in(state: State) -> Audience | None:
    """Return who owes the next step of a case in a state; None when nobody does."""
    return _OWNERS.get(state)


_OWNERS: Mapping[State, Audience] = MappingProxyType(
    {
        State.REPORTED: Audience.OPERATORS,
        State.VERIFYING: Audience.VERIFIER,
        State.FILED: Audience.DISPATCHERS,
        State.DISPATCHED: Audience.HANDLERS,
        State.HANDLING: Audience.HANDLERS,
        State.HANDLED: Audience.DISPATCHERS,
        State.CHECKING: Audience.CHECKER,
        State.CHECKED: Audience.DUTY_HEADS,
        State.SUSPENDED: Audience.HANDLERS,
    }
)


def promiser_of(promise_kind: str) -> Audience:
    """Return who keeps a kind of promise where it names no post: `case.file` the operators.

    Stages of a standard (`case.handle`, `case.make_safe` …) are kept by the handlers.
    """
    return _PROMISERS.get(promise_kind, Audience.HANDLERS)


_PROMISERS: Mapping[str, Audience] = MappingProxyType(
    {
        "case.file": Audience.OPERATORS,
        "case.reply": Audience.OPERATORS,
        "case.dispatch": Audience.DISPATCHERS,
        "case.verify": Audience.VERIFIER,
        "case.check": Audience.CHECKER,
        "case.close": Audience.DUTY_HEADS,
        "case.supervise": Audience.LEADERS,
    }
)


def topic_of(tell: Tell, *, is_emergency: bool) -> Topic:
    """Return what the notice is to its reader; tasks of an emergency are emergencies."""
    if is_emergency and tell.topic in {Topic.TASKS, Topic.DEADLINES}:
        return Topic.EMERGENCIES
    return tell.topic


def is_stale(happened_at: datetime, *, at: datetime, most: timedelta) -> bool:
    """Return whether something is too long ago to be told: an old history, a long standstill.

    Args:
        happened_at: the time of the entry; an aware datetime.
        at: now.
        most: the oldest that is told.
    """
    return at - happened_at > most


# What people chose.

# Nothing is pushed before a person has asked for it in a browser, whatever stands here.
DEFAULTS: Mapping[Topic, frozenset[Channel]] = MappingProxyType(
    {
        Topic.TASKS: frozenset({Channel.MAIL, Channel.PUSH}),
        Topic.DEADLINES: frozenset({Channel.MAIL, Channel.PUSH}),
        Topic.REPORTS: frozenset({Channel.MAIL, Channel.PUSH}),
        Topic.DESK: frozenset(),
        Topic.WATCH: frozenset({Channel.MAIL, Channel.PUSH}),
        Topic.EMERGENCIES: frozenset({Channel.MAIL, Channel.SMS, Channel.PUSH}),
    }
)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of the day in which nothing leaves the application; equal ends mean none.

    Attributes:
        starts: the first hour that is quiet, 0 to 23, in the city's time zone.
        ends: the first hour that is not.
    """

    starts: int
    ends: int

    def __post_init__(self) -> None:
        for hour in (self.starts, self.ends):
            if not 0 <= hour <= LAST_HOUR:
                raise HourUnknown(hour=hour)

    def covers(self, local: datetime) -> bool:
        """Return whether a moment is quiet.

        Args:
            local: an aware datetime in the city's time zone.
        """
        if self.starts <= self.ends:
            return self.starts <= local.hour < self.ends
        return local.hour >= self.starts or local.hour < self.ends

    def after(self, local: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours in which it lies.

        Args:
            local: an aware datetime in the city's time zone.
        """
        if not self.covers(local):
            return local
        end = datetime.combine(local.date(), time(self.ends), tzinfo=local.tzinfo)
        return end if end > local else end + timedelta(days=1)


LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person wants to be told by which way, and when not.

    Attributes:
        channels: by topic; a topic that is missing is as in `DEFAULTS`.
        quiet: None: as the city has it.
    """

    channels: Mapping[Topic, frozenset[Channel]]
    quiet: QuietHours | None = None

    def ways(self, topic: Topic) -> frozenset[Channel]:
        """Return the channels by which notices of a topic leave."""
        return self.channels.get(topic, DEFAULTS[topic])


NO_CHOICE = Preferences(MappingProxyType({}))


def may_leave_at(moment: datetime, *, topic: Topic, quiet: QuietHours) -> datetime:
    """Return when a notice may leave: at once, or when the quiet hours end.

    Emergencies know no quiet hours.

    Args:
        moment: an aware datetime in the city's time zone.
        topic: what the notice is to its reader.
        quiet: of its reader.
    """
    return moment if topic is Topic.EMERGENCIES else quiet.after(moment)


# Trying again.

RETRY_AFTER: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
MOST_TRIES = len(RETRY_AFTER) + 1


def retry_at(at: datetime, *, tries: int) -> datetime | None:
    """Return when to try again after `tries` tries in vain; None when it is given up.

    Args:
        at: the moment of the last try.
        tries: 1 after the first.
    """
    return at + RETRY_AFTER[tries - 1] if 0 < tries < MOST_TRIES else None


# Bundling.

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due."""

    id: int
    topic: Topic


@dataclass(frozen=True, slots=True)
class Plan:
    """What leaves now for one person by one channel.

    Attributes:
        messages: each a run of deliveries; more than one are bundled in a digest.
        later: what must wait until the hour has room again.
    """

    messages: tuple[tuple[int, ...], ...]
    later: tuple[int, ...]


def plan_messages(due: Sequence[Waiting], *, sent_in_hour: int, most: int) -> Plan:
    """Return how due deliveries leave so that a person gets at most `most` messages an hour.

    Each leaves by itself while there is room; when more wait than there is room for, the
    last free place carries the rest in one digest; without a free place they wait.
    Emergencies always leave by themselves and at once.

    Args:
        due: oldest first.
        sent_in_hour: messages that left within the last hour.
        most: messages an hour; at least 1.
    """
    urgent = [(one.id,) for one in due if one.topic is Topic.EMERGENCIES]
    rest = [one.id for one in due if one.topic is not Topic.EMERGENCIES]
    room = max(most - sent_in_hour - len(urgent), 0)
    if len(rest) <= room:
        return Plan((*urgent, *((one,) for one in rest)), ())
    if not room:
        return Plan(tuple(urgent), tuple(rest))
    alone = rest[: room - 1]
    return Plan((*urgent, *((one,) for one in alone), tuple(rest[room - 1 :])), ())


def masked_phone(phone: str) -> str:
    """Return a telephone number as logs may show it: three signs, four stars, the last two.

    A short number shows its last two signs only.
    """
    kept = "".join(sign for sign in phone if sign.isdigit())
    return f"{kept[:3]}****{kept[-2:]}" if len(kept) > _LONG else f"****{kept[-2:]}"


def masked_mail(address: str) -> str:
    """Return a mail address as logs may show it: its first sign and its domain."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


_LONG = 7


# Refusals.


class NoticeNotFound(NotFound):
    """There is no such notice among the reader's own."""

    code = "notice.not_found"


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    code = "notice.delivery_not_found"


class LogNotYours(NotPermitted):
    """The delivery log is for system and audit administrators."""

    code = "notice.log_not_yours"


class ResendNotYours(NotPermitted):
    """Only the system administrator sends again."""

    code = "notice.resend_not_yours"


class StillWaiting(Conflict):
    """The delivery will be tried by itself."""

    code = "notice.still_waiting"


class SignInFirst(NotPermitted):
    """Notices belong to people with an account."""

    code = "notice.sign_in_first"


class HourUnknown(Invalid):
    """An hour of the day is a whole number from 0 to 23."""

    code = "notice.hour_unknown"


class HoursIncomplete(Invalid):
    """Quiet hours have a beginning and an end."""

    code = "notice.hours_incomplete"


class PushUnfit(Invalid):
    """What a browser sent is no subscription."""

    code = "notice.push_unfit"


class PushHostUnknown(Invalid):
    """The push service of this browser is not one that the city sends to."""

    code = "notice.push_host_unknown"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser that wants to be told: where, and how to encrypt for it (RFC 8291).

    Attributes:
        endpoint: the address at its push service.
        p256dh: its public key, base64url.
        auth: its secret, base64url.
    """

    endpoint: str
    p256dh: str
    auth: str


LONGEST_ENDPOINT = 500
_KEY_BYTES, _AUTH_BYTES = 65, 16  # an uncompressed point of P-256; RFC 8291, 3.2


def check_subscription(one: Subscription, *, hosts: Sequence[str]) -> None:
    """Refuse what no browser would send, and services the city does not send to.

    Without this, anybody with an account could let the server knock at addresses of its
    own network.

    Args:
        one: as the browser gave it.
        hosts: endings of host names, reached by HTTPS; or whole origins (`http://…`).

    Raises:
        PushUnfit: too long, or keys of the wrong size.
        PushHostUnknown: another service.
    """
    if not one.endpoint.isascii() or len(one.endpoint) > LONGEST_ENDPOINT:
        raise PushUnfit
    if _size(one.p256dh) != _KEY_BYTES or _size(one.auth) != _AUTH_BYTES:
        raise PushUnfit
    try:
        parts = urlsplit(one.endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PushUnfit from None
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin in hosts:
        return
    is_known = any(host == name or host.endswith(f".{name}") for name in hosts)
    if parts.scheme != "https" or "@" in parts.netloc or port not in {None, 443} or not is_known:
        raise PushHostUnknown(host=host[:80])


def _size(text: str) -> int:
    """Return how many bytes a base64url text stands for; 0 when it is none."""
    try:
        return len(urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    except (ValueError, UnicodeError):
        return 0


def quiet_hours(starts: int | None, ends: int | None) -> QuietHours | None:
    """Return the quiet hours that were chosen; None when neither end was given.

    Raises:
        HoursIncomplete: only one end was given.
        HourUnknown: an end is no hour of the day.
    """
    if starts is None and ends is None:
        return None
    if starts is None or ends is None:
        raise HoursIncomplete
    return QuietHours(starts, ends)


def chosen_channels(pairs: Iterable[tuple[str, str]]) -> dict[Topic, frozenset[Channel]]:
    """Return the channels of every topic from the marked fields of a form; others are none.

    Args:
        pairs: of topic and channel; unknown ones are left out.
    """
    marked = {(topic, channel) for topic, channel in pairs}
    return {
        topic: frozenset(one for one in Channel if (topic.value, one.value) in marked)
        for topic in Topic
    }
