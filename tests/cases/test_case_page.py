"""The page of a case: chain, clock, doubts, following, rating and reopening, without a browser."""

import io
import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from gongzhi.cases import actions, queries
from gongzhi.cases.models import Case
from gongzhi.cases.rules import NewReport, State
from gongzhi.demo.rules.pictures import Taken, picture
from gongzhi.evidence.actions import keep_file
from tests.cast import City, point_in

from .test_api import client_of

HERE = point_in(0, 0)
CODE = "ABCD-EFGH-JKMN"


def picture_of(view: str, purpose: str = "after", *, at: datetime, metres: float = 0) -> bytes:
    taken = Taken(at, HERE[0], HERE[1] + metres / 111_195)
    return picture("rubbish", purpose, view, taken=taken)


def show(case_id: object, purpose: str, content: bytes, *, city: City, at: datetime) -> None:
    keep_file(
        content, name="a.jpg", purpose=purpose, subject=f"case:{case_id}", by=city.henry, at=at
    )


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def a_case(city: City, at: datetime, *, by: str = "rita", claim: str = "") -> Any:
    new = NewReport(
        category_code="E0110",
        text="两袋垃圾",
        longitude=HERE[0],
        latitude=HERE[1],
        claim_code=claim,
    )
    return actions.report(new, by=city.people[by], at=at)


def worked_on(city: City, at: datetime, before: bytes, after: bytes) -> str:
    """Return the number of a case whose work waits for its check."""
    told = a_case(city, at)
    show(told.case_id, "before", before, city=city, at=at)
    actions.file_case(told.number, by=city.opal, at=at)
    actions.dispatch_case(told.number, by=city.dora, at=at)
    actions.accept_case(told.number, by=city.henry, at=at)
    show(told.case_id, "after", after, city=city, at=at + timedelta(minutes=30))
    actions.complete_case(told.number, by=city.henry, at=at + timedelta(minutes=30))
    case = Case.objects.get(number=told.number)
    if case.state == State.HANDLED:
        actions.ask_check(told.number, by=city.dora, at=at + timedelta(minutes=40))
    return str(told.number)


def closed(city: City, at: datetime, *, claim: str = "") -> str:
    told = a_case(city, at, claim=claim)
    for purpose in ("before", "after"):
        show(told.case_id, purpose, picture_of("1", purpose, at=at), city=city, at=at)
    actions.force_close_case(told.number, reason="x", by=city.hugo, at=at)
    return str(told.number)


def page_of(city: City, number: str, login: str = "", language: str = "en") -> str:
    client = client_of(city, login)
    answer = client.get(f"/cases/{number}", headers={"accept-language": language})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


# --- whose is it ----------------------------------------------------------------------


def test_the_chain_says_why_in_words_and_names_no_code_to_residents(
    city: City, now: datetime
) -> None:
    number = a_case(city, now).number

    resident, operator = page_of(city, number, "rolf"), page_of(city, number, "opal")

    assert "At street level, matters of this kind are its task." in resident
    assert "Duty table" not in resident
    assert "E01" not in resident.replace("E0110", "")
    assert "Duty table, row E01" in operator


def test_the_page_carries_the_chain_and_the_extension_itself(city: City, now: datetime) -> None:
    number = a_case(city, now).number
    actions.file_case(number, by=city.opal, at=now)
    actions.dispatch_case(number, by=city.dora, at=now)
    actions.accept_case(number, by=city.henry, at=now)

    before = queries.case_page(number, viewer=city.dora, at=now)
    actions.ask_extension(number, reason="x", by=city.henry, at=now)
    after = queries.case_page(number, viewer=city.dora, at=now)

    assert before.chain[0].organisation.code == "sanitation-1"
    assert (before.extension_asked_at, after.extension_asked_at) == (None, now)


# --- the clock ------------------------------------------------------------------------


def counted(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="clock-counted" type="application/json">(.*?)</script>', page)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_clock_says_how_it_was_computed_and_what_the_page_counts_on(
    city: City, now: datetime
) -> None:
    number = a_case(city, now).number
    promise = queries.case_page(number, viewer=city.opal, at=now).promises[-1]

    page = page_of(city, number)
    told = counted(page)

    assert "in working time only: Mon–Fri 08:00–12:00, 14:00–18:00; not on public holidays" in page
    assert told["spans"][-1][1] == int(promise.due_at.timestamp() * 1000)
    seconds = sum(end - start for start, end in told["spans"]) / 1000
    assert 0 < seconds <= 8 * 3600  # the limit of filing is half a working hour
    assert 0 <= told["used"] <= 100


def test_a_late_clock_is_not_counted_on(city: City, now: datetime) -> None:
    number = a_case(city, now - timedelta(days=12)).number

    assert 'id="clock-counted"' not in page_of(city, number)


# --- doubts about photographs ---------------------------------------------------------

STAFF = {"colin", "opal", "hugo", "dora", "lea"}  # who checks, and who answers for the whole
OTHERS = {"", "rita", "rolf", "henry", "cora"}


def doubted(city: City, number: str) -> set[str]:
    return {login for login in STAFF | OTHERS if 'class="doubts"' in page_of(city, number, login)}


