"""Headers that every answer bears: nothing but our own is loaded, nothing framed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def policy(map_style: str = "") -> str:
    """Return the Content-Security-Policy: this site alone, and the base map a city chose.

    Args:
        map_style: address of a base map from outside; pictures and data may come from its
            origin, scripts and styles not.
    """
    parts = urlsplit(map_style)
    outside = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return (
        f"default-src 'self'; img-src 'self' data: blob:{outside}; connect-src 'self'{outside};"
        " worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    )


class content_policy:  # noqa: N801 - named like a function, as it stands in MIDDLEWARE
    """Tell browsers to load scripts, styles and pictures from this site alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and add the headers."""
        response = self._get_response(request)
        response.setdefault("Content-Security-Policy", policy(settings.MAP_STYLE))
        response.setdefault("Permissions-Policy", "geolocation=(self), camera=(self)")
        return response
