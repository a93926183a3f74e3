"""Every address has a row that says what each of the cast meets there."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gongzhi.accounts import queries as parties
from gongzhi.accounts.rules import SYSTEM
from gongzhi.cases.rules import Step
from gongzhi.places import queries as places
from gongzhi.places.actions import NewCode, make_code
from tests.cast import MORNING, POSTS, RESIDENTS, City, photo, point_in

EVERYBODY = ("", *POSTS, *RESIDENTS)
SIGNED_IN = (*POSTS, *RESIDENTS)
# A reported case in street 1, community 11: who may try which step from there.
CENTRE = {"opal", "hugo"}
DISPATCHERS = {"dora", "hugo"}
HANDLERS = {"henry", "harry", "hanna", "lars", "stella"}

Row = dict[str, int]


def all_of(status: int, **others: int) -> Row:
    """Return a row: the status for everybody, and for some by login."""
    return dict.fromkeys(EVERYBODY, status) | others


def only(logins: set[str], status: int, *, others: int) -> Row:
    return all_of(others, **dict.fromkeys(logins, status))


AT_THE_DESK = only(CENTRE | DISPATCHERS, 200, others=403) | {"": 302}
OUTSIDE = only({"colin", "cora", *HANDLERS}, 200, others=403) | {"": 302}

# GET of every page, POST of every form without its fields, from a fresh case.
PAGES: dict[str, Row] = {
    "": all_of(200),
    "inbox": all_of(200) | {"": 302},
    "standards": all_of(200),
    "help": all_of(200),
    "start": all_of(302),
    "health": all_of(200),
    "sign-in": all_of(302) | {"": 200},
    "report": all_of(200),
    "report/done": all_of(302),
    "claim": all_of(200),
    "mine": all_of(200),
    "cases/": all_of(200),
    "cases/export.csv": all_of(200),
    "cases/export.xlsx": all_of(200),
    "cases/export.geojson": all_of(200),
    "cases/<printed:number>": all_of(200),
    "cases/<printed:number>/photos": all_of(302),
    "cases/<printed:number>/<slug:step>": all_of(302),
    "files/<uuid:use_id>": all_of(200),
    # The case page: following, codes of this browser, blacking out.
    "mine/forget": all_of(405),
    "cases/<printed:number>/follow": all_of(302),
    "cases/<printed:number>/unfollow": all_of(302),
    "cases/<printed:number>/keep": all_of(302),
    "files/<uuid:use_id>/blackout": only(
        {"opal", "dora", "hugo", "colin", "stella"}, 200, others=403
    ),
    "files/<uuid:use_id>/show-again": all_of(405),
    # Tiles and outlines for maps.
    "map/base/<int:z>/<int:x>/<int:y>.pbf": all_of(200),
    "map/cases/<int:z>/<int:x>/<int:y>.pbf": all_of(200),
    "map/info.json": all_of(200),
    "at/<slug:code>": all_of(200),
    "places/search": all_of(200),
    "map/areas/<int:area_id>.geojson": all_of(200),
    # Maps in pages.
    "cases/<printed:number>/card": all_of(200),
    "whose": all_of(200),
    "notices": all_of(200) | {"": 302},
    "notices/log": only({"sysa", "auda"}, 200, others=403) | {"": 302},
    # These take a form only.
    "notices/<int:notice_id>/read": all_of(405),
    "notices/read-all": all_of(405),
    "notices/preferences": all_of(405),
    "notices/log/<int:delivery_id>/resend": all_of(405),
    "type-size": all_of(405),
    "sign-out": all_of(405),
    "acting-post": all_of(405),
    "language": all_of(302),
    "api/v1/openapi.json": all_of(200),
    "api/v1/": all_of(404),
    "api/v1/cases": all_of(200),
    "api/v1/cases/<printed:number>": all_of(200),
    "api/v1/cases/<printed:number>/photos": all_of(405),
    # Outside, by phone: who works there; others are told where to go.
    "desk": AT_THE_DESK,
    "desk/changes": AT_THE_DESK,
    "desk/call": AT_THE_DESK,
    "desk/call/alike": AT_THE_DESK,
    "desk/merge": AT_THE_DESK,
    "desk/cases/<printed:number>": AT_THE_DESK,
    "desk/cases/<printed:number>/similar": only(CENTRE | DISPATCHERS, 302, others=403) | {"": 302},
    "desk/cases/<printed:number>/<slug:step>": all_of(405),
    "desk/bulk": all_of(405),
    "desk/bulk/take": all_of(405),
    "desk/filters": all_of(405),
    "desk/filters/<int:filter_id>/drop": all_of(405),
    "field": OUTSIDE,
    "field/tasks": OUTSIDE,
    "field/fix": OUTSIDE,
    "field/me": OUTSIDE,
    "field/area": OUTSIDE,
    "field/<printed:number>": OUTSIDE,
    "field/duty": all_of(405),
    "field/call/<int:post_id>": all_of(405),
    "patrols": all_of(200) | {"": 302},
    "patrols/<uuid:patrol_id>": all_of(404) | {"": 302},
    "api/v1/patrols": all_of(200) | {"": 401},
    "api/v1/patrols/<uuid:patrol_id>": all_of(404) | {"": 401},
    "api/v1/patrols/<uuid:patrol_id>/track": all_of(405),
    "api/v1/patrols/<uuid:patrol_id>/end": all_of(405),
    "api/v1/field": all_of(200) | {"": 401},
    "api/v1/fixes": all_of(405),
    "api/v1/inbox": all_of(200) | {"": 401},
}
# The resident's phone.
PAGES |= {
    "report/alike": all_of(204),
    "report/suggest": all_of(200),
    "service-worker.js": all_of(200),
    "manifest.webmanifest": all_of(200),
    "offline": all_of(200),
    "api/v1/uploads": all_of(405),
    "api/v1/uploads/<uuid:upload_id>": all_of(404),
}
# One's own account.
PAGES |= {
    "notices/push": all_of(405),
    "notices/push/end": all_of(405),
    "api/v1/notices": all_of(200) | {"": 401},
    "api/v1/notices/<int:notice_id>/read": all_of(405),
    "api/v1/notices/read": all_of(405),
    "sign-in/code": all_of(302),
    "sign-up": all_of(302) | {"": 200},
    "choose-password/<int:person_id>/<slug:token>": all_of(403),
    "account": all_of(200) | {"": 302},
    "account/contact": all_of(405),
    "account/password": all_of(200) | {"": 302},
    "account/two-factor": all_of(200) | {"": 302},
    "account/two-factor/begin": all_of(405),
    "account/two-factor/set-up": all_of(302),
    "account/two-factor/recovery-codes": all_of(405),
    "account/two-factor/remove": all_of(405),
    "account/sessions": all_of(200) | {"": 302},
    "account/sessions/end-others": all_of(405),
    "account/sessions/<int:session_id>/end": all_of(405),
    "account/export.json": all_of(405),
    "account/export.zip": all_of(405),
    "account/erase": all_of(200) | {"": 302},
}
# Boards for everybody; the watch for whoever watches; sheets for whoever sees the case.
PAGES |= {
    "board": all_of(200),
    "board/<printed:area>": all_of(200),
    "board/<printed:area>/feed": all_of(200),
    "api/v1/board/<area>": all_of(200),
    "promises": all_of(200),
    "watch": only({"hugo", "lea"}, 200, others=403) | {"": 302},
    "watch/urge/<printed:number>": all_of(405),
    "cases/sheets.pdf": all_of(200),
    "cases/<printed:number>/sheet": all_of(200),
    "cases/<printed:number>/sheet.pdf": all_of(200),
}
# The administration: three people's work.
SYSA, SECA, AUDA = (only({one}, 200, others=403) | {"": 302} for one in ("sysa", "seca", "auda"))
KEEPERS = only({"sysa", "kim"}, 200, others=403) | {"": 302}
BRINGERS = only({"sysa", "seca", "kim"}, 200, others=403) | {"": 302}
REGISTRARS = only({"sysa", "seca"}, 200, others=403) | {"": 302}
PAGES |= {
    "admin/": only({"sysa", "seca", "auda"}, 200, others=403) | {"": 302},
    "admin/people": REGISTRARS,
    "admin/people/new": SYSA,
    "admin/people/<int:person_id>": REGISTRARS,
    "admin/organisations": SYSA,
    "admin/organisations/new": SYSA,
    "admin/organisations/<int:organisation_id>": SYSA,
    "admin/posts": REGISTRARS,
    "admin/posts/new": SYSA,
    "admin/posts/<int:post_id>": REGISTRARS,
    "admin/imports": BRINGERS,
    "admin/imports/<slug:kind>/empty.csv": REGISTRARS,
    "admin/imports/<uuid:staged_id>/refused": only({"sysa", "seca", "kim"}, 404, others=403)
    | {"": 302},
    "admin/packs/<slug:code>.zip": only({"sysa"}, 404, others=403) | {"": 302},
    "admin/areas": KEEPERS,
    "admin/areas/<int:area_id>": KEEPERS,
    "admin/gaps": KEEPERS,
    "admin/areas/of/<str:code>": KEEPERS,
    "admin/areas/of/<str:code>/plates": KEEPERS,
    "admin/packs": SYSA,
    "admin/audit": AUDA,
} | {
    f"admin/{form}": all_of(405)
    for form in (
        *(
            f"people/<int:person_id>/{deed}"
            for deed in (
                "change",
                "appoint",
                "end-term",
                "link",
                "lock",
                "unlock",
                "end-sessions",
                "reset-second-factor",
            )
        ),
        "areas/<int:area_id>/retire",
        "areas/of/<str:code>/plates/make",
        "posts/<int:post_id>/change",
        "posts/<int:post_id>/close",
        "posts/<int:post_id>/appoint",
        "imports/chart",
        "imports/roster",
        "imports/duties",
        "packs/check",
        "packs/install",
        "packs/<int:version_id>/activate",
        "audit/verify",
    )
}
# POST of a step without a body, on a fresh case of street 1, over the API.
STEPS: dict[str, Row] = {
    "fix_on_spot": only({"colin", "stella"}, 400, others=403),
    "ask_verification": only(CENTRE, 200, others=403),
    "verify": all_of(400),
    "file": only(CENTRE, 200, others=403),
    "decline": only(CENTRE, 400, others=403),
    "merge": all_of(400),
    "dispatch": only(DISPATCHERS, 409, others=403),
    "accept": only(HANDLERS, 409, others=403),
    "return": only(HANDLERS, 409, others=403),
    "ask_extension": only(HANDLERS, 409, others=403),
    "grant_extension": only(DISPATCHERS, 409, others=403),
    "refuse_extension": only(DISPATCHERS, 409, others=403),
    "suspend": all_of(400),
    "resume": only(DISPATCHERS, 409, others=403),
    "reach_stage": all_of(400),
    "complete": only(HANDLERS, 409, others=403),
    "ask_check": only({"opal", "hugo", "dora"}, 409, others=403),
    "pass_check": all_of(400),
    "fail_check": all_of(400),
    "close": only({"hugo"}, 409, others=403),
    "rate": all_of(400),
    "reopen": all_of(409),
    "raise_level": only(DISPATCHERS | HANDLERS, 409, others=403),
    "urge": only({"opal", "hugo", "lea"}, 400, others=403),
    "annotate": only({"opal", "dora", "hugo", "lea", "colin", "stella", "henry"}, 400, others=403),
    "support": all_of(200) | {"": 403},
    "recategorise": all_of(400),
    "relocate": all_of(400),
    "cancel": only({"hugo", "lea"}, 400, others=403),
    "force_close": only({"hugo", "lea"}, 400, others=403),
}


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    for one in patterns:
        here = before + re.sub(r"[\^$]|\\Z", "", str(one.pattern))
        here = here.replace("<uuidstr:", "<uuid:")  # what ninja makes of it
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            yield here


def client_of(login: str) -> Client:
    client = Client()
    if login:
        client.force_login(get_user_model().objects.get(login=login))
    return client


@pytest.fixture
def case(city: City) -> tuple[str, str]:
    """Return the number of a fresh case in street 1 and the id of its photograph."""
    return make_case()


def make_case() -> tuple[str, str]:
    """Report a case in street 1 without an account; return its number and its photograph's id."""
    longitude, latitude = point_in(0, 0)
    body = {
        "case_id": str(uuid4()),
        "category_code": "E0110",
        "text": "x",
        "longitude": longitude,
        "latitude": latitude,
    }
    told = Client().post("/api/v1/cases", json.dumps(body), content_type="application/json").json()
    kept = Client().post(
        f"/api/v1/cases/{told['number']}/photos",
        {"purpose": "before", "file": SimpleUploadedFile("a.jpg", photo())},
        headers={"X-Claim-Code": told["claim_code"]},
    )
    return told["number"], kept.json()["id"]