def test_an_after_photo_with_the_bytes_of_the_before_photo_is_told_to_whoever_judges_it(
    city: City, now: datetime
) -> None:
    same = picture_of("1", "before", at=now)
    number = worked_on(city, now, same, same)

    page = page_of(city, number, "colin")

    assert "The photo “After” is the same file as the photo “Before” of this case." in page
    assert doubted(city, number) == STAFF


def test_an_after_photo_of_another_case_names_that_case(city: City, now: datetime) -> None:
    after = picture_of("1", at=now)
    first = worked_on(city, now, picture_of("1", "before", at=now), after)
    second = worked_on(city, now, picture_of("2", "before", at=now), after)

    page = page_of(city, second, "hugo")

    assert f"The photo “After” is the same file as a photo of case {first}." in page
    assert f'<a href="/cases/{first}#proof">See it in {first}</a>' in page


def test_whoever_works_again_reads_why_beside_the_button(city: City, now: datetime) -> None:
    number = worked_on(city, now, picture_of("1", at=now), picture_of("2", at=now))
    later = now + timedelta(hours=1)
    show(Case.objects.get(number=number).pk, "check", picture_of("3", at=now), city=city, at=later)
    actions.fail_check(number, finding="The bags are still there", by=city.colin, at=later)

    form = page_of(city, number, "henry").partition('id="step-complete"')[2].partition("</form>")[0]

    assert "The bags are still there" in form


@pytest.mark.parametrize(
    ("days", "metres", "told"),
    [(3, 0, "before the report at"), (0, 900, "900 metres from the place of this case")],
)
def test_an_after_photo_taken_at_another_time_or_place_is_told(
    city: City, now: datetime, days: int, metres: float, told: str
) -> None:
    after = picture_of("1", at=now - timedelta(days=days), metres=metres)
    number = worked_on(city, now, picture_of("1", "before", at=now), after)

    assert told in page_of(city, number, "colin")


def test_honest_photographs_raise_no_doubt(city: City, now: datetime) -> None:
    after = picture_of("1", at=now + timedelta(minutes=20))
    number = worked_on(city, now, picture_of("1", "before", at=now), after)

    assert doubted(city, number) == set()


def test_doubts_stand_beside_the_button_of_whoever_vouches_for_the_photographs(
    city: City, now: datetime
) -> None:
    same = picture_of("1", "before", at=now)
    number = worked_on(city, now, same, same)

    form = (
        page_of(city, number, "colin").partition('id="step-pass_check"')[2].partition("</form")[0]
    )

    assert "1 doubt about the photographs:" in form
    assert "same file" in form


def test_the_page_for_outside_tells_the_checker_too_and_not_the_handler(
    city: City, now: datetime
) -> None:
    same = picture_of("1", "before", at=now)
    number = worked_on(city, now, same, same)

    pages = {
        login: client_of(city, login).get(f"/field/{number}").content.decode()
        for login in ("colin", "henry")
    }

    assert {login for login, page in pages.items() if 'class="doubts"' in page} == {"colin"}


def test_a_doubt_never_refuses_a_step(city: City, now: datetime) -> None:
    same = picture_of("1", "before", at=now)
    number = worked_on(city, now, same, same)
    client = client_of(city, "colin")
    check = SimpleUploadedFile("c.jpg", picture_of("1", "check", at=now))

    form = {"finding": "clean", "photo_check": [check]}
    answer = client.post(f"/cases/{number}/pass_check", form)

    assert answer.status_code == 302
    assert Case.objects.get(number=number).state in {State.CHECKED, State.CLOSED}


# --- before and after -----------------------------------------------------------------


def test_two_pictures_stand_beside_each_other_with_time_and_distance(
    city: City, now: datetime
) -> None:
    before = picture_of("1", "before", at=now)
    number = worked_on(city, now, before, picture_of("1", at=now, metres=12))

    page = page_of(city, number)

    assert page.count("data-slider-hand") == 1
    assert 'type="range"' in page
    assert "The two were taken 12 metres apart, as the cameras say." in page


def test_the_latest_pairs_are_those_of_public_closed_cases(city: City, now: datetime) -> None:
    shown, plain = closed(city, now), worked_on(city, now, *[picture_of("3", at=now)] * 2)
    Case.objects.filter(number=shown).update(is_forced=False)
    hidden = closed(city, now)
    Case.objects.filter(number=hidden).update(is_forced=False, is_public=False)

    with CaptureQueriesContext(connection) as statements:
        found = queries.latest_pairs(city.rolf, at=now + timedelta(hours=1))

    everything = queries.latest_pairs(city.hugo, at=now + timedelta(hours=1))
    assert [one.number for one in found] == [one.number for one in everything] == [shown]
    assert plain not in {one.number for one in found}
    assert len(statements) <= 3


# --- following ------------------------------------------------------------------------


def test_a_case_is_followed_and_left_by_one_button(city: City, now: datetime) -> None:
    number = a_case(city, now).number
    client = client_of(city, "rolf")

    followed = client.post(f"/cases/{number}/follow", follow=True).content.decode()
    left = client.post(f"/cases/{number}/unfollow", follow=True).content.decode()

    assert f'action="/cases/{number}/unfollow"' in followed
    assert f'action="/cases/{number}/follow"' in left
    assert number in client_of(city, "rita").get("/mine").content.decode()


