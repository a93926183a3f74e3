"""Addresses of the site itself: whether it is well, and what it says when it is not."""

import sys

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.defaults import server_error

from gongzhi.webkit.middleware import trouble_response


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """GET /health — 200 when this process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what no view caught: trouble with the disk by its sentence, else a plain 500."""
    error = sys.exc_info()[1]
    told = trouble_response(request, error) if error is not None else None
    return told or server_error(request)


urlpatterns = [path("health", health, name="health")]
