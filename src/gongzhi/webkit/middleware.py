"""Refusals at the edge: RFC 9457 problem details for programs, a page for people."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from gongzhi.kernel.refusals import Refusal

from .revisions import steady
from .words import sentence

TITLES = {400: "Invalid", 403: "Not permitted", 404: "Not found", 409: "Conflict"}


def problem(refusal: Refusal) -> dict[str, object]:
    """Return `refusal` as RFC 9457 problem details."""
    return {
        "type": f"/errors/{refusal.code}",
        "title": TITLES.get(refusal.status, "Refused"),
        "status": refusal.status,
        "detail": sentence(refusal),
        "code": refusal.code,
        "facts": refusal.facts,
    }


def problem_response(refusal: Refusal) -> JsonResponse:
    """Return the JSON answer of a refusal."""
    return JsonResponse(
        problem(refusal),
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


class refusals:  # noqa: N801 - named like a function, as it stands in MIDDLEWARE
    """Turn a refusal raised by a view into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, trouble: Exception) -> HttpResponse | None:
        """Return the answer of a refusal; leave other exceptions to Django."""
        if not isinstance(trouble, Refusal):
            return None
        if request.path.startswith("/api/") or "json" in request.headers.get("Accept", ""):
            return problem_response(trouble)
        return render(request, "refused.html", {"problem": problem(trouble)}, status=trouble.status)


def steady_revisions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let a page look up only once whether what this process remembers is still true."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with steady():
            return get_response(request)

    return middleware
