"""The Django app of the site house."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site house."""

    name = "gongzhi.site"
