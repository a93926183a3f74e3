"""Counting in working time: when is it due, how long did it take, what does a pause do."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gongzhi.kernel.worktime import (
    ALWAYS_OPEN,
    STANDARD_WEEK,
    BadLimit,
    BadSeason,
    BadSpan,
    BadWeek,
    BadYearTable,
    Calendar,
    Limit,
    PauseBackwards,
    Season,
    Span,
    TooFar,
    Unit,
    YearTable,
    YearUnknown,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
SAMOA = ZoneInfo("Pacific/Apia")


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


NATIONAL_DAY_2026 = YearTable(
    holidays=days(*(f"2026-10-0{day}" for day in range(1, 8)), "2026-01-01"),
    workdays=days("2026-09-20", "2026-10-10"),
)
CHINA = Calendar(
    "china", SHANGHAI, years={2025: YearTable(), 2026: NATIONAL_DAY_2026, 2027: YearTable()}
)
AMERICA = Calendar("america", NEW_YORK, needs_year_tables=False)
NIGHTS = Calendar(
    "nights",
    NEW_YORK,
    week=((Span(time(0), time(6)), Span(time(22), time(0))),) * 7,
    needs_year_tables=False,
)
ROUND_THE_CLOCK = Calendar("round", NEW_YORK, week=ALWAYS_OPEN, needs_year_tables=False)


def in_china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def in_america(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # Within a day, over lunch, over night, over a weekend.
        ("2026-03-02T08:00", "4 work_hours", "2026-03-02T12:00"),
        ("2026-03-02T09:00", "4 work_hours", "2026-03-02T15:00"),
        ("2026-03-02T12:30", "1.5 work_hours", "2026-03-02T15:30"),
        ("2026-03-02T17:00", "2 work_hours", "2026-03-03T09:00"),
        ("2026-03-06T17:59:59", "2 work_hours", "2026-03-09T09:59:59"),
        ("2026-03-07T10:00", "1 work_hours", "2026-03-09T09:00"),
        # Eight hours from the opening end at the closing, not at the next opening.
        ("2026-03-02T08:00", "1 work_days", "2026-03-02T18:00"),
        ("2026-03-02T07:00", "1 work_days", "2026-03-02T18:00"),
        ("2026-03-02T10:00", "5 work_days", "2026-03-09T10:00"),
        ("2026-03-02T10:00", "0.5 work_days", "2026-03-02T16:00"),
        # National Day 2026: 1 to 7 October free, Saturday 10 October worked.
        ("2026-09-30T17:00", "2 work_hours", "2026-10-08T09:00"),
        ("2026-09-30T17:00", "3 work_days", "2026-10-10T17:00"),
        ("2026-10-09T18:00", "1 work_days", "2026-10-10T18:00"),
        ("2026-10-10T15:00", "4 work_hours", "2026-10-12T09:00"),
        # Sunday 20 September is worked as well.
        ("2026-09-19T10:00", "1 work_hours", "2026-09-20T09:00"),
        # Over New Year: 1 January 2026 is free.
        ("2025-12-31T17:00", "2 work_hours", "2026-01-02T09:00"),
        # Emergency hours and natural days do not stop.
        ("2026-09-30T23:00", "2 emergency_hours", "2026-10-01T01:00"),
        ("2026-09-30T23:00", "2 emergency_days", "2026-10-02T23:00"),
        ("2026-09-30T23:00", "7 days", "2026-10-07T23:00"),
        # Nothing added is due at once, also at night.
        ("2026-10-01T03:00", "0 work_hours", "2026-10-01T03:00"),
    ],
)
def test_a_due_moment_is_the_one_worked_out_by_hand(start: str, limit: str, due: str) -> None:
    assert CHINA.add(in_china(start), Limit.parse(limit)) == in_china(due)


def test_a_due_moment_is_told_in_utc() -> None:
    due = CHINA.add(in_china("2026-03-02T08:00"), Limit.parse("1 work_hours"))

    assert due == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert due.tzinfo is UTC


@pytest.mark.parametrize(
    ("start", "end", "unit", "seconds"),
    [
        ("2026-09-30T17:00", "2026-10-08T09:00", Unit.WORK_HOURS, 7_200),
        ("2026-10-08T09:00", "2026-09-30T17:00", Unit.WORK_HOURS, -7_200),
        ("2026-10-01T00:00", "2026-10-08T00:00", Unit.WORK_DAYS, 0),
        ("2026-10-09T18:00", "2026-10-12T08:00", Unit.WORK_HOURS, 8 * 3_600),
        ("2026-10-01T00:00", "2026-10-02T00:00", Unit.EMERGENCY_HOURS, 86_400),
        ("2026-10-02T00:00", "2026-10-01T00:00", Unit.DAYS, -86_400),
        ("2026-03-02T08:00:00.9", "2026-03-02T08:00:02.1", Unit.WORK_HOURS, 1),
        ("2026-03-02T08:00:02.1", "2026-03-02T08:00:00.9", Unit.WORK_HOURS, -1),
    ],
)
def test_working_seconds_are_the_ones_counted_by_hand(
    start: str, end: str, unit: Unit, seconds: int
) -> None:
    assert CHINA.working_seconds(in_china(start), in_china(end), unit) == seconds


def test_what_remains_turns_negative_after_the_due_moment() -> None:
    due = in_china("2026-03-02T18:00")

    assert CHINA.remaining(in_china("2026-03-02T17:00"), due, Unit.WORK_HOURS) == 3_600
    assert CHINA.remaining(in_china("2026-03-03T09:00"), due, Unit.WORK_HOURS) == -3_600


class TestYearTables:
    def test_a_year_without_a_table_is_told_and_not_guessed(self) -> None:
        with pytest.raises(YearUnknown) as refusal:
            CHINA.add(in_china("2027-12-31T17:00"), Limit.parse("2 work_hours"))

        assert refusal.value.code == "calendar.year_unknown"
        assert refusal.value.facts == {"year": 2028, "calendar": "china"}

    def test_a_start_in_a_year_without_a_table_is_told(self) -> None:
        with pytest.raises(YearUnknown):
            CHINA.add(in_china("2024-06-01T10:00"), Limit.parse("1 work_hours"))
        with pytest.raises(YearUnknown):
            CHINA.is_working_day(date(2024, 6, 3))

    def test_a_year_in_the_middle_is_needed_too(self) -> None:
        holey = Calendar("holey", SHANGHAI, years={2025: YearTable(), 2027: YearTable()})

        with pytest.raises(YearUnknown) as refusal:
            holey.working_seconds(
                in_china("2025-06-02T10:00"), in_china("2027-06-01T10:00"), Unit.WORK_DAYS
            )

        assert refusal.value.facts["year"] == 2026

    def test_running_hours_need_no_table(self) -> None:
        due = CHINA.add(in_china("2031-06-01T10:00"), Limit.parse("2 emergency_hours"))

        assert due == in_china("2031-06-01T12:00")

    def test_an_hour_that_ends_with_the_year_needs_no_table_of_the_next(self) -> None:
        start = in_china("2027-12-31T17:00")

        assert CHINA.add(start, Limit.parse("1 work_hours")) == in_china("2027-12-31T18:00")
        midnight = in_china("2028-01-01T00:00")
        assert CHINA.working_seconds(start, midnight, Unit.WORK_HOURS) == 3_600

    def test_a_calendar_may_choose_to_follow_its_week_alone(self) -> None:
        due = AMERICA.add(in_america("2031-01-01T09:00"), Limit.parse("1 work_hours"))

        assert due == in_america("2031-01-01T10:00")

    def test_a_shifted_day_keeps_its_own_hours_when_it_has_any(self) -> None:
        saturday = (Span(time(9), time(12)),)
        calendar = Calendar("half", SHANGHAI, (*STANDARD_WEEK[:5], saturday, ()), years=CHINA.years)

        assert calendar.spans_of(date(2026, 10, 10)) == saturday
        assert calendar.spans_of(date(2026, 9, 20)) == STANDARD_WEEK[0]

    def test_a_day_both_free_and_worked_is_refused(self) -> None:
        with pytest.raises(BadYearTable) as refusal:
            YearTable(holidays=days("2026-05-01"), workdays=days("2026-05-01"))

        assert refusal.value.facts == {"day": "2026-05-01", "year": 2026}

    def test_a_day_in_the_table_of_another_year_is_refused(self) -> None:
        table = YearTable(holidays=days("2027-01-01"))

        with pytest.raises(BadYearTable):
            Calendar("wrong", SHANGHAI, years={2026: table})


class TestSummerTime:
    """New York: clocks forward on 2026-03-08 at 02:00, back on 2026-11-01 at 02:00."""

    def test_a_working_day_past_the_change_ends_by_the_wall_clock(self) -> None:
        friday = in_america("2026-03-06T17:00")

        due = AMERICA.add(friday, Limit.parse("2 work_hours"))

        assert due == datetime(2026, 3, 9, 13, tzinfo=UTC)  # 09:00 in summer time

    def test_a_running_day_past_the_change_is_24_real_hours(self) -> None:
        due = AMERICA.add(in_america("2026-03-07T12:00"), Limit.parse("1 days"))

        assert due == in_america("2026-03-08T13:00")

    def test_running_seconds_are_real_seconds(self) -> None:
        start, end = in_america("2026-03-07T12:00"), in_america("2026-03-08T12:00")

        assert AMERICA.working_seconds(start, end, Unit.DAYS) == 23 * 3_600

    def test_a_night_shift_loses_the_hour_that_is_skipped(self) -> None:
        start, end = in_america("2026-03-08T00:00"), in_america("2026-03-08T12:00")

        assert NIGHTS.working_seconds(start, end, Unit.WORK_HOURS) == 5 * 3_600

    def test_a_night_shift_works_the_hour_that_comes_twice(self) -> None:
        start, end = in_america("2026-11-01T00:00"), in_america("2026-11-01T12:00")

        assert NIGHTS.working_seconds(start, end, Unit.WORK_HOURS) == 7 * 3_600
        assert NIGHTS.add(start, Limit.parse("7 work_hours")) == in_america("2026-11-01T06:00")

    def test_a_span_that_starts_in_the_skipped_hour_starts_with_the_change(self) -> None:
        early = Calendar(
            "early", NEW_YORK, ((Span(time(2, 30), time(4)),),) * 7, needs_year_tables=False
        )

        due = early.add(in_america("2026-03-08T00:00"), Limit.parse("1 work_hours"))

        assert due == in_america("2026-03-08T04:00")

    def test_a_span_inside_the_repeated_hour_is_worked_twice(self) -> None:
        twice = Calendar(
            "twice", NEW_YORK, ((Span(time(1, 15), time(1, 45)),),) * 7, needs_year_tables=False
        )
        start, end = in_america("2026-11-01T00:00"), in_america("2026-11-02T00:00")

        assert twice.working_seconds(start, end, Unit.WORK_HOURS) == 3_600

    def test_a_calendar_that_never_closes_counts_real_time(self) -> None:
        start, end = in_america("2026-01-01T00:00"), in_america("2027-06-01T00:00")

        assert ROUND_THE_CLOCK.working_seconds(
            start, end, Unit.WORK_HOURS
        ) == ROUND_THE_CLOCK.working_seconds(start, end, Unit.EMERGENCY_HOURS)

    def test_a_day_that_a_country_skipped_has_no_working_time(self) -> None:
        islands = Calendar("islands", SAMOA, needs_year_tables=False)
        start = datetime(2011, 12, 29, 18, tzinfo=SAMOA)  # Friday 30 December never was
        end = datetime(2012, 1, 2, 8, tzinfo=SAMOA)

        assert islands.working_seconds(start, end, Unit.WORK_HOURS) == 0


class TestPauses:
    def test_a_pause_moves_the_due_moment_by_what_was_left(self) -> None:
        due = in_china("2026-03-02T18:00")

        moved = CHINA.shift(
            due, in_china("2026-03-02T15:00"), in_china("2026-03-05T10:00"), Unit.WORK_HOURS
        )

        assert moved == in_china("2026-03-05T15:00")

    def test_a_pause_by_night_moves_nothing(self) -> None:
        due = in_china("2026-03-03T18:00")

        moved = CHINA.shift(
            due, in_china("2026-03-02T19:00"), in_china("2026-03-03T07:00"), Unit.WORK_HOURS
        )

        assert moved == due

    def test_a_pause_mends_no_broken_promise(self) -> None:
        due = in_china("2026-03-02T18:00")

        moved = CHINA.shift(
            due, in_china("2026-03-03T09:00"), in_china("2026-03-05T09:00"), Unit.WORK_HOURS
        )

        assert moved == due

    def test_a_pause_never_makes_a_due_moment_earlier(self) -> None:
        due, evening = in_china("2026-03-02T20:00"), in_china("2026-03-02T17:00")

        assert CHINA.shift(due, evening, evening, Unit.WORK_HOURS) == due

    def test_a_pause_that_ends_before_it_starts_is_refused(self) -> None:
        due = in_china("2026-03-02T18:00")

        with pytest.raises(PauseBackwards):
            CHINA.shift(due, due, due - timedelta(seconds=1), Unit.DAYS)


class TestSeasons:
    CALENDAR = Calendar(
        "seasons",
        SHANGHAI,
        seasons={
            "heating": Season("heating", starts=(11, 15), ends=(3, 15)),
            "planting": Season("planting", starts=(3, 1), ends=(4, 30)),
        },
    )

    @pytest.mark.parametrize(
        ("at", "codes"),
        [
            ("2026-01-10T12:00", {"heating"}),
            ("2026-03-15T23:59:59", {"heating", "planting"}),
            ("2026-03-16T00:00", {"planting"}),
            ("2026-07-01T00:00", set()),
            ("2026-11-15T00:00", {"heating"}),
            ("2024-02-29T00:00", {"heating"}),
        ],
    )
    def test_a_season_may_run_over_new_year(self, at: str, codes: set[str]) -> None:
        assert self.CALENDAR.season_at(in_china(at)) == codes

    def test_the_local_date_decides(self) -> None:
        before_midnight_in_london = datetime(2026, 4, 30, 17, tzinfo=UTC)

        assert self.CALENDAR.season_at(before_midnight_in_london) == set()

    def test_a_day_of_no_year_is_refused(self) -> None:
        with pytest.raises(BadSeason):
            Season("odd", starts=(2, 30), ends=(3, 1))


class TestLimits:
    @pytest.mark.parametrize("text", ["4 work_hours", "1.5 work_hours", "0.25 days", "100 days"])
    def test_a_limit_reads_as_it_was_written(self, text: str) -> None:
        assert str(Limit.parse(text)) == text

    def test_equal_amounts_are_equal_limits(self) -> None:
        assert Limit.parse("4.0 work_hours") == Limit(Decimal(4), Unit.WORK_HOURS)
        assert str(Limit.parse("  4.50  days ")) == "4.5 days"

    @pytest.mark.parametrize(
        "text",
        ["", "4", "work_hours", "-1 days", "4 hours", "1e3 days", "NaN days", "٤ days", "9" * 30],
    )
    def test_what_is_no_limit_is_refused_with_the_units(self, text: str) -> None:
        with pytest.raises(BadLimit) as refusal:
            Limit.parse(text)

        assert refusal.value.facts["text"] == text
        assert "work_hours" in str(refusal.value.facts["units"])

    def test_a_limit_beyond_two_centuries_is_refused(self) -> None:
        with pytest.raises(BadLimit):
            Limit.parse("999999 work_days")

    def test_a_share_of_a_second_is_rounded_up(self) -> None:
        assert Limit.parse("0.3333 work_hours").seconds == 1_200

    def test_a_scaled_limit_keeps_its_unit(self) -> None:
        assert Limit.parse("3 work_days").scaled(Decimal("0.5")) == Limit.parse("1.5 work_days")


class TestPatterns:
    @pytest.mark.parametrize(
        ("start", "end"), [(time(12), time(8)), (time(8), time(8)), (time(8), time(9, 0, 0, 1))]
    )
    def test_a_span_that_runs_backwards_or_is_too_fine_is_refused(
        self, start: time, end: time
    ) -> None:
        with pytest.raises(BadSpan):
            Span(start, end)

    def test_overlapping_spans_are_refused_with_their_weekday(self) -> None:
        twice = (Span(time(8), time(12)), Span(time(11), time(18)))

        with pytest.raises(BadWeek) as refusal:
            Calendar("bad", SHANGHAI, ((), twice, (), (), (), (), ()))

        assert refusal.value.facts == {"calendar": "bad", "weekday": 2}

    @pytest.mark.parametrize("week", [((),) * 7, STANDARD_WEEK[:6]])
    def test_a_week_without_work_or_without_seven_days_is_refused(self, week: object) -> None:
        with pytest.raises(BadWeek):
            Calendar("bad", SHANGHAI, week)  # type: ignore[arg-type]

    def test_a_moment_beyond_every_calendar_is_refused(self) -> None:
        slow = Calendar(
            "slow",
            SHANGHAI,
            ((Span(time(8), time(8, 1)),), *((),) * 6),
            needs_year_tables=False,
        )

        with pytest.raises(TooFar):
            slow.add(datetime(9_980, 1, 1, tzinfo=UTC), Limit.parse("100 work_days"))
        with pytest.raises(TooFar):
            slow.add(datetime(9_999, 1, 1, tzinfo=UTC), Limit.parse("1000 days"))

    def test_a_moment_without_a_zone_is_a_mistake_of_the_program(self) -> None:
        with pytest.raises(TypeError):
            CHINA.add(datetime(2026, 3, 2, 8), Limit.parse("1 days"))  # noqa: DTZ001


CALENDARS = st.sampled_from([CHINA, AMERICA, NIGHTS, ROUND_THE_CLOCK])
MOMENTS = st.integers(0, 22 * 30 * 86_400 * 10).map(
    lambda tenths: datetime(2025, 2, 1, tzinfo=UTC) + timedelta(seconds=tenths / 10)
)
LIMITS = st.builds(
    Limit, st.decimals(0, 60, places=2, allow_nan=False), st.sampled_from(list(Unit))
)


@settings(deadline=None)
@given(calendar=CALENDARS, start=MOMENTS, limit=LIMITS)
def test_what_is_added_is_counted_back(calendar: Calendar, start: datetime, limit: Limit) -> None:
    due = calendar.add(start, limit)

    assert due >= start
    assert calendar.working_seconds(start, due, limit.unit) == limit.seconds
    assert calendar.working_seconds(due, start, limit.unit) == -limit.seconds


@settings(deadline=None)
@given(calendar=CALENDARS, start=MOMENTS, limit=LIMITS)
def test_a_due_moment_is_the_first_one(calendar: Calendar, start: datetime, limit: Limit) -> None:
    assume(limit.seconds > 0)
    due = calendar.add(start, limit)

    earlier = calendar.working_seconds(start, due - timedelta(microseconds=1), limit.unit)
    assert earlier == limit.seconds - 1


@settings(deadline=None)
@given(calendar=CALENDARS, one=MOMENTS, other=MOMENTS, limit=LIMITS)
def test_who_starts_later_is_due_no_earlier(
    calendar: Calendar, one: datetime, other: datetime, limit: Limit
) -> None:
    first, second = sorted([one, other])

    assert calendar.add(first, limit) <= calendar.add(second, limit)
    assert calendar.add_many([first, second], limit) == [
        calendar.add(first, limit),
        calendar.add(second, limit),
    ]


@settings(deadline=None)
@given(
    calendar=CALENDARS,
    moments=st.lists(MOMENTS.map(lambda at: at.replace(microsecond=0)), min_size=3, max_size=3),
    unit=st.sampled_from(list(Unit)),
)
def test_time_adds_up_over_any_moment_between(
    calendar: Calendar, moments: list[datetime], unit: Unit
) -> None:
    a, b, c = moments

    assert calendar.working_seconds(a, c, unit) == (
        calendar.working_seconds(a, b, unit) + calendar.working_seconds(b, c, unit)
    )


@settings(deadline=None)
@given(
    calendar=CALENDARS,
    start=MOMENTS,
    limit=LIMITS,
    share=st.floats(0, 1),
    pause=st.timedeltas(timedelta(), timedelta(days=20)),
)
def test_worked_before_and_after_a_pause_is_the_whole_limit(
    calendar: Calendar, start: datetime, limit: Limit, share: float, pause: timedelta
) -> None:
    due = calendar.add(start, limit)
    pause_start = start + timedelta(seconds=int((due - start).total_seconds() * share))
    pause_end = pause_start + pause

    moved = calendar.shift(due, pause_start, pause_end, limit.unit)

    before = calendar.working_seconds(start, pause_start, limit.unit)
    after = calendar.working_seconds(pause_end, moved, limit.unit)
    assert moved >= due
    assert before + after == pytest.approx(limit.seconds, abs=1)


@settings(deadline=None, max_examples=30)
@given(start=MOMENTS, seconds=st.integers(0, 200_000), calendar=CALENDARS)
def test_counting_agrees_with_watching_the_wall_clock(
    start: datetime, seconds: int, calendar: Calendar
) -> None:
    start = start.replace(second=0, microsecond=0)
    minutes = seconds // 60
    watched = 0
    for minute in range(minutes):
        wall = (start + timedelta(minutes=minute)).astimezone(calendar.timezone)
        spans = calendar.spans_of(wall.date())
        watched += any(
            s.start <= wall.time() and (wall.time() < s.end or s.end == time(0)) for s in spans
        )

    end = start + timedelta(minutes=minutes)
    assert calendar.working_seconds(start, end, Unit.WORK_HOURS) == 60 * watched
