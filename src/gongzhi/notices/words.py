"""What people are told: whole sentences with a name for every gap, never a person's name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from gongzhi.accounts.queries import OrganisationView
from gongzhi.catalogue.rules import CategoryView
from gongzhi.commitments.words import kind_label
from gongzhi.places.queries import AreaView
from gongzhi.webkit.reading import full_moment, named

from .rules import Channel, DeliveryState, Topic

# Gaps: number, matter, place, party, due, promise.
NOTICES: Mapping[str, Promise] = {
    "report.filed": _(
        "Your report %(number)s (%(matter)s, %(place)s) was accepted and is to be dealt with."
    ),
    "report.declined": _(
        "Your report %(number)s (%(matter)s, %(place)s) was not accepted. Open it to read why."
    ),
    "report.merged": _(
        "Your report %(number)s (%(matter)s, %(place)s) was joined to another report of the same "
        "matter. You follow that one now."
    ),
    "report.suspended": _(
        "Case %(number)s (%(matter)s, %(place)s) is on hold. Open it to read why and until when."
    ),
    "report.fixed": _("Case %(number)s (%(matter)s, %(place)s) was fixed on the spot."),
    "report.closed": _(
        "Case %(number)s (%(matter)s, %(place)s) was closed. Look whether it is solved, and say so."
    ),
    "report.cancelled": _(
        "Case %(number)s (%(matter)s, %(place)s) was voided. Open it to read why."
    ),
    "report.reopened": _("Case %(number)s (%(matter)s, %(place)s) was taken up again."),
    "report.level_raised": _(
        "Case %(number)s (%(matter)s, %(place)s) was not solved in time. The next level answers "
        "for it now."
    ),
    "desk.to_file": _(
        "New report %(number)s (%(matter)s, %(place)s): file, decline or verify it by %(due)s."
    ),
    "desk.verified": _(
        "The place of report %(number)s (%(matter)s, %(place)s) was looked at: file or decline it."
    ),
    "desk.to_dispatch": _(
        "Case %(number)s (%(matter)s, %(place)s) is filed: dispatch it by %(due)s."
    ),
    "desk.returned": _(
        "Case %(number)s (%(matter)s, %(place)s) came back. Read why, and dispatch it by %(due)s."
    ),
    "desk.extension_asked": _(
        "More time is asked for on case %(number)s (%(matter)s, %(place)s): grant or refuse it "
        "before %(due)s."
    ),
    "desk.to_ask_check": _(
        "The work on case %(number)s (%(matter)s, %(place)s) is done: ask somebody to check it."
    ),
    "desk.to_close": _("Case %(number)s (%(matter)s, %(place)s) is checked: close it by %(due)s."),
    "desk.reopened": _(
        "Case %(number)s (%(matter)s, %(place)s) was reopened: dispatch it by %(due)s."
    ),
    "task.to_verify": _(
        "Please look whether report %(number)s (%(matter)s, %(place)s) is true, by %(due)s, and "
        "bring a photograph."
    ),
    "task.to_handle": _(
        "Case %(number)s (%(matter)s, %(place)s) was sent to %(party)s: deal with it by %(due)s."
    ),
    "task.extension_granted": _(
        "More time was granted for case %(number)s (%(matter)s, %(place)s): it is due by %(due)s."
    ),
    "task.extension_refused": _(
        "More time was refused for case %(number)s (%(matter)s, %(place)s): it is due by %(due)s."
    ),
    "task.suspended": _(
        "Case %(number)s (%(matter)s, %(place)s) is on hold; its clock stands still."
    ),
    "task.resumed": _("Case %(number)s (%(matter)s, %(place)s) goes on: deal with it by %(due)s."),
    "task.to_check": _(
        "Please check the work on case %(number)s (%(matter)s, %(place)s) by %(due)s, and bring a "
        "photograph."
    ),
    "task.check_failed": _(
        "The work on case %(number)s (%(matter)s, %(place)s) did not pass the check: do it again "
        "by %(due)s."
    ),
    "task.level_raised": _(
        "Case %(number)s (%(matter)s, %(place)s) was not done in time and the next level sees it "
        "now. Finish it."
    ),
    "task.urged": _(
        "Case %(number)s (%(matter)s, %(place)s) was urged: take the next step by %(due)s."
    ),
    "deadline.due_soon": _(
        "“%(promise)s” is due soon on case %(number)s (%(matter)s, %(place)s): by %(due)s."
    ),
    "deadline.broken": _(
        "“%(promise)s” was not kept on case %(number)s (%(matter)s, %(place)s): it was due "
        "%(due)s. Do it now."
    ),
    "watch.broken": _(
        "%(party)s did not keep “%(promise)s” on case %(number)s (%(matter)s, %(place)s): it was "
        "due %(due)s. Look whether to urge."
    ),
    "watch.level_raised": _(
        "Case %(number)s (%(matter)s, %(place)s) has risen a level because its time ran out. Look "
        "whether to urge."
    ),
}

# What stands in a gap when nothing is known.
NO_MATTER = _("a matter without a category")
NO_PLACE = _("place unknown")
NO_PARTY = _("the answerable party")
NO_DUE = _("no fixed time")

TOPICS: Mapping[Topic, Promise] = {
    Topic.TASKS: _("Tasks for me"),
    Topic.DEADLINES: _("My deadlines"),
    Topic.REPORTS: _("What I reported or follow"),
    Topic.DESK: _("Queues of the desk"),
    Topic.WATCH: _("What I watch over"),
    Topic.EMERGENCIES: _("Emergencies, also at night"),
}
CHANNELS: Mapping[Channel, Promise] = {
    Channel.MAIL: _("Mail"),
    Channel.SMS: _("Short message"),
    Channel.PUSH: _("In my browsers"),
}
# What a delivery is about, by the first word of its kind.
ABOUT: Mapping[str, Promise] = {
    "report": _("what became of a report"),
    "desk": _("work for the desk"),
    "task": _("a task"),
    "deadline": _("a deadline"),
    "watch": _("supervision"),
}
STATES: Mapping[DeliveryState, Promise] = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.FAILED: _("failed, is tried again"),
    DeliveryState.SENT: _("sent"),
    DeliveryState.GIVEN_UP: _("given up"),
}
ERRORS: Mapping[str, Promise] = {
    "no_address": _("no address is known"),
    "mail.unreachable": _("the mail server does not answer"),
    "mail.refused": _("the mail server refused the address"),
    "mail.failed": _("the mail server refused the mail"),
    "sms.unreachable": _("the provider of short messages does not answer"),
    "sms.refused": _("the provider refused the number"),
    "push.unreachable": _("the push service does not answer"),
    "push.refused": _("the push service refused the message"),
    "push.gone": _("the browser wants no notices any more"),
    "interrupted": _("broken off while being sent"),
    "unknown": _("something unforeseen; the log tells it"),
}
LEDGER: Mapping[str, Promise] = {
    "notice.preferences_chosen": _("Ways of being told chosen"),
    "notice.resent": _("Notice sent again"),
    "notice.push_begun": _("A browser is told of notices"),
    "notice.push_ended": _("A browser is told no more"),
}

# What `queries.data_about` returns, part by part.
OWN_DATA: Mapping[str, Promise] = {
    "notices": _("What I was told"),
    "preferences": _("How I want to be told"),
    "push_subscriptions": _("Browsers that are told of notices"),
}

MAIL_SUBJECT = _("%(matter)s, %(place)s: %(number)s")
DIGEST_SUBJECT = ngettext_lazy("%(count)s notice", "%(count)s notices", "count")
DIGEST_TEXT = ngettext_lazy(
    "You have %(count)s new notice.", "You have %(count)s new notices.", "count"
)
OPEN_IT = _("Open the case: %(link)s")
OPEN_THEM = _("All notices: %(link)s")
WHY = _(
    "Gongzhi sent this because of your post or your report. Choose what reaches you, and when: "
    "%(link)s"
)

REFUSALS: Mapping[str, Promise] = {
    "notice.not_found": _("There is no notice %(notice)s of yours. Reload the list."),
    "notice.delivery_not_found": _(
        "There is no delivery %(delivery)s. Look it up again in the delivery log."
    ),
    "notice.log_not_yours": _(
        "The delivery log is for system and audit administrators. Ask one of them."
    ),
    "notice.resend_not_yours": _(
        "Only the system administrator sends notices again. Ask them to do it."
    ),
    "notice.still_waiting": _(
        "Delivery %(delivery)s is waiting and will be sent by itself. Wait for it."
    ),
    "notice.push_unfit": _(
        "This browser sent something that is no subscription to notices. Reload the page and try"
        " again, or use another browser."
    ),
    "notice.push_host_unknown": _(
        "This city does not send to the push service of your browser (%(host)s). Choose mail or"
        " short messages instead, or ask your administrator to allow it."
    ),
    "notice.sign_in_first": _("Notices belong to people with an account. Sign in first."),
    "notice.hour_unknown": _("%(hour)s is no hour of the day. Give a whole number from 0 to 23."),
    "notice.hours_incomplete": _("Quiet hours have a beginning and an end. Give both, or neither."),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about, as ids, codes and times."""

    number: str
    category_code: str = ""
    area_id: int | None = None
    organisation_id: int | None = None
    due_at: datetime | None = None
    promise: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Lookups:
    """Names for the ids and codes of many notices."""

    categories: Mapping[str, CategoryView]
    areas: Mapping[int, AreaView]
    organisations: Mapping[int, OrganisationView]


