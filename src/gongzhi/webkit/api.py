"""The edge for programs: one JSON interface gathered from the houses' routers.

Every refusal, also of a request that is not shaped as described, is answered as
RFC 9457 problem details.
"""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.utils import check_csrf
from pydantic import StringConstraints

from gongzhi.kernel.refusals import Refusal

from . import converters  # noqa: F401 - registers the path converter `printed`
from .middleware import problem_response

# Text without NUL, which no database keeps.
Plain = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(max_length=100_000)]
BIGGEST = 2**63 - 1


class Problem(Schema):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, object] = {}


# What any operation may be refused with.
PROBLEMS: Any = dict.fromkeys((400, 401, 403, 404, 409), Problem)


class NeedsSignIn(Exception):  # noqa: N818 - an answer, not an accident
    """The address is for people with an account."""


class ForeignForm(Exception):  # noqa: N818 - an answer, not an accident
    """A browser with a session sent no CSRF token."""


def told(code: str, *, title: str, status: int, detail: str, **facts: object) -> JsonResponse:
    """Return the problem details of a refusal that no house makes."""
    body = {
        "type": f"/errors/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "facts": facts,
    }
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


class _Interface(NinjaAPI):
    """An interface that describes itself once: the code does not change while it runs."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._described: dict[tuple[str, str | None], Any] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        """Return the description; made once for each root and language."""
        root = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        key = root, get_language()
        if key not in self._described:
            self._described[key] = super().get_openapi_schema(path_prefix=root)
        return self._described[key]


def new_api(*, version: str, description: str) -> NinjaAPI:
    """Return an interface that answers every refusal as a problem."""
    api = _Interface(
        title="Gongzhi",
        version=version,
        description=description,
        docs_url=None,
        urls_namespace="api",
    )
    answers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refusal: lambda _request, trouble: problem_response(trouble),
        ValidationError: _wrong_shape,
        NeedsSignIn: _needs_sign_in,
        ForeignForm: _foreign_form,
        HttpError: _unreadable,
        Http404: no_such_address,
    }
    for trouble, answer in answers.items():
        api.add_exception_handler(trouble, answer)
    return api


def _wrong_shape(_request: HttpRequest, trouble: ValidationError) -> HttpResponse:
    mistakes = [
        {"where": ".".join(str(part) for part in one["loc"][1:]), "what": one["msg"]}
        for one in trouble.errors
    ]
    first = mistakes[0] if mistakes else {"where": "", "what": ""}
    detail = _("The request is not shaped as described, at “%(where)s”: %(what)s.") % first
    return told("web.wrong_shape", title="Invalid", status=400, detail=detail, mistakes=mistakes)


def _needs_sign_in(_request: HttpRequest, _trouble: NeedsSignIn) -> HttpResponse:
    detail = _("This is for people with an account. Sign in first, then ask again.")
    return told("web.sign_in_first", title="Not signed in", status=401, detail=detail)


def _foreign_form(_request: HttpRequest, _trouble: ForeignForm) -> HttpResponse:
    detail = _(
        "The request bears a session but no valid X-CSRFToken header. Read the cookie"
        " “csrftoken” of a page of this site and send it along."
    )
    return told("web.foreign_form", title="Not permitted", status=403, detail=detail)


def _unreadable(_request: HttpRequest, trouble: HttpError) -> HttpResponse:
    detail = _("The request cannot be read: %(what)s.") % {"what": trouble.message}
    return told("web.unreadable", title="Invalid", status=trouble.status_code, detail=detail)


def no_such_address(_request: HttpRequest, _trouble: Exception) -> HttpResponse:
    """Return the answer where nothing is."""
    detail = _("There is nothing at this address. Look it up in /api/v1/openapi.json.")
    return told("web.no_such_address", title="Not found", status=404, detail=detail)


def from_our_page(request: HttpRequest, view: Callable[..., object] = lambda: None) -> None:
    """Refuse what a foreign page makes a signed-in browser send.

    Raises:
        ForeignForm: the CSRF token is missing or wrong.
    """
    if request.method not in {"GET", "HEAD", "OPTIONS"} and check_csrf(request, view):
        raise ForeignForm
