"""Verifying: whatever is altered by hand is found, and the first entry named."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.models import F

from gongzhi.ledger import actions, commands, jobs, queries, rules
from gongzhi.ledger.models import Entry, Seal
from gongzhi.ledger.rules import Alteration

from .conftest import NOON, Hand

pytestmark = pytest.mark.django_db
ENTRY, SEAL = Entry._meta.db_table, Seal._meta.db_table


@pytest.fixture
def ids(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Twenty entries sealed in runs of eight, then two that are not sealed."""
    monkeypatch.setattr(rules, "RUN", 8)
    new = [rules.NewEntry("probe.done", f"case:{n}", hand, NOON, {"n": n}) for n in range(22)]
    made = actions.record_many(new[:20])
    actions.seal(NOON)
    return made + actions.record_many(new[20:])


def run_sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def forge(entry_id: int, **fields: object) -> None:
    """Alter an entry and give it the digest of its new content."""
    Entry.objects.filter(pk=entry_id).update(**fields)
    entry = Entry.objects.get(pk=entry_id)
    digest = rules.digest_of(
        entry.kind,
        entry.subject,
        signer_ids=(entry.person_id, entry.post_id, entry.organisation_id),
        role=entry.role,
        at=entry.at,
        facts=entry.facts,
        request_id=entry.request_id,
    )
    Entry.objects.filter(pk=entry_id).update(digest=digest)


def test_an_untouched_ledger_is_clean(ids: list[int]) -> None:
    steps: list[tuple[int, int]] = []

    verdict = queries.verify(lambda done, total: steps.append((done, total)))

    assert (verdict.entries, verdict.seals, verdict.unsealed) == (22, 3, 2)
    assert (verdict.first_altered, verdict.what) == (None, "")
    assert verdict.is_clean
    assert verdict.root == Seal.objects.order_by("pk").last().root  # type: ignore[union-attr]
    assert steps[-1] == (22, 22)


def test_an_empty_ledger_is_clean() -> None:
    assert queries.verify().is_clean


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "probe.dond"),
        ("subject", "case:91"),
        ("person_id", 8),
        ("post_id", None),
        ("organisation_id", 3),
        ("role", "operatos"),
        ("at", "2026-05-04 12:00:01+00:00"),
        ("facts", '{"n": 99}'),
        ("facts", '{"N": 9}'),
        ("request_id", "x"),
    ],
)
@pytest.mark.parametrize("place", [0, 7, 8, 12, 19, 20, 21])
def test_altered_content_is_found_and_named(
    ids: list[int], column: str, value: object, place: int
) -> None:
    run_sql(f"UPDATE {ENTRY} SET {column} = %s WHERE id = %s", value, ids[place])

    verdict = queries.verify()

    assert verdict.first_altered == ids[place]
    expected = Alteration.CONTENT if place < 20 else Alteration.UNSEALED
    assert verdict.alteration == expected
    assert str(ids[place]) in verdict.what


@pytest.mark.parametrize(("place", "found"), [(3, "digest"), (21, "unsealed")])
def test_an_altered_digest_is_found_and_named(ids: list[int], place: int, found: str) -> None:
    old = Entry.objects.get(pk=ids[place]).digest
    new = ("0" if old[0] != "0" else "1") + old[1:]

    run_sql(f"UPDATE {ENTRY} SET digest = %s WHERE id = %s", new, ids[place])

    verdict = queries.verify()
    assert (verdict.first_altered, verdict.alteration) == (ids[place], found)


def test_an_entry_forged_with_its_digest_is_found(ids: list[int]) -> None:
    forge(ids[5], facts={"n": 6})

    verdict = queries.verify()

    assert (verdict.first_altered, verdict.alteration) == (ids[5], Alteration.REWRITTEN)


@pytest.mark.parametrize("place", [0, 5, 7, 8, 19])
def test_a_removed_entry_is_named(ids: list[int], place: int) -> None:
    run_sql(f"DELETE FROM {ENTRY} WHERE id = %s", ids[place])

    verdict = queries.verify()

    assert (verdict.first_altered, verdict.alteration) == (ids[place], Alteration.MISSING)


@pytest.mark.parametrize("place", [0, 5, 8, 19])
def test_an_entry_put_before_or_in_place_of_another_is_named(
    ids: list[int], hand: Hand, place: int
) -> None:
    extra = actions.record("probe.done", subject="case:1", by=hand, at=NOON, facts={})
    gap = ids[0] - 1 if place == 0 else ids[place]
    if place:
        run_sql(f"DELETE FROM {ENTRY} WHERE id = %s", gap)
    Entry.objects.filter(pk=extra).update(id=gap)

    verdict = queries.verify()

    found = Alteration.INSERTED if place == 0 else Alteration.REWRITTEN
    assert (verdict.first_altered, verdict.alteration) == (gap, found)