def filled(address: str, case: tuple[str, str]) -> str:
    number, use_id = case
    address = re.sub(r"<int:[zxy]>", "0", address)
    address = re.sub(r"<int:(?:session|version)_id>", "1", address)
    if "<int:person_id>" in address:
        rita = parties.actor_for_login("rita", at=MORNING).person_id
        address = address.replace("<int:person_id>", str(rita))
    if "<int:organisation_id>" in address:
        home = parties.organisations_by_code()["street-1"].id
        address = address.replace("<int:organisation_id>", str(home))
    if address.startswith("admin/posts/"):
        post = parties.posts_by_code()["crew-1"].id
        address = address.replace("<int:post_id>", str(post))
    address = address.replace("<slug:token>", "x-1").replace("<uuid:staged_id>", str(UUID(int=1)))
    address = address.replace("<int:filter_id>", "1")
    address = address.replace("<int:post_id>", "1").replace("<uuid:patrol_id>", str(UUID(int=1)))
    address = re.sub(r"<(?:printed:)?area>", "all", address)
    address = address.replace("<str:code>", "street").replace("<slug:kind>", "roster")
    address = address.replace("packs/<slug:code>", "packs/none")
    if "<int:area_id>" in address:
        address = address.replace("<int:area_id>", str(places.area_by_code("street", "S1").id))
    if "<slug:code>" in address:
        plate = make_code(NewCode(layer="street", area="S1"), by=SYSTEM, at=MORNING)
        address = address.replace("<slug:code>", plate)
    return "/" + address.replace("<printed:number>", number).replace(
        "<uuid:use_id>", use_id
    ).replace("<uuid:upload_id>", use_id).replace("<slug:step>", "file").replace(
        "<int:notice_id>", "1"
    ).replace("<int:delivery_id>", "1")


