"""Every write of a demonstration: its founding and its history, by the houses' own actions."""

from .founding import found_city
from .living import Lived, live_history
from .showing import Show, silently

__all__ = ["Lived", "Show", "found_city", "live_history", "silently"]
