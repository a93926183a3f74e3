"""The Django app of the evidence house."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The evidence house."""

    name = "gongzhi.evidence"
