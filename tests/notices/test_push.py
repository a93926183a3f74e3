"""Web push: asked for by a person, encrypted for their browser, forgotten when it is gone."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from gongzhi.accounts.models import Person
from gongzhi.cases import actions as cases
from gongzhi.cases.rules import NewReport
from gongzhi.ledger.models import Entry
from gongzhi.notices import actions, queries
from gongzhi.notices.models import Delivery, Preference, PushSubscription
from gongzhi.notices.rules import (
    Channel,
    DeliveryState,
    PushHostUnknown,
    PushUnfit,
    SignInFirst,
    Subscription,
    Topic,
    check_subscription,
)
from tests.cast import City, point_in

pytestmark = pytest.mark.django_db
HOSTS = ("push.example",)


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Browser:
    """A browser with its keys, as a page of ours would meet it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"0123456789abcdef"

    @property
    def subscription(self) -> Subscription:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.endpoint, b64(point), b64(self.auth))

    def read(self, body: bytes) -> Any:
        """Return what was sent, opened with the browser's own key."""
        opened = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return json.loads(opened)


@dataclass
class PushService:
    """A push service on this machine, which answers as it is told."""

    origin: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service(settings: Any, tmp_path: Path) -> Iterator[PushService]:
    """Run a push service, and let the city send to it."""
    one = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            one.got.append((self.path, headers, body))
            self.send_response(one.answers.pop(0) if one.answers else 201)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    one.origin = f"http://127.0.0.1:{server.server_address[1]}"
    settings.PUSH_HOSTS = (one.origin,)
    settings.DATA_DIR = tmp_path
    settings.OUTBOX_DIR = tmp_path / "outbox"
    settings.NOTICE_QUIET_HOURS = (0, 0)
    yield one
    server.shutdown()
    server.server_close()
    thread.join()


def told_case(city: City) -> str:
    """Let Rita's report be filed just now; return its number."""
    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    at = timezone.now() - timedelta(minutes=5)
    number = cases.report(new, by=city.rita, at=at).number
    cases.file_case(number, by=city.opal, at=at)
    actions.tell(timezone.now())
    return number


def begin(city: City, service: PushService, name: str = "one") -> Browser:
    browser = Browser(f"{service.origin}/{name}")
    actions.begin_push(
        browser.subscription, browser="Firefox · Linux", by=city.rita, at=timezone.now()
    )
    return browser


def pushes() -> list[Delivery]:
    return list(Delivery.objects.filter(channel="push").order_by("pk"))


def test_nobody_is_pushed_who_has_not_asked(city: City, service: PushService) -> None:
    told_case(city)

    assert pushes() == []


def test_a_browser_gets_an_encrypted_sentence_and_an_address(
    city: City, service: PushService
) -> None:
    browser = begin(city, service)
    Person.objects.filter(login="rita").update(language="en")
    number = told_case(city)

    actions.deliver_due(timezone.now())

    [(path, headers, body)] = service.got
    told = browser.read(body)
    assert path == "/one"
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid t=")
    assert int(headers["ttl"]) > 0
    assert told["address"] == f"/cases/{number}"
    assert number in told["body"]
    assert "accepted" in told["body"]
    assert b"Rita" not in json.dumps(told).encode()
    assert number.encode() not in body
    assert pushes()[0].state == DeliveryState.SENT.value


def test_every_browser_is_told_and_one_that_is_gone_is_forgotten(
    city: City, service: PushService
) -> None:
    begin(city, service, "one")
    begin(city, service, "two")
    told_case(city)
    service.answers = [410, 201]

    actions.deliver_due(timezone.now())

    assert [path for path, _headers, _body in service.got] == ["/one", "/two"]
    assert [row.endpoint[-3:] for row in PushSubscription.objects.all()] == ["two"]
    assert pushes()[0].state == DeliveryState.SENT.value


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, ("given_up", "push.gone", 0)),
        (410, ("given_up", "push.gone", 0)),
        (400, ("given_up", "push.refused", 1)),
        (429, ("failed", "push.unreachable", 1)),
        (503, ("failed", "push.unreachable", 1)),
    ],
)
def test_what_the_service_answers_decides_whether_it_is_tried_again(
    city: City, service: PushService, status: int, outcome: tuple[str, str, int]
) -> None:
    begin(city, service)
    told_case(city)
    service.answers = [status]

    actions.deliver_due(timezone.now())

    left = PushSubscription.objects.count()
    assert (pushes()[0].state, pushes()[0].error, left) == outcome


