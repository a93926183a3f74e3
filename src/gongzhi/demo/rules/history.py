"""What happened in the city of late: reports, and what became of each.

A history is a script of pure values.  Every report has its deeds with their times;
whoever pours it into a database takes the same steps through the houses' actions.
The parties that answer are not written here: the city's own map decides them.  Only
a dispatch to the *wrong* party names its kind.

The fate of a report is derived from those of its deeds that lie before the end, so
a fate never tells of something that the script does not do.
"""

# ruff: noqa: PLR2004 - the numbers are the invention; each stands once, where it acts.

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from .city import EARTH_M, City, NewFacility, Road
from .fittings import FITTINGS
from .matters import (
    BLAME,
    DANGERS,
    ENDINGS,
    GRADED,
    HOURS,
    MATTERS,
    PRAISE,
    RELAPSE_DAYS,
    SEASONS,
    SHRUGS,
    Matter,
)
from .pictures import Fake
from .sizes import Floats

TIMEZONE = ZoneInfo("Asia/Shanghai")
SOURCES = ("collector", "app", "hotline", "steward", "video")
"""Where reports come from: patrol, residents' phones, 12345, stewards, cameras."""
PAUSES = {
    "season": "等待适宜季节再补植",
    "project": "与道路改造一并实施",
    "ownership": "需协调多家单位认定权属",
}
"""Why work is suspended: reasons of the pack, and the words that go with them."""
_SHARES = {True: (0.34, 0.26, 0.2, 0.14, 0.06), False: (0.44, 0.22, 0.22, 0.07, 0.05)}

MERGE_METRES = 25.0
"""A duplicate is reported no further than this from the first report."""
GRADES = {"A": 0.5, "B": 1.0, "C": 1.5}
"""How much time a matter of `GRADED` gets in each class of area, of its nominal hours."""
RELAPSE_METRES = 12.0
WAITING = 6
"""How many cases of the last day still wait for somebody to check the work."""
LOOKED_AT = timedelta(hours=1)  # by then the clock has looked at a photograph
WAITING_WITHIN = timedelta(hours=30)
CHEATED = 90
"""Of so many completions long past one was made with a photograph that is none of the work."""
FIRST_SHARE = 0.845
"""Share of reports that are neither duplicates nor relapses; the rest grow out of these."""


class Step(StrEnum):
    """A deed of the loop, by the name of the step in the table of `cases`."""

    REPORT = "report"
    ASK_VERIFICATION = "ask_verification"
    VERIFY = "verify"
    FILE = "file"
    DECLINE = "decline"
    MERGE = "merge"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    SUSPEND = "suspend"
    RESUME = "resume"
    REACH_STAGE = "reach_stage"
    COMPLETE = "complete"
    ASK_CHECK = "ask_check"
    CHECK = "check"
    CLOSE = "close"
    FIX_ON_SPOT = "fix_on_spot"
    RATE = "rate"
    REOPEN = "reopen"
    URGE = "urge"


LEFT = {
    Step.ASK_VERIFICATION: 3,
    Step.REPORT: 4,
    Step.FILE: 5,
    Step.DISPATCH: 4,
    Step.ACCEPT: 4,
    Step.CHECK: 4,
}
"""How many cases of the last days got as far as a step and no further: work for everybody."""
LEFT_WITHIN = timedelta(hours=54)
VERIFIED_WITHIN = timedelta(hours=20)
"""Somebody must look at a place within a day, also at the weekend."""


