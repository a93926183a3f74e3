"""One's own account: details, password, signing up, links for a password."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.accounts import actions
from gongzhi.accounts.actions import NewPerson
from gongzhi.accounts.models import Person
from gongzhi.accounts.rules import (
    SYSTEM,
    Actor,
    CodesLocked,
    LinkSpent,
    LoginTaken,
    NotYours,
    OwnAccount,
    PasswordRefused,
    PersonUnknown,
    SignInRefused,
    SignUpTooOften,
    TextTooLong,
    browser_name,
)
from gongzhi.ledger.models import Entry
from gongzhi.ledger.queries import verify
from tests.cast import MORNING, PASSWORD, City

pytestmark = pytest.mark.django_db
NEW = "a new password 2027"


def client_of(login: str, password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post("/sign-in", {"login": login, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


def test_a_stranger_is_sent_to_sign_in(city: City) -> None:
    assert Client().get("/account").headers["Location"] == "/sign-in?next=%2Faccount"


def test_the_page_shows_who_i_am_and_in_which_posts(city: City) -> None:
    page = client_of("stella").get("/account").content.decode()

    assert 'value="Stella"' in page
    assert "station-11" in page
    assert "2026-01-05" in page


def test_the_page_costs_at_most_ten_statements(city: City) -> None:
    client = client_of("opal")
    client.get("/account")

    for address in ("/account", "/account/sessions", "/account/two-factor", "/account/password"):
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        assert len(counted) <= 12, address  # two of them open the session and find the reader


def test_my_details_change_and_the_ledger_has_only_their_names(city: City) -> None:
    told = {"name": "Rita R", "phone": "1380000", "email": "rita@example.org"}

    answer = client_of("rita").post("/account/contact", told)

    rita = Person.objects.get(login="rita")
    assert answer.status_code == 302
    assert (rita.name, rita.phone, rita.email) == tuple(told.values())
    entry = Entry.objects.filter(kind="person.changed").last()
    assert entry is not None
    assert entry.facts == {"fields": ["email", "name", "phone"]}


def test_a_field_that_cannot_be_right_is_told_beside_it(city: City) -> None:
    answer = client_of("rita").post("/account/contact", {"name": "x" * 100})

    assert answer.status_code == 400
    assert 'id="field-name-trouble"' in answer.content.decode()
    assert Person.objects.get(login="rita").name == "Rita"


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(city: City) -> None:
    here, there = client_of("rita"), client_of("rita")

    answer = here.post(
        "/account/password", {"old_password": PASSWORD, "password": NEW, "again": NEW}
    )

    assert answer.status_code == 302
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert client_of("rita", NEW)
    with pytest.raises(SignInRefused):
        actions.sign_in_with_password("rita", PASSWORD, at=MORNING)
    assert "person.sessions_ended" in kinds()


@pytest.mark.parametrize(
    ("old", "new", "again", "beside"),
    [
        ("wrong", NEW, NEW, "old_password"),
        (PASSWORD, NEW, "another", "again"),
        (PASSWORD, "short", "short", "password"),
        ("", "", "", "old_password"),
        ("x" * 5000, NEW, NEW, "old_password"),
    ],
)
def test_a_password_that_will_not_do_is_told_beside_its_field(
    city: City, old: str, new: str, again: str, beside: str
) -> None:
    client = client_of("rita")

    answer = client.post(
        "/account/password", {"old_password": old, "password": new, "again": again}
    )

    assert answer.status_code in {400, 403}
    assert f'id="field-{beside}-trouble"' in answer.content.decode()
    assert client_of("rita")


def test_guessing_the_old_password_locks_the_account(city: City) -> None:
    rita = city.rita
    for _try in range(5):
        with pytest.raises(PasswordRefused):
            actions.change_own_password("wrong", NEW, keep_session="", by=rita, at=MORNING)

    with pytest.raises(CodesLocked):
        actions.change_own_password(PASSWORD, NEW, keep_session="", by=rita, at=MORNING)
    assert kinds().count("person.locked") == 1


# Signing up.


def sign_up(login: str = "nina", **more: str) -> tuple[Client, int]:
    client = Client()
    told = {"login": login, "password": NEW, "again": NEW, **more}
    return client, client.post("/sign-up", told).status_code


def test_a_resident_makes_an_account_and_is_signed_in(city: City) -> None:
    client, status = sign_up(phone="1390000", name="Nina")

    assert status == 302
    assert "Nina" in client.get("/account").content.decode()
    entry = Entry.objects.get(kind="person.signed_up")
    assert entry.facts == {}
    assert entry.subject == f"person:{Person.objects.get(login='nina').pk}"


@pytest.mark.parametrize("login", ["rita", "RITA", "sysa"])
def test_a_login_that_is_taken_is_told_beside_its_field(city: City, login: str) -> None:
    client = Client()

    answer = client.post("/sign-up", {"login": login, "password": NEW, "again": NEW})

    assert answer.status_code == 409
    assert 'id="field-login-trouble"' in answer.content.decode()


@pytest.mark.parametrize("login", ["", "a b", "erased-1", "x" * 65, "a\x00b<script>"])
def test_a_login_that_cannot_be_is_refused(city: City, login: str) -> None:
    _client, status = sign_up(login)

    assert status == 400
    assert "person.signed_up" not in kinds()


def test_many_accounts_from_one_address_must_wait(city: City, settings: object) -> None:
    settings.SIGN_UPS_PER_HOUR = 3  # type: ignore[attr-defined]
    for number in range(3):
        new = NewPerson(f"n{number}", "", password=NEW)
        actions.sign_up(new, address="10.0.0.1", at=MORNING)

    with pytest.raises(SignUpTooOften):
        actions.sign_up(NewPerson("n9", "", password=NEW), address="10.0.0.1", at=MORNING)
    actions.sign_up(NewPerson("n7", "", password=NEW), address="10.0.0.2", at=MORNING)
    later = MORNING + timedelta(hours=1)
    actions.sign_up(NewPerson("n8", "", password=NEW), address="10.0.0.1", at=later)


def test_signing_up_can_be_switched_off(city: City, settings: object) -> None:
    settings.SIGN_UP = False  # type: ignore[attr-defined]

    assert Client().get("/sign-up").status_code == 403
    assert sign_up()[1] == 403
    assert "/sign-up" not in Client().get("/sign-in").content.decode()


def test_the_same_login_taken_in_the_same_moment_is_told(city: City) -> None:
    with pytest.raises(LoginTaken):
        actions.sign_up(NewPerson("Rita", "", password=NEW), address="x", at=MORNING)


# Links by which a password is chosen.


def test_a_link_lets_a_person_choose_a_password_once(city: City) -> None:
    person_id, token = actions.make_password_link("rita", by=city.seca, at=MORNING)
    at = MORNING + timedelta(hours=71)

    actions.choose_password_by_link(person_id, token, password=NEW, at=at)

    assert actions.sign_in_with_password("rita", NEW, at=at).pk == person_id
    with pytest.raises(LinkSpent):
        actions.choose_password_by_link(person_id, token, password=NEW, at=at)


@pytest.mark.parametrize("change", ["late", "token", "person", "nonsense", "barred"])
def test_a_link_that_ran_out_or_was_never_made_is_refused(city: City, change: str) -> None:
    person_id, token = actions.make_password_link("rita", by=city.seca, at=MORNING)
    at = MORNING + timedelta(hours=73) if change == "late" else MORNING
    if change == "person":
        person_id += 1
    if change == "barred":
        actions.bar_person("rita", by=city.seca, at=MORNING)
    token = {"token": token[:-1] + "x", "nonsense": "zzzzzzzzzzzzzz-1"}.get(change, token)

    with pytest.raises(LinkSpent):
        actions.choose_password_by_link(person_id, token, password=NEW, at=at)
    assert Client().get(f"/choose-password/{person_id}/{token}").status_code == 403


def test_the_page_behind_a_link_takes_the_password_and_ends_open_sessions(city: City) -> None:
    from django.utils import timezone

    open_one = client_of("rita")
    person_id, token = actions.make_password_link("rita", by=city.seca, at=timezone.now())
    client, address = Client(), f"/choose-password/{person_id}/{token}"

    weak = client.post(address, {"password": "short", "again": "short"})
    done = client.post(address, {"password": NEW, "again": NEW})

    assert (weak.status_code, done.status_code) == (400, 302)
    assert client_of("rita", NEW)
    assert open_one.get("/account").status_code == 302


# Barring and readmitting.


def test_a_barred_person_is_out_at_once_and_back_when_readmitted(city: City) -> None:
    client = client_of("henry")

    actions.bar_person("henry", by=city.seca, at=MORNING)
    actions.bar_person("henry", by=city.seca, at=MORNING)

    assert client.get("/account").status_code == 302
    with pytest.raises(SignInRefused):
        actions.sign_in_with_password("henry", PASSWORD, at=MORNING)
    assert kinds().count("person.barred") == 1
    actions.readmit_person("henry", by=city.seca, at=MORNING)
    assert actions.sign_in_with_password("henry", PASSWORD, at=MORNING)


@pytest.mark.parametrize("login", ["sysa", "auda", "opal", "rita"])
def test_only_the_security_administrator_bars_resets_and_makes_links(
    city: City, login: str
) -> None:
    by: Actor = city.people[login]
    for deed in (
        actions.bar_person,
        actions.readmit_person,
        actions.make_password_link,
        actions.end_sessions_of,
        actions.reset_second_factor,
    ):
        with pytest.raises(NotYours):
            deed("henry", by=by, at=MORNING)  # type: ignore[operator]


def test_nobody_bars_themselves_or_somebody_who_is_not_there(city: City) -> None:
    with pytest.raises(OwnAccount):
        actions.bar_person("seca", by=city.seca, at=MORNING)
    with pytest.raises(PersonUnknown):
        actions.bar_person("nobody", by=city.seca, at=MORNING)


def test_a_barred_person_can_still_be_erased(city: City) -> None:
    actions.bar_person("rita", by=city.seca, at=MORNING)

    actions.erase_person("rita", by=city.seca, at=MORNING)

    assert not Person.objects.filter(login="rita").exists()
    assert verify().is_clean


def test_a_name_too_long_is_refused_by_the_action_too(city: City) -> None:
    with pytest.raises(TextTooLong):
        actions.change_own_contact(name="x" * 81, phone="", email="", by=city.rita, at=MORNING)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
            " like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 MicroMessenger/8.0",
            "WeChat · Android",
        ),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_the_system_keeps_the_register_without_being_asked(city: City) -> None:
    assert actions.end_sessions_of("rita", by=SYSTEM, at=MORNING) == 0