def gaps(about: About, names: Lookups) -> dict[str, str]:
    """Return what fills the gaps of a sentence, in the language of the moment."""
    category = names.categories.get(about.category_code)
    area = names.areas.get(about.area_id or 0)
    party = names.organisations.get(about.organisation_id or 0)
    return {
        "number": about.number,
        "matter": named(category) if category else str(NO_MATTER),
        "place": named(area) if area else str(NO_PLACE),
        "party": named(party) if party else str(NO_PARTY),
        "due": full_moment(about.due_at) if about.due_at else str(NO_DUE),
        "promise": kind_label(about.promise),
    }


def sentence_of(kind: str, about: About, names: Lookups) -> str:
    """Return what a notice says, in the language of the moment."""
    return str(NOTICES[kind]) % gaps(about, names)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and where to go from it."""

    sentence: str
    link: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: by mail whole, by short message and push its short form."""

    subject: str
    text: str
    html: str
    short: str
    sentence: str
    link: str


def letter_of(about: About, told: Told, names: Lookups, *, settings_link: str) -> Letter:
    """Return the message of one notice, in the language of the moment.

    Args:
        about: what the notice is about.
        told: its sentence and the link to its case.
        names: for the gaps.
        settings_link: where to choose what reaches one.
    """
    subject = str(MAIL_SUBJECT) % gaps(about, names)
    return _letter(subject, [told], OPEN_IT, told.link, settings_link, short=told.sentence)


