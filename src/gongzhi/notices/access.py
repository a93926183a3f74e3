"""What actions and queries of the house both read: whose notice it is, names, preferences."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet

from gongzhi.accounts import queries as accounts
from gongzhi.accounts.rules import Actor, Role
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import NoPackInstalled
from gongzhi.places import queries as places

from .models import Delivery, Notice, Preference, PushSubscription
from .rules import (
    HOUR,
    NO_CHOICE,
    Channel,
    DeliveryNotFound,
    DeliveryState,
    LogNotYours,
    NoticeNotFound,
    Preferences,
    QuietHours,
    ResendNotYours,
    SignInFirst,
    Topic,
)
from .words import About, Lookups

READ_LOG = (Role.SYSTEM, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN)
RESEND = (Role.SYSTEM, Role.SYSTEM_ADMIN)


def own_notices(viewer: Actor) -> QuerySet[Notice]:
    """Return the notices of a person; nobody reads another's.

    Raises:
        SignInFirst: the viewer has no account.
    """
    return Notice.objects.filter(person_id=require_person(viewer))


def require_person(viewer: Actor) -> int:
    """Return the person who acts.

    Raises:
        SignInFirst: the viewer has no account.
    """
    if viewer.person_id is None:
        raise SignInFirst
    return viewer.person_id


def own_notice(viewer: Actor, notice_id: int) -> Notice:
    """Return one notice of a person, locked until the transaction ends.

    Raises:
        NoticeNotFound: none, or another's.
    """
    notice = own_notices(viewer).filter(pk=notice_id).select_for_update().first()
    if notice is None:
        raise NoticeNotFound(notice=notice_id)
    return notice


def delivery_log(viewer: Actor) -> QuerySet[Delivery]:
    """Return all deliveries, for administrators.

    Raises:
        LogNotYours: the viewer is none.
    """
    if not viewer.has(*READ_LOG):
        raise LogNotYours(role=viewer.role.value)
    return Delivery.objects.all()


def check_may_resend(by: Actor) -> None:
    """Refuse to let anybody but the system administrator send again.

    Raises:
        ResendNotYours: `by` is somebody else.
    """
    if not by.has(*RESEND):
        raise ResendNotYours(role=by.role.value)


def delivery_for_change(by: Actor, delivery_id: int) -> Delivery:
    """Return a delivery, locked until the transaction ends.

    Raises:
        ResendNotYours: `by` may not send again.
        DeliveryNotFound: there is none.
    """
    check_may_resend(by)
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise DeliveryNotFound(delivery=delivery_id)
    return delivery


def city_quiet_hours() -> QuietHours:
    """Return the quiet hours of whoever chose none."""
    starts, ends = settings.NOTICE_QUIET_HOURS
    return QuietHours(starts, ends)


def preferences_of(person_ids: Collection[int]) -> dict[int, Preferences]:
    """Return what each person chose; who chose nothing is left out.  One statement."""
    rows = Preference.objects.filter(person_id__in=person_ids) if person_ids else []
    return {row.person_id: _preferences(row) for row in rows}


def preferences_for(person_id: int, chosen: Mapping[int, Preferences]) -> Preferences:
    """Return what a person chose, or the choice of whoever chose nothing."""
    return chosen.get(person_id, NO_CHOICE)


def _preferences(row: Preference) -> Preferences:
    channels = {
        Topic(topic): frozenset(Channel(one) for one in ways)
        for topic, ways in row.channels.items()
    }
    if row.quiet_from is None or row.quiet_until is None:
        return Preferences(channels)
    return Preferences(channels, QuietHours(row.quiet_from, row.quiet_until))


@dataclass(frozen=True, slots=True)
class Lately:
    """What left for a person by a channel within the last hour."""

    messages: int
    first_at: datetime


def sent_lately(
    pairs: Collection[tuple[int, Channel]], *, at: datetime
) -> dict[tuple[int, Channel], Lately]:
    """Return how many messages left in the last hour, by person and channel.  One statement."""
    people = {person for person, _ in pairs}
    rows = Delivery.objects.filter(
        state=DeliveryState.SENT.value, person_id__in=people, sent_at__gt=at - HOUR
    ).exclude(topic=Topic.EMERGENCIES.value)
    counted = rows.values("person_id", "channel").annotate(
        messages=Count("message", distinct=True), first_at=Min("sent_at")
    )
    return {
        (row["person_id"], Channel(row["channel"])): Lately(row["messages"], row["first_at"])
        for row in counted
    }


def lookups_for(facts: Iterable[Mapping[str, Any]]) -> Lookups:
    """Return the names that the sentences of these facts need.

    At most three statements, none when warm within `steady`.
    """
    many = list(facts)
    areas = {one["area"] for one in many if one.get("area")}
    parties = {one["organisation"] for one in many if one.get("organisation")}
    try:
        categories = catalogue.book().categories if many else {}
    except NoPackInstalled:
        categories = {}
    return Lookups(
        categories=categories,
        areas=places.areas(areas) if areas else {},
        organisations=accounts.organisations(parties) if parties else {},
    )


def about(facts: Mapping[str, Any]) -> About:
    """Return what a notice is about, as its sentence needs it."""
    due = facts.get("due_at")
    return About(
        number=facts.get("number", ""),
        category_code=facts.get("category", ""),
        area_id=facts.get("area"),
        organisation_id=facts.get("organisation"),
        due_at=datetime.fromisoformat(due) if due else None,
        promise=facts.get("promise", ""),
        level=facts.get("level", ""),
    )


def subscriptions_of(person_ids: Collection[int]) -> dict[int, list[PushSubscription]]:
    """Return the browsers in which each person wants to be told.  One statement."""
    found: dict[int, list[PushSubscription]] = {}
    rows = PushSubscription.objects.filter(person_id__in=person_ids) if person_ids else []
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found
