"""The Django app of the evaluation house."""

from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """The evaluation house."""

    name = "gongzhi.evaluation"
