"""Web push: the city's keys, the browsers that want to be told, and telling them.

Sources: RFC 8030 (push), RFC 8291 (encryption), RFC 8292 (the city shows who it is: VAPID).
"""

import json
import logging
import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction

from gongzhi.accounts.queries import PersonView
from gongzhi.accounts.rules import Actor
from gongzhi.kernel.hashing import sha256_hex
from gongzhi.ledger.actions import record

from .. import access
from ..models import Preference, PushSubscription
from ..rules import Channel, Subscription, check_subscription
from ..words import Letter
from .trouble import ChannelTrouble

log = logging.getLogger(__name__)

KEY_FILE = "push-key.pem"
MOST_BROWSERS = 20  # of one person; the oldest gives way
KEPT_SECONDS = 24 * 3600  # a push service keeps a message so long for a browser that sleeps
LONGEST_TEXT = 400  # characters; a push message has room for some 3990 bytes
TIMEOUT = 10  # seconds; the clock waits no longer for a push service
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


def push_key() -> Path:
    """Return the file of the city's private push key, made once and kept beside the data.

    Whoever replaces it makes every browser deaf until it is asked anew.
    """
    place = Path(settings.DATA_DIR) / KEY_FILE
    if not place.exists():
        _make_key(place)
    return place


def _make_key(place: Path) -> None:
    """Write a new key; of several processes at once one wins, and none reads half a key."""
    place.parent.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = place.with_name(f".{KEY_FILE}-{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_bytes(pem)
        with suppress(FileExistsError):
            os.link(draft, place)
    finally:
        draft.unlink()


def public_push_key() -> str:
    """Return the public half of the city's push key, base64url, as browsers ask for it."""
    return _public(str(push_key()))


@cache
def _public(place: str) -> str:
    key = load_pem_private_key(Path(place).read_bytes(), password=None)
    public: Any = key.public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


@transaction.atomic
def begin_push(one: Subscription, *, browser: str, by: Actor, at: datetime) -> None:
    """Tell a browser from now on; the same one again changes nothing.

    A browser that somebody else used before is theirs no more.  Whoever had chosen their
    ways before there was push gets it where they get mail.

    Args:
        one: as the browser gave it.
        browser: as its owner knows it.
        by: who asks for it.
        at: an aware datetime.

    Raises:
        SignInFirst: the actor has no account.
        PushUnfit, PushHostUnknown: it cannot be sent to.
    """
    person_id = access.require_person(by)
    check_subscription(one, hosts=settings.PUSH_HOSTS)
    told = {"p256dh": one.p256dh, "auth": one.auth, "browser": browser[:40]}
    same = PushSubscription.objects.filter(endpoint=one.endpoint, person_id=person_id, **told)
    if same.exists():
        return
    rest = {"person_id": person_id, "made_at": at, **told}
    PushSubscription.objects.update_or_create(endpoint=one.endpoint, defaults=rest)
    mine = PushSubscription.objects.filter(person_id=person_id).order_by("-made_at", "-pk")
    spare = list(mine.values_list("pk", flat=True)[MOST_BROWSERS:])
    PushSubscription.objects.filter(pk__in=spare).delete()
    _choose_push(person_id)
    _enter("notice.push_begun", person_id, one.endpoint, by=by, at=at)


def _choose_push(person_id: int) -> None:
    row = Preference.objects.filter(person_id=person_id).first()
    if row is None or any(Channel.PUSH.value in ways for ways in row.channels.values()):
        return
    row.channels = {
        topic: sorted({*ways, Channel.PUSH.value}) if Channel.MAIL.value in ways else ways
        for topic, ways in row.channels.items()
    }
    row.save(update_fields=["channels"])


@transaction.atomic
def end_push(endpoint: str, *, by: Actor, at: datetime) -> None:
    """Tell one of one's browsers no more; nothing changes when it was not told.

    Raises:
        SignInFirst: the actor has no account.
    """
    person_id = access.require_person(by)
    rows = PushSubscription.objects.filter(person_id=person_id, endpoint=endpoint[:500])
    if rows.delete()[0]:
        _enter("notice.push_ended", person_id, endpoint, by=by, at=at)


def _enter(kind: str, person_id: int, endpoint: str, *, by: Actor, at: datetime) -> None:
    facts = {"endpoint_sha256": sha256_hex(endpoint.encode())}
    record(kind, subject=f"person:{person_id}", by=by, at=at, facts=facts)


class PushSender:
    """Tells every browser of a person: a short sentence and an address, encrypted."""

    def send(self, person: PersonView, letter: Letter, *, reference: str) -> None:
        """Hand the message to the push services; one browser that takes it is enough.

        Raises:
            ChannelTrouble: no browser took it.
        """
        browsers = access.subscriptions_of([person.id]).get(person.id, [])
        troubles = [trouble for one in browsers if (trouble := _told(one, letter, reference))]
        if len(troubles) < len(browsers):
            log.info("Push %s to %s browsers", reference, len(browsers) - len(troubles))
            return
        passing = [one for one in troubles if not one.is_final]
        raise next(iter([*passing, *troubles]), ChannelTrouble("push.gone", is_final=True))


def _told(one: PushSubscription, letter: Letter, reference: str) -> ChannelTrouble | None:
    """Tell one browser; return what went wrong, and forget a browser that is gone."""
    # Heavy, and needed by the clock alone.
    import requests
    from pywebpush import WebPushException, webpush  # type: ignore[import-untyped]

    path = letter.link.removeprefix(settings.PUBLIC_ADDRESS)
    content = {
        "title": letter.subject[:LONGEST_TEXT],
        "body": letter.sentence[:LONGEST_TEXT],
        "address": path,
        "tag": reference,
    }
    try:
        webpush(
            {"endpoint": one.endpoint, "keys": {"p256dh": one.p256dh, "auth": one.auth}},
            json.dumps(content, ensure_ascii=False),
            vapid_private_key=str(push_key()),
            vapid_claims={"sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}"},
            ttl=KEPT_SECONDS,
            timeout=TIMEOUT,
        )
    except WebPushException as trouble:
        return _trouble_of(one, trouble.status_code)
    except requests.RequestException:
        return ChannelTrouble("push.unreachable")
    except ValueError:  # keys that lie on no curve
        one.delete()
        return ChannelTrouble("push.gone", is_final=True)
    return None


def _trouble_of(one: PushSubscription, status: int | None) -> ChannelTrouble:
    if status in _GONE:
        one.delete()
        return ChannelTrouble("push.gone", is_final=True)
    host = urlsplit(one.endpoint).hostname
    log.warning("The push service %s answered %s.", host, status)
    is_passing = status is None or status == _TOO_MANY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_passing:
        return ChannelTrouble("push.unreachable")
    return ChannelTrouble("push.refused", is_final=True)
