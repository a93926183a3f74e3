"""The Django app of the cases house."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The cases house."""

    name = "gongzhi.cases"
