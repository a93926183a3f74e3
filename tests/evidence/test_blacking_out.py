"""Blacking out: parts of a picture are hidden, the original stays, all is entered."""

import io
import math
import uuid
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from PIL import Image

from gongzhi.accounts.rules import Actor, Role
from gongzhi.evidence import actions, queries, rules
from gongzhi.evidence.models import Blackout
from gongzhi.evidence.rules import Box
from gongzhi.ledger import queries as ledger

from .conftest import NOON, PDF, Hand
from .scenes import saved

HEAD = Actor(person_id=4, post_id=5, organisation_id=6, roles=frozenset({Role.DUTY_HEAD}))
DESK = Actor(person_id=7, post_id=8, organisation_id=6, roles=frozenset({Role.OPERATOR}))
FACE = Box(0.25, 0.5, 0.25, 0.25)

pytestmark = pytest.mark.django_db


def keep(
    subject: str = "case:1", content: bytes = b"", purpose: str = "before"
) -> queries.FileUseView:
    content = content or saved(Image.new("RGB", (200, 100), "white"), "PNG")
    return actions.keep_file(
        content, name="a", purpose=purpose, subject=subject, by=Hand(), at=NOON
    )


def pixels(use_id: uuid.UUID, size: str = "large") -> Image.Image:
    return Image.open(io.BytesIO(queries.derivative(use_id, size).content)).convert("L")


def dark(picture: Image.Image, x: float, y: float) -> bool:
    value = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    return value < 60  # type: ignore[operator]


@pytest.mark.parametrize("size", ["large", "list"])
def test_boxes_are_black_in_every_size_and_the_original_is_untouched(size: str) -> None:
    use = keep()
    before = queries.derivative(use.id, size)

    actions.black_out(use.id, [FACE], by=DESK, at=NOON)

    after, picture = queries.derivative(use.id, size), pixels(use.id, size)
    assert [dark(picture, x, 0.6) for x in (0.2, 0.26, 0.49, 0.55)] == [False, True, True, False]
    assert after.is_blacked_out
    assert after.tag != before.tag
    with queries.open_file(use.id).stream as stream:
        assert not dark(Image.open(stream).convert("L"), 0.3, 0.6)


def test_a_blackout_is_entered_with_its_boxes_and_can_be_lifted() -> None:
    use = keep()
    actions.black_out(use.id, [FACE], by=DESK, at=NOON)

    actions.show_again(use.id, by=HEAD, at=NOON)

    assert not dark(pixels(use.id), 0.3, 0.6)
    _, hidden, lifted = ledger.history("case:1")
    assert (hidden.kind, lifted.kind) == ("evidence.blacked_out", "evidence.shown_again")
    assert hidden.facts == {
        "use": str(use.id), "sha256": use.sha256, "boxes": [[0.25, 0.5, 0.25, 0.25]],
    }  # fmt: skip
    assert Blackout.objects.get().lifted_at == NOON
    with pytest.raises(rules.NotBlackedOut):
        actions.show_again(use.id, by=HEAD, at=NOON)


def test_new_boxes_replace_those_of_the_same_use(
    django_capture_on_commit_callbacks,  # type: ignore[no-untyped-def]
) -> None:
    use = keep()
    actions.black_out(use.id, [FACE], by=DESK, at=NOON)
    pixels(use.id)

    with django_capture_on_commit_callbacks(execute=True):
        actions.black_out(use.id, [Box(0.75, 0, 0.25, 0.25)], by=DESK, at=NOON)

    assert [dark(pixels(use.id), 0.3, 0.6), dark(pixels(use.id), 0.9, 0.1)] == [False, True]
    assert len(list(Path(default_storage.path("")).rglob("*.jpg"))) == 1


def test_the_same_bytes_elsewhere_are_hidden_there_too_until_both_are_lifted() -> None:
    one, other = keep("case:1"), keep("case:2")
    actions.black_out(one.id, [FACE], by=DESK, at=NOON)
    actions.black_out(other.id, [Box(0.75, 0, 0.25, 0.25)], by=DESK, at=NOON)

    actions.show_again(other.id, by=HEAD, at=NOON)

    for use in (one, other):
        assert [dark(pixels(use.id), 0.3, 0.6), dark(pixels(use.id), 0.9, 0.1)] == [True, False]


@pytest.mark.parametrize("role", Role)
def test_who_may_hide_and_who_may_lift(role: Role) -> None:
    use = keep()
    by = Actor(person_id=1, roles=frozenset({role}))
    place = {"operator", "dispatcher", "duty_head", "supervisor", "collector", "steward", "system"}
    allowed = {"hide": role.value in place, "lift": role in {"duty_head", "supervisor", "system"}}

    done = {"hide": True, "lift": True}
    try:
        actions.black_out(use.id, [FACE], by=by, at=NOON)
    except rules.NotYours:
        done["hide"] = False
        actions.black_out(use.id, [FACE], by=DESK, at=NOON)
    try:
        actions.show_again(use.id, by=by, at=NOON)
    except rules.NotYours:
        done["lift"] = False

    assert done == allowed


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        [Box(1.2, 0, 0.1, 0.1)],
        [Box(0, 0, 0, 1)],
        [Box(0, 0, 0.5, -0.5)],
        [Box(math.nan, 0, 0.5, 0.5)],
        [Box(0, 0, math.inf, 0.5)],
        [Box(n / 1000, 0, 0.5, 0.5) for n in range(101)],
    ],
)
def test_boxes_that_fit_nothing_are_refused_and_leave_no_trace(boxes: list[Box]) -> None:
    use = keep()

    with pytest.raises(rules.BadBoxes):
        actions.black_out(use.id, boxes, by=DESK, at=NOON)

    assert not Blackout.objects.exists()
    assert len(ledger.history("case:1")) == 1


def test_a_box_over_the_edge_is_cut_off_there() -> None:
    assert rules.checked_boxes([Box(-0.5, 0.75, 1.0, 9.0)]) == (Box(0.0, 0.75, 0.5, 0.25),)


def test_what_cannot_be_shown_cannot_be_blacked_out() -> None:
    use = keep(content=PDF, purpose="document")

    with pytest.raises(rules.NoPreview):
        actions.black_out(use.id, [FACE], by=DESK, at=NOON)
    with pytest.raises(rules.NoSuchFile):
        actions.black_out(uuid.uuid4(), [FACE], by=DESK, at=NOON)
    with pytest.raises(rules.NoSuchFile):
        actions.show_again(uuid.uuid4(), by=HEAD, at=NOON)


def test_the_table_holds_one_blackout_of_a_use_at_a_time() -> None:
    use = keep()
    actions.black_out(use.id, [FACE], by=DESK, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        Blackout.objects.create(use_id=use.id, file_id=use.sha256, boxes=[], made_at=NOON)
