"""Installing packs: all or nothing, once per content, and back again."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from gongzhi.accounts.models import PostKind
from gongzhi.accounts.rules import ANONYMOUS, SYSTEM, NotYours
from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.models import PackVersion, Standard
from gongzhi.catalogue.rules import NoPackInstalled, PackMistaken, VersionUnknown
from gongzhi.ledger.models import Entry

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db

LIMIT = "换上完好的井盖,A sound cover is in place,handle="


@pytest.fixture
def china(tmp_path: Path) -> Path:
    """A copy of the shipped pack, to be edited."""
    return Path(shutil.copytree(queries.shipped_packs()["china"], tmp_path / "china"))


def _edit(pack: Path, file: str, before: str, after: str) -> None:
    text = (pack / file).read_text(encoding="utf-8")
    assert before in text
    (pack / file).write_text(text.replace(before, after, 1), encoding="utf-8")


def _change_limit(pack: Path, before: str, after: str) -> None:
    _edit(pack, "standards.csv", LIMIT + before, LIMIT + after)


def _limit(version_id: int | None = None) -> str:
    row = queries.book(version_id).standard_for("C0101", condition="2")
    assert row is not None
    return str(row.limit())


def _deeds() -> list[str]:
    return list(
        Entry.objects.filter(kind__startswith="catalogue.")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_without_a_pack_there_is_no_book() -> None:
    with pytest.raises(NoPackInstalled):
        queries.book()


def test_an_installed_pack_answers_from_the_book(china: Path) -> None:
    row = actions.install_pack(china, by=SYSTEM, at=NOON)

    book = queries.book()
    assert book.version_id == row.pk
    standard = book.standard_for("C0101", condition="2")
    assert standard is not None
    assert Standard.objects.get(pk=standard.id).category_code == "C0101"
    assert PostKind.objects.count() == len(book.post_kinds)
    assert _deeds() == ["catalogue.installed"]


def test_one_changed_limit_acts_while_the_old_version_still_answers_the_old(china: Path) -> None:
    old = actions.install_pack(china, by=SYSTEM, at=NOON)
    before = _limit()

    _change_limit(china, before, "6 work_hours")
    new = actions.install_pack(china, by=SYSTEM, at=NOON)

    assert before != "6 work_hours"
    assert _limit() == _limit(new.pk) == "6 work_hours"
    assert _limit(old.pk) == before
    assert [one.is_active for one in queries.installed_versions()] == [True, False]


def test_the_same_content_installed_twice_changes_nothing(china: Path) -> None:
    first = actions.install_pack(china, by=SYSTEM, at=NOON)
    entries, standards = Entry.objects.count(), Standard.objects.count()

    second = actions.install_pack(str(china), by=SYSTEM, at=NOON)

    assert second.pk == first.pk
    assert (Entry.objects.count(), Standard.objects.count()) == (entries, standards)


def test_a_pack_with_a_mistake_changes_nothing(china: Path) -> None:
    actions.install_pack(china, by=SYSTEM, at=NOON)
    before = _limit()
    _change_limit(china, before, "4 fortnights")

    with pytest.raises(PackMistaken) as refusal:
        actions.install_pack(china, by=SYSTEM, at=NOON)

    assert [(one.file, one.code) for one in refusal.value.mistakes] == [
        ("standards.csv", "limit.unit_unknown")
    ]
    assert _limit() == before
    assert PackVersion.objects.count() == 1


def test_going_back_to_an_older_version_puts_its_limits_back_in_force(china: Path) -> None:
    old = actions.install_pack(china, by=SYSTEM, at=NOON)
    before = _limit()
    _change_limit(china, before, "6 work_hours")
    actions.install_pack(china, by=SYSTEM, at=NOON)

    actions.activate_version(old.pk, by=SYSTEM, at=NOON)
    actions.activate_version(old.pk, by=SYSTEM, at=NOON)

    assert _limit() == before
    assert _deeds() == ["catalogue.installed"] * 2 + ["catalogue.activated"]


def test_installing_the_content_of_an_older_version_puts_that_version_in_force(
    china: Path,
) -> None:
    old = actions.install_pack(china, by=SYSTEM, at=NOON)
    before = _limit()
    _change_limit(china, before, "6 work_hours")
    actions.install_pack(china, by=SYSTEM, at=NOON)
    _change_limit(china, "6 work_hours", before)

    row = actions.install_pack(china, by=SYSTEM, at=NOON)

    assert row.pk == old.pk
    assert PackVersion.objects.count() == 2


def test_a_version_that_was_never_installed_is_unknown() -> None:
    with pytest.raises(VersionUnknown):
        actions.activate_version(404, by=SYSTEM, at=NOON)


def test_only_who_keeps_the_chart_installs_a_pack(china: Path) -> None:
    with pytest.raises(NotYours):
        actions.install_pack(china, by=ANONYMOUS, at=NOON)


def test_the_table_knows_one_version_in_force(china: Path) -> None:
    row = actions.install_pack(china, by=SYSTEM, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        PackVersion.objects.create(
            pack_code="other", label="1", digest="0", content={}, installed_at=NOON, is_active=True
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PackVersion.objects.create(
            pack_code="china", label="1", digest=row.digest, content={}, installed_at=NOON
        )
