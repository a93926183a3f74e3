"""Outside: what is near, what is to be done and in which order, one step by one thumb."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.accounts import actions as accounts
from gongzhi.accounts import queries as parties
from gongzhi.accounts.actions import NewPost
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases import actions
from gongzhi.cases.models import Case
from gongzhi.cases.queries import field
from gongzhi.cases.rules import NewReport
from gongzhi.catalogue import queries as catalogue
from gongzhi.ledger.models import Entry
from gongzhi.places import queries as places
from tests.cast import FOUNDED, City, photo, point_in

from .test_api import client_of


def report_at(city: City, x: int, y: int, east: float = 0.5, *, verify: bool = False) -> str:
    longitude, latitude = point_in(x, y, east=east)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    number = actions.report(new, by=city.rita, at=timezone.now()).number
    if verify:
        actions.ask_verification(number, by=city.opal, at=timezone.now())
    return number


def test_what_is_near_stands_with_distance_and_direction_the_nearest_first(city: City) -> None:
    numbers = [report_at(city, 0, 0, east) for east in (0.9, 0.6, 0.5)]
    longitude, latitude = point_in(0, 0)

    found = field.cases_near(
        city.colin, longitude=longitude, latitude=latitude, radius_m=500, at=timezone.now(), limit=9
    )

    assert [one.line.number for one in found] == [numbers[2], numbers[1]]
    assert found[1].metres == pytest.approx(191, abs=2)
    assert found[1].bearing == pytest.approx(90, abs=1)


@pytest.mark.parametrize("login", ["colin", "cora", "henry", "hanna", "lars", "stella"])
def test_nothing_near_is_shown_that_the_reader_may_not_see(city: City, login: str) -> None:
    for x in (0, 1):
        report_at(city, x, 0)
    Case.objects.update(is_public=False)
    longitude, latitude = point_in(0, 0, east=1)

    found = field.cases_near(
        city.people[login],
        longitude=longitude,
        latitude=latitude,
        radius_m=5000,
        at=timezone.now(),
        limit=9,
    )

    # Those of the area, and the crew it lies with; the lamps have nothing to do with it.
    seen = {"colin": 1, "cora": 1, "stella": 1, "henry": 1, "hanna": 1}
    assert len(found) == seen.get(login, 0)


def test_tasks_are_what_is_owed_in_walking_order(city: City) -> None:
    far, near, middle = (report_at(city, 0, 0, one, verify=True) for one in (0.9, 0.1, 0.5))
    report_at(city, 0, 0, 0.3)

    found = field.tasks(city.colin, at=timezone.now(), start=point_in(0, 0, east=0))

    assert [one.line.number for one in found.tasks] == [near, middle, far]
    assert found.metres == pytest.approx(sum(one.metres or 0 for one in found.tasks))
    assert {one.step.value for one in found.tasks if one.step} == {"verify"}
    assert field.tasks(city.cora, at=timezone.now()).tasks == ()


def test_what_a_colleague_of_the_same_office_owes_is_not_mine(city: City) -> None:
    report_at(city, 0, 0, verify=True)
    path = city.colin.scopes[0]
    new = NewPost("collector-1b", "collector", "street-1", "b", "b", path)
    accounts.create_posts([new], by=SYSTEM, at=FOUNDED)
    accounts.enrol_person("carl", name="Carl", by=SYSTEM, at=FOUNDED)
    accounts.appoint(
        "carl", post_code="collector-1b", starts_on=FOUNDED.date(), by=SYSTEM, at=FOUNDED
    )
    carl = parties.actor_for_login("carl", at=timezone.now())

    assert len(field.tasks(city.colin, at=timezone.now()).tasks) == 1
    assert field.tasks(carl, at=timezone.now()).tasks == ()


@pytest.mark.parametrize("address", ["/field", "/field/tasks", "/field/fix"])
def test_lists_cost_at_most_ten_statements_however_long(city: City, address: str) -> None:
    colin = client_of(city, "colin")
    costs = []
    for _ in range(2):
        for east in (0.2, 0.4, 0.6):
            report_at(city, 0, 0, east, verify=True)
        colin.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert colin.get(address).status_code == 200
        costs.append(len(asked))

    assert costs[0] == costs[1] <= 10, [one["sql"][:90] for one in asked]


def test_parts_with_open_cases_are_counted_the_late_first(city: City) -> None:
    report_at(city, 0, 0)
    report_at(city, 0, 0, 0.7)
    street = next(one for one in field.own_areas(city.colin, at=timezone.now()))
    parts = places.children_of(street.area.id if street.area else None, at=timezone.now())

    found = field.figures_by_part(city.colin, parts, area_path=street.path, at=timezone.now())

    assert found.whole.open == 2
    assert [one.figures.open for one in found.parts] == [2]


def test_who_fixes_on_the_spot_sees_it_counted(city: City) -> None:
    client = client_of(city, "colin")
    longitude, latitude = point_in(0, 0)
    given = {"category_code": "E0110", "longitude": longitude, "latitude": latitude}
    client.post("/field/fix", {**given, "photo_before": a_photo(), "photo_after": a_photo(200)})

    page = client.get("/field/fix")

    assert page.context["fixed"] == 1
    assert [row.line.number for row in page.context["rows"]] == [Case.objects.get().number]


def send(client: Client, number: str, **given: Any) -> Any:
    return client.post(f"/field/{number}", given)


def a_photo(shade: int = 90) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo(shade), "image/jpeg")


@pytest.mark.parametrize(("code", "is_true"), [("there", True), ("other", True), ("gone", False)])
def test_one_form_verifies_with_the_answer_as_words(city: City, code: str, is_true: bool) -> None:
    number = report_at(city, 0, 0, verify=True)

    answer = send(
        client_of(city, "colin"), number, deed="verify", finding_code=code, photo_verify=a_photo()
    )

    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert Entry.objects.get(kind="case.verified").facts["is_true"] is is_true


def test_a_refused_step_is_explained_and_keeps_what_was_typed(city: City) -> None:
    number = report_at(city, 0, 0, verify=True)

    answer = send(
        client_of(city, "colin"), number, deed="verify", finding_code="there", words="三袋"
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "三袋" in page
    assert 'role="alert"' in page


def test_a_step_on_a_case_that_went_on_is_a_conflict_in_words(city: City) -> None:
    number = report_at(city, 0, 0, verify=True)
    colin = client_of(city, "colin")
    send(colin, number, deed="verify", finding_code="gone", photo_verify=a_photo())

    answer = send(colin, number, deed="verify", finding_code="there", photo_verify=a_photo())

    assert answer.status_code == 409
    assert Entry.objects.filter(kind="case.verified").count() == 1


def test_a_crew_accepts_and_completes_what_lies_with_it(city: City) -> None:
    number = report_at(city, 0, 0)
    actions.file_case(number, by=city.opal, at=timezone.now())
    actions.dispatch_case(number, by=city.dora, at=timezone.now())
    henry = client_of(city, "henry")
    (first,) = field.tasks(city.henry, at=timezone.now()).tasks

    accepted = send(henry, number, deed="accept", version=str(first.version))
    (second,) = field.tasks(city.henry, at=timezone.now()).tasks
    completed = send(henry, number, deed="complete", words="已清运", photo_after=a_photo(220))

    assert [one.step and one.step.value for one in (first, second)] == ["accept", "complete"]
    assert (accepted.status_code, completed.status_code) == (302, 302)
    assert field.tasks(city.henry, at=timezone.now()).tasks == ()


def test_a_crew_gives_back_what_is_not_its_own_with_a_reason(city: City) -> None:
    number = report_at(city, 0, 0)
    actions.file_case(number, by=city.opal, at=timezone.now())
    actions.dispatch_case(number, by=city.dora, at=timezone.now())
    henry = client_of(city, "henry")
    code = catalogue.book().reasons["return"][0].code
    actions.accept_case(number, by=city.henry, at=timezone.now())

    without = send(henry, number, deed="return")
    given = send(henry, number, deed="return", reason_code=code)

    assert (without.status_code, given.status_code) == (400, 302)
    assert Case.objects.get(number=number).state == "filed"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"deed": "nonsense"},
        {"deed": "verify", "finding_code": "nonsense", "version": "nonsense"},
        {"deed": "verify", "version": "99999999999999999999"},
        {"deed": "verify\x00", "words": "\x00"},
    ],
)
def test_nonsense_is_refused_and_never_an_accident(city: City, given: dict[str, str]) -> None:
    number = report_at(city, 0, 0, verify=True)

    answer = send(client_of(city, "colin"), number, **given)

    assert answer.status_code in {400, 409}


def test_three_taps_without_script_are_one_form(city: City) -> None:
    longitude, latitude = point_in(0, 0)
    given = {
        "category_code": "E0110",
        "longitude": longitude,
        "latitude": latitude,
        "photo_before": a_photo(40),
        "photo_after": a_photo(220),
    }

    answer = client_of(city, "colin").post("/field/fix", given)

    assert answer.status_code == 302, answer.content.decode()[:1500]
    assert Case.objects.get().source == "field"


@pytest.mark.parametrize("given", [{}, {"category_code": "E0110"}, {"longitude": "x"}])
def test_a_fix_that_lacks_something_is_explained(city: City, given: dict[str, str]) -> None:
    answer = client_of(city, "colin").post("/field/fix", given)

    assert answer.status_code == 400
    assert not Case.objects.exists()


def test_a_crew_is_told_that_fixing_is_for_stewards(city: City) -> None:
    page = client_of(city, "henry").get("/field/fix").content.decode()

    assert 'name="category_code"' not in page


@pytest.mark.parametrize("login", ["opal", "lea", "rita", "sysa"])
def test_others_are_told_where_to_go(city: City, login: str) -> None:
    answer = client_of(city, login).get("/field/tasks")

    assert answer.status_code == 403
    assert 'class="button main"' in answer.content.decode()


@pytest.mark.parametrize(
    "asked",
    ["longitude=x&latitude=1", "longitude=0&latitude=0", "longitude=999&latitude=1", "far=1"],
)
def test_an_odd_position_falls_back_to_the_middle_of_the_area(city: City, asked: str) -> None:
    assert client_of(city, "colin").get(f"/field?{asked}").status_code == 200


def test_the_api_tells_tasks_with_their_pages(city: City) -> None:
    number = report_at(city, 0, 0, verify=True)

    told = client_of(city, "colin").get("/api/v1/field").json()

    (task,) = told["tasks"]
    assert (task["case"]["number"], task["step"], task["address"]) == (
        number, "verify", f"/field/{number}"
    )  # fmt: skip
