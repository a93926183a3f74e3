"""The Django app of the responsibility house."""

from django.apps import AppConfig


class ResponsibilityConfig(AppConfig):
    """The responsibility house."""

    name = "gongzhi.responsibility"