class Outcome(StrEnum):
    """How a report stands at the end of the history."""

    CLOSED = "closed"
    FIXED = "fixed_on_spot"
    DECLINED = "declined"
    MERGED = "merged"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Report:
    """One report as it came in.

    Attributes:
        key: stable name of the report in this history; also its idempotency key.
        at: aware datetime, in the time zone of the city.
        lon, lat: degrees, WGS 84.
        source: one of `SOURCES`.
        reporter_kind: `resident`, `collector`, `steward` or `operator` (cameras).
        facility_code: the facility it is about; blank for events.
        recurrence_of: key of the earlier report of the same trouble; blank if none.
    """

    key: str
    at: datetime
    lon: float
    lat: float
    category_code: str
    text_zh: str
    source: str
    reporter_kind: str
    road_code: str
    facility_code: str = ""
    recurrence_of: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One step taken on a report.

    Attributes:
        by: the role that takes it; `reporter` for ratings.
        note: words in Chinese; blank where none are needed.
        reason: a short code for declines, returns, suspensions and extensions.
        verdict: `confirmed` or `refuted` for verify, `pass` or `fail` for check.
        wrong_kind: for a dispatch to a wrong party, the kind of that organisation.
        other: for a merge, the key of the report merged into.
        until: for a suspension, when it is to be resumed.
        fake: for a completion, how the crew cheats with the photograph; blank for an honest one.
    """

    key: str
    at: datetime
    step: Step
    by: str
    note: str = ""
    reason: str = ""
    verdict: str = ""
    wrong_kind: str = ""
    other: str = ""
    until: datetime | None = None
    rating: "Rating | None" = None
    fake: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What the reporter thinks of the end.

    Attributes:
        grade: `satisfied`, `basically_satisfied` or `dissatisfied`.
    """

    is_solved: bool
    grade: str
    words: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a report, counted from its deeds.

    Attributes:
        is_late: the crew took longer than the nominal time; the real limit may judge otherwise.
        merged_into: key of an earlier report, or blank.
        wrong_kind: kind of the party it was first sent to by mistake, or blank.
    """

    outcome: Outcome
    is_verified: bool
    is_late: bool
    is_reopened: bool
    merged_into: str
    wrong_kind: str
    returns: int
    extensions: int
    reworks: int
    suspensions: int
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Happening:
    """A report, its deeds in order of time (the report itself first), and its fate."""

    report: Report
    deeds: tuple[Deed, ...]
    fate: Fate


@dataclass(frozen=True, slots=True)
class SlowCrew:
    """An organisation whose crews are late more often than others."""

    kind: str
    district_code: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened, reports in order of time.

    Attributes:
        since, until: aware datetimes; nothing lies outside.
        rainy_days: local dates on which it rained.
    """

    since: datetime
    until: datetime
    happenings: tuple[Happening, ...]
    slow_crews: tuple[SlowCrew, ...]
    rainy_days: tuple[str, ...]

    def deeds(self) -> list[Deed]:
        """Return all deeds of all reports in order of time; a report's own stay in order."""
        return sorted((deed for h in self.happenings for deed in h.deeds), key=lambda deed: deed.at)


@dataclass(frozen=True, slots=True)
class _Seed:
    """A report before it has a key: where and when, and from what it stems.

    Attributes:
        area_class: of the community it lies in, A, B or C.
    """

    matter: Matter
    at: datetime
    lon: float
    lat: float
    road: Road
    place: str
    facility_code: str = ""
    stems_from: int = -1
    repeats: int = -1
    depth: int = 0
    area_class: str = "B"


