"""All addresses, gathered from the houses."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from .api import api

urlpatterns = [
    path("", include(room))
    for room in (f"{house}.web" for house in settings.HOUSES)
    if find_spec(room) and hasattr(import_module(room), "urlpatterns")
]
urlpatterns.append(path("api/v1/", api.urls))
urlpatterns.append(path("language", include("django.conf.urls.i18n")))

handler500 = "gongzhi.site.web.failed"
handler404 = "gongzhi.site.web.not_found"
