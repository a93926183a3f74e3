"""Doubts about photographs: what is flagged for whoever checks, and what is not."""

import datetime
import itertools
import uuid

import pytest
from django.db import connection
from django.utils.translation import override

from gongzhi.evidence import actions, jobs, queries, rules, words
from gongzhi.evidence.models import File, FileUse
from gongzhi.evidence.rules import Elsewhere, Fingerprint, Flag, Photo, Purpose
from gongzhi.kernel.coordinates import Frame, from_wgs84

from .conftest import NOON, PDF, Hand, heic
from .scenes import saved, scene

HERE = (120.4, 36.1)
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
LOOK = Fingerprint(0x0F0F_1234_5678_9ABC, 0x808080)


def look(bits: int) -> Fingerprint:
    """Return a fingerprint that differs from `LOOK` in so many bits."""
    return Fingerprint(LOOK.bits ^ sum(1 << (7 * n) for n in range(bits)), LOOK.colour)


def shot(purpose: str = "after", **facts: object) -> Photo:
    known = {"use_id": purpose, "sha256": purpose, "brought_at": NOON + HOUR} | facts
    return Photo(purpose=purpose, **known)  # type: ignore[arg-type]


def flagged(*photos: Photo, elsewhere: tuple[Elsewhere, ...] = ()) -> list[Flag]:
    return rules.flags(
        photos, elsewhere=elsewhere, longitude=HERE[0], latitude=HERE[1], reported_at=NOON
    )


def codes(*photos: Photo, elsewhere: tuple[Elsewhere, ...] = ()) -> list[str]:
    return [flag.code for flag in flagged(*photos, elsewhere=elsewhere)]


def test_a_photograph_that_says_nothing_of_itself_raises_no_doubt() -> None:
    assert codes(*(shot(purpose) for purpose in Purpose)) == []


EARLIER = {
    "after": {"before", "verify"},
    "check": {"before", "verify", "after"},
}


@pytest.mark.parametrize(("one", "other"), list(itertools.product(Purpose, Purpose)))
@pytest.mark.parametrize("bits", [None, 0, 3, 4])
def test_a_later_purpose_must_not_show_the_photograph_of_an_earlier_one(
    one: str, other: str, bits: int | None
) -> None:
    first = shot(one, use_id="1", sha256="same" if bits is None else "a", fingerprint=LOOK)
    second = shot(other, use_id="2", sha256="same" if bits is None else "b")
    if bits is not None:
        second = shot(other, use_id="2", sha256="b", fingerprint=look(bits))

    found = [(flag.code, flag.use_id, flag.facts["other_use"]) for flag in flagged(first, second)]

    code = "repeated" if bits is None else "alike"
    wanted = []
    if bits is None or bits <= 3:
        if other in EARLIER.get(one, ()):
            wanted.append((code, "1", "2"))
        if one in EARLIER.get(other, ()):
            wanted.append((code, "2", "1"))
    assert found == wanted


def test_a_photograph_is_flagged_once_for_each_purpose_that_it_repeats() -> None:
    before = [shot("before", use_id=f"b{n}", sha256="same") for n in range(3)]

    found = flagged(*before, shot("after", sha256="same"), shot("verify", sha256="same"))

    assert [flag.facts["other_purpose"] for flag in found] == ["before", "verify"]


@pytest.mark.parametrize("bits", range(7))
def test_a_photograph_that_looks_like_one_elsewhere_is_flagged_up_to_three_bits(bits: int) -> None:
    other = Elsewhere("x", "case:9", 2, look(bits))

    found = flagged(shot(fingerprint=LOOK), elsewhere=(other,))

    told = [(flag.code, flag.facts["subject"], flag.facts["subjects"]) for flag in found]
    assert told == ([("like_elsewhere", "case:9", 2)] if bits <= 3 else [])


def test_the_same_bytes_elsewhere_say_more_than_the_same_look() -> None:
    found = (
        Elsewhere("x", "case:1", 1, look(1)),
        Elsewhere("after", "case:9", 4, LOOK),
        Elsewhere("y", "case:0", 1, None),
    )

    (flag,) = flagged(shot(fingerprint=LOOK), elsewhere=found)

    assert (flag.code, flag.facts) == ("used_elsewhere", {"subject": "case:9", "subjects": 4})


