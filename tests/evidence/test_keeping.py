"""Keeping a file: bytes once, a use for each purpose, one entry, nothing by halves."""

import errno
import hashlib
import io
import os
import resource
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.storage import InMemoryStorage, default_storage
from django.db import transaction

from gongzhi.evidence import actions, commands, queries, rules, words
from gongzhi.evidence.models import File, FileUse
from gongzhi.kernel.refusals import Refusal
from gongzhi.ledger import access as ledger_access
from gongzhi.ledger import queries as ledger
from gongzhi.webkit.words import sentence

from .conftest import NOON, PDF, Hand, photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_access, "known_kinds", lambda: rules.LEDGER_KINDS)


def keep(
    content: bytes, hand: Hand, *, purpose: str = "after", subject: str = "case:1"
) -> queries.FileUseView:
    return actions.keep_file(
        content, name="a.jpg", purpose=purpose, subject=subject, by=hand, at=NOON
    )


def stored() -> list[Path]:
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def test_a_kept_file_is_stored_under_its_fingerprint_and_entered(hand: Hand) -> None:
    content = photo(satellite={1: "N", 2: (36.0, 0.0, 0.0), 3: "E", 4: (120.0, 0.0, 0.0)})

    use = keep(content, hand)

    sha256 = hashlib.sha256(content).hexdigest()
    assert (use.sha256, use.media_type, use.size) == (sha256, "image/jpeg", len(content))
    assert (use.purpose, use.subject, use.brought_at) == ("after", "case:1", NOON)
    assert (use.person_id, use.post_id, use.longitude, use.latitude) == (7, 3, 120.0, 36.0)
    (path,) = stored()
    assert path.relative_to(default_storage.path("")) == Path(sha256[:2], sha256[2:4], sha256)
    (entry,) = ledger.history("case:1")
    assert (entry.kind, entry.at) == ("evidence.kept", NOON)
    assert entry.facts == {"use": str(use.id), "sha256": sha256, "purpose": "after"}


def test_the_same_file_for_the_same_purpose_is_one_use(hand: Hand) -> None:
    first = keep(photo(), hand)

    again = keep(photo(), Hand(person_id=8))

    assert again == first
    assert FileUse.objects.count() == len(ledger.history("case:1")) == 1


def test_the_same_bytes_are_stored_once_for_two_subjects(hand: Hand) -> None:
    keep(photo(), hand)
    keep(photo(), hand, subject="case:2")
    keep(photo(), hand, purpose="before")

    assert (len(stored()), File.objects.count(), FileUse.objects.count()) == (1, 1, 3)