class _Chance:
    """Cheap single draws from a generator, taken in blocks."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self._block: deque[float] = deque()

    def share(self) -> float:
        """Return a number from 0 to 1."""
        if not self._block:
            self._block.extend(self.rng.random(4096).tolist())
        return self._block.popleft()

    def between(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return low + (high - low) * self.share()

    def hit(self, share: float) -> bool:
        """Return True with the chance `share`."""
        return self.share() < share

    def minutes(self, low: float, high: float) -> timedelta:
        """Return a time of `low` to `high` minutes, in whole seconds."""
        return timedelta(seconds=int(self.between(low, high) * 60))

    def pick(self, things: Sequence[str]) -> str:
        """Return one of `things`."""
        return things[int(self.share() * len(things))]


@dataclass(slots=True)
class _Course:
    """Writes the deeds of one report one after the other."""

    number: int
    now: datetime
    chance: _Chance
    is_urgent: bool
    deeds: list[Deed] = field(default_factory=list)

    def take(self, step: Step, by: str, low: float = 0, high: float = 0, **more: object) -> None:
        """Let `low` to `high` minutes pass, then note the step; people sleep at night."""
        self.now += self.chance.minutes(low, high)
        if (
            by in {"collector", "handler", "steward"}
            and not self.is_urgent
            and step is not Step.REPORT
        ):
            self.now = daytime(self.now, self.chance)
        self.deeds.append(Deed(str(self.number), self.now, step, by, **more))  # type: ignore[arg-type]


def daytime(at: datetime, chance: _Chance) -> datetime:
    """Return `at`, or the next morning between 7:30 and 9:00 when it is night."""
    if 7 <= at.hour < 20:
        return at
    morning = at.replace(hour=7, minute=30, second=0, microsecond=0)
    if at.hour >= 20:
        morning += timedelta(days=1)
    return morning + chance.minutes(0, 90)


def working_to_wall(start: datetime, hours: float) -> datetime:
    """Return roughly when `hours` of work (8 a day from 8:00, Sundays off) are over.

    Rougher than any calendar of a pack, and meant to be: it only places deeds.
    """
    at, left = start, hours
    while True:
        opens = at.replace(hour=8, minute=0, second=0, microsecond=0)
        if at.weekday() == 6 or at.hour >= 18:
            at = opens + timedelta(days=1)
            continue
        at = max(at, opens)
        room = (opens + timedelta(hours=10) - at) / timedelta(hours=1) * 0.8
        if left <= room:
            return at + timedelta(hours=left / 0.8)
        left -= room
        at = opens + timedelta(days=1)


@dataclass(slots=True)
class _Chronicler:
    """Lives through the reports; use `write_history`."""

    city: City
    until: datetime
    chance: _Chance
    slow: frozenset[tuple[str, str]]
    lived: list[tuple[_Seed, list[Deed], bool, str]] = field(default_factory=list)
    queue: deque[_Seed] = field(default_factory=deque)

    def live(self, seeds: Sequence[_Seed]) -> None:
        """Write the deeds of all seeds and of what grows out of them."""
        self.queue.extend(seeds)
        while self.queue:
            self._one(self.queue.popleft())

    def _one(self, seed: _Seed) -> None:
        number = len(self.lived)
        source = self._source(seed)
        by = {"collector": "collector", "steward": "steward", "video": "operator"}.get(
            source, "resident"
        )
        course = _Course(number, seed.at, self.chance, seed.matter.is_urgent)
        course.take(Step.REPORT, by)
        is_late = False
        if seed.repeats >= 0:
            course.take(Step.MERGE, "operator", 4, 15, other=str(seed.repeats))
        elif by in {"collector", "steward"} and seed.matter.is_small and self.chance.hit(0.5):
            course.take(
                Step.FIX_ON_SPOT,
                by,
                3,
                25,
                note=self.chance.pick(("当场清理", "已现场处理", "劝导后已整改")),
            )
            course.take(Step.CLOSE, "duty_head", 10, 180)
        elif self._is_taken_on(seed, course, by):
            is_late = self._mend(seed, course, by)
        self.lived.append((seed, course.deeds, is_late, source))
        self._sequels(seed, number, course.deeds)

    def _source(self, seed: _Seed) -> str:
        if seed.repeats >= 0:
            return "app" if self.chance.hit(0.6) else "hotline"
        if not 7 <= seed.at.hour < 20:
            return "hotline" if self.chance.hit(0.5) else "app"
        mark, summed = self.chance.share(), 0.0
        for source, share in zip(SOURCES, _SHARES[seed.matter.is_small], strict=True):
            summed += share
            if mark < summed:
                return source
        return SOURCES[0]

    def _is_taken_on(self, seed: _Seed, course: _Course, by: str) -> bool:
        """Verify what residents tell, then file or decline; return whether it was filed."""
        if by == "resident" and self.chance.hit(0.82):
            course.take(Step.ASK_VERIFICATION, "operator", 3, 14)
            is_true = not self.chance.hit(0.07)
            note = "现场属实" if is_true else "现场未发现"
            course.take(
                Step.VERIFY,
                "collector",
                12,
                110,
                verdict="confirmed" if is_true else "refuted",
                note=note,
            )
            if not is_true:
                course.take(
                    Step.DECLINE, "operator", 3, 25, reason="not_found", note="经核实未发现所述问题"
                )
                return False
        elif by == "resident" and self.chance.hit(0.12):
            course.take(
                Step.DECLINE,
                "operator",
                5,
                40,
                reason="not_city_matter",
                note="不属于受理范围，已告知咨询渠道",
            )
            return False
        course.take(Step.FILE, "operator", 2, 16)
        return True

    def _mend(self, seed: _Seed, course: _Course, by: str) -> bool:
        """Dispatch, do, check, close, rate; return whether the crew was late."""
        self._dispatch(seed, course)
        is_late = self._work(seed, course, by)
        while self.chance.hit(0.06 + 0.08 * is_late):
            self._check(course, "fail", self.chance.pick(("未清理彻底", "仍有残留", "修复不平整")))
            self._finish(course, self._hours(seed) * 0.4)
        self._check(course, "pass", "")
        course.take(Step.CLOSE, "duty_head", 4, 90)
        if by == "resident":
            self._aftermath(seed, course, is_late)
        return is_late

    def _dispatch(self, seed: _Seed, course: _Course) -> None:
        if seed.matter.confused and self.chance.hit(0.14):
            course.take(Step.DISPATCH, "dispatcher", 2, 20, wrong_kind=seed.matter.confused)
            course.take(
                Step.RETURN,
                "handler",
                15,
                200,
                reason="not_ours",
                note="不属于我单位管辖，请重新派遣",
            )
        course.take(Step.DISPATCH, "dispatcher", 2, 25)
        self._accept(seed, course)

    def _accept(self, seed: _Seed, course: _Course) -> None:
        """Take the work on, sooner where it presses; make a danger safe first."""
        is_danger = seed.matter.category in DANGERS
        most = min(15 if is_danger else 45, self._hours(seed) * 9)
        course.take(Step.ACCEPT, "handler", most / 4, most)
        if is_danger and self.chance.hit(0.95):
            course.take(Step.REACH_STAGE, "handler", 6, 38, note="已设置警示围挡")

    def _hours(self, seed: _Seed) -> float:
        """Return the nominal hours at a place: less in the core, more on the outskirts."""
        if seed.matter.category not in GRADED:
            return seed.matter.hours
        return seed.matter.hours * GRADES[seed.area_class]

    def _work(self, seed: _Seed, course: _Course, by: str) -> bool:
        """Do the work, with extension, suspension or delay; return whether it was late."""
        matter, hours = seed.matter, self._hours(seed)
        is_slow = (matter.kind, seed.road.district_code) in self.slow
        is_late = self.chance.hit(0.42 if is_slow else 0.07)
        share = self.chance.between(1.25, 2.6) if is_late else self.chance.between(0.1, 0.62)
        if is_late and self.chance.hit(0.15):
            share *= self.chance.between(4, 14)
        if matter.hours >= 16 and self.chance.hit(0.12):
            asked = matter.hours * 60 * 0.4
            course.take(
                Step.ASK_EXTENSION,
                "handler",
                asked * 0.3,
                asked,
                reason="materials",
                note="配件未到，申请延期",
            )
            course.take(Step.GRANT_EXTENSION, "dispatcher", 5, 20)
            share += self.chance.between(0.1, 0.6)
        elif matter.hours >= 24 and self.chance.hit(0.05):
            self._pause(course)
        if is_late and by == "resident" and self.chance.hit(0.5):
            course.take(
                Step.URGE,
                "reporter",
                hours * 30,
                hours * 60,
                note="请问什么时候能处理?",
            )
        self._finish(course, hours * share)
        return is_late

    def _pause(self, course: _Course) -> None:
        days = int(self.chance.between(5, 25))
        resumes = course.now + timedelta(days=days)
        reason = self.chance.pick(tuple(PAUSES))
        course.take(
            Step.SUSPEND, "dispatcher", 60, 600, reason=reason, note=PAUSES[reason], until=resumes
        )
        course.now = resumes
        course.take(Step.RESUME, "system")

    def _finish(self, course: _Course, hours: float) -> None:
        if course.is_urgent:
            course.now += timedelta(seconds=int(hours * 3600))
        else:
            course.now = working_to_wall(course.now, hours).replace(microsecond=0)
        note = self.chance.pick(("已处理完毕", "已修复", "已清理", "现场已恢复"))
        course.take(Step.COMPLETE, "handler", 1, 10, note=note)

    def _check(self, course: _Course, verdict: str, note: str) -> None:
        course.take(Step.ASK_CHECK, "dispatcher", 1, 8)
        course.take(Step.CHECK, "collector", 12, 115, verdict=verdict, note=note)

    def _aftermath(self, seed: _Seed, course: _Course, is_late: bool) -> None:
        """Let the reporter rate, and reopen what is not solved."""
        if not self.chance.hit(0.4):
            return
        rating = self._rating(is_late)
        course.take(Step.RATE, "reporter", 60, 60 * 40, rating=rating)
        if rating.is_solved or not self.chance.hit(0.6):
            return
        course.take(Step.REOPEN, "reporter", 30, 60 * 48, note=rating.words)
        course.take(Step.DISPATCH, "dispatcher", 5, 60)
        self._accept(seed, course)
        self._finish(course, self._hours(seed) * self.chance.between(0.2, 0.7))
        self._check(course, "pass", "")
        course.take(Step.CLOSE, "duty_head", 4, 90)

    def _rating(self, is_late: bool) -> Rating:
        mark = self.chance.share() - 0.3 * is_late
        if mark > 0.3:
            return Rating(True, "satisfied", self.chance.pick(PRAISE))
        if mark > 0.1:
            return Rating(True, "basically_satisfied", self.chance.pick(SHRUGS))
        return Rating(self.chance.hit(0.35), "dissatisfied", self.chance.pick(BLAME))

    def _sequels(self, seed: _Seed, number: int, deeds: Sequence[Deed]) -> None:
        """Sow a relapse after the end, and a duplicate while the matter is open."""
        steps = [deed.step for deed in deeds]
        if steps[-1] in {Step.MERGE, Step.DECLINE}:
            return
        done = next(d.at for d in deeds if d.step in {Step.COMPLETE, Step.FIX_ON_SPOT})
        room = (done - seed.at) / timedelta(hours=1)
        if room > 1.5 and self.chance.hit(0.055):
            self._sow(
                seed,
                number,
                seed.at + self.chance.minutes(10, min(room - 0.7, 20) * 60),
                is_repeat=True,
            )
        if seed.depth < 4 and self.chance.hit(seed.matter.relapse):
            back = done + timedelta(days=self.chance.between(0.8, RELAPSE_DAYS))
            hour = self.chance.between(8, 19)
            back = back.replace(hour=int(hour), minute=int(hour % 1 * 60), microsecond=0)
            if back > done + timedelta(hours=2):
                self._sow(seed, number, back, is_repeat=False)

    def _sow(self, seed: _Seed, number: int, at: datetime, *, is_repeat: bool) -> None:
        if at >= self.until:
            return
        reach = MERGE_METRES if is_repeat else RELAPSE_METRES
        lon, lat = moved(
            seed.lon, seed.lat, self.chance.between(1, reach), self.chance.between(0, 6.283)
        )
        sown = replace(seed, at=at, lon=lon, lat=lat, repeats=-1, stems_from=-1)
        if is_repeat:
            self.queue.append(replace(sown, repeats=number))
            return
        self.queue.append(replace(sown, stems_from=number, depth=seed.depth + 1))


def moved(lon: float, lat: float, metres: float, direction: float) -> tuple[float, float]:
    """Return the place `metres` away in `direction` (radians from east), WGS 84 degrees."""
    degree = float(np.degrees(metres / EARTH_M))
    east = degree * float(np.cos(direction)) / float(np.cos(np.radians(lat)))
    return lon + east, lat + degree * float(np.sin(direction))


@dataclass(slots=True)
class _Almanac:
    """Says how many reports of which matter come on which day, and where."""

    city: City
    since: datetime
    days: int
    rng: np.random.Generator
    rain: list[bool] = field(default_factory=list)

    def seeds(self, count: int) -> list[_Seed]:
        """Return `count` first reports in order of time."""
        rates = self._rates()
        cells = self.rng.multinomial(count, (rates / rates.sum()).ravel()).reshape(rates.shape)
        sites = {m.category: _Sites(self.city, m, self.rng) for m in MATTERS}
        found: list[_Seed] = []
        for number, matter in enumerate(MATTERS):
            days = np.repeat(np.arange(self.days), cells[:, number])
            if len(days):
                found += sites[matter.category].seeds(self._moments(days.tolist(), matter))
        return sorted(found, key=lambda seed: seed.at)

    def _rates(self) -> Floats:
        """Return expected reports, a row per day and a column per matter."""
        self.rain = self._weather()
        rates = np.empty((self.days, len(MATTERS)))
        for day in range(self.days):
            date = self.since + timedelta(days=day)
            week = (1.1, 1.05, 1.0, 1.0, 1.02, 0.85, 0.74)[date.weekday()]
            mood = week * float(np.exp(self.rng.normal(0, 0.09)))
            for number, matter in enumerate(MATTERS):
                wet = matter.rain if self.rain[day] else 1.0
                rates[day, number] = (
                    matter.weight * SEASONS[matter.season][date.month - 1] * wet * mood
                )
        return rates

    def _weather(self) -> list[bool]:
        """Return for each day whether it rains; wet days come in spells."""
        days: list[bool] = []
        for day in range(self.days):
            month = (self.since + timedelta(days=day)).month
            share = (0.16, 0.18, 0.22, 0.24, 0.26, 0.4, 0.34, 0.34, 0.26, 0.16, 0.15, 0.13)[
                month - 1
            ]
            share += 0.25 if days and days[-1] else -0.06
            days.append(bool(self.rng.random() < share))
        return days

    def _moments(self, days: Sequence[int], matter: Matter) -> list[datetime]:
        hours = np.array(HOURS[matter.day])
        summed = np.cumsum(hours / hours.sum())
        picks = np.searchsorted(summed, self.rng.random(len(days))).tolist()
        seconds = self.rng.integers(0, 3600, len(days)).tolist()
        return [
            self.since + timedelta(days=day, hours=min(hour, 23), seconds=second)
            for day, hour, second in zip(days, picks, seconds, strict=True)
        ]


@dataclass(slots=True)
class _Sites:
    """Where one matter turns up: few places see much of it, most see little."""

    city: City
    matter: Matter
    rng: np.random.Generator

    def seeds(self, moments: Sequence[datetime]) -> list[_Seed]:
        """Return a seed for each moment."""
        if self.matter.place == "facility":
            return self._at_facilities(moments)
        roads = self._roads()
        weights = np.array([self._pull(road) for road in roads])
        weights *= np.exp(self.rng.normal(0, 0.9, len(roads)))
        picks = self._draw(weights, len(moments))
        return [self._on_road(roads[pick], at) for pick, at in zip(picks, moments, strict=True)]

    def _roads(self) -> list[Road]:
        roads = self.city.roads
        if self.matter.place == "shop":
            return [road for road in roads if road.has_shops]
        if self.matter.place == "lane":
            return [road for road in roads if road.rank in {"grid", "sector", "station"}]
        return list(roads)

    def _pull(self, road: Road) -> float:
        power = 2.0 if self.matter.place == "centre" else 1.0
        return float(road.appeal**power * min(road.length_m, 900.0))

    def _draw(self, weights: Floats, count: int) -> list[int]:
        summed = np.cumsum(weights / weights.sum())
        return [int(i) for i in np.searchsorted(summed[:-1], self.rng.random(count))]

    def _on_road(self, road: Road, at: datetime) -> _Seed:
        """Return a seed on a few favourite spots of the road, seldom just anywhere."""
        spot = (
            float(self.rng.beta(2, 2))
            if self.rng.random() < 0.4
            else (0.18, 0.47, 0.81)[int(self.rng.integers(3))]
        )
        lon, lat = along_line(road.line, spot)
        away = float(
            np.clip(self.rng.normal(0, road.width_m / 5), -road.width_m / 2, road.width_m / 2)
        )
        lon, lat = moved(lon, lat, abs(away), float(self.rng.uniform(0, 6.283)))
        number = max(1, round(spot * road.length_m / 6))
        manner = int(self.rng.integers(4))
        place = (
            f"{road.name}{number}号门前",
            f"{road.name}{number}号附近",
            f"{road.name}沿线",
            f"{road.name}{number}号对面",
        )[manner]
        return _Seed(self.matter, at, lon, lat, road, place)

    def _at_facilities(self, moments: Sequence[datetime]) -> list[_Seed]:
        roads = {road.code: road for road in self.city.roads}
        things = [f for f in self.city.facilities if f.category_code == self.matter.category]
        weights = np.array([roads[thing.road_code].appeal for thing in things])
        weights *= np.exp(self.rng.normal(0, 0.8, len(things)))
        picks = self._draw(weights, len(moments))
        return [self._at(things[pick], roads, at) for pick, at in zip(picks, moments, strict=True)]

    def _at(self, thing: NewFacility, roads: dict[str, Road], at: datetime) -> _Seed:
        lon, lat = moved(
            thing.longitude,
            thing.latitude,
            float(self.rng.uniform(0.2, 3)),
            float(self.rng.uniform(0, 6.283)),
        )
        kind = next(f.name for f in FITTINGS if f.category == thing.category_code)
        place = thing.name.removesuffix(kind)
        return _Seed(self.matter, at, lon, lat, roads[thing.road_code], place, thing.code)


def along_line(line: Floats, share: float) -> tuple[float, float]:
    """Return longitude and latitude at `share` (0 to 1) of the length of a line."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    run = np.concatenate([[0.0], np.cumsum(steps)])
    place = share * run[-1]
    return float(np.interp(place, run, line[:, 0])), float(np.interp(place, run, line[:, 1]))


