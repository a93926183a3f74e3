"""What makes the site an app on a phone: service worker, manifest, the page without network.

The service worker keeps the files and pages listed here.  Its version is the fingerprint of
all of them, so that a new bundle or template is a new version and nothing else is.
"""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gongzhi.kernel.hashing import sha256_hex

FOLDER = "gongzhi"
STYLES = ("gongzhi.css", "report.css", "field.css")
PICTURES = ("seal.svg", "icons/icon-192.png")
ICONS = {"icon-192": "any", "icon-512": "any", "icon-maskable-512": "maskable"}
GREEN, PAPER = "#0f6b57", "#fbfaf6"


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """GET — the service worker of the whole site, with the list of what it keeps."""
    answer = HttpResponse(_worker_now(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    return answer


def _worker_now() -> str:
    return _worker() if settings.DEBUG else _worker_once()


@cache
def _worker_once() -> str:
    return _worker()


def _worker() -> str:
    """Return the script with its list put before it.

    Raises:
        Http404: the pages were never bundled.
    """
    source = _found("dist/sw.js")
    if source is None:
        raise Http404("The pages are not bundled: node frontend/build.mjs")
    shell = _shell()
    version = sha256_hex((json.dumps(shell) + source + _look_of_pages()).encode())[:16]
    return f"self.SHELL={json.dumps(shell | {'version': version})};\n{source}"


def _shell() -> dict[str, object]:
    bundles = json.loads(_found("dist/shell.json") or "[]")
    names = [*STYLES, *PICTURES, *(f"dist/{name}" for name in bundles)]
    there = [name for name in names if finders.find(f"{FOLDER}/{name}")]
    # Bundles name their chunks by the plain name, pages by that with a fingerprint.
    plain = [f"{settings.STATIC_URL}{FOLDER}/dist/{name}" for name in bundles]
    hashed = [static(f"{FOLDER}/{name}") for name in there]
    return {
        "files": sorted({*plain, *hashed}),
        "pages": [reverse("report")],
        "offline": reverse("offline"),
        "icon": static(f"{FOLDER}/icons/icon-192.png"),
        "languages": [code for code, _name in settings.LANGUAGES],
        "statics": settings.STATIC_URL,
    }


def _found(name: str) -> str | None:
    place = finders.find(f"{FOLDER}/{name}")
    return Path(place).read_text(encoding="utf-8") if place else None


def _look_of_pages() -> str:
    """Return what changes when the templates of the kept pages do."""
    folder = Path(__file__).parents[1]
    kept = (folder / "site/templates/base.html", folder / "cases/templates/cases/report.html")
    parts = sorted((folder / "cases/templates/cases/parts").glob("*.html"))
    return "".join(place.read_text(encoding="utf-8") for place in (*kept, *parts))


@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """GET — how the site is installed on a phone; `?language=` as the page that names it."""
    wanted = request.GET.get("language", "")
    known = {code for code, _name in settings.LANGUAGES}
    if wanted in known:
        with override(wanted):
            return _manifest(wanted)
    return _manifest(getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE))


def _manifest(language: str) -> JsonResponse:
    icons = [
        {
            "src": static(f"{FOLDER}/icons/{name}.png"),
            "sizes": "x".join(2 * [name.rpartition("-")[2]]),
            "type": "image/png",
            "purpose": purpose,
        }
        for name, purpose in ICONS.items()
    ]
    facts = {
        "id": "/",
        "name": _("Gongzhi: the city governs itself"),
        "short_name": _("Gongzhi"),
        "description": _("Report a problem, see what is promised, and whether it is kept."),
        "lang": language,
        "dir": "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": GREEN,
        "background_color": PAPER,
        "icons": icons,
        "shortcuts": [
            {"name": _("Report a problem"), "url": reverse("report")},
            {"name": _("My reports"), "url": reverse("mine")},
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """GET — what is shown in place of a page while there is no network."""
    return render(request, "offline.html")


urlpatterns = [
    path("service-worker.js", service_worker, name="service-worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("offline", offline, name="offline"),
]
