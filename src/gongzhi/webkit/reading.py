"""Names, moments and spans of time in the reader's language and habits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

_MINUTE, _HOUR = 60, 3600  # seconds
_GROUPED_FROM = 10_000  # in Chinese
_SOON = timedelta(days=6)  # the weekday alone is clear within these


def in_chinese() -> bool:
    """Return whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def locale() -> str:
    """Return the name under which Babel knows the reader's habits."""
    return "zh_Hans" if in_chinese() else "en_GB"


def named(view: object) -> str:
    """Return the name of an area, party or category in the reader's language.

    The other language stands in where a name is missing.
    """
    name, name_en = str(getattr(view, "name", "")), str(getattr(view, "name_en", ""))
    return (name or name_en) if in_chinese() else (name_en or name)


def number_words(number: int) -> str:
    """Return a whole number as the reader groups it: 2,171 in English, 2171 but 12,171 in Chinese.

    Source: GB/T 15835-2011, 5.1.3: four digits need not be grouped.
    """
    if in_chinese() and abs(number) < _GROUPED_FROM:
        return str(number)
    return str(format_decimal(number, locale=locale()))


def day_words(day: date, *, today: date) -> str:
    """Return a day as short as it is clear: today, Mon, 10 Mar, 10 Mar 2025."""
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get((day - today).days)
    if near:
        return near
    if abs(day - today) <= _SOON:
        return str(format_date(day, "EEE", locale=locale()))
    skeleton = "MMMd" if day.year == today.year else "yMMMd"
    return str(format_skeleton(skeleton, day, locale=locale()))


def moment_words(moment: datetime, *, at: datetime) -> str:
    """Return a moment as read at `at`: the day as short as it is clear, and the minute.

    Args:
        moment: an aware datetime; shown in the city's time zone.
        at: when it is read.
    """
    local, now = timezone.localtime(moment), timezone.localtime(at)
    day = day_words(local.date(), today=now.date())
    return f"{day} {local:%H:%M}"


def full_moment(moment: datetime) -> str:
    """Return a moment with its date, as records show it."""
    local = timezone.localtime(moment)
    return f"{format_skeleton('yMMMd', local, locale=locale())} {local:%H:%M}"


def span_words(seconds: int, *, day_seconds: int = 86_400) -> str:
    """Return a span in its two largest units, rounded down to the minute.

    Args:
        seconds: not negative.
        day_seconds: of one day; a working day has eight hours.
    """
    days, rest = divmod(max(seconds, 0), day_seconds)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    in_days = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    in_hours = _("%(count)s h") % {"count": hours}
    in_minutes = _("%(count)s min") % {"count": minutes}
    if days:
        return f"{in_days} {in_hours}" if hours else in_days
    if hours:
        return f"{in_hours} {in_minutes}" if minutes else in_hours
    return in_minutes if minutes else _("under 1 min")


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise clock in words.

    Attributes:
        state: kept, running, soon, broken, paused or released.
        words: what is left or how late it is, and until when.
    """

    state: str
    words: str


def clock_words(
    left_seconds: int, due_at: datetime, *, at: datetime, day_seconds: int = 86_400, unit: str = ""
) -> str:
    """Return what is left until a deadline, or how late it is, in one line.

    Args:
        left_seconds: until it is due; negative when late.
        due_at: an aware datetime.
        at: when it is read.
        day_seconds: of one day in the unit of the limit.
        unit: the name of that unit, where it is not plain time.
    """
    span = span_words(abs(left_seconds), day_seconds=day_seconds)
    told = {"span": f"{span}{unit}", "due": moment_words(due_at, at=at)}
    if left_seconds < 0:
        return _("overdue by %(span)s · was due %(due)s") % told
    return _("%(span)s left · by %(due)s") % told
