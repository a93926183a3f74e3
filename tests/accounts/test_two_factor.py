"""The second factor: set up by a code, asked for after the password, lost and reset."""

from datetime import datetime, timedelta

import pyotp
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from gongzhi.accounts import actions, queries
from gongzhi.accounts.models import RecoveryCode, SecondFactor
from gongzhi.accounts.rules import (
    SYSTEM,
    Actor,
    CodeRefused,
    CodesLocked,
    NoSecondFactor,
    PasswordRefused,
    SecondFactorNeeded,
    SecondFactorThere,
)
from gongzhi.accounts.rules.second_factor import fitting_step, sealed, step_of, unsealed
from gongzhi.accounts.web.guarding import watched_sessions
from gongzhi.ledger.models import Entry
from gongzhi.ledger.queries import verify
from tests.cast import MORNING, PASSWORD, City

pytestmark = pytest.mark.django_db


def drawn_secret(by: Actor) -> str:
    actions.begin_second_factor(by=by, at=MORNING)
    step = queries.second_step(by.person_id or 0)
    assert step is not None
    return step.secret


def set_up(by: Actor, at: datetime = MORNING) -> tuple[str, tuple[str, ...]]:
    secret = drawn_secret(by)
    return secret, actions.confirm_second_factor(pyotp.TOTP(secret).at(at), by=by, at=at)


# The worked values of RFC 6238, appendix B (SHA-1), at six digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromtimestamp(seconds, tz=MORNING.tzinfo)

    assert fitting_step(secret, code, at=at, after=0) == step_of(at)


