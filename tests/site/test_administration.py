"""The administration: three people's work, by the actions of each house."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongzhi.accounts import actions, queries
from gongzhi.accounts.actions import NewPerson
from gongzhi.accounts.models import Person
from gongzhi.accounts.rules import SYSTEM
from gongzhi.catalogue import queries as catalogue
from gongzhi.catalogue.rules import SHIPPED
from gongzhi.ledger.models import Entry
from gongzhi.ledger.queries import EntryFilter, look_up
from gongzhi.places.queries import areas_by_code
from gongzhi.site.administration.audit import verified
from tests.cast import MORNING, PASSWORD, City, square

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def client_of(login: str) -> Client:
    client = Client()
    client.force_login(Person.objects.get(login=login))
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return str(answer.content.decode())


def number_of(login: str) -> int:
    return int(Person.objects.get(login=login).pk)


def last_kind() -> str:
    entry = Entry.objects.order_by("pk").last()
    assert entry is not None
    return entry.kind


# Who sees what.


@pytest.mark.parametrize(
    ("login", "ways"),
    [
        ("sysa", {"people", "organisations", "posts", "imports", "areas", "gaps", "packs"}),
        ("seca", {"people", "posts", "imports"}),
        ("auda", {"audit"}),
    ],
)
def test_each_administrator_is_shown_the_ways_that_are_theirs(
    city: City, login: str, ways: set[str]
) -> None:
    shown = page(client_of(login), "/admin/")

    assert set(re.findall(r'href="/admin/(\w+)"', shown)) == ways


@pytest.mark.parametrize(
    ("address", "login"),
    [
        ("people/{rita}/lock", "sysa"),
        ("people/{rita}/link", "sysa"),
        ("people/{rita}/appoint", "sysa"),
        ("people/{rita}/end-sessions", "sysa"),
        ("people/{rita}/reset-second-factor", "auda"),
        ("people/new", "seca"),
        ("people/{rita}/change", "seca"),
        ("organisations/new", "seca"),
        ("posts/new", "seca"),
        ("packs/install", "seca"),
        ("packs/check", "auda"),
        ("areas", "seca"),
        ("imports/chart", "seca"),
        ("audit/verify", "sysa"),
        ("audit/verify", "seca"),
    ],
)
def test_a_deed_of_another_administrator_is_refused(city: City, address: str, login: str) -> None:
    before = Entry.objects.count()

    answer = client_of(login).post("/admin/" + address.format(rita=number_of("rita")))

    assert answer.status_code == 403
    assert Entry.objects.count() == before


# People.


def test_people_are_found_by_login_name_telephone_and_mail(city: City) -> None:
    actions.enrol_person(
        "zhou", name="周明", phone="13811112222", email="z@example.org", by=SYSTEM, at=MORNING
    )
    client = client_of("sysa")

    for words in ("zho", "周", "1381111", "z@ex", "ZHOU"):
        found = page(client, f"/admin/people?q={words}")
        assert ">zhou<" in found
        assert ">rita<" not in found


def test_the_list_of_people_is_paged_and_costs_the_same(city: City) -> None:
    client = client_of("sysa")
    page(client, "/admin/people")
    with CaptureQueriesContext(connection) as few:
        page(client, "/admin/people")

    actions.enrol_people([NewPerson(f"p{n:03}", "P") for n in range(120)], by=SYSTEM, at=MORNING)
    with CaptureQueriesContext(connection) as many:
        first = page(client, "/admin/people")

    assert len(few) == len(many) <= 12
    after = re.search(r'href="(/admin/people\?after=[^"]+)"', first)
    assert after is not None
    assert ">p049<" in page(client, after[1])


def test_a_person_is_enrolled_and_gets_a_password_by_a_link(city: City) -> None:
    sysa, seca = client_of("sysa"), client_of("seca")

    made = sysa.post("/admin/people/new", {"login": "zhou", "name": "周", "language": "zh-hans"})
    shown = seca.post(f"/admin/people/{number_of('zhou')}/link").content.decode()
    link = re.search(r"http://testserver(/choose-password/[^<\s]+)", shown)

    assert made.status_code == 302
    assert link is not None
    assert "data:image/svg+xml" in shown
    new = "a fine password 9"
    assert Client().post(link[1], {"password": new, "again": new}).status_code == 302
    assert actions.sign_in_with_password("zhou", new, at=timezone.now()).login == "zhou"


@pytest.mark.parametrize(
    ("field", "value", "beside"),
    [
        ("login", "rita", "login"),
        ("login", "", "login"),
        ("login", "a b", "login"),
        ("name", "x" * 200, "name"),
        ("language", "xx", "language"),
        ("email", "x" * 290, "email"),
    ],
)
def test_a_mistake_in_a_form_is_told_beside_its_field(
    city: City, field: str, value: str, beside: str
) -> None:
    given = {"login": "zhou", "name": "周", "language": "en"} | {field: value}

    answer = client_of("sysa").post("/admin/people/new", given)

    assert 400 <= answer.status_code < 500
    assert f'id="field-{beside}-trouble"' in answer.content.decode()


def test_the_security_administrator_locks_and_unlocks(city: City) -> None:
    seca, rita = client_of("seca"), number_of("rita")

    seca.post(f"/admin/people/{rita}/lock")
    assert "Unlock the account" in page(seca, f"/admin/people/{rita}")
    assert "locked" in page(seca, "/admin/people?q=rita")
    seca.post(f"/admin/people/{rita}/unlock")

    assert actions.sign_in_with_password("rita", PASSWORD, at=MORNING)


def test_somebody_is_appointed_by_letter_and_the_term_is_ended(city: City) -> None:
    seca, rita = client_of("seca"), number_of("rita")
    given = {"post": "crew-1", "starts_on": "2026-02-01", "letter_number": "L 7"}

    made = seca.post(f"/admin/people/{rita}/appoint", given)
    shown = page(seca, f"/admin/people/{rita}")
    ended = seca.post(f"/admin/people/{rita}/end-term", {"post": "crew-1", "ends_on": "2026-02-10"})

    assert (made.status_code, ended.status_code) == (302, 302)
    assert "L 7" in shown
    own = queries.person_file(city.seca, rita, at=MORNING)
    assert [(one.post.code, one.ends_on) for one in own.tenures] == [("crew-1", date(2026, 2, 10))]
    assert last_kind() == "appointment.ended"


@pytest.mark.parametrize(
    ("given", "beside"),
    [
        ({"post": "crew-1", "starts_on": "soon"}, "starts_on"),
        ({"post": "crew-1", "starts_on": ""}, "starts_on"),
        ({"post": "none", "starts_on": "2026-02-01"}, "post"),
        ({"post": "crew-1", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "ends_on"),
        ({"post": "crew-1", "starts_on": "1066-01-01"}, "starts_on"),
    ],
)
def test_an_appointment_that_cannot_be_is_told_beside_its_field(
    city: City, given: dict[str, str], beside: str
) -> None:
    answer = client_of("seca").post(f"/admin/people/{number_of('rita')}/appoint", given)

    assert 400 <= answer.status_code < 500
    assert f'id="appoint-{beside}-trouble"' in answer.content.decode()


def test_two_administrators_in_one_hand_are_refused(city: City) -> None:
    given = {"post": "audit-admin", "starts_on": "2026-02-01"}

    answer = client_of("seca").post(f"/admin/people/{number_of('sysa')}/appoint", given)

    assert answer.status_code == 409
    assert "three people" in answer.content.decode()


# Organisations and posts.


def test_an_organisation_is_founded_under_another_and_changed(city: City) -> None:
    sysa = client_of("sysa")
    given = {
        "code": "parks",
        "name": "园林所",
        "kind": "parks",
        "organisation": "street-1",
        "scope": "S1",
    }

    assert sysa.post("/admin/organisations/new", given).status_code == 302
    made = queries.organisations_by_code()["parks"]
    address = f"/admin/organisations/{made.id}"
    assert 'value="S1"' in page(sysa, address)
    changed = sysa.post(address, given | {"name_en": "Parks", "scope": ""})

    assert changed.status_code == 302
    assert queries.organisations_by_code()["parks"].name_en == "Parks"
    assert queries.organisations_by_code()["parks"].scope_path == ""
    assert "Parks" in page(sysa, "/admin/organisations")
    assert "East crew" not in page(sysa, "/admin/organisations?q=parks")


@pytest.mark.parametrize(
    ("change", "beside"),
    [
        ({"code": "street-1"}, "code"),
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"scope": "nowhere"}, "scope"),
        ({"organisation": "nobody"}, "organisation"),
        ({"credit_code": "123"}, "credit_code"),
    ],
)
def test_an_organisation_that_cannot_be_is_told_beside_its_field(
    city: City, change: dict[str, str], beside: str
) -> None:
    given = {"code": "parks", "name": "园林所", "kind": "parks"} | change

    answer = client_of("sysa").post("/admin/organisations/new", given)

    assert 400 <= answer.status_code < 500
    assert f'id="field-{beside}-trouble"' in answer.content.decode()


def test_a_circle_in_the_chart_is_refused(city: City) -> None:
    by_code = queries.organisations_by_code()
    sysa = client_of("sysa")
    given = {"name": "x", "kind": "city_centre"}
    sysa.post(
        f"/admin/organisations/{by_code['street-1'].id}", given | {"organisation": "street-2"}
    )

    answer = sysa.post(
        f"/admin/organisations/{by_code['street-2'].id}", given | {"organisation": "street-1"}
    )

    assert answer.status_code == 400
    assert "circle" in answer.content.decode()


def test_a_post_is_created_filled_and_closed(city: City) -> None:
    sysa, seca = client_of("sysa"), client_of("seca")
    given = {
        "code": "crew-9",
        "name": "第九组",
        "kind": "handler",
        "organisation": "sanitation-1",
        "scope": "C12",
    }

    made = sysa.post("/admin/posts/new", given)
    address = made.headers["Location"]
    seca.post(f"{address}/appoint", {"login": "rita", "starts_on": "2026-01-10"})
    filled = page(sysa, address)
    closed = sysa.post(f"{address}/close", {"closes_on": timezone.localdate().isoformat()})

    assert "Rita" in filled
    assert closed.status_code == 302
    assert last_kind() == "post.closed"
    assert "closed from" in page(sysa, "/admin/posts?q=crew-9")
    assert queries.actor_for_login("rita", at=timezone.now()).post_id is None
    late = seca.post(f"{address}/appoint", {"login": "rolf", "starts_on": "2026-01-10"})
    assert late.status_code == 409


def test_the_list_of_posts_costs_the_same_however_many(city: City) -> None:
    client = client_of("seca")
    page(client, "/admin/posts")
    with CaptureQueriesContext(connection) as counted:
        shown = page(client, "/admin/posts")

    assert len(counted) <= 12
    assert "Henry" in shown


# Tables.


def upload(text: str | bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def waiting(shown: str) -> str:
    found = re.search(r'name="staged" value="([0-9a-f-]{36})"', shown)
    assert found is not None, shown
    return found[1]


def test_a_chart_is_shown_first_and_brought_in_second(city: City) -> None:
    sysa = client_of("sysa")
    table = "code,name,kind,parent,scope\nparks,园林所,parks,street-1,S1\nbad one,x,y,,\n"

    shown = sysa.post("/admin/imports/chart", {"file": upload(table, "chart.csv")}).content.decode()

    assert "Nothing has changed yet" in shown
    assert "parks" not in queries.organisations_by_code()
    refused = re.search(r'href="(/admin/imports/[0-9a-f-]+/refused)"', shown)
    assert refused is not None
    assert "bad one" in sysa.get(refused[1]).content.decode("utf-8-sig")
    done = sysa.post("/admin/imports/chart", {"staged": waiting(shown)})
    assert done.status_code == 200
    assert queries.organisations_by_code()["parks"].scope_path != ""
    assert client_of("seca").get(refused[1]).status_code == 404


def test_a_table_that_changes_nothing_is_not_offered_to_be_brought_in(city: City) -> None:
    table = upload("login,name\nrita,Rita\n", "r.csv")

    shown = client_of("sysa").post("/admin/imports/roster", {"file": table}).content.decode()

    assert "would change nothing" in shown
    assert 'name="staged"' not in shown


def test_a_file_that_waits_is_its_giver_s_alone_and_used_once(city: City) -> None:
    sysa = client_of("sysa")
    table = "login,name\nzhou,周\n"
    shown = sysa.post("/admin/imports/roster", {"file": upload(table, "r.csv")}).content.decode()
    staged = waiting(shown)

    assert client_of("seca").post("/admin/imports/roster", {"staged": staged}).status_code == 404
    assert sysa.post("/admin/imports/roster", {"staged": staged}).status_code == 200
    assert sysa.post("/admin/imports/roster", {"staged": staged}).status_code == 404
    assert sysa.post("/admin/imports/roster", {"staged": "../../x"}).status_code == 404
    assert Person.objects.filter(login="zhou").exists()


def test_a_roster_enrols_for_the_one_and_appoints_for_the_other(city: City) -> None:
    table = "login,name,post,starts_on\nzhou,Zhou,crew-1,2026-02-01\n"
    sysa, seca = client_of("sysa"), client_of("seca")

    def shown(client: Client) -> str:
        given = {"file": upload(table, "r.csv")}
        return str(client.post("/admin/imports/roster", given).content.decode())

    too_early = shown(seca)
    sysa.post("/admin/imports/roster", {"staged": waiting(shown(sysa))})
    enrolled = queries.actor_for_login("zhou", at=MORNING)
    seca.post("/admin/imports/roster", {"staged": waiting(shown(seca))})

    assert "Download what was refused" in too_early
    assert enrolled.post_id is None
    assert queries.actor_for_login("zhou", at=MORNING).post_id is not None


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "empty.csv"),
        ("x", "note.pdf"),
        (b"\x00\x01\x02", "noise.xlsx"),
        ("nonsense\nwithout columns\n", "a.csv"),
        ("a" * 300, "../../etc/passwd.csv"),
    ],
)
def test_a_file_that_is_no_table_is_told_in_words(city: City, content: Any, name: str) -> None:
    answer = client_of("sysa").post("/admin/imports/chart", {"file": upload(content, name)})

    assert answer.status_code == 400
    assert "trouble" in answer.content.decode()


def test_without_a_file_one_is_asked_for(city: City) -> None:
    answer = client_of("sysa").post("/admin/imports/chart")

    assert answer.status_code == 400
    assert "Choose one" in answer.content.decode()


# The map.


def geojson(*codes: str) -> str:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"Grid {code}"},
            "geometry": json.loads(json.dumps(square(0, 0).__geo_interface__)),
        }
        for code in codes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_areas_are_shown_first_and_drawn_second(city: City) -> None:
    sysa = client_of("sysa")
    given = {
        "layer": "grid",
        "code_field": "code",
        "name_field": "name",
        "rank": "40",
        "new_name": "Grids",
    }

    first = sysa.post("/admin/areas", given | {"file": upload(geojson("G1", ""), "g.geojson")})
    shown = first.content.decode()
    assert "Nothing has changed yet" in shown
    assert areas_by_code("grid") == {}
    refused = re.search(r'href="(/admin/imports/[0-9a-f-]+/refused)"', shown)
    assert refused is not None
    assert "_reason" in sysa.get(refused[1]).content.decode()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    done = sysa.post("/admin/areas", {k: v for k, v in fields.items() if "csrf" not in k})

    assert done.status_code == 200
    assert set(areas_by_code("grid")) == {"G1"}
    assert "Grids" in page(sysa, "/admin/areas")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"type":"Feature"}'])
def test_a_file_that_is_no_map_is_told_in_words(city: City, content: str) -> None:
    given = {"layer": "street", "code_field": "code", "name_field": "name"}

    answer = client_of("sysa").post("/admin/areas", given | {"file": upload(content, "g.geojson")})

    assert answer.status_code == 400


# Packs.


def archive(change: dict[str, str] | None = None, *, top: str = "") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        for place in sorted((SHIPPED / "china").rglob("*")):
            if place.is_file():
                name = str(place.relative_to(SHIPPED / "china"))
                text = (change or {}).get(name, place.read_text(encoding="utf-8"))
                pack.writestr(f"{top}{name}", text)
        for name, text in (change or {}).items():
            if not (SHIPPED / "china" / name).exists():
                pack.writestr(name, text)
    return upload(buffer.getvalue(), "pack.zip")


def toml() -> str:
    return (SHIPPED / "china" / "pack.toml").read_text(encoding="utf-8")


def test_a_pack_is_checked_compared_and_put_in_force(city: City) -> None:
    sysa = client_of("sysa")
    changed = re.sub(r"max_extensions = \d+", "max_extensions = 7", toml())
    assert changed != toml()

    shown = sysa.post(
        "/admin/packs/check", {"file": archive({"pack.toml": changed}, top="my-pack/")}
    ).content.decode()

    assert "has no mistakes" in shown
    assert "max_extensions: " in shown
    assert catalogue.book().options.max_extensions != 7
    done = sysa.post("/admin/packs/install", {"staged": waiting(shown)})
    assert done.status_code == 302
    assert catalogue.book().options.max_extensions == 7
    old = next(one for one in catalogue.installed_versions() if not one.is_active)
    sysa.post(f"/admin/packs/{old.id}/activate")
    assert catalogue.book().options.max_extensions != 7


def test_the_pack_in_force_changes_nothing(city: City) -> None:
    shown = client_of("sysa").post("/admin/packs/check", {"shipped": "china"}).content.decode()

    assert "exactly what the pack in force says" in shown


def test_the_mistakes_of_a_pack_are_listed_with_file_line_and_column(city: City) -> None:
    sysa = client_of("sysa")
    table = (SHIPPED / "china" / "duties.csv").read_text(encoding="utf-8").splitlines()
    table.append(table[-1])
    answer = sysa.post(
        "/admin/packs/check", {"file": archive({"duties.csv": "\n".join(table) + "\n"})}
    )

    shown = answer.content.decode()
    assert "has mistakes" in shown
    assert "duties.csv:" in shown
    assert "/admin/packs/install" not in shown


def hostile() -> Iterator[tuple[str, bytes]]:
    def zipped(members: dict[str, str]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, text in members.items():
                pack.writestr(name, text)
        return buffer.getvalue()

    yield "no archive", b"PK nonsense"
    yield "empty", b""
    yield "climbs out", zipped({"../../evil.csv": "x", "pack.toml": ""})
    yield "absolute", zipped({"/tmp/evil.csv": "x"})
    yield "program", zipped({"pack.toml": "", "run.py": "x"})
    yield "bomb", zipped({"pack.toml": "", "big.csv": "0" * 30_000_000})
    yield "many", zipped({f"{n}.csv": "" for n in range(500)})


@pytest.mark.parametrize(("what", "content"), list(hostile()), ids=lambda one: str(one)[:12])
def test_a_hostile_archive_harms_nothing(
    city: City, what: str, content: bytes, tmp_path: Path
) -> None:
    answer = client_of("sysa").post("/admin/packs/check", {"file": upload(content, "p.zip")})

    assert answer.status_code == 400, what
    assert not list(tmp_path.rglob("evil.csv"))
    assert not list(tmp_path.rglob("big.csv"))


# The ledger.


def test_entries_are_looked_up_by_kind_person_post_subject_and_day(city: City) -> None:
    actions.bar_person("rita", by=city.seca, at=MORNING)
    auda, rita = client_of("auda"), number_of("rita")

    for narrowed in (
        "kind=person.barred",
        f"subject=person:{rita}",
        "login=seca",
        "post=sec-admin",
        "group=access",
        "since=2026-03-10&until=2026-03-10",
    ):
        shown = page(auda, f"/admin/audit?{narrowed}")
        assert "Account locked" in shown.split("<tbody>")[1], narrowed
    assert "<tbody>" not in page(auda, "/admin/audit?login=opal")
    assert "<tbody>" not in page(auda, "/admin/audit?since=2026-03-11")


def test_a_case_is_looked_up_by_its_number(city: City) -> None:
    from gongzhi.cases import actions as cases
    from gongzhi.cases.rules import NewReport
    from tests.cast import point_in

    longitude, latitude = point_in(0, 0)
    new = NewReport(category_code="E0110", text="x", longitude=longitude, latitude=latitude)
    number = cases.report(new, by=city.rita, at=MORNING).number

    assert "case:" in page(client_of("auda"), f"/admin/audit?subject={number}").split("<tbody>")[1]


@pytest.mark.parametrize("bad", ["since=soon", "login=nobody", "before=x", "kind=%00", "post=none"])
def test_a_look_up_that_makes_no_sense_is_answered_in_words(city: City, bad: str) -> None:
    assert client_of("auda").get(f"/admin/audit?{bad}").status_code in {200, 400, 404}


def test_a_look_up_goes_on_window_by_window(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = Entry.objects.order_by("pk").last()
    assert newest is not None
    monkeypatch.setattr("gongzhi.ledger.queries.WINDOW", 3)

    found, before, rounds = [], None, 0
    while rounds == 0 or before is not None:
        part = look_up(EntryFilter(), before=before, limit=2)
        found += [one.id for one in part.entries]
        before, rounds = part.before, rounds + 1

    assert found == list(Entry.objects.order_by("-pk").values_list("pk", flat=True))


def test_the_look_up_costs_at_most_ten_statements(city: City) -> None:
    client = client_of("auda")
    page(client, "/admin/audit")
    with CaptureQueriesContext(connection) as counted:
        page(client, "/admin/audit")

    assert len(counted) <= 12


def test_the_ledger_is_verified_and_what_was_altered_is_told(city: City) -> None:
    from gongzhi.ledger.actions import seal

    seal(MORNING)
    auda = client_of("auda")
    assert "none was altered" in auda.post("/admin/audit/verify").content.decode()

    Entry.objects.filter(kind="organisation.founded").update(role="leader")

    assert "was altered" in auda.post("/admin/audit/verify").content.decode()


def test_a_ledger_too_large_for_a_page_is_verified_as_far_as_patience_goes(city: City) -> None:
    checked = verified(patience=-1)

    assert checked.verdict is None
    assert checked.entries > 0
