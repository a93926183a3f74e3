"""Rows written in bulk are the rows that the mapper would have written."""

import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, transaction

from gongzhi.cases.models import Case, Statement
from gongzhi.ledger.models import Entry
from gongzhi.webkit.bulk import FEW, insert_rows

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
