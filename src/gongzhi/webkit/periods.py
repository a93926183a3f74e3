"""In which of several periods a moment of a row lies, for counting by period."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import IntegerField, Value
from django.db.models.expressions import Case as Choice
from django.db.models.expressions import When


def period_of(column: str, marks: Sequence[datetime]) -> Choice | Value:
    """Return how many of the marks a column has reached, 0 to their number.

    A row without a moment has reached none.  The marks are halved again and again, so that
    a row costs few comparisons; both engines read the same expression.

    Args:
        column: of moments.
        marks: the begins of the periods, the earliest first.
    """
    return _between(column, marks, 0, len(marks))


def _between(column: str, marks: Sequence[datetime], low: int, high: int) -> Choice | Value:
    if low == high:
        return Value(low)
    middle = (low + high) // 2
    reached = _between(column, marks, middle + 1, high)
    return Choice(
        When(**{f"{column}__gte": marks[middle]}, then=reached),
        default=_between(column, marks, low, middle),
        output_field=IntegerField(),
    )
