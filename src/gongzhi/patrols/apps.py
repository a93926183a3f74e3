"""The Django app of the patrols house."""

from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    """The patrols house."""

    name = "gongzhi.patrols"