def test_several_that_look_the_same_are_counted_together() -> None:
    found = (Elsewhere("x", "case:8", 2, look(1)), Elsewhere("y", "case:3", 1, look(2)))

    (flag,) = flagged(shot(fingerprint=LOOK), elsewhere=found)

    assert flag.facts == {"subject": "case:3", "subjects": 3}


def test_another_colour_is_another_picture() -> None:
    green = Fingerprint(LOOK.bits, 0x80C080)

    assert codes(shot(fingerprint=LOOK), elsewhere=(Elsewhere("x", "case:9", 1, green),)) == []


@pytest.mark.parametrize(
    ("purpose", "taken", "code"),
    [
        ("before", NOON - 72 * HOUR, None),
        ("before", NOON - 72 * HOUR - MINUTE, "taken_earlier"),
        ("verify", NOON - 73 * HOUR, "taken_earlier"),
        ("after", NOON - 2 * HOUR, None),
        ("after", NOON - 2 * HOUR - MINUTE, "taken_earlier"),
        ("check", NOON - 3 * HOUR, "taken_earlier"),
        ("check", NOON, None),
        ("after", NOON + HOUR + 10 * MINUTE, None),
        ("after", NOON + HOUR + 11 * MINUTE, "taken_later"),
        ("before", NOON + 900 * HOUR, "taken_later"),
        ("document", NOON - 9000 * HOUR, None),
    ],
)
def test_a_photograph_is_of_the_time_between_report_and_bringing(
    purpose: str, taken: datetime.datetime, code: str | None
) -> None:
    assert codes(shot(purpose, taken_at=taken)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("metres_north", "far"), [(0, False), (299, False), (301, True), (50_000, True)]
)
def test_a_photograph_is_of_the_place_up_to_three_hundred_metres(
    metres_north: int, far: bool
) -> None:
    latitude = HERE[1] + metres_north / 111_195.08

    found = flagged(shot(longitude=HERE[0], latitude=latitude))

    assert [flag.facts["metres"] > 300 for flag in found] == ([True] if far else [])  # type: ignore[operator]


def test_a_camera_that_writes_the_displaced_position_is_not_held_against_it() -> None:
    longitude, latitude = from_wgs84(*HERE, Frame.GCJ02)

    assert codes(shot(longitude=longitude, latitude=latitude)) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", rules.Doubt)
def test_every_doubt_has_a_sentence_in_both_languages(code: str, language: str) -> None:
    time = NOON.isoformat()
    facts = {
        "subject": "case:9", "subjects": 3, "other_purpose": "before", "taken_at": time,
        "reported_at": time, "brought_at": time, "metres": 512,
    }  # fmt: skip

    with override(language):
        told = words.explain(
            Flag(code, "1", "after", facts),
            case_names={"case:9": "2026-000123"},
            moment=lambda at: at.strftime("%H:%M"),
        )

    assert told.endswith("。" if language == "zh-hans" else ".")
    assert "%" not in told
    assert ("2026-000123" in told) == code.endswith(("used_elsewhere", "like_elsewhere"))


def test_the_sentences_read_as_they_should() -> None:
    flag = Flag("used_elsewhere", "1", "after", {"subject": "case:9", "subjects": 1})

    with override("zh-hans"):
        told = words.explain(flag, case_names={"case:9": "2026-000123"}, moment=str)

    assert told == "“处置后”照片与案卷 2026-000123 的照片相同。"


# With a database.


def keep(content: bytes, subject: str, purpose: str = "before") -> queries.FileUseView:
    use = actions.keep_file(content, name="a", purpose=purpose, subject=subject, by=Hand(), at=NOON)
    actions.fingerprint_file(use.sha256, at=NOON)
    return use


def flags_of(subject: str) -> list[Flag]:
    return queries.flags_of(subject, longitude=HERE[0], latitude=HERE[1], reported_at=NOON)


