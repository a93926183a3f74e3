"""Every request has a name, which its entries bear; the ledger has no pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from gongzhi.kernel.ids import uuid7

from .rules import in_request

urlpatterns: list[URLPattern] = []


class named_requests:  # noqa: N801 - named like a function, as it stands in MIDDLEWARE
    """Name each request by a UUIDv7; entries made meanwhile bear it, the answer tells it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on under its name."""
        name = str(uuid7())
        with in_request(name):
            response = self._get_response(request)
        response["X-Request-Id"] = name
        return response
