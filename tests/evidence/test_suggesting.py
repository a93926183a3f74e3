"""Suggesting: a program says where faces and plates may be; a person takes them or leaves them."""

import datetime
import logging

import numpy as np
import pytest
from PIL import Image

from gongzhi.accounts.rules import Actor, Role
from gongzhi.evidence import access, actions, jobs, queries, rules
from gongzhi.evidence.models import File
from gongzhi.evidence.rules import Box, Likeness, Size, Suggestion
from gongzhi.ledger import queries as ledger

from . import faces, hostile
from .conftest import NOON, PDF, Hand
from .test_blacking_out import DESK, keep

pytest.importorskip("cv2", reason="the extra `privacy` is not installed")
from gongzhi.evidence.rules.detecting import detected

HANDLER = Actor(person_id=9, post_id=9, organisation_id=9, roles=frozenset({Role.HANDLER}))
DAY = datetime.timedelta(days=1)


def on(likeness: Likeness, found: list[Suggestion] | tuple[Suggestion, ...]) -> list[Box]:
    return [one.box for one in found if one.likeness is likeness]


def covers(box: Box, left: float, top: float, right: float, bottom: float) -> bool:
    wide, high = faces.SIZE
    return (
        box.x * wide <= left
        and box.y * high <= top
        and (box.x + box.width) * wide >= right
        and (box.y + box.height) * high >= bottom
    )


# What is found.


def test_faces_and_a_plate_are_found_where_they_were_drawn() -> None:
    found = access.search(faces.street())

    heads, plates = on(Likeness.FACE, found), on(Likeness.PLATE, found)
    assert (len(heads), len(plates)) == (2, 1)
    for head, (x, y, wide) in zip(heads, (faces.FACE, faces.SMALL_FACE), strict=True):
        assert covers(head, x, y + 0.3 * wide, x + wide, y + wide)  # brows to mouth
        assert head.width * faces.SIZE[0] < 2 * wide
    x, y, wide, high = faces.PLATE
    assert covers(plates[0], x, y, x + wide, y + high)


def test_nothing_is_found_in_an_empty_street() -> None:
    assert access.search(faces.empty_street()) == []


@pytest.mark.parametrize("size", [(1, 1), (1600, 1), (2, 900), (23, 23), (1280, 960)])
def test_a_picture_of_any_shape_is_searched(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (size[1], size[0]), dtype=np.uint8)

    found = detected(Image.fromarray(noise))

    assert len(found) <= rules.MOST_SUGGESTIONS
    for one in found:
        assert 0 <= one.box.x <= one.box.x + one.box.width <= 1.0001
        assert 0 <= one.box.y <= one.box.y + one.box.height <= 1.0001


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"GIF89a", faces.street()[:2000]])
def test_what_the_search_fails_at_is_logged_and_yields_nothing(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert access.search(content) == []

    assert "could not be searched" in caplog.text


def test_a_search_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SEARCH_SECONDS", 0.01)

    assert access.search(faces.street()) == []


def test_one_thing_found_twice_is_suggested_once_and_stays_inside_the_picture() -> None:
    twice = [
        Suggestion(Likeness.FACE, Box(0.5, 0.5, 0.2, 0.2)),
        Suggestion(Likeness.PLATE, Box(0.52, 0.52, 0.15, 0.15)),
        Suggestion(Likeness.FACE, Box(-0.1, 0.9, 0.3, 0.3)),
    ]

    found = rules.distinct(twice)

    assert [one.box for one in found] == [Box(0, 0.9, 0.2, 0.1), Box(0.5, 0.5, 0.2, 0.2)]


def test_of_a_crowd_the_largest_are_suggested() -> None:
    crowd = [Suggestion(Likeness.FACE, Box(0.03 * n, 0, 0.001 * (n + 1), 0.01)) for n in range(30)]

    found = rules.distinct(crowd)

    assert len(found) == rules.MOST_SUGGESTIONS
    assert crowd[0] not in found


# What is kept.


@pytest.mark.django_db
def test_a_photograph_is_searched_once_and_hides_nothing_by_itself() -> None:
    use = keep(content=faces.street())
    before = queries.derivative(use.id, Size.LARGE).content

    actions.search_file(use.sha256, at=NOON)
    actions.search_file(use.sha256, at=NOON + DAY)

    assert File.objects.get().searched_at == NOON
    assert len(queries.suggested_parts(use) or ()) == 3
    assert queries.use_of(use.id).likenesses == ("face", "plate")
    assert queries.proof_of(use.subject, longitude=None, latitude=None, reported_at=NOON).files == (
        queries.use_of(use.id),
    )
    assert queries.derivative(use.id, Size.LARGE).content == before


@pytest.mark.django_db
def test_a_document_and_a_hostile_picture_are_searched_without_finding() -> None:
    document = keep("case:1", PDF, "document")
    animated = keep("case:2", hostile.webp_animation(3))
    nobody = keep("case:3", faces.empty_street())

    for use in (document, animated, nobody):
        actions.search_file(use.sha256, at=NOON)

    assert [queries.suggested_parts(use) for use in (document, animated, nobody)] == [(), (), ()]
    assert set(File.objects.values_list("suggestions", flat=True)) == {None}


@pytest.mark.django_db
def test_blacking_out_puts_the_suggestions_away() -> None:
    use = keep(content=faces.street())
    actions.search_file(use.sha256, at=NOON)

    actions.black_out(use.id, [Box(0, 0, 0.5, 0.5)], by=DESK, at=NOON)

    assert queries.suggested_parts(use) == ()
    assert queries.use_of(use.id).likenesses == ()


@pytest.mark.django_db
def test_leaving_a_photograph_as_it_is_is_entered_once() -> None:
    use = keep(content=faces.street())
    actions.search_file(use.sha256, at=NOON)

    actions.look_over(use.id, by=DESK, at=NOON)
    actions.look_over(use.id, by=DESK, at=NOON + DAY)

    entries = [one for one in ledger.history(use.subject) if one.kind == "evidence.looked_over"]
    assert [one.facts["suggested"] for one in entries] == [3]
    assert queries.use_of(use.id).likenesses == ()
    assert not queries.derivative(use.id, Size.LARGE).is_blacked_out


@pytest.mark.django_db
def test_a_handler_may_not_put_suggestions_away() -> None:
    use = keep(content=faces.street())
    actions.search_file(use.sha256, at=NOON)

    with pytest.raises(rules.NotYours):
        actions.look_over(use.id, by=HANDLER, at=NOON)

    assert queries.use_of(use.id).likenesses == ("face", "plate")


@pytest.mark.django_db
def test_the_clock_searches_what_came_of_late() -> None:
    old = keep("case:1", faces.empty_street())
    new = actions.keep_file(
        faces.street(), name="b", purpose="before", subject="case:2", by=Hand(), at=NOON + 9 * DAY
    )

    jobs.tick(NOON + 9 * DAY)

    assert queries.suggested_parts(old) is None
    assert len(queries.suggested_parts(new) or ()) == 3


@pytest.mark.django_db
def test_without_the_library_nothing_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "can_suggest", lambda: False)
    use = keep(content=faces.street())

    jobs.tick(NOON)
    actions.search_file(use.sha256, at=NOON)

    assert queries.suggested_parts(use) is None
    assert queries.use_of(use.id).likenesses == ()
