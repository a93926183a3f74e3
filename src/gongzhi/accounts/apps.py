"""The Django app of the accounts house."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The accounts house."""

    name = "gongzhi.accounts"
