"""What the clock does for the helpers: kept answers are forgotten."""

from collections.abc import Callable
from datetime import datetime

from .idempotency import forget_answers

JOBS: dict[str, Callable[[datetime], int]] = {"kept answers": forget_answers}
