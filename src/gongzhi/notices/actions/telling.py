"""From ledger entries to notices: read what is settled, find whom it concerns, write once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.queries import PersonView, PostView
from gongzhi.accounts.rules import SYSTEM, Role
from gongzhi.cases import queries as cases
from gongzhi.cases.queries import Concern
from gongzhi.commitments import queries as commitments
from gongzhi.ledger import queries as ledger
from gongzhi.ledger.queries import EntryView
from gongzhi.webkit.bulk import insert_rows
from gongzhi.webkit.revisions import steady

from .. import access
from ..models import Cursor, Delivery, Notice
from ..rules import (
    TELLS,
    Audience,
    Channel,
    Preferences,
    Tell,
    Topic,
    is_stale,
    may_leave_at,
    owner_in,
    promiser_of,
    topic_of,
)

LEDGER = "ledger"
BATCH = 1000  # entries read at once
_SLICE = 500  # cases looked up at once

_COVERING: Mapping[Audience, Role] = {
    Audience.OPERATORS: Role.OPERATOR,
    Audience.DISPATCHERS: Role.DISPATCHER,
    Audience.DUTY_HEADS: Role.DUTY_HEAD,
    Audience.SUPERVISORS: Role.SUPERVISOR,
}


@dataclass(frozen=True, slots=True)
class Read:
    """What one reading of the ledger came to.

    Attributes:
        entries: how many were read; 0 when nothing new is settled.
        notices: how many were written.
        deliveries: how many are to leave the application.
    """

    entries: int = 0
    notices: int = 0
    deliveries: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A notice about to be written, without its reader."""

    entry: EntryView
    tell: Tell
    topic: Topic
    facts: dict[str, Any]


@steady()
def tell(at: datetime, *, limit: int = BATCH) -> Read:
    """Read the next settled entries and write who is told of them.

    Notices, deliveries and the cursor are written in one transaction; the cursor moves only
    from where it was read, so of two readers one writes and the other finds nothing done.
    Entries older than `GONGZHI_NOTICE_MAX_AGE_DAYS` are passed over.  A bounded number of
    statements, whatever the number of entries; must not be called in a transaction.

    Args:
        at: now; an aware datetime.
        limit: the most entries to read.
    """
    settled = ledger.settled_up_to()
    start = _reached()
    if settled is None or settled <= start:
        return Read()
    entries = [one for one in ledger.entries_after(start, limit) if one.id <= settled]
    if not entries:
        return Read()
    written = _written(entries, at=at)
    with transaction.atomic():
        if not _advance(start, entries[-1].id):
            return Read()
        return _write(written, start=start, end=entries[-1].id, read=len(entries), at=at)


def _reached() -> int:
    cursor, _ = Cursor.objects.get_or_create(name=LEDGER)
    return cursor.entry_id


def _advance(start: int, end: int) -> bool:
    """Move the cursor; False when somebody else has moved it since it was read."""
    return bool(Cursor.objects.filter(name=LEDGER, entry_id=start).update(entry_id=end))


def _written(entries: Sequence[EntryView], *, at: datetime) -> list[tuple[int, _Draft]]:
    """Return the drafts of new entries, each with the person it goes to."""
    most = timedelta(days=settings.NOTICE_MAX_AGE_DAYS)
    told = [one for one in entries if one.kind in TELLS and not is_stale(one.at, at=at, most=most)]
    if not told:
        return []
    batch = _Batch(told)
    drafts = [pair for entry in told for pair in batch.drafts(entry)]
    holders = accounts.holder_ids({post for posts, _, _ in drafts for post in posts}, at=at)
    return list(_addressed(drafts, holders))


_Pair = tuple[tuple[int, ...], tuple[int, ...], _Draft]  # posts, people, what


def _addressed(
    drafts: Iterable[_Pair], holders: Mapping[int, tuple[int, ...]]
) -> Iterator[tuple[int, _Draft]]:
    """Yield each draft with each reader; nobody is told twice of an entry, or of their own."""
    seen: set[tuple[int, int]] = set()
    for posts, people, draft in drafts:
        in_posts = (person for post in posts for person in holders.get(post, ()))
        for person in (*people, *in_posts):
            key = (draft.entry.id, person)
            if key not in seen and person != draft.entry.person_id:
                seen.add(key)
                yield person, draft


