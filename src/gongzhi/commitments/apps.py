"""The Django app of the commitments house."""

from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    """The commitments house."""

    name = "gongzhi.commitments"
