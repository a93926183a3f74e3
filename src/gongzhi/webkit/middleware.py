"""Refusals at the edge: RFC 9457 problem details for programs, a page for people."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongzhi.kernel.refusals import Refusal

from .revisions import steady
from .storage import StorageTrouble, trouble_of
from .words import sentence

TITLES = {
    400: "Invalid",
    403: "Not permitted",
    404: "Not found",
    409: "Conflict",
    503: "Unavailable",
}
RETRY_AFTER = 30  # seconds

log = logging.getLogger(__name__)


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


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks, not a person."""
    return request.path.startswith("/api/") or "json" in request.headers.get("Accept", "")


def trouble_response(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """Return the answer when the database or the disk is the cause of `error`, else None.

    The page is made without the database and without templates, which may need it.
    The log names the place; people from outside are not told it.
    """
    told = trouble_of(error)
    trouble = trouble_of(error, where=_("The database of this server"))
    if told is None or trouble is None:
        return None
    log.error("%s %s: %s", request.method, request.path, sentence(told))
    answer = problem_response(trouble) if wants_json(request) else _bare_page(trouble)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def _bare_page(trouble: StorageTrouble) -> HttpResponse:
    page = format_html(
        '<!doctype html><html lang="{}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>{}</title><h1>{}</h1><p>{}</p></html>",
        get_language() or "",
        _("Gongzhi"),
        _("Not at the moment"),
        sentence(trouble),
    )
    return HttpResponse(page, status=trouble.status)


class refusals:  # noqa: N801 - named like a function, as it stands in MIDDLEWARE
    """Turn a refusal raised by a view into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the answer of a refusal or of trouble with the disk; leave the rest to Django."""
        if not isinstance(error, Refusal):
            return trouble_response(request, error)
        if wants_json(request):
            return problem_response(error)
        return render(request, "refused.html", {"problem": problem(error)}, status=error.status)


def steady_revisions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let a page look up only once whether what this process remembers is still true."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with steady():
            return get_response(request)

    return middleware
