"""Pages: one's notices and how one is told, and the delivery log for administrators."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gongzhi.accounts.rules import Role, browser_name
from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.webkit.pages import Input, address_with, asked, asked_number, one_group

from . import actions, queries, words
from .queries import LogFilter, LogLine, NoticeLine
from .rules import (
    Channel,
    DeliveryState,
    HourUnknown,
    Preferences,
    Subscription,
    Topic,
    chosen_channels,
    quiet_hours,
)

PAGE = 30  # notices
LOG_PAGE = 50  # deliveries


def unread(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Return `unread_notices` for the head of pages; one statement, only where it is shown."""
    return {"unread_notices": lambda: queries.unread_count(actor_of(request))}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as the page shows it."""

    line: NoticeLine
    topic: str


@dataclass(frozen=True, slots=True)
class Way:
    """One channel of a topic, to be marked or not."""

    id: str
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic with its channels."""

    label: str
    ways: tuple[Way, ...]


@require_safe
@never_cache
@needs_sign_in
def notices(request: HttpRequest) -> HttpResponse:
    """GET — what one was told, newest first, and how one wants to be told."""
    viewer = actor_of(request)
    after = asked_number(request.GET, "after")
    found = queries.inbox(viewer, after=after, limit=PAGE + 1)
    rows = [NoticeRow(one, f"{words.TOPICS[one.topic]}") for one in found[:PAGE]]
    chosen = queries.preferences(viewer)
    shown = {
        "at": timezone.now(),
        "rows": rows,
        "newest": rows[0].line.id if rows else 0,
        "has_unread": any(not row.line.is_read for row in rows),
        "following": address_with(request, after=rows[-1].line.id) if len(found) > PAGE else "",
        "is_later_page": after is not None,
        "topics": _topics(chosen),
        "hours": _hours(chosen),
        "push_key": actions.public_push_key(),
        "browsers": [one for one in queries.pushed_browsers(viewer) if one],
        "may_read_log": viewer.has(Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN),
    }
    return render(request, "notices/list.html", shown)


def _topics(chosen: Preferences) -> tuple[TopicRow, ...]:
    return tuple(
        TopicRow(
            f"{words.TOPICS[topic]}",
            tuple(
                Way(
                    f"way-{topic.value}-{channel.value}",
                    f"{topic.value}:{channel.value}",
                    f"{words.CHANNELS[channel]}",
                    channel in chosen.ways(topic),
                )
                for channel in Channel
            ),
        )
        for topic in Topic
    )


def _hours(chosen: Preferences) -> tuple[Input, ...]:
    city, own = queries.city_quiet_hours(), chosen.quiet
    usual = _("As the city has it: %(hour)s")
    clock = {f"{hour}": f"{hour}:00" for hour in range(24)}
    rows = (
        ("quiet_from", _("Quiet from"), own.starts if own else "", city.starts),
        ("quiet_until", _("Quiet until"), own.ends if own else "", city.ends),
    )
    return tuple(
        Input(
            f"hours-{name}",
            name,
            "select",
            label,
            groups=one_group(clock, f"{value}"),
            blank=usual % {"hour": f"{city_hour}:00"},
        )
        for name, label, value, city_hour in rows
    )


@require_POST
@needs_sign_in
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """POST — mark one notice as read."""
    actions.mark_read(notice_id, by=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("notices"))


@require_POST
@needs_sign_in
def read_all(request: HttpRequest) -> HttpResponse:
    """POST — mark as read what was there when the page was opened."""
    newest = asked_number(request.POST, "up_to")
    actions.mark_all_read(by=actor_of(request), at=timezone.now(), up_to=newest)
    return HttpResponseRedirect(reverse("notices"))


@require_POST
@needs_sign_in
def preferences(request: HttpRequest) -> HttpResponse:
    """POST — choose by which ways one is told of what, and when not."""
    pairs = (one.partition(":") for one in request.POST.getlist("way"))
    actions.choose_preferences(
        chosen_channels((topic, channel) for topic, _colon, channel in pairs),
        quiet=quiet_hours(_hour(request.POST, "quiet_from"), _hour(request.POST, "quiet_until")),
        by=actor_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("Your choice is kept."))
    return HttpResponseRedirect(reverse("notices"))


