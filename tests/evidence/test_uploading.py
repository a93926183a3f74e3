"""Files in pieces: announced, brought, interrupted, gone on with, used; hostile ones refused."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from gongzhi.evidence import actions, jobs, queries, rules
from gongzhi.evidence.models import Upload
from gongzhi.evidence.rules import KEPT_FOR, MOST_PIECE, NewUpload
from tests.cast import City

from .conftest import NOON, Hand, photo

NOBODY = Hand(person_id=None, post_id=None, organisation_id=None, role="resident")
PICTURE = photo()


def announce(size: int = len(PICTURE), **more: Any) -> NewUpload:
    given: dict[str, Any] = {
        "id": uuid4(), "name": "a.jpg", "size": size, "purpose": "before", "sha256": "",
        "origin": "somewhere",
    }  # fmt: skip
    return NewUpload(**(given | more))


def begin(by: Hand = NOBODY, at: datetime = NOON, **more: Any) -> UUID:
    return actions.begin_upload(announce(**more), by=by, at=at).id


def bring(upload_id: UUID, piece: bytes, offset: int, by: Hand = NOBODY) -> int:
    return actions.continue_upload(upload_id, piece, offset=offset, by=by, at=NOON).offset


@pytest.mark.django_db
def test_a_file_in_pieces_becomes_the_file_it_was() -> None:
    upload_id = begin(sha256=sha256(PICTURE).hexdigest())

    half = bring(upload_id, PICTURE[:300], 0)
    bring(upload_id, PICTURE[300:], half)

    brought = actions.bring_upload(upload_id, by=NOBODY, at=NOON)
    assert half == 300
    assert brought.sha256 == sha256(PICTURE).hexdigest()
    assert brought.purpose == "before"


@pytest.mark.django_db
def test_the_same_announcement_twice_is_one_upload() -> None:
    new = announce()
    actions.begin_upload(new, by=NOBODY, at=NOON)
    bring(new.id, PICTURE[:100], 0)

    again = actions.begin_upload(new, by=NOBODY, at=NOON)

    assert again.offset == 100
    assert Upload.objects.count() == 1


@pytest.mark.django_db
def test_another_file_under_a_known_id_is_refused() -> None:
    new = announce()
    actions.begin_upload(new, by=NOBODY, at=NOON)

    with pytest.raises(rules.UploadIdTaken):
        begin(id=new.id, size=7)


@pytest.mark.django_db
@pytest.mark.parametrize("offset", [0, 50, 101, 10**9])
def test_a_piece_that_does_not_go_on_is_told_where_the_upload_stands(offset: int) -> None:
    upload_id = begin()
    bring(upload_id, PICTURE[:100], 0)

    with pytest.raises((rules.UploadElsewhere, rules.UploadTooLong)) as refusal:
        bring(upload_id, PICTURE[:20], offset)

    assert refusal.value.facts.get("offset", 100) == 100
    assert queries.upload_of(upload_id, by=NOBODY, at=NOON).offset == 100


@pytest.mark.django_db
def test_what_a_killed_process_left_of_a_piece_is_gone_on_from(settings: Settings) -> None:
    upload_id = begin()
    bring(upload_id, PICTURE[:200], 0)
    part = Path(settings.MEDIA_ROOT) / "under-way" / upload_id.hex
    with part.open("ab") as file:
        file.write(PICTURE[200:231])  # thirty-one bytes of a piece, then the power went

    offset = queries.upload_of(upload_id, by=NOBODY, at=NOON).offset
    bring(upload_id, PICTURE[offset:], offset)

    assert offset == 231
    assert actions.bring_upload(upload_id, by=NOBODY, at=NOON).size == len(PICTURE)


@pytest.mark.django_db
def test_no_more_is_taken_than_was_announced() -> None:
    upload_id = begin(size=100)

    with pytest.raises(rules.UploadTooLong):
        bring(upload_id, PICTURE[:101], 0)

    assert queries.upload_of(upload_id, by=NOBODY, at=NOON).offset == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("size", "refusal"),
    [(0, rules.EmptyFile), (-5, rules.EmptyFile), (100_000_000, rules.TooLarge)],
)
def test_what_could_never_be_kept_is_refused_when_announced(size: int, refusal: Any) -> None:
    with pytest.raises(refusal):
        begin(size=size)

    assert not Upload.objects.exists()


@pytest.mark.django_db
def test_a_file_that_has_not_arrived_whole_is_no_proof() -> None:
    upload_id = begin()
    bring(upload_id, PICTURE[:100], 0)

    with pytest.raises(rules.UploadIncomplete):
        actions.bring_upload(upload_id, by=NOBODY, at=NOON)


@pytest.mark.django_db
def test_a_file_altered_on_its_way_is_no_proof() -> None:
    upload_id = begin(sha256="0" * 64)
    bring(upload_id, PICTURE, 0)

    with pytest.raises(rules.UploadAltered):
        actions.bring_upload(upload_id, by=NOBODY, at=NOON)


@pytest.mark.django_db
def test_what_arrived_is_judged_by_its_bytes() -> None:
    content = b"<svg onload=alert(1)>" * 9
    upload_id = begin(size=len(content), name="a.jpg")
    bring(upload_id, content, 0)

    with pytest.raises(rules.WrongType):
        actions.bring_upload(upload_id, by=NOBODY, at=NOON)


@pytest.mark.django_db
def test_an_upload_of_somebody_else_reads_like_a_missing_one() -> None:
    upload_id = begin(by=Hand(person_id=7))

    for stranger in (Hand(person_id=8), NOBODY):
        with pytest.raises(rules.NoSuchUpload):
            bring(upload_id, PICTURE[:10], 0, by=stranger)
        with pytest.raises(rules.NoSuchUpload):
            actions.bring_upload(upload_id, by=stranger, at=NOON)


@pytest.mark.django_db
def test_an_expired_upload_reads_like_a_missing_one_and_is_forgotten(settings: Settings) -> None:
    upload_id = begin()
    bring(upload_id, PICTURE, 0)
    late = NOON + KEPT_FOR + timedelta(seconds=1)

    with pytest.raises(rules.NoSuchUpload):
        queries.upload_of(upload_id, by=NOBODY, at=late)
    jobs.tick(late)

    assert not Upload.objects.exists()
    assert list((Path(settings.MEDIA_ROOT) / "under-way").iterdir()) == []


@pytest.mark.django_db
def test_one_sender_may_begin_so_many_a_day_and_no_more(settings: Settings) -> None:
    settings.UPLOADS_PER_DAY = 2
    begin()
    begin()

    with pytest.raises(rules.TooManyUploads):
        begin()

    begin(origin="another place")
    begin(at=NOON + timedelta(hours=25))


# Over the interface.


def post(client: Client, **body: Any) -> Any:
    return client.post("/api/v1/uploads", json.dumps(body), content_type="application/json")


def patch(client: Client, upload_id: str, piece: bytes, offset: object) -> Any:
    return client.patch(
        f"/api/v1/uploads/{upload_id}",
        piece,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


@pytest.fixture
def client(city: City) -> Client:
    return Client()


def test_a_phone_asks_how_far_it_came_and_goes_on(client: Client) -> None:
    begun = post(client, id=str(uuid4()), name="a.jpg", size=len(PICTURE))
    upload_id = begun.json()["id"]
    patch(client, upload_id, PICTURE[:64], 0)

    asked = client.head(begun["Location"])
    whole = patch(client, upload_id, PICTURE[64:], asked["Upload-Offset"])

    assert begun.status_code == 201
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == ("64", str(len(PICTURE)))
    assert whole.json()["is_whole"] is True


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "９", "9" * 13, "9" * 60])
def test_an_offset_that_is_none_is_refused_in_words(client: Client, offset: str) -> None:
    upload_id = post(client, name="a.jpg", size=99).json()["id"]

    answer = client.patch(
        f"/api/v1/uploads/{upload_id}",
        b"x",
        content_type="application/offset+octet-stream",
        HTTP_UPLOAD_OFFSET=offset,
    )

    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_piece_larger_than_half_a_megabyte_is_refused(client: Client) -> None:
    upload_id = post(client, name="a.jpg", size=MOST_PIECE * 3).json()["id"]

    taken = patch(client, upload_id, b"x" * MOST_PIECE, 0)
    refused = patch(client, upload_id, b"x" * (MOST_PIECE + 1), MOST_PIECE)

    assert taken.status_code == 200
    assert refused.json()["code"] == "evidence.piece_too_large"


@pytest.mark.parametrize(
    "body",
    [
        {"size": 100_000_000},
        {"size": 2**70},
        {"size": "many"},
        {"size": 9, "purpose": "party"},
        {"size": 9, "sha256": "zz"},
        {"size": 9, "id": "1"},
        {"size": 9, "name": "a\x00b"},
        {},
    ],
)
def test_a_hostile_announcement_gets_a_sentence(client: Client, body: dict[str, Any]) -> None:
    answer = post(client, **body)

    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_name_cannot_leave_the_folder(client: Client, settings: Settings) -> None:
    answer = post(client, name="../../../etc/passwd", size=3)
    patch(client, answer.json()["id"], b"abc", 0)

    (row,) = Upload.objects.all()
    folder = Path(settings.MEDIA_ROOT)
    assert row.name == "passwd"
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [row.id.hex]


def test_the_uploads_of_a_day_are_counted_without_keeping_the_address(
    client: Client, settings: Settings
) -> None:
    settings.UPLOADS_PER_DAY = 1
    post(client, name="a.jpg", size=3)

    answer = post(client, name="b.jpg", size=3)

    assert answer.status_code == 429
    assert "127.0.0.1" not in Upload.objects.get().origin


def test_a_signed_in_browser_needs_its_token(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(login="rita"))

    answer = post(client, name="a.jpg", size=3)

    assert answer.status_code == 403
    assert answer.json()["code"] == "web.foreign_form"
