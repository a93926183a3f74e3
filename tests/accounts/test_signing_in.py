"""Signing in and out, lock-out, acting in a post, and the doors of these pages."""

import re
from datetime import date, timedelta
from pathlib import Path

import polib
import pytest
from django.conf import settings as django_settings
from django.test import Client, RequestFactory
from django.utils import translation

from gongzhi.accounts import actions, queries, session
from gongzhi.accounts.models import Person, SignInTry
from gongzhi.accounts.rules import SYSTEM, Actor, PersonUnknown, Role, SignInLocked, SignInRefused
from gongzhi.accounts.words import REFUSALS, ROLES
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger.models import Entry

from .conftest import NOON, PASSWORD, Office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_pages")]


def fail(login: str, times: int) -> list[Refusal]:
    refusals: list[Refusal] = []
    for _time in range(times):
        with pytest.raises(Refusal) as refusal:
            actions.sign_in_with_password(login, "wrong", at=NOON)
        refusals.append(refusal.value)
    return refusals


def signed_in(login: str = "wang") -> Client:
    client = Client()
    answer = client.post("/sign-in", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    return client


@pytest.mark.parametrize("login", ["wang", "nobody", "", "x" * 500, "王\x00"])
def test_a_known_and_an_unknown_login_fail_and_lock_alike(office: Office, login: str) -> None:
    refusals = fail(login, 7)

    assert [type(one) for one in refusals] == [SignInRefused] * 4 + [SignInLocked] * 3
    assert [one.facts for one in refusals] == [
        {"left": 4},
        {"left": 3},
        {"left": 2},
        {"left": 1},
        *[{"minutes": 15}] * 3,
    ]
    assert Entry.objects.filter(kind="person.locked").count() == 1


def test_a_known_and_an_unknown_login_hash_equally_often(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    actions.enrol_person("bare", name="", by=SYSTEM, at=NOON)
    costs = []
    for login in ("wang", "nobody", "bare"):
        hashed.clear()
        fail(login, 1)
        costs.append(len(hashed))

    assert costs == [1, 1, 1]


def test_while_locked_even_the_right_password_is_refused(office: Office) -> None:
    fail("wang", 5)

    with pytest.raises(SignInLocked):
        actions.sign_in_with_password("wang", PASSWORD, at=NOON + timedelta(minutes=14))
    person = actions.sign_in_with_password("wang", PASSWORD, at=NOON + timedelta(minutes=15))
    assert person.pk == office.wang


def test_a_right_password_clears_the_count(office: Office) -> None:
    fail("wang", 4)
    actions.sign_in_with_password("wang", PASSWORD, at=NOON)

    assert [one.facts for one in fail("wang", 1)] == [{"left": 4}]


def test_the_right_password_on_the_last_try_signs_in(office: Office) -> None:
    fail("wang", 4)

    actions.sign_in_with_password(" wang ", PASSWORD, at=NOON)

    assert not SignInTry.objects.exists()
    assert not Entry.objects.filter(kind="person.locked").exists()


def test_the_number_of_tries_and_the_lock_are_settings(office: Office, settings: object) -> None:
    settings.SIGN_IN_TRIES, settings.SIGN_IN_LOCK_MINUTES = 2, 60  # type: ignore[attr-defined]

    refusals = fail("wang", 2)

    assert refusals[1].facts == {"minutes": 60}


def test_a_new_password_lifts_the_lock(office: Office) -> None:
    fail("wang", 5)
    actions.choose_password("wang", password="another fine one", by=SYSTEM, at=NOON)

    actions.sign_in_with_password("wang", "another fine one", at=NOON)


def test_tries_are_kept_without_the_login_and_swept_away(office: Office) -> None:
    fail("a secret typed in the wrong field", 1)

    row = SignInTry.objects.get()
    assert "secret" not in row.fingerprint
    with pytest.raises(SignInRefused):
        actions.sign_in_with_password("other", "x", at=NOON + timedelta(days=3))
    assert not SignInTry.objects.filter(pk=row.pk).exists()


def test_an_erased_person_cannot_sign_in_and_is_out_at_once(office: Office) -> None:
    client = signed_in()
    actions.erase_person("wang", by=SYSTEM, at=NOON)

    assert client.get("/sign-in").status_code == 200  # asked to sign in, not sent on
    for login in ("wang", f"erased-{office.wang}"):
        with pytest.raises(SignInRefused):
            actions.sign_in_with_password(login, PASSWORD, at=NOON)


def test_signing_in_is_entered_once_and_nothing_else_is_written(office: Office) -> None:
    count = Entry.objects.count()
    signed_in()

    assert [one.kind for one in Entry.objects.order_by("pk")[count:]] == ["person.signed_in"]


def test_the_page_tells_of_a_failure_without_telling_who_exists(office: Office) -> None:
    client = Client(headers={"accept-language": "en"})

    known = client.post("/sign-in", {"login": "wang", "password": "x"})
    unknown = client.post("/sign-in", {"login": "gnaw", "password": "x"})

    assert known.status_code == unknown.status_code == 403
    assert b"Tries left: 4" in known.content
    said = known.content.decode().replace("wang", "gnaw")
    assert _without_tokens(said) == _without_tokens(unknown.content.decode())


def _without_tokens(page: str) -> list[str]:
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_the_page_tells_of_a_lock_in_a_clear_sentence(office: Office) -> None:
    client = Client(headers={"accept-language": "en"})
    for _time in range(5):
        answer = client.post("/sign-in", {"login": "wang", "password": "x"})

    assert "too many failed tries" in answer.content.decode()
    assert "15 minutes" in answer.content.decode()


def test_the_typed_login_is_shown_again_and_escaped_and_the_password_never(
    office: Office,
) -> None:
    page = (
        Client()
        .post("/sign-in", {"login": '"><script>alert(1)', "password": "let me in"})
        .content.decode()
    )

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "let me in" not in page


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "http:evil.example",
        "/a\r\nSet-Cookie: x=1",
        "evil.example",
        " //evil.example",
        "/\t/evil.example",
        "//testserver/",
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_place(office: Office, wanted: str) -> None:
    form = {"login": "wang", "password": PASSWORD, "next": wanted}

    answer = Client().post("/sign-in", form)

    assert answer.headers["Location"] == "/start"
    assert signed_in().get("/sign-in", {"next": wanted}).headers["Location"] == "/start"


@pytest.mark.parametrize("wanted", ["/cases/?state=filed&page=2", "/地点"])
def test_after_signing_in_one_goes_on_where_one_wanted_to(office: Office, wanted: str) -> None:
    form = {"login": "wang", "password": PASSWORD, "next": wanted}

    answer = Client().post("/sign-in", form)

    expected = RequestFactory().get(wanted).get_full_path()
    assert answer.headers["Location"] == expected


def test_signing_in_changes_the_session_key(office: Office) -> None:
    client = Client()
    planted = client.session
    planted["planted"] = "yes"
    planted.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted.session_key or ""

    client.post("/sign-in", {"login": "wang", "password": PASSWORD})

    assert client.session.session_key != planted.session_key


def test_forms_without_their_token_are_refused(office: Office) -> None:
    client = Client(enforce_csrf_checks=True)
    for place in ("/sign-in", "/sign-out", "/acting-post"):
        assert client.post(place, {"login": "wang", "password": PASSWORD}).status_code == 403


def test_a_new_password_ends_open_sessions(office: Office) -> None:
    client = signed_in()
    actions.choose_password("wang", password="another fine one", by=SYSTEM, at=NOON)

    assert client.get("/sign-in").status_code == 200


def test_signing_out_needs_a_post_and_forgets_everything(office: Office) -> None:
    client = signed_in()

    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").headers["Location"] == "/"
    assert client.get("/sign-in").status_code == 200
    assert not dict(client.session)


@pytest.mark.parametrize(
    ("place", "method", "statuses"),
    [
        ("/sign-in", "get", (200, 302, 302)),
        ("/sign-in", "put", (405, 405, 405)),
        ("/sign-out", "get", (405, 405, 405)),
        ("/sign-out", "post", (302, 302, 302)),
        ("/acting-post", "get", (405, 405, 405)),
        ("/acting-post", "post", (302, 403, 403)),
    ],
)
def test_each_door_opens_to_whom_it_should(
    office: Office, place: str, method: str, statuses: tuple[int, int, int]
) -> None:
    visitors = (Client(), signed_in("li"), signed_in())

    assert tuple(getattr(one, method)(place).status_code for one in visitors) == statuses


def test_the_acting_post_is_chosen_and_kept(office: Office) -> None:
    client = signed_in()
    posts = queries.posts_by_code()

    answer = client.post("/acting-post", {"post": posts["lane-7"].id, "next": "/sign-in"})

    assert answer.headers["Location"] == "/sign-in"
    assert acting(client).post_id == posts["lane-7"].id
    assert acting(client).has(Role.STEWARD)


def acting(client: Client) -> Actor:
    request = RequestFactory().get("/")
    request.session = client.session  # type: ignore[assignment]
    request.user = Person.objects.get(login="wang")
    return session.actor_of(request)


@pytest.mark.parametrize("wanted", ["sys", "0", "-1", "x", "", "9" * 30, "１"])
def test_a_post_of_others_cannot_be_chosen(office: Office, wanted: str) -> None:
    client = signed_in()
    post = queries.posts_by_code().get(wanted)

    answer = client.post("/acting-post", {"post": post.id if post else wanted})

    assert answer.status_code == 403
    assert b"accounts.post_not_held" in answer.content
    assert acting(client).has(Role.DISPATCHER)


def test_a_chosen_post_whose_term_ends_gives_way_to_the_next(office: Office) -> None:
    client = signed_in()
    client.post("/acting-post", {"post": queries.posts_by_code()["lane-7"].id})
    actions.end_appointment(
        "wang", post_code="lane-7", ends_on=date(2026, 1, 2), by=SYSTEM, at=NOON
    )

    assert acting(client).has(Role.DISPATCHER)


def test_the_head_of_a_page_names_the_reader_and_their_posts(office: Office) -> None:
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = Person.objects.get(login="wang")

    known = session.signed_in(request)

    assert known["person_name"] == "王芳"
    assert known["actor"] is session.actor_of(request)
    assert [post.code for post in known["posts"]] == ["east-desk", "lane-7"]  # type: ignore[attr-defined]


def test_a_request_without_sign_in_is_nobodys(office: Office) -> None:
    with translation.override("en"):
        actor = session.actor_of(RequestFactory().get("/"))

    assert actor == Actor(roles=frozenset({Role.RESIDENT}), language="en")


def test_a_guarded_page_asks_to_sign_in_and_comes_back(office: Office) -> None:
    from django.http import HttpRequest, HttpResponse

    @session.needs_sign_in
    def page(request: HttpRequest, number: int) -> HttpResponse:
        return HttpResponse(str(number))

    answer = page(RequestFactory().get("/x?a=1&b=2"), 7)

    assert answer.headers["Location"] == "/sign-in?next=%2Fx%3Fa%3D1%26b%3D2"


def test_the_language_of_the_person_is_read_after_signing_in(office: Office) -> None:
    assert signed_in("li").cookies["django_language"].value == "en"
    assert signed_in().cookies["django_language"].value == "zh-hans"


def test_the_language_chosen_in_the_browser_is_remembered(office: Office) -> None:
    client = Client()
    client.cookies["django_language"] = "en"

    client.post("/sign-in", {"login": "wang", "password": PASSWORD})

    assert Person.objects.get(login="wang").language == "en"


def test_an_unknown_way_of_signing_in_is_refused(office: Office) -> None:
    form = {"way": "magic", "login": "wang", "password": PASSWORD}

    assert Client().post("/sign-in", form).status_code == 400


def test_nobody_begins_a_session_for_someone_erased(office: Office) -> None:
    with pytest.raises(PersonUnknown):
        session.begin(RequestFactory().get("/"), 999_999, at=NOON)


def test_every_refusal_and_every_role_has_words() -> None:
    from gongzhi.accounts import rules

    codes = {
        one.code
        for one in vars(rules).values()
        if isinstance(one, type) and issubclass(one, Refusal) and one.code.startswith("accounts.")
    }

    assert codes == set(REFUSALS)
    assert set(ROLES) == set(Role)


def test_every_sentence_has_its_chinese_with_the_same_names() -> None:
    place = Path(session.__file__).parent / "locale/zh_Hans/LC_MESSAGES/django.po"
    entries = {entry.msgid: entry.msgstr for entry in polib.pofile(str(place))}

    for told in (*REFUSALS.values(), *ROLES.values()):
        with translation.override(None):
            english = str(told)
        chinese = entries[english]
        assert set(re.findall(r"%\((\w+)\)s", english)) == set(re.findall(r"%\((\w+)\)s", chinese))