def test_a_message_that_failed_is_sent_once_when_the_service_is_back(
    city: City, service: PushService
) -> None:
    begin(city, service)
    told_case(city)
    service.answers = [503]
    now = timezone.now()
    actions.deliver_due(now)

    actions.deliver_due(now + timedelta(minutes=2))
    actions.deliver_due(now + timedelta(hours=5))

    assert len(service.got) == 2
    assert pushes()[0].state == DeliveryState.SENT.value


def test_a_service_that_does_not_answer_at_all_is_tried_again(
    city: City, service: PushService, settings: Any
) -> None:
    settings.PUSH_HOSTS = ("http://127.0.0.1:9",)
    dead = Browser("http://127.0.0.1:9/x")
    actions.begin_push(dead.subscription, browser="", by=city.rita, at=timezone.now())
    told_case(city)

    actions.deliver_due(timezone.now())

    assert (pushes()[0].state, pushes()[0].error) == ("failed", "push.unreachable")


def test_quiet_hours_hold_for_push_as_for_mail(
    city: City, service: PushService, settings: Any
) -> None:
    hour = timezone.localtime().hour
    settings.NOTICE_QUIET_HOURS = (hour, (hour + 2) % 24)
    begin(city, service)
    told_case(city)

    actions.deliver_due(timezone.now())

    assert service.got == []
    assert pushes()[0].state == DeliveryState.WAITING.value


def test_a_topic_without_push_is_not_pushed(city: City, service: PushService) -> None:
    begin(city, service)
    actions.choose_preferences(
        {Topic.REPORTS: frozenset({Channel.MAIL})}, quiet=None, by=city.rita, at=timezone.now()
    )

    told_case(city)

    assert pushes() == []


def test_who_chose_before_there_was_push_gets_it_where_mail_is(
    city: City, service: PushService
) -> None:
    chosen = {Topic.REPORTS: frozenset({Channel.MAIL}), Topic.TASKS: frozenset[Channel]()}
    actions.choose_preferences(chosen, quiet=None, by=city.rita, at=timezone.now())

    begin(city, service)

    assert Preference.objects.get().channels == {"reports": ["mail", "push"], "tasks": []}


def test_the_same_browser_again_changes_nothing_and_another_reader_takes_it_over(
    city: City, service: PushService
) -> None:
    browser = begin(city, service)
    actions.begin_push(
        browser.subscription, browser="Firefox · Linux", by=city.rita, at=timezone.now()
    )
    assert Entry.objects.filter(kind="notice.push_begun").count() == 1

    actions.begin_push(browser.subscription, browser="", by=city.rolf, at=timezone.now())

    assert queries.pushed_browsers(city.rita) == []
    assert queries.pushed_browsers(city.rolf) == [""]


def test_a_browser_is_told_no_more_when_its_owner_says_so(city: City, service: PushService) -> None:
    browser = begin(city, service)

    actions.end_push(browser.endpoint, by=city.rolf, at=timezone.now())
    assert PushSubscription.objects.exists()
    actions.end_push(browser.endpoint, by=city.rita, at=timezone.now())

    assert not PushSubscription.objects.exists()
    facts = str(Entry.objects.get(kind="notice.push_ended").facts)
    assert browser.endpoint not in facts


def test_a_person_has_at_most_twenty_browsers(city: City, service: PushService) -> None:
    for number in range(23):
        begin(city, service, f"b{number}")

    assert PushSubscription.objects.count() == 20
    assert not PushSubscription.objects.filter(endpoint__endswith="/b0").exists()


GOOD = Browser("https://a.push.example/1").subscription


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://a.push.example/1",
        "https://push.example.evil/1",
        "https://evilpush.example/1",
        "https://127.0.0.1/1",
        "https://localhost:5432/1",
        "https://a.push.example:22/1",
        "https://a.push.example@127.0.0.1/1",
        "https://user@a.push.example/1",
        "file:///etc/passwd",
        "",
        "https://[::1/1",
    ],
)
def test_the_server_knocks_at_known_push_services_only(endpoint: str) -> None:
    with pytest.raises((PushHostUnknown, PushUnfit)):
        check_subscription(Subscription(endpoint, GOOD.p256dh, GOOD.auth), hosts=HOSTS)


