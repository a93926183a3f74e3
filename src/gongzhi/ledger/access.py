"""What actions and queries of the ledger both read."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Max

from .models import Entry, Seal

LOCK_PATIENCE = "500ms"


@cache
def known_kinds() -> frozenset[str]:
    """Return every kind of entry that an installed house lists in its `rules.LEDGER_KINDS`."""
    kinds: set[str] = set()
    for app in apps.get_app_configs():
        room = f"{app.name}.rules"
        if app.name.startswith("gongzhi.") and find_spec(room):
            kinds |= getattr(import_module(room), "LEDGER_KINDS", frozenset())
    return frozenset(kinds)


def last_seal() -> Seal | None:
    """Return the newest seal.  One statement."""
    return Seal.objects.order_by("-pk").first()


def settled_up_to() -> int | None:
    """Return an id up to which no entry can appear any more; None when that is not known now.

    On PostgreSQL ids are given out before their transactions commit, so a lower id may
    appear after a higher one.  A SHARE lock on the table is granted only when no writer's
    transaction is open; what is then the highest id is settled.  The lock is held for one
    statement in a transaction of its own and waited for at most half a second, because
    new writers queue behind it; a deed that stays open longer means None.

    SQLite has one writer at a time: what is committed is settled.
    """
    if connection.vendor != "postgresql":
        return highest_id()
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
            cursor.execute("LOCK TABLE ledger_entry IN SHARE MODE")
            return highest_id()
    except OperationalError:
        return None


def highest_id() -> int:
    """Return the id of the newest entry; 0 before the first.  One statement."""
    return Entry.objects.aggregate(highest=Max("pk"))["highest"] or 0
