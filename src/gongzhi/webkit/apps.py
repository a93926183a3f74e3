"""The Django app of webkit."""

from django.apps import AppConfig


class WebkitConfig(AppConfig):
    """Helpers shared by all houses."""

    name = "gongzhi.webkit"
