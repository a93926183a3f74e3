"""The ground: the cast's city, founded once and shared by all tests that ask for it.

It lies in a transaction that is never committed; each test runs in a savepoint within it
and leaves it as it was.  Whoever wants an empty database, or writes for good, has it
cleared before.
"""

import secrets
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.transaction import Atomic

from gongzhi.webkit.models import Revision
from tests.cast import City, build_city


@dataclass
class Ground:
    """The city that stands in the database of this process, or none."""

    city: City | None = None
    _held: Atomic | None = None

    def lay(self) -> None:
        """Found the city unless it stands already."""
        if connection.needs_rollback or connection.closed_in_transaction:
            self.clear()
        if self._held not in connection.atomic_blocks:  # none yet, or closed under its feet
            # Django tries this out once, by a transaction of its own.
            assert connection.features.supports_transactions
            self._held = transaction.atomic()
            self._held.__enter__()
            self.city = build_city()

    def clear(self) -> None:
        """Leave the database empty."""
        held, self._held, self.city = self._held, None, None
        if held is not None and held in connection.atomic_blocks:
            transaction.set_rollback(True)
            held.__exit__(None, None, None)


def copy_of(city: City) -> City:
    """Return a city whose lists of people a test may change."""
    return replace(city, people=dict(city.people), organisations=dict(city.organisations))


def forget_the_remembered() -> None:
    """Let nothing that the process remembers from another test count here.  One statement."""
    Revision.objects.update(number=secrets.randbits(62) + 1)
