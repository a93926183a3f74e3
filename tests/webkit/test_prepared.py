"""A prepared query answers as the mapper would, with whatever texts."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import connection, models, transaction
from django.db.transaction import TransactionManagementError

from gongzhi.cases.models import Case
from gongzhi.webkit.bulk import insert_rows
from gongzhi.webkit.prepared import Given, Prepared

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)

TEXT = models.CharField()
in_state = Prepared(
    lambda: Case.objects.filter(
        state=Given("state", TEXT),
        source=Given("source", TEXT),
        pack_version_id__in=[1, 2],
        is_public=True,
    ).order_by("number"),
)
locked = Prepared(lambda: Case.objects.filter(number=Given("number", TEXT)).select_for_update())
one_since = Prepared(
    lambda: Case.objects.filter(
        pk=Given("id", models.UUIDField()),
        reported_at__gte=Given("since", models.DateTimeField()),
        quadkey__lt=Given("high", models.BigIntegerField()),
    ).only("number")[:1]
)


def _insert(*numbers: str, **columns: object) -> None:
    insert_rows(
        [
            Case(
                id=uuid.uuid4(),
                number=number,
                source="网",
                pack_version_id=1,
                longitude=120.25,
                latitude=36.0,
                quadkey=2**61,
                place_flags=["缺"],
                answer={"chain": [{"rank": 1}], "level": None},
                is_public=True,
                reported_at=AT,
                resume_on=date(2026, 3, 2),
                **columns,
            )
            for number in numbers
        ]
    )


@pytest.mark.django_db
def test_rows_read_as_the_mapper_reads_them(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    _insert("2", "1")
    _insert("3", state="filed")
    in_state(state="reported", source="网")

    with django_assert_num_queries(1):
        found = in_state(state="reported", source="网")

    assert [case.number for case in found] == ["1", "2"]
    for case in found:
        twin = Case.objects.get(pk=case.pk)
        for field in Case._meta.concrete_fields:
            assert getattr(case, field.attname) == getattr(twin, field.attname)
            assert type(getattr(case, field.attname)) is type(getattr(twin, field.attname))
        assert not case._state.adding


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "'; DROP TABLE cases_case; --", "%s", "%(state)s"])
def test_a_text_is_a_value_and_never_part_of_the_query(text: str) -> None:
    _insert("1")

    assert in_state(state=text, source="网") == []
    assert in_state(state="reported", source=text) == []
    assert len(in_state(state="reported", source="网")) == 1


@pytest.mark.django_db
def test_a_value_of_any_kind_is_compared_as_the_mapper_would() -> None:
    _insert("1")
    key = Case.objects.get().pk
    microsecond = timedelta(microseconds=1)
    there = AT.astimezone(timezone(timedelta(hours=8)))

    assert [case.number for case in one_since(id=key, since=there, high=2**61 + 1)] == ["1"]
    assert one_since(id=key, since=there + microsecond, high=2**61 + 1) == []
    assert one_since(id=key, since=there, high=2**61) == []
    assert one_since(id=uuid.uuid4(), since=there, high=2**61 + 1) == []


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only() -> None:
    with transaction.atomic():
        _insert("1")
        assert [case.number for case in locked(number="1")] == ["1"]

    with pytest.raises(TransactionManagementError):
        locked(number="1")


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection() -> None:
    with transaction.atomic():
        _insert("1")
    in_state(state="reported", source="网")
    found: list[str] = []

    def ask() -> None:
        found.extend(case.number for case in in_state(state="reported", source="网"))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()

    assert found == ["1"]
