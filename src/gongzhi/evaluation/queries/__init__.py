"""Every read of the house: boards, the watch, sheets; a fixed number of statements each."""

from .areas import Place, place_at, place_called, place_of, places_below, whole_city
from .board import (
    Board,
    KindLine,
    MonthLine,
    News,
    OverdueLine,
    PartLine,
    PartyLine,
    PromiseLines,
    board,
    news,
    promise_lines,
)
from .watch import (
    SOON,
    FlaggedCase,
    Standing,
    Watch,
    check_may_watch,
    home_of,
    may_urge,
    watch,
)

__all__ = [
    "SOON",
    "Board",
    "FlaggedCase",
    "KindLine",
    "MonthLine",
    "News",
    "OverdueLine",
    "PartLine",
    "PartyLine",
    "Place",
    "PromiseLines",
    "Standing",
    "Watch",
    "board",
    "check_may_watch",
    "home_of",
    "may_urge",
    "news",
    "place_at",
    "place_called",
    "place_of",
    "places_below",
    "promise_lines",
    "watch",
    "whole_city",
]
