"""All addresses, gathered from the houses."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from .api import api

# The upper houses first: an address of theirs may stand among numbers of a house below.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(room))
    for room in (f"{house}.web" for house in reversed(settings.HOUSES))
    if find_spec(room) and hasattr(import_module(room), "urlpatterns")
]
urlpatterns += [
    path("", include(f"gongzhi.site.{room}")) for room in ("own_data", "administration")
]
urlpatterns.append(path("api/v1/", api.urls))
urlpatterns.append(path("language", set_language, name="set_language"))

handler500 = "gongzhi.site.web.failed"
handler404 = "gongzhi.site.web.not_found"