def slow_crews(city: City, rng: np.random.Generator) -> tuple[SlowCrew, ...]:
    """Return the crews of this city that tend to be late: about one in eight."""
    kinds = sorted({matter.kind for matter in MATTERS})
    districts = [area.code for area in city.areas_of("district")]
    crews = [SlowCrew(kind, district) for kind in kinds for district in districts]
    picks = rng.permutation(len(crews))[: max(2, len(crews) // 8)]
    return tuple(crews[pick] for pick in sorted(picks.tolist()))


def fate_of(deeds: Sequence[Deed], *, is_late: bool) -> Fate:
    """Return the fate that the deeds amount to.

    Args:
        deeds: those before the end of the history, in order of time.
        is_late: whether the crew took longer than the nominal time.
    """
    steps = [deed.step for deed in deeds]
    rated = [deed.rating for deed in deeds if deed.rating]
    is_open = _is_open(steps)
    return Fate(
        Outcome.OPEN if is_open else _ending(steps),
        Step.VERIFY in steps,
        is_late and Step.COMPLETE in steps,
        Step.REOPEN in steps,
        next((deed.other for deed in deeds if deed.other), ""),
        next((deed.wrong_kind for deed in deeds if deed.wrong_kind), ""),
        steps.count(Step.RETURN),
        steps.count(Step.GRANT_EXTENSION),
        sum(deed.verdict == "fail" for deed in deeds),
        steps.count(Step.SUSPEND),
        rated[-1] if rated else None,
    )


def _is_open(steps: Sequence[Step]) -> bool:
    last = next(step for step in reversed(steps) if step is not Step.RATE)
    return last not in {Step.CLOSE, Step.DECLINE, Step.MERGE}


def _ending(steps: Sequence[Step]) -> Outcome:
    if Step.MERGE in steps:
        return Outcome.MERGED
    if Step.DECLINE in steps:
        return Outcome.DECLINED
    return Outcome.FIXED if Step.FIX_ON_SPOT in steps else Outcome.CLOSED


def _bound(chronicler: _Chronicler, seed: int) -> Iterator[Happening]:
    """Yield the happenings in order of time, with keys instead of numbers."""
    lived = chronicler.lived
    order = sorted(range(len(lived)), key=lambda number: (lived[number][0].at, number))
    keys = {number: f"demo-{seed}-{place:06d}" for place, number in enumerate(order, start=1)}
    for number in order:
        sown, deeds, is_late, source = lived[number]
        key = keys[number]
        kept = tuple(
            replace(deed, key=key, other=keys[int(deed.other)] if deed.other else "")
            for deed in deeds
            if deed.at <= chronicler.until
        )
        report = _report(key, sown, source, kept[0].by, chronicler.chance)
        origin = keys[sown.stems_from] if sown.stems_from >= 0 else ""
        yield Happening(replace(report, recurrence_of=origin), kept, fate_of(kept, is_late=is_late))


def _report(key: str, seed: _Seed, source: str, by: str, chance: _Chance) -> Report:
    text = chance.pick(seed.matter.texts).format(at=seed.place)
    if by == "resident":
        text += chance.pick(ENDINGS)
    code = seed.matter.category
    return Report(
        key, seed.at, seed.lon, seed.lat, code, text, source, by, seed.road.code, seed.facility_code
    )


def _classed(city: City, seeds: Sequence[_Seed]) -> list[_Seed]:
    """Return the seeds with the class of the community each lies in, or lies nearest to."""
    communities = city.areas_of("community")
    tree = shapely.STRtree([area.geometry for area in communities])
    points = shapely.points([[seed.lon, seed.lat] for seed in seeds])
    homes = tree.query_nearest(points, all_matches=False)[1].tolist()
    return [
        replace(seed, area_class=communities[home].area_class)
        for seed, home in zip(seeds, homes, strict=True)
    ]


def _at_home(city: City, happenings: Sequence[Happening]) -> frozenset[int]:
    """Return which happenings lie in the first street, whose collector signs in."""
    street = city.areas_of("street")[0].geometry
    points = shapely.points([[one.report.lon, one.report.lat] for one in happenings])
    return frozenset(np.flatnonzero(shapely.contains(street, points)).tolist())


def _photographed(
    happenings: Sequence[Happening], until: datetime, *, home: Collection[int]
) -> Iterator[Happening]:
    """Yield the happenings with a few faked photographs, most of them not found yet.

    Those of the last hours wait for their check, at home before elsewhere: whoever signs in
    as a collector finds them.
    """
    fakes = list(Fake)
    can = [place for place, one in enumerate(happenings) if _can_wait(one, until)]
    late = sorted(can, key=lambda place: (place in home, place))
    waiting = {place: turn for turn, place in enumerate(reversed(late[-WAITING:]))}
    for place, one in enumerate(happenings):
        done = next((number for number, deed in enumerate(one.deeds) if _is_work(deed)), None)
        fake = ""
        if place in waiting:
            turn = waiting[place]
            fake = fakes[turn].value if turn < len(fakes) else ""
        elif place % CHEATED == CHEATED - 1:
            fake = fakes[place // CHEATED % len(fakes)].value
        if done is None or not (fake or place in waiting):
            yield one
            continue
        work = replace(one.deeds[done], fake=fake)
        rest = () if place in waiting else one.deeds[done + 1 :]
        deeds = (*one.deeds[:done], work, *rest)
        yield replace(one, deeds=deeds, fate=fate_of(deeds, is_late=one.fate.is_late))


def _left_to_do(
    happenings: Sequence[Happening], until: datetime, *, home: Collection[int]
) -> Iterator[Happening]:
    """Yield the happenings, some of the last days stopped half way: the newest the earliest.

    What waits for somebody outside waits at home before elsewhere.
    """
    lately = [
        place
        for place, one in enumerate(happenings)
        if one.deeds[0].at > until - LEFT_WITHIN and _is_straight(one)
    ]
    stops: dict[int, int] = {}
    for step, count in LEFT.items():
        within = until - (VERIFIED_WITHIN if step is Step.ASK_VERIFICATION else LEFT_WITHIN)
        free = [one for one in reversed(lately) if one not in stops]
        if step is Step.ASK_VERIFICATION:
            free.sort(key=lambda one: one not in home)
        free = free[: len(lately) // 2]
        for place in (one for one in free if happenings[one].deeds[0].at > within):
            steps = [deed.step for deed in happenings[place].deeds]
            if count and step in steps[:-1]:
                stops[place], count = steps.index(step) + 1, count - 1
    for place, one in enumerate(happenings):
        deeds = one.deeds[: stops.get(place)]
        fate = fate_of(deeds, is_late=one.fate.is_late) if place in stops else one.fate
        yield replace(one, deeds=deeds, fate=fate)


def _is_straight(one: Happening) -> bool:
    """Return whether a case went its way without a turn, and is not one that waits already."""
    turns = {Step.MERGE, Step.REOPEN, Step.DECLINE, Step.FIX_ON_SPOT, Step.RETURN, Step.SUSPEND}
    steps = [deed.step for deed in one.deeds]
    return not turns.intersection(steps) and steps[-1] not in {Step.COMPLETE, Step.ASK_CHECK}


def _is_work(deed: Deed) -> bool:
    return deed.step is Step.COMPLETE


def _can_wait(one: Happening, until: datetime) -> bool:
    """Return whether a case was worked on once, lately, and could still wait for its check."""
    steps = [deed.step for deed in one.deeds]
    done = next((deed for deed in one.deeds if _is_work(deed)), None)
    is_plain = steps.count(Step.COMPLETE) == 1 and not {Step.REOPEN, Step.MERGE} & set(steps)
    return done is not None and is_plain and until - WAITING_WITHIN < done.at < until - LOOKED_AT


def write_history(city: City, *, until: datetime) -> History:
    """Return what happened in `city` in its last days, the same for the same arguments.

    Args:
        city: from `city.make_city`; its size says how many days and reports.
        until: the end; an aware datetime.
    """
    end = until.astimezone(TIMEZONE)
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=city.size.days)
    rng, order = (np.random.default_rng([city.seed, topic]) for topic in (20, 21))
    crews = slow_crews(city, order)
    almanac = _Almanac(city, since, city.size.days + 1, rng)
    seeds = [seed for seed in almanac.seeds(round(city.size.cases * FIRST_SHARE)) if seed.at < end]
    seeds = _classed(city, seeds)
    slow = frozenset((crew.kind, crew.district_code) for crew in crews)
    chronicler = _Chronicler(city, end, _Chance(order), slow)
    chronicler.live(seeds)
    rainy = [
        str((since + timedelta(days=day)).date()) for day, wet in enumerate(almanac.rain) if wet
    ]
    happenings = tuple(_bound(chronicler, city.seed))
    home = _at_home(city, happenings)
    happenings = tuple(_photographed(happenings, end, home=home))
    happenings = tuple(_left_to_do(happenings, end, home=home))
    return History(since, end, happenings, crews, tuple(rainy))
