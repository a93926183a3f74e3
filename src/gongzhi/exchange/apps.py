"""The Django app of the exchange house."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The exchange house."""

    name = "gongzhi.exchange"
