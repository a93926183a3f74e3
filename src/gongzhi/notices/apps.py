"""The Django app of the notices house."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The notices house."""

    name = "gongzhi.notices"
