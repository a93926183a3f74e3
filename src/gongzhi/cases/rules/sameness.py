"""How much two cases look like one matter."""

SAME_ENOUGH = 0.45  # of `sameness`; from here a case is named
_WEIGHTS = {"kinship": 0.4, "place": 0.2, "time": 0.15, "words": 0.25}
_WORDS_FULL = 0.5  # likeness of words from which they count in full


def sameness(*, distance: float, kinship: float, age: float, likeness: float) -> float:
    """Return how much an open case looks like the matter of a report, 0 to 1.

    The same category within the reach is named for days whatever is said, another category
    only when words or time speak for it, a matter of months only beside the very place.

    Source: `standards.md` section 3 names place, time and class; the weights are ours, set so
    that what it names is always named.

    Args:
        distance: as a share of the reach, 0 to 1.
        kinship: of the categories, 1 for the same.
        age: time between the two, as a multiple of the span of the pack.
        likeness: of the words, 0 to 1.
    """
    told = {
        "kinship": kinship,
        "place": max(0.0, 1.0 - distance),
        "time": 1.0 / max(1.0, age),
        "words": min(1.0, likeness / _WORDS_FULL),
    }
    return sum(_WEIGHTS[what] * share for what, share in told.items())