def test_every_address_has_a_row() -> None:
    known = {one for one in addresses(get_resolver().url_patterns) if "/steps/" not in one}

    assert known - set(PAGES) == set()
    assert set(PAGES) - known == set()


def test_every_step_has_a_row() -> None:
    there = {
        one.rsplit("/", 1)[1]
        for one in addresses(get_resolver().url_patterns)
        if one.startswith("api/") and "/steps/" in one
    }

    assert there == set(STEPS) == {step.value for step in Step} - {"report"}


@pytest.mark.parametrize("address", sorted(PAGES))
def test_each_of_the_cast_meets_what_the_row_says(case: tuple[str, str], address: str) -> None:
    met = {login: _status(login, filled(address, case)) for login in EVERYBODY}

    assert met == PAGES[address]


def _status(login: str, address: str) -> int:
    answer: Any = client_of(login).get(address)
    if answer.streaming:
        assert b"".join(answer.streaming_content)  # to its end, where it is closed
    return int(answer.status_code)


@pytest.mark.parametrize("step", sorted(STEPS))
def test_a_step_without_a_body_is_answered_as_the_row_says(
    case: tuple[str, str], step: str
) -> None:
    met = {}
    for login in EVERYBODY:
        with transaction.atomic():
            met[login] = _answer(login, f"/api/v1/cases/{case[0]}/steps/{step}")
            transaction.set_rollback(True)  # the next one finds the case as it was

    assert met == STEPS[step]


def _answer(login: str, address: str) -> int:
    answer = client_of(login).post(address, "{}", content_type="application/json")
    return int(answer.status_code)