def digest_of(many: Iterable[Told], *, link: str, settings_link: str) -> Letter:
    """Return the message that carries several notices at once.

    Args:
        many: oldest first.
        link: to all notices.
        settings_link: where to choose what reaches one.
    """
    rows = list(many)
    count = {"count": len(rows)}
    short = str(DIGEST_TEXT % count)
    return _letter(str(DIGEST_SUBJECT % count), rows, OPEN_THEM, link, settings_link, short=short)


def _letter(
    subject: str, rows: list[Told], way: Promise, link: str, settings_link: str, *, short: str
) -> Letter:
    ways = [str(way) % {"link": link}, str(WHY) % {"link": settings_link}]
    items = [f"– {row.sentence}\n  {row.link}" for row in rows]
    text = items if len(rows) > 1 else [row.sentence for row in rows]
    return Letter(
        subject=" ".join(subject.split()),
        text="\n\n".join([*text, *ways]) + "\n",
        html=_html(rows, way, link, settings_link),
        short=f"{short} {link}",
        sentence=short,
        link=link,
    )


def _html(rows: list[Told], way: Promise, link: str, settings_link: str) -> str:
    """Return the message as a plain page: nothing to load, nothing that tells it was read."""
    paragraphs = format_html_join(
        "", '<p><a href="{}">{}</a></p>', ((row.link, row.sentence) for row in rows)
    )
    return format_html(
        '<!doctype html><html><meta charset="utf-8">'
        '<body style="font-family:sans-serif;max-width:40em">{}<p>{}</p><p><small>{}</small></p>'
        "</body></html>",
        paragraphs,
        str(way) % {"link": link},
        str(WHY) % {"link": settings_link},
    )
