"""The acting person of a request."""

from django.http import HttpRequest


def signed_in(request: HttpRequest) -> dict[str, object]:
    """Return what every page may know of the reader."""
    return {}