@pytest.mark.parametrize(
    "one",
    [
        Subscription(GOOD.endpoint, "", GOOD.auth),
        Subscription(GOOD.endpoint, GOOD.p256dh, "short"),
        Subscription(GOOD.endpoint, "ü" * 87, GOOD.auth),
        Subscription("https://a.push.example/" + "x" * 500, GOOD.p256dh, GOOD.auth),
    ],
)
def test_what_no_browser_would_send_is_refused(one: Subscription) -> None:
    check_subscription(GOOD, hosts=HOSTS)

    with pytest.raises(PushUnfit):
        check_subscription(one, hosts=HOSTS)


def test_keys_on_no_curve_harm_nothing(city: City, service: PushService) -> None:
    fake = Subscription(f"{service.origin}/x", b64(b"\x04" + b"\x01" * 64), b64(b"0" * 16))
    actions.begin_push(fake, browser="", by=city.rita, at=timezone.now())
    told_case(city)

    actions.deliver_due(timezone.now())

    assert pushes()[0].state == DeliveryState.GIVEN_UP.value
    assert service.got == []


def test_the_key_is_made_once_and_for_its_owner_only(service: PushService) -> None:
    first = actions.public_push_key()

    assert actions.public_push_key() == first
    assert len(first) == 87
    assert actions.push_key().stat().st_mode & 0o077 == 0


# The addresses.


def client_of(login: str) -> Client:
    client = Client(headers={"Accept": "application/json"})
    client.force_login(Person.objects.get(login=login))
    return client


def test_the_page_signs_a_browser_up_and_off(city: City, service: PushService) -> None:
    client, one = client_of("rita"), Browser(f"{service.origin}/1").subscription
    given = {"endpoint": one.endpoint, "p256dh": one.p256dh, "auth": one.auth}

    assert actions.public_push_key() in client.get("/notices").content.decode()
    assert client.post("/notices/push", given).status_code == 204
    assert PushSubscription.objects.get().person_id == city.rita.person_id
    assert client.post("/notices/push/end", {"endpoint": one.endpoint}).status_code == 204
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("given", [{}, {"endpoint": "https://10.0.0.1/", "p256dh": "x"}])
def test_nonsense_is_answered_in_words(
    city: City, service: PushService, given: dict[str, str]
) -> None:
    answer = client_of("rita").post("/notices/push", given)

    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_strangers_have_no_browsers(city: City, service: PushService) -> None:
    from gongzhi.accounts.rules import ANONYMOUS

    with pytest.raises(SignInFirst):
        actions.begin_push(GOOD, browser="", by=ANONYMOUS, at=timezone.now())


# For programs.


def test_programs_read_notices_and_mark_them(city: City, service: PushService) -> None:
    number = told_case(city)
    client = client_of("rita")

    told = client.get("/api/v1/notices").json()
    [one] = told["notices"]
    assert (one["case"], one["is_read"], told["unread"], told["next"]) == (number, False, 1, None)
    assert client.post(f"/api/v1/notices/{one['id']}/read").status_code == 204
    assert client.get("/api/v1/notices").json()["unread"] == 0
    assert client_of("rolf").post(f"/api/v1/notices/{one['id']}/read").status_code == 404
    assert client_of("rolf").get("/api/v1/notices").json()["notices"] == []
    assert Client().get("/api/v1/notices").status_code == 401


def test_programs_mark_all_and_page(city: City, service: PushService) -> None:
    for _case in range(3):
        told_case(city)
    client = client_of("rita")

    first = client.get("/api/v1/notices?limit=2").json()
    rest = client.get(f"/api/v1/notices?limit=2&after={first['next']}").json()
    done = client.post("/api/v1/notices/read", "{}", content_type="application/json")

    assert (len(first["notices"]), len(rest["notices"]), rest["next"]) == (2, 1, None)
    assert done.status_code == 204
    assert client.get("/api/v1/notices").json()["unread"] == 0
