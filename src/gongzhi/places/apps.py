"""The Django app of the places house."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The places house."""

    name = "gongzhi.places"