class _Batch:
    """What the entries of one batch are about, looked up once."""

    def __init__(self, entries: Sequence[EntryView]) -> None:
        self._entries = entries
        ids = {one for one in (_case_id(entry) for entry in entries) if one is not None}
        self._concerns: dict[UUID, Concern] = {}
        for part in _sliced(sorted(ids)):
            self._concerns.update(cases.concerns(part))

    @cached_property
    def _owed(self) -> frozenset[int]:
        """Return the promises of this batch that are still owed."""
        subjects = {one.subject for one in self._entries if one.kind.startswith("commitment.")}
        found: set[int] = set()
        for part in _sliced(sorted(subjects)):
            for promises in commitments.open_of_subjects(part).values():
                found.update(one.id for one in promises)
        return frozenset(found)

    @cached_property
    def _handlers(self) -> Mapping[int, tuple[PostView, ...]]:
        """Return the handlers' posts of each organisation."""
        return _by_party(Role.HANDLER)

    @cached_property
    def _leaders(self) -> Mapping[int, tuple[PostView, ...]]:
        """Return the leaders' posts of each organisation."""
        return _by_party(Role.LEADER)

    @cached_property
    def _covering(self) -> Mapping[Audience, tuple[PostView, ...]]:
        return {audience: accounts.posts_with(role) for audience, role in _COVERING.items()}

    def drafts(self, entry: EntryView) -> Iterator[_Pair]:
        """Yield whom an entry is told: posts, people, and what they are told."""
        case_id = _case_id(entry)
        concern = self._concerns.get(case_id) if case_id else None
        for row in TELLS[entry.kind] if concern else ():
            if concern is None or (row.while_in and concern.state not in row.while_in):
                continue
            if row.while_owed and entry.facts.get("commitment") not in self._owed:
                continue
            topic = topic_of(row, is_emergency=concern.is_emergency)
            draft = _Draft(entry, row, topic, _facts(entry, concern))
            people = concern.followers if row.to is Audience.FOLLOWERS else ()
            yield self._posts(row.to, entry, concern), people, draft

    def _posts(self, audience: Audience, entry: EntryView, concern: Concern) -> tuple[int, ...]:
        """Return the posts that an audience means."""
        party = concern.organisation_id
        if audience is Audience.PROMISER:
            if entry.facts.get("post_id"):
                return (int(entry.facts["post_id"]),)
            party = entry.facts.get("organisation_id")
            audience = promiser_of(str(entry.facts.get("kind", "")))
        if audience is Audience.OWNER:
            audience = owner_in(concern.state) or Audience.FOLLOWERS
        if audience in self._covering:
            rows = self._covering[audience]
            return tuple(one.id for one in rows if concern.area_path.startswith(one.scope_path))
        return self._in_party(audience, party, concern)

    def _in_party(self, audience: Audience, party: int | None, concern: Concern) -> tuple[int, ...]:
        named = {
            Audience.VERIFIER: concern.verifier_post_id,
            Audience.CHECKER: concern.checker_post_id,
        }
        if audience is Audience.LEADERS and (party or 0) in self._leaders:
            return tuple(one.id for one in self._leaders[party or 0])
        if audience in {Audience.HANDLERS, Audience.LEADERS}:
            return _nearest(self._handlers.get(party or 0, ()), concern.area_path)
        post = named.get(audience)
        return (post,) if post is not None else ()


def _by_party(role: Role) -> dict[int, tuple[PostView, ...]]:
    found: dict[int, list[PostView]] = {}
    for post in accounts.posts_with(role):
        found.setdefault(post.organisation_id, []).append(post)
    return {party: tuple(posts) for party, posts in found.items()}


def _nearest(posts: Sequence[PostView], path: str) -> tuple[int, ...]:
    """Return those of a party's posts whose scope ends nearest to a place; else all of them."""
    covering = [one for one in posts if path.startswith(one.scope_path)]
    reach = max((len(one.scope_path) for one in covering), default=0)
    near = [one.id for one in covering if len(one.scope_path) == reach]
    return tuple(near or (one.id for one in posts))


def _case_id(entry: EntryView) -> UUID | None:
    return cases.case_id_of(entry.subject)


def _facts(entry: EntryView, concern: Concern) -> dict[str, Any]:
    """Return what the sentence needs: ids, codes, the number and times."""
    is_promise = entry.kind.startswith("commitment.")
    due_at = concern.due_at.isoformat() if concern.due_at else None
    party = entry.facts.get("organisation_id") if is_promise else concern.organisation_id
    facts: dict[str, Any] = {
        "number": concern.number,
        "category": concern.category_code,
        "area": concern.area_id,
        "organisation": party,
        "due_at": entry.facts.get("due_at") if is_promise else due_at,
        "at": entry.at.isoformat(),
    }
    if is_promise:
        facts["promise"] = entry.facts.get("kind", "")
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _write(
    written: Sequence[tuple[int, _Draft]], *, start: int, end: int, read: int, at: datetime
) -> Read:
    """Write notices that are not there yet, and what of them leaves the application."""
    people = accounts.people({person for person, _ in written}, viewer=SYSTEM) if written else {}
    rows = Notice.objects.filter(entry_id__gt=start, entry_id__lte=end)
    there = set(rows.values_list("entry_id", "person_id", "kind")) if written else set()
    notices = [
        _notice(person, draft, at)
        for person, draft in written
        if person in people and (draft.entry.id, person, draft.tell.kind) not in there
    ]
    insert_rows(notices)
    deliveries = list(_deliveries(notices, people, at=at))
    insert_rows(deliveries)
    return Read(read, len(notices), len(deliveries))


def _notice(person: int, draft: _Draft, at: datetime) -> Notice:
    return Notice(
        entry_id=draft.entry.id,
        person_id=person,
        kind=draft.tell.kind,
        topic=draft.topic.value,
        subject=draft.entry.subject,
        facts=draft.facts,
        made_at=at,
    )


def _deliveries(
    notices: Sequence[Notice], people: Mapping[int, PersonView], *, at: datetime
) -> Iterator[Delivery]:
    chosen = access.preferences_of({one.person_id for one in notices})
    browsers = access.subscriptions_of({one.person_id for one in notices})
    city, local = access.city_quiet_hours(), timezone.localtime(at)
    for notice in notices:
        wanted: Preferences = access.preferences_for(notice.person_id, chosen)
        topic = Topic(notice.topic)
        leaves_at = may_leave_at(local, topic=topic, quiet=wanted.quiet or city)
        for channel in sorted(wanted.ways(topic)):
            person, pushed = people[notice.person_id], notice.person_id in browsers
            if pushed if channel is Channel.PUSH else address_of(person, channel):
                yield Delivery(
                    notice_id=notice.pk,
                    person_id=notice.person_id,
                    topic=notice.topic,
                    channel=channel.value,
                    made_at=at,
                    next_try_at=leaves_at,
                )


def address_of(person: PersonView, channel: Channel) -> str:
    """Return where a person is reached by mail or telephone; blank when that is not known."""
    return (person.email if channel is Channel.MAIL else person.phone).strip()


def _sliced(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(things), _SLICE):
        yield things[first : first + _SLICE]
