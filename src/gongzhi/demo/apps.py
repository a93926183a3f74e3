"""The Django app of the demo house."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo house."""

    name = "gongzhi.demo"
