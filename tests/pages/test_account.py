"""One's own account and the administration in a real browser: narrow and wide, both languages."""

import re
from typing import Any

import pyotp
import pytest
from django.utils import timezone

from gongzhi.accounts import actions, queries
from tests.cast import PASSWORD, City

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def secret_of(person_id: int | None) -> str:
    step = queries.second_step(person_id or 0)
    assert step is not None
    return step.secret


def test_a_resident_sets_up_a_second_factor_on_a_phone_and_signs_in_with_it(
    visits: Any, town: City
) -> None:
    with visits("phone", "zh", "rita") as rita:
        rita.open("/account")
        rita.press("a[href='/account/two-factor']")
        rita.press("form[action$=begin] button")
        assert rita.page.locator("img.qr").evaluate("one => one.naturalWidth") > 100
        rita.page.fill("#field-code", "000000")
        # A wrong code is told beside its field; the browser logs the status of the answer.
        rita.page.click(".set-up button.main")
        rita.page.wait_for_selector("#field-code-trouble")
        rita.mistakes.clear()
        secret = secret_of(town.rita.person_id)
        rita.page.fill("#field-code", pyotp.TOTP(secret).at(timezone.now()))
        rita.press(".set-up button.main")
        codes = rita.page.locator(".codes li").all_inner_texts()
        rita.press("main a.button.main")
        rita.press(".sign-out button")

        rita.open("/sign-in")
        rita.page.fill("#login", "rita")
        rita.page.fill("#password", PASSWORD)
        rita.press(".sign-in-way button")
        assert "/sign-in/code" in rita.page.url
        rita.page.fill("#field-code", codes[0])
        rita.press("main button.main")
        rita.open("/account/two-factor")

        assert len(codes) == 10
        assert "9" in rita.page.inner_text("main")


def test_sessions_are_seen_and_ended_on_a_desk(visits: Any, town: City) -> None:
    with visits("phone", "en", "rita") as there, visits("desk", "en", "rita") as here:
        here.open("/account/sessions")
        assert here.page.locator(".account-session").count() == 2
        here.press(".account-session form button")
        assert here.page.locator(".account-session").count() == 1

        there.page.goto(f"{there.base}/account")

        assert "/sign-in" in there.page.url


def test_a_stranger_makes_an_account_and_erases_it(visits: Any, town: City) -> None:
    with visits("phone", "zh") as nina:
        nina.open("/sign-up")
        nina.page.fill("#field-login", "nina")
        nina.page.fill("#field-password", "a fine password 9")
        nina.page.fill("#field-again", "a fine password 9")
        nina.press("main button.main")
        nina.open("/account")
        nina.open("/account/password")
        nina.open("/account/erase")
        nina.page.fill("#field-old_password", "a fine password 9")
        nina.press("main button.main")

        assert nina.page.url == f"{nina.base}/"
        nina.page.goto(f"{nina.base}/account")
        assert "/sign-in" in nina.page.url


def test_the_administrators_enrol_and_appoint_somebody_who_then_signs_in(
    visits: Any, town: City
) -> None:
    with visits("desk", "en", "sysa") as sysa:
        sysa.open("/admin/")
        sysa.press(".admin-panels a")
        sysa.press("main a.button.main")
        sysa.page.fill("#field-login", "zhou")
        sysa.page.fill("#field-name", "周明")
        sysa.press("main button.main")
        address = sysa.page.url.removeprefix(sysa.base)
        for way in ("organisations", "posts", "imports", "areas", "packs"):
            sysa.open(f"/admin/{way}")
    with visits("phone", "zh", "seca") as seca:
        seca.open(address)
        seca.page.click("summary:has(+ form)")
        seca.page.select_option("#appoint-post", "crew-1")
        seca.press("details form button.main")
        seca.press("form[action$=link] button")
        link = seca.page.inner_text(".link-slip .secret")

    with visits("phone", "zh") as zhou:
        zhou.open(re.sub(r"^https?://[^/]+", "", link.strip()))
        zhou.page.fill("#field-password", "a fine password 9")
        zhou.page.fill("#field-again", "a fine password 9")
        zhou.press("main button.main")
        zhou.page.fill("#login", "zhou")
        zhou.page.fill("#password", "a fine password 9")
        zhou.press(".sign-in-way button")
        zhou.open("/account")

        assert "crew-1" in zhou.page.inner_text("main")


@pytest.mark.parametrize(("width", "language"), [("phone", "zh"), ("desk", "en")])
def test_the_auditor_looks_up_and_verifies(
    visits: Any, town: City, width: str, language: str
) -> None:
    actions.bar_person("rolf", by=town.seca, at=timezone.now())

    with visits(width, language, "auda") as auda:
        auda.open("/admin/audit?group=access")
        found = auda.page.locator("tbody tr").count()
        auda.press("form[action$=verify] button")

        assert found >= 2
        assert auda.page.locator(".big-clock.state-kept").count() == 1


def test_notices_offer_to_tell_this_browser_only_where_it_can(visits: Any, town: City) -> None:
    with visits("phone", "zh", "rita") as rita:
        rita.open("/notices")

        assert rita.page.locator("[data-push] form").count() == 1


@pytest.mark.parametrize(("width", "language"), [("phone", "en"), ("desk", "zh")])
def test_the_map_keeper_names_an_area_and_prints_its_plate(
    visits: Any, town: City, width: str, language: str
) -> None:
    with visits(width, language, "kim") as kim:
        kim.open("/start")
        kim.press(".admin-table tr:has-text('street') a")
        kim.press(".admin-table a >> nth=0")
        kim.page.fill("#field-name", "新名街道")
        kim.press("form:has(#field-name) button.main")
        assert kim.page.input_value("#field-name") == "新名街道"
        kim.press("a[href*='/plates?q=']")
        kim.press("form[action$=make] button")
        assert kim.page.locator(".plates svg").count() == 1
        kim.open("/admin/gaps")
        kim.open("/admin/imports")


def test_a_password_that_is_too_short_is_refused_in_the_reader_s_language(
    visits: Any, town: City
) -> None:
    with visits("phone", "zh", "rita") as rita:
        rita.open("/account/password")
        rita.page.fill("#field-old_password", PASSWORD)
        rita.page.fill("#field-password", "short")
        rita.page.fill("#field-again", "short")
        rita.page.click("main button.main")
        told = rita.page.inner_text("#field-password-trouble")
        rita.mistakes.clear()

        assert "至少需要 10 个字符" in told
        assert "This password" not in told
