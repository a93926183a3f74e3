"""The administration: pages above all houses, each deed by the action of its house."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import audit, chart, imports, mapping, packs, people
from .doors import AUDIT, SECURITY, SYSTEM, kept_for
from .reading import show


@require_safe
@never_cache
@kept_for(SYSTEM, SECURITY, AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """GET — what the reader administers."""
    return show(request, "index", {})


urlpatterns = [
    path("admin/", index, name="admin"),
    *people.urlpatterns,
    *chart.urlpatterns,
    *imports.urlpatterns,
    *mapping.urlpatterns,
    *packs.urlpatterns,
    *audit.urlpatterns,
]