def test_a_new_use_costs_three_statements(hand: Hand, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    brought = actions.bring_file(io.BytesIO(photo()), name="a", purpose="after")

    with transaction.atomic(), django_assert_num_queries(3):
        actions.use_file(brought, subject="case:1", by=hand, at=NOON)


def test_files_are_listed_counted_and_opened(hand: Hand, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    before = keep(photo(colour=(1, 2, 3)), hand, purpose="before")
    keep(photo(), hand)
    keep(PDF, hand, purpose="document")
    keep(photo(), hand, subject="case:2")

    with django_assert_num_queries(2):
        files, purposes = queries.files_of("case:1"), queries.purposes_of("case:1")

    assert {use.purpose for use in files} == {"before", "after", "document"}
    assert purposes == {"before": 1, "after": 1, "document": 1}
    opened = queries.open_file(before.id)
    with opened.stream as stream:
        assert (opened.use, stream.read()) == (before, photo(colour=(1, 2, 3)))


def test_a_file_that_is_not_there_is_refused(hand: Hand) -> None:
    use = keep(photo(), hand)
    stored()[0].unlink()

    for missing in (use.id, uuid.uuid4()):
        with pytest.raises(rules.NoSuchFile):
            queries.open_file(missing)


@pytest.mark.parametrize(
    ("content", "purpose"),
    [(b"", "after"), (b"text", "after"), (photo()[:200], "after"), (PDF, "after"), (PDF, "?")],
)
def test_a_refused_file_leaves_no_trace(hand: Hand, content: bytes, purpose: str) -> None:
    with pytest.raises(Refusal) as refusal:
        keep(content, hand, purpose=purpose)

    assert sentence(refusal.value).endswith(("。", "."))
    assert not File.objects.exists()
    assert not ledger.history("case:1")
    assert not Path(default_storage.path("")).exists()


def test_a_stream_is_read_only_a_little_beyond_the_limit(hand: Hand, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PHOTO_MAX_MEGABYTES = 1
    endless = io.BytesIO(photo() + b"\0" * 9_000_000)

    with pytest.raises(rules.TooLarge):
        actions.keep_file(endless, name="a", purpose="after", subject="x:1", by=hand, at=NOON)

    assert endless.tell() == rules.MEGABYTE + 1


@contextmanager
def full_disk() -> Iterator[None]:
    """Let the system refuse any byte beyond the first 100 of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, old)


def test_without_room_nothing_is_kept_and_the_reason_is_told() -> None:
    Path(default_storage.path("")).mkdir(parents=True)

    with pytest.raises(rules.CannotStore) as refusal, full_disk():
        actions.bring_file(photo(), name="a.jpg", purpose="after")

    assert refusal.value.facts == {"name": "a.jpg", "reason": errno.errorcode[errno.EFBIG]}
    assert "a.jpg" in sentence(refusal.value)
    assert stored() == []
    assert not File.objects.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_told() -> None:
    root = Path(default_storage.path(""))
    root.mkdir(parents=True)
    root.chmod(0o500)

    with pytest.raises(rules.CannotStore):
        actions.bring_file(photo(), name="a.jpg", purpose="after")


def test_a_folder_in_the_way_is_told(hand: Hand) -> None:
    root = Path(default_storage.path(""))
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("not a folder")

    with pytest.raises(rules.CannotStore):
        keep(photo(), hand)

    assert not FileUse.objects.exists()


def test_a_deed_that_fails_after_the_file_leaves_only_bytes(hand: Hand) -> None:
    def fail() -> None:
        with transaction.atomic():
            keep(photo(), hand)
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert len(stored()) == 1
    assert not File.objects.exists()
    assert keep(photo(), hand).purpose == "after"


def test_half_a_file_left_by_other_hands_is_replaced(hand: Hand) -> None:
    keep(photo(), hand)
    stored()[0].write_bytes(photo()[:50])

    keep(photo(), hand, subject="case:2")

    assert stored()[0].read_bytes() == photo()


def test_a_storage_without_paths_keeps_files_too(hand: Hand, settings) -> None:  # type: ignore[no-untyped-def]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": f"{InMemoryStorage.__module__}.InMemoryStorage"}
    }

    use = keep(photo(), hand)
    keep(photo(), hand, subject="case:2")

    with queries.open_file(use.id).stream as stream:
        assert stream.read() == photo()
    assert queries.verify_files() == queries.FilesVerdict(files=1, troubles=())


def test_verification_names_what_is_missing_and_altered(hand: Hand) -> None:
    colours = [(1, 2, 3), (4, 5, 6), (7, 8, 9)]
    uses = [keep(photo(colour=one), hand, subject=f"case:{one[0]}") for one in colours]
    good = CliRunner().invoke(commands.verify)
    lost, changed = (Path(default_storage.path(rules.storage_name(u.sha256))) for u in uses[:2])
    lost.unlink()
    content = bytearray(changed.read_bytes())
    content[30] ^= 1
    changed.write_bytes(content)

    verdict, told = queries.verify_files(), CliRunner().invoke(commands.verify)

    assert good.exit_code == 0
    found = {trouble.sha256: (trouble.what, trouble.subjects) for trouble in verdict.troubles}
    assert found == {
        uses[0].sha256: ("missing", ("case:1",)),
        uses[1].sha256: ("altered", ("case:4",)),
    }
    assert verdict.files == 3
    assert told.exit_code == 1
    assert uses[0].sha256 in told.output
    assert "case:4" in told.output


def test_every_refusal_and_purpose_has_words() -> None:
    refusals = [
        one.code for one in vars(rules).values()
        if isinstance(one, type) and issubclass(one, Refusal)
        and one.__module__.startswith(rules.__name__)
    ]  # fmt: skip

    assert set(words.REFUSALS) == set(refusals)
    assert set(words.PURPOSES) == set(rules.Purpose)
