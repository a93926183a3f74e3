"""The form of a log line."""

import logging


class OneLine(logging.Formatter):
    """One line for each record: a traceback is folded into the line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return " ⏎ ".join(super().format(record).splitlines())