@pytest.mark.django_db
def test_a_photograph_used_again_or_saved_anew_is_found_in_another_case() -> None:
    view = scene(1)
    keep(saved(view, quality=90), "case:1")
    keep(saved(view, quality=90), "case:2", "after")
    keep(saved(view.resize((300, 225)), "WEBP", quality=50), "case:3", "after")
    keep(saved(scene(2)), "case:4", "after")
    keep(saved(view, quality=90), "street:1")

    found = {subject: flags_of(subject) for subject in ("case:2", "case:3", "case:4")}

    told = {
        subject: [(one.code, one.facts["subject"]) for one in flags]
        for subject, flags in found.items()
    }
    assert told == {
        "case:2": [("used_elsewhere", "case:1")],
        "case:3": [("like_elsewhere", "case:1")],
        "case:4": [],
    }


@pytest.mark.django_db
def test_a_faked_after_photograph_is_flagged() -> None:
    view = scene(1)
    keep(saved(view, quality=90), "case:1")
    keep(saved(view, quality=60), "case:1", "after")
    keep(saved(scene(2)), "case:1", "check")

    assert [(one.code, one.purpose) for one in flags_of("case:1")] == [("alike", "after")]


@pytest.mark.django_db
def test_flags_cost_three_statements_whatever_there_is(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    for number in range(6):
        keep(saved(scene(number % 3)), f"case:{number % 2}", "after" if number % 2 else "before")
    fill_with_files(3000)

    with django_assert_num_queries(3):
        found = flags_of("case:1")
    with django_assert_num_queries(1):
        nothing = flags_of("case:none")

    assert [one.code for one in found] == ["used_elsewhere"] * 3
    assert nothing == []


def fill_with_files(count: int) -> None:
    """Add files that look like nothing else, each proof of a case of its own."""
    import random

    dice = random.Random(5)
    files, uses = [], []
    for number in range(count):
        known = Fingerprint(dice.getrandbits(64), 0)
        one, two, three, four = known.bands
        files.append(
            File(
                sha256=f"{number:064x}", media_type="image/jpeg", size=1, kept_at=NOON,
                looked_at=NOON, fingerprint=known.signed, colour=0,
                band_1=one, band_2=two, band_3=three, band_4=four,
            )
        )  # fmt: skip
        uses.append(
            FileUse(
                id=uuid.uuid4(), file=files[-1], subject=f"case:x{number}", purpose="before",
                brought_at=NOON,
            )
        )  # fmt: skip
    File.objects.bulk_create(files, batch_size=500)
    FileUse.objects.bulk_create(uses, batch_size=500)


@pytest.mark.django_db
def test_looking_for_the_same_view_reads_indexes_and_not_the_table() -> None:
    from gongzhi.evidence.access import candidates

    fill_with_files(2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    plan = candidates([Fingerprint(n * 0x1357_9BDF_0246_8ACE, 0) for n in range(1, 5)]).explain()

    assert all(f"file_band_{place}" in plan for place in (1, 2, 3, 4))
    assert "SCAN evidence_file" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.django_db
def test_the_clock_looks_at_each_new_file_once() -> None:
    known = []
    for number, content in enumerate((saved(scene(1)), heic(), saved(scene(2)))):
        known.append(
            actions.keep_file(
                content, name="a", purpose="before", subject=f"case:{number}", by=Hand(), at=NOON
            )
        )
    actions.keep_file(PDF, name="a", purpose="document", subject="case:9", by=Hand(), at=NOON)

    looked = [actions.fingerprint_new(NOON, limit=jobs.BATCH) for _ in range(2)]
    jobs.tick(NOON)

    assert looked == [4, 0]
    assert jobs.tick(NOON) == 0
    assert File.objects.filter(fingerprint=None).count() == 2
    assert not File.objects.filter(looked_at=None).exists()
    first = File.objects.get(pk=known[0].sha256)
    again = (first.fingerprint, first.band_1, first.band_4)
    actions.fingerprint_file(known[0].sha256, at=NOON)
    first.refresh_from_db()
    assert (first.fingerprint, first.band_1, first.band_4) == again


@pytest.mark.django_db
def test_a_lost_file_does_not_keep_the_others_waiting() -> None:
    from django.core.files.storage import default_storage

    use = actions.keep_file(
        saved(scene(1)), name="a", purpose="before", subject="case:1", by=Hand(), at=NOON
    )
    default_storage.delete(rules.storage_name(use.sha256))

    assert actions.fingerprint_new(NOON, limit=jobs.BATCH) == 1
    jobs.tick(NOON)
    assert jobs.tick(NOON) == 0
