"""Every read of the house: a person's notices, how many are unread, the delivery log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor
from gongzhi.webkit.revisions import steady

from . import access
from .models import Notice, Preference, PushSubscription
from .rules import Channel, DeliveryState, Preferences, QuietHours, Topic
from .words import sentence_of


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice, in the language of the moment.

    Attributes:
        number: of the case; leads to its page.
        happened_at: when the deed was done.
    """

    id: int
    kind: str
    topic: Topic
    sentence: str
    number: str
    happened_at: datetime
    made_at: datetime
    is_read: bool


@steady()
def inbox(viewer: Actor, *, after: int | None = None, limit: int = 50) -> list[NoticeLine]:
    """Return one's notices, newest first.

    One statement, and at most three for the names in the sentences.

    Args:
        viewer: whose.
        after: the id of the last notice of the page before.
        limit: the most to return.

    Raises:
        SignInFirst: the viewer has no account.
    """
    rows = access.own_notices(viewer).order_by("-pk")
    found = list((rows.filter(pk__lt=after) if after is not None else rows)[:limit])
    names = access.lookups_for(row.facts for row in found)
    return [
        NoticeLine(
            id=row.pk,
            kind=row.kind,
            topic=Topic(row.topic),
            sentence=sentence_of(row.kind, access.about(row.facts), names),
            number=row.facts.get("number", ""),
            happened_at=datetime.fromisoformat(row.facts["at"]),
            made_at=row.made_at,
            is_read=row.read_at is not None,
        )
        for row in found
    ]


def unread_count(viewer: Actor) -> int:
    """Return how many of one's notices are not read; 0 without an account.  One statement."""
    if viewer.person_id is None:
        return 0
    return Notice.objects.filter(person_id=viewer.person_id, read_at=None).count()


def preferences(viewer: Actor) -> Preferences:
    """Return what a reader chose.  One statement.

    Raises:
        SignInFirst: the viewer has no account.
    """
    person_id = access.require_person(viewer)
    return access.preferences_for(person_id, access.preferences_of([person_id]))


def pushed_browsers(viewer: Actor) -> list[str]:
    """Return the names of the browsers in which a reader is told.  One statement.

    Raises:
        SignInFirst: the viewer has no account.
    """
    rows = PushSubscription.objects.filter(person_id=access.require_person(viewer))
    return list(rows.order_by("made_at", "pk").values_list("browser", flat=True))


def city_quiet_hours() -> QuietHours:
    """Return the quiet hours of whoever chose none."""
    return access.city_quiet_hours()


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the delivery log is narrowed to; every field is optional."""

    state: DeliveryState | None = None
    channel: Channel | None = None
    login: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One delivery, as administrators read it: who by login, of which case, how it went."""

    id: int
    login: str
    kind: str
    number: str
    channel: Channel
    state: DeliveryState
    tries: int
    error: str
    made_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    message: str


def delivery_log(
    viewer: Actor,
    *,
    at: datetime,
    narrowed: LogFilter | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[LogLine]:
    """Return deliveries, newest first.  Two statements, two more to find a login.

    Args:
        viewer: a system or audit administrator.
        at: now; an aware datetime.
        narrowed: what the log is narrowed to.
        after: the id of the last line of the page before.
        limit: the most lines to return.

    Raises:
        LogNotYours: the viewer is no such administrator.
        PersonUnknown: nobody has the login.
    """
    by = narrowed or LogFilter()
    rows = access.delivery_log(viewer).select_related("notice").order_by("-pk")
    if by.state is not None:
        rows = rows.filter(state=by.state.value)
    if by.channel is not None:
        rows = rows.filter(channel=by.channel.value)
    if by.login:
        reader = accounts.actor_for_login(by.login, at=at)
        rows = rows.filter(person_id=access.require_person(reader))
    found = list((rows.filter(pk__lt=after) if after is not None else rows)[:limit])
    people = accounts.people({row.person_id for row in found}, viewer=viewer)
    return [
        LogLine(
            id=row.pk,
            login=people[row.person_id].login if row.person_id in people else "",
            kind=row.notice.kind,
            number=row.notice.facts.get("number", ""),
            channel=Channel(row.channel),
            state=DeliveryState(row.state),
            tries=row.tries,
            error=row.error,
            made_at=row.made_at,
            next_try_at=row.next_try_at,
            sent_at=row.sent_at,
            message=row.message,
        )
        for row in found
    ]


def data_about(person_id: int) -> Mapping[str, list[dict[str, Any]]]:
    """Return what the house keeps about a person, part by part, as JSON values.

    See `accounts.queries.data_about`.  Three statements.
    """
    browsers = PushSubscription.objects.filter(person_id=person_id).order_by("pk")
    told = Notice.objects.filter(person_id=person_id).order_by("pk")
    chosen = Preference.objects.filter(person_id=person_id)
    return {
        "notices": [
            {
                "kind": row.kind,
                "number": row.facts.get("number", ""),
                "made_at": row.made_at.isoformat(),
                "read_at": row.read_at.isoformat() if row.read_at else None,
            }
            for row in told
        ],
        "preferences": [
            {"channels": row.channels, "quiet_from": row.quiet_from, "quiet_until": row.quiet_until}
            for row in chosen
        ],
        "push_subscriptions": [
            {"browser": row.browser, "service": row.endpoint, "made_at": row.made_at.isoformat()}
            for row in browsers
        ],
    }
