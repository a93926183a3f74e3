"""Filters: names and moments in the reader's language and habits."""

from datetime import datetime

from django import template

from .. import reading

register = template.Library()

register.filter("named", reading.named)
register.filter("number", reading.number_words)
register.filter("full_moment", reading.full_moment)


@register.filter
def moment(value: datetime, at: datetime) -> str:
    """Return a moment as it is read at `at`."""
    return reading.moment_words(value, at=at)