def test_the_reporter_has_no_button_to_follow(city: City, now: datetime) -> None:
    number = a_case(city, now).number

    page = page_of(city, number, "rita")

    assert f"/cases/{number}/follow" not in page
    assert "You reported this." in page


def test_following_without_an_account_is_refused_with_a_sentence(city: City, now: datetime) -> None:
    number = a_case(city, now).number

    answer = Client().post(f"/cases/{number}/follow")

    assert answer.status_code == 403
    assert 'role="alert"' in answer.content.decode()


# --- after closing --------------------------------------------------------------------


def with_code(number: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    assert client.post("/claim", {"number": number, "claim_code": CODE}).status_code == 302
    return client


@pytest.fixture
def done(city: City, now: datetime) -> str:
    from gongzhi.accounts.rules import ANONYMOUS

    city.people[""] = ANONYMOUS
    new = NewReport(
        category_code="E0110", text="x", longitude=HERE[0], latitude=HERE[1], claim_code=CODE
    )
    told = actions.report(new, by=ANONYMOUS, at=now)
    for purpose in ("before", "after"):
        show(told.case_id, purpose, picture_of("1", purpose, at=now), city=city, at=now)
    actions.force_close_case(told.number, reason="x", by=city.hugo, at=now)
    return str(told.number)


def test_the_reporter_is_asked_whether_it_is_solved(city: City, done: str) -> None:
    own, other = with_code(done).get(f"/cases/{done}").content.decode(), page_of(city, done)

    assert "Is it really solved?" in own
    assert 'id="step-rate"' in own
    assert 'id="step-reopen"' in own
    assert 'id="step-rate"' not in other


def test_a_closed_case_is_taken_up_again_with_reason_and_photograph(city: City, done: str) -> None:
    today = SimpleUploadedFile("t.jpg", picture_of("9", "before", at=timezone.now()))

    form = {"reason": "it is there again", "photo_before": [today]}
    answer = with_code(done).post(f"/cases/{done}/reopen", form)

    page = queries.case_page(done, viewer=city.opal, at=timezone.now())
    assert answer.status_code == 302
    assert page.line.state is State.FILED
    assert [one.purpose for one in page.photos].count("before") == 2


def test_a_closed_case_is_taken_up_again_without_a_photograph_too(city: City, done: str) -> None:
    answer = with_code(done).post(f"/cases/{done}/reopen", {"reason": "no"})

    assert answer.status_code == 302


def test_when_the_days_are_over_the_reporter_is_not_shown_the_way(city: City, done: str) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    Case.objects.filter(number=done).update(ended_at=long_ago, reported_at=long_ago)

    page = with_code(done).get(f"/cases/{done}").content.decode()

    assert 'id="step-reopen"' not in page


# --- the story ------------------------------------------------------------------------


def test_the_story_tells_promises_where_they_were_made_and_kept(city: City, now: datetime) -> None:
    number = a_case(city, now).number
    actions.file_case(number, by=city.opal, at=now + timedelta(minutes=5))
    actions.dispatch_case(number, by=city.dora, at=now + timedelta(minutes=6))

    story = page_of(city, number).partition('class="story"')[2]

    assert story.index("promised: File the case") < story.index("done in time: File the case")
    assert "was given to East crew" in story


@pytest.mark.parametrize("state", list(State))
def test_every_state_says_what_happens_now(state: State) -> None:
    from gongzhi.cases import words

    assert str(words.NEXT[state])


# --- mine -----------------------------------------------------------------------------


def test_a_code_is_forgotten_in_this_browser_alone(city: City, done: str) -> None:
    client = with_code(done)
    before = client.get("/mine").content.decode()

    client.post("/mine/forget", {"number": done})

    assert done in before
    assert f'href="/cases/{done}"' not in client.get("/mine").content.decode()
    assert f'href="/cases/{done}"' in with_code(done).get("/mine").content.decode()


# --- costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["", "rita", "henry", "colin", "hugo", "opal"])
def test_a_page_with_doubts_costs_ten_statements_at_most(
    city: City, now: datetime, login: str
) -> None:
    after = picture_of("1", at=now)
    worked_on(city, now, picture_of("1", "before", at=now), after)
    number = worked_on(city, now, picture_of("2", "before", at=now), after)
    client = client_of(city, login)
    client.get(f"/cases/{number}")

    with CaptureQueriesContext(connection) as statements:
        client.get(f"/cases/{number}")

    # Besides: the session, the reader (two for a resident), the unread notices of the head.
    assert len(statements) <= 10 + (4 if login else 0)


def test_pictures_that_cannot_be_shown_are_in_no_pair(city: City, now: datetime) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    told = a_case(city, now)
    show(told.case_id, "before", out.getvalue(), city=city, at=now)

    page = queries.case_page(told.number, viewer=city.opal, at=now)

    assert page.pair is None
    assert "data-slider" not in page_of(city, told.number)
