"""Months, shares and medians, purely."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gongzhi.evaluation.rules import (
    Month,
    board_name,
    is_few,
    median_seconds,
    months_until,
    parts_of,
    percent,
)


def test_twelve_months_end_with_the_present_one() -> None:
    months = months_until(date(2026, 3, 31))

    assert [str(one) for one in months] == [
        "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09",
        "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip


def test_a_month_begins_at_midnight_of_the_city() -> None:
    begin = Month(2026, 3).begin(ZoneInfo("Asia/Shanghai"))

    assert begin.astimezone(UTC) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert Month(2026, 12).after == Month(2027, 1)


@pytest.mark.parametrize(
    ("share", "told"),
    [(None, None), (0.0, 0.0), (1.0, 100.0), (0.9999, 99.9), (0.0001, 0.1), (2 / 3, 66.7)],
)
def test_a_share_is_rounded_but_never_to_all_or_nothing(
    share: float | None, told: float | None
) -> None:
    assert percent(share) == told


def test_half_of_all_took_no_longer_than_the_median() -> None:
    assert median_seconds([]) is None
    assert median_seconds([5, 1, 9]) == 5
    assert median_seconds([1, 2, 30, 40]) == 2


def test_few_are_fewer_than_ten_but_not_none() -> None:
    assert [due for due in range(12) if is_few(due)] == list(range(1, 10))


def test_the_name_of_a_board_gives_back_layer_and_code() -> None:
    assert parts_of(board_name("street", "S.1")) == ("street", "S.1")
    assert parts_of("S1") == ("", "S1")
