"""Rows written in bulk are the rows that the mapper would have written."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from gongzhi.cases.models import Case, NumberRun, Statement
from gongzhi.ledger.models import Entry
from gongzhi.webkit.bulk import FEW, insert_if_new, insert_rows, rewrite_rows

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def cases(count: int) -> list[Case]:
    return [
        Case(
            id=uuid.uuid4(),
            number=f"{number}",
            source="test",
            category_code="路灯",
            pack_version_id=1,
            longitude=120.25,
            latitude=36.0,
            quadkey=2**61 + number,
            place_flags=["outside", "缺"],
            answer={"chain": [{"rank": 1}], "level": None},
            is_public=True,
            is_solved=None if number % 2 else True,
            reported_at=AT,
            resume_on=date(2026, 3, 2),
        )
        for number in range(count)
    ]


def entries(count: int) -> list[Entry]:
    return [Entry(kind="a.b", subject=f"case:{n}", role="system", at=AT) for n in range(count)]


@pytest.mark.parametrize("count", [1, FEW - 1, FEW, 3 * FEW])
def test_they_read_back_as_written(count: int) -> None:
    rows = cases(count)

    insert_rows(rows)

    stored = {case.pk: case for case in Case.objects.all()}
    assert len(stored) == count
    for row in rows:
        twin = stored[row.pk]
        for field in Case._meta.concrete_fields:
            assert getattr(twin, field.attname) == getattr(row, field.attname)
    assert stored[rows[0].pk].reported_at == AT.astimezone(UTC)
    assert Case.objects.filter(reported_at=AT, answer__level=None).count() == count


def test_counted_keys_rise_and_go_on_where_the_mapper_stopped() -> None:
    Entry.objects.create(kind="a.b", subject="case:first", role="system", at=AT)
    many = entries(FEW * 2)

    insert_rows(many)

    last = Entry.objects.create(kind="a.b", subject="case:last", role="system", at=AT)
    keys = [row.pk for row in many]
    assert keys == sorted(set(keys))
    assert last.pk > keys[-1]
    by_key = dict(Entry.objects.values_list("pk", "subject"))
    assert [by_key[key] for key in keys] == [row.subject for row in many]


def test_rows_that_point_to_each_other_can_follow() -> None:
    rows = cases(FEW)
    insert_rows(rows)

    insert_rows([Statement(case=row, kind="report", said_at=AT) for row in rows])

    assert Statement.objects.filter(case__number="7").count() == 1


def test_nothing_stays_when_one_row_is_refused() -> None:
    rows = cases(FEW)
    rows[-1].number = rows[0].number

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(rows)

    assert Case.objects.count() == 0


def test_no_rows_are_no_work() -> None:
    insert_rows([])


def test_few_rows_with_counted_keys_are_one_statement(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    few = entries(3)

    with transaction.atomic(), django_assert_num_queries(1):
        insert_rows(few)

    by_key = dict(Entry.objects.order_by("pk").values_list("pk", "subject"))
    assert list(by_key.items()) == [(row.pk, row.subject) for row in few]


def test_a_row_is_new_once() -> None:
    first = insert_if_new(NumberRun(prefix="2026", last=7))

    again = insert_if_new(NumberRun(prefix="2026", last=8))

    assert (first, again) == (True, False)
    assert NumberRun.objects.get().last == 7


def test_rewritten_columns_read_back_as_written_and_the_others_stay() -> None:
    rows = cases(3)
    insert_rows(rows)
    for row in rows:
        row.answer, row.resume_on, row.reported_at = {"level": "街道"}, None, AT + timedelta(days=1)
        row.is_solved, row.area_class = False, "A"

    rewrite_rows(rows, ["answer", "resume_on", "reported_at", "is_solved"])

    stored = list(Case.objects.order_by("quadkey"))
    assert [case.number for case in stored] == ["0", "1", "2"]
    for case in stored:
        assert (case.answer, case.resume_on, case.is_solved) == ({"level": "街道"}, None, False)
        assert case.reported_at == AT + timedelta(days=1)
        assert case.area_class == ""


def test_a_row_that_is_gone_cannot_be_rewritten() -> None:
    rows = cases(2)
    insert_rows(rows)
    Case.objects.filter(pk=rows[0].pk).delete()

    with pytest.raises(DatabaseError, match="only 1"), transaction.atomic():
        rewrite_rows(rows, ["version"])


def test_rewriting_no_rows_is_no_work() -> None:
    rewrite_rows([], ["version"])
