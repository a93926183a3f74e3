"""The Django app of the catalogue house."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue house."""

    name = "gongzhi.catalogue"