def test_an_entry_inserted_into_a_gap_of_a_run_is_named(ids: list[int], hand: Hand) -> None:
    first = ids[-1] + 1
    made = actions.record_many(
        rules.NewEntry("probe.done", f"case:{n}", hand, NOON, {}) for n in range(4)
    )
    Entry.objects.filter(pk=made[1]).delete()  # as a rolled-back deed leaves it
    actions.seal(NOON)
    assert queries.verify().is_clean
    extra = actions.record("probe.done", subject="case:x", by=hand, at=NOON, facts={})
    run_sql(f"UPDATE {ENTRY} SET id = %s WHERE id = %s", first + 1, extra)

    verdict = queries.verify()

    assert (verdict.first_altered, verdict.alteration) == (first + 1, Alteration.INSERTED)


def _flip(leaves: bytes, at: int) -> bytes:
    return leaves[:at] + bytes([leaves[at] ^ 1]) + leaves[at + 1 :]


@pytest.mark.parametrize(
    ("alter", "place"),
    [
        (lambda seal: {"root": "0" * 64}, 8),
        (lambda seal: {"root": "no root"}, 8),
        (lambda seal: {"previous_root": "0" * 64}, 8),
        (lambda seal: {"previous_root": ""}, 8),
        (lambda seal: {"sealed_at": NOON.replace(microsecond=1)}, 8),
        (lambda seal: {"first_id": F("first_id") + 1}, 8),
        (lambda seal: {"last_id": F("last_id") - 1}, 8),
        (lambda seal: {"leaves": _flip(bytes(seal.leaves), 3 * 40 + 7)}, 10),  # an id
        (lambda seal: {"leaves": _flip(bytes(seal.leaves), 3 * 40 + 20)}, 11),  # a digest
        (lambda seal: {"leaves": bytes(seal.leaves)[:-1]}, 8),
        (lambda seal: {"leaves": bytes(seal.leaves)[:-40]}, 8),
        (lambda seal: {"leaves": b""}, 8),
    ],
)
def test_an_altered_seal_is_found(
    ids: list[int], alter: Callable[[Seal], dict[str, object]], place: int
) -> None:
    second = Seal.objects.order_by("pk")[1]
    assert Seal.objects.filter(pk=second.pk).update(**alter(second)) == 1

    verdict = queries.verify()

    assert verdict.alteration == Alteration.SEAL
    assert verdict.first_altered is not None
    assert abs(verdict.first_altered - ids[place]) <= 1


def test_a_removed_seal_is_found(ids: list[int]) -> None:
    run_sql(f"DELETE FROM {SEAL} WHERE id = %s", Seal.objects.order_by("pk")[1].pk)

    verdict = queries.verify()

    assert not verdict.is_clean
    assert verdict.first_altered == ids[8]


def test_the_first_of_two_alterations_is_named(ids: list[int]) -> None:
    for place in (17, 4, 21):
        run_sql(f"UPDATE {ENTRY} SET role = 'x' WHERE id = %s", ids[place])

    assert queries.verify().first_altered == ids[4]


def test_a_ledger_rewritten_with_all_its_seals_is_found_by_a_kept_root(ids: list[int]) -> None:
    kept = queries.verify().root
    forge(ids[2], facts={"n": 3})
    Seal.objects.all().delete()
    actions.seal(NOON)
    assert queries.verify().is_clean

    verdict = queries.verify(expected_root=kept)

    assert (verdict.alteration, verdict.first_altered) == (Alteration.ROOT, None)


def test_an_earlier_root_is_still_recognised(ids: list[int]) -> None:
    kept = queries.newest_root()

    jobs.seal_due(NOON)

    assert queries.newest_root() != kept
    assert queries.verify(expected_root=kept.upper()).is_clean


@pytest.mark.parametrize("column", ["kind", "facts", "at", "digest", "subject"])
@pytest.mark.parametrize("place", [9, 21])
def test_unreadable_bytes_are_found_on_sqlite(ids: list[int], column: str, place: int) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses bytes that are no text")
    value = "CAST(x'ff' AS TEXT)"
    if column == "facts":
        value = f"'{{\"n\":  {place}}}'"  # the same JSON, but spelt by another hand
    run_sql(f"UPDATE {ENTRY} SET {column} = {value} WHERE id = %s", ids[place])

    verdict = queries.verify()

    assert verdict.first_altered == ids[place]


def test_the_command_tells_and_exits_accordingly(ids: list[int]) -> None:
    clean = CliRunner().invoke(commands.verify)
    kept = CliRunner().invoke(commands.verify, ["--expect-root", queries.newest_root()])
    other = CliRunner().invoke(commands.verify, ["--expect-root", "ab" * 32])
    nonsense = CliRunner().invoke(commands.verify, ["--expect-root", "root"])
    run_sql(f"UPDATE {ENTRY} SET role = 'x' WHERE id = %s", ids[4])
    altered = CliRunner().invoke(commands.verify)

    assert (clean.exit_code, kept.exit_code) == (0, 0)
    assert queries.newest_root() in clean.output
    assert (other.exit_code, nonsense.exit_code, altered.exit_code) == (1, 1, 1)
    assert str(ids[4]) in altered.output