@require_POST
@needs_sign_in
def push_begin(request: HttpRequest) -> HttpResponse:
    """POST — tell this browser from now on; sent by its script."""
    given = {name: asked(request.POST, name, longest=600) for name in ("endpoint", "p256dh")}
    one = Subscription(**given, auth=asked(request.POST, "auth", longest=100))
    browser = browser_name(request.headers.get("User-Agent", ""))
    actions.begin_push(one, browser=browser, by=actor_of(request), at=timezone.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@needs_sign_in
def push_end(request: HttpRequest) -> HttpResponse:
    """POST — tell this browser no more; sent by its script."""
    endpoint = asked(request.POST, "endpoint", longest=600)
    actions.end_push(endpoint, by=actor_of(request), at=timezone.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _hour(given: QueryDict, name: str) -> int | None:
    """Return an hour of the form; None when blank.

    Raises:
        HourUnknown: it is no whole number.
    """
    text = asked(given, name, longest=8)
    if not text:
        return None
    hour = asked_number(given, name)
    if hour is None:
        raise HourUnknown(hour=text)
    return hour


@dataclass(frozen=True, slots=True)
class LogRow:
    """A delivery as the page shows it."""

    line: LogLine
    channel: str
    state: str
    mark: str  # kept, running, soon, broken: colour and shape
    error: str
    about: str


_MARKS = {
    DeliveryState.SENT: "kept",
    DeliveryState.WAITING: "running",
    DeliveryState.FAILED: "soon",
    DeliveryState.GIVEN_UP: "broken",
}


@require_safe
@never_cache
@needs_sign_in
def log(request: HttpRequest) -> HttpResponse:
    """GET — what left the application and what did not, newest first."""
    viewer = actor_of(request)
    narrowed = _log_filter(request.GET)
    after, at = asked_number(request.GET, "after"), timezone.now()
    found = queries.delivery_log(viewer, at=at, narrowed=narrowed, after=after, limit=LOG_PAGE + 1)
    rows = [_log_row(line) for line in found[:LOG_PAGE]]
    shown = {
        "at": at,
        "rows": rows,
        "inputs": _log_inputs(narrowed),
        "following": address_with(request, after=rows[-1].line.id) if len(found) > LOG_PAGE else "",
        "is_later_page": after is not None,
        "may_resend": viewer.has(Role.SYSTEM_ADMIN),
        "leaving": _leaving(),
    }
    return render(request, "notices/log.html", shown)


def _leaving() -> list[tuple[str, str]]:
    """Return by what ways notices leave this server, without a secret."""
    mail = settings.EMAIL_BACKEND.rpartition("backends.")[2].partition(".")[0]
    folder = _("kept in a folder of the server (for trials): %(folder)s")
    mails = {
        "smtp": _("through the mail server %(host)s, from %(sender)s"),
        "filebased": folder % {"folder": "outbox/mail"},
        "console": _("printed by the server (for trials)"),
    }
    facts = {"host": settings.EMAIL_HOST, "sender": settings.DEFAULT_FROM_EMAIL}
    name = settings.SMS_PROVIDER.rpartition(".")[2]
    to_folder = name == "FileProvider"
    sms = folder % {"folder": "outbox/sms"} if to_folder else _("through %(name)s") % {"name": name}
    return [
        (f"{words.CHANNELS[Channel.MAIL]}", mails.get(mail, mail) % facts),
        (f"{words.CHANNELS[Channel.SMS]}", sms),
    ]


def _log_row(line: LogLine) -> LogRow:
    return LogRow(
        line,
        f"{words.CHANNELS[line.channel]}",
        f"{words.STATES[line.state]}",
        _MARKS[line.state],
        f"{words.ERRORS.get(line.error, line.error)}",
        f"{words.ABOUT.get(line.kind.partition('.')[0], line.kind)}",
    )


def _log_filter(given: QueryDict) -> LogFilter:
    states = {one.value: one for one in DeliveryState}
    channels = {one.value: one for one in Channel}
    return LogFilter(
        state=states.get(asked(given, "state")),
        channel=channels.get(asked(given, "channel")),
        login=asked(given, "login", longest=64),
    )


def _log_inputs(narrowed: LogFilter) -> tuple[Input, ...]:
    states = {one.value: f"{words.STATES[one]}" for one in DeliveryState}
    channels = {one.value: f"{words.CHANNELS[one]}" for one in Channel}
    return (
        Input(
            "log-state",
            "state",
            "select",
            _("State"),
            groups=one_group(states, narrowed.state or ""),
            blank=_("all"),
        ),
        Input(
            "log-channel",
            "channel",
            "select",
            _("Channel"),
            groups=one_group(channels, narrowed.channel or ""),
            blank=_("all"),
        ),
        Input("log-login", "login", "text", _("Login"), narrowed.login),
    )


@require_POST
@needs_sign_in
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """POST — send a delivery again."""
    actions.resend(delivery_id, by=actor_of(request), at=timezone.now())
    messages.success(request, _("It will be sent again in a moment."))
    return HttpResponseRedirect(reverse("notices-log"))


urlpatterns = [
    path("notices", notices, name="notices"),
    path("notices/<int:notice_id>/read", read, name="notice-read"),
    path("notices/read-all", read_all, name="notices-read-all"),
    path("notices/preferences", preferences, name="notices-preferences"),
    path("notices/push", push_begin, name="push-begin"),
    path("notices/push/end", push_end, name="push-end"),
    path("notices/log", log, name="notices-log"),
    path("notices/log/<int:delivery_id>/resend", resend, name="delivery-resend"),
]
