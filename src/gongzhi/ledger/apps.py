"""The Django app of the ledger house."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger house."""

    name = "gongzhi.ledger"
