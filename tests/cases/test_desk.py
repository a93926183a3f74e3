"""The desk: queues, one case with what is needed to decide, merging, saved lists, changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.cases import actions, queries
from gongzhi.cases.actions.filters import drop_filter, keep_filter
from gongzhi.cases.models import Case, SavedFilter
from gongzhi.cases.queries import CaseFilter
from gongzhi.cases.queries import desk as reads
from gongzhi.cases.rules import FilterNotFound, FilterUnnamed, NewReport, State
from gongzhi.cases.web.desk import bulk as bulk_pages
from gongzhi.cases.web.desk.case import KEYS
from gongzhi.cases.web.desk.guard import NAMES, QUEUES, queue_query
from gongzhi.cases.web.lists import filter_of, inputs_of
from gongzhi.ledger import queries as ledger
from tests.cast import MORNING, City, point_in, show

LATER = MORNING + timedelta(hours=1)
OPEN = CaseFilter(is_open=True)
READER = 3  # statements that open the session and find the person and the post


def reported(city: City, text: str = "垃圾成堆", *, east: float = 0.5, at: Any = MORNING) -> str:
    longitude, latitude = point_in(0, 0, east=east)
    new = NewReport(category_code="E0110", text=text, longitude=longitude, latitude=latitude)
    return actions.report(new, by=city.rita, at=at).number


def returned(city: City) -> str:
    number = reported(city)
    actions.file_case(number, by=city.opal, at=MORNING)
    actions.dispatch_case(number, by=city.dora, at=MORNING)
    reasons = queries.case_page(number, viewer=city.henry, at=MORNING).reason_codes["return"]
    actions.return_case(
        number, reason_code=reasons[0].code, reason="不在本路段", by=city.henry, at=MORNING
    )
    return number


def client_of(login: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(login=login))
    return client


@pytest.mark.parametrize("code", sorted(QUEUES))
def test_the_address_of_a_queue_means_its_filter(code: str) -> None:
    assert filter_of(QueryDict(QUEUES[code][0])) == reads.QUEUES[code]
    assert list(QUEUES) == list(reads.QUEUES)


def test_every_field_of_the_filters_stands_in_the_address_of_the_desk(city: City) -> None:
    names = {one.name for one in inputs_of(CaseFilter(), at=timezone.now())}

    assert names <= set(NAMES)


def test_the_count_of_a_queue_is_the_length_of_its_list(city: City) -> None:
    returned(city)
    reported(city)
    for moment in (LATER, LATER + timedelta(days=30)):
        counts = reads.queue_counts(city.hugo, at=moment)

        lengths = {
            code: len(reads.desk_list(city.hugo, at=moment, narrowed=narrowed).lines)
            for code, narrowed in reads.QUEUES.items()
        }
        assert counts == lengths
        assert sum(counts.values()) > 2


def test_pages_of_the_desk_follow_each_other_what_is_due_first_at_the_head(city: City) -> None:
    numbers = [reported(city, at=MORNING + timedelta(minutes=shift)) for shift in range(7)]
    Case.objects.filter(number__in=numbers[2:4]).update(due_at=None)
    seen: list[str] = []
    after = ""
    while True:
        page = reads.desk_list(city.opal, at=LATER, narrowed=OPEN, after=after, limit=2)
        seen += [line.number for line in page.lines]
        after = page.next_cursor
        if not after:
            break

    lines = reads.desk_list(city.opal, at=LATER, narrowed=OPEN).lines
    due = [line.due_at for line in lines if line.due_at is not None]
    assert len(seen) == len(set(seen)) == 7
    assert seen == [line.number for line in lines]
    assert due == sorted(due)
    assert seen[5:] == [numbers[2], numbers[3]]


def test_a_returned_case_shows_who_gave_it_back_and_where_it_would_go_again(city: City) -> None:
    found = reads.desk_case(returned(city), viewer=city.dora, at=LATER)

    again, *others = found.parties
    assert again.organisation.code == "sanitation-1"
    assert (again.returned, again.is_unchanged, again.is_proposed) == (1, True, False)
    assert [one.is_proposed for one in others].count(True) == 1
    assert "sanitation-2" in {one.organisation.code for one in others if not one.in_chain}
    assert [one.words for one in found.returns] == ["不在本路段"]
    assert found.due_at is not None


def test_the_load_of_a_party_counts_what_lies_with_it(city: City) -> None:
    for _ in range(3):
        number = reported(city)
        actions.file_case(number, by=city.opal, at=MORNING)
        actions.dispatch_case(number, by=city.dora, at=MORNING)
    party = city.organisations["sanitation-1"]

    now = reads.loads_of([party], at=LATER)
    in_a_month = reads.loads_of([party], at=LATER + timedelta(days=30))

    assert (now[party].open, now[party].late) == (3, 0)
    assert (in_a_month[party].open, in_a_month[party].late) == (3, 3)


def test_similar_cases_are_ranked_by_words_and_distance(city: City) -> None:
    near = reported(city, "路灯坏了", east=0.5001)
    alike = reported(city, "两袋垃圾堆在门口三天", east=0.5002)
    own = reported(city, "门口堆了两袋垃圾")

    found = reads.alike(own, viewer=city.opal, at=LATER).similar

    assert [one.line.number for one in found] == [alike, near]
    assert found[0].likeness > found[1].likeness
    assert own not in {one.line.number for one in found}


def test_two_cases_stand_side_by_side(city: City) -> None:
    first, second = reported(city, "垃圾"), reported(city, "垃圾袋", east=0.51, at=LATER)
    show(Case.objects.get(number=first).pk, "before", by=city.opal, at=MORNING)

    with CaptureQueriesContext(connection) as counted:
        found = reads.comparison((second, first), viewer=city.opal, at=LATER)

    assert (found.left.line.number, found.right.line.number) == (second, first)
    assert found.metres == pytest.approx(19.1, abs=0.5)
    assert found.same_category
    assert [len(found.left.photos), len(found.right.photos)] == [0, 1]
    assert 0.5 < found.likeness < 1.0
    assert len(counted) <= 5


def test_the_merge_page_joins_the_chosen_way_and_tells_both(city: City) -> None:
    first, second = reported(city, "垃圾"), reported(city, "垃圾袋", at=LATER)
    client = client_of("opal")
    page = client.get("/desk/merge", {"from": second, "into": first}).content.decode()
    assert page.count('name="stays"') == 2

    version = Case.objects.get(number=second).version
    answer = client.post(
        "/desk/merge",
        {"from": second, "into": first, "stays": first, f"version-{second}": version},
    )

    assert answer.status_code == 302
    merged = Case.objects.get(number=second)
    assert merged.merged_into is not None
    assert (merged.state, merged.merged_into.number) == (State.MERGED, first)


def test_what_changed_is_told_and_a_304_asks_once(city: City) -> None:
    shown, hidden, own = reported(city), reported(city), reported(city)
    client = client_of("opal")
    since = reads.newest_entry()
    address = f"/desk/changes?state=reported&since={since}&shown={shown}"
    quiet = client.get(address)
    again = client.get(address, headers={"If-None-Match": quiet["ETag"]})
    with CaptureQueriesContext(connection) as counted:
        client.get(address, headers={"If-None-Match": quiet["ETag"]})
        asked = [one["sql"] for one in counted]
    actions.file_case(shown, by=city.hugo, at=LATER)
    actions.annotate_case(hidden, note="看", by=city.hugo, at=LATER)
    actions.annotate_case(own, note="看", by=city.opal, at=LATER)
    reported(city, at=LATER)

    loud = client.get(address, headers={"If-None-Match": quiet["ETag"]})
    told = reads.changes_since(
        since,
        viewer=city.opal,
        at=LATER,
        narrowed=CaseFilter(states=(State.REPORTED,)),
        shown=[shown],
    )

    assert quiet.content.strip() == b""
    assert again.status_code == 304
    assert sum("ledger_entry" in one for one in asked) == 1
    assert not any("cases_case" in one for one in asked)
    assert loud.status_code == 200
    assert (told.new, told.changed) == (2, 1)


def test_a_saved_list_is_found_by_its_maker_and_when_shared_by_colleagues(city: City) -> None:
    own = keep_filter("我的", "state=filed", by=city.opal, at=MORNING)
    keep_filter("大家的", "late=1", is_shared=True, by=city.opal, at=MORNING)

    mine = {one.name: one.is_own for one in reads.saved_filters(city.opal)}
    theirs = {one.name: one.is_own for one in reads.saved_filters(city.dora)}

    assert mine == {"我的": True, "大家的": True}
    assert theirs == {"大家的": False}
    assert reads.saved_filters(city.henry) == ()
    with pytest.raises(FilterNotFound):
        drop_filter(own, by=city.dora, at=LATER)
    drop_filter(own, by=city.opal, at=LATER)
    assert SavedFilter.objects.count() == 1
    kinds = [one.kind for one in ledger.entries_after(0, 1000)][-3:]
    assert kinds == ["saved_filter.kept", "saved_filter.kept", "saved_filter.dropped"]


@pytest.mark.parametrize("name", ["", "  ", "长" * 61])
def test_a_saved_list_needs_a_name(city: City, name: str) -> None:
    with pytest.raises(FilterUnnamed):
        keep_filter(name, "state=filed", by=city.opal, at=MORNING)


@pytest.mark.parametrize("login", ["henry", "colin", "lea", "kim", "rita", "sysa"])
def test_others_read_whose_the_desk_is_and_where_their_page_is(city: City, login: str) -> None:
    answer = client_of(login).get("/desk")

    assert answer.status_code == 403
    assert ("/mine" if login == "rita" else "/inbox") in answer.content.decode()


def test_what_is_similar_is_a_part_for_scripts_and_a_page_for_everybody(city: City) -> None:
    first, second = reported(city), reported(city)
    client = client_of("opal")

    part = client.get(f"/desk/cases/{first}/similar", HTTP_HX_REQUEST="true").content.decode()
    whole = client.get(f"/desk/cases/{first}/similar")

    assert second in part
    assert "<html" not in part
    assert whole["Location"] == f"/desk/merge?from={first}"


def test_a_step_at_the_desk_answers_with_the_case_and_its_row(city: City) -> None:
    number = reported(city)
    version = Case.objects.get(number=number).version
    client, address = client_of("opal"), f"/desk/cases/{number}/file"

    part = client.post(
        address, {"version": version, "category_code": "E0110"}, HTTP_HX_REQUEST="true"
    )
    late = client.post(
        address, {"version": version, "category_code": "E0110"}, HTTP_HX_REQUEST="true"
    )
    whole = client.post(address, {"version": version, "category_code": "E0110"})

    assert part.status_code == 200
    assert 'hx-swap-oob="true"' in part.content.decode()
    assert Case.objects.get(number=number).state == State.FILED
    assert late.status_code == 200
    assert 'role="alert"' in late.content.decode()
    assert whole.status_code == 409


def test_a_case_can_be_sent_to_a_party_that_nobody_proposed(city: City) -> None:
    number = reported(city)
    actions.file_case(number, by=city.opal, at=MORNING)
    case, lamps = Case.objects.get(number=number), city.organisations["lighting"]
    client = client_of("dora")
    assert f'<option value="{lamps}"' in client.get(f"/desk/cases/{number}").content.decode()

    client.post(
        f"/desk/cases/{number}/dispatch",
        {"version": case.version, "organisation_id": case.organisation_id, "other": lamps},
    )

    case.refresh_from_db()
    assert (case.state, case.organisation_id) == (State.DISPATCHED, lamps)


def test_hostile_addresses_of_the_desk_are_answered(city: City) -> None:
    client = client_of("opal")
    for query in (
        "q=%00%01'\"", "after=~~", "after=2026~x~y", "due=999999999999", "due=-1", "area=zzzzz",
        "state=nothing&state=filed", "category=x" * 50, "q=" + "水" * 500,
    ):  # fmt: skip
        assert client.get(f"/desk?{query}").status_code == 200
        assert client.get(f"/desk/changes?{query}&since=x&shown=a b c").status_code == 200
    for fields in (
        {},
        {"step": "dispatch"},
        {"step": "x", "pick": "1"},
        {"step": "file", "pick": "a:b"},
    ):
        assert client.post("/desk/bulk", fields).status_code == 400
    for fields in ({}, {"run": "forged"}, {"step": "file", "picks": "x:1 y"}):
        assert client.post("/desk/bulk/take", fields).status_code in {200, 400}
    assert client.get("/desk/merge?from=nothing").status_code == 404
    assert client.get("/desk/merge?from=a&into=b").status_code == 404
    assert client.get("/desk/merge").status_code == 200


def test_pages_of_the_desk_cost_the_same_for_few_and_for_many(city: City) -> None:
    few, numbers = {}, [reported(city) for _ in range(3)]
    actions.file_case(numbers[0], by=city.opal, at=timezone.now())
    addresses = [
        "/desk",
        "/desk?state=filed",
        "/desk?q=垃圾",
        f"/desk/cases/{numbers[0]}",
        f"/desk/merge?from={numbers[1]}&into={numbers[2]}",
        f"/desk/merge?from={numbers[1]}",
    ]
    client = client_of("dora")
    for number in numbers:
        show(Case.objects.get(number=number).pk, "before", by=city.opal, at=MORNING)
    for address in addresses:
        few[address] = _statements(client, address)
    for _ in range(30):
        reported(city)

    many = {address: _statements(client, address) for address in addresses}

    assert many == few
    assert max(many.values()) <= 10 + READER, many


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_the_desk_of_one_area_has_the_queues_of_that_area(city: City) -> None:
    reported(city)
    longitude, latitude = point_in(1, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    actions.report(new, by=city.rita, at=MORNING)
    west = replace(city.opal, scopes=city.cora.scopes)

    home = reads.home_of(west)
    narrowed = filter_of(QueryDict(queue_query("new", west)))

    assert reads.queue_counts(city.opal, at=LATER)["new"] == 2
    assert reads.queue_counts(west, at=LATER)["new"] == 1
    assert narrowed == CaseFilter(states=(State.REPORTED,), area_path=home)
    assert len(reads.desk_list(west, at=LATER, narrowed=narrowed).lines) == 1


def test_a_bulk_step_that_one_request_cannot_finish_goes_on(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_pages, "PATIENCE", 0.0)
    picks = []
    for _ in range(3):
        number = reported(city)
        picks.append(f"{number}:{Case.objects.get(number=number).version}")
    client = client_of("opal")

    answer = client.post("/desk/bulk/take", {"step": "file", "picks": " ".join(picks)})
    steps = 1
    while "data-go-on" in answer.content.decode():
        run = answer.content.decode().split('name="run"')[1].split('"')[1]
        answer = client.post("/desk/bulk/take", {"run": run})
        steps += 1

    assert steps == 3
    assert set(Case.objects.values_list("state", flat=True)) == {"filed"}
    assert "3" in answer.content.decode().split("<h1>")[1].split("</h1>")[0]


def test_a_bulk_step_goes_through_its_pages(city: City) -> None:
    for _ in range(3):
        actions.file_case(reported(city), by=city.opal, at=MORNING)
    client = client_of("dora")

    preview = client.post("/desk/bulk", {"step": "dispatch", "all": "1", "back": "state=filed"})
    text = preview.content.decode()
    picks = text.split('name="picks"')[1].split('value="')[1].split('"')[0]
    taken = client.post(
        "/desk/bulk/take", {"step": "dispatch", "picks": picks, "back": "state=filed"}
    )
    twice = client.post(
        "/desk/bulk/take", {"step": "dispatch", "picks": picks, "back": "state=filed"}
    )

    assert len(picks.split()) == 3
    assert taken.status_code == twice.status_code == 200
    assert set(Case.objects.values_list("state", flat=True)) == {"dispatched"}
    told = twice.content.decode().split('class="not-done"')[1].split("</ul>")[0]
    assert told.count("/desk/cases/") == 3


def call_of(text: str, **more: str) -> dict[str, str]:
    """Return what the form of a call sends."""
    longitude, latitude = point_in(0, 0)
    place = {"longitude": f"{longitude:.6f}", "latitude": f"{latitude:.6f}", "located": "1"}
    return {"text": text, "category_code": "E0110", "address": "海滨路", **place, **more}


def test_a_call_is_the_callers_and_is_filed_in_the_same_breath(city: City) -> None:
    case_id = "01930000-0000-7000-8000-000000000001"
    told = call_of("垃圾成堆", case_id=case_id, claim_code="AAAA-BBBB-CCCC", next="file")

    first = client_of("opal").post("/desk/call", told)
    again = client_of("opal").post("/desk/call", told)

    case = Case.objects.get()
    assert (case.state, case.source, case.reporter_id) == ("filed", "hotline", None)
    assert queries.claim_opens(case.number, "AAAA-BBBB-CCCC")
    assert first["Location"] == again["Location"] == f"/desk/cases/{case.number}?back=&taken=1"


def test_a_call_about_a_known_matter_is_merged_and_the_caller_follows_it(city: City) -> None:
    known = reported(city)

    answer = client_of("opal").post("/desk/call", call_of("垃圾成堆", into=known))

    number = Case.objects.exclude(number=known).get().number
    assert answer["Location"].startswith(f"/desk/cases/{known}?")
    assert queries.case_page(number, viewer=city.opal, at=LATER).merged_into == known


def test_a_call_that_cannot_be_filed_yet_is_kept_and_says_why(city: City) -> None:
    operator = client_of("opal")

    page = operator.post(
        "/desk/call", call_of("不清楚", category_code="", next="file"), follow=True
    )

    assert Case.objects.get().state == "reported"
    assert len(page.context["messages"]) == 2


def test_what_is_missing_from_a_call_is_said_and_nothing_typed_is_lost(city: City) -> None:
    answer = client_of("opal").post("/desk/call", {"text": "灯不亮", "contact_phone": "000123"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "灯不亮" in page
    assert "000123" in page
    assert not Case.objects.exists()


def test_the_keys_are_those_of_the_steps_that_the_reader_may_take(city: City) -> None:
    keys = {
        login: dict(client_of(login).get("/desk").context["keys"]) for login in ("opal", "dora")
    }

    assert {"f", "v", "r", "m"} <= set(keys["opal"])
    assert "d" not in keys["opal"]
    assert {"d", "g", "e", "s"} <= set(keys["dora"])
    assert len({*KEYS.values()} & {*"jkxobt"}) == 0


@pytest.mark.parametrize("page", ["/desk", "/cases/"])
def test_an_address_is_kept_short_and_says_in_words_what_is_chosen(city: City, page: str) -> None:
    operator = client_of("opal")

    answer = operator.get(f"{page}?number=&state=filed&course=sent_back&open=&q=")
    shown = operator.get(f"{page}?state=filed&category=E0110")

    assert answer["Location"] == f"{page}?state=filed&course=sent_back"
    assert len(shown.context["chosen"]) == 2