@pytest.mark.parametrize(
    ("off", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_the_clock_of_a_telephone_may_be_off_by_half_a_minute(off: int, fits: bool) -> None:
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(MORNING + timedelta(seconds=off))

    assert (fitting_step(secret, code, at=MORNING, after=0) is not None) is fits


def test_a_secret_lies_encrypted_and_opens_with_the_city_s_key_only() -> None:
    token = sealed("ABC", key="one")

    assert "ABC" not in token
    assert unsealed(token, key="one") == "ABC"
    assert unsealed(token, key="other") is None
    assert unsealed(token, key="other", older_keys=["one"]) == "ABC"


def test_it_is_in_force_once_a_code_confirms_it(city: City) -> None:
    secret = drawn_secret(city.rita)
    assert not actions.has_second_factor(city.rita.person_id or 0)
    with pytest.raises(CodeRefused):
        actions.confirm_second_factor("000000x", by=city.rita, at=MORNING)

    codes = actions.confirm_second_factor(pyotp.TOTP(secret).at(MORNING), by=city.rita, at=MORNING)

    assert actions.has_second_factor(city.rita.person_id or 0)
    assert len(set(codes)) == 10
    with pytest.raises(SecondFactorThere):
        actions.begin_second_factor(by=city.rita, at=MORNING)


def test_opening_the_page_again_keeps_the_drawn_secret(city: City) -> None:
    assert drawn_secret(city.rita) == drawn_secret(city.rita)


def test_neither_secret_nor_codes_stand_anywhere_in_the_clear(city: City) -> None:
    secret, codes = set_up(city.rita)

    row = SecondFactor.objects.get()
    kept = [row.secret, *RecoveryCode.objects.values_list("digest", flat=True)]
    facts = [str(entry.facts) for entry in Entry.objects.all()]
    assert not any(one in text for one in (secret, *codes) for text in (*kept, *facts))
    assert {"person.second_factor_set", "person.recovery_codes_made"} <= set(
        Entry.objects.values_list("kind", flat=True)
    )


def test_a_code_signs_in_once(city: City) -> None:
    secret, _codes = set_up(city.rita)
    at = MORNING + timedelta(minutes=2)
    code, person_id = pyotp.TOTP(secret).at(at), city.rita.person_id or 0

    actions.pass_second_step(person_id, f" {code[:3]} {code[3:]} ", at=at)

    with pytest.raises(CodeRefused):
        actions.pass_second_step(person_id, code, at=at + timedelta(seconds=5))
    entry = Entry.objects.filter(kind="person.signed_in").get()
    assert entry.facts == {"way": "password+totp"}


def test_the_code_that_confirmed_signs_nobody_in(city: City) -> None:
    secret, _codes = set_up(city.rita)

    with pytest.raises(CodeRefused):
        actions.pass_second_step(
            city.rita.person_id or 0, pyotp.TOTP(secret).at(MORNING), at=MORNING
        )


def test_each_recovery_code_signs_in_once_however_it_is_typed(city: City) -> None:
    _secret, codes = set_up(city.rita)
    person_id = city.rita.person_id or 0

    actions.pass_second_step(person_id, codes[3].lower().replace("-", " "), at=MORNING)

    with pytest.raises(CodeRefused):
        actions.pass_second_step(person_id, codes[3], at=MORNING)
    assert queries.own_account(city.rita, at=MORNING).recovery_codes == 9


def test_new_recovery_codes_put_the_old_ones_out_of_force(city: City) -> None:
    secret, codes = set_up(city.rita)
    at = MORNING + timedelta(minutes=2)

    fresh = actions.renew_recovery_codes(pyotp.TOTP(secret).at(at), by=city.rita, at=at)

    with pytest.raises(CodeRefused):
        actions.pass_second_step(city.rita.person_id or 0, codes[0], at=at)
    actions.pass_second_step(city.rita.person_id or 0, fresh[0], at=at)


def test_guessing_codes_locks_the_account_whoever_knows_the_password(city: City) -> None:
    secret, _codes = set_up(city.rita)
    person_id = city.rita.person_id or 0
    for _try in range(5):
        actions.sign_in_with_password("rita", PASSWORD, at=MORNING)
        with pytest.raises(CodeRefused):
            actions.pass_second_step(person_id, "123", at=MORNING)

    later = MORNING + timedelta(minutes=14)
    with pytest.raises(CodesLocked):
        actions.pass_second_step(person_id, pyotp.TOTP(secret).at(later), at=later)
    after = MORNING + timedelta(minutes=15)
    actions.pass_second_step(person_id, pyotp.TOTP(secret).at(after), at=after)


def test_taking_it_off_asks_for_password_and_code_and_counts_the_tries(city: City) -> None:
    secret, codes = set_up(city.rita)
    at = MORNING + timedelta(minutes=2)
    with pytest.raises(PasswordRefused):
        actions.remove_second_factor("wrong", codes[0], by=city.rita, at=at)
    for _try in range(4):
        with pytest.raises(CodeRefused):
            actions.remove_second_factor(PASSWORD, "1", by=city.rita, at=at)
    with pytest.raises(CodesLocked):
        actions.remove_second_factor(PASSWORD, codes[0], by=city.rita, at=at)

    later = at + timedelta(hours=1)
    actions.remove_second_factor(PASSWORD, pyotp.TOTP(secret).at(later), by=city.rita, at=later)

    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    with pytest.raises(NoSecondFactor):
        actions.renew_recovery_codes("1", by=city.rita, at=later)


def test_the_security_administrator_resets_it_and_the_ledger_says_so(city: City) -> None:
    set_up(city.henry)

    actions.reset_second_factor("henry", by=city.seca, at=MORNING)

    entry = Entry.objects.get(kind="person.second_factor_removed")
    assert entry.facts == {"own": False}
    assert entry.person_id == city.seca.person_id
    with pytest.raises(NoSecondFactor):
        actions.reset_second_factor("henry", by=city.seca, at=MORNING)


def test_erasing_a_person_erases_every_secret(city: City) -> None:
    set_up(city.rita)

    actions.erase_person("rita", by=city.seca, at=MORNING)

    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert verify().is_clean


# The pages.


def half_way(login: str) -> Client:
    client = Client()
    answer = client.post("/sign-in", {"login": login, "password": PASSWORD, "next": "/mine"})
    assert answer.headers["Location"] == "/sign-in/code?next=%2Fmine"
    return client


def test_the_password_alone_opens_nothing(city: City) -> None:
    set_up(city.rita)

    client = half_way("rita")

    assert client.get("/account").status_code == 302
    assert not Entry.objects.filter(kind="person.signed_in").exists()
    assert client.get("/sign-in/code").status_code == 200


def test_password_and_code_sign_in_and_go_on(city: City) -> None:
    secret, _codes = set_up(city.rita)
    client = half_way("rita")

    wrong = client.post("/sign-in/code", {"code": "000"})
    right = client.post(
        "/sign-in/code", {"code": pyotp.TOTP(secret).at(timezone.now()), "next": "/mine"}
    )

    assert wrong.status_code == 403
    assert 'id="field-code-trouble"' in wrong.content.decode()
    assert (right.status_code, right.headers["Location"]) == (302, "/mine")
    assert client.get("/account").status_code == 200


def test_the_second_step_without_the_first_leads_to_the_first(city: City) -> None:
    for answer in (Client().get("/sign-in/code"), Client().post("/sign-in/code", {"code": "1"})):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")


def signed_in(login: str) -> Client:
    client = Client()
    client.post("/sign-in", {"login": login, "password": PASSWORD})
    return client


def test_the_pages_set_it_up_and_show_the_codes_once(city: City) -> None:
    client = signed_in("rita")
    assert client.get("/account/two-factor/set-up").status_code == 302  # nothing drawn yet

    client.post("/account/two-factor/begin")
    page = client.get("/account/two-factor/set-up")
    secret = queries.second_step(city.rita.person_id or 0).secret  # type: ignore[union-attr]
    done = client.post(
        "/account/two-factor/set-up", {"code": pyotp.TOTP(secret).at(timezone.now())}
    )

    assert "data:image/svg+xml" in page.content.decode()
    assert page.headers["Cache-Control"].startswith("max-age=0")
    assert done.content.decode().count("<li>") >= 10
    assert client.get("/account/two-factor/set-up").status_code == 302


@pytest.fixture
def _owed(settings: object) -> None:
    settings.TWO_FACTOR_ROLES = frozenset({"security_admin"})  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_owed")
def test_a_role_that_owes_it_is_led_there_before_anything_else(city: City) -> None:
    client = signed_in("seca")

    assert client.get("/mine").headers["Location"] == "/account/two-factor"
    assert client.get("/account/two-factor").status_code == 200
    api = client.get("/api/v1/inbox")
    assert (api.status_code, api.json()["code"]) == (403, "accounts.second_factor_needed")
    client.post("/account/two-factor/begin")
    secret = queries.second_step(city.seca.person_id or 0).secret  # type: ignore[union-attr]
    client.post("/account/two-factor/set-up", {"code": pyotp.TOTP(secret).at(timezone.now())})
    assert client.get("/mine").status_code == 200
    with pytest.raises(SecondFactorNeeded):
        actions.remove_second_factor(PASSWORD, "1", by=city.seca, at=MORNING)


@pytest.mark.usefixtures("_owed")
def test_a_session_opened_before_it_was_set_up_must_sign_in_again(city: City) -> None:
    old = signed_in("seca")
    set_up(city.seca)

    assert old.get("/mine").headers["Location"] == "/sign-in"
    assert old.get("/account").status_code == 302


@pytest.mark.usefixtures("_owed")
def test_others_and_strangers_are_led_nowhere(city: City) -> None:
    assert signed_in("rita").get("/mine").status_code == 200
    assert Client().get("/").status_code == 200


def test_the_command_line_lets_the_last_security_administrator_in_again(city: City) -> None:
    from click.testing import CliRunner

    from gongzhi.accounts.commands import COMMANDS

    set_up(city.seca)
    actions.bar_person("seca", by=SYSTEM, at=MORNING)

    for name in ("reset-second-factor", "unlock", "password-link"):
        done = CliRunner().invoke(COMMANDS[f"accounts {name}"], ["seca"])
        assert done.exit_code == 0, done.output
    none = CliRunner().invoke(COMMANDS["accounts reset-second-factor"], ["seca"])

    assert "/choose-password/" in done.output
    assert none.exit_code == 1
    assert not actions.has_second_factor(city.seca.person_id or 0)
    assert actions.sign_in_with_password("seca", PASSWORD, at=MORNING)


def test_a_role_that_does_not_exist_is_refused_at_the_start(settings: object) -> None:
    settings.TWO_FACTOR_ROLES = frozenset({"boss"})  # type: ignore[attr-defined]

    with pytest.raises(ImproperlyConfigured, match="boss"):
        watched_sessions(lambda _request: HttpResponse())
