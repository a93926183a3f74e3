"""Who comes in, where they stand, and how a way is put into words."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from gongzhi.accounts.session import actor_of, needs_sign_in
from gongzhi.kernel.coordinates import BadPosition, check_position
from gongzhi.kernel.walking import Point
from gongzhi.webkit.pages import asked_degrees

from ...queries import field

P = ParamSpec("P")
_KILOMETRE = 1000  # metres


def for_the_field(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in whoever works outside; tell the others where to go."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if actor_of(request).has(*field.FIELD_ROLES):
            return view(request, *args, **kwargs)
        return render(request, "cases/field/elsewhere.html", status=403)

    return never_cache(needs_sign_in(guarded))


def position_asked(request: HttpRequest) -> Point | None:
    """Return where the reader says to stand; None when it is nowhere."""
    given = request.GET if request.method == "GET" else request.POST
    longitude, latitude = asked_degrees(given, "longitude"), asked_degrees(given, "latitude")
    if longitude is None or latitude is None:
        return None
    try:
        check_position(longitude, latitude)
    except BadPosition:
        return None
    return longitude, latitude


def way_words(metres: float | None, bearing: float | None) -> str:
    """Return how far and in which direction: “320 m north-east”."""
    if metres is None:
        return ""
    far = distance_words(metres)
    if bearing is None or metres < 1:
        return far
    return _("%(distance)s %(direction)s") % {
        "distance": far,
        "direction": _directions()[round(bearing / 45) % 8],
    }


def distance_words(metres: float) -> str:
    """Return a distance as people say it: metres in tens, kilometres with one digit."""
    if metres < _KILOMETRE:
        return _("%(count)s m") % {"count": max(round(metres / 10) * 10, 10)}
    return _("%(count)s km") % {"count": f"{metres / _KILOMETRE:.1f}"}


def _directions() -> tuple[str, ...]:
    return (
        _("north"), _("north-east"), _("east"), _("south-east"),
        _("south"), _("south-west"), _("west"), _("north-west"),
    )  # fmt: skip
