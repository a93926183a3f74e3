"""The installed book: what it costs to ask, and that it says what the files say."""

from datetime import UTC, datetime

import pytest

from gongzhi.accounts.rules import SYSTEM
from gongzhi.catalogue import actions, queries
from gongzhi.catalogue.rules import PackUnknown, VersionUnknown, load_pack

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed() -> int:
    return actions.install_pack(queries.shipped_packs()["us311"], by=SYSTEM, at=NOON).pk


def test_a_warm_book_costs_one_statement(installed: int, django_assert_num_queries) -> None:
    queries.book()

    with django_assert_num_queries(1):
        queries.book()
    with django_assert_num_queries(1):
        queries.book(installed)


def test_an_older_book_is_read_once(installed: int, django_assert_num_queries) -> None:
    actions.install_pack(queries.shipped_packs()["china"], by=SYSTEM, at=NOON)
    older = queries.book(installed)

    with django_assert_num_queries(1):
        assert queries.book(installed) is older
    assert older.pack_code == "us311"
    assert queries.book().pack_code == "china"


def test_the_database_gives_back_exactly_what_the_files_say(installed: int) -> None:
    content, mistakes = load_pack(queries.shipped_packs()["us311"])

    assert mistakes == []
    assert queries.content_of(installed) == content
    assert all(row.id for row in queries.book().standards)


def test_a_version_that_was_never_installed_has_no_book() -> None:
    with pytest.raises(VersionUnknown):
        queries.book(404_404)


def test_a_pack_is_found_by_directory_name_number_and_label(installed: int) -> None:
    place = str(queries.shipped_packs()["us311"])
    label = queries.installed_versions()[0].label

    found = [
        queries.find_content(name)
        for name in (place, "us311", str(installed), f"us311@{label}", "active")
    ]

    assert all(one == found[0] for one in found)


def test_an_unknown_name_is_told_what_is_known() -> None:
    with pytest.raises(PackUnknown) as refusal:
        queries.find_content("atlantis")

    assert "china" in str(refusal.value.facts["known"])
