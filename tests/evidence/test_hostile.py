"""Hostile files: each is refused with a sentence, or made harmless; the memory is bounded."""

import io
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils.translation import override
from PIL import Image

from gongzhi.evidence import actions, queries, rules
from gongzhi.evidence.models import File
from gongzhi.kernel.refusals import Refusal
from gongzhi.webkit.words import sentence

from .conftest import NOON, Hand
from .hostile import HARMLESS, SCRIPT, UNSHOWN, Hostile, hostile, largest_allowed

EVERY = list(hostile())
MOST_MEMORY = 450_000_000  # bytes above what a process has anyway
MOST_SECONDS = 5.0  # for one file, on a busy machine


@pytest.fixture(params=EVERY, ids=lambda one: one.name)
def one(request: pytest.FixtureRequest) -> Hostile:
    found: Hostile = request.param
    return found


def bring(one: Hostile) -> queries.FileUseView:
    return actions.keep_file(
        io.BytesIO(one.content),
        name="../../<b>.jpg",
        purpose=one.purpose,
        subject="case:1",
        by=Hand(),
        at=NOON,
    )


def test_there_are_at_least_fifty() -> None:
    assert len({one.name for one in EVERY}) == len(EVERY) >= 50


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::UserWarning")  # as where it serves
def test_a_hostile_file_is_refused_with_a_sentence_or_made_harmless(one: Hostile) -> None:
    started = time.monotonic()
    try:
        use = bring(one)
        actions.fingerprint_file(use.sha256, at=NOON)
        served = [queries.derivative(use.id, size) for size in rules.Size]
        fate = HARMLESS
    except rules.NoPreview:
        fate, served = UNSHOWN, []
    except Refusal as refusal:
        fate, served = refusal.code, []
        _is_told_and_nothing_kept(refusal)

    assert fate == one.fate
    for picture in served:
        _is_clean(picture)
    assert time.monotonic() - started < MOST_SECONDS


def _is_told_and_nothing_kept(refusal: Refusal) -> None:
    for language in ("en", "zh-hans"):
        with override(language):
            assert sentence(refusal).endswith((".", "。"))
    assert not File.objects.exists()
    assert not Path(default_storage.path("")).exists()


def _is_clean(served: queries.ShownPicture) -> None:
    assert SCRIPT not in served.content
    assert b"PK\3\4" not in served.content
    with Image.open(io.BytesIO(served.content), formats=["JPEG", "WEBP"]) as picture:
        picture.load()
        assert max(picture.size) <= rules.LARGE_EDGE
        assert getattr(picture, "n_frames", 1) == 1
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)
    assert Image.MIME[picture.format or ""] == served.media_type


def test_all_of_them_and_the_largest_allowed_need_bounded_memory(tmp_path: Path) -> None:
    contents = [*(one.content for one in EVERY), *largest_allowed()]
    for number, content in enumerate(contents):
        (tmp_path / f"{number:03}").write_bytes(content)

    told = subprocess.run(
        [sys.executable, "-m", "tests.evidence.hostile", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert 0 < int(told.stdout) < MOST_MEMORY
